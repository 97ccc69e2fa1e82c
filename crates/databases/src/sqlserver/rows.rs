//! Rows of a SQL Server target, read back.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::{DataType, Decimal, DocumentKey, OwnedValue, TableSchema, TargetSchema, Value};

use crate::address::OpenOptions;
use crate::sql::dialect::SQL_SERVER;
use crate::sql::replacing;
use crate::transfer::{DocumentRows, RowReader};

use super::address::{Intent, SqlServerAddress};
use super::connect::connect;
use super::driver::{Driver, NoUnicode};
use super::fault::table_error;
use super::key::KeySql;
use super::key_list;

/// A connection that reads tables of the target.
pub(crate) struct SqlServerRows {
    driver: Box<dyn Driver>,
    namespace: Option<String>,
}

impl SqlServerRows {
    pub(crate) fn open(
        address: &SqlServerAddress,
        namespace: Option<&str>,
        options: &OpenOptions,
    ) -> Result<Self, PortError> {
        let driver = connect(address, &options.application_name, Intent::ReadWrite, NoUnicode::Refused)?;
        Ok(Self { driver, namespace: namespace.map(str::to_owned) })
    }
}

impl RowReader for SqlServerRows {
    fn rows(&mut self, table: &TableSchema, each: &mut dyn FnMut(&[OwnedValue])) -> Result<(), PortError> {
        let columns = SQL_SERVER.quote_all(table.columns.iter().map(|column| column.name.as_str()));
        let sql =
            format!("SELECT {columns} FROM {}", SQL_SERVER.table(self.namespace.as_deref(), &table.name));
        let mut is_wrong = false;
        let read = self.driver.query(&sql, &[], &mut |row| match values(row, table) {
            Some(cells) => each(&cells),
            None => is_wrong = true,
        });
        read.map_err(|error| table_error(&format!("reading table {}", table.name), table, error))?;
        if is_wrong { Err(wrong(table)) } else { Ok(()) }
    }
}

/// That a column holds the key of a row of the log.
fn same_key(schema: &TargetSchema) -> impl Fn(&str, DataType) -> String {
    let keys = KeySql::of_log(schema.key_type);
    let logged = format!("log.{}", SQL_SERVER.quote(&schema.key_column));
    move |column, data_type| keys.is_same(column, data_type, &logged)
}

impl DocumentRows for SqlServerRows {
    fn row_count(&mut self, schema: &TargetSchema, table: usize) -> Result<u64, PortError> {
        let table = &schema.tables[table];
        let qualified = SQL_SERVER.table(self.namespace.as_deref(), &table.name);
        self.count(&format!("SELECT count_big(*) FROM {qualified}"), table)
    }

    fn ownerless_count(&mut self, schema: &TargetSchema, table: usize) -> Result<Option<u64>, PortError> {
        let sql = replacing::count_ownerless(&SQL_SERVER, schema, table, &same_key(schema));
        let sql = sql.map(|sql| sql.replacen("count(*)", "count_big(*)", 1));
        sql.map(|sql| self.count(&sql, &schema.tables[table])).transpose()
    }

    fn owned_count(&mut self, schema: &TargetSchema, table: usize) -> Result<Option<u64>, PortError> {
        let sql = replacing::count_owned(&SQL_SERVER, schema, table, &same_key(schema));
        let sql = sql.map(|sql| sql.replacen("count(*)", "count_big(*)", 1));
        sql.map(|sql| self.count(&sql, &schema.tables[table])).transpose()
    }

    fn rows_of(
        &mut self,
        schema: &TargetSchema,
        table: usize,
        keys: &[DocumentKey],
        each: &mut dyn FnMut(Vec<OwnedValue>),
    ) -> Result<(), PortError> {
        let (index, table) = (table, &schema.tables[table]);
        let cells = SQL_SERVER.quote_all(table.columns.iter().map(|column| column.name.as_str()));
        let keys: Vec<_> = keys.iter().collect();
        for part in key_list::parts(KeySql::of_log(schema.key_type), &keys) {
            let is_theirs = |column: &str, data_type| part.is_one_of(column, data_type);
            let Some(sql) = replacing::select_rows(&SQL_SERVER, schema, index, &cells, &is_theirs) else {
                return Ok(());
            };
            let mut is_wrong = false;
            let read = self.driver.query(&sql, &part.parameters(), &mut |row| match values(row, table) {
                Some(cells) => each(cells),
                None => is_wrong = true,
            });
            read.map_err(|error| table_error(&format!("reading table {}", table.name), table, error))?;
            if is_wrong {
                return Err(wrong(table));
            }
        }
        Ok(())
    }
}

impl SqlServerRows {
    fn count(&mut self, sql: &str, table: &TableSchema) -> Result<u64, PortError> {
        let mut count = 0;
        let read = self.driver.query(sql, &[], &mut |row| {
            if let Some(OwnedValue::Inline(Value::Int(number))) = row.first() {
                count = number.unsigned_abs();
            }
        });
        read.map_err(|error| table_error(&format!("counting rows of {}", table.name), table, error))?;
        Ok(count)
    }
}

/// The cells as values of the contract's types.
fn values(row: Vec<OwnedValue>, table: &TableSchema) -> Option<Vec<OwnedValue>> {
    row.into_iter().zip(&table.columns).map(|(cell, column)| value(cell, column.data_type)).collect()
}

fn wrong(table: &TableSchema) -> PortError {
    let message = format!("{} holds something of another type than the contract", table.name);
    PortError::new(Fault::WrongTable { table: table.name.clone() }, message)
}

/// The cell as a value of the contract's type.
fn value(cell: OwnedValue, data_type: DataType) -> Option<OwnedValue> {
    Some(match (cell, data_type) {
        (OwnedValue::Text(text), DataType::Char(_)) => {
            // The server pads.
            OwnedValue::Text(text.trim_end_matches(' ').to_owned())
        }
        (cell @ OwnedValue::Text(_), data_type) if data_type.is_text() => cell,
        (OwnedValue::Inline(Value::Decimal(number)), DataType::Decimal { scale, .. }) => {
            let power = 10_i128.pow(number.scale.checked_sub(scale)?.into());
            (number.unscaled % power == 0).then_some(OwnedValue::Inline(Value::Decimal(Decimal {
                unscaled: number.unscaled / power,
                scale,
            })))?
        }
        (OwnedValue::Inline(Value::Timestamp(micros)), DataType::TimestampTz) => {
            OwnedValue::Inline(Value::TimestampTz(micros))
        }
        (cell @ OwnedValue::Inline(Value::Null), _)
        | (cell @ OwnedValue::Inline(Value::Bool(_)), DataType::Bool)
        | (
            cell @ OwnedValue::Inline(Value::Int(_)),
            DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt,
        )
        | (cell @ OwnedValue::Inline(Value::Double(_)), DataType::Double)
        | (cell @ OwnedValue::Inline(Value::Date(_)), DataType::Date)
        | (cell @ OwnedValue::Inline(Value::Time(_)), DataType::Time)
        | (cell @ OwnedValue::Inline(Value::Timestamp(_)), DataType::Timestamp)
        | (cell @ OwnedValue::Inline(Value::TimestampTz(_)), DataType::TimestampTz)
        | (cell @ OwnedValue::Inline(Value::Uuid(_)), DataType::Uuid)
        | (cell @ OwnedValue::Binary(_), DataType::Binary) => cell,
        _ => return None,
    })
}
