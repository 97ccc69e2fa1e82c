//! Documents, shredded again as they were at their time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use xmlshred_engine::ports::{FetchedRow, LogEntry};
use xmlshred_mapping::contract::Contract;
use xmlshred_mapping::{DocumentContext, Limits, NoRows, Plan, ShredError, Shredder};
use xmlshred_model::{Batch, BatchBuilder, DocumentRecord, Outcome};

/// Shredders that are kept: the log of a contract whose text has changed often names many.
const MAX_SHREDDERS: usize = 16;

/// A document, shredded again.
pub(super) struct Again {
    pub(super) entry: LogEntry,
    pub(super) rows: Batch,
    /// About how many bytes the rows take.
    pub(super) byte_count: usize,
    pub(super) no_rows: Option<String>,
}

/// Shreds documents with the contract, as of the time and the session that the log names.
pub(super) struct Shredding {
    plan: Arc<Plan>,
    limits: Limits,
    /// By the hash of the contract's text with which documents were processed: of it `generate: uuid` makes UUIDs.
    shredders: HashMap<String, Shredder>,
}

impl Shredding {
    pub(super) fn new(plan: &Arc<Plan>) -> Self {
        let limits = plan.contract().document.limits;
        Self { plan: Arc::clone(plan), limits, shredders: HashMap::new() }
    }

    /// The shredder of this contract whose UUIDs are those of a text with this hash.
    fn shredder(&mut self, hash: &str) -> &mut Shredder {
        if !self.shredders.contains_key(hash) && self.shredders.len() >= MAX_SHREDDERS {
            self.shredders.clear();
        }
        let Self { plan, limits, shredders } = self;
        shredders.entry(hash.to_owned()).or_insert_with(|| {
            let contract = Contract { hash: hash.to_owned(), ..plan.contract().clone() };
            Shredder::new(Arc::new(Plan::new(contract)), *limits)
        })
    }

    pub(super) fn shred(&mut self, entry: LogEntry, row: &FetchedRow) -> Again {
        let mut rows = BatchBuilder::new(Arc::clone(self.plan.schema()));
        let context = DocumentContext {
            key: Some(&entry.key),
            // As it was then: `generate: now` and `session` are the same again.
            session: &entry.session_id,
            now: entry.processed_at,
            source_columns: &row.columns,
            must_end: None,
        };
        let min_bytes = self.plan.contract().source.min_bytes;
        let content = row.document.arrived().content(min_bytes, &self.limits).map_err(NoRows::from);
        let shredder = self.shredder(&entry.contract_hash);
        let shredded = content.and_then(|content| {
            shredder.shred(content, &context, &mut rows).map_err(ShredError::into_no_rows)
        });
        let no_rows = shredded.err().map(|no_rows| match no_rows {
            NoRows::Failed(failure) => failure.to_string(),
            NoRows::Skipped(_) => "skipped".to_owned(),
        });
        if no_rows.is_some() {
            rows.discard_rows();
        }
        let byte_count = rows.byte_count();
        rows.finish_document(DocumentRecord {
            key: entry.key.clone(),
            outcome: Outcome::Success,
            issues: Vec::new(),
            document_hash: 0,
            source_version: None,
            byte_count: 0,
            duration: Duration::ZERO,
            processed_at: entry.processed_at,
        });
        Again { entry, rows: rows.finish(), byte_count, no_rows }
    }
}
