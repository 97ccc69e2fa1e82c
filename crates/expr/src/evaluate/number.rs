//! Arithmetic over integers, decimals and doubles: the operands decide which. Everything else is null, which the type
//! check keeps from happening.

use xmlshred_model::{Decimal, Value};

use crate::decimal;
use crate::error::{Evaluated, EvaluationError};
use crate::node::ArithmeticOperator;

/// Two numbers of the same kind.
enum Pair {
    Ints(i64, i64),
    Decimals(Decimal, Decimal),
    Doubles(f64, f64),
}

fn pair(left: Value<'_>, right: Value<'_>) -> Option<Pair> {
    Some(match (left, right) {
        (Value::Int(left), Value::Int(right)) => Pair::Ints(left, right),
        (Value::Double(_), _) | (_, Value::Double(_)) => Pair::Doubles(to_double(left)?, to_double(right)?),
        _ => Pair::Decimals(to_decimal(left)?, to_decimal(right)?),
    })
}

fn to_decimal(value: Value<'_>) -> Option<Decimal> {
    match value {
        Value::Int(value) => Some(decimal::from_int(value)),
        Value::Decimal(value) => Some(value),
        _ => None,
    }
}

pub(super) fn to_double(value: Value<'_>) -> Option<f64> {
    match value {
        Value::Int(value) => Some(value as f64),
        Value::Decimal(value) => Some(decimal::to_double(value)),
        Value::Double(value) => Some(value),
        _ => None,
    }
}

pub(super) fn finite<'a>(value: f64) -> Evaluated<'a> {
    if value.is_finite() { Ok(Value::Double(value)) } else { Err(EvaluationError::OutOfRange) }
}

/// `left operator right`
pub(super) fn calculate<'a>(
    operator: ArithmeticOperator,
    left: Value<'_>,
    right: Value<'_>,
) -> Evaluated<'a> {
    match pair(left, right) {
        None => Ok(Value::Null),
        Some(Pair::Ints(left, right)) => ints(operator, left, right).map(Value::Int),
        Some(Pair::Decimals(left, right)) => decimals(operator, left, right).map(Value::Decimal),
        Some(Pair::Doubles(left, right)) => doubles(operator, left, right),
    }
}

fn ints(operator: ArithmeticOperator, left: i64, right: i64) -> Result<i64, EvaluationError> {
    let divides = matches!(operator, ArithmeticOperator::Divide | ArithmeticOperator::Remainder);
    if divides && right == 0 {
        return Err(EvaluationError::DivisionByZero);
    }
    match operator {
        ArithmeticOperator::Add => left.checked_add(right),
        ArithmeticOperator::Subtract => left.checked_sub(right),
        ArithmeticOperator::Multiply => left.checked_mul(right),
        ArithmeticOperator::Divide => left.checked_div(right),
        // The remainder of the smallest integer by -1 is 0 although the quotient overflows.
        ArithmeticOperator::Remainder => Some(left.wrapping_rem(right)),
    }
    .ok_or(EvaluationError::OutOfRange)
}

fn decimals(operator: ArithmeticOperator, left: Decimal, right: Decimal) -> Result<Decimal, EvaluationError> {
    match operator {
        ArithmeticOperator::Add => decimal::add(left, right),
        ArithmeticOperator::Subtract => decimal::subtract(left, right),
        ArithmeticOperator::Multiply => decimal::multiply(left, right),
        ArithmeticOperator::Divide => decimal::divide(left, right),
        ArithmeticOperator::Remainder => decimal::remainder(left, right),
    }
}

fn doubles<'a>(operator: ArithmeticOperator, left: f64, right: f64) -> Evaluated<'a> {
    let divides = matches!(operator, ArithmeticOperator::Divide | ArithmeticOperator::Remainder);
    if divides && right == 0.0 {
        return Err(EvaluationError::DivisionByZero);
    }
    let result = match operator {
        ArithmeticOperator::Add => left + right,
        ArithmeticOperator::Subtract => left - right,
        ArithmeticOperator::Multiply => left * right,
        ArithmeticOperator::Divide => left / right,
        ArithmeticOperator::Remainder => left % right,
    };
    // A product or quotient of others than zero is none, though it may be too small to tell.
    let is_lost = match operator {
        ArithmeticOperator::Multiply => result == 0.0 && left != 0.0 && right != 0.0,
        ArithmeticOperator::Divide => result == 0.0 && left != 0.0,
        _ => false,
    };
    if is_lost { Err(EvaluationError::OutOfRange) } else { finite(result) }
}

/// `-value`
pub(super) fn negate(value: Value<'_>) -> Evaluated<'_> {
    match value {
        Value::Int(value) => value.checked_neg().map(Value::Int).ok_or(EvaluationError::OutOfRange),
        Value::Decimal(value) => Ok(Value::Decimal(decimal::negate(value))),
        Value::Double(value) => Ok(Value::Double(-value)),
        _ => Ok(Value::Null),
    }
}

/// `ABS(value)`
pub(super) fn absolute(value: Value<'_>) -> Evaluated<'_> {
    match value {
        Value::Int(value) => value.checked_abs().map(Value::Int).ok_or(EvaluationError::OutOfRange),
        Value::Decimal(value) => Ok(Value::Decimal(decimal::absolute(value))),
        Value::Double(value) => Ok(Value::Double(value.abs())),
        _ => Ok(Value::Null),
    }
}

/// `ROUND(value, digits)`, half away from zero; `digits` is null when it was not given.
pub(super) fn round<'a>(value: Value<'a>, digits: Value<'a>, scale: u8) -> Evaluated<'a> {
    let digits = match digits {
        Value::Int(digits) => digits,
        _ => 0,
    };
    match value {
        Value::Int(value) if digits < 0 => {
            let rounded = decimal::truncate(decimal::round(decimal::from_int(value), digits)?);
            i64::try_from(rounded).map(Value::Int).map_err(|_| EvaluationError::OutOfRange)
        }
        Value::Int(value) => Ok(Value::Int(value)),
        Value::Decimal(value) => {
            let rounded = decimal::round(value, digits)?;
            Ok(Value::Decimal(if scale < rounded.scale {
                decimal::rescale(rounded, scale)?
            } else {
                decimal::widen(rounded, scale)
            }))
        }
        Value::Double(value) => finite(round_double(value, digits)),
        _ => Ok(Value::Null),
    }
}

fn round_double(value: f64, digits: i64) -> f64 {
    // A double has no more than 17 significant digits, and none behind the 324th.
    if digits >= 324 {
        return value;
    }
    if digits <= -309 {
        return 0.0;
    }
    let exponent = digits as i32;
    // Rounding the shortest decimal form is what a reader of the number expects: 1.005 becomes 1.01.
    if (0..=15).contains(&exponent)
        && let Ok(rounded) = decimal::from_double(value, exponent as u8)
    {
        return decimal::to_double(rounded);
    }
    if exponent < 0 {
        let unit = 10f64.powi(-exponent);
        return (value / unit).round() * unit;
    }
    let unit = 10f64.powi(exponent.min(300));
    let scaled = value * unit;
    if scaled.is_finite() { scaled.round() / unit } else { value }
}

/// `FLOOR(value)`
pub(super) fn floor(value: Value<'_>) -> Evaluated<'_> {
    Ok(match value {
        Value::Decimal(value) => Value::Decimal(decimal::floor(value)),
        Value::Double(value) => Value::Double(value.floor()),
        other => other,
    })
}

/// `CEILING(value)`
pub(super) fn ceiling(value: Value<'_>) -> Evaluated<'_> {
    Ok(match value {
        Value::Decimal(value) => Value::Decimal(decimal::ceiling(value)),
        Value::Double(value) => Value::Double(value.ceil()),
        other => other,
    })
}
