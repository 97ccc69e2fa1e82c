//! What is found once for many rows: where prefixes lead, which elements of a list come next, and the values of columns whose path does
//! not begin at the row but at the document or at an element around the row.

use std::cell::{Cell, Ref, RefCell};

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use xmlshred_model::WorkEnd;

use crate::plan::Plan;

use super::cell;
use super::trace::Matches;
use super::tree::NodeId;
use super::view::{Item, View};

/// What one document's rows have in common.
#[derive(Debug)]
pub(super) struct Once<'d> {
    /// Per list of elements: the first one below the row that was last asked for.
    cursors: BumpVec<'d, Cell<u32>>,
    /// Per prefix of the plan: where it was last followed from, and what it led to.
    prefixes: BumpVec<'d, RefCell<(NodeId, BumpVec<'d, NodeId>)>>,
    /// Per column with such a path: values by the element that the path begins at. These elements lie around the row that was made last,
    /// so that there are no more of them than elements are deep.
    values: BumpVec<'d, RefCell<BumpVec<'d, Known<'d>>>>,
}

/// A value of a column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'d> {
    pub(super) start: NodeId,
    /// Rows before this node lie around `start`.
    pub(super) end: NodeId,
    pub(super) cell: cell::Cell<'d>,
    pub(super) matches: Matches,
    pub(super) item: Option<Item>,
}

impl<'d> Once<'d> {
    pub(super) fn new(plan: &Plan, arena: &'d Bump) -> Self {
        let list_count = plan.paths().automaton.anchor_count();
        let cursors = (0..list_count).map(|_| Cell::new(0));
        let prefixes = plan.prefixes().iter().map(|_| RefCell::new((NodeId::MAX, BumpVec::new_in(arena))));
        let values = (0..plan.once_count()).map(|_| RefCell::new(BumpVec::new_in(arena)));
        Self {
            cursors: BumpVec::from_iter_in(cursors, arena),
            prefixes: BumpVec::from_iter_in(prefixes, arena),
            values: BumpVec::from_iter_in(values, arena),
        }
    }

    #[inline]
    pub(super) fn cursor(&self, list: u32) -> &Cell<u32> {
        &self.cursors[list as usize]
    }

    /// The elements that a prefix leads to from this element.
    pub(super) fn prefix(
        &self,
        plan: &Plan,
        view: &View<'_>,
        prefix: u32,
        element: NodeId,
    ) -> Result<Ref<'_, (NodeId, BumpVec<'d, NodeId>)>, WorkEnd> {
        let known = &self.prefixes[prefix as usize];
        let path = &plan.prefixes()[prefix as usize];
        let start = if path.absolute { view.main } else { element };
        if known.borrow().0 != start {
            let (from, nodes) = &mut *known.borrow_mut();
            nodes.clear();
            view.select(path, start, &mut |item| {
                nodes.push(item.node);
                Ok(())
            })?;
            *from = start;
        }
        Ok(known.borrow())
    }

    /// The value of a column for rows around `start`, where it is known.
    pub(super) fn value(&self, column: u32, start: NodeId, element: NodeId) -> Option<Known<'d>> {
        let mut known = self.values[column as usize].borrow_mut();
        while known.last().is_some_and(|last| !(last.start..last.end).contains(&element)) {
            known.pop();
        }
        known.iter().rev().find(|known| known.start == start).copied()
    }

    /// Keeps a value for the next rows.
    pub(super) fn keep(&self, column: u32, value: Known<'d>) {
        let mut known = self.values[column as usize].borrow_mut();
        let at = known.partition_point(|known| known.start < value.start);
        known.insert(at, value);
    }
}
