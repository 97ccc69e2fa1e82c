//! Which parts of a document went into rows.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use crate::plan::Stored;
use crate::shred::{CellPlace, Extent, Item, Latest, OnceKey, OnceTold, Origin, Reason, Taken, Trace, View};

/// Listens to one document.
pub(super) struct Reads<'p> {
    stored: &'p Stored,
    rows: RefCell<Vec<Row>>,
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
    fn push(&mut self, row: u32, part: Part, rows: &[Row]) {
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
    fn settle(&mut self, rows: &[Row]) {
        let fate = |row: u32| rows.get(row as usize).map_or(Fate::Made, |row| row.fate);
        let made = self.open.iter().filter(|(row, _)| fate(*row) == Fate::Made);
        self.made.add(made.map(|(_, part)| part.clone()));
        self.open.retain(|(row, _)| fate(*row) == Fate::Open);
    }
}

struct Row {
    table: usize,
    fate: Fate,
    /// Those for cells that it shares with others.
    shared: Vec<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
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
    type Row = u32;

    fn row(&self, _: &View<'_>, origin: Option<Origin>) -> u32 {
        let Some(Origin { table, .. }) = origin else { return ALWAYS };
        let mut rows = self.rows.borrow_mut();
        rows.push(Row { table, fate: Fate::Open, shared: Vec::new() });
        rows.len() as u32 - 1
    }

    fn cell(&self, row: u32, place: CellPlace) {
        let is_stored = match place {
            CellPlace::Column(_) => true,
            CellPlace::Let(index) => self.stored.rows[self.rows.borrow()[row as usize].table][index],
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
            rows.push(Row { table: usize::MAX, fate: Fate::Open, shared: Vec::new() });
            let own = rows.len() as u32 - 1;
            self.once.borrow_mut().keep(key, own);
            own
        });
        self.cell.set(Some(own));
        if rows[own as usize].fate == Fate::Open {
            match rows.get_mut(row as usize) {
                Some(row) => row.shared.push(own),
                None => rows[own as usize].fate = Fate::Made,
            }
        }
    }

    fn emitted(&self, row: u32, _: usize) {
        let mut rows = self.rows.borrow_mut();
        let made = &mut rows[row as usize];
        made.fate = Fate::Made;
        for shared in std::mem::take(&mut made.shared) {
            rows[shared as usize].fate = Fate::Made;
        }
    }

    fn dropped(&self, row: u32, _: Reason<u32>) {
        if let Some(row) = self.rows.borrow_mut().get_mut(row as usize) {
            row.fate = Fate::Dropped;
        }
    }

    fn key(&self, view: &View<'_>, item: Item) {
        self.cell.set(Some(ALWAYS));
        self.read(view, item, Taken::Text, "");
    }
}

/// Parts of a document, to be asked for places.
#[derive(Debug, Default)]
pub(super) struct Parts {
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
