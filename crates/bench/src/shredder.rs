//! Ours: documents to batches of rows, as a worker of a run makes them.

use std::sync::Arc;
use std::time::Duration;

use xmlshred_mapping::{Content, DocumentContext, Limits, Plan, Shredder, contract};
use xmlshred_model::{Batch, BatchBuilder, DocumentRecord, Outcome};

use crate::corpus::{DOCUMENTS_PER_BATCH, GOOD};

/// A shredder with the batch it fills.
#[derive(Debug)]
pub(crate) struct Ours {
    shredder: Shredder,
    rows: BatchBuilder,
}

impl Ours {
    /// For this contract.
    pub(crate) fn new(text: &str) -> Self {
        let loaded = contract::load(text);
        let plan = Arc::new(Plan::new(loaded.contract.expect("the contracts of the benchmark are right")));
        let rows = BatchBuilder::new(Arc::clone(plan.schema()));
        Self { shredder: Shredder::new(plan, Limits::default()), rows }
    }

    /// Shreds all documents and hands over every batch.
    pub(crate) fn shred(&mut self, documents: &[String], mut each: impl FnMut(Batch)) {
        let Self { shredder, rows } = self;
        for chunk in documents.chunks(DOCUMENTS_PER_BATCH) {
            for text in chunk {
                let context = DocumentContext {
                    key: None,
                    session: "bench",
                    now: 0,
                    source_columns: &[],
                    must_end: None,
                };
                let shredded = shredder.shred(Content::Text(text), &context, rows).expect(GOOD);
                rows.finish_document(DocumentRecord {
                    key: shredded.key.expect("documents have a key"),
                    outcome: Outcome::Success,
                    issues: shredded.issues,
                    document_hash: 0,
                    source_version: None,
                    byte_count: text.len() as u64,
                    duration: Duration::ZERO,
                    processed_at: 0,
                });
            }
            each(rows.finish());
        }
    }

    /// How many cells all documents have in all tables.
    pub(crate) fn cell_count(&mut self, documents: &[String]) -> u64 {
        let mut count = 0;
        self.shred(documents, |batch| {
            let tables = batch.schema().tables.iter().enumerate();
            count +=
                tables.map(|(at, table)| batch.table_row_count(at) * table.columns.len() as u64).sum::<u64>();
        });
        count
    }
}
