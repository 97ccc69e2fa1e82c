//! One document to rows.

use std::sync::Arc;

use xmlshred_model::{BatchBuilder, DocumentKey, Failure, FailureCode, Issue, Stage, UtcMicros};

use crate::Plan;

/// Limits on one document. A document beyond a limit fails, the run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a document. Default 64 MiB.
    pub max_bytes: u64,
    /// Depth of elements. Default 256.
    pub max_depth: u32,
    /// Attributes of one element. Default 4,096.
    pub max_attributes: u32,
    /// Bytes of rows that one document may produce. Default 256 MiB.
    pub max_row_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 64 << 20, max_depth: 256, max_attributes: 4096, max_row_bytes: 256 << 20 }
    }
}

/// What the shredding of a document depends on besides its text.
#[derive(Clone, Copy, Debug)]
pub struct DocumentContext<'a> {
    /// The key of its row in the source; `None` when there is no such row (`preview` of a file): then the key in the
    /// document is taken, and no mismatch is possible.
    pub key: Option<DocumentKey>,
    /// For `generate: session`.
    pub session: &'a str,
    /// For `generate: now`.
    pub now: UtcMicros,
}

/// The document as the source has it.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// From a text column: an encoding declaration means nothing.
    Text(&'a str),
    /// From a binary column or a file: byte order mark, then declaration, then UTF-8.
    Bytes(&'a [u8]),
}

/// A shredded document: its rows are in the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shredded {
    /// The key: of the row, else of the document.
    pub key: Option<DocumentKey>,
    /// Issues, one per table, column and code.
    pub issues: Vec<Issue>,
}

/// Shreds documents, one after the other, with buffers that are used again. One per thread.
#[derive(Debug)]
pub struct Shredder {
    plan: Arc<Plan>,
    limits: Limits,
}

impl Shredder {
    /// A shredder for this plan.
    pub fn new(plan: Arc<Plan>, limits: Limits) -> Self {
        Self { plan, limits }
    }

    /// Appends the rows of a document to `rows`; the caller ends the document there with `finish_document`.
    ///
    /// # Errors
    /// When the document is not what the contract demands. Rows pushed so far must then be dropped
    /// (`finish_document` with a failed record does).
    pub fn shred(
        &mut self,
        content: Content<'_>,
        context: &DocumentContext<'_>,
        rows: &mut BatchBuilder,
    ) -> Result<Shredded, Failure> {
        let _ = (content, context, rows, &self.plan, self.limits);
        Err(Failure {
            stage: Stage::Parse,
            code: FailureCode::NotWellFormed,
            message: "not built yet".to_owned(),
        })
    }
}
