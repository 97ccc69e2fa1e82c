//! The scanner: one pass over a document, every rule of well-formedness checked on the way.

use super::chars::ncname_len;
use super::declaration;
use super::error::{XmlError, XmlErrorKind};
use super::handler::Handler;
use super::names::{Expected, Names, UNKNOWN};
use super::passed::skip_instruction;
use super::scanner::{ScanLimits, Scanner};

/// Scans a whole document.
///
/// # Errors
/// The first broken rule. What the handler was told before is then void.
pub fn scan<'d, H: Handler<'d>>(text: &'d str, limits: ScanLimits, handler: &mut H) -> Result<(), XmlError> {
    scan_with(text, limits, &mut Names::default(), handler)
}

/// [`scan`] that knows the names of documents before.
///
/// # Errors
/// As [`scan`].
pub fn scan_with<'d, H: Handler<'d>>(
    text: &'d str,
    limits: ScanLimits,
    names: &mut Names,
    handler: &mut H,
) -> Result<(), XmlError> {
    scan_part(text, 0, limits, names, handler)
}

/// [`scan_with`] of a document that begins at an offset of the text; places are those in the text.
pub(crate) fn scan_part<'d, H: Handler<'d>>(
    text: &'d str,
    start: usize,
    limits: ScanLimits,
    names: &mut Names,
    handler: &mut H,
) -> Result<(), XmlError> {
    let start = if text[start..].starts_with('\u{FEFF}') { start + '\u{FEFF}'.len_utf8() } else { start };
    let at = declaration::skip(text, start)?.unwrap_or(start);
    let mut scanner = Scanner::new(text, at, limits, names);
    scanner.prolog()?;
    scanner.element_tree(handler)?;
    scanner.epilog()
}

impl<'d> Scanner<'d, '_> {
    /// The root with everything in it.
    fn element_tree<H: Handler<'d>>(&mut self, handler: &mut H) -> Result<(), XmlError> {
        self.start_tag(handler)?;
        while !self.open.is_empty() {
            if self.bytes.get(self.at) != Some(&b'<') {
                self.content(handler)?;
            }
            match self.bytes.get(self.at + 1) {
                Some(b'/') => self.end_tag(handler)?,
                Some(b'!') => self.comment_or_cdata(handler)?,
                Some(b'?') => self.at = skip_instruction(self.text, self.at)?,
                Some(_) => self.start_tag(handler)?,
                None => return Err(self.error(XmlErrorKind::UnclosedMarkup)),
            }
        }
        Ok(())
    }

    /// Tags that are as those before them go one way, all others the other; both know the same rules.
    #[inline(always)]
    fn start_tag<H: Handler<'d>>(&mut self, handler: &mut H) -> Result<(), XmlError> {
        let parent = self.open.last().map_or(UNKNOWN, |open| open.known);
        let expected = self.names.expected(parent, self.before, &self.bytes[self.at + 1..]);
        let expected = expected.or_else(|| self.unexpected(parent));
        if let Some(expected) = expected
            && self.known_tag(handler, expected)
        {
            return Ok(());
        }
        self.any_tag(handler, expected)
    }

    /// The element whose tag is at `at`, when its name has no prefix.
    #[cold]
    fn unexpected(&mut self, parent: u32) -> Option<Expected> {
        let rest = &self.text[self.at + 1..];
        let length = ncname_len(rest);
        if length == 0 || rest.as_bytes().get(length) == Some(&b':') {
            return None;
        }
        let id = self.names.element(parent, self.before, &rest[..length]);
        (id != UNKNOWN).then_some(Expected { id, length })
    }
}
