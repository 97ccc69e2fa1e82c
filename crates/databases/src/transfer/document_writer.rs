//! Documents into a source table.

use xmlshred_engine::ports::PortError;

/// Fills a source table.
pub trait DocumentWriter {
    /// Adds documents with their keys; `None` is a null. Fast for some hundreds at a time.
    ///
    /// # Errors
    /// Any fault. What earlier calls added stays.
    fn insert(&mut self, documents: &[(i64, Option<String>)]) -> Result<(), PortError>;

    /// Makes the table ready for runs.
    ///
    /// # Errors
    /// Any fault.
    fn finish(self: Box<Self>) -> Result<(), PortError>;
}
