//! Character and entity references: checked while scanning, replaced only in values that somebody reads.

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;

use super::chars::{is_char, ncname_len};
use super::error::{XmlError, XmlErrorKind};

/// The length in bytes of the reference at `at`.
pub(super) fn length(text: &str, at: usize) -> Result<usize, XmlError> {
    if let Some((_, length)) = predefined(&text.as_bytes()[at..]) {
        return Ok(length);
    }
    reference(&text[at..]).map(|(_, length)| length).map_err(|kind| XmlError { kind, offset: at })
}

/// What the reference at the start of `text` (which begins with `&`) stands for, and its length in bytes. Reads no further than the
/// reference goes.
pub(super) fn reference(text: &str) -> Result<(char, usize), XmlErrorKind> {
    if let Some((replacement, length)) = predefined(text.as_bytes()) {
        return Ok((char::from(replacement.as_bytes()[0]), length));
    }
    let body = &text[1..];
    if let Some(number) = body.strip_prefix("#x") {
        return character(number, 16).map(|(c, length)| (c, "&#x".len() + length));
    }
    if let Some(number) = body.strip_prefix('#') {
        return character(number, 10).map(|(c, length)| (c, "&#".len() + length));
    }
    let length = ncname_len(body);
    if length == 0 || body.as_bytes().get(length) != Some(&b';') {
        Err(XmlErrorKind::InvalidReference)
    } else {
        Err(XmlErrorKind::UnknownEntity)
    }
}

/// What the reference at the start of `bytes` stands for, when it is one to a predefined entity, and its length in bytes.
#[inline]
fn predefined(bytes: &[u8]) -> Option<(&'static str, usize)> {
    Some(match bytes {
        [b'&', b'a', b'm', b'p', b';', ..] => ("&", "&amp;".len()),
        [b'&', b'l', b't', b';', ..] => ("<", "&lt;".len()),
        [b'&', b'g', b't', b';', ..] => (">", "&gt;".len()),
        [b'&', b'q', b'u', b'o', b't', b';', ..] => ("\"", "&quot;".len()),
        [b'&', b'a', b'p', b'o', b's', b';', ..] => ("'", "&apos;".len()),
        _ => return None,
    })
}

/// The character whose number stands at the start of `text`, ended by `;`, and the length with that. Any number of zeros may stand
/// before it (XML 1.0, production 66).
fn character(text: &str, radix: u32) -> Result<(char, usize), XmlErrorKind> {
    let mut number: u32 = 0;
    for (at, byte) in text.bytes().enumerate() {
        match char::from(byte).to_digit(radix) {
            // A number too large for any character stays too large.
            Some(digit) => number = number.saturating_mul(radix).saturating_add(digit),
            None if byte == b';' && at > 0 => {
                let c = char::from_u32(number).filter(|&c| is_char(c));
                return c.map(|c| (c, at + 1)).ok_or(XmlErrorKind::ForbiddenCharacter);
            }
            None => break,
        }
    }
    Err(XmlErrorKind::InvalidReference)
}

/// The text of element content: references replaced, line ends as one line feed (XML 1.0, section 2.11).
pub(crate) fn unescape_text<'a>(raw: &str, arena: &'a Bump) -> &'a str {
    in_arena(raw, arena, Lines::Kept)
}

/// The text of an attribute value: references replaced, white space as blanks (XML 1.0, section 3.3.3).
pub(crate) fn unescape_attribute<'a>(raw: &str, arena: &'a Bump) -> &'a str {
    in_arena(raw, arena, Lines::Blanks)
}

/// [`unescape_text`], appended to `out`.
pub(crate) fn push_text(raw: &str, out: &mut String) {
    replace(raw, Lines::Kept, &mut |part| out.push_str(part));
}

/// [`unescape_text`], part by part.
pub(crate) fn each_part_of_text(raw: &str, push: &mut impl FnMut(&str)) {
    replace(raw, Lines::Kept, push);
}

/// [`unescape_attribute`], appended to `out`.
pub(crate) fn push_attribute(raw: &str, out: &mut String) {
    replace(raw, Lines::Blanks, &mut |part| out.push_str(part));
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Kept,
    Blanks,
}

fn in_arena<'a>(raw: &str, arena: &'a Bump, lines: Lines) -> &'a str {
    let mut out = BumpString::with_capacity_in(raw.len(), arena);
    replace(raw, lines, &mut |part| out.push_str(part));
    out.into_bump_str()
}

fn replace(raw: &str, lines: Lines, push: &mut impl FnMut(&str)) {
    let mut rest = raw;
    let differs =
        |byte| matches!(byte, b'&' | b'\r') || (lines == Lines::Blanks && matches!(byte, b'\t' | b'\n'));
    while let Some(at) = rest.bytes().position(differs) {
        push(&rest[..at]);
        rest = &rest[at..];
        if let Some((replacement, length)) = predefined(rest.as_bytes()) {
            push(replacement);
            rest = &rest[length..];
            continue;
        }
        let length = match rest.as_bytes()[0] {
            b'&' => {
                let (c, length) = reference(rest).expect("the scanner has checked every reference");
                push(c.encode_utf8(&mut [0; 4]));
                length
            }
            b'\r' => {
                push(if lines == Lines::Kept { "\n" } else { " " });
                if rest.as_bytes().get(1) == Some(&b'\n') { 2 } else { 1 }
            }
            _ => {
                push(" ");
                1
            }
        };
        rest = &rest[length..];
    }
    push(rest);
}
