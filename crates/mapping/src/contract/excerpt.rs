//! Words of a contract in what is told of it: cut to what a person reads, however long they are.

use std::borrow::Cow;

/// Names, paths and values in backticks are shown so far, in characters.
const MAX_QUOTED: usize = 200;
/// A message, or a hint, is shown so far.
const MAX_MESSAGE: usize = 1_200;

/// A message or a hint with what stands in its backticks cut, and itself: the beginning and the end remain, `…` stands between them.
/// Messages of common length come back as they are.
pub(super) fn message(text: String) -> String {
    if text.len() <= MAX_QUOTED {
        return text;
    }
    // A name may have a backtick itself; then nothing tells what is quoted.
    let is_paired = text.matches('`').count().is_multiple_of(2);
    let parts = text.split('`').enumerate().map(|(at, part)| match at % 2 {
        1 if is_paired => word(part),
        _ => Cow::Borrowed(part),
    });
    cut(&parts.collect::<Vec<_>>().join("`"), MAX_MESSAGE).into_owned()
}

/// A name, path or value.
pub(super) fn word(text: &str) -> Cow<'_, str> {
    cut(text, MAX_QUOTED)
}

/// Two thirds from the beginning and one from the end.
fn cut(text: &str, max: usize) -> Cow<'_, str> {
    if text.len() <= max || text.chars().nth(max).is_none() {
        return Cow::Borrowed(text);
    }
    let first = max * 2 / 3;
    let last = max - first - 1;
    let start = text.char_indices().nth(first).map_or(text.len(), |(at, _)| at);
    let end = text.char_indices().rev().nth(last - 1).map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{}…{}", &text[..start], &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_keeps_its_beginning_and_its_end() {
        assert_eq!(message("no column `a`".to_owned()), "no column `a`");
        let long = format!("ab{}yz", "ö".repeat(500));
        let shown = message(format!("no column `{long}` in `{long}`, but `t`"));
        let name = format!("ab{}…{}yz", "ö".repeat(131), "ö".repeat(64));
        assert_eq!(name.chars().count(), MAX_QUOTED);
        assert_eq!(shown, format!("no column `{name}` in `{name}`, but `t`"));
        let shown = message(format!("odd ` {long}{long}{long} end"));
        assert_eq!(shown.chars().count(), MAX_MESSAGE);
        assert!(shown.starts_with("odd ` abö") && shown.ends_with("öyz end"), "{shown}");
    }

    #[test]
    fn what_is_just_short_enough_is_shown_whole() {
        for (length, is_whole) in [(199, true), (200, true), (201, false)] {
            let text = "é".repeat(length);
            assert_eq!(word(&text) == text, is_whole, "{length}");
        }
    }
}
