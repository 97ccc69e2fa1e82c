//! What one document may be, and what it may cost.

/// Limits on one document, which the contract may set (`document.limits`). A document beyond a limit fails, the run goes on.
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
    /// Steps that its rows may take: nodes visited, items compared, rows and cells made, 64 bytes of text read at a time.
    /// Default 1,000,000,000: room for 64 MiB under an ordinary contract.
    pub max_steps: u64,
    /// Bytes of values that may be made for its rows: joined and unescaped text, results of expressions, markup. Values
    /// that stand in the document as they are cost nothing. Default 256 MiB.
    pub max_value_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 64 << 20,
            max_depth: 256,
            max_attributes: 4096,
            max_row_bytes: 256 << 20,
            max_steps: 1_000_000_000,
            max_value_bytes: 256 << 20,
        }
    }
}

impl Limits {
    /// For documents that have passed their limits before.
    pub(crate) fn unlimited() -> Self {
        Self {
            max_bytes: u64::MAX,
            max_depth: u32::MAX,
            max_attributes: u32::MAX,
            max_row_bytes: usize::MAX,
            max_steps: u64::MAX,
            max_value_bytes: u64::MAX,
        }
    }
}
