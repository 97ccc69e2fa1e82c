//! Compares the tables of two databases row for row.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row, Rows, Statement};
use xmlshred_model::TargetSchema;

/// Columns of the log that are the same in every run over the same documents.
const LOG_COLUMNS: &[&str] =
    &["status", "failure_reason", "row_count", "issue_count", "contract_hash", "document_hash"];

/// Columns of the issue table.
const ISSUE_COLUMNS: &[&str] = &["table_name", "column_name", "code", "count"];

/// A table and the columns by which it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Compared {
    /// Name of the table.
    pub(super) table: String,
    /// Columns, quoted, as a list for SQL.
    columns: String,
}

/// How two databases compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Comparison {
    /// Rows of each table that is the same in both.
    pub(super) equal: Vec<(String, u64)>,
    /// Tables that differ, with the rows in either database.
    pub(super) different: Vec<(String, u64, u64)>,
}

impl Comparison {
    /// Rows of the tables that are the same.
    pub(super) fn equal_row_count(&self) -> u64 {
        self.equal.iter().map(|(_, count)| count).sum()
    }
}

/// All target tables and the log, without the columns that change from run to run.
pub(super) fn compared_tables(schema: &TargetSchema, changing: &[(&str, &str)]) -> Vec<Compared> {
    let mut tables: Vec<_> = schema
        .tables
        .iter()
        .map(|table| {
            let columns = table
                .columns
                .iter()
                .filter(|column| !changing.contains(&(table.name.as_str(), column.name.as_str())))
                .map(|column| quote(&column.name));
            Compared { table: table.name.clone(), columns: columns.collect::<Vec<_>>().join(", ") }
        })
        .collect();
    for (table, columns) in [("processing_log", LOG_COLUMNS), ("processing_issue", ISSUE_COLUMNS)] {
        let columns = std::iter::once(schema.key_column.as_str()).chain(columns.iter().copied()).map(quote);
        tables.push(Compared { table: table.to_owned(), columns: columns.collect::<Vec<_>>().join(", ") });
    }
    tables
}

/// Compares these tables as sets of rows in which a row may stand several times; the order of rows does not count.
///
/// # Errors
/// When a database cannot be read or lacks a table.
pub(super) fn compare(left: &Path, right: &Path, tables: &[Compared]) -> Result<Comparison, rusqlite::Error> {
    let left = Connection::open_with_flags(left, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let right = Connection::open_with_flags(right, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut comparison = Comparison::default();
    for Compared { table, columns } in tables {
        let sql = format!("SELECT {columns} FROM {} ORDER BY {columns}", quote(table));
        let (mut left_statement, mut right_statement) = (left.prepare(&sql)?, right.prepare(&sql)?);
        let column_count = left_statement.column_count();
        match same_rows(&mut left_statement, &mut right_statement, column_count)? {
            Some(row_count) => comparison.equal.push((table.clone(), row_count)),
            None => comparison.different.push((table.clone(), count(&left, table)?, count(&right, table)?)),
        }
    }
    Ok(comparison)
}

fn same_rows(
    left: &mut Statement<'_>,
    right: &mut Statement<'_>,
    column_count: usize,
) -> Result<Option<u64>, rusqlite::Error> {
    let (mut left, mut right): (Rows<'_>, Rows<'_>) = (left.query([])?, right.query([])?);
    let mut row_count = 0;
    loop {
        match (left.next()?, right.next()?) {
            (None, None) => return Ok(Some(row_count)),
            (Some(left), Some(right)) if same_cells(left, right, column_count)? => row_count += 1,
            _ => return Ok(None),
        }
    }
}

fn same_cells(left: &Row<'_>, right: &Row<'_>, column_count: usize) -> Result<bool, rusqlite::Error> {
    for index in 0..column_count {
        let (left, right) = (left.get_ref(index)?, right.get_ref(index)?);
        let same = match (left, right) {
            // Bit for bit: what is compared is whether two runs did the same.
            (ValueRef::Real(left), ValueRef::Real(right)) => left.to_bits() == right.to_bits(),
            _ => left == right,
        };
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

fn count(connection: &Connection, table: &str) -> Result<u64, rusqlite::Error> {
    connection.query_row(&format!("SELECT count(*) FROM {}", quote(table)), [], |row| {
        row.get::<_, i64>(0).map(i64::cast_unsigned)
    })
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(dir: &Path, name: &str, rows: &str) -> std::path::PathBuf {
        let path = dir.join(name);
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch(&format!("CREATE TABLE t (a INTEGER, b REAL); INSERT INTO t VALUES {rows}"))
            .unwrap();
        path
    }

    #[test]
    fn the_order_of_rows_does_not_count_but_their_number_does() {
        let dir = tempfile::tempdir().unwrap();
        let tables = [Compared { table: "t".into(), columns: "\"a\", \"b\"".into() }];
        let left = database(dir.path(), "left", "(1, 0.5), (2, null), (2, null)");
        let same = database(dir.path(), "same", "(2, null), (1, 0.5), (2, null)");
        let fewer = database(dir.path(), "fewer", "(2, null), (1, 0.5)");
        assert_eq!(compare(&left, &same, &tables).unwrap().equal, [("t".to_owned(), 3)]);
        assert_eq!(compare(&left, &fewer, &tables).unwrap().different, [("t".to_owned(), 3, 2)]);
    }
}
