//! A place in a document type declaration, and the small things that its grammar is made of.

use crate::xml::chars::{is_name_char, is_space, ncname_len};
use crate::xml::error::{XmlError, XmlErrorKind};
use crate::xml::passed::check_characters;

/// Goes through the text from left to right. Every `expect_…` fails as a wrong declaration, or as unclosed markup at the end of the text.
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        Self { text, at }
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// Goes on after something that was read elsewhere.
    pub(super) fn go_to(&mut self, offset: usize) {
        self.at = offset;
    }

    /// What is here is not what the grammar wants.
    pub(super) fn wrong(&self) -> XmlError {
        let is_end = self.at == self.text.len();
        let kind = if is_end { XmlErrorKind::UnclosedMarkup } else { XmlErrorKind::InvalidDoctype };
        XmlError { kind, offset: self.at }
    }

    pub(super) fn is_at(&self, word: &str) -> bool {
        self.rest().starts_with(word)
    }

    /// Reads past `word`, if it is here.
    pub(super) fn skip(&mut self, word: &str) -> bool {
        let is_here = self.is_at(word);
        if is_here {
            self.at += word.len();
        }
        is_here
    }

    /// Reads past the first of `words` that is here; longer ones must stand before their beginnings.
    pub(super) fn skip_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.skip(word))
    }

    pub(super) fn expect(&mut self, word: &str) -> Result<(), XmlError> {
        if self.skip(word) { Ok(()) } else { Err(self.wrong()) }
    }

    /// Reads past white space; whether there was any.
    pub(super) fn skip_space(&mut self) -> bool {
        let length = self.rest().bytes().take_while(|&byte| is_space(byte)).count();
        self.at += length;
        length > 0
    }

    pub(super) fn expect_space(&mut self) -> Result<(), XmlError> {
        if self.skip_space() { Ok(()) } else { Err(self.wrong()) }
    }

    /// The name of an entity or notation: without colon (Namespaces in XML, section 7).
    pub(super) fn expect_name(&mut self) -> Result<&'t str, XmlError> {
        let length = ncname_len(self.rest());
        if length == 0 {
            return Err(self.wrong());
        }
        let name = &self.text[self.at..self.at + length];
        self.at += length;
        Ok(name)
    }

    /// The name of an element or attribute: at most one colon, inside (Namespaces in XML, section 4).
    pub(super) fn expect_qualified_name(&mut self) -> Result<&'t str, XmlError> {
        let start = self.at;
        self.expect_name()?;
        if self.skip(":") {
            self.expect_name()?;
        }
        Ok(&self.text[start..self.at])
    }

    /// A name token: any characters of names, in any order.
    pub(super) fn expect_name_token(&mut self) -> Result<(), XmlError> {
        let rest = self.rest();
        let length = rest.find(|c| !(c == ':' || is_name_char(c))).unwrap_or(rest.len());
        if length == 0 {
            return Err(self.wrong());
        }
        self.at += length;
        Ok(())
    }

    /// What stands between quotes; its offset, and the text. Its characters are ones that XML allows.
    pub(super) fn expect_literal(&mut self) -> Result<(usize, &'t str), XmlError> {
        let Some(quote @ (b'"' | b'\'')) = self.rest().bytes().next() else { return Err(self.wrong()) };
        let start = self.at + 1;
        let length = memchr::memchr(quote, &self.text.as_bytes()[start..])
            .ok_or(XmlError { kind: XmlErrorKind::UnclosedMarkup, offset: self.at })?;
        let end = start + length;
        check_characters(self.text, start, end)?;
        self.at = end + 1;
        Ok((start, &self.text[start..end]))
    }

    /// `SYSTEM "…"` or `PUBLIC "…" "…"`, when it begins here; whether it did.
    pub(super) fn skip_external_id(&mut self) -> Result<bool, XmlError> {
        if self.skip("SYSTEM") {
            self.expect_space()?;
            self.expect_literal()?;
        } else if self.skip("PUBLIC") {
            self.expect_space()?;
            self.expect_public_literal()?;
            self.expect_space()?;
            self.expect_literal()?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// A public identifier: a literal of few characters.
    pub(super) fn expect_public_literal(&mut self) -> Result<(), XmlError> {
        let (start, literal) = self.expect_literal()?;
        let is_allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || b" \r\n-'()+,./:=?;!*#@$_%".contains(&byte);
        match literal.bytes().position(|byte| !is_allowed(byte)) {
            None => Ok(()),
            Some(at) => Err(XmlError { kind: XmlErrorKind::InvalidDoctype, offset: start + at }),
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }
}
