//! What is told while the rows of a document are made, to those who ask how: `explain`, `coverage`, `check` with samples.
//!
//! There is one way to make rows, and it tells a [`Trace`] what it does. A run listens with [`Silent`], for which every call compiles to
//! nothing; so what the tools say is what a run does.

use xmlshred_expr::EvaluationError;
use xmlshred_model::lexical::LexicalError;
use xmlshred_model::{IssueCode, Value};

use crate::contract::{BoundExpression, Clean, CodeList, Column};

use super::cell::{Cell, Refusal};
use super::tree::NodeId;
use super::view::{Item, View};

/// Listens while rows are made. Methods take `&self`: cells are made by functions that only look.
pub(crate) trait Trace {
    /// What it knows a row in the making by.
    type Row: Copy + 'static;

    /// Somebody listens.
    const IS_TOLD: bool = true;

    /// A row may be made. `None`: the `let`s of the document.
    fn row(&self, view: &View<'_>, origin: Option<Origin>) -> Self::Row;

    /// A predicate of a table's `each` removes an element: which step of the path, which of its predicates.
    fn filtered(&self, _view: &View<'_>, _filter: Filter, _item: Item) {}

    /// What is told next, until `cell_done`, is about this cell.
    fn cell(&self, _row: Self::Row, _place: CellPlace) {}

    /// The cell is one for many rows. What is read for it, and its steps, are told once: now, or they were told before under this key.
    fn once(&self, _key: OnceKey, _told: OnceTold) {}

    /// The text or markup of a node goes into the cell.
    fn read(&self, _view: &View<'_>, _item: Item, _taken: Taken, _text: &str) {}

    /// An expression was evaluated, for a cell or for `where`.
    fn evaluated(
        &self,
        _bound: &BoundExpression,
        _inputs: &[Value<'_>],
        _value: &Result<Value<'_>, EvaluationError>,
    ) {
    }

    /// A value is on its way through the rules of its column.
    fn step(&self, _column: &Column, _step: Step<'_>) {}

    /// The cell is made, or the document fails for it.
    fn cell_done(&self, _cell: &Result<Cell<'_>, Box<Refusal>>, _matches: Matches) {}

    /// A path of the `one_per` of the row's table leads to something.
    fn ranked(&self, _row: Self::Row, _by: OnePerPath) {}

    /// The row is not made.
    fn dropped(&self, _row: Self::Row, _reason: Reason<Self::Row>) {}

    /// The row is made, as this one of its table in the document, from 1.
    fn emitted(&self, _row: Self::Row, _number: usize) {}

    /// The document's own key.
    fn key(&self, _view: &View<'_>, _item: Item) {}
}

/// Where a row in the making comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) table: usize,
    pub(crate) template: usize,
    /// Its element, or attribute.
    pub(crate) start: Item,
}

/// A predicate of the `each` of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Filter {
    pub(crate) table: usize,
    pub(crate) step: usize,
    pub(crate) predicate: usize,
}

/// What tells apart the cells that are made once for many rows: the column or `let`, and the node around those rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OnceKey {
    pub(crate) index: u32,
    pub(crate) start: NodeId,
    /// Rows before this node lie around `start`.
    pub(crate) end: NodeId,
}

/// When a cell that is made once for many rows is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnceTold {
    Next,
    Before,
}

/// Which value of a row, by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum CellPlace {
    DocumentLet(usize),
    Let(usize),
    Column(usize),
}

/// A path of `one_per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OnePerPath {
    Key,
    Prefer,
}

/// How much of a node is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    Text,
    Markup,
}

/// Whether the path of a cell matched more nodes than were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matches {
    AsWanted,
    /// Several, and the column has no `pick`.
    Repeated,
}

/// Why a row is not made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reason<R> {
    /// `where` is false or null.
    Where,
    /// `one_per` prefers another.
    OnePer { kept: R },
    /// `skip_row_when: blank`
    Blank,
}

/// A rule of a column at work.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'s> {
    /// What the document's row in the source has, where there is such a row.
    OfSource { text: Option<&'s str>, has_row: bool },
    /// One step of `clean`, and the text after it.
    Cleaned(Clean, &'s str),
    /// The element is `xsi:nil`.
    Nil,
    /// Blank text becomes null.
    Blank,
    /// The text is one of `null_values`.
    NullValue,
    /// A code list has a value for the text.
    Coded { list: &'s CodeList, entry: CodeEntry<'s>, value: Value<'s> },
    /// It has none.
    Unmapped { list: &'s CodeList },
    /// Text is a value of the type.
    Parsed(Value<'s>),
    /// A value becomes one of the type.
    Assigned(Value<'s>),
    /// Text or value is none of the type.
    Invalid(&'s LexicalError),
    /// Text cut to its length.
    Truncated(&'s str),
    /// Null becomes the default.
    Default(Value<'s>),
}

/// Which entry of a code list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeEntry<'s> {
    /// The one with this text.
    Text(&'s str),
    /// `""`
    Blank,
    /// `"*"`
    Other,
}

/// Listens to nothing.
#[derive(Debug)]
pub(super) struct Silent;

impl Trace for Silent {
    type Row = ();

    const IS_TOLD: bool = false;

    fn row(&self, _: &View<'_>, _: Option<Origin>) {}
}

impl Matches {
    /// The issue that goes with it.
    pub(crate) fn issue(self) -> Option<IssueCode> {
        match self {
            Self::AsWanted => None,
            Self::Repeated => Some(IssueCode::RepeatedValue),
        }
    }
}
