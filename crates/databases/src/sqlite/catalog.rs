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
    // Generated columns are columns, too; hidden ones are arguments of virtual tables.
    let sql = match what {
        "column" => "SELECT name FROM pragma_table_xinfo(?1) WHERE hidden <> 1",
        _ => "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND ?1 IS NULL ORDER BY name",
    };
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let names = statement.query_map([table], |row| row.get(0)).map_err(failed)?;
    names.collect::<Result<_, _>>().map_err(failed)
}

/// The layout of the log or of the issues.
pub(super) fn layout(connection: &Connection, table: &str) -> Result<Layout, PortError> {
    let columns = names(connection, "column", Some(table))?;
    Ok(Layout::of(table, (!columns.is_empty()).then_some(&columns[..])))
}

/// Whether the column alone is a key of the table: nothing promises it for a view.
pub(super) fn is_unique(connection: &Connection, table: &str, column: &str) -> Result<bool, PortError> {
    let sql = "SELECT coalesce((SELECT count(*) = 1 AND max(name = ?2 COLLATE NOCASE) FROM pragma_table_xinfo(?1) WHERE pk > 0), FALSE) \
               OR EXISTS (SELECT 1 FROM pragma_index_list(?1) AS list WHERE list.\"unique\" AND NOT list.partial \
               AND (SELECT count(*) = 1 AND max(info.name = ?2 COLLATE NOCASE) FROM pragma_index_info(list.name) AS info))";
    connection
        .query_row(sql, [table, column], |row| row.get(0))
        .map_err(|error| port_error("reading the source table's keys", error))
}
