//! What happens to a contract's paths, codes and columns while documents are shredded.

use std::cell::{Cell as StdCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use xmlshred_model::lexical::LexicalError;

use crate::contract::Column;
use crate::plan::Plan;
use crate::shred::{
    Cell, CellPlace, CodeEntry, Filter, Item, Latest, Matches, OnceKey, OnceTold, OnePerPath, Origin,
    Refusal, Step, Taken, Trace, View,
};

/// A column or `let`: of which table and template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    /// `None`: a `let` of the document.
    pub(super) row: Option<(usize, usize)>,
    pub(super) place: CellPlace,
}

/// What became of the cells of one column.
#[derive(Clone, Debug, Default)]
pub(super) struct Fates {
    pub(super) cells: u64,
    /// Its path led to something.
    pub(super) matched: u64,
    pub(super) values: u64,
    /// Cells that failed their documents.
    pub(super) failed: u64,
    pub(super) coded: u64,
    pub(super) unmapped: u64,
    pub(super) too_long: u64,
    pub(super) longest: usize,
}

impl Fates {
    /// What was read and done since.
    fn since(&self, before: &Self) -> Self {
        Self {
            cells: 0,
            matched: self.matched - before.matched,
            values: 0,
            failed: 0,
            coded: self.coded - before.coded,
            unmapped: self.unmapped - before.unmapped,
            too_long: self.too_long - before.too_long,
            longest: self.longest,
        }
    }

    fn add(&mut self, other: &Self) {
        let Self { cells, matched, values, failed, coded, unmapped, too_long, longest } = other;
        self.cells += cells;
        self.matched += matched;
        self.values += values;
        self.failed += failed;
        self.coded += coded;
        self.unmapped += unmapped;
        self.too_long += too_long;
        self.longest = self.longest.max(*longest);
    }
}

/// What became of the elements of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Elements {
    /// Starting points of its path.
    pub(super) candidates: u64,
    pub(super) filtered: u64,
}

/// Listens to all samples.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) fates: RefCell<BTreeMap<Slot, Fates>>,
    pub(super) elements: RefCell<Vec<Elements>>,
    /// Entries used, by list.
    pub(super) entries: RefCell<BTreeMap<String, BTreeSet<String>>>,
    /// Paths of `one_per` that led to something, by table.
    pub(super) ranked: RefCell<BTreeSet<(usize, OnePerPath)>>,
    slot: StdCell<Option<Slot>>,
    /// What cells that are one for many rows count for, in the document of now.
    once: RefCell<Latest<Fates>>,
    /// The one being told, and what its column had before.
    telling: RefCell<Option<(OnceKey, Fates)>>,
}

impl Seen {
    /// Nothing yet.
    pub(super) fn nothing(plan: &Plan) -> Self {
        let elements = RefCell::new(vec![Elements::default(); plan.tables().len()]);
        Self { elements, ..Self::default() }
    }

    /// A document ends.
    pub(super) fn end_document(&self) {
        self.once.borrow_mut().clear();
    }

    fn count(&self, change: impl FnOnce(&mut Fates)) {
        if let Some(slot) = self.slot.get() {
            change(self.fates.borrow_mut().entry(slot).or_default());
        }
    }
}

impl Trace for Seen {
    type Row = Option<(usize, usize)>;

    fn row(&self, _: &View<'_>, origin: Option<Origin>) -> Self::Row {
        let Origin { table, template, start: _ } = origin?;
        self.elements.borrow_mut()[table].candidates += 1;
        Some((table, template))
    }

    fn filtered(&self, _: &View<'_>, filter: Filter, _: Item) {
        self.elements.borrow_mut()[filter.table].filtered += 1;
    }

    fn ranked(&self, row: Self::Row, by: OnePerPath) {
        if let Some((table, _)) = row {
            self.ranked.borrow_mut().insert((table, by));
        }
    }

    fn cell(&self, row: Self::Row, place: CellPlace) {
        self.slot.set(Some(Slot { row, place }));
        self.count(|fates| fates.cells += 1);
    }

    fn once(&self, key: OnceKey, told: OnceTold) {
        match told {
            OnceTold::Next => self.count(|fates| *self.telling.borrow_mut() = Some((key, fates.clone()))),
            OnceTold::Before => {
                let known = self.once.borrow().get(key).cloned().unwrap_or_default();
                self.count(|fates| fates.add(&known));
            }
        }
    }

    fn read(&self, _: &View<'_>, _: Item, _: Taken, _: &str) {
        self.count(|fates| fates.matched += 1);
    }

    fn step(&self, _: &Column, step: Step<'_>) {
        match step {
            Step::Coded { list, entry, .. } => {
                let entry = match entry {
                    CodeEntry::Text(text) => text,
                    CodeEntry::Blank => "",
                    CodeEntry::Other => "*",
                };
                self.count(|fates| fates.coded += 1);
                let mut entries = self.entries.borrow_mut();
                let used = match entries.get_mut(&list.name) {
                    Some(used) => used,
                    None => entries.entry(list.name.clone()).or_default(),
                };
                if !used.contains(entry) {
                    used.insert(entry.to_owned());
                }
            }
            Step::Unmapped { .. } => self.count(|fates| fates.unmapped += 1),
            Step::Invalid(LexicalError::TooLong { actual, .. }) => self.count(|fates| {
                fates.too_long += 1;
                fates.longest = fates.longest.max(*actual);
            }),
            _ => {}
        }
    }

    fn cell_done(&self, cell: &Result<Cell<'_>, Box<Refusal>>, _: Matches) {
        if let Some((key, before)) = self.telling.take() {
            self.count(|fates| {
                self.once.borrow_mut().keep(key, fates.since(&before));
            });
        }
        self.count(|fates| match cell {
            Ok(cell) => {
                fates.values += u64::from(!cell.value.is_null());
                // `pick: only` that finds several reads none of them.
                fates.matched += u64::from(cell.is_from_document && fates.matched == 0);
            }
            Err(_) => fates.failed += 1,
        });
    }
}
