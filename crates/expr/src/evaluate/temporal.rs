//! `DATEADD`, `DATEDIFF` and `EXTRACT`. Timestamps with offset are taken in UTC.

use xmlshred_model::Value;

use crate::calendar::{self, DAY_MICROS, Unit};
use crate::error::{Evaluated, EvaluationError};

fn micros(value: Value<'_>) -> Option<i64> {
    match value {
        Value::Date(days) => Some(i64::from(days) * DAY_MICROS),
        Value::Time(micros) | Value::Timestamp(micros) | Value::TimestampTz(micros) => Some(micros),
        _ => None,
    }
}

/// `DATEADD(unit, count, value)`
pub(super) fn add<'a>(unit: Unit, count: Value<'_>, value: Value<'_>) -> Evaluated<'a> {
    let Value::Int(count) = count else { return Ok(Value::Null) };
    Ok(match value {
        Value::Date(days) => {
            let days = calendar::add_to_days(unit, count, i64::from(days))?;
            Value::Date(i32::try_from(days).map_err(|_| EvaluationError::OutOfRange)?)
        }
        Value::Time(time) => Value::Time(calendar::add_to_time(unit, count, time)),
        Value::Timestamp(at) => Value::Timestamp(calendar::add_to_micros(unit, count, at)?),
        Value::TimestampTz(at) => Value::TimestampTz(calendar::add_to_micros(unit, count, at)?),
        _ => Value::Null,
    })
}

/// `DATEDIFF(unit, from, to)`
pub(super) fn difference<'a>(unit: Unit, from: Value<'_>, to: Value<'_>) -> Value<'a> {
    match (micros(from), micros(to)) {
        (Some(from), Some(to)) => Value::Int(calendar::boundaries(unit, from, to)),
        _ => Value::Null,
    }
}

/// `EXTRACT(unit FROM value)`
pub(super) fn extract<'a>(unit: Unit, value: Value<'_>) -> Value<'a> {
    micros(value).map_or(Value::Null, |micros| Value::Int(calendar::part(unit, micros)))
}
