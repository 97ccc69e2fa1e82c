//! End tags.

use super::error::{XmlError, XmlErrorKind};
use super::handler::Handler;
use super::names::UNKNOWN;
use super::scanner::{Open, Scanner};

impl<'d> Scanner<'d, '_> {
    /// The end tag at `at`.
    #[inline(always)]
    pub(super) fn end_tag<H: Handler<'d>>(&mut self, handler: &mut H) -> Result<(), XmlError> {
        let open = self.open.pop().expect("end tags are only looked for inside an element");
        let name = self.at + 2;
        if open.known != UNKNOWN && self.names.ends(open.known, &self.bytes[name..]) {
            self.at = name + open.name_len + 1;
        } else {
            self.any_end_tag(open)?;
        }
        self.before = open.known;
        handler.end(self.at);
        self.scope.leave(self.open.len() as u32);
        Ok(())
    }

    #[inline(never)]
    fn any_end_tag(&mut self, open: Open) -> Result<(), XmlError> {
        let offset = self.at;
        let Open { name, name_len, known: _ } = open;
        let mismatch = XmlError { kind: XmlErrorKind::MismatchedEndTag, offset };
        if !self.bytes[offset + 2..].starts_with(&self.bytes[name..name + name_len]) {
            return Err(if self.text.len() - offset < 2 + name_len && !self.text[offset..].contains('>') {
                XmlError { kind: XmlErrorKind::UnclosedMarkup, offset }
            } else {
                mismatch
            });
        }
        self.at = offset + 2 + name_len;
        self.skip_space();
        match self.bytes.get(self.at) {
            Some(b'>') => self.at += 1,
            Some(_) => return Err(mismatch),
            None => return Err(XmlError { kind: XmlErrorKind::UnclosedMarkup, offset }),
        }
        Ok(())
    }
}
