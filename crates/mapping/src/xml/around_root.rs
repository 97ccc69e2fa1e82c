//! What stands around the root.

use super::doctype;
use super::error::{XmlError, XmlErrorKind};
use super::passed::{skip_comment, skip_instruction};
use super::scanner::Scanner;

impl Scanner<'_, '_> {
    /// Everything before the root: leaves `at` on its `<`.
    pub(super) fn prolog(&mut self) -> Result<(), XmlError> {
        let mut has_doctype = false;
        loop {
            self.skip_space();
            let rest = &self.text[self.at..];
            if rest.is_empty() {
                return Err(self.error(XmlErrorKind::NoRoot));
            } else if rest.starts_with("<!DOCTYPE") {
                if has_doctype {
                    return Err(self.error(XmlErrorKind::InvalidDoctype));
                }
                has_doctype = true;
                self.at = doctype::skip(self.text, self.at)?;
            } else if rest.starts_with("<!--") {
                self.at = skip_comment(self.text, self.at)?;
            } else if rest.starts_with("<?") {
                self.at = skip_instruction(self.text, self.at)?;
            } else if rest.starts_with("<!") {
                return Err(self.error(XmlErrorKind::InvalidMarkup));
            } else if rest.starts_with('<') {
                return Ok(());
            } else {
                return Err(self.error(XmlErrorKind::TextOutsideRoot));
            }
        }
    }

    /// Everything after the root.
    pub(super) fn epilog(&mut self) -> Result<(), XmlError> {
        loop {
            self.skip_space();
            let rest = &self.text[self.at..];
            if rest.is_empty() {
                return Ok(());
            } else if rest.starts_with("<!--") {
                self.at = skip_comment(self.text, self.at)?;
            } else if rest.starts_with("<?") {
                self.at = skip_instruction(self.text, self.at)?;
            } else if rest.starts_with("<!DOCTYPE") {
                return Err(self.error(XmlErrorKind::InvalidDoctype));
            } else if rest.starts_with("</") {
                return Err(self.error(XmlErrorKind::MismatchedEndTag));
            } else if rest.starts_with('<') {
                return Err(self.error(XmlErrorKind::SecondRoot));
            } else {
                return Err(self.error(XmlErrorKind::TextOutsideRoot));
            }
        }
    }
}
