//! Entities beyond the five predefined ones: what a name stands for. Always text, never markup, never anything from outside.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use super::chars::ncname_len;
use super::error::{XmlError, XmlErrorKind};
use super::reference::reference;

/// How deep entities may refer to each other.
const MAX_LEVELS: u32 = 16;

/// Which entities a document may refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Entities {
    /// None but the predefined ones.
    #[default]
    Predefined,
    /// Those of HTML, by their names.
    Html,
    /// These.
    Named(BTreeMap<String, String>),
    /// Those that the document's own type declaration declares.
    Internal,
}

/// The names of HTML with the code points that they stand for, in order.
static HTML: LazyLock<HashMap<&str, String>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let (name, numbers) = line.split_once(' ')?;
        let character = |number| u32::from_str_radix(number, 16).ok().and_then(char::from_u32);
        Some((name, numbers.split(' ').filter_map(character).collect()))
    };
    include_str!("html_names.txt").lines().filter_map(line).collect()
});

/// What entities of HTML stand for, by name.
pub(super) fn html(name: &str) -> Option<&'static str> {
    HTML.get(name).map(String::as_str)
}

/// Entities that a document declares.
#[derive(Debug, Default)]
pub(super) struct Declared<'t> {
    by_name: HashMap<&'t str, Declaration<'t>, foldhash::fast::RandomState>,
}

#[derive(Debug)]
struct Declaration<'t> {
    /// As it is written, and where.
    value: &'t str,
    offset: usize,
    measure: Option<Measure>,
}

/// What replacing an entity comes to.
#[derive(Clone, Copy, Debug)]
struct Measure {
    /// Bytes that are read for it, those of entities within included: never less than it has.
    bytes: u64,
    /// Entities within each other.
    levels: u32,
}

/// A part of what an entity stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece<'p> {
    /// As it is.
    Literal(&'p str),
    /// What a reference stands for.
    Referred(char),
}

impl<'t> Declared<'t> {
    /// Adds a declaration; of two with one name the first counts.
    pub(super) fn add(&mut self, name: &'t str, value: &'t str, offset: usize) {
        self.by_name.entry(name).or_insert(Declaration { value, offset, measure: None });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// How many bytes are read to replace an entity.
    ///
    /// # Errors
    /// When it is none, has markup in it, or refers to itself or too deep.
    pub(super) fn bytes(&mut self, name: &str) -> Result<u64, XmlError> {
        self.measure(name, 1).map(|measure| measure.bytes)
    }

    fn measure(&mut self, name: &str, level: u32) -> Result<Measure, XmlError> {
        let Some(Declaration { value, offset, measure }) = self.by_name.get(name) else {
            return Err(XmlError { kind: XmlErrorKind::UnknownEntity, offset: 0 });
        };
        let (value, offset) = (*value, *offset);
        let nested_too_deeply = XmlError { kind: XmlErrorKind::EntitiesTooDeep(MAX_LEVELS), offset };
        if let Some(known) = *measure {
            return if level + known.levels > MAX_LEVELS + 1 { Err(nested_too_deeply) } else { Ok(known) };
        }
        if level > MAX_LEVELS {
            return Err(nested_too_deeply);
        }
        let (mut bytes, mut levels) = (value.len() as u64, 1);
        let text = replacement(value, offset)?;
        for_each_part(&text, offset, &mut |part| {
            if let Part::Entity(inner) = part {
                let inner = self.measure(inner, level + 1).map_err(|error| within(error, offset))?;
                bytes = bytes.saturating_add(inner.bytes);
                levels = levels.max(inner.levels + 1);
            }
            Ok(())
        })?;
        let measure = Measure { bytes, levels };
        if let Some(known) = self.by_name.get_mut(name) {
            known.measure = Some(measure);
        }
        Ok(measure)
    }

    /// Tells what an entity stands for that was measured. Takes as many steps as it has bytes.
    pub(super) fn replace(&self, name: &str, take: &mut dyn FnMut(Piece<'_>)) {
        let Some(Declaration { value, offset, .. }) = self.by_name.get(name) else { return };
        let Ok(text) = replacement(value, *offset) else { return };
        let told = for_each_part(&text, *offset, &mut |part| {
            match part {
                Part::Literal(text) => take(Piece::Literal(text)),
                Part::Character(character) => take(Piece::Referred(character)),
                Part::Entity(inner) => self.replace(inner, take),
            }
            Ok(())
        });
        debug_assert!(told.is_ok(), "it was measured");
    }
}

fn within(error: XmlError, offset: usize) -> XmlError {
    if error.kind == XmlErrorKind::UnknownEntity { XmlError { offset, ..error } } else { error }
}

/// The replacement text of a value: references to characters replaced, those to entities not (XML 1.0, section 4.5).
fn replacement(value: &str, offset: usize) -> Result<String, XmlError> {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find(['&', '\r']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if let Some(after) = rest.strip_prefix('\r') {
            out.push('\n');
            if after.starts_with('\n') { 2 } else { 1 }
        } else if rest.starts_with("&#") {
            let (character, length) = reference(rest).map_err(|kind| XmlError { kind, offset })?;
            out.push(character);
            length
        } else {
            out.push('&');
            1
        };
        rest = &rest[length..];
    }
    out.push_str(rest);
    Ok(out)
}

/// A part of a replacement text.
enum Part<'p> {
    Literal(&'p str),
    Character(char),
    Entity(&'p str),
}

fn for_each_part(
    text: &str,
    offset: usize,
    take: &mut dyn FnMut(Part<'_>) -> Result<(), XmlError>,
) -> Result<(), XmlError> {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<']) {
        take(Part::Literal(&rest[..at]))?;
        rest = &rest[at..];
        if rest.starts_with('<') {
            return Err(XmlError { kind: XmlErrorKind::MarkupInEntity, offset });
        }
        let length = match reference(rest) {
            Ok((character, length)) => {
                take(Part::Character(character))?;
                length
            }
            Err(XmlErrorKind::UnknownEntity) => {
                let length = ncname_len(&rest[1..]);
                take(Part::Entity(&rest[1..=length]))?;
                length + 2
            }
            Err(kind) => return Err(XmlError { kind, offset }),
        };
        rest = &rest[length..];
    }
    take(Part::Literal(rest))
}
