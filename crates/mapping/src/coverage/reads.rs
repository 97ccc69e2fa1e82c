//! Which parts of a document went into rows.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Range;

use crate::plan::Stored;
use crate::shred::{CellPlace, Extent, Item, Latest, OnceKey, OnceTold, Origin, Reason, Taken, Trace, View};

/// Listens to one document.
pub(super) struct Reads<'p> {
    stored: &'p Stored,
    /// Of every row looked at: there may be far more of them than the document has elements.
    rows: RefCell<Vec<Fate>>,
    /// Rows that share cells with others, those cells as rows: of rows in the making only.
    shared: RefCell<HashMap<u32, Vec<u32>, foldhash::fast::FixedState>>,
    /// The row of the cell being made, when the cell is stored.
    cell: Cell<Option<u32>>,
    taken: RefCell<Remembered>,
    /// Cells that are one for many rows, as rows of their own: made as soon as one of those rows is.
    once: RefCell<Latest<u32>>,
}

/// What rows read: memory does not grow with what each of them reads again.
#[derive(Default)]
struct Remembered {
    /// By rows of which it is not known yet whether they are made, and what came since.
    open: Vec<(u32, Part)>,
    /// By rows that are made.
    made: Parts,
    /// The next time to put parts together.
    next: usize,
}

impl Remembered {
    fn push(&mut self, row: u32, part: Part, rows: &[Fate]) {
        self.open.push((row, part));
        if self.open.len() >= self.next.max(MAX_REMEMBERED) {
            self.settle(rows);
            // Half of the parts are new the next time, so that each is looked at a few times only.
            self.next = 2 * self.open.len();
            if self.open.len() > MAX_OPEN {
                self.made.add(self.open.drain(..).map(|(_, part)| part));
            }
        }
    }

    /// Puts together what is read by rows that are made, and forgets what those read that are dropped.
    fn settle(&mut self, rows: &[Fate]) {
        let fate = |row: u32| rows.get(row as usize).copied().unwrap_or(Fate::Made);
        let made = self.open.iter().filter(|(row, _)| fate(*row) == Fate::Made);
        self.made.add(made.map(|(_, part)| part.clone()));
        self.open.retain(|(row, _)| fate(*row) == Fate::Open);
    }
}

/// A row in the making.
#[derive(Clone, Copy)]
pub(super) struct RowRef {
    row: u32,
    table: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Fate {
    Open,
    Made,
    Dropped,
}

/// Parts that are remembered before those of rows that are made, or will not be, are put together.
const MAX_REMEMBERED: usize = 1 << 20;
/// Parts that rows may have read of which it is not known yet whether they will be made. More are taken for read: they are of documents
/// of which every row reads all others.
const MAX_OPEN: usize = 8 << 20;

/// Part of a document.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// All text in a range.
    Text(Range<u32>),
    /// Everything in a range: one value, or the markup of an element.
    All(Range<u32>),
}

impl<'p> Reads<'p> {
    pub(super) fn new(stored: &'p Stored) -> Self {
        Self {
            stored,
            rows: RefCell::default(),
            shared: RefCell::default(),
            cell: Cell::new(None),
            taken: RefCell::default(),
            once: RefCell::default(),
        }
    }

    /// What rows read that were made.
    pub(super) fn into_parts(self) -> Parts {
        let mut remembered = self.taken.into_inner();
        remembered.settle(&self.rows.into_inner());
        remembered.made
    }
}

/// What is read whatever rows are made.
const ALWAYS: u32 = u32::MAX;

impl Trace for Reads<'_> {
    type Row = RowRef;

    fn row(&self, _: &View<'_>, origin: Option<Origin>) -> RowRef {
        let Some(Origin { table, .. }) = origin else { return RowRef { row: ALWAYS, table: 0 } };
        let mut rows = self.rows.borrow_mut();
        rows.push(Fate::Open);
        RowRef { row: rows.len() as u32 - 1, table: table as u32 }
    }

    fn cell(&self, RowRef { row, table }: RowRef, place: CellPlace) {
        let is_stored = match place {
            CellPlace::Column(_) => true,
            CellPlace::Let(index) => self.stored.rows[table as usize][index],
            CellPlace::DocumentLet(index) => self.stored.document[index],
        };
        self.cell.set(is_stored.then_some(row));
    }

    fn read(&self, view: &View<'_>, item: Item, taken: Taken, _: &str) {
        if let Some(row) = self.cell.get() {
            let part = match (view.extent(item), taken) {
                (Extent::Element(range), Taken::Text) | (Extent::Text(range), _) => Part::Text(range),
                (Extent::Element(range), Taken::Markup) | (Extent::Attribute(range), _) => Part::All(range),
            };
            self.taken.borrow_mut().push(row, part, &self.rows.borrow());
        }
    }

    fn once(&self, key: OnceKey, _: OnceTold) {
        let Some(row) = self.cell.get() else { return };
        let mut rows = self.rows.borrow_mut();
        let known = self.once.borrow().get(key).copied();
        let own = known.unwrap_or_else(|| {
            rows.push(Fate::Open);
            let own = rows.len() as u32 - 1;
            self.once.borrow_mut().keep(key, own);
            own
        });
        self.cell.set(Some(own));
        if rows[own as usize] == Fate::Open {
            if row == ALWAYS {
                rows[own as usize] = Fate::Made;
            } else {
                self.shared.borrow_mut().entry(row).or_default().push(own);
            }
        }
    }

    fn emitted(&self, RowRef { row, .. }: RowRef, _: usize) {
        let mut rows = self.rows.borrow_mut();
        rows[row as usize] = Fate::Made;
        for shared in self.shared.borrow_mut().remove(&row).unwrap_or_default() {
            rows[shared as usize] = Fate::Made;
        }
    }

    fn dropped(&self, RowRef { row, .. }: RowRef, _: Reason<RowRef>) {
        if let Some(fate) = self.rows.borrow_mut().get_mut(row as usize) {
            *fate = Fate::Dropped;
        }
        self.shared.borrow_mut().remove(&row);
    }

    fn key(&self, view: &View<'_>, item: Item) {
        self.cell.set(Some(ALWAYS));
        self.read(view, item, Taken::Text, "");
    }
}

/// Parts of a document, to be asked for places.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    text: Vec<Range<u32>>,
    all: Vec<Range<u32>>,
}

impl Parts {
    /// Adds more, in any order. Takes time in proportion to what is there and what is added.
    pub(super) fn add(&mut self, parts: impl IntoIterator<Item = Part>) {
        for part in parts {
            match part {
                Part::Text(range) => self.text.push(range),
                Part::All(range) => self.all.push(range),
            }
        }
        self.text = united(std::mem::take(&mut self.text));
        self.all = united(std::mem::take(&mut self.all));
    }

    /// Whether the value of an attribute that begins here is among them.
    pub(super) fn have_attribute(&self, offset: u32) -> bool {
        is_in(&self.all, offset)
    }

    /// Whether text that begins here is among them.
    pub(super) fn have_text(&self, offset: u32) -> bool {
        is_in(&self.text, offset) || is_in(&self.all, offset)
    }
}

/// The same places in ranges that do not overlap, in order.
fn united(mut ranges: Vec<Range<u32>>) -> Vec<Range<u32>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut united: Vec<Range<u32>> = Vec::new();
    for range in ranges {
        match united.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => united.push(range),
        }
    }
    united
}

fn is_in(ranges: &[Range<u32>], offset: u32) -> bool {
    let after = ranges.partition_point(|range| range.start <= offset);
    after > 0 && ranges[after - 1].end > offset
}
