//! Dates of mail and of RSS: `Tue, 01 Jul 2003 10:52:37 +0200` (RFC 2822, section 3.3, and what RFC 822 wrote before).

use super::calendar::{CivilDate, days_from_civil, weekday};
use super::leniency::Lost;
use super::parts::{Parts, offset, time_of_day};
use super::words::{MONTHS, WEEKDAYS, name, number, on_bytes};

/// Zones by name, in hours east of Greenwich.
const ZONES: [(&str, i32); 12] = [
    ("UTC", 0),
    ("GMT", 0),
    ("EST", -5),
    ("EDT", -4),
    ("CST", -6),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
    ("UT", 0),
    ("Z", 0),
];

/// A whole date. The day of the week may be missing, and is that of the date; seconds may be missing; a comment may stand at the end.
pub(super) fn parse(text: &str) -> Option<Parts> {
    let mut rest = text;
    let said_weekday = name(&mut rest, &WEEKDAYS);
    if said_weekday.is_some() {
        rest = rest.trim_start().strip_prefix(',')?;
    }
    let day = number(skipped(&mut rest), 1, 2)?;
    let month = name(separated(&mut rest)?, &MONTHS)? + 1;
    let year = year(separated(&mut rest)?)?;
    let hour = number(separated(&mut rest)?, 2, 2)?;
    rest = rest.trim_start().strip_prefix(':')?;
    let minute = number(skipped(&mut rest), 2, 2)?;
    let second = match rest.trim_start().strip_prefix(':') {
        Some(after) => {
            rest = after;
            number(skipped(&mut rest), 2, 2)?
        }
        None => 0,
    };
    skipped(&mut rest);
    let offset = zone_name(&mut rest).or_else(|| on_bytes(&mut rest, offset))?;
    let comment = rest.trim();
    let is_end = comment.is_empty() || comment.starts_with('(') && comment.ends_with(')');
    let date = CivilDate { year: i32::try_from(year).ok()?, month: month as u8, day: day as u8 };
    let days = days_from_civil(date)?;
    let is_its_weekday = said_weekday.is_none_or(|said| said == weekday(days));
    let parts = Parts {
        days: Some(days),
        time: Some(time_of_day(hour, minute, second, 0)?),
        offset: Some(offset),
        lost: Lost::Nothing,
    };
    (is_end && is_its_weekday).then_some(parts)
}

/// The offset of a zone that is written by name, in minutes.
pub(super) fn zone_name(rest: &mut &str) -> Option<i32> {
    let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (written, after) = rest.split_at(length);
    let (_, hours) = ZONES.iter().find(|(zone, _)| zone.eq_ignore_ascii_case(written))?;
    *rest = after;
    Some(hours * 60)
}

/// Four digits, or two or three as RFC 822 had them.
fn year(rest: &mut &str) -> Option<u32> {
    let before = rest.len();
    let year = number(rest, 2, 4)?;
    Some(match (before - rest.len(), year) {
        (2, ..50) => 2000 + year,
        (2 | 3, _) => 1900 + year,
        _ => year,
    })
}

fn skipped<'r, 't>(rest: &'r mut &'t str) -> &'r mut &'t str {
    *rest = rest.trim_start();
    rest
}

/// Past at least one blank.
fn separated<'r, 't>(rest: &'r mut &'t str) -> Option<&'r mut &'t str> {
    rest.starts_with(char::is_whitespace).then(|| skipped(rest))
}
