//! Cells of a batch as values.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float64Type, Int16Type, Int32Type, Int64Type, Time64MicrosecondType,
    TimestampMicrosecondType,
};
use arrow_array::{Array, RecordBatch};
use xmlshred_model::{Batch, DataType, Decimal, OwnedValue, TableSchema, Value};

/// One cell; `array` is of the Arrow type of `data_type`.
///
/// # Panics
/// When it is not, or has no such row.
pub fn cell(array: &dyn Array, row: usize, data_type: DataType) -> Value<'_> {
    if array.is_null(row) {
        return Value::Null;
    }
    match data_type {
        DataType::Bool => Value::Bool(array.as_boolean().value(row)),
        DataType::SmallInt => Value::Int(array.as_primitive::<Int16Type>().value(row).into()),
        DataType::Int => Value::Int(array.as_primitive::<Int32Type>().value(row).into()),
        DataType::BigInt => Value::Int(array.as_primitive::<Int64Type>().value(row)),
        DataType::Decimal { scale, .. } => {
            Value::Decimal(Decimal { unscaled: array.as_primitive::<Decimal128Type>().value(row), scale })
        }
        DataType::Double => Value::Double(array.as_primitive::<Float64Type>().value(row)),
        DataType::Char(_) | DataType::VarChar(_) | DataType::Text | DataType::Xml | DataType::Json => {
            Value::Text(array.as_string::<i32>().value(row))
        }
        DataType::Date => Value::Date(array.as_primitive::<Date32Type>().value(row)),
        DataType::Time => Value::Time(array.as_primitive::<Time64MicrosecondType>().value(row)),
        DataType::Timestamp => Value::Timestamp(array.as_primitive::<TimestampMicrosecondType>().value(row)),
        DataType::TimestampTz => {
            Value::TimestampTz(array.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        DataType::Uuid => Value::Uuid(
            array.as_fixed_size_binary().value(row).try_into().expect("a uuid column is 16 bytes wide"),
        ),
        DataType::Binary => Value::Binary(array.as_binary::<i32>().value(row)),
    }
}

/// The rows of one table as values.
pub fn rows(table: &TableSchema, records: &RecordBatch) -> Vec<Vec<OwnedValue>> {
    let columns = || table.columns.iter().zip(records.columns());
    (0..records.num_rows())
        .map(|row| {
            columns().map(|(column, array)| cell(array, row, column.data_type).to_owned_value()).collect()
        })
        .collect()
}

/// The rows that a batch has in table `table`.
pub fn batch_rows(batch: &Batch, table: usize) -> Vec<Vec<OwnedValue>> {
    rows(&batch.schema().tables[table], &batch.rows(table))
}

/// The same rows in an order of their own, to compare as sets with repetition.
pub fn sorted(mut rows: Vec<Vec<OwnedValue>>) -> Vec<Vec<OwnedValue>> {
    rows.sort_by_cached_key(|row| format!("{row:?}"));
    rows
}
