//! What look-ups by a value of the row remember of a document.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::tree::NodeId;

/// What one document was looked through for.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    /// By the place of the question in the plan, which stays where it is as long as this lives, and the node that it begins at.
    pub(super) known: RefCell<HashMap<(usize, NodeId), Rc<Index>, foldhash::fast::FixedState>>,
    /// With a key of the process, so that nobody can write texts that collide.
    pub(super) hasher: foldhash::fast::RandomState,
}

/// Nodes by the hash of what they are looked up by, sorted.
pub(super) type Index = [(u64, NodeId)];
