//! Dates and times in ISO 8601 as XSD profiles it, or in a contract's own patterns.

use std::fmt::Write as _;

use crate::{DataType, Value};

use super::calendar::{CivilDate, MICROS_PER_DAY, civil_from_days, days_from_civil};
use super::error::LexicalError;
use super::iso8601;
use super::leniency::{Leniency, Lost, OnInexact, OnZone};
use super::parts::{MICROS_PER_SECOND, Parts};
use super::pattern::TemporalFormat;

/// The value, and whether something was rounded or cut. Of several formats the first counts that gives one; when none does, the first
/// that would with more leniency.
pub(super) fn parse(
    text: &str,
    data_type: DataType,
    formats: &[TemporalFormat],
    leniency: Leniency,
) -> Result<(Value<'static>, bool), LexicalError> {
    let not_a = LexicalError::NotA(data_type);
    if formats.is_empty() {
        return to_value(
            iso8601::parse(text, data_type).ok_or(not_a)?,
            data_type,
            DateOnly::Strict,
            leniency,
        );
    }
    let mut found = not_a;
    for parts in formats.iter().filter_map(|format| format.parse(text, data_type)) {
        match to_value(parts, data_type, DateOnly::MayHaveTime, leniency) {
            Err(error) if found == not_a => found = error,
            Err(_) => {}
            value => return value,
        }
    }
    Err(found)
}

/// ISO 8601 as most write it, each part at its place: `2024-01-02`, `2024-01-02T03:04:05`, and behind it `Z` or `+01:00` where the type has
/// a zone. `None` says nothing about other texts.
#[inline]
pub(super) fn usual(text: &str, data_type: DataType) -> Option<Value<'static>> {
    match data_type {
        DataType::Date => date_at(text.as_bytes().try_into().ok()?).map(Value::Date),
        DataType::Timestamp => second_at(text.as_bytes().try_into().ok()?).map(Value::Timestamp),
        DataType::TimestampTz => {
            let (second, zone) = text.as_bytes().split_first_chunk()?;
            let east = i64::from(east_of(zone)?) * 60 * MICROS_PER_SECOND;
            in_years(second_at(second)? - east).map(Value::TimestampTz)
        }
        _ => None,
    }
}

/// `YYYY-MM-DD`
#[inline]
fn date_at(text: &[u8; 10]) -> Option<i32> {
    let [a, b, c, d, dash, e, f, other_dash, g, h] = *text;
    let (century, year, month, day) = (pair_of(a, b)?, pair_of(c, d)?, pair_of(e, f)?, pair_of(g, h)?);
    let date = CivilDate { year: (century * 100 + year) as i32, month: month as u8, day: day as u8 };
    if [dash, other_dash] == *b"--" { days_from_civil(date) } else { None }
}

/// `YYYY-MM-DDTHH:MM:SS`, in microseconds
#[inline]
fn second_at(text: &[u8; 19]) -> Option<i64> {
    let (date, time) = text.split_first_chunk::<10>()?;
    let [b'T', a, b, b':', c, d, b':', e, f] = *time else { return None };
    let (hour, minute, second) = (pair_of(a, b)?, pair_of(c, d)?, pair_of(e, f)?);
    // The end of a day is more than usual.
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = i64::from((hour * 60 + minute) * 60 + second);
    Some(i64::from(date_at(date)?) * MICROS_PER_DAY + seconds * MICROS_PER_SECOND)
}

/// `Z`, `+HH:MM` or `-HH:MM`, in minutes
#[inline]
fn east_of(zone: &[u8]) -> Option<i32> {
    let (sign, hours, minutes) = match *zone {
        [b'Z'] => return Some(0),
        [b'+', a, b, b':', c, d] => (1, pair_of(a, b)?, pair_of(c, d)?),
        [b'-', a, b, b':', c, d] => (-1, pair_of(a, b)?, pair_of(c, d)?),
        _ => return None,
    };
    (minutes < 60 && hours < 14).then_some(sign * (hours * 60 + minutes) as i32)
}

/// A number of two digits.
#[inline(always)]
fn pair_of(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| u32::from(tens) * 10 + u32::from(ones))
}

/// Whether a date may be written with a time of day.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DateOnly {
    Strict,
    MayHaveTime,
}

/// A value needs the parts of its type and no others; a timestamp without a time is midnight.
fn to_value(
    parts: Parts,
    data_type: DataType,
    date_only: DateOnly,
    leniency: Leniency,
) -> Result<(Value<'static>, bool), LexicalError> {
    let not_a = LexicalError::NotA(data_type);
    let Parts { days, time, offset, lost } = parts;
    let has_right_parts = match data_type {
        DataType::Date => days.is_some() && (time.is_none() || date_only == DateOnly::MayHaveTime),
        DataType::Time => days.is_none() && time.is_some(),
        DataType::Timestamp => days.is_some(),
        _ => days.is_some() && time.is_some() && offset.is_some(),
    };
    if !has_right_parts {
        return Err(not_a);
    }
    let east = match (data_type, leniency.on_zone) {
        (DataType::TimestampTz, _) | (_, OnZone::Utc) => offset.unwrap_or(0),
        (_, OnZone::Fail) if offset.is_some() => return Err(LexicalError::Zone(data_type)),
        (_, OnZone::Fail | OnZone::Ignore) => 0,
    };
    let east = i64::from(east) * 60 * MICROS_PER_SECOND;
    let inexact = LexicalError::Inexact(data_type);
    if data_type == DataType::Date {
        let has_time = time.is_some_and(|time| time % MICROS_PER_DAY != 0) || lost != Lost::Nothing;
        if has_time && leniency.on_inexact == OnInexact::Fail {
            return Err(inexact);
        }
        // A time of day is cut off: nobody means the next day by the afternoon.
        let micros = i64::from(days.unwrap_or(0)) * MICROS_PER_DAY + time.unwrap_or(0) - east;
        let days = in_years(micros).ok_or(not_a)?.div_euclid(MICROS_PER_DAY);
        return Ok((Value::Date(days as i32), has_time));
    }
    let rounding = lost.settled(leniency.on_inexact).ok_or(inexact)?;
    let is_inexact = lost != Lost::Nothing;
    let time = time.unwrap_or(0) + rounding;
    let value = match (data_type, days) {
        (DataType::Time, _) if time < MICROS_PER_DAY => {
            Some(Value::Time((time - east).rem_euclid(MICROS_PER_DAY)))
        }
        (DataType::Timestamp, Some(days)) => {
            in_years(i64::from(days) * MICROS_PER_DAY + time - east).map(Value::Timestamp)
        }
        (DataType::TimestampTz, Some(days)) => {
            in_years(i64::from(days) * MICROS_PER_DAY + time - east).map(Value::TimestampTz)
        }
        _ => None,
    };
    value.map(|value| (value, is_inexact)).ok_or(not_a)
}

/// The years 1 to 9999 are all that every database knows; 24:00 and offsets can leave them.
fn in_years(micros: i64) -> Option<i64> {
    const FIRST: i64 = -719_162 * MICROS_PER_DAY;
    const END: i64 = 2_932_897 * MICROS_PER_DAY;
    (FIRST..END).contains(&micros).then_some(micros)
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
