//! Comparison of values. The type check lets only values through that have an order.

use std::cmp::Ordering;

use xmlshred_model::Value;

use super::number;
use crate::calendar::DAY_MICROS;
use crate::decimal;

/// The order of two values; `None` when one is null.
pub(super) fn compare(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (*left, *right) {
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(&right)),
        (Value::Decimal(left), Value::Decimal(right)) => Some(decimal::compare(left, right)),
        (Value::Int(left), Value::Decimal(right)) => Some(decimal::compare(decimal::from_int(left), right)),
        (Value::Decimal(left), Value::Int(right)) => Some(decimal::compare(left, decimal::from_int(right))),
        (Value::Double(_), _) | (_, Value::Double(_)) => {
            number::to_double(*left)?.partial_cmp(&number::to_double(*right)?)
        }
        // By code point, as the `C` and binary collations of databases.
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(&right)),
        (Value::Int(left), Value::Int(right))
        | (Value::Time(left), Value::Time(right))
        | (Value::Timestamp(left), Value::Timestamp(right))
        | (Value::TimestampTz(left), Value::TimestampTz(right)) => Some(left.cmp(&right)),
        (Value::Date(left), Value::Timestamp(right)) => Some(midnight(left).cmp(&right)),
        (Value::Timestamp(left), Value::Date(right)) => Some(left.cmp(&midnight(right))),
        (Value::Uuid(left), Value::Uuid(right)) => Some(left.cmp(&right)),
        (Value::Binary(left), Value::Binary(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// Whether two values are equal; `None` when one is null.
#[inline]
pub(super) fn are_equal(left: &Value<'_>, right: &Value<'_>) -> Option<bool> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(left == right),
        _ => compare(left, right).map(Ordering::is_eq),
    }
}

fn midnight(days: i32) -> i64 {
    i64::from(days) * DAY_MICROS
}
