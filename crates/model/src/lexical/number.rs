//! Numbers: XSD `integer`, `decimal` and `double`, exact and range-checked.

use std::fmt::Write as _;

use crate::{DataType, Decimal, Value};

use super::error::LexicalError;
use super::leniency::{Lost, OnInexact};

/// The usual case: digits that are too few to overflow, and no white space.
#[inline]
pub(super) fn short_integer(text: &str) -> Option<i64> {
    let (is_negative, digits) = sign(text);
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let number = digits.iter().try_fold(0_i64, |number, &byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then(|| number * 10 + i64::from(digit))
    })?;
    Some(if is_negative { -number } else { number })
}

/// As [`short_integer`], of a decimal.
#[inline]
pub(super) fn short_decimal_of(text: &str, precision: u8, scale: u8) -> Option<Decimal> {
    let (is_negative, digits) = sign(text);
    short_decimal(is_negative, digits, precision, scale)
}

pub(super) fn integer(text: &str, data_type: DataType) -> Result<Value<'static>, LexicalError> {
    let (is_negative, digits) = sign(text);
    if digits.len() <= 18 && !digits.is_empty() {
        // Too short to overflow.
        let mut number = 0_i64;
        let mut others = 0;
        for &byte in digits {
            let digit = byte.wrapping_sub(b'0');
            others |= u8::from(digit > 9);
            number = number.wrapping_mul(10).wrapping_add(i64::from(digit));
        }
        if others != 0 {
            return with_fraction(text, data_type);
        }
        let number = if is_negative { -number } else { number };
        let fits = match data_type {
            DataType::TinyInt => u8::try_from(number).is_ok(),
            DataType::SmallInt => i16::try_from(number).is_ok(),
            DataType::Int => i32::try_from(number).is_ok(),
            _ => true,
        };
        return if fits { Ok(Value::Int(number)) } else { Err(LexicalError::OutOfRange(data_type)) };
    }
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return with_fraction(text, data_type);
    }
    let out_of_range = LexicalError::OutOfRange(data_type);
    let number = digits.iter().try_fold(0_i64, |number, digit| {
        // Counted down, because the smallest number has no positive counterpart.
        number.checked_mul(10)?.checked_sub(i64::from(digit - b'0'))
    });
    let number = if is_negative { number } else { number.and_then(i64::checked_neg) }.ok_or(out_of_range)?;
    let fits = match data_type {
        DataType::TinyInt => u8::try_from(number).is_ok(),
        DataType::SmallInt => i16::try_from(number).is_ok(),
        DataType::Int => i32::try_from(number).is_ok(),
        _ => true,
    };
    if fits { Ok(Value::Int(number)) } else { Err(out_of_range) }
}

/// Zeros behind a point are no more than none: `150.00` is an integer.
#[cold]
fn with_fraction(text: &str, data_type: DataType) -> Result<Value<'static>, LexicalError> {
    rounded_integer(text, data_type, OnInexact::Fail).map(|(value, _)| value)
}

/// An integer, and whether it was rounded or cut.
pub(super) fn rounded_integer(
    text: &str,
    data_type: DataType,
    on_inexact: OnInexact,
) -> Result<(Value<'static>, bool), LexicalError> {
    let whole = rounded_decimal(text, Decimal::MAX_PRECISION, 0, on_inexact);
    let (Decimal { unscaled, .. }, is_inexact) = whole.map_err(|error| match error {
        LexicalError::NotA(_) => LexicalError::NotA(data_type),
        LexicalError::Inexact(_) => LexicalError::Inexact(data_type),
        _ => LexicalError::OutOfRange(data_type),
    })?;
    let fits = match data_type {
        DataType::TinyInt => u8::try_from(unscaled).is_ok(),
        DataType::SmallInt => i16::try_from(unscaled).is_ok(),
        DataType::Int => i32::try_from(unscaled).is_ok(),
        _ => true,
    };
    let number = i64::try_from(unscaled).ok().filter(|_| fits);
    number.map(|number| (Value::Int(number), is_inexact)).ok_or(LexicalError::OutOfRange(data_type))
}

/// Digits that the scale cannot hold must be zeros: nothing is rounded.
pub(super) fn decimal(text: &str, precision: u8, scale: u8) -> Result<Value<'static>, LexicalError> {
    let (is_negative, digits) = sign(text);
    if let Some(decimal) = short_decimal(is_negative, digits, precision, scale) {
        return Ok(Value::Decimal(decimal));
    }
    rounded_decimal(text, precision, scale, OnInexact::Fail).map(|(decimal, _)| Value::Decimal(decimal))
}

/// A decimal, and whether digits were rounded or cut that the scale cannot hold.
pub(super) fn rounded_decimal(
    text: &str,
    precision: u8,
    scale: u8,
    on_inexact: OnInexact,
) -> Result<(Decimal, bool), LexicalError> {
    let data_type = DataType::Decimal { precision, scale };
    let (is_negative, digits) = sign(text);
    let point = digits.iter().position(|&byte| byte == b'.');
    let (whole, fraction) = point.map_or((digits, [].as_slice()), |at| (&digits[..at], &digits[at + 1..]));
    let is_number =
        !(whole.is_empty() && fraction.is_empty()) && whole.iter().chain(fraction).all(u8::is_ascii_digit);
    if !is_number {
        return Err(LexicalError::NotA(data_type));
    }
    let out_of_range = LexicalError::OutOfRange(data_type);
    let (kept, lost) = fraction.split_at(fraction.len().min(usize::from(scale)));
    let lost = Lost::of(lost);
    let rounding = lost.settled(on_inexact).ok_or(LexicalError::Inexact(data_type))?;
    let append = |number: i128, digit: &u8| number.checked_mul(10)?.checked_add(i128::from(digit - b'0'));
    let magnitude = whole
        .iter()
        .chain(kept)
        .try_fold(0_i128, append)
        .and_then(|number| number.checked_mul(10_i128.checked_pow(u32::from(scale) - kept.len() as u32)?))
        .and_then(|number| number.checked_add(rounding.into()))
        .filter(|&number| 10_i128.checked_pow(u32::from(precision)).is_some_and(|limit| number < limit))
        .ok_or(out_of_range)?;
    let unscaled = if is_negative { -magnitude } else { magnitude };
    Ok((Decimal { unscaled, scale }, lost != Lost::Nothing))
}

/// The powers of ten that 64 bits hold.
const SHORT_POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut at = 1;
    while at < 20 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// The usual case: few digits, all of which fit. Anything else is looked at closely.
#[inline]
fn short_decimal(is_negative: bool, digits: &[u8], precision: u8, scale: u8) -> Option<Decimal> {
    if digits.len() > 18 || digits.len() < 2 {
        return None;
    }
    let (mut number, mut behind, mut points) = (0_u64, 0_u8, 0_u8);
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            number = number * 10 + u64::from(digit);
            behind += points;
        } else if byte == b'.' && points == 0 {
            points = 1;
        } else {
            return None;
        }
    }
    if behind > scale || (points == 1 && digits.len() == 1) {
        return None;
    }
    let power = |exponent: u8| SHORT_POWERS.get(usize::from(exponent)).copied();
    let number = number.checked_mul(power(scale - behind)?)?;
    if power(precision).is_some_and(|limit| number >= limit) {
        return None;
    }
    let magnitude = i128::from(number);
    Some(Decimal { unscaled: if is_negative { -magnitude } else { magnitude }, scale })
}

pub(super) fn double(text: &str) -> Result<Value<'static>, LexicalError> {
    let is_number =
        text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    // What is lost altogether is no rounding: `1e-400` is not zero. Smaller than 2.2e-308 a double has fewer digits, as the format has it.
    let is_zero = || !mantissa(text).bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    match text.parse::<f64>() {
        Ok(number) if is_number && number.is_finite() && (number != 0.0 || is_zero()) => {
            Ok(Value::Double(number))
        }
        Ok(_) if is_number => Err(LexicalError::OutOfRange(DataType::Double)),
        _ => Err(LexicalError::NotA(DataType::Double)),
    }
}

/// What stands before the exponent.
fn mantissa(text: &str) -> &str {
    text.split(['e', 'E']).next().unwrap_or(text)
}

/// The shortest text that reads back as the same number.
pub(super) fn format_double(number: f64, out: &mut String) {
    let exponent = if number == 0.0 { 0.0 } else { number.abs().log10() };
    let written =
        if (-5.0..16.0).contains(&exponent) { write!(out, "{number}") } else { write!(out, "{number:e}") };
    written.expect("writing to a string succeeds");
}

#[inline]
fn sign(text: &str) -> (bool, &[u8]) {
    match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    }
}
