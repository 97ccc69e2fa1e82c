//! What a file has: names of its tables, and of their columns.

use rusqlite::Connection;
use xmlshred_engine::ports::PortError;

use crate::catalog::log_layout::Layout;

use super::fault::port_error;

/// Names of the tables of the file, or of the columns of `table`.
pub(super) fn names(
    connection: &Connection,
    what: &str,
    table: Option<&str>,
) -> Result<Vec<String>, PortError> {
    let failed = |error| port_error("reading the file's tables", error);
    let sql = match what {
        "column" => "SELECT name FROM pragma_table_info(?1)",
        _ => "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND ?1 IS NULL ORDER BY name",
    };
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let names = statement.query_map([table], |row| row.get(0)).map_err(failed)?;
    names.collect::<Result<_, _>>().map_err(failed)
}

/// The layout of the log or of the issues.
pub(super) fn layout(connection: &Connection, table: &str) -> Result<Layout, PortError> {
    let columns = names(connection, "column", Some(table))?;
    Ok(Layout::of((!columns.is_empty()).then_some(&columns[..])))
}
