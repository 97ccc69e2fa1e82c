//! Character and entity references: checked while scanning, replaced only in values that somebody reads.

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;

use super::chars::is_char;
use super::error::XmlErrorKind;

/// What the reference at the start of `text` (which begins with `&`) stands for, and its length in bytes.
pub(super) fn reference(text: &str) -> Result<(char, usize), XmlErrorKind> {
    let bytes = text.as_bytes();
    // No reference is longer than the longest zero-padded number that anybody writes.
    let end = bytes.iter().take(64).position(|&byte| byte == b';').ok_or(XmlErrorKind::InvalidReference)?;
    let name = &text[1..end];
    let c = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => match name.strip_prefix('#') {
            Some(number) => character(number)?,
            None if super::chars::ncname_len(name) == name.len() && !name.is_empty() => {
                return Err(XmlErrorKind::UnknownEntity);
            }
            None => return Err(XmlErrorKind::InvalidReference),
        },
    };
    Ok((c, end + 1))
}

fn character(number: &str) -> Result<char, XmlErrorKind> {
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.bytes().all(|digit| (digit as char).is_digit(radix)) {
        return Err(XmlErrorKind::InvalidReference);
    }
    u32::from_str_radix(digits, radix)
        .ok()
        .and_then(char::from_u32)
        .filter(|&c| is_char(c))
        .ok_or(XmlErrorKind::ForbiddenCharacter)
}

/// The text of element content: references replaced, line ends as one line feed (XML 1.0, section 2.11).
pub(crate) fn unescape_text<'a>(raw: &str, arena: &'a Bump) -> &'a str {
    replace(raw, arena, Lines::Kept)
}

/// The text of an attribute value: references replaced, white space as blanks (XML 1.0, section 3.3.3).
pub(crate) fn unescape_attribute<'a>(raw: &str, arena: &'a Bump) -> &'a str {
    replace(raw, arena, Lines::Blanks)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Kept,
    Blanks,
}

fn replace<'a>(raw: &str, arena: &'a Bump, lines: Lines) -> &'a str {
    let mut out = BumpString::with_capacity_in(raw.len(), arena);
    let mut rest = raw;
    while let Some(at) =
        rest.find(|c| matches!(c, '&' | '\r') || (lines == Lines::Blanks && matches!(c, '\t' | '\n')))
    {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match rest.as_bytes()[0] {
            b'&' => {
                let (c, length) = reference(rest).expect("the scanner has checked every reference");
                out.push(c);
                length
            }
            b'\r' => {
                out.push(if lines == Lines::Kept { '\n' } else { ' ' });
                if rest.as_bytes().get(1) == Some(&b'\n') { 2 } else { 1 }
            }
            _ => {
                out.push(' ');
                1
            }
        };
        rest = &rest[length..];
    }
    out.push_str(rest);
    out.into_bump_str()
}
