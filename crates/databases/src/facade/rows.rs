//! Rows of the target, read back: for comparing what two runs made.

use xmlshred_engine::ports::PortError;

use crate::address::OpenOptions;
use crate::postgres::PostgresRows;
use crate::sqlite::SqliteRows;
use crate::sqlserver::SqlServerRows;
use crate::transfer::{DocumentRows, RowReader};

use super::url::DatabaseUrl;

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

/// A reader of the rows of documents, in this schema of the database.
///
/// # Errors
/// When the database cannot be reached.
pub fn open_document_rows(
    url: &DatabaseUrl,
    namespace: Option<&str>,
    options: &OpenOptions,
) -> Result<Box<dyn DocumentRows>, PortError> {
    Ok(match url {
        DatabaseUrl::Sqlite(file) => Box::new(SqliteRows::open(file)?),
        DatabaseUrl::Postgres(address) => Box::new(PostgresRows::open(address, namespace, options)?),
        DatabaseUrl::SqlServer(address) => Box::new(SqlServerRows::open(address, namespace, options)?),
    })
}
