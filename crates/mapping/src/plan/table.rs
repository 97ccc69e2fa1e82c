//! Tables and columns of a plan: the contract's, with compiled paths.

use std::ops::Range;

use crate::contract::{BoundExpression, Column, ColumnSource, Generate, Keep, SkipRow};

use super::anchor::Anchor;
use super::compiled::{CompiledPath, CompiledPredicate, Test};
use super::filtered::Filtered;
use super::quick::Quick;
use super::symbols::Symbol;

#[derive(Debug)]
pub(crate) struct PlanTable {
    pub(crate) within: Option<usize>,
    pub(crate) each: Option<PlanEach>,
    pub(crate) templates: Vec<PlanTemplate>,
    pub(crate) one_per: Option<PlanOnePer>,
    pub(crate) where_: Option<BoundExpression>,
    pub(crate) skip_row_when: SkipRow,
    pub(crate) lets: Vec<PlanColumn>,
    /// How many of them all templates have.
    pub(crate) shared_lets: usize,
    /// Which row `let`s the condition of `where` needs, itself or through others.
    pub(crate) early_lets: Vec<bool>,
    pub(crate) later: Later,
}

/// What later rows read of the rows of a table, by index.
#[derive(Debug, Default)]
pub(crate) struct Later {
    /// Rows of other tables lie within them.
    pub(crate) is_base: bool,
    pub(crate) columns: Places,
    pub(crate) lets: Places,
}

/// Some of many things by their index, each with its place among these.
#[derive(Debug, Default)]
pub(crate) struct Places {
    pub(crate) indices: Vec<usize>,
    /// By index: the place, plus one; 0 and beyond the end are none.
    places: Vec<u32>,
}

impl Places {
    /// Gives this one a place, where it has none yet.
    pub(super) fn add(&mut self, index: usize) {
        if self.place(index).is_none() {
            self.indices.push(index);
            let length = self.places.len().max(index + 1);
            self.places.resize(length, 0);
            self.places[index] = self.indices.len() as u32;
        }
    }

    /// The place of this one.
    #[inline]
    pub(crate) fn place(&self, index: usize) -> Option<usize> {
        (*self.places.get(index)? as usize).checked_sub(1)
    }
}

impl Later {
    /// No value is read.
    pub(crate) fn is_empty(&self) -> bool {
        self.columns.indices.is_empty() && self.lets.indices.is_empty()
    }
}

impl PlanTable {
    /// Whether `where` reads a generated row number.
    pub(crate) fn reads_number_early(&self, template: usize) -> bool {
        let PlanTemplate { lets: _, columns, early_columns } = &self.templates[template];
        columns.iter().zip(early_columns).any(|(planned, &early)| {
            early && matches!(planned.column.source, ColumnSource::Generate(Generate::RowNumber))
        })
    }
}

impl PlanEach {
    /// The conditions of the last step.
    pub(crate) fn conditions(&self) -> &[CompiledPredicate] {
        self.path.steps.last().map_or(&[], |step| &step.predicates)
    }
}

#[derive(Debug)]
pub(crate) struct PlanEach {
    pub(crate) path: CompiledPath,
    /// Where its elements are written down, but for the conditions of its last step.
    pub(crate) anchor: Option<Anchor>,
    /// Rows are made from attributes.
    pub(crate) ends_at_attribute: bool,
}

#[derive(Debug)]
pub(crate) struct PlanTemplate {
    /// Which `let`s of the table are its own.
    pub(crate) lets: Range<usize>,
    pub(crate) columns: Vec<PlanColumn>,
    /// Which columns the condition of `where` needs, itself or through others.
    pub(crate) early_columns: Vec<bool>,
}

#[derive(Debug)]
pub(crate) struct PlanOnePer {
    pub(crate) key: CompiledPath,
    pub(crate) prefer: Option<(CompiledPath, Vec<String>)>,
    pub(crate) keep: Keep,
}

/// A column, or a `let`.
#[derive(Debug)]
pub(crate) struct PlanColumn {
    pub(crate) column: Column,
    pub(crate) source: PlanSource,
    /// Table and column that issues are counted under. A `let` counts under the first column that reads it.
    pub(crate) table: u32,
    pub(crate) index: u32,
    /// The value comes from a column of the same type, or is a constant, so that every value fits.
    pub(crate) is_exact: bool,
    pub(crate) once: Option<Once>,
    pub(crate) quick: Quick,
}

/// The path of a column does not begin at the row, so that its value is one for many rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Once {
    /// Among all such columns.
    pub(crate) index: u32,
    pub(crate) from: OnceFrom,
}

/// Where such a path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnceFrom {
    Document,
    /// So many levels above the row's element.
    Around(u32),
}

/// Where a value comes from, where that differs from the contract's own words. The kind stands alone, so that no cell has to find it.
#[derive(Debug)]
#[repr(u8)]
pub(crate) enum PlanSource {
    Path(CompiledPath),
    /// An attribute of the row's own element.
    OwnAttribute(Symbol),
    /// An attribute of its parent.
    ParentAttribute(Symbol),
    /// An attribute of elements that are written down.
    AnchoredAttribute(Anchor, Symbol),
    /// Elements that are written down.
    Anchored(Anchor),
    /// Some of the elements that are written down.
    Filtered(Filtered),
    /// The row's own element.
    OwnElement,
    /// Its text nodes.
    OwnTexts,
    /// An attribute of the elements that a prefix leads to, or of the row's own element. Columns share prefixes, so that each is
    /// followed once per row.
    Attribute {
        prefix: Option<u32>,
        test: Test,
    },
    /// A path that begins at an attribute.
    OfAttribute(CompiledPath),
    /// The first of these that gives a text; `expr` may go on from there.
    FirstOf(Box<[PlanSource]>),
    /// As `column.source` says.
    AsContract,
}
