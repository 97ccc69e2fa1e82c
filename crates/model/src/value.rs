//! One cell on its way from a document to a column.

use crate::Decimal;

/// A value of one cell. Text and bytes are borrowed, from the document or from the arena of the document's shredding,
/// so that values are `Copy` and cells cost no allocation.
///
/// The kind takes a word of its own: then a copy is of whole words, and not of a byte and what is behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u64)]
pub enum Value<'a> {
    /// SQL null.
    Null,
    /// `bool`
    Bool(bool),
    /// `smallint`, `int` and `bigint`
    Int(i64),
    /// `decimal`
    Decimal(Decimal),
    /// `double`
    Double(f64),
    /// `char`, `varchar`, `text`, `xml`, `json`
    Text(&'a str),
    /// `date`: days since 1970-01-01
    Date(i32),
    /// `time`: microseconds since midnight
    Time(i64),
    /// `timestamp`: microseconds since 1970-01-01T00:00:00, no offset
    Timestamp(i64),
    /// `timestamptz`: microseconds since 1970-01-01T00:00:00Z
    TimestampTz(i64),
    /// `uuid`: big-endian bytes
    Uuid([u8; 16]),
    /// `binary`
    Binary(&'a [u8]),
}

impl Value<'_> {
    /// Whether this is SQL null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// A copy that owns its text or bytes.
    pub fn to_owned_value(&self) -> OwnedValue {
        match *self {
            Value::Text(text) => OwnedValue::Text(text.to_owned()),
            Value::Binary(bytes) => OwnedValue::Binary(bytes.to_vec()),
            Value::Null => OwnedValue::Inline(Value::Null),
            Value::Bool(value) => OwnedValue::Inline(Value::Bool(value)),
            Value::Int(value) => OwnedValue::Inline(Value::Int(value)),
            Value::Decimal(value) => OwnedValue::Inline(Value::Decimal(value)),
            Value::Double(value) => OwnedValue::Inline(Value::Double(value)),
            Value::Date(value) => OwnedValue::Inline(Value::Date(value)),
            Value::Time(value) => OwnedValue::Inline(Value::Time(value)),
            Value::Timestamp(value) => OwnedValue::Inline(Value::Timestamp(value)),
            Value::TimestampTz(value) => OwnedValue::Inline(Value::TimestampTz(value)),
            Value::Uuid(value) => OwnedValue::Inline(Value::Uuid(value)),
        }
    }
}

/// A constant of a contract: a [`Value`] that owns its text or bytes.
#[derive(Clone, Debug, PartialEq)]
#[repr(u8)]
pub enum OwnedValue {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
    /// Any value that borrows nothing.
    Inline(Value<'static>),
}

impl OwnedValue {
    /// The value, borrowed from here.
    #[inline]
    pub fn as_value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Binary(bytes) => Value::Binary(bytes),
            Self::Inline(value) => *value,
        }
    }
}
