//! `clean`: small changes of text before it is converted.

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;
use wide::u8x16;

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

/// Whether all bytes are of a kind: a block at a time, the last one over bytes of the one before.
#[inline(always)]
fn consists_of(text: &str, is_good: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    match bytes.len() {
        16.. => {
            bytes.as_chunks::<16>().0.iter().all(|block| block_consists_of(block, &is_good))
                && bytes.last_chunk::<16>().is_some_and(|block| block_consists_of(block, &is_good))
        }
        8.. => [bytes.first_chunk::<8>(), bytes.last_chunk::<8>()]
            .iter()
            .flatten()
            .all(|block| block_consists_of(block, &is_good)),
        _ => bytes.iter().all(|&byte| is_good(byte)),
    }
}

/// A loop of known length without an early end is made of vector instructions.
#[inline(always)]
fn block_consists_of<const N: usize>(block: &[u8; N], is_good: impl Fn(u8) -> bool) -> bool {
    block.iter().fold(true, |all, &byte| all & is_good(byte))
}

/// Whether no space is too many and there is no other white space: the characters of Unicode that are begin with one of four bytes.
fn is_collapsed(text: &str) -> bool {
    const BLOCK: usize = 16;
    let bytes = text.as_bytes();
    let ([first, ..], [.., last]) = (bytes, bytes) else { return false };
    if *first == b' ' || *last == b' ' || !is_plain(*first) {
        return false;
    }
    let pair_count = bytes.len() - 1;
    if pair_count < BLOCK {
        return bytes.windows(2).all(|pair| is_plain(pair[1]) && pair != b"  ");
    }
    let mut at = 0;
    loop {
        let (Some(left), Some(right)) = (bytes[at..].first_chunk(), bytes[at + 1..].first_chunk()) else {
            return false;
        };
        if !are_collapsed(u8x16::new(*left), u8x16::new(*right)) {
            return false;
        }
        if at + BLOCK == pair_count {
            return true;
        }
        // The last block goes over pairs of the one before.
        at = (at + BLOCK).min(pair_count - BLOCK);
    }
}

/// No control character, and none of the bytes that other white space than spaces begins with, or one like those.
#[inline]
fn is_plain(byte: u8) -> bool {
    !matches!(byte, ..b' ' | b'\x7F' | b'\xC2' | b'\xE0'..=b'\xE3')
}

/// [`is_plain`] of all bytes on the right, of which none is a space behind another.
#[inline]
fn are_collapsed(left: u8x16, right: u8x16) -> bool {
    let all = u8x16::splat;
    let space = all(b' ');
    let controls = right.max(space).simd_eq(right);
    let others =
        right.simd_eq(all(b'\x7F')) | right.simd_eq(all(b'\xC2')) | (right & all(0xFC)).simd_eq(all(0xE0));
    let doubled = left.simd_eq(space) & right.simd_eq(space);
    (controls & !(others | doubled)).to_bitmask() == 0xFFFF
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
            (Clean::CollapseSpaces, "one two three four  five", "one two three four five"),
            (Clean::CollapseSpaces, "one two three four\tfive", "one two three four five"),
            (Clean::CollapseSpaces, "one two three four five", "one two three four five"),
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
