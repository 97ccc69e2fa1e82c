//! Assignment of a value to a column: exact, or not at all.

use xmlshred_mapping::contract::Column;
use xmlshred_model::lexical::{self, LexicalError, MICROS_PER_DAY};
use xmlshred_model::{DataType, Decimal, OwnedValue, Value};

/// Text to a value of the column's type.
pub(crate) fn parse(text: &str, column: &Column) -> Result<OwnedValue, LexicalError> {
    match column.data_type {
        DataType::Binary => lexical::parse_bytes(text, column.binary_format).map(OwnedValue::Binary),
        data_type => lexical::parse(text, data_type, &column.formats).map(|value| value.to_owned_value()),
    }
}

/// The text that a value is written as.
pub(crate) fn text_of(value: &OwnedValue) -> String {
    let mut text = String::new();
    lexical::format(&value.as_value(), &mut text);
    text
}

/// A value of any type to one of the column's type.
pub(crate) fn coerce(value: &OwnedValue, column: &Column) -> Result<OwnedValue, LexicalError> {
    let to = column.data_type;
    let inline = |value| Ok(OwnedValue::Inline(value));
    match (value.as_value(), to) {
        (Value::Null, _) => Ok(value.clone()),
        (Value::Text(text), _) => parse(text, column),
        (Value::Int(number), _) if is_number(to) => {
            number_as(Decimal { unscaled: number.into(), scale: 0 }, to)
        }
        (Value::Decimal(number), _) if is_number(to) => number_as(number, to),
        (Value::Date(days), DataType::Timestamp) => {
            inline(Value::Timestamp(i64::from(days) * MICROS_PER_DAY))
        }
        (Value::Timestamp(micros), DataType::Date) if micros.rem_euclid(MICROS_PER_DAY) == 0 => {
            inline(Value::Date(micros.div_euclid(MICROS_PER_DAY) as i32))
        }
        _ if is_of(value, to) => Ok(value.clone()),
        _ if to.is_text() => parse(&text_of(value), column),
        _ => Err(LexicalError::NotA(to)),
    }
}

/// An exact number as a value of a numeric type.
fn number_as(number: Decimal, to: DataType) -> Result<OwnedValue, LexicalError> {
    let out_of_range = LexicalError::OutOfRange(to);
    let scale = match to {
        DataType::Decimal { scale, .. } => scale,
        DataType::Double => u8::MAX,
        _ => 0,
    };
    if scale < number.scale && number.rescale(38, scale).is_none() {
        return Err(LexicalError::Inexact(to));
    }
    let whole = number.rescale(38, 0).and_then(|whole| i64::try_from(whole.unscaled).ok());
    let value = match to {
        DataType::TinyInt => whole.filter(|&whole| u8::try_from(whole).is_ok()).map(Value::Int),
        DataType::SmallInt => whole.filter(|&whole| i16::try_from(whole).is_ok()).map(Value::Int),
        DataType::Int => whole.filter(|&whole| i32::try_from(whole).is_ok()).map(Value::Int),
        DataType::BigInt => whole.map(Value::Int),
        DataType::Decimal { precision, scale } => number.rescale(precision, scale).map(Value::Decimal),
        _ => number.to_string().parse().ok().map(Value::Double),
    };
    value.map(OwnedValue::Inline).ok_or(out_of_range)
}

fn is_number(data_type: DataType) -> bool {
    matches!(
        data_type,
        DataType::TinyInt
            | DataType::SmallInt
            | DataType::Int
            | DataType::BigInt
            | DataType::Decimal { .. }
            | DataType::Double
    )
}

/// Whether a value is one of the type already.
fn is_of(value: &OwnedValue, data_type: DataType) -> bool {
    matches!(
        (value.as_value(), data_type),
        (Value::Bool(_), DataType::Bool)
            | (Value::Double(_), DataType::Double)
            | (Value::Date(_), DataType::Date)
            | (Value::Time(_), DataType::Time)
            | (Value::Timestamp(_), DataType::Timestamp)
            | (Value::TimestampTz(_), DataType::TimestampTz)
            | (Value::Uuid(_), DataType::Uuid)
            | (Value::Binary(_), DataType::Binary)
    )
}
