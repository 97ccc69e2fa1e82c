//! Documents one after the other: what became of their data.

use std::sync::Arc;

use xmlshred_model::BatchBuilder;

use crate::limits::Limits;
use crate::lines::Lines;
use crate::plan::{Automaton, Ignored, Paths, Plan, Stored, column_automaton};
use crate::shred::{Content, Dfa, DocumentContext, Extent, Finder, NoRows, Reading, Shredder};
use crate::xml::{Names, ScanLimits};

use super::outline::Outline;
use super::reads::{Part, Parts, Reads};
use super::report::{Detail, Report};
use super::walk::{BOTTOM, Machine, Walk};

/// Parts of a document to be ignored that are collected before they are put together.
const MAX_PARTS: usize = 1 << 20;

/// Measures documents against a contract. Memory grows with the number of different paths in them, not with their number.
pub struct Coverage {
    plan: Arc<Plan>,
    stored: Stored,
    columns: Automaton,
    columns_dfa: Dfa,
    all_dfa: Dfa,
    ignored: Ignored,
    finder: Finder,
    shredder: Shredder,
    rows: BatchBuilder,
    outline: Outline,
    document_count: u64,
}

impl Coverage {
    /// No document yet.
    pub fn new(plan: Arc<Plan>, limits: Limits) -> Self {
        let stored = Stored::of(&plan);
        let columns = column_automaton(&plan, &stored);
        let ignored = Ignored::of(&plan);
        Self {
            columns_dfa: Dfa::new(Paths { symbols: plan.symbols(), automaton: &columns }),
            all_dfa: Dfa::new(plan.paths()),
            finder: Finder::new(ignored.paths(&plan)),
            shredder: Shredder::new(Arc::clone(&plan), limits),
            rows: BatchBuilder::new(Arc::clone(plan.schema())),
            outline: Outline::new(plan.contract().document.case),
            document_count: 0,
            stored,
            columns,
            ignored,
            plan,
        }
    }

    /// Takes in a document.
    ///
    /// # Errors
    /// When it fails or is skipped, as in a run. Then none of it is counted: what its rows would have read is not known.
    pub fn add(&mut self, content: Content<'_>, context: &DocumentContext<'_>) -> Result<(), NoRows> {
        let reads = Reads::new(&self.stored);
        let shredded = self.shredder.shred_traced(content, context, &mut self.rows, &reads);
        self.rows.discard_rows();
        shredded?;
        let read = reads.into_parts();
        let reading = content.of_shredded(&self.plan);
        let ignored = self.ignored_parts(&reading)?;
        self.document_count += 1;
        self.walk(&reading, &read, &ignored);
        Ok(())
    }

    fn ignored_parts(&mut self, reading: &Reading<'_>) -> Result<Parts, NoRows> {
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

    fn walk(&mut self, reading: &Reading<'_>, read: &Parts, ignored: &Parts) {
        let columns = Paths { symbols: self.plan.symbols(), automaton: &self.columns };
        let all = self.plan.paths();
        self.columns_dfa.trim(columns);
        self.all_dfa.trim(all);
        let mut walk = Walk {
            reading,
            document: self.document_count,
            columns: Machine { paths: columns, dfa: &mut self.columns_dfa },
            all: Machine { paths: all, dfa: &mut self.all_dfa },
            read,
            ignored,
            outline: &mut self.outline,
            lines: Lines::of(&reading.text),
            open: vec![BOTTOM],
            run: None,
        };
        let limits = ScanLimits { max_depth: u32::MAX, max_attributes: u32::MAX };
        let scanned = reading.scan(limits, &mut Names::default(), &mut walk);
        scanned.expect("the shredder has scanned it");
    }

    /// What came of the documents so far.
    pub fn report(&self, detail: Detail) -> Report {
        Report::new(&self.outline, &self.plan.contract().document.roots, self.document_count, detail)
    }
}
