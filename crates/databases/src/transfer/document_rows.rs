//! Rows of a target by the document that they are of.

use xmlshred_engine::ports::PortError;
use xmlshred_model::{DocumentKey, OwnedValue, TargetSchema};

/// Reads what documents have in the tables of a schema, which has the type of the source's keys.
pub trait DocumentRows {
    /// How many rows a table (by index) has.
    ///
    /// # Errors
    /// Any fault.
    fn row_count(&mut self, schema: &TargetSchema, table: usize) -> Result<u64, PortError>;

    /// How many of them are of no document that the log has with its rows; `None` where they do not tell whose they are.
    ///
    /// # Errors
    /// Any fault.
    fn ownerless_count(&mut self, schema: &TargetSchema, table: usize) -> Result<Option<u64>, PortError>;

    /// How many of them are of documents that the log of the schema's contract has with their rows; `None` where they do not tell whose they are.
    ///
    /// # Errors
    /// Any fault.
    fn owned_count(&mut self, schema: &TargetSchema, table: usize) -> Result<Option<u64>, PortError>;

    /// Hands over the rows of a table that are of these documents, in no particular order: cells in the order of the columns, as the values that
    /// were loaded. Nothing where they do not tell whose they are. Fast for some hundreds of keys.
    ///
    /// # Errors
    /// Any fault; a cell that is no value of the column's type is [`xmlshred_engine::ports::Fault::WrongTable`].
    fn rows_of(
        &mut self,
        schema: &TargetSchema,
        table: usize,
        keys: &[DocumentKey],
        each: &mut dyn FnMut(Vec<OwnedValue>),
    ) -> Result<(), PortError>;
}
