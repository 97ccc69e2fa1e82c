//! Statistics of documents: which elements and attributes there are, how often, and what their values look like.
//!
//! A document is recorded first (`record`) and counted only when it was well-formed to its end (`count`), so that a broken one leaves
//! no trace. Elements are nodes of a trie of paths (`elements`, `name_list`, `main_namespace`); values are a few numbers each (`value`, `kinds`,
//! `distinct`). Memory is bounded by [`ProfileLimits`], not by the number or size of documents.

mod count;
mod declare;
mod distinct;
mod elements;
mod kinds;
mod limits;
mod main_namespace;
mod name_list;
mod record;
mod root_names;
mod value;

use std::borrow::Cow;
use std::collections::BTreeSet;

use bumpalo::Bump;
use xmlshred_model::DocumentKey;

use crate::limits::Limits;
use crate::shred::Content;
use crate::xml::{DecodeError, Entities, Place, ScanLimits, XmlErrorKind, decode, resolve, scan};

pub(super) use declare::DeclaredContent;
pub(super) use elements::{Attribute, DOCUMENT, Element, ElementId};
pub(super) use kinds::{Certainty, Kind, PATTERNS, certainty};
pub use limits::ProfileLimits;
pub(super) use name_list::Name;
pub(super) use value::{Nearly, ValueProfile};

use count::Counter;
use elements::Elements;
use record::{Event, Recorder};
use root_names::RootNames;

/// Why a document does not count. Names no value of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObserveError {
    /// Bytes that are no text.
    #[error(transparent)]
    Encoding(#[from] DecodeError),
    /// Not well-formed, or beyond a limit.
    #[error("{kind}, at {place}")]
    Xml {
        /// Which rule.
        kind: XmlErrorKind,
        /// Where.
        place: Place,
    },
    /// Too large for a run.
    #[error("{0} bytes are more than a document may have")]
    TooLarge(u64),
}

/// A root element of the documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Its local name.
    pub local: String,
    /// Its namespace, empty when it has none.
    pub namespace: String,
    /// Documents that have it.
    pub document_count: u64,
    pub(super) element: ElementId,
}

/// Where a profile comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// From documents, which are counted.
    Documents,
    /// From a schema alone: everything that it declares is there once.
    Schema,
}

/// What is known of all documents so far.
#[derive(Debug)]
pub struct Profile {
    pub(super) origin: Origin,
    limits: ProfileLimits,
    pub(super) elements: Elements,
    events: Vec<Event>,
    counter: Counter,
    arena: Bump,
    byte_count: u64,
    event_count: u64,
}

/// An arena that one unusual document made larger than this is given back; the same for recorded events.
const MAX_KEPT: usize = 8 << 20;

impl Profile {
    /// Without documents.
    pub fn new(limits: ProfileLimits) -> Self {
        Self::of_roots(limits, &[])
    }

    /// Without documents; those with one of these root elements are of one kind.
    pub fn of_roots(limits: ProfileLimits, roots: &[String]) -> Self {
        Self {
            origin: Origin::Documents,
            limits,
            elements: Elements::new(limits, RootNames::new(roots)),
            events: Vec::new(),
            counter: Counter::default(),
            arena: Bump::new(),
            byte_count: 0,
            event_count: 0,
        }
    }

    /// For what a schema declares, in place of documents.
    pub(super) fn of_schema(limits: ProfileLimits) -> Self {
        Self { origin: Origin::Schema, ..Self::new(limits) }
    }

    /// How elements and attributes are called, without prefixes.
    pub(crate) fn local_names(&self) -> BTreeSet<&str> {
        let elements = self.elements.ids().map(|id| self.elements.get(id));
        let names = elements.flat_map(|element| {
            std::iter::once(&element.name).chain(element.attributes.iter().map(|attribute| &attribute.name))
        });
        names.map(|name| &*name.local).collect()
    }

    /// Counts a document in; answers the local name of its root. `key` is that of its row in the source, where there is one.
    ///
    /// # Errors
    /// When the document is no XML that a run would take. It then counts nowhere.
    pub fn observe(
        &mut self,
        content: Content<'_>,
        key: Option<DocumentKey>,
    ) -> Result<String, ObserveError> {
        let text = match content {
            Content::Text(text) => Cow::Borrowed(text),
            Content::Bytes(bytes) => decode(bytes)?,
        };
        if text.len() as u64 > Limits::default().max_bytes {
            return Err(ObserveError::TooLarge(text.len() as u64));
        }
        let text = match resolve(&text, &Entities::Predefined, Limits::default().max_bytes) {
            Ok(Cow::Owned(resolved)) => Cow::Owned(resolved),
            // What is wrong is told by the scanner, too.
            Ok(Cow::Borrowed(_)) | Err(_) => text,
        };
        let ProfileLimits { max_depth, max_attributes, .. } = self.limits;
        if self.events.capacity() * size_of::<Event>() > MAX_KEPT {
            self.events = Vec::new();
        }
        self.events.clear();
        let mut recorder = Recorder::new(&mut self.elements, &mut self.events, &text);
        scan(&text, ScanLimits { max_depth, max_attributes }, &mut recorder)
            .map_err(|error| ObserveError::Xml { kind: error.kind, place: Place::of(&text, error.offset) })?;
        if self.arena.allocated_bytes() > MAX_KEPT {
            self.arena = Bump::new();
        } else {
            self.arena.reset();
        }
        self.counter.count(&mut self.elements, &self.events, &text, key, &self.arena);
        self.elements.keep_root();
        self.byte_count += text.len() as u64;
        self.event_count += self.events.len() as u64;
        Ok(self.elements.roots().current().to_owned())
    }

    /// Steps that the documents took so far: elements, attributes and texts, and names that were compared to know them.
    pub fn step_count(&self) -> u64 {
        self.event_count + self.elements.compared()
    }

    /// Bytes of all documents that counted, as UTF-8.
    pub fn byte_count(&self) -> u64 {
        self.byte_count
    }

    /// The root elements, in order of appearance.
    pub fn roots(&self) -> Vec<Root> {
        let counted = self.elements.children_of(DOCUMENT).filter(|(_, element)| element.instance_count > 0);
        counted
            .map(|(id, element)| Root {
                local: element.name.local.to_string(),
                namespace: self.elements.namespace(element.name.namespace).uri.to_string(),
                document_count: element.instance_count,
                element: id,
            })
            .collect()
    }
}
