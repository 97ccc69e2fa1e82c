//! `CAST`, and the conversions that mixed types imply.

use xmlshred_model::{DataType, Decimal, Value, lexical};

use super::maker::Maker;
use super::{number, text};
use crate::calendar::DAY_MICROS;
use crate::decimal;
use crate::error::{Evaluated, EvaluationError};

/// The value as one of this type; null stays null.
///
/// Text is read strictly, as columns are. Fractions are cut off when a number becomes an integer and rounded when its scale
/// gets smaller. Text longer than its type is an error: nothing is cut off silently.
pub(super) fn cast<'a>(value: Value<'a>, target: DataType, maker: Maker<'a, '_>) -> Evaluated<'a> {
    match (value, target) {
        (Value::Null, _) => Ok(Value::Null),
        (Value::Text(text), DataType::Binary) => {
            maker.reads(text.len())?;
            // The bytes are never more than their text.
            maker.work.value_bytes(text.len())?;
            lexical::parse_binary(text)
                .map(|bytes| Value::Binary(maker.arena.alloc_slice_copy(&bytes)))
                .map_err(|_| EvaluationError::InvalidCast(target))
        }
        (Value::Text(text), _) => parse(text, target, maker),
        (value, _) if target.is_text() => parse(text::canonical(value, maker)?, target, maker),
        (_, DataType::TinyInt) => int(value, 0, i64::from(u8::MAX), target),
        (_, DataType::SmallInt) => int(value, i64::from(i16::MIN), i64::from(i16::MAX), target),
        (_, DataType::Int) => int(value, i64::from(i32::MIN), i64::from(i32::MAX), target),
        (_, DataType::BigInt) => int(value, i64::MIN, i64::MAX, target),
        (_, DataType::Bool) => match value {
            Value::Bool(_) => Ok(value),
            Value::Int(value) => Ok(Value::Bool(value != 0)),
            _ => Err(EvaluationError::InvalidCast(target)),
        },
        (_, DataType::Decimal { precision, scale }) => match value {
            Value::Int(value) => fit(decimal::from_int(value), precision, scale),
            Value::Decimal(value) => fit(value, precision, scale),
            Value::Double(value) => fit(decimal::from_double(value, scale)?, precision, scale),
            _ => Err(EvaluationError::InvalidCast(target)),
        },
        (_, DataType::Double) => match number::to_double(value) {
            Some(value) => number::finite(value),
            None => Err(EvaluationError::InvalidCast(target)),
        },
        (Value::Date(_), DataType::Date)
        | (Value::Time(_), DataType::Time)
        | (Value::Timestamp(_), DataType::Timestamp)
        | (Value::TimestampTz(_), DataType::TimestampTz)
        | (Value::Uuid(_), DataType::Uuid)
        | (Value::Binary(_), DataType::Binary) => Ok(value),
        (Value::Date(days), DataType::Timestamp) => Ok(Value::Timestamp(i64::from(days) * DAY_MICROS)),
        (Value::Date(days), DataType::TimestampTz) => Ok(Value::TimestampTz(i64::from(days) * DAY_MICROS)),
        (Value::Timestamp(at) | Value::TimestampTz(at), DataType::Date) => {
            let days = i32::try_from(at.div_euclid(DAY_MICROS)).map_err(|_| EvaluationError::OutOfRange)?;
            Ok(Value::Date(days))
        }
        (Value::Timestamp(at) | Value::TimestampTz(at), DataType::Time) => {
            Ok(Value::Time(at.rem_euclid(DAY_MICROS)))
        }
        (Value::Timestamp(at), DataType::TimestampTz) => Ok(Value::TimestampTz(at)),
        (Value::TimestampTz(at), DataType::Timestamp) => Ok(Value::Timestamp(at)),
        _ => Err(EvaluationError::InvalidCast(target)),
    }
}

/// The value as one of the type that alternatives share: exact, so that a number may keep a smaller scale.
pub(super) fn widen<'a>(value: Value<'a>, target: DataType, maker: Maker<'a, '_>) -> Evaluated<'a> {
    match (value, target) {
        (Value::Int(value), DataType::Decimal { scale, .. }) => {
            Ok(Value::Decimal(decimal::widen(decimal::from_int(value), scale)))
        }
        (Value::Decimal(value), DataType::Decimal { scale, .. }) => {
            Ok(Value::Decimal(decimal::widen(value, scale)))
        }
        (value, target) => cast(value, target, maker),
    }
}

fn parse<'a>(text: &'a str, target: DataType, maker: Maker<'a, '_>) -> Evaluated<'a> {
    if !matches!(target, DataType::Text | DataType::Xml) {
        maker.reads(text.len())?;
    }
    lexical::parse(text, target, &[]).map_err(|_| EvaluationError::InvalidCast(target))
}

fn fit<'a>(value: Decimal, precision: u8, scale: u8) -> Evaluated<'a> {
    let value = decimal::rescale(value, scale)?;
    // A decimal type of 38 digits holds every decimal.
    if precision < decimal::MAX_DIGITS && value.unscaled.unsigned_abs() >= 10u128.pow(u32::from(precision)) {
        return Err(EvaluationError::OutOfRange);
    }
    Ok(Value::Decimal(value))
}

fn int(value: Value<'_>, min: i64, max: i64, target: DataType) -> Evaluated<'_> {
    let whole = match value {
        Value::Int(value) => i128::from(value),
        Value::Bool(value) => i128::from(value),
        Value::Decimal(value) => decimal::truncate(value),
        // The conversion saturates, so that what is out of range stays so.
        Value::Double(value) => value.trunc() as i128,
        _ => return Err(EvaluationError::InvalidCast(target)),
    };
    i64::try_from(whole)
        .ok()
        .filter(|whole| (min..=max).contains(whole))
        .map(Value::Int)
        .ok_or(EvaluationError::OutOfRange)
}
