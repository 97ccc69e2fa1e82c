//! Cells of Arrow arrays as values: the array is downcast once per column, not per cell.

use crate::{DataType, Decimal, Value};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float64Type, Int16Type, Int32Type, Int64Type, Time64MicrosecondType,
    TimestampMicrosecondType,
};
use arrow_array::{Array, BinaryArray, BooleanArray, FixedSizeBinaryArray, PrimitiveArray, StringArray};

/// A column of a batch, ready to give its cells.
#[derive(Debug)]
pub struct CellReader<'a> {
    /// `None` when the column has no null, so that the common case asks nothing per cell.
    nullable: Option<&'a dyn Array>,
    cells: Cells<'a>,
}

#[derive(Debug)]
enum Cells<'a> {
    Bool(&'a BooleanArray),
    SmallInt(&'a PrimitiveArray<Int16Type>),
    Int(&'a PrimitiveArray<Int32Type>),
    BigInt(&'a PrimitiveArray<Int64Type>),
    Decimal(&'a PrimitiveArray<Decimal128Type>, u8),
    Double(&'a PrimitiveArray<Float64Type>),
    Text(&'a StringArray),
    Date(&'a PrimitiveArray<Date32Type>),
    Time(&'a PrimitiveArray<Time64MicrosecondType>),
    Timestamp(&'a PrimitiveArray<TimestampMicrosecondType>),
    TimestampTz(&'a PrimitiveArray<TimestampMicrosecondType>),
    Uuid(&'a FixedSizeBinaryArray),
    Binary(&'a BinaryArray),
}

impl<'a> CellReader<'a> {
    /// Reads `array`, which has the Arrow type of `data_type`, as batches do.
    pub fn new(array: &'a dyn Array, data_type: DataType) -> Self {
        let cells = match data_type {
            DataType::Bool => Cells::Bool(array.as_boolean()),
            DataType::TinyInt | DataType::SmallInt => Cells::SmallInt(array.as_primitive()),
            DataType::Int => Cells::Int(array.as_primitive()),
            DataType::BigInt => Cells::BigInt(array.as_primitive()),
            DataType::Decimal { scale, .. } => Cells::Decimal(array.as_primitive(), scale),
            DataType::Double => Cells::Double(array.as_primitive()),
            DataType::Char(_) | DataType::VarChar(_) | DataType::Text | DataType::Xml | DataType::Json => {
                Cells::Text(array.as_string())
            }
            DataType::Date => Cells::Date(array.as_primitive()),
            DataType::Time => Cells::Time(array.as_primitive()),
            DataType::Timestamp => Cells::Timestamp(array.as_primitive()),
            DataType::TimestampTz => Cells::TimestampTz(array.as_primitive()),
            DataType::Uuid => Cells::Uuid(array.as_fixed_size_binary()),
            DataType::Binary => Cells::Binary(array.as_binary()),
        };
        Self { nullable: (array.null_count() > 0).then_some(array), cells }
    }

    /// The cell of this row.
    pub fn value(&self, row: usize) -> Value<'a> {
        if self.nullable.is_some_and(|array| array.is_null(row)) {
            return Value::Null;
        }
        match self.cells {
            Cells::Bool(array) => Value::Bool(array.value(row)),
            Cells::SmallInt(array) => Value::Int(array.value(row).into()),
            Cells::Int(array) => Value::Int(array.value(row).into()),
            Cells::BigInt(array) => Value::Int(array.value(row)),
            Cells::Decimal(array, scale) => Value::Decimal(Decimal { unscaled: array.value(row), scale }),
            Cells::Double(array) => Value::Double(array.value(row)),
            Cells::Text(array) => Value::Text(array.value(row)),
            Cells::Date(array) => Value::Date(array.value(row)),
            Cells::Time(array) => Value::Time(array.value(row)),
            Cells::Timestamp(array) => Value::Timestamp(array.value(row)),
            Cells::TimestampTz(array) => Value::TimestampTz(array.value(row)),
            Cells::Uuid(array) => {
                Value::Uuid(array.value(row).try_into().expect("a uuid column is 16 bytes wide"))
            }
            Cells::Binary(array) => Value::Binary(array.value(row)),
        }
    }
}
