//! Bytes as text: uuid, base64 and hexadecimal.

use crate::Value;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `format` of `type: binary`: how documents write bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BinaryFormat {
    /// XSD `base64Binary`
    #[default]
    Base64,
    /// XSD `hexBinary`, also after `0x` or `\\x`
    Hex,
}

/// `8-4-4-4-12` hexadecimal digits in any case, also in braces.
pub(super) fn uuid(text: &str) -> Option<Value<'static>> {
    let text = text.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or(text);
    let bytes = text.as_bytes();
    if bytes.len() != 36 || [8, 13, 18, 23].iter().any(|&at| bytes[at] != b'-') {
        return None;
    }
    let mut uuid = [0; 16];
    let mut digits =
        bytes.iter().enumerate().filter(|(at, _)| ![8, 13, 18, 23].contains(at)).map(|(_, &byte)| byte);
    for byte in &mut uuid {
        *byte = hex_digit(digits.next()?)? << 4 | hex_digit(digits.next()?)?;
    }
    Some(Value::Uuid(uuid))
}

pub(super) fn format_uuid(bytes: [u8; 16], out: &mut String) {
    for (at, byte) in bytes.into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        push_hex(byte, out);
    }
}

/// `\x…` is hexadecimal, anything else base64, in which white space may stand anywhere. The mark is no base64: `0x…` would be.
pub(super) fn parse(text: &str) -> Option<Vec<u8>> {
    match text.strip_prefix("\\x") {
        Some(digits) => hexadecimal(digits.as_bytes()),
        None => base64(text),
    }
}

/// Never quietly the other one: what is marked as hexadecimal is no base64.
pub(super) fn parse_as(text: &str, format: BinaryFormat) -> Option<Vec<u8>> {
    let marked = ["0x", "0X", "\\x"].iter().find_map(|mark| text.strip_prefix(mark));
    match (format, marked) {
        (BinaryFormat::Hex, digits) => hexadecimal(digits.unwrap_or(text).as_bytes()),
        (BinaryFormat::Base64, None) => base64(text),
        (BinaryFormat::Base64, Some(_)) => None,
    }
}

fn hexadecimal(digits: &[u8]) -> Option<Vec<u8>> {
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => Some(hex_digit(*high)? << 4 | hex_digit(*low)?),
        _ => None,
    });
    pairs.collect()
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<_>>();
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3);
    let mut quads = digits.chunks_exact(4).peekable();
    while let Some(quad) = quads.next() {
        let is_last = quads.peek().is_none();
        let padding = quad.iter().rev().take_while(|&&byte| byte == b'=').count();
        if padding > 2 || (padding > 0 && !is_last) {
            return None;
        }
        let group = quad[..4 - padding]
            .iter()
            .try_fold(0_u32, |group, &byte| Some(group << 6 | base64_digit(byte)?))?;
        let group = group << (6 * padding);
        // Bits that stand for no byte must be zero: one value, one form.
        if group & ((1 << (8 * padding)) - 1) != 0 {
            return None;
        }
        bytes.extend_from_slice(&group.to_be_bytes()[1..4 - padding]);
    }
    digits.len().is_multiple_of(4).then_some(bytes)
}

fn base64_digit(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

pub(super) fn format_base64(bytes: &[u8], out: &mut String) {
    for chunk in bytes.chunks(3) {
        let mut padded = [0; 3];
        padded[..chunk.len()].copy_from_slice(chunk);
        let group = u32::from_be_bytes([0, padded[0], padded[1], padded[2]]);
        for place in 0..4 {
            let digit = BASE64[(group >> (18 - 6 * place) & 63) as usize];
            out.push(if place > chunk.len() { '=' } else { char::from(digit) });
        }
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

fn push_hex(byte: u8, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push(char::from(DIGITS[usize::from(byte >> 4)]));
    out.push(char::from(DIGITS[usize::from(byte & 15)]));
}
