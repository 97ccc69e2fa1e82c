//! The projection of a document: the elements, attributes and text that the plan's paths can reach, in document order, as
//! ranges of the document's text. Holds no text itself, so that its buffers serve the next document.

use crate::plan::{OTHER, Symbol};

use super::dfa::{DEAD, StateId};

/// The document node.
pub(super) const DOCUMENT: NodeId = 0;

/// Index of a node; nodes are numbered in document order.
pub(super) type NodeId = u32;

#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    attributes: Vec<Slice>,
    pieces: Vec<Slice>,
    /// Positions of attributes plus one, by slot.
    slots: Vec<u32>,
    /// Elements by list, in document order.
    lists: Vec<Vec<NodeId>>,
    /// Namespaces in scope at elements whose markup is read: node, prefix, URI.
    namespaces: Vec<(NodeId, Slice, Slice)>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    pub(super) parent: NodeId,
    /// The first node that is not below this one.
    pub(super) subtree_end: NodeId,
    /// First of its attributes (elements) or pieces (text).
    first: u32,
    count: u32,
    /// Its markup in the document; elements only.
    pub(super) start: u32,
    pub(super) stop: u32,
    pub(super) state: StateId,
    /// First of its slots.
    slots: u32,
    /// Two attributes have one name: then slots mean nothing.
    pub(super) is_ambiguous: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeKind {
    Element(Symbol),
    Text,
}

/// A range of the document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice {
    /// Name of an attribute.
    pub(super) symbol: Symbol,
    pub(super) start: u32,
    pub(super) stop: u32,
    /// Nothing is to be replaced in it.
    pub(super) is_plain: bool,
}

impl Tree {
    /// Forgets the document before.
    pub(super) fn clear(&mut self) {
        let Self { nodes, attributes, pieces, namespaces, slots, lists } = self;
        slots.clear();
        lists.iter_mut().for_each(Vec::clear);
        nodes.clear();
        attributes.clear();
        pieces.clear();
        namespaces.clear();
        nodes.push(Node {
            kind: NodeKind::Element(OTHER),
            parent: DOCUMENT,
            subtree_end: 1,
            first: 0,
            count: 0,
            start: 0,
            stop: 0,
            // It has no attributes, whatever paths ask for.
            state: DEAD,
            slots: 0,
            is_ambiguous: false,
        });
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// How many nodes there are: one more than the last node's id.
    pub(super) fn end(&self) -> NodeId {
        self.nodes.len() as NodeId
    }

    pub(super) fn attributes(&self, id: NodeId) -> &[Slice] {
        let node = self.node(id);
        match node.kind {
            NodeKind::Element(_) => &self.attributes[node.first as usize..(node.first + node.count) as usize],
            NodeKind::Text => &[],
        }
    }

    pub(super) fn pieces(&self, id: NodeId) -> &[Slice] {
        let node = self.node(id);
        match node.kind {
            NodeKind::Text => &self.pieces[node.first as usize..(node.first + node.count) as usize],
            NodeKind::Element(_) => &[],
        }
    }

    /// Children of a node, in document order.
    pub(super) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let end = self.node(id).subtree_end;
        let mut next = id + 1;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let child = next;
                next = self.node(child).subtree_end;
                child
            })
        })
    }

    pub(super) fn namespaces(&self, id: NodeId) -> impl Iterator<Item = (Slice, Slice)> {
        self.namespaces.iter().filter(move |(node, ..)| *node == id).map(|&(_, prefix, uri)| (prefix, uri))
    }

    /// Adds an element below `parent`; attributes pushed next are its own.
    #[inline]
    pub(super) fn open(
        &mut self,
        parent: NodeId,
        symbol: Symbol,
        start: u32,
        state: StateId,
        slot_count: u32,
    ) -> NodeId {
        let first = self.attributes.len() as u32;
        let id = self.push(NodeKind::Element(symbol), parent, first, start, state);
        self.slots.resize(self.slots.len() + slot_count as usize, 0);
        id
    }

    /// Makes the lists that elements are written down in.
    pub(super) fn prepare_lists(&mut self, count: u32) {
        self.lists.resize_with(count as usize, Vec::new);
    }

    #[inline]
    pub(super) fn write_down(&mut self, list: u32, element: NodeId) {
        self.lists[list as usize].push(element);
    }

    /// The elements of a list.
    #[inline]
    pub(super) fn list(&self, list: u32) -> &[NodeId] {
        &self.lists[list as usize]
    }

    /// The attribute in this slot (from 1): its position, plus one.
    #[inline]
    pub(super) fn slot(&self, node: &Node, slot: u32) -> u32 {
        self.slots[(node.slots + slot - 1) as usize]
    }

    #[inline]
    pub(super) fn attribute_at(&self, node: &Node, attribute: u32) -> Slice {
        self.attributes[(node.first + attribute - 1) as usize]
    }

    #[inline]
    pub(super) fn push_attribute(&mut self, element: NodeId, attribute: Slice, slot: u32) {
        self.attributes.push(attribute);
        let node = &mut self.nodes[element as usize];
        node.count += 1;
        if slot > 0 {
            let place = &mut self.slots[(node.slots + slot - 1) as usize];
            node.is_ambiguous |= *place != 0;
            *place = node.count;
        }
    }

    pub(super) fn push_namespace(&mut self, element: NodeId, prefix: Slice, uri: Slice) {
        self.namespaces.push((element, prefix, uri));
    }

    /// Ends an element whose markup ends at `stop`.
    pub(super) fn close(&mut self, element: NodeId, stop: u32) {
        let end = self.end();
        let node = &mut self.nodes[element as usize];
        node.subtree_end = end;
        node.stop = stop;
    }

    /// Takes an element back that has no attributes and nothing below it.
    pub(super) fn remove_last(&mut self, element: NodeId) {
        debug_assert_eq!(element + 1, self.end());
        // The next node gets the same id.
        while self.namespaces.last().is_some_and(|(node, ..)| *node == element) {
            self.namespaces.pop();
        }
        if let Some(node) = self.nodes.pop() {
            self.slots.truncate(node.slots as usize);
        }
    }

    /// Adds a text node below `parent`; pieces pushed next are its own.
    pub(super) fn open_text(&mut self, parent: NodeId) -> NodeId {
        let first = self.pieces.len() as u32;
        let id = self.push(NodeKind::Text, parent, first, 0, DEAD);
        self.nodes[id as usize].subtree_end = id + 1;
        id
    }

    pub(super) fn push_piece(&mut self, text_node: NodeId, piece: Slice) {
        self.pieces.push(piece);
        self.nodes[text_node as usize].count += 1;
    }

    #[inline]
    fn push(&mut self, kind: NodeKind, parent: NodeId, first: u32, start: u32, state: StateId) -> NodeId {
        let id = self.end();
        let slots = self.slots.len() as u32;
        self.nodes.push(Node {
            kind,
            parent,
            subtree_end: id + 1,
            first,
            count: 0,
            start,
            stop: start,
            state,
            slots,
            is_ambiguous: false,
        });
        id
    }
}
