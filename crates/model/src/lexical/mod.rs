//! Text to value and value to text, for every data type: the one place where lexical forms are decided.
//!
//! Conversions are strict: the whole string must be the value. For types other than text, XML white space around it is
//! ignored (XSD `collapse`).

mod binary;
mod calendar;
mod error;
mod iso8601;
mod json;
mod leniency;
mod misfit;
mod number;
mod parts;
mod pattern;
mod rfc2822;
mod temporal;
mod words;

use std::fmt::Write as _;

use crate::{DataType, Decimal, Value};

pub use binary::BinaryFormat;
pub use calendar::{CivilDate, MICROS_PER_DAY, civil_from_days, days_from_civil};
pub use error::LexicalError;
pub use leniency::{Leniency, OnInexact, OnZone};
pub use misfit::{Misfit, translated};
pub use pattern::TemporalFormat;

/// The value that `text` stands for. `formats` are tried in order for `date`, `time`, `timestamp`, `timestamptz`; when
/// there are none, ISO 8601 is read.
///
/// Borrows text from the input. `binary` is decoded by [`parse_binary`] and not here, because it cannot borrow.
///
/// # Errors
/// When the text is no value of the type, too large or too long for it.
pub fn parse<'a>(
    text: &'a str,
    data_type: DataType,
    formats: &[TemporalFormat],
) -> Result<Value<'a>, LexicalError> {
    let value = match data_type {
        DataType::Char(max) | DataType::VarChar(max) => return within_length(text, max),
        DataType::Text | DataType::Xml => return Ok(Value::Text(text)),
        DataType::Json => json::is_valid(text).then_some(Value::Text(text)),
        DataType::Bool => boolean(collapse(text)),
        DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt => {
            return number::integer(collapse(text), data_type);
        }
        DataType::Decimal { precision, scale } => return number::decimal(collapse(text), precision, scale),
        DataType::Double => return number::double(collapse(text)),
        DataType::Date | DataType::Time | DataType::Timestamp | DataType::TimestampTz => {
            if formats.is_empty()
                && let Some(value) = temporal::usual(text, data_type)
            {
                return Ok(value);
            }
            return temporal::parse(collapse(text), data_type, formats, Leniency::STRICT)
                .map(|(value, _)| value);
        }
        DataType::Uuid => binary::uuid(collapse(text)),
        DataType::Binary => None,
    };
    value.ok_or(LexicalError::NotA(data_type))
}

/// The integer that a text of few digits stands for; `None` says nothing about other texts.
#[inline]
pub fn short_integer(text: &str) -> Option<i64> {
    number::short_integer(text)
}

/// The decimal that a text of few digits stands for, all of which the scale holds; `None` says nothing about other texts.
#[inline]
pub fn short_decimal(text: &str, precision: u8, scale: u8) -> Option<Decimal> {
    number::short_decimal_of(text, precision, scale)
}

/// The date, timestamp or timestamp with offset that a text stands for, where it is ISO 8601 as most write it; `None` says nothing about
/// other texts.
#[inline]
pub fn usual_temporal(text: &str, data_type: DataType) -> Option<Value<'static>> {
    temporal::usual(text, data_type)
}

/// [`parse`] with what a contract permits beyond it, for numbers, dates and times; whether something was rounded or cut.
///
/// # Errors
/// As [`parse`], where nothing that is permitted helps.
pub fn parse_leniently(
    text: &str,
    data_type: DataType,
    formats: &[TemporalFormat],
    leniency: Leniency,
) -> Result<(Value<'static>, bool), LexicalError> {
    match data_type {
        DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt => {
            number::rounded_integer(collapse(text), data_type, leniency.on_inexact)
        }
        DataType::Decimal { precision, scale } => {
            number::rounded_decimal(collapse(text), precision, scale, leniency.on_inexact)
                .map(|(number, is_inexact)| (Value::Decimal(number), is_inexact))
        }
        DataType::Date | DataType::Time | DataType::Timestamp | DataType::TimestampTz => {
            temporal::parse(collapse(text), data_type, formats, leniency)
        }
        _ => Err(LexicalError::NotA(data_type)),
    }
}

/// Decodes bytes as a contract says that they are written. Hexadecimal digits may have `0x` or `\\x` before them; text that begins so is
/// no base64, though `0x…` could be.
///
/// # Errors
/// When the text is not written so.
pub fn parse_bytes(text: &str, format: BinaryFormat) -> Result<Vec<u8>, LexicalError> {
    binary::parse_as(collapse(text), format).ok_or(LexicalError::NotA(DataType::Binary))
}

/// Decodes `binary` from base64 (XSD `base64Binary`) or, when prefixed with `\x`, hexadecimal.
///
/// # Errors
/// When the text is neither.
pub fn parse_binary(text: &str) -> Result<Vec<u8>, LexicalError> {
    binary::parse(collapse(text)).ok_or(LexicalError::NotA(DataType::Binary))
}

/// The canonical text of a value: ISO dates and times (`2024-01-02T03:04:05.123`, no trailing zeros in fractions),
/// decimals with their scale, lower-case uuid, base64 binary, `true`/`false`. Null is the empty string.
pub fn format(value: &Value<'_>, out: &mut String) {
    match *value {
        Value::Null => {}
        Value::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Value::Text(text) => out.push_str(text),
        Value::Int(number) => write!(out, "{number}").expect("writing to a string succeeds"),
        Value::Decimal(number) => write!(out, "{number}").expect("writing to a string succeeds"),
        Value::Double(number) => number::format_double(number, out),
        Value::Date(days) => temporal::format_date(days, out),
        Value::Time(micros) => temporal::format_time(micros, out),
        Value::Timestamp(micros) => temporal::format_timestamp(micros, out),
        Value::TimestampTz(micros) => {
            temporal::format_timestamp(micros, out);
            out.push('Z');
        }
        Value::Uuid(bytes) => binary::format_uuid(bytes, out),
        Value::Binary(bytes) => binary::format_base64(bytes, out),
    }
}

/// XML white space taken off both ends.
#[inline]
fn collapse(text: &str) -> &str {
    if let [first, .., last] | [first @ last] = text.as_bytes()
        && *first > b' '
        && *last > b' '
    {
        return text;
    }
    text.trim_matches([' ', '\t', '\n', '\r'])
}

fn within_length(text: &str, max: u32) -> Result<Value<'_>, LexicalError> {
    // No character takes less than a byte.
    if text.len() <= max as usize {
        return Ok(Value::Text(text));
    }
    let actual = text.chars().count();
    if actual <= max as usize { Ok(Value::Text(text)) } else { Err(LexicalError::TooLong { actual, max }) }
}

/// XSD `boolean`, and its words in any case.
fn boolean(text: &str) -> Option<Value<'static>> {
    match text {
        "1" => Some(Value::Bool(true)),
        "0" => Some(Value::Bool(false)),
        _ if text.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        _ if text.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
