//! Tables and columns of a plan: the contract's, with compiled paths.

use crate::contract::{BoundExpression, Column, Keep, SkipRow};

use super::compiled::{CompiledPath, Test};
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
    /// Which row `let`s the condition of `where` needs, itself or through others.
    pub(crate) early_lets: Vec<bool>,
}

#[derive(Debug)]
pub(crate) struct PlanEach {
    pub(crate) path: CompiledPath,
    /// Where its elements are written down, but for the conditions of its last step.
    pub(crate) anchor: Option<Anchor>,
}

/// A list of elements that the projection writes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Anchor {
    pub(crate) list: u32,
    /// Only those below the row's element count.
    pub(crate) is_of_row: bool,
}

#[derive(Debug)]
pub(crate) struct PlanTemplate {
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
}

/// Where a value comes from, where that differs from the contract's own words.
#[derive(Debug)]
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
    /// An attribute of the elements that a prefix leads to, or of the row's own element. Columns share prefixes, so that each is
    /// followed once per row.
    Attribute {
        prefix: Option<u32>,
        test: Test,
    },
    /// As `column.source` says.
    AsContract,
}
