//! What the contract would load against the tables that a target has.

use xmlshred_engine::ports::PortError;
use xmlshred_model::TargetSchema;

use crate::address::OpenOptions;
use crate::catalog::comparison::{Difference, SameName, compare};
use crate::{postgres, sqlite, sqlserver};

use super::url::DatabaseUrl;

/// How the target's tables differ from what the contract would load; nothing when they fit. Looks at the catalog alone.
///
/// # Errors
/// When the target cannot be reached or its catalog not be read.
pub fn differences(
    target: &DatabaseUrl,
    schema: &TargetSchema,
    options: &OpenOptions,
) -> Result<Vec<Difference>, PortError> {
    let same: SameName = |one, other| one == other;
    let (tables, is_same) = match target {
        DatabaseUrl::Sqlite(file) => {
            (sqlite::real_tables(file, schema)?, str::eq_ignore_ascii_case as SameName)
        }
        DatabaseUrl::Postgres(address) => (postgres::real_tables(address, schema, options)?, same),
        DatabaseUrl::SqlServer(address) => {
            (sqlserver::real_tables(address, schema, options)?, sqlserver::is_same_name as SameName)
        }
    };
    Ok(compare(schema, &tables, target.dialect(), is_same))
}
