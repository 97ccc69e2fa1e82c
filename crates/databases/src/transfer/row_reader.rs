//! Rows of a target, read back.

use xmlshred_engine::ports::PortError;
use xmlshred_model::{OwnedValue, TableSchema};

/// Reads tables of a target.
pub trait RowReader {
    /// Hands over every row of this table, in no particular order: its cells in the order of `table.columns`, as the values that
    /// were loaded. Columns that the table has besides are left out; `table` may leave out some itself. Memory does not grow with
    /// the table.
    ///
    /// # Errors
    /// Any fault; a cell that is no value of the column's type is [`xmlshred_engine::ports::Fault::WrongTable`].
    fn rows(&mut self, table: &TableSchema, each: &mut dyn FnMut(&[OwnedValue])) -> Result<(), PortError>;
}
