//! A document while its rows are made, and what paths lead to in it.

use xmlshred_model::{Work, WorkEnd};

use crate::path::Naming;
use crate::plan::Symbols;

use super::dfa::Dfa;
use super::findings::Findings;
use super::inner::Part;
use super::texts::Texts;
use super::tree::{DOCUMENT, NodeId, TEXT, Tree};

/// A document while its rows are made: its projection, its text, and what was found in it once for all rows.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(super) tree: &'a Tree,
    pub(crate) text: &'a str,
    /// The documents in it.
    pub(super) parts: &'a [Part],
    /// The main element, where absolute paths start.
    pub(super) main: NodeId,
    pub(super) dfa: &'a Dfa,
    pub(super) symbols: &'a Symbols,
    pub(super) texts: &'a Texts,
    pub(super) findings: &'a Findings<Item>,
    pub(super) work: &'a Work<'a>,
}

/// The attributes of an element that have one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    None,
    One(Item),
    /// Who asks must look at all.
    Several,
}

/// Something that a path leads to. The order is document order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item {
    pub(super) node: NodeId,
    /// For an attribute of `node`: its position there, plus one. 0 is the node itself. The highest bits say that it is the name.
    pub(super) attribute: u32,
}

/// From here on an item is the name of a node.
const NAMES: u32 = 1 << 28;

/// Why a path is not followed to its last match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Whoever asked has enough.
    Enough,
    /// The document has cost enough.
    Ended(WorkEnd),
}

impl From<WorkEnd> for Stop {
    fn from(end: WorkEnd) -> Self {
        Self::Ended(end)
    }
}

/// On to the next match, or not.
pub(super) type Flow = Result<(), Stop>;

/// Takes matches until it has enough.
pub(super) type Visit<'v> = &'v mut dyn FnMut(Item) -> Flow;

/// A flow that is over, one way or the other.
pub(super) fn over(flow: Flow) -> Result<(), WorkEnd> {
    match flow {
        Ok(()) | Err(Stop::Enough) => Ok(()),
        Err(Stop::Ended(end)) => Err(end),
    }
}

impl View<'_> {
    /// The node so many levels above an item; `None` where there is none. More levels than a document can have lead to the document.
    pub(super) fn above(&self, item: Item, levels: u32) -> Option<NodeId> {
        if levels == u32::MAX {
            return Some(DOCUMENT);
        }
        let own = u32::from(item.attribute > 0);
        let mut node = item.node;
        for _ in own..levels {
            if node == DOCUMENT {
                return None;
            }
            node = self.tree.node(node).parent;
        }
        Some(node)
    }

    /// From a node to the end of what lies within it.
    pub(super) fn extent_of(&self, start: NodeId) -> (NodeId, NodeId) {
        (start, self.tree.node(start).subtree_end)
    }
}

impl From<NodeId> for Item {
    fn from(node: NodeId) -> Self {
        Self::of_node(node)
    }
}

impl Item {
    /// The node itself.
    pub(super) fn of_node(node: NodeId) -> Self {
        Self { node, attribute: 0 }
    }

    /// What is taken of its name.
    pub(super) fn named(self, naming: Naming) -> Self {
        let kind = match naming {
            Naming::Local => 1,
            Naming::Qualified => 2,
            Naming::Namespace => 3,
        };
        Self { attribute: self.attribute + kind * NAMES, ..self }
    }

    /// What is taken of its name, and the node whose name it is; `None` for a node itself.
    pub(super) fn naming(self) -> Option<(Naming, Self)> {
        let naming = match self.attribute / NAMES {
            0 => return None,
            1 => Naming::Local,
            2 => Naming::Qualified,
            _ => Naming::Namespace,
        };
        Some((naming, Self { attribute: self.attribute % NAMES, ..self }))
    }

    /// The element itself, when it is one.
    pub(super) fn element(self, tree: &Tree) -> Option<NodeId> {
        let is_element = self.node != DOCUMENT && tree.node(self.node).symbol != TEXT;
        (self.attribute == 0 && is_element).then_some(self.node)
    }
}
