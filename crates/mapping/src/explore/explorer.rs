//! Documents one after the other, each with its rows; then the columns that would read what nobody reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use xmlshred_model::{Failure, FailureCode, Stage};

use crate::coverage::{Measurer, NameId, Outline, Parts};
use crate::explain::{CellRecord, Fate, Record, RowRecord, Scope, TakenDown, predicate, take_down};
use crate::infer::{Offer, Profile, ProfileLimits};
use crate::limits::Limits;
use crate::path::NodeTest;
use crate::plan::Plan;
use crate::shred::{Content, DocumentContext, Filter, NoRows};

use super::explored::{Cell, Explored, Node, NodeKind, Row, RowFate};
use super::masked::{Masked, Masker};
use super::offers;
use super::sheet::{NodeSheet, Nodes};

/// How much is told of one document. The rest is counted.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Rows of each table; and rows that were not made.
    pub max_rows: usize,
    /// Values of all rows.
    pub max_cells: usize,
    /// Nodes that all values read.
    pub max_reads: usize,
}

/// Looks at documents with a contract. Memory grows with the number of different paths in them, not with their number: what is told of
/// each is the caller's.
pub struct Explorer {
    plan: Arc<Plan>,
    limits: Limits,
    bounds: Bounds,
    measurer: Measurer,
    masker: Option<Masker>,
    outline: Outline,
    profile: Profile,
    /// Which table has rows that begin at a path: the first, of those with one template.
    rows: BTreeMap<NameId, usize>,
    document_count: u64,
}

impl Explorer {
    /// No document yet.
    pub fn new(plan: Arc<Plan>, limits: Limits, bounds: Bounds) -> Self {
        let document = &plan.contract().document;
        let roots = document.roots.iter().filter_map(|root| match root.steps.last().map(|step| &step.test) {
            Some(NodeTest::Name { local, .. }) if root.steps.len() == 1 => Some(local.clone()),
            _ => None,
        });
        // One root is what documents have anyway.
        let roots = roots.collect::<Vec<_>>();
        let roots = if roots.len() > 1 { &roots[..] } else { &[] };
        Self {
            measurer: Measurer::new(Arc::clone(&plan), limits),
            masker: Masker::of(&plan),
            outline: Outline::new(document.case),
            profile: Profile::of_roots(ProfileLimits::default(), roots),
            rows: BTreeMap::new(),
            document_count: 0,
            plan,
            limits,
            bounds,
        }
    }

    /// A document with its rows. One that fails is told as far as it came.
    pub fn explore(&mut self, content: Content<'_>, context: &DocumentContext<'_>) -> Explored {
        let Bounds { max_rows, max_cells, max_reads } = self.bounds;
        let scope = Scope { table: None, column: None, row: None, max_rows, max_cells, max_reads };
        let taken = take_down(&self.plan, self.limits, content, context, scope);
        let TakenDown { key, failure, skipped, record, row_counts, more_not_made } = taken;
        let nodes = self.nodes(content, context);
        let Record { lets, rows, filtered, .. } = record;
        // Documents that are no XML have no rows either.
        let (lets, rows) = match &nodes {
            Some(nodes) => self.rows(nodes, lets, rows, filtered),
            None => (Vec::new(), Vec::new()),
        };
        let nodes = nodes.map_or_else(Vec::new, |nodes| nodes.nodes);
        self.note_rows(&nodes, &rows);
        // What is no document for a profile has no columns to offer.
        let _ = self.profile.observe(content, None);
        Explored { key, failure, skipped, nodes, lets, rows, row_counts, more_not_made }
    }

    /// The nodes of a document that is one, also when it failed.
    fn nodes(&mut self, content: Content<'_>, context: &DocumentContext<'_>) -> Option<Nodes> {
        let (read, shredded) = self.measurer.reads(content, context);
        if matches!(&shredded, Err(NoRows::Failed(failure)) if !is_well_formed(failure)) {
            return None;
        }
        let reading = content.of_shredded(&self.plan);
        // Without a main element, nothing is ignored.
        let ignored = self.measurer.ignored(&reading).unwrap_or_else(|_| Parts::default());
        let masked =
            self.masker.as_mut().map_or_else(Masked::default, |masker| masker.masked(&self.plan, &reading));
        self.document_count += 1;
        let mut sheet = NodeSheet::new(&mut self.outline, &masked, &reading, self.document_count);
        self.measurer.walk(&reading, &read, &ignored, &mut sheet);
        Some(sheet.finish())
    }

    /// Rows and `let`s with their nodes.
    fn rows(
        &self,
        nodes: &Nodes,
        lets: Vec<CellRecord>,
        rows: Vec<RowRecord>,
        filtered: Vec<(Filter, u32, Vec<String>)>,
    ) -> (Vec<Cell>, Vec<Row>) {
        let cell = |CellRecord { cell, reads, .. }: CellRecord| {
            let mut at = reads.iter().map(|read| nodes.at(read.0)).collect::<Vec<_>>();
            // The pieces of one text are one node.
            at.dedup();
            Cell { told: cell, nodes: at }
        };
        let made = rows.into_iter().map(|row| {
            let RowRecord { table, template, offset, fate, cells } = row.in_order();
            let fate = match fate {
                Fate::Made(number) => RowFate::Made(number),
                Fate::Where(condition, value, inputs) => RowFate::Where(condition, value, inputs),
                Fate::OnePer(kept) => RowFate::OnePer(nodes.at(kept)),
                Fate::Blank => RowFate::Blank,
                Fate::Unfinished => RowFate::Unfinished,
            };
            Row {
                table,
                template,
                node: nodes.at(offset),
                fate,
                cells: cells.into_iter().map(cell).collect(),
            }
        });
        let removed = filtered.into_iter().map(|(filter, offset, false_parts)| Row {
            table: filter.table,
            template: 0,
            node: nodes.at(offset),
            fate: RowFate::Filtered(predicate(&self.plan, filter).to_string(), false_parts),
            cells: Vec::new(),
        });
        let rows = made.chain(removed).collect();
        (lets.into_iter().map(cell).collect(), rows)
    }

    /// Notes where rows begin. What only looks like a row is none: a column there would read nothing.
    fn note_rows(&mut self, nodes: &[Node], rows: &[Row]) {
        for row in rows.iter().filter(|row| matches!(row.fate, RowFate::Made(_) | RowFate::Unfinished)) {
            let node = &nodes[row.node as usize];
            if node.kind == NodeKind::Element && self.plan.contract().tables[row.table].templates.len() == 1 {
                let table = self.rows.entry(node.path).or_insert(row.table);
                *table = row.table.min(*table);
            }
        }
    }

    /// What nobody reads in the documents so far, by path, with the column that would, or the table.
    pub fn offers(&self) -> Vec<(NameId, usize, Offer)> {
        offers::offers(self.plan.contract(), &self.profile, &self.outline, &self.rows)
    }
}

/// Whether a document that failed was read to its end before.
fn is_well_formed(failure: &Failure) -> bool {
    match (failure.stage, failure.code) {
        (_, FailureCode::WrongRoot) => true,
        // Nobody knows how far it came.
        (_, FailureCode::TooMuchWork) | (Stage::Fetch | Stage::Parse, _) => false,
        (Stage::Shred | Stage::Load, _) => true,
    }
}
