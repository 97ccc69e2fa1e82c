//! A column that grows cell by cell, can be cut back to an earlier length, and becomes an Arrow array without copying.

use std::sync::Arc;

use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, Float64Type, Int16Type, Int32Type, Int64Type,
    Time64MicrosecondType, TimestampMicrosecondType,
};
use arrow_array::{ArrayRef, BinaryArray, BooleanArray, FixedSizeBinaryArray, PrimitiveArray, StringArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};

use crate::{DataType, Value};

/// Builds one column of a batch. Rows that a failed document left are cut off with [`ColumnBuilder::truncate`],
/// which Arrow's own builders cannot do.
#[derive(Debug)]
pub struct ColumnBuilder {
    data_type: DataType,
    cells: Cells,
    valid: Vec<bool>,
}

#[derive(Debug)]
enum Cells {
    Bool(Vec<bool>),
    Int16(Vec<i16>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Decimal(Vec<i128>),
    Double(Vec<f64>),
    Uuid(Vec<u8>),
    Text { offsets: Vec<i32>, text: String },
    Binary { offsets: Vec<i32>, bytes: Vec<u8> },
}

impl ColumnBuilder {
    /// An empty column of this type.
    pub fn new(data_type: DataType) -> Self {
        Self::with_capacity(data_type, 0, 0)
    }

    /// An empty column with room for as many cells and bytes of text.
    fn with_capacity(data_type: DataType, len: usize, bytes: usize) -> Self {
        let offsets = || {
            let mut offsets = Vec::with_capacity(len + 1);
            offsets.push(0);
            offsets
        };
        let cells = match data_type {
            DataType::Bool => Cells::Bool(Vec::with_capacity(len)),
            DataType::TinyInt | DataType::SmallInt => Cells::Int16(Vec::with_capacity(len)),
            DataType::Int | DataType::Date => Cells::Int32(Vec::with_capacity(len)),
            DataType::BigInt | DataType::Time | DataType::Timestamp | DataType::TimestampTz => {
                Cells::Int64(Vec::with_capacity(len))
            }
            DataType::Decimal { .. } => Cells::Decimal(Vec::with_capacity(len)),
            DataType::Double => Cells::Double(Vec::with_capacity(len)),
            DataType::Uuid => Cells::Uuid(Vec::with_capacity(len * 16)),
            DataType::Char(_) | DataType::VarChar(_) | DataType::Text | DataType::Xml | DataType::Json => {
                Cells::Text { offsets: offsets(), text: String::with_capacity(bytes) }
            }
            DataType::Binary => Cells::Binary { offsets: offsets(), bytes: Vec::with_capacity(bytes) },
        };
        Self { data_type, cells, valid: Vec::with_capacity(len) }
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.valid.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.valid.is_empty()
    }

    /// Appends one cell; answers how many bytes of text or binary data that are.
    ///
    /// # Panics
    /// When the value is not of the column's type, or outside its range: conversion has seen to both before.
    #[inline]
    pub fn push(&mut self, value: &Value<'_>) -> usize {
        self.valid.push(!value.is_null());
        match (&mut self.cells, value) {
            (Cells::Text { offsets, text }, Value::Text(cell)) => {
                text.push_str(cell);
                offsets.push(offset(text.len()));
                return cell.len();
            }
            (Cells::Text { offsets, text }, Value::Null) => offsets.push(offset(text.len())),
            (Cells::Binary { offsets, bytes }, Value::Binary(cell)) => {
                bytes.extend_from_slice(cell);
                offsets.push(offset(bytes.len()));
                return cell.len();
            }
            (Cells::Binary { offsets, bytes }, Value::Null) => offsets.push(offset(bytes.len())),
            (Cells::Bool(cells), Value::Bool(cell)) => cells.push(*cell),
            (Cells::Bool(cells), Value::Null) => cells.push(false),
            (Cells::Int16(cells), Value::Int(cell)) => {
                cells.push((*cell).try_into().expect("smallint was range-checked"));
            }
            (Cells::Int16(cells), Value::Null) => cells.push(0),
            (Cells::Int32(cells), Value::Int(cell)) => {
                cells.push((*cell).try_into().expect("int was range-checked"));
            }
            (Cells::Int32(cells), Value::Date(cell)) => cells.push(*cell),
            (Cells::Int32(cells), Value::Null) => cells.push(0),
            (
                Cells::Int64(cells),
                Value::Int(cell) | Value::Time(cell) | Value::Timestamp(cell) | Value::TimestampTz(cell),
            ) => cells.push(*cell),
            (Cells::Int64(cells), Value::Null) => cells.push(0),
            (Cells::Decimal(cells), Value::Decimal(cell)) => {
                debug_assert!(
                    matches!(self.data_type, DataType::Decimal { scale, .. } if scale == cell.scale)
                );
                cells.push(cell.unscaled);
            }
            (Cells::Decimal(cells), Value::Null) => cells.push(0),
            (Cells::Double(cells), Value::Double(cell)) => cells.push(*cell),
            (Cells::Double(cells), Value::Null) => cells.push(0.0),
            (Cells::Uuid(cells), Value::Uuid(cell)) => cells.extend_from_slice(cell),
            (Cells::Uuid(cells), Value::Null) => cells.extend_from_slice(&[0; 16]),
            (_, value) => wrong_type(self.data_type, value),
        }
        0
    }

    /// Cuts the column back to its first `len` cells. Room that an unusual document took is given back.
    pub fn truncate(&mut self, len: usize) {
        if len >= self.valid.len() {
            return;
        }
        cut(&mut self.valid, len);
        match &mut self.cells {
            Cells::Bool(cells) => cut(cells, len),
            Cells::Int16(cells) => cut(cells, len),
            Cells::Int32(cells) => cut(cells, len),
            Cells::Int64(cells) => cut(cells, len),
            Cells::Decimal(cells) => cut(cells, len),
            Cells::Double(cells) => cut(cells, len),
            Cells::Uuid(cells) => cut(cells, len * 16),
            Cells::Text { offsets, text } => {
                cut(offsets, len + 1);
                let kept = offsets[len] as usize;
                text.truncate(kept);
                if is_unusual(text.capacity(), kept) {
                    text.shrink_to(kept);
                }
            }
            Cells::Binary { offsets, bytes } => {
                cut(offsets, len + 1);
                cut(bytes, offsets[len] as usize);
            }
        }
    }

    /// Bytes of text or binary data so far; fixed-width cells are not counted.
    pub fn variable_bytes(&self) -> usize {
        match &self.cells {
            Cells::Text { text, .. } => text.len(),
            Cells::Binary { bytes, .. } => bytes.len(),
            _ => 0,
        }
    }

    /// Bytes of a fixed-width cell, offsets and validity included.
    pub fn cell_width(&self) -> usize {
        1 + match &self.cells {
            Cells::Bool(_) => 1,
            Cells::Int16(_) => 2,
            Cells::Int32(_) | Cells::Text { .. } | Cells::Binary { .. } => 4,
            Cells::Int64(_) | Cells::Double(_) => 8,
            Cells::Decimal(_) | Cells::Uuid(_) => 16,
        }
    }

    /// Takes the cells out as an Arrow array of [`DataType::arrow_type`]; the builder is empty afterwards, with room for as many cells
    /// when the next batch will be about as large.
    pub fn finish(&mut self, is_usual: bool) -> ArrayRef {
        let (len, bytes) = if is_usual { (self.len(), self.variable_bytes()) } else { (0, 0) };
        let empty = Self::with_capacity(self.data_type, len + len / 8, bytes + bytes / 8);
        let Self { data_type, cells, valid } = std::mem::replace(self, empty);
        // Without an early end: vectors look at many at once.
        let is_full = valid.iter().fold(1, |all, &valid| all & u8::from(valid)) == 1;
        let nulls = (!is_full).then(|| NullBuffer::from(valid));
        match cells {
            Cells::Bool(cells) => Arc::new(BooleanArray::new(BooleanBuffer::from(cells), nulls)),
            Cells::Int16(cells) => primitive::<Int16Type>(cells, nulls),
            Cells::Int32(cells) if data_type == DataType::Date => primitive::<Date32Type>(cells, nulls),
            Cells::Int32(cells) => primitive::<Int32Type>(cells, nulls),
            Cells::Int64(cells) => match data_type {
                DataType::Time => primitive::<Time64MicrosecondType>(cells, nulls),
                DataType::Timestamp | DataType::TimestampTz => Arc::new(
                    PrimitiveArray::<TimestampMicrosecondType>::new(ScalarBuffer::from(cells), nulls)
                        .with_data_type(data_type.arrow_type()),
                ),
                _ => primitive::<Int64Type>(cells, nulls),
            },
            Cells::Decimal(cells) => Arc::new(
                PrimitiveArray::<Decimal128Type>::new(ScalarBuffer::from(cells), nulls)
                    .with_data_type(data_type.arrow_type()),
            ),
            Cells::Double(cells) => primitive::<Float64Type>(cells, nulls),
            Cells::Uuid(cells) => Arc::new(FixedSizeBinaryArray::new(16, Buffer::from_vec(cells), nulls)),
            Cells::Text { offsets, text } => Arc::new(StringArray::new(
                OffsetBuffer::new(ScalarBuffer::from(offsets)),
                Buffer::from_vec(text.into_bytes()),
                nulls,
            )),
            Cells::Binary { offsets, bytes } => Arc::new(BinaryArray::new(
                OffsetBuffer::new(ScalarBuffer::from(offsets)),
                Buffer::from_vec(bytes),
                nulls,
            )),
        }
    }
}

/// Room beyond twice of what is in use that a column keeps when rows are dropped, in bytes.
const MAX_KEPT: usize = 64 << 10;

fn is_unusual(capacity: usize, used: usize) -> bool {
    capacity > 2 * used + MAX_KEPT
}

fn cut<T>(cells: &mut Vec<T>, len: usize) {
    cells.truncate(len);
    if is_unusual(cells.capacity() * size_of::<T>(), len * size_of::<T>()) {
        cells.shrink_to(len);
    }
}

fn primitive<T: ArrowPrimitiveType>(cells: Vec<T::Native>, nulls: Option<NullBuffer>) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::from(cells), nulls))
}

fn offset(len: usize) -> i32 {
    i32::try_from(len).expect("the batch limit is far below 2 GiB")
}

#[cold]
fn wrong_type(data_type: DataType, value: &Value<'_>) -> ! {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) => "integer",
        Value::Decimal(_) => "decimal",
        Value::Double(_) => "double",
        Value::Text(_) => "text",
        Value::Date(_) => "date",
        Value::Time(_) => "time",
        Value::Timestamp(_) => "timestamp",
        Value::TimestampTz(_) => "timestamptz",
        Value::Uuid(_) => "uuid",
        Value::Binary(_) => "binary",
    };
    panic!("a {kind} value reached a column of type {data_type}: the plan converts before it emits")
}
