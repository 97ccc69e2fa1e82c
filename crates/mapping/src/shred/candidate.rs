//! Rows on their way.

use bumpalo::collections::Vec as BumpVec;
use xmlshred_model::{IssueCode, Value};

use super::tree::NodeId;
use super::view::Item;

/// A row that may come to be.
#[derive(Clone, Copy)]
pub(super) struct Candidate<R> {
    /// What the trace knows it by.
    pub(super) traced: R,
    pub(super) table: usize,
    pub(super) template: usize,
    /// Its element, or the one that has its attribute.
    pub(super) element: NodeId,
    /// Of a row that is made from an attribute: its position, plus one.
    pub(super) attribute: u32,
    /// Index among the rows of the table that this one's table lies within.
    pub(super) parent: usize,
    /// The number that `where` took it for; 0: it was not tried.
    pub(super) tried_number: usize,
}

impl<R> Candidate<R> {
    /// Where its paths begin.
    pub(super) fn start(&self) -> Item {
        Item { node: self.element, attribute: self.attribute }
    }
}

/// A candidate of those that `one_per` chooses among. Small: all of one starting point are kept until it has chosen.
#[derive(Clone, Copy)]
pub(super) struct Tried<R> {
    pub(super) traced: R,
    pub(super) template: u32,
    pub(super) start: Item,
    /// The number that `where` took it for; 0: it was not tried.
    pub(super) number: u32,
}

/// A row in the making.
pub(super) struct Row<'r, R> {
    pub(super) candidate: Candidate<R>,
    pub(super) number: usize,
    pub(super) values: &'r mut [Value<'r>],
    pub(super) lets: &'r mut [Value<'r>],
    pub(super) has_document_value: bool,
    pub(super) issues: BumpVec<'r, (u32, u32, IssueCode)>,
}

/// The two kinds of values of a row.
pub(super) const COLUMN: bool = false;
pub(super) const LET: bool = true;

impl<'r, R> Row<'r, R> {
    /// Where the value of a column or `let` goes.
    #[inline(always)]
    pub(super) fn place<const KIND: bool>(&mut self, index: usize) -> &mut Value<'r> {
        if KIND == LET { &mut self.lets[index] } else { &mut self.values[index] }
    }
}
