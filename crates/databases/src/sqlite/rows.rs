//! Rows of a SQLite target, read back.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::{DataType, OwnedValue, TableSchema, Value};

use crate::sql::dialect::SQLITE;
use crate::transfer::RowReader;
use crate::transfer::cell_text;

use super::connect::open_for_reading;
use super::fault::table_error;

/// A connection that reads tables of the target.
pub(crate) struct SqliteRows {
    connection: Connection,
}

impl SqliteRows {
    pub(crate) fn open(file: &Path) -> Result<Self, PortError> {
        Ok(Self { connection: open_for_reading(file)? })
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
