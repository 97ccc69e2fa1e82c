//! What is read past: comments and processing instructions, checked and told to nobody.

use super::chars::{CONTENT, FORBIDDEN, MAYBE_NONCHARACTER, character_len, is_space, ncname_len};
use super::error::{XmlError, XmlErrorKind};
use super::plain::{BLOCK, special};

/// The offset after the comment that begins at `start`.
pub(super) fn skip_comment(text: &str, start: usize) -> Result<usize, XmlError> {
    let body = start + "<!--".len();
    let Some(length) = find_pair(&text.as_bytes()[body..], b"--") else {
        return Err(XmlError { kind: XmlErrorKind::UnclosedMarkup, offset: start });
    };
    let end = body + length;
    if text.as_bytes().get(end + 2) != Some(&b'>') {
        return Err(XmlError { kind: XmlErrorKind::DoubleHyphen, offset: end });
    }
    check_characters(text, body, end)?;
    Ok(end + "-->".len())
}

/// The offset after the processing instruction that begins at `start`.
pub(super) fn skip_instruction(text: &str, start: usize) -> Result<usize, XmlError> {
    let target = start + "<?".len();
    let Some(length) = find_pair(&text.as_bytes()[target..], b"?>") else {
        return Err(XmlError { kind: XmlErrorKind::UnclosedMarkup, offset: start });
    };
    let end = target + length;
    let name_len = ncname_len(&text[target..end]);
    let name = &text[target..target + name_len];
    let after_name = text.as_bytes()[target + name_len];
    if name.eq_ignore_ascii_case("xml") && (after_name == b'?' || is_space(after_name)) {
        return Err(XmlError { kind: XmlErrorKind::InvalidDeclaration, offset: start });
    }
    if name_len == 0 || !(target + name_len == end || is_space(after_name)) {
        return Err(XmlError { kind: XmlErrorKind::InvalidInstruction, offset: start });
    }
    check_characters(text, target, end)?;
    Ok(end + "?>".len())
}

/// Where these two bytes are first. The first of them is rare.
fn find_pair(bytes: &[u8], [first, second]: &[u8; 2]) -> Option<usize> {
    memchr::memchr_iter(*first, bytes).find(|at| bytes.get(at + 1) == Some(second))
}

/// That every character from `start` to `end` is one that XML allows.
pub(super) fn check_characters(text: &str, start: usize, end: usize) -> Result<(), XmlError> {
    let bytes = &text.as_bytes()[start..end];
    let mut at = 0;
    loop {
        while let Some(block) = bytes[at..].first_chunk::<BLOCK>() {
            let plain = special(block);
            at += plain;
            if plain < BLOCK {
                break;
            }
        }
        let Some(&byte) = bytes.get(at) else { return Ok(()) };
        at += match CONTENT[byte as usize] {
            class @ (FORBIDDEN | MAYBE_NONCHARACTER) => {
                character_len(bytes, class, at).map_err(|error| XmlError { offset: start + at, ..error })?
            }
            _ => 1,
        };
    }
}
