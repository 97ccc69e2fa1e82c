//! Runs of consecutive documents of a batch: their rows lie together.

use std::ops::Range;

use xmlshred_model::{Batch, DocumentKey, DocumentRecord};

/// The runs of documents that are wanted, ascending.
pub(crate) fn runs(batch: &Batch, is_wanted: impl Fn(&DocumentRecord) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in batch.documents().iter().enumerate().filter(|(_, document)| is_wanted(document)) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// The document that has this row, counted from 0 over these documents' rows of one table.
pub(crate) fn document_of_row(
    batch: &Batch,
    table: usize,
    documents: &[Range<usize>],
    row: u64,
) -> Option<DocumentKey> {
    place_of_row(batch, table, documents, row).map(|at| batch.documents()[at].key.clone())
}

/// The place in the batch of the document that has this row, counted likewise.
pub(crate) fn place_of_row(
    batch: &Batch,
    table: usize,
    documents: &[Range<usize>],
    row: u64,
) -> Option<usize> {
    let mut row_count = 0;
    let has_row = |at: &usize| {
        row_count += batch.row_range(table, *at).len() as u64;
        row < row_count
    };
    documents.iter().cloned().flatten().find(has_row)
}
