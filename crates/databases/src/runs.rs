//! Runs of consecutive documents of a batch: their rows lie together.

use std::ops::Range;

use xmlshred_model::{Batch, DocumentRecord};

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
