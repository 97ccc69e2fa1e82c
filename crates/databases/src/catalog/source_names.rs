//! What a contract's source names and a database does not have.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_mapping::contract::SourceSpec;

use crate::sql::names::instead_of;

use super::known_names::named_in;

/// There is no such table; these are there.
pub(crate) fn no_table(spec: &SourceSpec, tables: &[String]) -> PortError {
    let table = &spec.table;
    PortError::new(Fault::MissingTable { table: table.clone() }, format!("the source has no table `{table}`"))
        .with_hint(instead_of(table, "tables", tables))
}

/// The table is there, and may not be read; these statements change that.
pub(crate) fn no_right_to_read(spec: &SourceSpec, grants: &str) -> PortError {
    let message = format!("no right to read the source table `{}`", spec.table);
    PortError::new(Fault::AccessDenied, message)
        .with_hint(format!("its owner, or an administrator, says: {grants}"))
}

/// The table has no such column; these it has.
pub(crate) fn no_column(spec: &SourceSpec, name: &str, columns: &[String]) -> PortError {
    let table = &spec.table;
    let message = format!("the source table `{table}` has no column `{name}`");
    PortError::new(Fault::WrongTable { table: table.clone() }, message)
        .with_hint(instead_of(name, "columns", columns))
}

/// The contract's own condition is no SQL that this database takes: at which of its own words, if the database's words tell.
pub(crate) fn wrong_condition(database: &str, spec: &SourceSpec, words: &str, code: &str) -> PortError {
    let condition = spec.where_sql.as_deref().unwrap_or_default();
    let place = named_in(condition, words).map_or_else(String::new, |name| format!(", at `{name}`"));
    let message = format!("`source.where` is not SQL that {database} takes{place} ({code})");
    PortError::new(Fault::WrongTable { table: spec.table.clone() }, message).with_words(words).with_hint(
        "mend `source.where` in the contract: it may name columns of the source table and other tables of the database",
    )
}
