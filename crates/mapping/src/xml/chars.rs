//! Which characters may stand where, as tables for ASCII and ranges beyond.

use super::error::{XmlError, XmlErrorKind};

/// Classes of bytes in text and attribute values: 0 is plain.
pub(super) const PLAIN: u8 = 0;
/// `<`
pub(super) const LESS: u8 = 1;
/// `&`
pub(super) const AMPERSAND: u8 = 2;
/// `]`, which may begin `]]>`
pub(super) const BRACKET: u8 = 3;
/// A control character that XML forbids.
pub(super) const FORBIDDEN: u8 = 4;
/// 0xEF, which may begin U+FFFE or U+FFFF
pub(super) const MAYBE_NONCHARACTER: u8 = 5;
/// Carriage return, which line end handling changes
pub(super) const RETURN: u8 = 6;
/// Tab and line feed, which become blanks in attribute values
pub(super) const WHITE: u8 = 7;
/// `"`
pub(super) const QUOTE: u8 = 8;
/// `'`
pub(super) const APOSTROPHE: u8 = 9;

/// The length of a byte of one of these two classes, [`FORBIDDEN`] and [`MAYBE_NONCHARACTER`], where XML allows the character.
pub(super) fn character_len(bytes: &[u8], class: u8, at: usize) -> Result<usize, XmlError> {
    let is_forbidden = class == FORBIDDEN || matches!(bytes[at..], [0xEF, 0xBF, 0xBE | 0xBF, ..]);
    if is_forbidden { Err(XmlError { kind: XmlErrorKind::ForbiddenCharacter, offset: at }) } else { Ok(1) }
}

const fn content_classes() -> [u8; 256] {
    let mut table = [PLAIN; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = FORBIDDEN;
        byte += 1;
    }
    table[b'\t' as usize] = PLAIN;
    table[b'\n' as usize] = PLAIN;
    table[b'\r' as usize] = RETURN;
    table[b'<' as usize] = LESS;
    table[b'&' as usize] = AMPERSAND;
    table[b']' as usize] = BRACKET;
    table[0xEF] = MAYBE_NONCHARACTER;
    table
}

const fn value_classes() -> [u8; 256] {
    let mut table = content_classes();
    table[b'\t' as usize] = WHITE;
    table[b'\n' as usize] = WHITE;
    table[b'\r' as usize] = WHITE;
    table[b']' as usize] = PLAIN;
    table[b'"' as usize] = QUOTE;
    table[b'\'' as usize] = APOSTROPHE;
    table
}

/// Byte classes in element content.
pub(super) static CONTENT: [u8; 256] = content_classes();
/// Byte classes in attribute values.
pub(super) static VALUE: [u8; 256] = value_classes();

const NAME_START: u8 = 1;
const NAME_PART: u8 = 2;

const fn name_classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let c = byte as u8;
        if c.is_ascii_alphabetic() || c == b'_' {
            table[byte] = NAME_START | NAME_PART;
        } else if c.is_ascii_digit() || c == b'-' || c == b'.' {
            table[byte] = NAME_PART;
        }
        byte += 1;
    }
    table
}

static NAMES: [u8; 256] = name_classes();

/// The length in bytes of the `NCName` (a name without colon) at the start of `text`; 0 when there is none.
pub(super) fn ncname_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let Some(&first) = bytes.first() else { return 0 };
    if NAMES[first as usize] & NAME_START == 0 && first < 0x80 {
        return 0;
    }
    let mut at = 0;
    while at < bytes.len() && NAMES[bytes[at] as usize] & NAME_PART != 0 {
        at += 1;
    }
    if at == bytes.len() || bytes[at] < 0x80 {
        return at;
    }
    ncname_len_beyond_ascii(text)
}

#[cold]
fn ncname_len_beyond_ascii(text: &str) -> usize {
    let mut chars = text.char_indices();
    match chars.next() {
        Some((_, first)) if is_name_start(first) => {}
        _ => return 0,
    }
    chars.find(|&(_, c)| !is_name_char(c)).map_or(text.len(), |(at, _)| at)
}

/// `NameStartChar` without the colon (XML 1.0, production 4; Namespaces in XML, production 6).
pub(crate) fn is_name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// `NameChar` without the colon (XML 1.0, production 4a).
pub(crate) fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// `Char` (XML 1.0, production 2), for what a reference may name.
pub(super) fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// White space (XML 1.0, production 3).
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
