//! The scanner: one pass over a document, every rule of well-formedness checked on the way.

use super::attributes::{RawAttribute, RawText, Uniqueness, local_part};
use super::chars::{
    AMPERSAND, APOSTROPHE, BRACKET, CONTENT, FORBIDDEN, LESS, MAYBE_NONCHARACTER, PLAIN, QUOTE, RETURN,
    VALUE, is_space, ncname_len, plain_blocks,
};
use super::error::{XmlError, XmlErrorKind};
use super::names::{Names, Place};
use super::namespace::Scope;
use super::passed::{check_characters, skip_comment, skip_instruction};
use super::plain::{special_in_content, special_in_value};
use super::{declaration, doctype, reference};

/// Limits beyond which a document is refused.
#[derive(Clone, Copy, Debug)]
pub struct ScanLimits {
    /// Depth of elements.
    pub max_depth: u32,
    /// Attributes of one element.
    pub max_attributes: u32,
}

/// What a document consists of, as the scanner comes by it. Comments, processing instructions and declarations are not told.
pub trait Handler<'d> {
    /// A start tag, or the first half of an empty-element tag.
    fn start(&mut self, tag: &StartTag<'_, 'd>);

    /// The end of the innermost open element; `end` is the offset after its end tag.
    fn end(&mut self, end: usize);

    /// A run of text inside the root, never empty.
    fn text(&mut self, text: RawText<'d>, kind: TextKind);
}

/// Where text stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// Between tags: references count.
    Content,
    /// In a CDATA section: nothing counts but line ends.
    Cdata,
}

/// A start tag.
#[derive(Clone, Copy, Debug)]
pub struct StartTag<'s, 'd> {
    name: &'d str,
    prefix_len: usize,
    /// In document order, namespace declarations included.
    pub attributes: &'s [RawAttribute<'d>],
    /// Offset of its `<`.
    pub offset: usize,
    /// A number that stands for this name; 0 when there is none.
    pub known: u32,
    scope: &'s Scope<'d>,
}

impl<'s, 'd> StartTag<'s, 'd> {
    /// The name as the document has it, with its prefix.
    pub fn name(&self) -> &'d str {
        self.name
    }

    /// The local name.
    pub fn local(&self) -> &'d str {
        local_part(self.name, self.prefix_len)
    }

    /// The prefix, empty when there is none.
    pub fn prefix(&self) -> &'d str {
        &self.name[..self.prefix_len]
    }

    /// The namespace of the element, empty when it has none.
    pub fn namespace(&self) -> &'s str {
        self.namespace_of(self.prefix())
    }

    /// The namespace of an attribute, empty when it has none: attributes without prefix never have one.
    pub fn attribute_namespace(&self, attribute: &RawAttribute<'d>) -> &'s str {
        if attribute.prefix_len == 0 { "" } else { self.namespace_of(attribute.prefix()) }
    }

    /// All prefixes in scope with their namespaces as the document writes them; the empty prefix is the default namespace.
    pub fn namespaces(&self) -> impl Iterator<Item = (&'d str, &'d str)> {
        self.scope.in_scope()
    }

    fn namespace_of(&self, prefix: &str) -> &'s str {
        self.scope.resolve(prefix).expect("the scanner has checked that every prefix is declared")
    }
}

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
    let at = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        at,
        limits,
        open: Vec::with_capacity(16),
        names,
        before: 0,
        scope: Scope::default(),
        attributes: Vec::new(),
        uniqueness: Uniqueness::default(),
    };
    if let Some(after) = declaration::skip(text, at)? {
        scanner.at = after;
    }
    scanner.prolog()?;
    scanner.element_tree(handler)?;
    scanner.epilog()
}

struct Scanner<'d, 'n> {
    names: &'n mut Names,
    /// The element that ended last in the innermost open one.
    before: u32,
    text: &'d str,
    bytes: &'d [u8],
    at: usize,
    limits: ScanLimits,
    /// Names of the open elements.
    open: Vec<(&'d str, u32)>,
    scope: Scope<'d>,
    attributes: Vec<RawAttribute<'d>>,
    uniqueness: Uniqueness,
}

impl<'d> Scanner<'d, '_> {
    /// Everything before the root: leaves `at` on its `<`.
    fn prolog(&mut self) -> Result<(), XmlError> {
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
    fn epilog(&mut self) -> Result<(), XmlError> {
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

    /// The root with everything in it.
    fn element_tree<H: Handler<'d>>(&mut self, handler: &mut H) -> Result<(), XmlError> {
        self.start_tag(handler)?;
        while !self.open.is_empty() {
            self.content(handler)?;
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

    /// Text up to the next `<`.
    fn content<H: Handler<'d>>(&mut self, handler: &mut H) -> Result<(), XmlError> {
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
                handler.text(RawText { raw: &self.text[start..at], is_plain }, TextKind::Content);
                self.at = at;
                return Ok(());
            }
        }
        loop {
            while let Some((block, _)) = self.bytes[at..].split_first_chunk::<8>() {
                match special_in_content(block) {
                    Some(plain) => {
                        at += plain;
                        break;
                    }
                    None => {
                        at += 8;
                        if at >= start + 32 {
                            at += plain_blocks(&self.bytes[at..]);
                        }
                    }
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
                    at += self.reference_len(at)?;
                }
                BRACKET => {
                    if self.bytes[at..].starts_with(b"]]>") {
                        return Err(XmlError { kind: XmlErrorKind::CdataEndInText, offset: at });
                    }
                    at += 1;
                }
                class => at += self.character_len(class, at)?,
            }
        }
        if at > start {
            handler.text(RawText { raw: &self.text[start..at], is_plain }, TextKind::Content);
        }
        self.at = at;
        Ok(())
    }

    fn start_tag<H: Handler<'d>>(&mut self, handler: &mut H) -> Result<(), XmlError> {
        let offset = self.at;
        self.at += 1;
        let parent = self.open.last().map_or(0, |&(_, id)| id);
        let (name, prefix_len, known) = match self.names.expected(parent, self.before, &self.bytes[self.at..])
        {
            Some((id, length)) => {
                let name = &self.text[self.at..self.at + length];
                self.at += length;
                (name, 0, id)
            }
            None => {
                let (name, prefix_len) = self.name(XmlErrorKind::InvalidMarkup)?;
                let known = if prefix_len == 0 { self.names.element(parent, self.before, name) } else { 0 };
                (name, prefix_len, known)
            }
        };
        if self.open.len() >= self.limits.max_depth as usize {
            return Err(XmlError { kind: XmlErrorKind::TooDeep(self.limits.max_depth), offset });
        }
        self.attributes.clear();
        let (mut seen, mut next, mut are_known, mut stands_twice) = (0_u64, 0, true, false);
        let is_empty = loop {
            let before_space = self.at;
            self.skip_space();
            match self.bytes.get(self.at) {
                Some(b'>') => {
                    self.at += 1;
                    break false;
                }
                Some(b'/') if self.bytes.get(self.at + 1) == Some(&b'>') => {
                    self.at += 2;
                    break true;
                }
                None => return Err(XmlError { kind: XmlErrorKind::UnclosedMarkup, offset }),
                Some(_) if before_space == self.at => return Err(self.error(XmlErrorKind::InvalidAttribute)),
                Some(_) => match self.attribute(known, next)? {
                    Some(place) => {
                        next = place.next;
                        stands_twice |= seen & (1 << place.bit) != 0;
                        seen |= 1 << place.bit;
                    }
                    None => are_known = false,
                },
            }
        };
        let depth = self.open.len() as u32;
        if stands_twice {
            return Err(XmlError { kind: XmlErrorKind::DuplicateAttribute, offset });
        }
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
        if is_empty {
            handler.end(self.at);
            self.scope.leave(depth);
            self.before = known;
        } else {
            self.open.push((name, known));
            self.before = 0;
        }
        Ok(())
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
                self.at += length + 2;
                return self.attribute_value(name, 0, Some(place), QUOTE);
            }
            None => {
                let (name, prefix_len) = self.name(XmlErrorKind::InvalidAttribute)?;
                (
                    name,
                    prefix_len,
                    if prefix_len == 0 { self.names.attribute(element, next, name) } else { None },
                )
            }
        };
        if self.bytes.get(self.at) != Some(&b'=') {
            self.skip_space();
        }
        if self.bytes.get(self.at) != Some(&b'=') {
            return Err(self.error(XmlErrorKind::InvalidAttribute));
        }
        self.at += 1;
        self.skip_space();
        let own_quote = match self.bytes.get(self.at) {
            Some(b'"') => QUOTE,
            Some(b'\'') => APOSTROPHE,
            _ => return Err(self.error(XmlErrorKind::InvalidAttribute)),
        };
        self.at += 1;
        self.attribute_value(name, prefix_len, known, own_quote)
    }

    /// The value, from behind its quote.
    #[inline(always)]
    fn attribute_value(
        &mut self,
        name: &'d str,
        prefix_len: usize,
        known: Option<Place>,
        own_quote: u8,
    ) -> Result<Option<Place>, XmlError> {
        let start = self.at;
        let mut at = start;
        let mut is_plain = true;
        let quote = self.bytes[start - 1];
        loop {
            for block in self.bytes[at..].as_chunks::<8>().0 {
                match special_in_value(block, quote) {
                    Some(plain) => {
                        at += plain;
                        break;
                    }
                    None => at += 8,
                }
            }
            let Some(&byte) = self.bytes.get(at) else {
                return Err(XmlError { kind: XmlErrorKind::UnclosedMarkup, offset: start - 1 });
            };
            match VALUE[byte as usize] {
                PLAIN => at += 1,
                class @ (QUOTE | APOSTROPHE) => {
                    if class == own_quote {
                        break;
                    }
                    at += 1;
                }
                AMPERSAND => {
                    is_plain = false;
                    at += self.reference_len(at)?;
                }
                LESS => return Err(XmlError { kind: XmlErrorKind::LessInAttribute, offset: at }),
                class @ (FORBIDDEN | MAYBE_NONCHARACTER) => at += self.character_len(class, at)?,
                _ => {
                    is_plain = false;
                    at += 1;
                }
            }
        }
        let value = RawText { raw: &self.text[start..at], is_plain };
        self.attributes.push(RawAttribute {
            name,
            prefix_len,
            value,
            known: known.map_or(0, |place| place.id),
        });
        self.at = at + 1;
        Ok(known)
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
        // Two prefixes may stand for one namespace: then equal local names are the same attribute.
        let mut is_unbound = false;
        let expanded = prefixed.map(|attribute| {
            let namespace = scope.resolve_id(attribute.prefix());
            is_unbound |= namespace.is_none();
            (attribute.local(), namespace)
        });
        let expanded = expanded.collect::<Vec<_>>();
        if is_unbound {
            return Err(error(XmlErrorKind::UnboundPrefix));
        }
        let stands_twice =
            prefixed_count > 1 && uniqueness.has_duplicate(prefixed_count, expanded.iter().copied());
        if stands_twice { Err(error(XmlErrorKind::DuplicateAttribute)) } else { Ok(()) }
    }

    fn end_tag<H: Handler<'d>>(&mut self, handler: &mut H) -> Result<(), XmlError> {
        let offset = self.at;
        let (name, known) = self.open.pop().expect("end tags are only looked for inside an element");
        self.before = known;
        let mismatch = XmlError { kind: XmlErrorKind::MismatchedEndTag, offset };
        if !self.bytes[offset + 2..].starts_with(name.as_bytes()) {
            return Err(if self.text.len() - offset < 2 + name.len() && !self.text[offset..].contains('>') {
                XmlError { kind: XmlErrorKind::UnclosedMarkup, offset }
            } else {
                mismatch
            });
        }
        self.at = offset + 2 + name.len();
        if self.bytes.get(self.at) != Some(&b'>') {
            self.skip_space();
        }
        match self.bytes.get(self.at) {
            Some(b'>') => self.at += 1,
            Some(_) => return Err(mismatch),
            None => return Err(XmlError { kind: XmlErrorKind::UnclosedMarkup, offset }),
        }
        handler.end(self.at);
        self.scope.leave(self.open.len() as u32);
        Ok(())
    }

    fn comment_or_cdata<H: Handler<'d>>(&mut self, handler: &mut H) -> Result<(), XmlError> {
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

    fn skip_space(&mut self) {
        while self.bytes.get(self.at).is_some_and(|&byte| is_space(byte)) {
            self.at += 1;
        }
    }

    fn reference_len(&self, at: usize) -> Result<usize, XmlError> {
        reference::reference(&self.text[at..])
            .map(|(_, length)| length)
            .map_err(|kind| XmlError { kind, offset: at })
    }

    fn character_len(&self, class: u8, at: usize) -> Result<usize, XmlError> {
        let is_forbidden = class == FORBIDDEN || matches!(self.bytes[at..], [0xEF, 0xBF, 0xBE | 0xBF, ..]);
        if is_forbidden {
            Err(XmlError { kind: XmlErrorKind::ForbiddenCharacter, offset: at })
        } else {
            Ok(1)
        }
    }

    fn error(&self, kind: XmlErrorKind) -> XmlError {
        XmlError { kind, offset: self.at }
    }
}
