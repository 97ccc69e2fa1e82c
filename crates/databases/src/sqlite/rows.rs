//! Rows of a SQLite target, read back.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::{DataType, DocumentKey, KeyType, OwnedValue, TableSchema, TargetSchema, Value};

use crate::sql::dialect::SQLITE;
use crate::sql::replacing;
use crate::transfer::cell_text;
use crate::transfer::{DocumentRows, RowReader};

use super::connect::{TARGET, open_for_reading};
use super::fault::table_error;
use super::key::KeyParameter;

/// A connection that reads tables of the target.
pub(crate) struct SqliteRows {
    connection: Connection,
}

impl SqliteRows {
    pub(crate) fn open(file: &Path) -> Result<Self, PortError> {
        Ok(Self { connection: open_for_reading(file, TARGET)? })
    }
}

impl RowReader for SqliteRows {
    fn rows(&mut self, table: &TableSchema, each: &mut dyn FnMut(&[OwnedValue])) -> Result<(), PortError> {
        let failed = |error| table_error(&format!("reading table {}", table.name), table, error);
        let columns = SQLITE.quote_all(table.columns.iter().map(|column| column.name.as_str()));
        let sql = format!("SELECT {columns} FROM {}", SQLITE.quote(&table.name));
        let mut statement = self.connection.prepare(&sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let mut cells = Vec::with_capacity(table.columns.len());
        while let Some(row) = rows.next().map_err(failed)? {
            cells.clear();
            for at in 0..table.columns.len() {
                cells.push(cell(row.get_ref(at).map_err(failed)?, table, at)?);
            }
            each(&cells);
        }
        Ok(())
    }
}

/// That a column holds the key of `?1`.
pub(super) fn theirs(schema: &TargetSchema, column: &str) -> String {
    match schema.key_type {
        // The column's own collation may take several keys for one.
        KeyType::Text => format!("{column} = ?1 COLLATE BINARY"),
        _ => format!("{column} = ?1"),
    }
}

/// That a column holds the key of a row of the log.
fn same_key(schema: &TargetSchema) -> impl Fn(&str, DataType) -> String {
    let key = SQLITE.quote(&schema.key_column);
    let collation = if schema.key_type == KeyType::Text { " COLLATE BINARY" } else { "" };
    move |column, _| format!("log.{key} = {column}{collation}")
}

impl DocumentRows for SqliteRows {
    fn row_count(&mut self, schema: &TargetSchema, table: usize) -> Result<u64, PortError> {
        let table = &schema.tables[table];
        self.count(&format!("SELECT count(*) FROM {}", SQLITE.quote(&table.name)), table)
    }

    fn ownerless_count(&mut self, schema: &TargetSchema, table: usize) -> Result<Option<u64>, PortError> {
        let sql = replacing::count_ownerless(&SQLITE, schema, table, &same_key(schema));
        sql.map(|sql| self.count(&sql, &schema.tables[table])).transpose()
    }

    fn owned_count(&mut self, schema: &TargetSchema, table: usize) -> Result<Option<u64>, PortError> {
        let sql = replacing::count_owned(&SQLITE, schema, table, &same_key(schema));
        sql.map(|sql| self.count(&sql, &schema.tables[table])).transpose()
    }

    fn rows_of(
        &mut self,
        schema: &TargetSchema,
        table: usize,
        keys: &[DocumentKey],
        each: &mut dyn FnMut(Vec<OwnedValue>),
    ) -> Result<(), PortError> {
        let index = table;
        let table = &schema.tables[index];
        let failed = |error| table_error(&format!("reading table {}", table.name), table, error);
        let cells = SQLITE.quote_all(table.columns.iter().map(|column| column.name.as_str()));
        let is_theirs = |column: &str, _| theirs(schema, column);
        let Some(sql) = replacing::select_rows(&SQLITE, schema, index, &cells, &is_theirs) else {
            return Ok(());
        };
        let mut statement = self.connection.prepare_cached(&sql).map_err(failed)?;
        for key in keys {
            let mut rows = statement.query([KeyParameter(key)]).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                let cells =
                    (0..table.columns.len()).map(|at| cell(row.get_ref(at).map_err(failed)?, table, at));
                each(cells.collect::<Result<_, _>>()?);
            }
        }
        Ok(())
    }
}

impl SqliteRows {
    fn count(&self, sql: &str, table: &TableSchema) -> Result<u64, PortError> {
        let counted = self.connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        counted
            .map(i64::unsigned_abs)
            .map_err(|error| table_error(&format!("counting rows of {}", table.name), table, error))
    }
}

fn cell(value: ValueRef<'_>, table: &TableSchema, at: usize) -> Result<OwnedValue, PortError> {
    let column = &table.columns[at];
    Ok(match (value, column.data_type) {
        (ValueRef::Null, _) => OwnedValue::Inline(Value::Null),
        (ValueRef::Integer(number), DataType::Bool) => OwnedValue::Inline(Value::Bool(number != 0)),
        (
            ValueRef::Integer(number),
            DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt,
        ) => OwnedValue::Inline(Value::Int(number)),
        (ValueRef::Real(number), DataType::Double) => OwnedValue::Inline(Value::Double(number)),
        (ValueRef::Blob(bytes), DataType::Binary) => OwnedValue::Binary(bytes.to_vec()),
        (ValueRef::Text(text), _) => {
            let text = std::str::from_utf8(text).map_err(|_| wrong(table, at))?;
            cell_text::parsed(text, table, at)?
        }
        _ => return Err(wrong(table, at)),
    })
}

fn wrong(table: &TableSchema, at: usize) -> PortError {
    let column = &table.columns[at];
    let message = format!("{}.{} holds something that is no {}", table.name, column.name, column.data_type);
    PortError::new(Fault::WrongTable { table: table.name.clone() }, message)
}
