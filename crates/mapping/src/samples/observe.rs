//! What happens to a contract's paths, codes and columns while documents are shredded.

use std::cell::{Cell as StdCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use xmlshred_model::lexical::LexicalError;
use xmlshred_model::{BatchBuilder, Failure};

use crate::contract::{Column, Diagnostic};
use crate::plan::Ignored;
use crate::shred::{
    Cell, CellPlace, CodeEntry, Filter, Finder, Item, Matches, OnePerPath, Origin, Refusal, Step, Taken,
    Trace, View,
};
use crate::{Content, DocumentContext, Limits, Plan, Shredder};

use super::findings;

/// Documents that a contract is tried on. Memory does not grow with their number.
pub struct Samples {
    plan: Arc<Plan>,
    shredder: Shredder,
    rows: BatchBuilder,
    seen: Seen,
    finder: Finder,
    ignored: Ignored,
    /// Of each path of `ignore`: whether it led to something.
    ignored_seen: Vec<bool>,
    document_count: u64,
}

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
}

impl Samples {
    /// No document yet.
    pub fn new(plan: Arc<Plan>, limits: Limits) -> Self {
        let elements = RefCell::new(vec![Elements::default(); plan.tables().len()]);
        let ignored = Ignored::of(&plan);
        Self {
            finder: Finder::new(ignored.paths(&plan)),
            ignored_seen: vec![false; ignored.paths.len()],
            ignored,
            shredder: Shredder::new(Arc::clone(&plan), limits),
            rows: BatchBuilder::new(Arc::clone(plan.schema())),
            seen: Seen { elements, ..Seen::default() },
            document_count: 0,
            plan,
        }
    }

    /// Takes in a document.
    ///
    /// # Errors
    /// When it fails, as in a run; what happened before that counts.
    pub fn add(&mut self, content: Content<'_>, context: &DocumentContext<'_>) -> Result<(), Failure> {
        let shredded = self.shredder.shred_traced(content, context, &mut self.rows, &self.seen);
        self.rows.discard_rows();
        self.document_count += 1;
        shredded?;
        if !self.ignored_seen.iter().all(|&is_seen| is_seen) {
            let text = content.of_shredded();
            let paths = self.ignored.paths(&self.plan);
            let seen = &mut self.ignored_seen;
            self.finder.find(&self.plan, paths, &self.ignored.paths, &text, &mut |at, _| seen[at] = true)?;
        }
        Ok(())
    }

    /// Warnings at places of the contract's text; none before the first document.
    pub fn findings(&self, contract_text: &str) -> Vec<Diagnostic> {
        if self.document_count == 0 {
            return Vec::new();
        }
        findings::findings(&self.plan, &self.seen, &self.ignored_seen, contract_text)
    }
}

impl Seen {
    fn count(&self, change: impl FnOnce(&mut Fates)) {
        if let Some(slot) = self.slot.get() {
            change(self.fates.borrow_mut().entry(slot).or_default());
        }
    }
}

impl Trace for Seen {
    type Row = Option<(usize, usize)>;

    fn row(&self, _: &View<'_>, origin: Option<Origin>) -> Self::Row {
        let Origin { table, template, element: _ } = origin?;
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
