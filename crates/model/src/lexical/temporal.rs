//! Dates and times in ISO 8601 as XSD profiles it, or in a contract's own patterns.

use std::fmt::Write as _;

use crate::{DataType, Value};

use super::calendar::{CivilDate, MICROS_PER_DAY, civil_from_days, days_from_civil};
use super::parts::{MICROS_PER_SECOND, Parts, fraction, offset, pair, take, time_of_day};
use super::pattern::TemporalFormat;

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
    let year = pair(rest)? * 100 + pair(rest)?;
    take(rest, b'-')?;
    let month = pair(rest)?;
    take(rest, b'-')?;
    let day = pair(rest)?;
    days_from_civil(CivilDate { year: year as i32, month: month as u8, day: day as u8 })
}

/// `HH:MM[:SS[.f…]]`
fn time(rest: &mut &[u8]) -> Option<i64> {
    let hour = pair(rest)?;
    take(rest, b':')?;
    let minute = pair(rest)?;
    let (mut second, mut micros) = (0, 0);
    if take(rest, b':').is_some() {
        second = pair(rest)?;
        if take(rest, b'.').is_some() {
            micros = fraction(rest)?;
        }
    }
    time_of_day(hour, minute, second, micros)
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
