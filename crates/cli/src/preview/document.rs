//! One document to its rows, as a run would do it.

use std::sync::Arc;
use std::time::Duration;

use xmlshred_engine::ports::Fetched;
use xmlshred_mapping::{Content, DocumentContext, Limits, Plan, Shredder};
use xmlshred_model::{
    Batch, BatchBuilder, DocumentKey, DocumentRecord, Failure, FailureCode, Issue, Outcome, Stage, UtcMicros,
};

/// For `generate: session`.
const SESSION: &str = "preview";

/// Shreds documents one at a time.
pub(crate) struct Previewer {
    plan: Arc<Plan>,
    shredder: Shredder,
    limits: Limits,
    now: UtcMicros,
    /// Documents so far that came without a key.
    keyless_count: i64,
}

/// What a document gives.
pub(crate) struct Preview {
    /// Its file, `-`, or its key.
    pub(crate) name: String,
    /// Its key, where one is known.
    pub(crate) key: Option<DocumentKey>,
    /// Its rows; none when it failed.
    pub(crate) rows: Batch,
    /// Why it failed.
    pub(crate) failure: Option<Failure>,
    /// Its issues.
    pub(crate) issues: Vec<Issue>,
}

impl Previewer {
    /// With the limits of a run.
    pub(crate) fn new(plan: Arc<Plan>, now: UtcMicros) -> Self {
        let limits = Limits::default();
        Self { shredder: Shredder::new(Arc::clone(&plan), limits), plan, limits, now, keyless_count: 0 }
    }

    /// Bytes of a document that are too many.
    pub(crate) fn max_bytes(&self) -> u64 {
        self.limits.max_bytes
    }

    /// The rows of a document. `key` is that of its row in the source, if it comes from there. Where neither source nor contract
    /// know one, documents are counted, as `--files` does.
    pub(crate) fn preview(&mut self, name: String, key: Option<DocumentKey>, fetched: &Fetched) -> Preview {
        let key = key.or_else(|| self.number());
        let mut rows = BatchBuilder::new(Arc::clone(self.plan.schema()));
        let shredded = self.shred(key, fetched, &mut rows);
        let (key, issues, failure) = match shredded {
            Ok((key, issues)) => (key, issues, None),
            Err(failure) => (key, Vec::new(), Some(failure)),
        };
        let outcome = failure.clone().map_or(Outcome::Success, Outcome::Failed);
        rows.finish_document(DocumentRecord {
            // Only for the record inside the batch, which nobody here reads.
            key: key.unwrap_or(DocumentKey(0)),
            outcome,
            issues: issues.clone(),
            document_hash: 0,
            byte_count: 0,
            duration: Duration::ZERO,
            processed_at: self.now,
        });
        Preview { name, key, rows: rows.finish(), failure, issues }
    }

    fn number(&mut self) -> Option<DocumentKey> {
        self.keyless_count += 1;
        self.plan.contract().document.key.is_none().then_some(DocumentKey(self.keyless_count))
    }

    fn shred(
        &mut self,
        key: Option<DocumentKey>,
        fetched: &Fetched,
        rows: &mut BatchBuilder,
    ) -> Result<(Option<DocumentKey>, Vec<Issue>), Failure> {
        let (content, byte_count) = match fetched {
            Fetched::Text(text) => (Content::Text(text), text.len()),
            Fetched::Bytes(bytes) => (Content::Bytes(bytes), bytes.len()),
            Fetched::Null => {
                return Err(refused(FailureCode::DocumentMissing, "the column is null".to_owned()));
            }
            Fetched::TooLarge(byte_count) => {
                let message = format!("{byte_count} bytes, the limit is {}", self.limits.max_bytes);
                return Err(refused(FailureCode::DocumentTooLarge, message));
            }
        };
        let min_bytes = self.plan.contract().source.min_bytes;
        if (byte_count as u64) < min_bytes {
            let message = format!("{byte_count} bytes, the contract asks for {min_bytes}");
            return Err(refused(FailureCode::DocumentTooShort, message));
        }
        let context = DocumentContext { key, session: SESSION, now: self.now };
        let shredded = self.shredder.shred(content, &context, rows)?;
        Ok((shredded.key, shredded.issues))
    }
}

fn refused(code: FailureCode, message: String) -> Failure {
    Failure { stage: Stage::Fetch, code, message }
}
