//! Which rows are told of: found in a first walk, so that the second holds nothing of any others.

use std::cell::{Cell, RefCell};

use crate::shred::{CellPlace, Origin, Reason, Trace, View};

use super::scope::Scope;

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
    /// By table, how many rows are made of those that are asked for.
    pub(super) made: Vec<usize>,
    /// Rows of the tables that are asked for, and of those around them, that are not made and not told of.
    pub(super) more_not_made: usize,
}

/// Counts rows. Takes memory for those that are chosen only.
#[derive(Debug)]
pub(super) struct Census<'a> {
    scope: Scope<'a>,
    /// Which tables are of interest.
    wanted: &'a [bool],
    /// By table, how many cells a row has.
    widths: &'a [usize],
    cells_left: Cell<usize>,
    next: Cell<u64>,
    /// The row of which something was told last, unless its end was told.
    unfinished: Cell<Option<RowId>>,
    chosen: RefCell<Chosen>,
    not_made: Cell<usize>,
}

impl<'a> Census<'a> {
    pub(super) fn new(scope: Scope<'a>, wanted: &'a [bool], widths: &'a [usize]) -> Self {
        Self {
            scope,
            wanted,
            widths,
            cells_left: Cell::new(scope.max_cells),
            next: Cell::new(0),
            unfinished: Cell::new(None),
            chosen: RefCell::new(Chosen { made: vec![0; wanted.len()], ..Chosen::default() }),
            not_made: Cell::new(0),
        }
    }

    /// Whether there is room for the cells of one more row of this table.
    fn has_room(&self, table: usize) -> bool {
        let left = self.cells_left.get().checked_sub(self.widths[table]);
        left.inspect(|&left| self.cells_left.set(left)).is_some()
    }

    /// What was found; of a document that failed, with the row that broke off.
    pub(super) fn chosen(self) -> Chosen {
        let mut chosen = self.chosen.into_inner();
        if self.scope.row.is_none() {
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
        let Some(row) = row.filter(|row| self.wanted[row.table] && self.scope.row.is_none()) else { return };
        let mut chosen = self.chosen.borrow_mut();
        if self.not_made.get() < self.scope.max_rows && self.has_room(row.table) {
            self.not_made.set(self.not_made.get() + 1);
            chosen.ordinals.push(row.ordinal);
        } else {
            chosen.more_not_made += 1;
        }
    }

    fn emitted(&self, row: Self::Row, number: usize) {
        self.unfinished.set(None);
        let Some(row) = row.filter(|row| self.scope.asks_for(row.table)) else { return };
        let mut chosen = self.chosen.borrow_mut();
        chosen.made[row.table] += 1;
        let is_wanted = self.scope.row.map_or(number <= self.scope.max_rows, |wanted| wanted == number);
        if is_wanted && self.has_room(row.table) {
            chosen.ordinals.push(row.ordinal);
        }
    }
}
