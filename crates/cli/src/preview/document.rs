//! One document to its rows, as a run would do it.

use std::sync::Arc;
use std::time::Duration;

use xmlshred_mapping::{DocumentContext, Limits, NoRows, Plan, ShredError, Shredder};
use xmlshred_model::{Batch, BatchBuilder, DocumentKey, DocumentRecord, Issue, Outcome, UtcMicros};

use crate::documents::Document;

/// For `generate: session`.
const SESSION: &str = "preview";

/// Shreds documents one at a time.
pub(crate) struct Previewer {
    plan: Arc<Plan>,
    shredder: Shredder,
    limits: Limits,
    now: UtcMicros,
}

/// What a document gives.
pub(crate) struct Preview {
    /// Its file, `-`, or its key.
    pub(crate) name: String,
    /// Its key, where one is known.
    pub(crate) key: Option<DocumentKey>,
    /// Its rows.
    pub(crate) rows: Batch,
    /// Why there are none.
    pub(crate) no_rows: Option<NoRows>,
    /// Its issues.
    pub(crate) issues: Vec<Issue>,
}

impl Previewer {
    /// With the limits of the contract, as in a run.
    pub(crate) fn new(plan: Arc<Plan>, now: UtcMicros) -> Self {
        let limits = plan.contract().document.limits;
        Self { shredder: Shredder::new(Arc::clone(&plan), limits), plan, limits, now }
    }

    /// Limits on a document.
    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// The rows of a document.
    pub(crate) fn preview(&mut self, document: Document) -> Preview {
        let mut rows = BatchBuilder::new(Arc::clone(self.plan.schema()));
        let shredded = self.shred(&document, &mut rows);
        let Document { name, key, .. } = document;
        let (key, issues, no_rows) = match shredded {
            Ok((key, issues)) => (key, issues, None),
            Err(no_rows) => (key, Vec::new(), Some(no_rows)),
        };
        let outcome = match &no_rows {
            None => Outcome::Success,
            Some(NoRows::Failed(failure)) => Outcome::Failed(failure.clone()),
            Some(NoRows::Skipped(_)) => Outcome::Skipped,
        };
        rows.finish_document(DocumentRecord {
            // Only for the record inside the batch, which nobody here reads.
            key: DocumentKey::Int(0),
            outcome,
            issues: issues.clone(),
            document_hash: 0,
            source_version: None,
            byte_count: 0,
            duration: Duration::ZERO,
            processed_at: self.now,
        });
        Preview { name, key, rows: rows.finish(), no_rows, issues }
    }

    fn shred(
        &mut self,
        document: &Document,
        rows: &mut BatchBuilder,
    ) -> Result<(Option<DocumentKey>, Vec<Issue>), NoRows> {
        let content = document.content(&self.plan, &self.limits)?;
        let source_columns = &document.source_columns[..];
        let (key, now) = (document.key.as_ref(), self.now);
        let context = DocumentContext { key, session: SESSION, now, source_columns, must_end: None };
        let shredded = self.shredder.shred(content, &context, rows).map_err(ShredError::into_no_rows)?;
        Ok((shredded.key, shredded.issues))
    }
}
