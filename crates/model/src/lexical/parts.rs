//! Parts of dates and times, as ISO 8601 and patterns have them in common.

use super::leniency::Lost;

pub(super) const MICROS_PER_SECOND: i64 = 1_000_000;

/// What a text says, part by part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) days: Option<i32>,
    /// Microseconds since midnight; 24:00 is a whole day.
    pub(super) time: Option<i64>,
    /// Minutes east of Greenwich.
    pub(super) offset: Option<i32>,
    /// Digits of the time behind the microseconds.
    pub(super) lost: Lost,
}

/// Microseconds since midnight. XSD reads 24:00:00 as the end of the day; leap seconds are not known.
pub(super) fn time_of_day(hour: u32, minute: u32, second: u32, micros: u32) -> Option<i64> {
    let is_end = hour == 24 && (minute, second, micros) == (0, 0, 0);
    let is_time = hour < 24 && minute < 60 && second < 60;
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    (is_time || is_end).then_some(seconds * MICROS_PER_SECOND + i64::from(micros))
}

/// At least one digit: microseconds, and what is behind them.
pub(super) fn fraction(rest: &mut &[u8]) -> Option<(u32, Lost)> {
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (taken, after) = rest.split_at(count);
    *rest = after;
    let (kept, lost) = taken.split_at(count.min(6));
    if count == 0 {
        return None;
    }
    let number = kept.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    Some((number * 10_u32.pow(6 - kept.len() as u32), Lost::of(lost)))
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
    let hours = pair(rest)? as i32;
    let has_colon = take(rest, b':').is_some();
    let minutes = if has_colon || !rest.is_empty() { pair(rest)? as i32 } else { 0 };
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

/// A number of two digits.
#[inline(always)]
pub(super) fn pair(rest: &mut &[u8]) -> Option<u32> {
    let [tens, ones, after @ ..] = *rest else { return None };
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    if tens > 9 || ones > 9 {
        return None;
    }
    *rest = after;
    Some(u32::from(tens) * 10 + u32::from(ones))
}

/// This byte.
#[inline(always)]
pub(super) fn take(rest: &mut &[u8], byte: u8) -> Option<()> {
    let (first, after) = rest.split_first()?;
    (*first == byte).then(|| *rest = after)
}
