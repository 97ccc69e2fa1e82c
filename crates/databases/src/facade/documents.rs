//! Source tables, made and filled: for the demo, which plays the customer whose documents they are, and for benchmarks.

use xmlshred_engine::ports::PortError;
use xmlshred_mapping::contract::SourceSpec;

use crate::postgres::PostgresDocuments;
use crate::sqlite::SqliteDocuments;
use crate::sqlserver::SqlServerDocuments;
use crate::transfer::DocumentWriter;

use super::url::DatabaseUrl;

/// Makes an empty source table as the contract names it.
///
/// **Everything that was there before is removed**: the SQLite file, or on a server the schema `spec.schema` with all its tables.
/// Without a schema, on a server, only the source table itself is dropped.
///
/// # Errors
/// When the database cannot be reached or does not permit it.
pub fn start_over(url: &DatabaseUrl, spec: &SourceSpec) -> Result<Box<dyn DocumentWriter>, PortError> {
    Ok(match url {
        DatabaseUrl::Sqlite(file) => Box::new(SqliteDocuments::start_over(file, spec)?),
        DatabaseUrl::Postgres(address) => Box::new(PostgresDocuments::start_over(address, spec)?),
        DatabaseUrl::SqlServer(address) => Box::new(SqlServerDocuments::start_over(address, spec)?),
    })
}
