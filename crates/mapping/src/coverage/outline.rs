//! All element and attribute names that documents have, as one tree, with counts of the data that stands there.

use std::collections::HashMap;

use crate::contract::Case;
use crate::xml::Place;

use super::amount::{Amount, Example, Fate};

/// Index of a name in the outline.
pub(crate) type NameId = u32;

/// More paths than any kind of document has: names made of data would fill the memory. Behind them, each known element has one more
/// child for all that is new in it.
const MAX_NAMES: usize = 100_000;

/// Bytes of all names together, which is the same for names of any length.
const MAX_NAME_BYTES: usize = 32 << 20;

/// The name of that child, which is none of XML.
const REST: &str = "…";

/// The document, above its root element.
pub(crate) const TOP: NameId = 0;

/// The tree of names.
#[derive(Debug)]
pub(crate) struct Outline {
    names: Vec<Name>,
    name_bytes: usize,
    case: Case,
    max_names: usize,
    max_name_bytes: usize,
}

#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) parent: NameId,
    pub(crate) kind: NameKind,
    /// The local name, as it was first met.
    pub(crate) text: Box<str>,
    elements: HashMap<Box<str>, NameId>,
    attributes: HashMap<Box<str>, NameId>,
    /// Of the attribute, or of the element's own text, by [`Fate`].
    pub(super) tallies: [Tally; Fate::COUNT],
    /// Documents in which something here or below has no path.
    pub(super) unread: Documents,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameKind {
    Element,
    Attribute,
}

/// How often something was met.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) documents: Documents,
    pub(super) amount: Amount,
    pub(super) example: Option<Example>,
}

/// Counts each document once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Documents {
    pub(super) count: u64,
    /// Number of the last one, from 1.
    last: u64,
}

impl Documents {
    /// Whether this document was not counted yet.
    fn count(&mut self, document: u64) -> bool {
        let is_new = self.last != document;
        self.last = document;
        self.count += u64::from(is_new);
        is_new
    }
}

impl Outline {
    pub(crate) fn new(case: Case) -> Self {
        Self::bounded(case, MAX_NAMES, MAX_NAME_BYTES)
    }

    /// One that tells fewer names apart.
    pub(crate) fn bounded(case: Case, max_names: usize, max_name_bytes: usize) -> Self {
        let names = vec![Name::new(TOP, NameKind::Element, "")];
        Self { names, name_bytes: 0, case, max_names, max_name_bytes }
    }

    pub(crate) fn name(&self, id: NameId) -> &Name {
        &self.names[id as usize]
    }

    pub(crate) fn ids(&self) -> impl DoubleEndedIterator<Item = NameId> + use<> {
        0..self.names.len() as NameId
    }

    /// The child of a name, made where it is not there yet.
    pub(crate) fn child(&mut self, parent: NameId, kind: NameKind, text: &str) -> NameId {
        let folded;
        let key = match self.case {
            Case::Insensitive => {
                folded = text.to_ascii_lowercase();
                &folded
            }
            Case::Sensitive => text,
        };
        let is_full = self.names.len() >= self.max_names || self.name_bytes >= self.max_name_bytes;
        if is_full && self.name(parent).is_rest() {
            return parent;
        }
        let next = self.names.len() as NameId;
        let name = &mut self.names[parent as usize];
        let known = match kind {
            NameKind::Element => &mut name.elements,
            NameKind::Attribute => &mut name.attributes,
        };
        if let Some(&id) = known.get(key) {
            return id;
        }
        let (key, kind, text) = if is_full { (REST, NameKind::Element, REST) } else { (key, kind, text) };
        let known = if is_full { &mut name.elements } else { known };
        if let Some(&id) = known.get(key) {
            return id;
        }
        known.insert(key.into(), next);
        self.name_bytes += 2 * text.len();
        self.names.push(Name::new(parent, kind, text));
        next
    }

    /// Counts a value of document number `document`; `place` is asked where it stands, for an example.
    pub(crate) fn count(
        &mut self,
        (name, fate): (NameId, Fate),
        raw: &str,
        document: u64,
        place: impl FnOnce() -> Place,
    ) {
        let tally = &mut self.names[name as usize].tallies[fate as usize];
        tally.amount += Amount { occurrences: 1, bytes: raw.len() as u64 };
        tally.documents.count(document);
        if tally.example.is_none() && fate != Fate::Read {
            let example = Example { document: document - 1, place: place(), char_count: raw.chars().count() };
            tally.example = Some(example);
        }
        if fate == Fate::NoPath {
            let mut above = name;
            while self.names[above as usize].unread.count(document) && above != TOP {
                above = self.names[above as usize].parent;
            }
        }
    }
}

impl Name {
    fn new(parent: NameId, kind: NameKind, text: &str) -> Self {
        Self {
            parent,
            kind,
            text: text.into(),
            elements: HashMap::new(),
            attributes: HashMap::new(),
            tallies: Default::default(),
            unread: Documents::default(),
        }
    }

    /// Whether something here is read by no path.
    pub(crate) fn is_unread(&self) -> bool {
        self.tallies[Fate::NoPath as usize].amount.occurrences > 0
    }

    /// Whether it stands for all names for which there is no room.
    pub(crate) fn is_rest(&self) -> bool {
        &*self.text == REST
    }

    pub(super) fn has_elements(&self) -> bool {
        !self.elements.is_empty()
    }

    pub(super) fn children(&self) -> impl Iterator<Item = NameId> {
        self.attributes.values().chain(self.elements.values()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_made_of_data_take_bounded_memory() {
        let mut outline = Outline::new(Case::Sensitive);
        let root = outline.child(TOP, NameKind::Element, "R");
        for number in 0..3 * MAX_NAMES {
            let element = outline.child(root, NameKind::Element, &format!("e{number}"));
            let attribute = outline.child(element, NameKind::Attribute, "a");
            assert!(attribute != element || outline.name(element).is_rest());
        }
        assert!(outline.ids().count() < MAX_NAMES + 10);
        let known = outline.child(root, NameKind::Element, "e7");
        assert_eq!(&*outline.name(known).text, "e7");
    }
}
