//! A target seen from outside.

use xmlshred_engine::ports::PortError;

use crate::address::OpenOptions;
use crate::postgres::PostgresOverview;
use crate::sqlite::SqliteOverview;
use crate::sqlserver::SqlServerOverview;
use crate::transfer::Overview;

use super::url::DatabaseUrl;

/// Looks at a target while runs are at work on it.
///
/// # Errors
/// When it cannot be reached.
pub fn open_overview(url: &DatabaseUrl, options: &OpenOptions) -> Result<Box<dyn Overview>, PortError> {
    Ok(match url {
        DatabaseUrl::Sqlite(file) => Box::new(SqliteOverview::open(file)?),
        DatabaseUrl::Postgres(address) => Box::new(PostgresOverview::open(address, options)?),
        DatabaseUrl::SqlServer(address) => Box::new(SqlServerOverview::open(address, options)?),
    })
}
