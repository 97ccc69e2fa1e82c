//! Which rows are told of: found in a first walk, so that the second holds nothing of any others.

use std::cell::{Cell, RefCell};

use crate::plan::Plan;
use crate::shred::{CellPlace, Origin, Reason, Trace, View};

use super::explanation::Asked;

/// A row in the making, in either walk.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowId {
    /// How many rows, of all tables, were looked at before it.
    ordinal: u64,
    table: usize,
}

/// The rows that are told of, and how many there are.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// By how many were looked at before, ascending.
    pub(super) ordinals: Vec<u64>,
    /// Rows of the table that are made.
    pub(super) made: usize,
    /// Rows of the table, and of those around it, that are not made and not told of.
    pub(super) more_not_made: usize,
}

/// Counts rows. Takes memory for those that are chosen only.
#[derive(Debug)]
pub(super) struct Census<'a> {
    asked: Asked<'a>,
    /// Which tables are of interest.
    wanted: &'a [bool],
    next: Cell<u64>,
    /// The row of which something was told last, unless its end was told.
    unfinished: Cell<Option<RowId>>,
    chosen: RefCell<Chosen>,
    not_made: Cell<usize>,
}

/// The table and those that it lies within.
pub(super) fn wanted_tables(plan: &Plan, table: usize) -> Vec<bool> {
    let mut wanted = vec![false; plan.tables().len()];
    let mut next = Some(table);
    while let Some(at) = next {
        wanted[at] = true;
        next = plan.tables()[at].within;
    }
    wanted
}

impl<'a> Census<'a> {
    pub(super) fn new(asked: Asked<'a>, wanted: &'a [bool]) -> Self {
        Self {
            asked,
            wanted,
            next: Cell::new(0),
            unfinished: Cell::new(None),
            chosen: RefCell::default(),
            not_made: Cell::new(0),
        }
    }

    /// What was found; of a document that failed, with the row that broke off.
    pub(super) fn chosen(self) -> Chosen {
        let mut chosen = self.chosen.into_inner();
        if self.asked.row.is_none() {
            chosen.ordinals.extend(self.unfinished.get().map(|row| row.ordinal));
        }
        chosen.ordinals.sort_unstable();
        chosen
    }
}

impl Trace for Census<'_> {
    type Row = Option<RowId>;

    fn row(&self, _: &View<'_>, origin: Option<Origin>) -> Self::Row {
        let Origin { table, .. } = origin?;
        let row = RowId { ordinal: self.next.get(), table };
        self.next.set(row.ordinal + 1);
        self.unfinished.set(self.wanted[table].then_some(row));
        Some(row)
    }

    fn cell(&self, row: Self::Row, _: CellPlace) {
        self.unfinished.set(row.filter(|row| self.wanted[row.table]));
    }

    fn dropped(&self, row: Self::Row, _: Reason<Self::Row>) {
        self.unfinished.set(None);
        let Some(row) = row.filter(|row| self.wanted[row.table] && self.asked.row.is_none()) else { return };
        let mut chosen = self.chosen.borrow_mut();
        if self.not_made.get() < self.asked.max_rows {
            self.not_made.set(self.not_made.get() + 1);
            chosen.ordinals.push(row.ordinal);
        } else {
            chosen.more_not_made += 1;
        }
    }

    fn emitted(&self, row: Self::Row, number: usize) {
        self.unfinished.set(None);
        let Some(row) = row.filter(|row| row.table == self.asked.table) else { return };
        let mut chosen = self.chosen.borrow_mut();
        chosen.made += 1;
        if self.asked.row.map_or(number <= self.asked.max_rows, |wanted| wanted == number) {
            chosen.ordinals.push(row.ordinal);
        }
    }
}
