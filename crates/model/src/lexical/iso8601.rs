//! ISO 8601 as XSD profiles it.

use crate::DataType;

use super::calendar::{CivilDate, days_from_civil};
use super::leniency::Lost;
use super::parts::{Parts, fraction, offset, pair, take, time_of_day};

/// ISO 8601 of a type: a date for dates, a time for times, both for the others, and a zone.
pub(super) fn parse(text: &str, data_type: DataType) -> Option<Parts> {
    let mut rest = text.as_bytes();
    let mut parts = Parts::default();
    if data_type != DataType::Time {
        parts.days = Some(date(&mut rest)?);
        match rest {
            [] => return Some(parts),
            [b'T' | b't' | b' ', after @ ..] => {
                rest = after;
                (parts.time, parts.lost) = time(&mut rest).map(|(time, lost)| (Some(time), lost))?;
            }
            _ => {}
        }
    } else {
        (parts.time, parts.lost) = time(&mut rest).map(|(time, lost)| (Some(time), lost))?;
    }
    parts.offset = match rest {
        [] => None,
        _ => Some(offset(&mut rest)?),
    };
    rest.is_empty().then_some(parts)
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
fn time(rest: &mut &[u8]) -> Option<(i64, Lost)> {
    let hour = pair(rest)?;
    take(rest, b':')?;
    let minute = pair(rest)?;
    let (mut second, mut micros, mut lost) = (0, 0, Lost::Nothing);
    if take(rest, b':').is_some() {
        second = pair(rest)?;
        if take(rest, b'.').is_some() {
            (micros, lost) = fraction(rest)?;
        }
    }
    time_of_day(hour, minute, second, micros).map(|time| (time, lost))
}
