//! The projection of a document: the elements, attributes and text that the plan's paths can reach, in document order, as
//! ranges of the document's text. Holds no text itself, so that its buffers serve the next document.

use std::ops::Range;

use crate::plan::{OTHER, Symbol};

use super::dfa::{DEAD, StateId};
use super::slots::{MAX_SLOTS, Slots};

/// The document node.
pub(super) const DOCUMENT: NodeId = 0;

/// Index of a node; nodes are numbered in document order.
pub(super) type NodeId = u32;

/// What text has instead of a name.
pub(super) const TEXT: Symbol = Symbol::MAX;

/// An element without slots: none of its attributes has one.
const NO_SLOTS: u32 = u32::MAX;
/// An element whose slots mean nothing: two attributes have one name, or there are more than a slot can number.
const AMBIGUOUS: u32 = u32::MAX - 1;

/// From here on the slots of an element are sorted and not by index.
const SORTED: u32 = MAX_SLOTS;

/// Buffers that one unusual document made larger than this are given back, in bytes.
const MAX_KEPT: usize = 4 << 20;

/// No namespace declaration.
pub(super) const NO_SCOPE: ScopeId = 0;

/// A namespace declaration with all those that it stands in the scope of; [`NO_SCOPE`] is none.
pub(super) type ScopeId = u32;

#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    attributes: Vec<Slice>,
    pieces: Vec<Slice>,
    slots: Slots,
    /// Of elements with many slots or attributes: the attributes that have a slot, by slot, with their positions plus one.
    sorted: Vec<(u32, u32)>,
    /// Elements by list, in document order.
    lists: Vec<Vec<NodeId>>,
    declarations: Vec<Declaration>,
    /// Elements whose markup is read: what they inherit, and that with their own.
    markups: Vec<(NodeId, ScopeId, ScopeId)>,
    /// Elements with `xsi:nil`.
    nils: Vec<NodeId>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// Name of an element, or [`TEXT`].
    pub(super) symbol: Symbol,
    pub(super) parent: NodeId,
    /// The first node that is not below this one.
    pub(super) subtree_end: NodeId,
    /// First of its attributes; they end where those of the next node begin.
    attributes: u32,
    /// First of the pieces of text in it or below it.
    pieces: u32,
    /// Its markup in the document; elements only.
    pub(super) start: u32,
    pub(super) stop: u32,
    pub(super) state: StateId,
    /// First of its slots.
    slots: u32,
}

/// An element whose attributes are taken one by one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    pub(super) node: NodeId,
    pub(super) state: StateId,
    slot_count: u32,
    /// The first of its attributes.
    attributes: u32,
    /// Two attributes have one slot.
    is_ambiguous: bool,
}

/// Where the attributes of an element that has begun go.
pub(super) struct Taken<'t> {
    attributes: &'t mut Vec<Slice>,
    /// The first of its attributes.
    first: usize,
    slots: &'t mut [u8],
    is_ambiguous: &'t mut bool,
}

impl Taken<'_> {
    /// Takes an attribute, one of at most [`MAX_BY_SLOT`], that is found in this slot (from 1).
    #[inline(always)]
    pub(super) fn take(&mut self, attribute: Slice, slot: u32) {
        self.take_without_slot(attribute);
        let place = &mut self.slots[slot as usize - 1];
        if *place != 0 {
            *self.is_ambiguous = true;
        }
        *place = (self.attributes.len() - self.first) as u8;
    }

    /// Takes an attribute that is found in no slot.
    #[inline(always)]
    pub(super) fn take_without_slot(&mut self, attribute: Slice) {
        if self.attributes.len() == self.attributes.capacity() {
            grow(self.attributes);
        }
        self.attributes.push(attribute);
    }
}

/// Attributes of an element whose positions a slot can hold.
pub(super) const MAX_BY_SLOT: usize = u8::MAX as usize;

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

/// A namespace declaration: ranges of the document, and the declaration before it in scope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declaration {
    prefix: (u32, u32),
    uri: (u32, u32),
    outer: ScopeId,
}

impl Declaration {
    pub(super) fn new(prefix: Range<u32>, uri: Range<u32>, outer: ScopeId) -> Self {
        Self { prefix: (prefix.start, prefix.end), uri: (uri.start, uri.end), outer }
    }

    pub(super) fn prefix(&self) -> Range<u32> {
        self.prefix.0..self.prefix.1
    }

    pub(super) fn uri(&self) -> Range<u32> {
        self.uri.0..self.uri.1
    }
}

/// Empties a buffer, and gives it back when it is unusually large.
fn empty<T>(buffer: &mut Vec<T>) {
    buffer.clear();
    if buffer.capacity() * size_of::<T>() > MAX_KEPT {
        *buffer = Vec::new();
    }
}

/// Makes room in a buffer that is full: large ones grow by a quarter, so that a document takes little more than it needs.
#[cold]
fn grow<T>(buffer: &mut Vec<T>) {
    let length = buffer.len();
    if length * size_of::<T>() > MAX_KEPT / 4 { buffer.reserve_exact(length / 4) } else { buffer.reserve(64) }
}

impl Tree {
    /// Forgets the document before, and makes the lists that elements are written down in.
    pub(super) fn clear(&mut self, list_count: u32) {
        let Self { nodes, attributes, pieces, slots, sorted, lists, declarations, markups, nils } = self;
        empty(nodes);
        empty(attributes);
        empty(pieces);
        slots.clear();
        empty(sorted);
        empty(declarations);
        empty(markups);
        empty(nils);
        lists.iter_mut().for_each(empty);
        lists.resize_with(list_count as usize, Vec::new);
        // The document node has no attributes, whatever paths ask for.
        self.push(OTHER, DOCUMENT, 0, DEAD);
    }

    #[inline]
    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// How many nodes there are: one more than the last node's id.
    #[inline]
    pub(super) fn end(&self) -> NodeId {
        self.nodes.len() as NodeId
    }

    pub(super) fn attributes(&self, id: NodeId) -> &[Slice] {
        let next = self.nodes.get(id as usize + 1);
        let end = next.map_or(self.attributes.len(), |next| next.attributes as usize);
        &self.attributes[self.node(id).attributes as usize..end]
    }

    /// The pieces of a text node; of an element those of all text below it.
    pub(super) fn pieces(&self, id: NodeId) -> &[Slice] {
        &self.pieces[self.piece_range(id)]
    }

    /// Where these pieces are among all.
    pub(super) fn piece_range(&self, id: NodeId) -> Range<usize> {
        let node = self.node(id);
        let next = self.nodes.get(node.subtree_end as usize);
        node.pieces as usize..next.map_or(self.pieces.len(), |next| next.pieces as usize)
    }

    /// All pieces of text, in document order.
    pub(super) fn all_pieces(&self) -> &[Slice] {
        &self.pieces
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

    /// The elements of a list.
    #[inline]
    pub(super) fn list(&self, list: u32) -> &[NodeId] {
        &self.lists[list as usize]
    }

    /// The attribute in this slot (from 1): its position, plus one; 0 when there is none. `None`: slots do not say.
    #[inline]
    pub(super) fn slot(&self, element: NodeId, slot: u32) -> Option<u32> {
        match self.node(element).slots {
            first if first < SORTED => Some(self.slots.position(first, slot)),
            NO_SLOTS => Some(0),
            AMBIGUOUS => None,
            first => Some(self.sorted_slot(element, (first - SORTED) as usize, slot)),
        }
    }

    /// The attributes of an element, with all behind them, and their positions by slot, of which it has so many; `None`: slots do not say.
    #[inline]
    pub(super) fn attributes_by_slot(&self, element: NodeId, slot_count: u32) -> (&[Slice], Option<&[u8]>) {
        let node = self.node(element);
        let slots = match node.slots {
            first if first < SORTED => Some(self.slots.of(first, slot_count)),
            NO_SLOTS => Some([].as_slice()),
            _ => None,
        };
        (&self.attributes[node.attributes as usize..], slots)
    }

    #[cold]
    fn sorted_slot(&self, element: NodeId, first: usize, slot: u32) -> u32 {
        let own = &self.sorted[first..first + self.attributes(element).len()];
        own.binary_search_by_key(&slot, |(known, _)| *known).map_or(0, |at| own[at].1)
    }

    /// The attribute at this position, plus one.
    #[inline]
    pub(super) fn attribute_at(&self, element: NodeId, attribute: u32) -> Slice {
        self.attributes[(self.node(element).attributes + attribute - 1) as usize]
    }

    /// A declaration and those that it stands in the scope of, inside out.
    pub(super) fn declarations(&self, from: ScopeId) -> impl Iterator<Item = (ScopeId, Declaration)> {
        let mut at = from;
        std::iter::from_fn(move || {
            let declaration = *self.declarations.get((at as usize).checked_sub(1)?)?;
            let id = std::mem::replace(&mut at, declaration.outer);
            Some((id, declaration))
        })
    }

    /// What an element whose markup is read inherits, and that with its own declarations.
    pub(super) fn scopes_of(&self, element: NodeId) -> (ScopeId, ScopeId) {
        match self.markups.binary_search_by_key(&element, |(known, ..)| *known) {
            Ok(at) => (self.markups[at].1, self.markups[at].2),
            Err(_) => (NO_SCOPE, NO_SCOPE),
        }
    }

    /// Adds an element below `parent`; attributes pushed next are its own.
    #[inline]
    pub(super) fn open(&mut self, parent: NodeId, symbol: Symbol, start: u32, state: StateId) -> NodeId {
        self.push(symbol, parent, start, state)
    }

    #[inline]
    pub(super) fn write_down(&mut self, list: u32, element: NodeId) {
        let list = &mut self.lists[list as usize];
        if list.len() == list.capacity() {
            grow(list);
        }
        list.push(element);
    }

    /// Adds an element below `parent`, whose attributes are taken one by one; `None` when there are too many slots in the document.
    #[inline(always)]
    pub(super) fn begin(
        &mut self,
        parent: NodeId,
        symbol: Symbol,
        start: u32,
        (state, slot_count): (StateId, u32),
    ) -> Option<Begun> {
        if !self.slots.reserve(slot_count) {
            return None;
        }
        let node = self.push(symbol, parent, start, state);
        Some(Begun { node, state, slot_count, attributes: self.attributes.len() as u32, is_ambiguous: false })
    }

    /// What takes the attributes of the element that has begun.
    #[inline(always)]
    pub(super) fn taken<'t>(&'t mut self, begun: &'t mut Begun) -> Taken<'t> {
        Taken {
            slots: self.slots.next(begun.slot_count),
            first: begun.attributes as usize,
            attributes: &mut self.attributes,
            is_ambiguous: &mut begun.is_ambiguous,
        }
    }

    /// The element that has begun has all its attributes.
    #[inline(always)]
    pub(super) fn begun(&mut self, begun: Begun) {
        let Begun { node, state: _, slot_count, attributes, is_ambiguous } = begun;
        if slot_count > 0 && self.attributes.len() > attributes as usize {
            let first = self.slots.end(slot_count);
            self.nodes[node as usize].slots = if is_ambiguous { AMBIGUOUS } else { first };
        }
    }

    /// Takes back the element that has begun.
    #[cold]
    pub(super) fn forget(&mut self, begun: Begun) {
        let Begun { node, state: _, slot_count, attributes, is_ambiguous: _ } = begun;
        self.nodes.truncate(node as usize);
        self.attributes.truncate(attributes as usize);
        self.slots.take_back(slot_count);
    }

    /// Adds all attributes of the element that was opened last, each with its slot (0: nowhere): for elements with many attributes or
    /// few of many slots.
    #[cold]
    pub(super) fn push_sorted(&mut self, element: NodeId, attributes: impl Iterator<Item = (Slice, u32)>) {
        let first = self.sorted.len();
        for (position, (attribute, slot)) in attributes.enumerate() {
            if self.attributes.len() == self.attributes.capacity() {
                grow(&mut self.attributes);
            }
            self.attributes.push(attribute);
            if self.sorted.len() == self.sorted.capacity() {
                grow(&mut self.sorted);
            }
            self.sorted.push((slot, position as u32 + 1));
        }
        let own = &mut self.sorted[first..];
        own.sort_unstable();
        let stands_twice = own.windows(2).any(|pair| pair[0].0 == pair[1].0 && pair[0].0 != 0);
        self.nodes[element as usize].slots = match own.last() {
            None | Some((0, _)) => NO_SLOTS,
            Some(_) if stands_twice => AMBIGUOUS,
            Some(_) => SORTED + first as u32,
        };
    }

    /// Adds a namespace declaration; answers the scope that it makes.
    pub(super) fn declare(&mut self, declaration: Declaration) -> ScopeId {
        self.declarations.push(declaration);
        self.declarations.len() as ScopeId
    }

    /// Notes the scopes of an element whose markup is read.
    pub(super) fn note_scopes(&mut self, element: NodeId, inherited: ScopeId, own: ScopeId) {
        self.markups.push((element, inherited, own));
    }

    /// Notes that an element is `xsi:nil`.
    #[cold]
    pub(super) fn note_nil(&mut self, element: NodeId) {
        self.nils.push(element);
    }

    /// Whether a node is an element with `xsi:nil`.
    #[inline]
    pub(super) fn is_nil(&self, node: NodeId) -> bool {
        !self.nils.is_empty() && self.nils.binary_search(&node).is_ok()
    }

    /// No text in elements with `xsi:nil` is read at once: it is null. To be called when the document has ended.
    pub(super) fn end_nils(&mut self) {
        for at in 0..self.nils.len() {
            let element = self.nils[at];
            // What lies within another one has been done.
            let is_within = at > 0 && element < self.node(self.nils[at - 1]).subtree_end;
            if !is_within {
                let range = self.piece_range(element);
                self.pieces[range].iter_mut().for_each(|piece| piece.is_plain = false);
            }
        }
    }

    /// Ends an element whose markup ends at `stop`.
    #[inline]
    pub(super) fn close(&mut self, element: NodeId, stop: u32) {
        let end = self.end();
        let node = &mut self.nodes[element as usize];
        node.subtree_end = end;
        node.stop = stop;
    }

    /// Whether an element has no attributes and nothing below it.
    #[inline]
    pub(super) fn is_empty(&self, element: NodeId) -> bool {
        element + 1 == self.end() && self.node(element).attributes as usize == self.attributes.len()
    }

    /// Takes an element back that is empty.
    pub(super) fn remove_last(&mut self, element: NodeId) {
        debug_assert_eq!(element + 1, self.end());
        // The next node gets the same id.
        while self.markups.last().is_some_and(|(node, ..)| *node == element) {
            self.markups.pop();
        }
        self.nils.pop_if(|node| *node == element);
        self.nodes.pop();
    }

    /// Adds a text node below `parent`; pieces pushed next are its own.
    pub(super) fn open_text(&mut self, parent: NodeId) {
        self.push(TEXT, parent, 0, DEAD);
    }

    pub(super) fn push_piece(&mut self, piece: Slice) {
        if self.pieces.len() == self.pieces.capacity() {
            grow(&mut self.pieces);
        }
        self.pieces.push(piece);
    }

    #[inline]
    fn push(&mut self, symbol: Symbol, parent: NodeId, start: u32, state: StateId) -> NodeId {
        let id = self.end();
        if self.nodes.len() == self.nodes.capacity() {
            grow(&mut self.nodes);
        }
        self.nodes.push(Node {
            symbol,
            parent,
            subtree_end: id + 1,
            attributes: self.attributes.len() as u32,
            pieces: self.pieces.len() as u32,
            start,
            stop: start,
            state,
            slots: NO_SLOTS,
        });
        id
    }
}
