//! One document: what became of its data.

use std::sync::Arc;

use xmlshred_model::BatchBuilder;

use crate::limits::Limits;
use crate::plan::{Automaton, Ignored, Paths, Plan, Stored, column_automaton};
use crate::shred::{Content, Dfa, DocumentContext, Extent, Finder, NoRows, Reading, Shredder};
use crate::xml::{Names, ScanLimits};

use super::reads::{Part, Parts, Reads};
use super::walk::{Level, Machine, Sheet, Walk};

/// Parts of a document to be ignored that are collected before they are put together.
const MAX_PARTS: usize = 1 << 20;

/// Measures documents, one after the other, with buffers that are used again.
pub(crate) struct Measurer {
    plan: Arc<Plan>,
    stored: Stored,
    columns: Automaton,
    columns_dfa: Dfa,
    all_dfa: Dfa,
    ignored: Ignored,
    finder: Finder,
    shredder: Shredder,
    rows: BatchBuilder,
}

impl Measurer {
    pub(crate) fn new(plan: Arc<Plan>, limits: Limits) -> Self {
        let stored = Stored::of(&plan);
        let columns = column_automaton(&plan, &stored);
        let ignored = Ignored::of(&plan);
        Self {
            columns_dfa: Dfa::new(Paths { symbols: plan.symbols(), automaton: &columns }),
            all_dfa: Dfa::new(plan.paths()),
            finder: Finder::new(ignored.paths(&plan)),
            shredder: Shredder::new(Arc::clone(&plan), limits),
            rows: BatchBuilder::new(Arc::clone(plan.schema())),
            stored,
            columns,
            ignored,
            plan,
        }
    }

    /// What the rows of a document read that were made, and whether it gave all of them.
    pub(crate) fn reads(
        &mut self,
        content: Content<'_>,
        context: &DocumentContext<'_>,
    ) -> (Parts, Result<(), NoRows>) {
        let reads = Reads::new(&self.stored);
        let shredded = self.shredder.shred_traced(content, context, &mut self.rows, &reads);
        self.rows.discard_rows();
        (reads.into_parts(), shredded.map(|_| ()))
    }

    /// What the contract ignores of a document.
    pub(crate) fn ignored(&mut self, reading: &Reading<'_>) -> Result<Parts, NoRows> {
        if self.ignored.paths.is_empty() {
            return Ok(Parts::default());
        }
        let mut ignored = Parts::default();
        let mut parts = Vec::new();
        let paths = self.ignored.paths(&self.plan);
        self.finder.find(&self.plan, paths, &self.ignored.paths, reading, &mut |_, extent| {
            parts.push(match extent {
                Extent::Text(range) => Part::Text(range),
                // With an element, everything in it is left out.
                Extent::Element(range) | Extent::Attribute(range) => Part::All(range),
            });
            // Many paths may lead to the same.
            if parts.len() >= MAX_PARTS {
                ignored.add(parts.drain(..));
            }
        })?;
        ignored.add(parts);
        Ok(ignored)
    }

    /// Goes over a well-formed document and tells the sheet what became of each value.
    pub(crate) fn walk<'d, S: Sheet<'d>>(
        &mut self,
        reading: &'d Reading<'d>,
        read: &Parts,
        ignored: &Parts,
        sheet: &mut S,
    ) {
        let columns = Paths { symbols: self.plan.symbols(), automaton: &self.columns };
        let all = self.plan.paths();
        self.columns_dfa.trim(columns);
        self.all_dfa.trim(all);
        let mut walk = Walk {
            reading,
            columns: Machine { paths: columns, dfa: &mut self.columns_dfa },
            all: Machine { paths: all, dfa: &mut self.all_dfa },
            read,
            ignored,
            open: vec![Level::bottom(sheet.top())],
            sheet,
            run: None,
        };
        let limits = ScanLimits { max_depth: u32::MAX, max_attributes: u32::MAX };
        let scanned = reading.scan(limits, &mut Names::default(), &mut walk);
        scanned.expect("the shredder has scanned it");
    }
}
