//! Rows into one table, one after the other, and which of them it did not keep: `RAISE(IGNORE)` and `ON CONFLICT IGNORE` say nothing.

use arrow_array::RecordBatch;
use rusqlite::types::Null;
use rusqlite::{CachedStatement, Connection};
use xmlshred_model::{CellReader, TableSchema, Value, lexical};

use super::statement_time::StatementTime;

/// Whether rows go to triggers instead of a table. A name that cannot be looked up is missed elsewhere.
pub(super) fn is_view(connection: &Connection, name: &str) -> bool {
    let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'view' AND name = ?1 COLLATE NOCASE";
    connection.prepare(sql).and_then(|mut statement| statement.exists([name])).unwrap_or(false)
}

/// Whether a unique key of the table is declared `ON CONFLICT REPLACE`.
pub(super) fn replaces_by_itself(connection: &Connection, name: &str) -> bool {
    let sql = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
    let definition: String = connection.query_row(sql, [name], |row| row.get(0)).unwrap_or_default();
    let words: Vec<_> =
        definition.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is = |word: &str, known: &str| word.eq_ignore_ascii_case(known);
    words.windows(3).any(|words| is(words[0], "ON") && is(words[1], "CONFLICT") && is(words[2], "REPLACE"))
}

/// Rows of one table on their way.
pub(super) struct Inserter<'s> {
    insert: CachedStatement<'s>,
    /// Whether a row that was not inserted is there.
    find: Option<CachedStatement<'s>>,
    /// Whether SQLite tells which rows it took.
    tells: bool,
    time: &'s StatementTime,
    /// Rows that the target took.
    pub(super) count: u64,
    /// The number of the row at hand, over all calls.
    pub(super) row: u64,
    /// The numbers of those that it took without an error and does not have.
    pub(super) dropped: Vec<u64>,
    text: String,
}

impl<'s> Inserter<'s> {
    pub(super) fn new(
        insert: CachedStatement<'s>,
        find: Option<CachedStatement<'s>>,
        tells: bool,
        time: &'s StatementTime,
    ) -> Self {
        Self { insert, find, tells, time, count: 0, row: 0, dropped: Vec::new(), text: String::new() }
    }

    /// Inserts these.
    pub(super) fn insert(&mut self, table: &TableSchema, rows: &RecordBatch) -> rusqlite::Result<()> {
        let readers = table
            .columns
            .iter()
            .zip(rows.columns())
            .map(|(column, array)| CellReader::new(array.as_ref(), column.data_type))
            .collect::<Vec<_>>();
        for row in 0..rows.num_rows() {
            for (at, reader) in readers.iter().enumerate() {
                bind(&mut self.insert, at + 1, reader.value(row), &mut self.text)?;
            }
            self.time.begin();
            let taken = self.insert.raw_execute()? as u64;
            self.count += if self.tells { taken } else { 1 };
            if taken == 0 && self.tells && !self.is_there(table, &readers, row)? {
                self.dropped.push(self.row);
            }
            self.row += 1;
        }
        Ok(())
    }

    /// Whether a row that was not inserted is there already, which is what was asked for.
    fn is_there(
        &mut self,
        table: &TableSchema,
        readers: &[CellReader<'_>],
        row: usize,
    ) -> rusqlite::Result<bool> {
        let Some(find) = &mut self.find else { return Ok(false) };
        for &at in &table.primary_key {
            bind(find, at + 1, readers[at].value(row), &mut self.text)?;
        }
        let found = find.raw_query().next()?.is_some();
        Ok(found)
    }
}

fn bind(
    statement: &mut CachedStatement<'_>,
    parameter: usize,
    value: Value<'_>,
    text: &mut String,
) -> rusqlite::Result<()> {
    match value {
        Value::Null => statement.raw_bind_parameter(parameter, Null),
        Value::Bool(value) => statement.raw_bind_parameter(parameter, value),
        Value::Int(value) => statement.raw_bind_parameter(parameter, value),
        Value::Double(value) => statement.raw_bind_parameter(parameter, value),
        Value::Text(value) => statement.raw_bind_parameter(parameter, value),
        Value::Binary(value) => statement.raw_bind_parameter(parameter, value),
        value @ (Value::Decimal(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Timestamp(_)
        | Value::TimestampTz(_)
        | Value::Uuid(_)) => {
            text.clear();
            lexical::format(&value, text);
            statement.raw_bind_parameter(parameter, &**text)
        }
    }
}
