//! What the log says of one document.

use xmlshred_model::log_table::{FAILED, SUCCESS};
use xmlshred_model::{DocumentKey, UtcMicros};

/// A row of the log. Others may have written it: apart from the key nothing must be as we write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Its document. What is no key of the source's type is text.
    pub key: DocumentKey,
    /// `success`, `failed` or `skipped`.
    pub status: String,
    /// `<stage>: <code>: <message>`.
    pub failure_reason: Option<String>,
    /// The code alone; logs of layout version 1 had none.
    pub failure_code: Option<String>,
    /// What the failure is about; rows of before this was told have neither.
    pub failure_table: Option<String>,
    /// Its column.
    pub failure_column: Option<String>,
    /// When it was processed.
    pub processed_at: UtcMicros,
    /// By which run, as people call it.
    pub session_id: String,
    /// Rows of its document in all tables.
    pub row_count: u64,
    /// Of the contract's text at that time.
    pub contract_hash: String,
    /// XXH3-128 of the document, in hexadecimal; zeros where it was not read.
    pub document_hash: String,
    /// The version that it had in its source.
    pub source_version: Option<String>,
    /// By which instance, from 0.
    pub instance_id: u32,
    /// Of how many.
    pub instance_count: u32,
    /// Milliseconds that shredding it took, rounded up.
    pub duration_ms: u64,
}

impl LogEntry {
    /// Whether its document failed.
    pub fn is_failed(&self) -> bool {
        self.status == FAILED
    }

    /// Whether the rows of its document are in the target.
    pub fn is_success(&self) -> bool {
        self.status == SUCCESS
    }
}

/// Which rows of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entries {
    /// All of the contract.
    All,
    /// Those of documents that failed.
    Failed,
}
