//! Names that earlier tags had, so that those of the next tags are recognised rather than read.

use std::collections::HashMap;
use std::slice::Iter;

use super::plain::{BLOCK, equal};

/// A name that no table knows.
pub(super) const UNKNOWN: u32 = 0;

const MAX_ELEMENTS: usize = 1024;
/// Attributes of one element: as many as a mask has bits.
pub(super) const MAX_ATTRIBUTES: usize = 64;
/// Longer names are not kept: what is kept outlives the document.
const MAX_BYTES: usize = 256;
/// How many attributes that are missing are looked past.
const LOOK_AHEAD: usize = 4;

/// What follows the name of an attribute.
pub(super) const EQUALS: &str = "=";

/// Elements and their attributes, with what came after what.
#[derive(Debug)]
pub struct Names {
    elements: Vec<Element>,
    by_text: HashMap<Box<str>, u32, foldhash::fast::RandomState>,
    attribute_count: u32,
}

#[derive(Debug)]
struct Element {
    name: Name,
    attributes: Vec<Name>,
    /// The elements that came first in it, the latest before the one that is not it.
    child: [u32; 2],
    /// The same of those that came next after it.
    sibling: [u32; 2],
}

/// A name without prefix.
#[derive(Debug)]
pub(super) struct Name {
    /// The first bytes of its text.
    head: [u8; BLOCK],
    /// With what must follow it.
    text: Box<str>,
    /// A bit for each byte of the head that is one of the text.
    mask: u32,
    /// From 1, over all names of attributes.
    pub(super) id: u32,
    /// One of its own among the attributes of its element.
    pub(super) bit: u64,
}

/// The element that is at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    pub(super) id: u32,
    /// Bytes of its name.
    pub(super) length: usize,
}

/// An attribute that the table knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Where the next attribute is looked for.
    pub(super) next: usize,
    pub(super) bit: u64,
    pub(super) id: u32,
}

impl Default for Names {
    fn default() -> Self {
        let nothing = Element {
            name: Name::new(String::new(), UNKNOWN, 0),
            attributes: Vec::new(),
            child: [UNKNOWN; 2],
            sibling: [UNKNOWN; 2],
        };
        Self { elements: vec![nothing], by_text: HashMap::default(), attribute_count: 0 }
    }
}

impl Name {
    fn new(text: String, id: u32, bit: u64) -> Self {
        let mut head = [0; BLOCK];
        let known = text.len().min(BLOCK);
        head[..known].copy_from_slice(&text.as_bytes()[..known]);
        Self { head, text: text.into(), mask: (1 << known) - 1, id, bit }
    }

    /// Its bytes, with what must follow.
    #[inline(always)]
    pub(super) fn length(&self) -> usize {
        self.text.len()
    }

    /// Whether the bytes begin with it. Not near the end of a document.
    #[inline(always)]
    fn begins(&self, bytes: &[u8]) -> bool {
        let Some(block) = bytes.first_chunk::<BLOCK>() else { return false };
        !equal(block, &self.head) & self.mask == 0
            && (self.text.len() <= BLOCK || bytes.starts_with(self.text.as_bytes()))
    }

    /// The attribute of an element whose name and `=` are here, expected to be the one that `next` gives, which then goes on behind it.
    #[inline(always)]
    pub(super) fn find<'n>(names: &'n [Self], next: &mut Iter<'n, Self>, bytes: &[u8]) -> Option<&'n Self> {
        let mut after = next.clone();
        if let Some(first) = after.next() {
            if first.begins(bytes) {
                *next = after;
                return Some(first);
            }
            // One that is missing is most of what differs.
            if let Some(second) = after.next()
                && second.begins(bytes)
            {
                *next = after;
                return Some(second);
            }
        }
        let (found, after) = Self::find_elsewhere(names, next.as_slice(), bytes)?;
        *next = after.iter();
        Some(found)
    }

    #[inline(never)]
    fn find_elsewhere<'n>(
        names: &'n [Self],
        next: &'n [Self],
        bytes: &[u8],
    ) -> Option<(&'n Self, &'n [Self])> {
        // Perhaps there was only white space.
        if let [b'>' | b'/', ..] = bytes {
            return None;
        }
        if let Some(at) = next.iter().skip(2).position(|name| name.begins(bytes)) {
            return Some((&next[at + 2], &next[at + 3..]));
        }
        let at = names[..names.len() - next.len()].iter().position(|name| name.begins(bytes))?;
        Some((&names[at], &names[at + 1..]))
    }
}

impl Names {
    /// To be called between documents: whether all was forgotten, because documents had too many names.
    pub fn trim(&mut self) -> bool {
        let is_full = self.elements.len() > MAX_ELEMENTS;
        if is_full {
            *self = Self::default();
        }
        is_full
    }

    /// The element whose name, followed by something that ends names, is most likely here.
    #[inline(always)]
    pub(super) fn expected(&self, parent: u32, before: u32, bytes: &[u8]) -> Option<Expected> {
        let try_one = |id: u32| {
            let name = &self.elements[id as usize].name;
            let length = name.length();
            let ends = matches!(bytes.get(length), Some(b'>' | b' ' | b'/' | b'\n'));
            (id != UNKNOWN && ends && name.begins(bytes)).then_some(Expected { id, length })
        };
        let [latest, other] = match before {
            UNKNOWN => self.elements[parent as usize].child,
            _ => self.elements[before as usize].sibling,
        };
        try_one(latest).or_else(|| try_one(other))
    }

    /// Whether the name of this element is here, with `>` behind it.
    #[inline(always)]
    pub(super) fn ends(&self, element: u32, bytes: &[u8]) -> bool {
        let name = &self.elements[element as usize].name;
        bytes.get(name.length()) == Some(&b'>') && name.begins(bytes)
    }

    /// The attributes that an element had.
    #[inline(always)]
    pub(super) fn attributes(&self, element: u32) -> &[Name] {
        &self.elements[element as usize].attributes
    }

    /// The element of this name, which came here.
    #[cold]
    pub(super) fn element(&mut self, parent: u32, before: u32, text: &str) -> u32 {
        let id = match self.by_text.get(text) {
            Some(&id) => id,
            None if self.elements.len() > MAX_ELEMENTS || text.len() > MAX_BYTES => return UNKNOWN,
            None => {
                let id = self.elements.len() as u32;
                let name = Name::new(text.to_owned(), UNKNOWN, 0);
                self.elements.push(Element {
                    name,
                    attributes: Vec::new(),
                    child: [UNKNOWN; 2],
                    sibling: [UNKNOWN; 2],
                });
                self.by_text.insert(text.into(), id);
                id
            }
        };
        let expected = match before {
            UNKNOWN => &mut self.elements[parent as usize].child,
            _ => &mut self.elements[before as usize].sibling,
        };
        *expected = [id, expected[0]];
        id
    }

    /// The attribute whose name and `=` are here: its place among those of the element, and the length of its name.
    #[inline]
    pub(super) fn expected_attribute(
        &self,
        element: u32,
        next: usize,
        bytes: &[u8],
    ) -> Option<(Place, usize)> {
        let known = self.elements[element as usize].attributes.get(next..)?;
        let (at, name) = known.iter().take(LOOK_AHEAD).enumerate().find(|(_, name)| name.begins(bytes))?;
        let Name { id, bit, .. } = *name;
        Some((Place { next: next + at + 1, bit, id }, name.length() - EQUALS.len()))
    }

    /// The place and id of an attribute without prefix.
    #[cold]
    pub(super) fn attribute(&mut self, element: u32, next: usize, text: &str) -> Option<Place> {
        if element == UNKNOWN || text == "xmlns" {
            return None;
        }
        let known = &mut self.elements[element as usize].attributes;
        let is_it = |name: &Name| name.text.strip_suffix(EQUALS) == Some(text);
        if let Some(at) = known.iter().position(is_it) {
            return Some(Place { next: at + 1, bit: known[at].bit, id: known[at].id });
        }
        if known.len() >= MAX_ATTRIBUTES || text.len() > MAX_BYTES {
            return None;
        }
        self.attribute_count += 1;
        // Documents agree about order more often than about what is there.
        let bit = 1 << known.len();
        let at = next.min(known.len());
        known.insert(at, Name::new(format!("{text}{EQUALS}"), self.attribute_count, bit));
        Some(Place { next: at + 1, bit, id: self.attribute_count })
    }
}
