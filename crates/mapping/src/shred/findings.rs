//! What was found in one document that others ask for again.

use std::rc::Rc;

use super::absolute::Absolute;
use super::around::Around;
use super::bound::Variables;
use super::lookups::Lookups;
use super::tree::NodeId;

/// What was found in one document: places of type `T`.
#[derive(Debug)]
pub(super) struct Findings<T> {
    /// Where absolute paths of conditions lead.
    pub(super) absolute: Absolute<T>,
    /// Whether conditions hold that ask for nothing below or at the node.
    pub(super) conditions: Around<bool>,
    /// Where other paths of conditions and of `one_per` lead that begin around the node.
    pub(super) matches: Around<Rc<[T]>>,
    /// Where `each` leads.
    pub(super) elements: Around<Rc<[NodeId]>>,
    /// Where values of rows are looked up.
    pub(super) lookups: Lookups,
    /// What the variables of the path are that is followed now.
    pub(super) variables: Variables,
}

impl<T> Default for Findings<T> {
    fn default() -> Self {
        Self {
            absolute: Absolute::default(),
            conditions: Around::default(),
            matches: Around::default(),
            elements: Around::default(),
            lookups: Lookups::default(),
            variables: Variables::default(),
        }
    }
}
