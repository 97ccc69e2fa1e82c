//! Whether the target has the tables and columns that will be loaded: told before the first document, all at once.

use rusqlite::Connection;
use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::TargetSchema;

use crate::log_table::{ISSUE, LOG, LOG_ID, issue_columns, log_columns};
use crate::name_list::listed;

use super::source::names;

/// # Errors
/// Names every table and column that is missing.
pub(super) fn check(connection: &Connection, schema: &TargetSchema) -> Result<(), PortError> {
    let mut expected: Vec<(&str, Vec<String>)> = schema
        .tables
        .iter()
        .map(|table| (&*table.name, table.columns.iter().map(|column| column.name.clone()).collect()))
        .collect();
    let log = log_columns(&schema.key_column).into_iter().map(|column| column.name);
    expected.push((LOG, std::iter::once(LOG_ID.to_owned()).chain(log).collect()));
    expected.push((ISSUE, issue_columns(&schema.key_column).into_iter().map(|column| column.name).collect()));

    let (mut tables, mut columns) = (Vec::new(), Vec::new());
    for (table, wanted) in &expected {
        let known = names(connection, "column", Some(table))?;
        if known.is_empty() {
            tables.push((*table).to_owned());
            continue;
        }
        let is_missing = |name: &&String| !known.iter().any(|known| known.eq_ignore_ascii_case(name));
        columns.extend(wanted.iter().filter(is_missing).map(|name| format!("{table}.{name}")));
    }
    let parts = [("tables", &tables), ("columns", &columns)]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| format!("{what} {}", listed(names)))
        .collect::<Vec<_>>();
    if parts.is_empty() {
        return Ok(());
    }
    let fault = match tables.first() {
        Some(table) => Fault::MissingTable { table: table.clone() },
        None => Fault::WrongTable { table: columns[0].clone() },
    };
    Err(PortError::new(fault, format!("the target lacks {}", parts.join(" and "))).with_hint(
        "create missing tables with `--create-tables`; for tables that differ, compare them with `xmlshred ddl`",
    ))
}
