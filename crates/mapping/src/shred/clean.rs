//! `clean`: small changes of text before it is converted.

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;

use crate::contract::Clean;

use super::number::{first_number, number};

/// Applies one step. Borrows where the text does not change.
pub(super) fn clean<'a>(step: Clean, text: &'a str, arena: &'a Bump) -> &'a str {
    let collect = |chars: &mut dyn Iterator<Item = char>| {
        let mut out = BumpString::with_capacity_in(text.len(), arena);
        out.extend(chars);
        out.into_bump_str()
    };
    match step {
        Clean::Trim => match text.as_bytes() {
            [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
            _ => text.trim(),
        },
        Clean::Upper | Clean::Lower if text.is_ascii() => {
            let is_changed = match step {
                Clean::Upper => !consists_of(text, |byte| !byte.is_ascii_lowercase()),
                _ => !consists_of(text, |byte| !byte.is_ascii_uppercase()),
            };
            if !is_changed {
                return text;
            }
            let text = arena.alloc_str(text);
            match step {
                Clean::Upper => text.make_ascii_uppercase(),
                _ => text.make_ascii_lowercase(),
            }
            text
        }
        Clean::Upper => collect(&mut text.chars().flat_map(char::to_uppercase)),
        Clean::Lower => collect(&mut text.chars().flat_map(char::to_lowercase)),
        Clean::Digits if consists_of(text, |byte| byte.is_ascii_digit()) => text,
        Clean::Digits => {
            let mut out = BumpString::with_capacity_in(text.len(), arena);
            text.bytes().filter(u8::is_ascii_digit).for_each(|byte| out.push(byte as char));
            out.into_bump_str()
        }
        Clean::Number(sign) => number(text, sign, arena),
        Clean::FirstNumber(sign) => first_number(text, sign, arena),
        Clean::CollapseSpaces => collapse_spaces(text, arena),
    }
}

fn collapse_spaces<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    if is_collapsed(text) {
        return text;
    }
    let mut words = text.split_whitespace();
    let Some(first) = words.next() else { return "" };
    if first.len() == text.len() {
        return text;
    }
    let mut out = BumpString::with_capacity_in(text.len(), arena);
    out.push_str(first);
    for word in words {
        out.push(' ');
        out.push_str(word);
    }
    out.into_bump_str()
}

/// Whether all bytes are of a kind. A loop without an early end is made of vector instructions.
#[inline]
fn consists_of(text: &str, is_good: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |all, byte| all & is_good(byte))
}

/// Whether no space is too many and there is no other white space: the characters of Unicode that are have one of these four bytes.
fn is_collapsed(text: &str) -> bool {
    let bytes = text.as_bytes();
    let [first, .., last] = bytes else { return bytes.first().is_some_and(u8::is_ascii_graphic) };
    let is_plain =
        consists_of(text, |byte| !matches!(byte, ..b' ' | b'\x7F' | b'\xC2' | b'\xE1' | b'\xE2' | b'\xE3'));
    let pairs = bytes.iter().zip(&bytes[1..]);
    let is_doubled =
        pairs.fold(false, |doubled, (left, right)| doubled | ((*left == b' ') & (*right == b' ')));
    is_plain && !is_doubled && *first != b' ' && *last != b' '
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_does_what_its_name_says() {
        let arena = Bump::new();
        for (step, text, expected) in [
            (Clean::Trim, "  a b\t", "a b"),
            (Clean::Upper, "straße", "STRASSE"),
            (Clean::Lower, "ÀB", "àb"),
            (Clean::Digits, "(555) 010-2345", "5550102345"),
            (Clean::Digits, "00123", "00123"),
            (Clean::CollapseSpaces, " a \n b  c ", "a b c"),
            (Clean::CollapseSpaces, "é b", "é b"),
            (Clean::CollapseSpaces, "é  b", "é b"),
            (Clean::CollapseSpaces, "a\u{A0}b\u{85}c", "a b c"),
            (Clean::CollapseSpaces, "a\u{3000}b\u{2003}c\u{1680}d", "a b c d"),
        ] {
            assert_eq!(clean(step, text, &arena), expected, "{step:?} of {text:?}");
        }
    }

    #[test]
    fn every_white_space_of_unicode_collapses() {
        let arena = Bump::new();
        for space in (0..=u32::from(char::MAX)).filter_map(char::from_u32).filter(|c| c.is_whitespace()) {
            let text = format!("a{space}b{space}");
            assert_eq!(clean(Clean::CollapseSpaces, &text, &arena), "a b", "{space:?}");
        }
    }
}
