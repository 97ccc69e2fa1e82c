//! Start tags of any kind, with every rule about them.

use super::attribute_value::{self, ValueEnd};
use super::attributes::{RawAttribute, RawText};
use super::chars::ncname_len;
use super::error::{XmlError, XmlErrorKind};
use super::handler::{Handler, StartTag};
use super::names::{Expected, Place, UNKNOWN};
use super::scanner::{Open, Scanner, TagEnd};

impl<'d> Scanner<'d, '_> {
    /// The start tag at `at`.
    #[inline(never)]
    pub(super) fn any_tag<H: Handler<'d>>(
        &mut self,
        handler: &mut H,
        expected: Option<Expected>,
    ) -> Result<(), XmlError> {
        let offset = self.at;
        self.at += 1;
        let (name, prefix_len, known) = self.element_name(expected)?;
        if self.open.len() >= self.limits.max_depth as usize {
            return Err(XmlError { kind: XmlErrorKind::TooDeep(self.limits.max_depth), offset });
        }
        let depth = self.open.len() as u32;
        let (end, are_known) = self.attributes(offset, known)?;
        if !are_known {
            self.check_attributes(depth, offset)?;
        }
        if prefix_len > 0
            && (&name[..prefix_len] == "xmlns" || self.scope.resolve(&name[..prefix_len]).is_none())
        {
            return Err(XmlError { kind: XmlErrorKind::UnboundPrefix, offset });
        }
        handler.start(&StartTag {
            name,
            prefix_len,
            attributes: &self.attributes,
            offset,
            known,
            scope: &self.scope,
        });
        match end {
            TagEnd::Empty => {
                handler.end(self.at);
                self.scope.leave(depth);
                self.before = known;
            }
            TagEnd::Open => {
                self.open.push(Open { name: offset + 1, name_len: name.len(), known });
                self.before = UNKNOWN;
            }
        }
        Ok(())
    }

    /// The name of an element, from behind its `<`: with the length of its prefix, and its number among the names.
    fn element_name(&mut self, expected: Option<Expected>) -> Result<(&'d str, usize, u32), XmlError> {
        if let Some(Expected { id, length }) = expected {
            let name = &self.text[self.at..self.at + length];
            self.at += length;
            return Ok((name, 0, id));
        }
        let (name, prefix_len) = self.name(XmlErrorKind::InvalidMarkup)?;
        Ok((name, prefix_len, UNKNOWN))
    }

    /// The attributes of a tag and its end; and whether they are all known, so that none stands twice and none has a prefix.
    fn attributes(&mut self, offset: usize, element: u32) -> Result<(TagEnd, bool), XmlError> {
        self.attributes.clear();
        let (mut seen, mut next, mut are_known, mut stands_twice) = (0_u64, 0, true, false);
        let end = loop {
            let before_space = self.at;
            self.skip_space();
            match self.bytes.get(self.at) {
                Some(b'>') => {
                    self.at += 1;
                    break TagEnd::Open;
                }
                Some(b'/') if self.bytes.get(self.at + 1) == Some(&b'>') => {
                    self.at += 2;
                    break TagEnd::Empty;
                }
                None => return Err(XmlError { kind: XmlErrorKind::UnclosedMarkup, offset }),
                Some(_) if before_space == self.at => return Err(self.error(XmlErrorKind::InvalidAttribute)),
                Some(_) => match self.attribute(element, next)? {
                    Some(place) => {
                        next = place.next;
                        stands_twice |= seen & place.bit != 0;
                        seen |= place.bit;
                    }
                    None => are_known = false,
                },
            }
        };
        if stands_twice {
            return Err(XmlError { kind: XmlErrorKind::DuplicateAttribute, offset });
        }
        Ok((end, are_known))
    }

    /// `name="value"`, from the first character of the name. Answers its place among those known of the element.
    fn attribute(&mut self, element: u32, next: usize) -> Result<Option<Place>, XmlError> {
        if self.attributes.len() >= self.limits.max_attributes as usize {
            return Err(self.error(XmlErrorKind::TooManyAttributes(self.limits.max_attributes)));
        }
        let expected = self.names.expected_attribute(element, next, &self.bytes[self.at..]);
        let (name, prefix_len, known) = match expected {
            Some((place, length)) => {
                let name = &self.text[self.at..self.at + length];
                self.at += length;
                (name, 0, Some(place))
            }
            None => {
                let (name, prefix_len) = self.name(XmlErrorKind::InvalidAttribute)?;
                let known = if prefix_len == 0 { self.names.attribute(element, next, name) } else { None };
                (name, prefix_len, known)
            }
        };
        self.skip_space();
        if self.bytes.get(self.at) != Some(&b'=') {
            return Err(self.error(XmlErrorKind::InvalidAttribute));
        }
        self.at += 1;
        self.skip_space();
        if !matches!(self.bytes.get(self.at), Some(b'"' | b'\'')) {
            return Err(self.error(XmlErrorKind::InvalidAttribute));
        }
        self.at += 1;
        self.attribute_value(name, prefix_len, known)?;
        Ok(known)
    }

    /// The value, from behind its quote.
    fn attribute_value(
        &mut self,
        name: &'d str,
        prefix_len: usize,
        known: Option<Place>,
    ) -> Result<(), XmlError> {
        let start = self.at;
        let ValueEnd { at: stop, is_plain } = attribute_value::read(self.text, start)?;
        let value = RawText { raw: &self.text[start..stop], is_plain };
        let known = known.map_or(UNKNOWN, |place| place.id);
        self.attributes.push(RawAttribute { name, prefix_len, value, known });
        self.at = stop + 1;
        Ok(())
    }

    /// The rules about attributes as a set, and namespace declarations into scope.
    fn check_attributes(&mut self, depth: u32, offset: usize) -> Result<(), XmlError> {
        let error = |kind| XmlError { kind, offset };
        let Self { attributes, uniqueness, scope, .. } = self;
        if uniqueness.has_duplicate(attributes.len(), attributes.iter().map(|attribute| attribute.name)) {
            return Err(error(XmlErrorKind::DuplicateAttribute));
        }
        let mut prefixed_count = 0;
        for attribute in &*attributes {
            if attribute.is_namespace_declaration() {
                scope.declare(depth, attribute).map_err(error)?;
            } else if attribute.prefix_len > 0 {
                prefixed_count += 1;
            }
        }
        if prefixed_count == 0 {
            return Ok(());
        }
        let prefixed = attributes
            .iter()
            .filter(|attribute| attribute.prefix_len > 0 && !attribute.is_namespace_declaration());
        if prefixed.clone().any(|attribute| scope.resolve_id(attribute.prefix()).is_none()) {
            return Err(error(XmlErrorKind::UnboundPrefix));
        }
        // Two prefixes may stand for one namespace: then equal local names are the same attribute.
        let expanded = prefixed.map(|attribute| (attribute.local(), scope.resolve_id(attribute.prefix())));
        let stands_twice = prefixed_count > 1 && uniqueness.has_duplicate(prefixed_count, expanded);
        if stands_twice { Err(error(XmlErrorKind::DuplicateAttribute)) } else { Ok(()) }
    }

    /// A name with at most one colon, from `at`; the second part of the answer is the length of its prefix.
    fn name(&mut self, kind: XmlErrorKind) -> Result<(&'d str, usize), XmlError> {
        let start = self.at;
        let first = ncname_len(&self.text[start..]);
        if first == 0 {
            let kind = if start == self.text.len() { XmlErrorKind::UnclosedMarkup } else { kind };
            return Err(XmlError { kind, offset: start });
        }
        self.at = start + first;
        if self.bytes.get(self.at) != Some(&b':') {
            return Ok((&self.text[start..self.at], 0));
        }
        let local = ncname_len(&self.text[self.at + 1..]);
        self.at += 1 + local;
        if local == 0 || self.bytes.get(self.at) == Some(&b':') {
            return Err(self.error(XmlErrorKind::InvalidName));
        }
        Ok((&self.text[start..self.at], first))
    }
}
