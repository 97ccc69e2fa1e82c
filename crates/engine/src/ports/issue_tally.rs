//! Issues of all documents of a contract, or of one session.

/// Issues of one kind in one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueTally {
    /// Table.
    pub table: String,
    /// Its column.
    pub column: String,
    /// What was amiss; an issue code, unless somebody else wrote the row.
    pub code: String,
    /// How often.
    pub count: u64,
    /// In how many documents.
    pub document_count: u64,
}
