//! Document type declarations: read past, never followed. What would change the document's content is refused.

use super::chars::{is_space, ncname_len};
use super::error::{XmlError, XmlErrorKind};

/// The offset after the declaration that begins at `start` (`<!DOCTYPE`). External identifiers are not fetched; an internal
/// subset may declare elements, notations and attributes without defaults, comments and processing instructions.
pub(super) fn skip(text: &str, start: usize) -> Result<usize, XmlError> {
    let bytes = text.as_bytes();
    let error = |kind, offset| XmlError { kind, offset };
    let invalid = |offset| error(XmlErrorKind::InvalidDoctype, offset);
    let unclosed = || error(XmlErrorKind::UnclosedMarkup, start);
    let mut at = skip_space(bytes, start + "<!DOCTYPE".len());
    if at == start + "<!DOCTYPE".len() {
        return Err(invalid(start));
    }
    at = skip_name(text, at).ok_or(invalid(at))?;
    let after_name = at;
    at = skip_space(bytes, at);
    for (keyword, literals) in [("SYSTEM", 1), ("PUBLIC", 2)] {
        if bytes[at..].starts_with(keyword.as_bytes()) {
            if at == after_name {
                return Err(invalid(at));
            }
            at += keyword.len();
            for literal in 0..literals {
                let space = at;
                at = skip_space(bytes, at);
                if space == at {
                    return Err(invalid(at));
                }
                let is_public_id = literals == 2 && literal == 0;
                at = skip_literal(bytes, at, is_public_id).map_err(|kind| error(kind, at))?;
            }
            at = skip_space(bytes, at);
            break;
        }
    }
    if bytes.get(at) == Some(&b'[') {
        at = skip_subset(text, at + 1)?;
        at = skip_space(bytes, at);
    }
    match bytes.get(at) {
        Some(b'>') => Ok(at + 1),
        Some(_) => Err(invalid(at)),
        None => Err(unclosed()),
    }
}

fn skip_subset(text: &str, start: usize) -> Result<usize, XmlError> {
    let bytes = text.as_bytes();
    let mut at = start;
    loop {
        at = skip_space(bytes, at);
        let rest = &text[at..];
        let invalid = XmlError { kind: XmlErrorKind::InvalidDoctype, offset: at };
        if rest.is_empty() {
            return Err(XmlError { kind: XmlErrorKind::UnclosedMarkup, offset: at });
        } else if rest.starts_with(']') {
            return Ok(at + 1);
        } else if rest.starts_with("<!--") {
            at = super::passed::skip_comment(text, at)?;
        } else if rest.starts_with("<?") {
            at = super::passed::skip_instruction(text, at)?;
        } else if rest.starts_with("<!ENTITY") || rest.starts_with('%') {
            return Err(XmlError { kind: XmlErrorKind::RefusedDoctype, offset: at });
        } else if rest.starts_with("<!ATTLIST") {
            at = skip_attribute_list(text, at)?;
        } else if rest.starts_with("<!ELEMENT") || rest.starts_with("<!NOTATION") {
            at = declaration_end(bytes, at).ok_or(invalid)?;
        } else {
            return Err(invalid);
        }
    }
}

/// Attribute declarations are read past when every attribute is `#IMPLIED` or `#REQUIRED`, of type `CDATA`; a default would add
/// values that the document does not show, another type would change how values are read.
fn skip_attribute_list(text: &str, start: usize) -> Result<usize, XmlError> {
    let refused = XmlError { kind: XmlErrorKind::RefusedDoctype, offset: start };
    let invalid = XmlError { kind: XmlErrorKind::InvalidDoctype, offset: start };
    let end = declaration_end(text.as_bytes(), start).ok_or(invalid)?;
    let mut words = text[start + "<!ATTLIST".len()..end - 1].split_ascii_whitespace();
    words.next().ok_or(invalid)?;
    while words.next().is_some() {
        match (words.next(), words.next()) {
            (Some("CDATA"), Some("#IMPLIED" | "#REQUIRED")) => {}
            _ => return Err(refused),
        }
    }
    Ok(end)
}

fn declaration_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'>' => return Some(at + 1),
            b'"' | b'\'' => at += 1 + memchr::memchr(byte, &bytes[at + 1..])? + 1,
            b'<' if at > start => return None,
            0..=8 | 11 | 12 | 14..=31 => return None,
            _ => at += 1,
        }
    }
    None
}

fn skip_space(bytes: &[u8], start: usize) -> usize {
    start + bytes[start..].iter().take_while(|&&byte| is_space(byte)).count()
}

fn skip_name(text: &str, start: usize) -> Option<usize> {
    let first = ncname_len(&text[start..]);
    let mut at = start + first;
    if first > 0 && text.as_bytes().get(at) == Some(&b':') {
        let local = ncname_len(&text[at + 1..]);
        at = if local > 0 { at + 1 + local } else { return None };
    }
    (first > 0).then_some(at)
}

fn skip_literal(bytes: &[u8], start: usize, is_public_id: bool) -> Result<usize, XmlErrorKind> {
    let quote = match bytes.get(start) {
        Some(&quote @ (b'"' | b'\'')) => quote,
        Some(_) => return Err(XmlErrorKind::InvalidDoctype),
        None => return Err(XmlErrorKind::UnclosedMarkup),
    };
    let length = memchr::memchr(quote, &bytes[start + 1..]).ok_or(XmlErrorKind::UnclosedMarkup)?;
    let literal = &bytes[start + 1..start + 1 + length];
    let is_allowed = |byte: u8| {
        if is_public_id {
            byte.is_ascii_alphanumeric() || b" \r\n-'()+,./:=?;!*#@$_%".contains(&byte)
        } else {
            !matches!(byte, 0..=8 | 11 | 12 | 14..=31)
        }
    };
    if literal.iter().all(|&byte| is_allowed(byte)) {
        Ok(start + length + 2)
    } else {
        Err(XmlErrorKind::InvalidDoctype)
    }
}
