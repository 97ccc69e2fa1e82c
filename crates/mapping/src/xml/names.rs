//! Names that earlier tags had, so that those of the next tags are recognised rather than read.

use std::collections::HashMap;

/// A name that no table knows.
pub(super) const UNKNOWN: u32 = 0;

const MAX_ELEMENTS: usize = 1024;
const MAX_ATTRIBUTES: usize = 64;
/// Longer names are not kept: what is kept outlives the document.
const MAX_BYTES: usize = 256;
/// How many attributes that are missing are looked past.
const LOOK_AHEAD: usize = 4;

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
    /// The elements that came first in it, and next after it.
    child: u32,
    sibling: u32,
}

#[derive(Debug)]
struct Name {
    head: [u64; 2],
    mask: [u64; 2],
    text: Box<str>,
    /// From 1, over all names of attributes.
    id: u32,
    /// Among the attributes of its element.
    bit: u8,
}

/// An attribute that the table knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Where the next attribute is looked for.
    pub(super) next: usize,
    pub(super) bit: u8,
    pub(super) id: u32,
}

impl Default for Names {
    fn default() -> Self {
        let nothing = Element { name: Name::new("", "", 0, 0), attributes: Vec::new(), child: 0, sibling: 0 };
        Self { elements: vec![nothing], by_text: HashMap::default(), attribute_count: 0 }
    }
}

impl Name {
    fn new(text: &str, end: &str, id: u32, bit: u8) -> Self {
        let (mut head, mut mask) = ([0; 16], [0; 16]);
        for (at, byte) in text.bytes().chain(end.bytes()).take(16).enumerate() {
            head[at] = byte;
            mask[at] = 0xFF;
        }
        let halves = |bytes: [u8; 16]| {
            let number = u128::from_le_bytes(bytes);
            [number as u64, (number >> 64) as u64]
        };
        Self { head: halves(head), mask: halves(mask), text: text.into(), id, bit }
    }

    /// Whether the bytes begin with the name and what ends it.
    #[inline(always)]
    fn begins(&self, bytes: &[u8], end: &[u8]) -> bool {
        let Some((first, _)) = bytes.split_first_chunk::<16>() else { return false };
        let number = u128::from_le_bytes(*first);
        let differs = ((number as u64 & self.mask[0]) ^ self.head[0])
            | (((number >> 64) as u64 & self.mask[1]) ^ self.head[1]);
        if differs != 0 {
            return false;
        }
        let length = self.text.len();
        length + end.len() <= 16
            || (bytes.starts_with(self.text.as_bytes()) && bytes[length..].starts_with(end))
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
    #[inline]
    pub(super) fn expected(&self, parent: u32, before: u32, bytes: &[u8]) -> Option<(u32, usize)> {
        let try_one = |id: u32| {
            let name = &self.elements[id as usize].name;
            let length = name.text.len();
            let ends = matches!(bytes.get(length), Some(b'>' | b' ' | b'/' | b'\n'));
            (id != UNKNOWN && ends && name.begins(bytes, b"")).then_some((id, length))
        };
        if before == UNKNOWN {
            return try_one(self.elements[parent as usize].child);
        }
        try_one(self.elements[before as usize].sibling).or_else(|| try_one(before))
    }

    /// The element of this name, which came here.
    #[cold]
    pub(super) fn element(&mut self, parent: u32, before: u32, text: &str) -> u32 {
        let id = match self.by_text.get(text) {
            Some(&id) => id,
            None if self.elements.len() > MAX_ELEMENTS || text.len() > MAX_BYTES => return UNKNOWN,
            None => {
                let id = self.elements.len() as u32;
                let name = Name::new(text, "", 0, 0);
                self.elements.push(Element {
                    name,
                    attributes: Vec::new(),
                    child: UNKNOWN,
                    sibling: UNKNOWN,
                });
                self.by_text.insert(text.into(), id);
                id
            }
        };
        if before == UNKNOWN {
            self.elements[parent as usize].child = id;
        } else {
            self.elements[before as usize].sibling = id;
        }
        id
    }

    /// The attribute whose name and `=` are here: its place among those of the element, its length, its id.
    #[inline]
    pub(super) fn expected_attribute(
        &self,
        element: u32,
        next: usize,
        bytes: &[u8],
    ) -> Option<(Place, usize)> {
        let known = self.elements[element as usize].attributes.get(next..)?;
        for (at, name) in known.iter().take(LOOK_AHEAD).enumerate() {
            if name.begins(bytes, b"=\"") {
                let Name { text, id, bit, .. } = name;
                return Some((Place { next: next + at + 1, bit: *bit, id: *id }, text.len()));
            }
        }
        None
    }

    /// The place and id of an attribute without prefix.
    #[cold]
    pub(super) fn attribute(&mut self, element: u32, next: usize, text: &str) -> Option<Place> {
        if element == UNKNOWN || text == "xmlns" {
            return None;
        }
        let known = &mut self.elements[element as usize].attributes;
        if let Some(at) = known.iter().position(|name| *name.text == *text) {
            return Some(Place { next: at + 1, bit: known[at].bit, id: known[at].id });
        }
        if known.len() >= MAX_ATTRIBUTES || text.len() > MAX_BYTES {
            return None;
        }
        self.attribute_count += 1;
        // Documents agree about order more often than about what is there.
        let bit = known.len() as u8;
        let at = next.min(known.len());
        known.insert(at, Name::new(text, "=\"", self.attribute_count, bit));
        Some(Place { next: at + 1, bit, id: self.attribute_count })
    }
}
