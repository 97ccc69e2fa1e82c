//! The value of an attribute, between its quotes.

use super::chars::{
    AMPERSAND, APOSTROPHE, FORBIDDEN, LESS, MAYBE_NONCHARACTER, PLAIN, QUOTE, VALUE, character_len,
};
use super::error::{XmlError, XmlErrorKind};
use super::plain::{BLOCK, special_in_value};
use super::reference;

/// A value that was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct ValueEnd {
    /// Offset of the quote that ends it.
    pub(super) at: usize,
    /// Nothing is to be replaced in it.
    pub(super) is_plain: bool,
}

/// How long a value in double quotes is in which nothing stands that needs a closer look.
#[inline(always)]
pub(super) fn plain_len(from: &[u8]) -> Option<usize> {
    let mut rest = from;
    while let Some((block, after)) = rest.split_first_chunk::<BLOCK>() {
        let plain = special_in_value(block, b'"');
        if plain < BLOCK {
            return (block[plain] == b'"').then_some(from.len() - rest.len() + plain);
        }
        rest = after;
    }
    None
}

/// Reads a value from behind its quote, at `start`.
pub(super) fn read(text: &str, start: usize) -> Result<ValueEnd, XmlError> {
    let bytes = text.as_bytes();
    let quote = bytes[start - 1];
    let (mut at, mut is_plain) = (start, true);
    loop {
        while let Some(block) = bytes[at..].first_chunk::<BLOCK>() {
            let plain = special_in_value(block, quote);
            at += plain;
            if plain < BLOCK {
                break;
            }
        }
        let Some(&byte) = bytes.get(at) else {
            return Err(XmlError { kind: XmlErrorKind::UnclosedMarkup, offset: start - 1 });
        };
        match VALUE[byte as usize] {
            QUOTE | APOSTROPHE if byte == quote => return Ok(ValueEnd { at, is_plain }),
            PLAIN | QUOTE | APOSTROPHE => at += 1,
            AMPERSAND => {
                is_plain = false;
                at += reference::length(text, at)?;
            }
            LESS => return Err(XmlError { kind: XmlErrorKind::LessInAttribute, offset: at }),
            class @ (FORBIDDEN | MAYBE_NONCHARACTER) => at += character_len(bytes, class, at)?,
            _ => {
                is_plain = false;
                at += 1;
            }
        }
    }
}
