//! Parts of dates that are written as text: names of months and days, numbers of some digits.

use super::parts::digits;

pub(super) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
pub(super) const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A number of `min` to `max` digits.
pub(super) fn number(rest: &mut &str, min: usize, max: usize) -> Option<u32> {
    let count = rest.bytes().take(max).take_while(u8::is_ascii_digit).count();
    if count < min {
        return None;
    }
    on_bytes(rest, |bytes| digits(bytes, count))
}

/// Position of the name, whole or its first three letters, in any case.
pub(super) fn name(rest: &mut &str, names: &[&str]) -> Option<u32> {
    let matches = |name: &str| rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let (at, length) = names.iter().enumerate().find_map(|(at, name)| {
        if matches(name) { Some((at, name.len())) } else { matches(&name[..3]).then_some((at, 3)) }
    })?;
    *rest = &rest[length..];
    Some(at as u32)
}

/// Runs a reader of bytes that stops at ASCII characters only.
pub(super) fn on_bytes<T>(rest: &mut &str, read: impl FnOnce(&mut &[u8]) -> Option<T>) -> Option<T> {
    let mut bytes = rest.as_bytes();
    let value = read(&mut bytes)?;
    *rest = &rest[rest.len() - bytes.len()..];
    Some(value)
}
