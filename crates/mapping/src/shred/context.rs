//! What documents do not say of themselves.

use std::sync::atomic::AtomicBool;

use xmlshred_model::{DocumentKey, UtcMicros};

/// What the shredding of a document depends on besides its text.
#[derive(Clone, Copy, Debug)]
pub struct DocumentContext<'a> {
    /// The key of its row in the source; `None` when there is no such row (`preview` of a file): then the key in the
    /// document is taken, and no mismatch is possible.
    pub key: Option<&'a DocumentKey>,
    /// For `generate: session`.
    pub session: &'a str,
    /// For `generate: now`.
    pub now: UtcMicros,
    /// Of its row in the source: the text of each of the contract's `source.columns`, or null. Empty where there is no row: all are null then.
    pub source_columns: &'a [Option<String>],
    /// The document is given up soon after this has become true.
    pub must_end: Option<&'a AtomicBool>,
}
