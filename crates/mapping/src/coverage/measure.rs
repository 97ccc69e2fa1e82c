//! Documents one after the other: what became of their data.

use std::sync::Arc;

use crate::limits::Limits;
use crate::lines::Lines;
use crate::plan::Plan;
use crate::shred::{Content, DocumentContext, NoRows, Reading};
use crate::xml::{Place, RawAttribute, StartTag};

use super::measurer::Measurer;
use super::outline::{NameId, NameKind, Outline, TOP};
use super::report::{Detail, Report};
use super::walk::{Datum, Sheet};

/// Measures documents against a contract. Memory grows with the number of different paths in them, not with their number.
pub struct Coverage {
    plan: Arc<Plan>,
    measurer: Measurer,
    outline: Outline,
    document_count: u64,
}

impl Coverage {
    /// No document yet.
    pub fn new(plan: Arc<Plan>, limits: Limits) -> Self {
        Self {
            measurer: Measurer::new(Arc::clone(&plan), limits),
            outline: Outline::new(plan.contract().document.case),
            document_count: 0,
            plan,
        }
    }

    /// Takes in a document.
    ///
    /// # Errors
    /// When it fails or is skipped, as in a run. Then none of it is counted: what its rows would have read is not known.
    pub fn add(&mut self, content: Content<'_>, context: &DocumentContext<'_>) -> Result<(), NoRows> {
        let (read, shredded) = self.measurer.reads(content, context);
        shredded?;
        let reading = content.of_shredded(&self.plan);
        let ignored = self.measurer.ignored(&reading)?;
        self.document_count += 1;
        let mut counts = Counts::of(&mut self.outline, self.document_count, &reading);
        self.measurer.walk(&reading, &read, &ignored, &mut counts);
        Ok(())
    }

    /// What came of the documents so far.
    pub fn report(&self, detail: Detail) -> Report {
        Report::new(&self.outline, &self.plan.contract().document.roots, self.document_count, detail)
    }
}

/// Counts the values of one document by their paths.
pub(crate) struct Counts<'c, 'd> {
    pub(crate) outline: &'c mut Outline,
    /// From 1.
    document: u64,
    reading: &'d Reading<'d>,
    /// Of the text.
    lines: Lines<'d>,
}

impl<'c, 'd> Counts<'c, 'd> {
    /// Those of this document, whose number is from 1.
    pub(crate) fn of(outline: &'c mut Outline, document: u64, reading: &'d Reading<'d>) -> Self {
        Self { outline, document, reading, lines: Lines::of(&reading.text) }
    }
}

impl<'d> Sheet<'d> for Counts<'_, 'd> {
    type Name = NameId;

    fn top(&self) -> NameId {
        TOP
    }

    fn element(&mut self, parent: NameId, tag: &StartTag<'_, 'd>) -> NameId {
        self.outline.child(parent, NameKind::Element, tag.local())
    }

    fn attribute(&mut self, element: NameId, attribute: &RawAttribute<'d>) -> NameId {
        self.outline.child(element, NameKind::Attribute, attribute.local())
    }

    fn value(&mut self, datum: Datum<'d, NameId>) {
        let Datum { name, kind: _, fate, raw, offset } = datum;
        let place = || {
            let (line, column) = self.lines.place(self.reading.outer(offset));
            Place { line, column }
        };
        self.outline.count((name, fate), raw, self.document, place);
    }
}
