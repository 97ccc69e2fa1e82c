//! Text between tags.

use super::attributes::RawText;
use super::chars::{AMPERSAND, BRACKET, CONTENT, LESS, PLAIN, RETURN, character_len};
use super::error::{XmlError, XmlErrorKind};
use super::handler::{Handler, TextKind};
use super::passed::{check_characters, skip_comment};
use super::plain::{BLOCK, special_in_content};
use super::reference;
use super::scanner::Scanner;

impl<'d> Scanner<'d, '_> {
    /// Text up to the next `<`.
    pub(super) fn content<H: Handler<'d>>(&mut self, handler: &mut H) -> Result<(), XmlError> {
        let start = self.at;
        let mut at = start;
        let mut is_plain = true;
        // Mostly there is nothing but a new line and blanks.
        if self.bytes.get(at) == Some(&b'\n') {
            at += 1;
            for block in self.bytes[at..].as_chunks::<8>().0 {
                if *block != [b' '; 8] {
                    break;
                }
                at += 8;
            }
            while self.bytes.get(at) == Some(&b' ') {
                at += 1;
            }
            if self.bytes.get(at) == Some(&b'<') {
                self.tell(handler, start, at, true);
                return Ok(());
            }
        }
        loop {
            while let Some(block) = self.bytes[at..].first_chunk::<BLOCK>() {
                let plain = special_in_content(block);
                at += plain;
                if plain < BLOCK {
                    break;
                }
            }
            let Some(&byte) = self.bytes.get(at) else {
                return Err(XmlError { kind: XmlErrorKind::UnclosedElement, offset: at });
            };
            match CONTENT[byte as usize] {
                PLAIN => at += 1,
                LESS => break,
                RETURN => {
                    is_plain = false;
                    at += 1;
                }
                AMPERSAND => {
                    is_plain = false;
                    at += reference::length(self.text, at)?;
                }
                BRACKET => {
                    if self.bytes[at..].starts_with(b"]]>") {
                        return Err(XmlError { kind: XmlErrorKind::CdataEndInText, offset: at });
                    }
                    at += 1;
                }
                class => at += character_len(self.bytes, class, at)?,
            }
        }
        self.tell(handler, start, at, is_plain);
        Ok(())
    }

    /// Tells the text that ends at `end`.
    #[inline(always)]
    fn tell<H: Handler<'d>>(&mut self, handler: &mut H, start: usize, end: usize, is_plain: bool) {
        if end > start && handler.reads_text() {
            handler.text(RawText { raw: &self.text[start..end], is_plain }, TextKind::Content);
        }
        self.at = end;
    }

    pub(super) fn comment_or_cdata<H: Handler<'d>>(&mut self, handler: &mut H) -> Result<(), XmlError> {
        let rest = &self.text[self.at..];
        if rest.starts_with("<!--") {
            self.at = skip_comment(self.text, self.at)?;
        } else if rest.starts_with("<![CDATA[") {
            let start = self.at + "<![CDATA[".len();
            let Some(length) = memchr::memmem::find(&self.bytes[start..], b"]]>") else {
                return Err(self.error(XmlErrorKind::UnclosedMarkup));
            };
            let raw = &self.text[start..start + length];
            check_characters(self.text, start, start + length)?;
            if !raw.is_empty() {
                let is_plain = memchr::memchr(b'\r', raw.as_bytes()).is_none();
                handler.text(RawText { raw, is_plain }, TextKind::Cdata);
            }
            self.at = start + length + "]]>".len();
        } else {
            return Err(self.error(XmlErrorKind::InvalidMarkup));
        }
        Ok(())
    }
}
