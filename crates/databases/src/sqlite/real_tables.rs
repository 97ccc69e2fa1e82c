//! The target's tables as they are.

use std::path::Path;

use rusqlite::Connection;
use xmlshred_engine::ports::PortError;
use xmlshred_model::{TableSchema, TargetSchema};

use crate::catalog::real_table::{Keeps, Nulls, RealColumn, RealForeignKey, RealTable};

use super::connect::{TARGET, open_for_reading};
use super::fault::port_error;
use super::target_check::{is_harmed_by_numbers, is_numeric};

/// The contract's tables, in its order.
pub(crate) fn real_tables(file: &Path, schema: &TargetSchema) -> Result<Vec<Option<RealTable>>, PortError> {
    let connection = open_for_reading(file, TARGET)?;
    let tables = schema.tables.iter().map(|table| real_table(&connection, table));
    tables.collect::<rusqlite::Result<_>>().map_err(|error| port_error("reading the target's tables", error))
}

fn real_table(connection: &Connection, table: &TableSchema) -> rusqlite::Result<Option<RealTable>> {
    // `hidden` 2 and 3 are generated columns.
    let sql =
        "SELECT name, type, \"notnull\", dflt_value IS NOT NULL, pk, hidden FROM pragma_table_xinfo(?1)";
    let mut statement = connection.prepare(sql)?;
    let mut primary = Vec::new();
    let columns = statement.query_map([&table.name], |row| {
        let (name, declared): (String, String) = (row.get(0)?, row.get(1)?);
        let (not_null, has_default, hidden): (bool, bool, i64) = (row.get(2)?, row.get(3)?, row.get(5)?);
        if row.get::<_, i64>(4)? > 0 {
            primary.push(name.clone());
        }
        let nulls = match (not_null, has_default || hidden > 0) {
            (false, _) => Nulls::Taken,
            (true, true) => Nulls::Filled,
            (true, false) => Nulls::Refused,
        };
        let wanted = table.columns.iter().find(|column| column.name.eq_ignore_ascii_case(&name));
        let is_harmed =
            wanted.is_some_and(|column| is_harmed_by_numbers(column.data_type) && is_numeric(&declared));
        let keeps = match (wanted.is_some(), hidden) {
            (true, 2 | 3) => Keeps::Computed,
            _ if is_harmed => Keeps::Changed,
            _ => Keeps::Unchanged,
        };
        Ok(RealColumn { name, declared, nulls, max_chars: None, magnitude: None, keeps })
    })?;
    let columns = columns.collect::<rusqlite::Result<Vec<_>>>()?;
    if columns.is_empty() {
        return Ok(None);
    }
    let mut unique = Vec::new();
    let mut indexes =
        connection.prepare("SELECT name FROM pragma_index_list(?1) WHERE \"unique\" AND NOT partial")?;
    for index in indexes.query_map([&table.name], |row| row.get::<_, String>(0))? {
        let mut names = connection.prepare_cached("SELECT name FROM pragma_index_info(?1)")?;
        let names = names.query_map([&index?], |row| row.get::<_, Option<String>>(0))?;
        // An index over an expression says nothing of columns.
        unique.extend(names.collect::<rusqlite::Result<Option<Vec<_>>>>()?);
    }
    // The row id alone has no index.
    if !primary.is_empty() && !unique.iter().any(|columns| same_set(columns, &primary)) {
        unique.push(primary);
    }
    let sql = "SELECT \"table\", group_concat(\"from\", char(31)) FROM pragma_foreign_key_list(?1) GROUP BY id ORDER BY id";
    let mut keys = connection.prepare(sql)?;
    let foreign_keys = keys.query_map([&table.name], |row| {
        let columns = row.get::<_, String>(1)?.split('\u{1f}').map(str::to_owned).collect();
        Ok(RealForeignKey { parent: row.get(0)?, columns })
    })?;
    let foreign_keys = foreign_keys.collect::<rusqlite::Result<_>>()?;
    Ok(Some(RealTable { columns, unique, foreign_keys }))
}

fn same_set(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().all(|name| other.contains(name))
}
