//! Dates and times in ISO 8601 as XSD profiles it, or in a contract's own patterns.

use std::fmt::Write as _;

use crate::{DataType, Value};

use super::calendar::{CivilDate, MICROS_PER_DAY, civil_from_days, days_from_civil};
use super::pattern::TemporalFormat;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// What a text says, part by part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) days: Option<i32>,
    /// Microseconds since midnight; 24:00 is a whole day.
    pub(super) time: Option<i64>,
    /// Minutes east of Greenwich.
    pub(super) offset: Option<i32>,
}

pub(super) fn parse(text: &str, data_type: DataType, formats: &[TemporalFormat]) -> Option<Value<'static>> {
    if formats.is_empty() {
        return iso(text, data_type).and_then(|parts| to_value(parts, data_type));
    }
    formats.iter().find_map(|format| to_value(format.parse(text)?, data_type))
}

fn iso(text: &str, data_type: DataType) -> Option<Parts> {
    let mut rest = text.as_bytes();
    let mut parts = Parts::default();
    if data_type != DataType::Time {
        parts.days = Some(date(&mut rest)?);
        match rest {
            [] => return Some(parts),
            [b'T' | b't' | b' ', after @ ..] => rest = after,
            _ => return None,
        }
    }
    parts.time = Some(time(&mut rest)?);
    parts.offset = match rest {
        [] => None,
        _ => Some(offset(&mut rest)?),
    };
    rest.is_empty().then_some(parts)
}

/// A value needs the parts of its type and no others; a timestamp without a time is midnight.
fn to_value(parts: Parts, data_type: DataType) -> Option<Value<'static>> {
    let Parts { days, time, offset } = parts;
    let local = |days: i32, time: Option<i64>| i64::from(days) * MICROS_PER_DAY + time.unwrap_or(0);
    match (data_type, days, time, offset) {
        (DataType::Date, Some(days), None, None) => Some(Value::Date(days)),
        (DataType::Time, None, Some(time), None) if time < MICROS_PER_DAY => Some(Value::Time(time)),
        (DataType::Timestamp, Some(days), time, None) => in_years(local(days, time)).map(Value::Timestamp),
        (DataType::TimestampTz, Some(days), Some(time), Some(offset)) => {
            in_years(local(days, Some(time)) - i64::from(offset) * 60 * MICROS_PER_SECOND)
                .map(Value::TimestampTz)
        }
        _ => None,
    }
}

/// The years 1 to 9999 are all that every database knows; 24:00 and offsets can leave them.
fn in_years(micros: i64) -> Option<i64> {
    const FIRST: i64 = -719_162 * MICROS_PER_DAY;
    const END: i64 = 2_932_897 * MICROS_PER_DAY;
    (FIRST..END).contains(&micros).then_some(micros)
}

/// `YYYY-MM-DD`
fn date(rest: &mut &[u8]) -> Option<i32> {
    let year = digits(rest, 4)?;
    take(rest, b'-')?;
    let month = digits(rest, 2)?;
    take(rest, b'-')?;
    let day = digits(rest, 2)?;
    days_from_civil(CivilDate { year: year as i32, month: month as u8, day: day as u8 })
}

/// `HH:MM[:SS[.f…]]`
fn time(rest: &mut &[u8]) -> Option<i64> {
    let hour = digits(rest, 2)?;
    take(rest, b':')?;
    let minute = digits(rest, 2)?;
    let (mut second, mut micros) = (0, 0);
    if take(rest, b':').is_some() {
        second = digits(rest, 2)?;
        if take(rest, b'.').is_some() {
            micros = fraction(rest)?;
        }
    }
    time_of_day(hour, minute, second, micros)
}

/// Microseconds since midnight. XSD reads 24:00:00 as the end of the day; leap seconds are not known.
pub(super) fn time_of_day(hour: u32, minute: u32, second: u32, micros: u32) -> Option<i64> {
    let is_end = hour == 24 && (minute, second, micros) == (0, 0, 0);
    let is_time = hour < 24 && minute < 60 && second < 60;
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    (is_time || is_end).then_some(seconds * MICROS_PER_SECOND + i64::from(micros))
}

/// At least one digit; behind the sixth only zeros, so that nothing is rounded.
pub(super) fn fraction(rest: &mut &[u8]) -> Option<u32> {
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (taken, after) = rest.split_at(count);
    *rest = after;
    let (kept, lost) = taken.split_at(count.min(6));
    if count == 0 || lost.iter().any(|&digit| digit != b'0') {
        return None;
    }
    let number = kept.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    Some(number * 10_u32.pow(6 - kept.len() as u32))
}

/// `Z`, `±HH:MM`, `±HHMM` or `±HH`, in minutes; at most 14 hours, as XSD has it.
pub(super) fn offset(rest: &mut &[u8]) -> Option<i32> {
    let sign = match rest.split_first()? {
        (b'Z' | b'z', after) => {
            *rest = after;
            return Some(0);
        }
        (b'+', after) => {
            *rest = after;
            1
        }
        (b'-', after) => {
            *rest = after;
            -1
        }
        _ => return None,
    };
    let hours = digits(rest, 2)? as i32;
    let has_colon = take(rest, b':').is_some();
    let minutes = if has_colon || !rest.is_empty() { digits(rest, 2)? as i32 } else { 0 };
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 14 * 60).then_some(sign * total)
}

/// A number of exactly `count` digits.
pub(super) fn digits(rest: &mut &[u8], count: usize) -> Option<u32> {
    let (taken, after) = rest.split_at_checked(count)?;
    let number = taken
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))?;
    *rest = after;
    Some(number)
}

fn take(rest: &mut &[u8], byte: u8) -> Option<()> {
    let (first, after) = rest.split_first()?;
    (*first == byte).then(|| *rest = after)
}

pub(super) fn format_date(days: i32, out: &mut String) {
    let CivilDate { year, month, day } = civil_from_days(days);
    write!(out, "{year:04}-{month:02}-{day:02}").expect("writing to a string succeeds");
}

pub(super) fn format_time(micros: i64, out: &mut String) {
    let (seconds, fraction) = (micros / MICROS_PER_SECOND, micros % MICROS_PER_SECOND);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    write!(out, "{hour:02}:{minute:02}:{second:02}").expect("writing to a string succeeds");
    if fraction != 0 {
        let digits = format!("{fraction:06}");
        write!(out, ".{}", digits.trim_end_matches('0')).expect("writing to a string succeeds");
    }
}

pub(super) fn format_timestamp(micros: i64, out: &mut String) {
    format_date(micros.div_euclid(MICROS_PER_DAY) as i32, out);
    out.push('T');
    format_time(micros.rem_euclid(MICROS_PER_DAY), out);
}
