//! The nodes of a document, as a walk comes by them.

use crate::coverage::{Datum, DatumKind, Fate, NameId, NameKind, Outline, Sheet, TOP};
use crate::lines::Lines;
use crate::shred::Reading;
use crate::xml::{RawAttribute, RawText, StartTag, TextKind, push_attribute, push_text};

use super::explored::{Node, NodeKind};
use super::masked::Masked;

/// Writes nodes down, and counts them in the outline.
pub(super) struct NodeSheet<'s, 'd> {
    outline: &'s mut Outline,
    masked: &'s Masked,
    reading: &'d Reading<'d>,
    /// From 1.
    document: u64,
    nodes: Vec<Node>,
    /// By offset in what is read: elements, and texts with the nodes that hold them.
    elements: Vec<(u32, u32)>,
    attributes: Vec<(u32, u32)>,
    /// The text since the last tag.
    text: String,
}

/// Nodes with where they are found.
pub(super) struct Nodes {
    pub(super) nodes: Vec<Node>,
    elements: Vec<(u32, u32)>,
    attributes: Vec<(u32, u32)>,
}

/// The document node.
const DOCUMENT: u32 = u32::MAX;

impl<'s, 'd> NodeSheet<'s, 'd> {
    pub(super) fn new(
        outline: &'s mut Outline,
        masked: &'s Masked,
        reading: &'d Reading<'d>,
        document: u64,
    ) -> Self {
        let (nodes, elements, attributes) = (Vec::new(), Vec::new(), Vec::new());
        Self { outline, masked, reading, document, nodes, elements, attributes, text: String::new() }
    }

    fn path(&self, node: u32) -> NameId {
        self.nodes.get(node as usize).map_or(TOP, |node| node.path)
    }

    /// Adds a node; its place is told at the end.
    fn push(&mut self, kind: NodeKind, name: &str, parent: u32, path: NameId) -> u32 {
        let at = self.nodes.len() as u32;
        let parent = (parent != DOCUMENT).then_some(parent);
        let (name, value) = (name.into(), None);
        self.nodes.push(Node {
            kind,
            name,
            parent,
            path,
            line: 0,
            column: 0,
            fate: None,
            value,
            sensitive: false,
        });
        at
    }

    fn push_attribute(&mut self, element: u32, attribute: &RawAttribute<'d>, path: NameId) -> u32 {
        let node = self.push(NodeKind::Attribute, attribute.name, element, path);
        self.attributes.push((self.offset(attribute.value.raw), node));
        node
    }

    fn offset(&self, part: &str) -> u32 {
        (part.as_ptr() as usize - self.reading.text.as_ptr() as usize) as u32
    }

    /// The nodes, when the document ends.
    pub(super) fn finish(self) -> Nodes {
        let Self { reading, mut nodes, mut elements, mut attributes, .. } = self;
        let mut places = elements.iter().chain(&attributes).copied().collect::<Vec<_>>();
        // Of a node that is found by two offsets, the first is its own.
        places.sort_unstable_by_key(|&(offset, _)| (reading.outer(offset as usize), offset));
        let mut lines = Lines::of(&reading.text);
        for (offset, node) in places {
            let node = &mut nodes[node as usize];
            if node.line == 0 {
                let (line, column) = lines.place(reading.outer(offset as usize));
                (node.line, node.column) = (line as u32, column as u32);
            }
        }
        elements.sort_unstable();
        attributes.sort_unstable();
        Nodes { nodes, elements, attributes }
    }
}

impl Nodes {
    /// The node of an offset: an element's `<`, a text, or the value of an attribute.
    pub(super) fn at(&self, offset: u32) -> u32 {
        if let Ok(at) = self.attributes.binary_search_by_key(&offset, |known| known.0) {
            return self.attributes[at].1;
        }
        // A text may be told piece by piece.
        let after = self.elements.partition_point(|known| known.0 <= offset);
        after.checked_sub(1).map_or(0, |at| self.elements[at].1)
    }
}

impl<'d> Sheet<'d> for NodeSheet<'_, 'd> {
    type Name = u32;

    fn top(&self) -> u32 {
        DOCUMENT
    }

    fn element(&mut self, parent: u32, tag: &StartTag<'_, 'd>) -> u32 {
        let path = self.outline.child(self.path(parent), NameKind::Element, tag.local());
        let node = self.push(NodeKind::Element, tag.name(), parent, path);
        self.elements.push((tag.offset as u32, node));
        node
    }

    fn attribute(&mut self, element: u32, attribute: &RawAttribute<'d>) -> u32 {
        let path = self.outline.child(self.path(element), NameKind::Attribute, attribute.local());
        self.push_attribute(element, attribute, path)
    }

    fn blank_attribute(&mut self, element: u32, attribute: &RawAttribute<'d>) {
        // No path: nothing of it is read or missed.
        self.push_attribute(element, attribute, TOP);
    }

    fn text(&mut self, text: RawText<'d>, kind: TextKind) {
        match kind {
            TextKind::Content => push_text(text.raw, &mut self.text),
            TextKind::Cdata => self.text.push_str(&text.raw.replace("\r\n", "\n").replace('\r', "\n")),
        }
    }

    fn blank_text(&mut self) {
        self.text.clear();
    }

    fn value(&mut self, datum: Datum<'d, u32>) {
        let Datum { name: element, kind, fate, raw, offset } = datum;
        let (path, at) = (self.path(element), offset as u32);
        let (node, value) = match kind {
            DatumKind::Attribute => {
                let mut value = String::new();
                push_attribute(raw, &mut value);
                (element, value)
            }
            DatumKind::Text => {
                let is_first = self.nodes[element as usize].value.is_none();
                let node = if is_first { element } else { self.push(NodeKind::Text, "", element, path) };
                self.elements.push((at, node));
                (node, std::mem::take(&mut self.text))
            }
        };
        self.count(path, fate, raw);
        let node = &mut self.nodes[node as usize];
        node.fate = Some(fate);
        node.value = Some(value.into());
        node.sensitive = self.masked.has(at);
    }
}

impl NodeSheet<'_, '_> {
    fn count(&mut self, path: NameId, fate: Fate, raw: &str) {
        // Nobody asks for an example: the node is there.
        let nowhere = || crate::xml::Place { line: 1, column: 1 };
        self.outline.count((path, fate), raw, self.document, nowhere);
    }
}
