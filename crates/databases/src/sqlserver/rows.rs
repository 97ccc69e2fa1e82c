//! Rows of a SQL Server target, read back.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::{DataType, Decimal, OwnedValue, TableSchema, Value};

use crate::address::OpenOptions;
use crate::sql::dialect::SQL_SERVER;
use crate::transfer::RowReader;

use super::address::{Intent, SqlServerAddress};
use super::connect::connect;
use super::driver::{Driver, NoUnicode};
use super::fault::table_error;

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
        let mut wrong = None;
        let read = self.driver.query(&sql, &[], &mut |row| {
            let cells = row.into_iter().zip(&table.columns);
            let cells: Option<Vec<_>> = cells.map(|(cell, column)| value(cell, column.data_type)).collect();
            match cells {
                Some(cells) => each(&cells),
                None => wrong = Some(()),
            }
        });
        read.map_err(|error| table_error(&format!("reading table {}", table.name), table, error))?;
        match wrong {
            None => Ok(()),
            Some(()) => {
                let message = format!("{} holds something of another type than the contract", table.name);
                Err(PortError::new(Fault::WrongTable { table: table.name.clone() }, message))
            }
        }
    }
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
