//! What was found in one document that others ask for again.

use std::rc::Rc;

use super::absolute::Absolute;
use super::around::Around;
use super::tree::NodeId;
use super::view::Item;

/// What was found in one document.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Where absolute paths of conditions lead.
    pub(super) absolute: Absolute<Item>,
    /// Whether conditions hold that ask for nothing below or at the node.
    pub(super) conditions: Around<bool>,
    /// The first matches of paths of `one_per`.
    pub(super) firsts: Around<Option<Item>>,
    /// Where `each` leads.
    pub(super) elements: Around<Rc<[NodeId]>>,
}
