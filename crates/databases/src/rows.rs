//! Rows of the target, read back: for comparing what two runs made.

use xmlshred_engine::ports::PortError;
use xmlshred_model::{OwnedValue, TableSchema};

use crate::address::DatabaseUrl;
use crate::open::OpenOptions;
use crate::postgres::PostgresRows;
use crate::sqlite::SqliteRows;
use crate::sqlserver::SqlServerRows;

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

/// A reader of the tables in this schema of the database.
///
/// # Errors
/// When the database cannot be reached.
pub fn open_rows(
    url: &DatabaseUrl,
    namespace: Option<&str>,
    options: &OpenOptions,
) -> Result<Box<dyn RowReader>, PortError> {
    Ok(match url {
        DatabaseUrl::Sqlite(file) => Box::new(SqliteRows::open(file)?),
        DatabaseUrl::Postgres(address) => Box::new(PostgresRows::open(address, namespace, options)?),
        DatabaseUrl::SqlServer(address) => Box::new(SqlServerRows::open(address, namespace, options)?),
    })
}
