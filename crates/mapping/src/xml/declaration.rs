//! The XML declaration: `<?xml version="1.0" encoding="…" standalone="…"?>`.

use super::chars::is_space;
use super::error::{XmlError, XmlErrorKind};

/// The offset after the declaration at `start`, or `None` when there is none. What it says about encoding means nothing here:
/// the text is decoded already.
pub(super) fn skip(text: &str, start: usize) -> Result<Option<usize>, XmlError> {
    let Some(rest) = text[start..].strip_prefix("<?xml") else { return Ok(None) };
    if !rest.bytes().next().is_some_and(is_space) {
        return Ok(None);
    }
    let invalid = XmlError { kind: XmlErrorKind::InvalidDeclaration, offset: start };
    let length = rest.find("?>").ok_or(XmlError { kind: XmlErrorKind::UnclosedMarkup, offset: start })?;
    parse(&rest[..length]).ok_or(invalid)?;
    Ok(Some(start + "<?xml".len() + length + "?>".len()))
}

/// The encoding that a document's first bytes declare, when they begin with a declaration in an ASCII-like encoding.
pub(super) fn declared_encoding(bytes: &[u8]) -> Option<&str> {
    let rest = bytes.strip_prefix(b"<?xml")?;
    let end = rest.windows(2).take(1024).position(|pair| pair == b"?>")?;
    let body = std::str::from_utf8(&rest[..end]).ok()?;
    parse(body).and_then(|declaration| declaration.encoding)
}

struct Declaration<'t> {
    encoding: Option<&'t str>,
}

/// Pseudo-attributes in their fixed order (XML 1.0, productions 23 to 32 and 80).
fn parse(body: &str) -> Option<Declaration<'_>> {
    let mut rest = body;
    let version = pseudo_attribute(&mut rest, "version")??;
    let minor = version.strip_prefix("1.")?;
    if minor.is_empty() || !minor.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let encoding = pseudo_attribute(&mut rest, "encoding")?;
    if let Some(name) = encoding {
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
        if !is_name {
            return None;
        }
    }
    if let Some(standalone) = pseudo_attribute(&mut rest, "standalone")?
        && !matches!(standalone, "yes" | "no")
    {
        return None;
    }
    rest.bytes().all(is_space).then_some(Declaration { encoding })
}

/// Takes ` name="value"` off the front: `Some(None)` when another name or nothing is there, `None` when it is malformed.
#[expect(
    clippy::option_option,
    reason = "malformed and absent are different answers, and this stays in this file"
)]
fn pseudo_attribute<'t>(rest: &mut &'t str, name: &str) -> Option<Option<&'t str>> {
    let is_blank = |c: char| c.is_ascii() && is_space(c as u8);
    let trimmed = rest.trim_start_matches(is_blank);
    let Some(after) = trimmed.strip_prefix(name) else { return Some(None) };
    if trimmed.len() == rest.len() {
        return None;
    }
    let after = after.trim_start_matches(is_blank).strip_prefix('=')?.trim_start_matches(is_blank);
    let quote = after.chars().next().filter(|&c| c == '"' || c == '\'')?;
    let (value, after) = after[1..].split_once(quote)?;
    *rest = after;
    Some(Some(value))
}
