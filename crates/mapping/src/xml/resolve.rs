//! Documents whose text is not all that they say: references to entities beyond the predefined ones, and attributes that the document's
//! own type declaration gives a default or a type of tokens. They become a text that says the same without them; the declaration is left out.
//!
//! Goes over the text once, roughly: what is no tag or reference that it knows is copied, and the scanner tells what is wrong with it.
//! Most documents have nothing of this, and that takes a look at what stands before their root.

use std::borrow::Cow;
use std::collections::HashMap;

use super::chars::{is_space, ncname_len};
use super::doctype::{self, AttributeRule, Dtd};
use super::entities::{Declared, Entities, Piece, html};
use super::error::{XmlError, XmlErrorKind};
use super::passed::{skip_comment, skip_instruction};
use super::reference::{push_attribute, reference};

/// Why a document has no such text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResolveError {
    /// A broken rule, or what is refused.
    Xml(XmlError),
    /// It would have more bytes than the limit.
    TooLarge {
        /// Where it has too many.
        offset: usize,
    },
}

impl From<XmlError> for ResolveError {
    fn from(error: XmlError) -> Self {
        Self::Xml(error)
    }
}

/// The text of a document that the scanner reads: as it is, or with at most `max_bytes` bytes.
///
/// # Errors
/// When its type declaration is wrong or refused, or an entity is; other mistakes are left to the scanner.
pub fn resolve<'t>(text: &'t str, entities: &Entities, max_bytes: u64) -> Result<Cow<'t, str>, ResolveError> {
    let declaration = find_doctype(text);
    if declaration.is_none() && *entities == Entities::Predefined {
        return Ok(Cow::Borrowed(text));
    }
    let dtd = match declaration {
        Some(start) => doctype::read(text, start, *entities == Entities::Internal)?,
        None => Dtd::default(),
    };
    let rules = Rules::of(&dtd.attributes);
    let has_entities = match entities {
        Entities::Predefined => false,
        Entities::Html | Entities::Named(_) => true,
        Entities::Internal => !dtd.entities.is_empty(),
    };
    if rules.by_element.is_empty() && !has_entities {
        return Ok(Cow::Borrowed(text));
    }
    let mut resolver = Resolver {
        text,
        at: 0,
        copied: 0,
        out: String::new(),
        max_bytes,
        entities,
        declared: dtd.entities,
        rules,
    };
    if let Some(start) = declaration {
        resolver.leave_out(start, dtd.end)?;
    }
    resolver.content()?;
    if declaration.is_none() && resolver.out.is_empty() {
        return Ok(Cow::Borrowed(text));
    }
    resolver.copy_to(text.len())?;
    Ok(Cow::Owned(resolver.out))
}

/// Where the document type declaration begins.
fn find_doctype(text: &str) -> Option<usize> {
    let mut at = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    if text[at..].starts_with("<?xml") {
        // One that is well-formed has no other `>`.
        at += memchr::memchr(b'>', &text.as_bytes()[at..])? + 1;
    }
    loop {
        at += text[at..].bytes().take_while(|&byte| is_space(byte)).count();
        let rest = &text[at..];
        if rest.starts_with("<!DOCTYPE") {
            return Some(at);
        } else if rest.starts_with("<!--") {
            at = skip_comment(text, at).ok()?;
        } else if rest.starts_with("<?") {
            at = skip_instruction(text, at).ok()?;
        } else {
            return None;
        }
    }
}

/// The rules about attributes that change something, by element.
#[derive(Debug)]
struct Rules<'t> {
    by_element: HashMap<&'t str, OfElement<'t>, foldhash::fast::RandomState>,
}

#[derive(Debug, Default)]
struct OfElement<'t> {
    rules: Vec<AttributeRule<'t>>,
    /// Where the rule of each attribute is.
    places: HashMap<&'t str, usize, foldhash::fast::RandomState>,
}

impl<'t> Rules<'t> {
    /// Of two rules for one attribute the first counts (XML 1.0, section 3.3).
    fn of(all: &[AttributeRule<'t>]) -> Self {
        let mut by_element = HashMap::<&str, OfElement<'_>, foldhash::fast::RandomState>::default();
        for rule in all {
            let OfElement { rules, places } = by_element.entry(rule.element).or_default();
            places.entry(rule.attribute).or_insert_with(|| {
                rules.push(*rule);
                rules.len() - 1
            });
        }
        by_element.retain(|_, of| of.rules.iter().any(|rule| rule.is_tokens || rule.default.is_some()));
        Self { by_element }
    }
}

struct Resolver<'t, 'e> {
    text: &'t str,
    at: usize,
    /// Up to here the text is in `out`.
    copied: usize,
    out: String,
    max_bytes: u64,
    entities: &'e Entities,
    declared: Declared<'t>,
    rules: Rules<'t>,
}

/// Where a reference stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Content,
    Value,
}

impl<'t> Resolver<'t, '_> {
    fn copy_to(&mut self, end: usize) -> Result<(), ResolveError> {
        if self.out.is_empty() {
            self.out.reserve(self.text.len() + self.text.len() / 8);
        }
        self.out.push_str(&self.text[self.copied..end]);
        self.copied = end;
        self.check_size(0)
    }

    fn check_size(&self, more: u64) -> Result<(), ResolveError> {
        let is_too_large = (self.out.len() as u64).saturating_add(more) > self.max_bytes;
        if is_too_large { Err(ResolveError::TooLarge { offset: self.at }) } else { Ok(()) }
    }

    /// Leaves a part out; its lines stay.
    fn leave_out(&mut self, start: usize, end: usize) -> Result<(), ResolveError> {
        self.copy_to(start)?;
        let lines = self.text[start..end].bytes().filter(|&byte| byte == b'\n').count();
        self.out.extend(std::iter::repeat_n('\n', lines));
        (self.at, self.copied) = (end, end);
        Ok(())
    }

    /// Everything from here on.
    fn content(&mut self) -> Result<(), ResolveError> {
        let bytes = self.text.as_bytes();
        while let Some(found) = memchr::memchr2(b'<', b'&', &bytes[self.at..]) {
            self.at += found;
            let rest = &self.text[self.at..];
            let end = if rest.starts_with('&') {
                self.reference(Where::Content)?;
                continue;
            } else if rest.starts_with("<!--") {
                "-->"
            } else if rest.starts_with("<![CDATA[") {
                "]]>"
            } else if rest.starts_with("<?") {
                "?>"
            } else if rest.starts_with("</") || rest.starts_with("<!") {
                ">"
            } else {
                if self.tag()?.is_none() {
                    return Ok(());
                }
                continue;
            };
            match rest.find(end) {
                Some(length) => self.at += length + end.len(),
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// The reference at `at`: replaced, when it is one to an entity that is known.
    fn reference(&mut self, place: Where) -> Result<(), ResolveError> {
        let rest = &self.text[self.at..];
        match reference(rest) {
            Ok((_, length)) => self.at += length,
            Err(XmlErrorKind::UnknownEntity) => {
                let length = ncname_len(&rest[1..]);
                self.copy_to(self.at)?;
                if self.push_entity(&rest[1..=length], place)? {
                    self.copied = self.at + length + 2;
                }
                self.at += length + 2;
            }
            Err(_) => self.at += 1,
        }
        Ok(())
    }

    /// Writes what an entity stands for; whether it is known.
    fn push_entity(&mut self, name: &str, place: Where) -> Result<bool, ResolveError> {
        let text = match self.entities {
            Entities::Predefined => None,
            Entities::Html => html(name),
            Entities::Named(named) => named.get(name).map(String::as_str),
            Entities::Internal => {
                if !self.declared.has(name) {
                    return Ok(false);
                }
                let bytes = self.declared.bytes(name)?;
                self.check_size(bytes)?;
                let Self { declared, out, .. } = self;
                declared.replace(name, &mut |piece| push_piece(piece, place, out));
                self.check_size(0)?;
                return Ok(true);
            }
        };
        let Some(text) = text else { return Ok(false) };
        push_piece(Piece::Literal(text), place, &mut self.out);
        self.check_size(0)?;
        Ok(true)
    }

    /// The start tag at `at`; `None`: it is none, and somebody else tells why.
    fn tag(&mut self) -> Result<Option<()>, ResolveError> {
        let bytes = self.text.as_bytes();
        let name = self.at + 1;
        self.at = name + name_len(&self.text[name..]);
        let element = &self.text[name..self.at];
        let of = self.rules.by_element.get_key_value(element).map(|(element, _)| *element);
        let mut seen = of.map_or(Vec::new(), |of| vec![false; self.rules.by_element[of].rules.len()]);
        loop {
            let behind = self.at;
            self.skip_space();
            match bytes.get(self.at) {
                None => return Ok(None),
                Some(b'>' | b'/') => {
                    if let Some(of) = of {
                        self.copy_to(behind)?;
                        self.push_defaults(of, &seen)?;
                    }
                    // What follows a `/` that is none is the scanner's.
                    self.at += 1;
                    return Ok(Some(()));
                }
                Some(_) if self.at == behind => return Ok(None),
                Some(_) => {}
            }
            let start = self.at;
            self.at += name_len(&self.text[start..]);
            let attribute = &self.text[start..self.at];
            self.skip_space();
            if attribute.is_empty() || bytes.get(self.at) != Some(&b'=') {
                return Ok(None);
            }
            self.at += 1;
            self.skip_space();
            let Some(&quote @ (b'"' | b'\'')) = bytes.get(self.at) else { return Ok(None) };
            self.at += 1;
            let Some(length) = memchr::memchr(quote, &bytes[self.at..]) else { return Ok(None) };
            let end = self.at + length;
            let place = of.and_then(|of| self.rules.by_element[of].places.get(attribute).copied());
            let mut is_tokens = false;
            if let (Some(of), Some(place)) = (of, place) {
                seen[place] = true;
                is_tokens = self.rules.by_element[of].rules[place].is_tokens;
            }
            self.value(end, is_tokens)?;
            self.at = end + 1;
        }
    }

    fn skip_space(&mut self) {
        self.at += self.text[self.at..].bytes().take_while(|&byte| is_space(byte)).count();
    }

    /// The value from `at` to `end`.
    fn value(&mut self, end: usize, is_tokens: bool) -> Result<(), ResolveError> {
        let raw = &self.text[self.at..end];
        let is_long_way = is_tokens && raw.bytes().any(|byte| is_space(byte) || byte == b'&');
        if is_long_way {
            self.copy_to(self.at)?;
        }
        let from = self.out.len();
        while let Some(found) = memchr::memchr(b'&', &self.text.as_bytes()[self.at..end]) {
            self.at += found;
            self.reference(Where::Value)?;
        }
        if is_long_way {
            self.copy_to(end)?;
            self.trim_tokens(from);
        }
        Ok(())
    }

    /// Makes a value that was written from `from` on one of tokens: single blanks between them (XML 1.0, section 3.3.3). A value that is wrong
    /// stays as it is.
    fn trim_tokens(&mut self, from: usize) {
        let raw = &self.out[from..];
        let mut rest = raw;
        while let Some(at) = rest.find(['&', '<']) {
            rest = &rest[at..];
            match reference(rest) {
                Ok((_, length)) if rest.starts_with('&') => rest = &rest[length..],
                _ => return,
            }
        }
        let mut value = String::with_capacity(raw.len());
        push_attribute(raw, &mut value);
        self.out.truncate(from);
        for (at, token) in value.split(' ').filter(|token| !token.is_empty()).enumerate() {
            if at > 0 {
                self.out.push(' ');
            }
            token.chars().for_each(|character| push_character(character, &mut self.out));
        }
    }

    /// The attributes that a tag does not have and that have a default.
    fn push_defaults(&mut self, element: &str, seen: &[bool]) -> Result<(), ResolveError> {
        for (at, _) in seen.iter().enumerate().filter(|(_, seen)| !**seen) {
            let AttributeRule { attribute, default, is_tokens, .. } =
                self.rules.by_element[element].rules[at];
            let Some(default) = default else { continue };
            self.out.extend([" ", attribute, "=\""]);
            let from = self.out.len();
            let mut rest = default;
            while let Some(found) = rest.find('&') {
                push_quoted(&rest[..found], &mut self.out);
                rest = &rest[found..];
                let length = match reference(rest) {
                    Ok((_, length)) => {
                        self.out.push_str(&rest[..length]);
                        length
                    }
                    Err(kind) => {
                        let length = ncname_len(&rest[1..]);
                        if !self.push_entity(&rest[1..=length], Where::Value)? {
                            return Err(XmlError { kind, offset: self.at }.into());
                        }
                        length + 2
                    }
                };
                rest = &rest[length..];
            }
            push_quoted(rest, &mut self.out);
            if is_tokens {
                self.trim_tokens(from);
            }
            self.out.push('"');
            self.check_size(0)?;
        }
        Ok(())
    }
}

/// Bytes up to what ends a name in a tag.
fn name_len(text: &str) -> usize {
    text.bytes().take_while(|&byte| !is_space(byte) && !b"=>/<\"'&".contains(&byte)).count()
}

fn push_quoted(text: &str, out: &mut String) {
    for character in text.chars() {
        if character == '"' { out.push_str("&quot;") } else { out.push(character) }
    }
}

/// Writes text so that it is text wherever it stands.
fn push_piece(piece: Piece<'_>, place: Where, out: &mut String) {
    match piece {
        Piece::Referred(character) => push_character(character, out),
        Piece::Literal(text) => {
            for character in text.chars() {
                match character {
                    // White space of what an entity stands for is a blank in values (XML 1.0, section 3.3.3).
                    '\t' | '\n' | '\r' if place == Where::Value => out.push(' '),
                    '\t' | '\n' => out.push(character),
                    character => push_character(character, out),
                }
            }
        }
    }
}

fn push_character(character: char, out: &mut String) {
    match character {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&apos;"),
        '\t' => out.push_str("&#9;"),
        '\n' => out.push_str("&#10;"),
        '\r' => out.push_str("&#13;"),
        character => out.push(character),
    }
}
