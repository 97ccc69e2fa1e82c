//! What is told of a document. Holds its values, those of sensitive columns too: who shows them masks them.

use xmlshred_model::{DocumentKey, Failure, OwnedValue};

use crate::coverage::{Fate, NameId};
use crate::explain::{ExplainedCell, ExplainedInput};
use crate::plan::Plan;

/// A document and its rows. Nodes are known by their index.
#[derive(Clone, Debug)]
pub struct Explored {
    /// The key: of the row, else of the document.
    pub key: Option<DocumentKey>,
    /// Why the document failed; rows and cells end there.
    pub failure: Option<Failure>,
    /// Why the document was skipped.
    pub skipped: Option<String>,
    /// In the order of the document; none of one that is not well-formed.
    pub nodes: Vec<Node>,
    /// `let`s of the document that were evaluated, in order of definition.
    pub lets: Vec<Cell>,
    /// Rows, made or not, in the order in which they were looked at; then the elements that a predicate removed.
    pub rows: Vec<Row>,
    /// By table, how many rows are made.
    pub row_counts: Vec<usize>,
    /// Rows that are not made and not told of.
    pub more_not_made: usize,
}

impl Explored {
    /// A document that failed before anybody looked into it.
    pub fn of_failure(key: Option<DocumentKey>, failure: Failure, plan: &Plan) -> Self {
        Self {
            key,
            failure: Some(failure),
            skipped: None,
            nodes: Vec::new(),
            lets: Vec::new(),
            rows: Vec::new(),
            row_counts: vec![0; plan.contract().tables.len()],
            more_not_made: 0,
        }
    }
}

/// An element, attribute or text.
#[derive(Clone, Debug)]
pub struct Node {
    /// Which of them.
    pub kind: NodeKind,
    /// As the document writes it, with its prefix; of a text empty.
    pub name: Box<str>,
    /// The element that it stands in.
    pub parent: Option<u32>,
    /// Nodes with the same number have the same names from the root on.
    pub path: NameId,
    /// From 1. What is in a document within the document has the line of its element.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// What became of its value; `None`: it has none, or a blank one.
    pub fate: Option<Fate>,
    /// The value of an attribute, a text, or the first text of an element; references are replaced.
    pub value: Option<Box<str>>,
    /// A sensitive column, or a `let` of one, has a path to here.
    pub sensitive: bool,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// With its first text.
    Element,
    /// Of the element before.
    Attribute,
    /// A text of an element behind its first.
    Text,
}

/// A row, or an element that is none.
#[derive(Clone, Debug)]
pub struct Row {
    /// Index of its table.
    pub table: usize,
    /// Index of its template.
    pub template: usize,
    /// Its element or attribute.
    pub node: u32,
    /// What became of it.
    pub fate: RowFate,
    /// `let`s, then columns, in order of definition; of a row that was not made, as far as they were looked at.
    pub cells: Vec<Cell>,
}

/// What became of a row.
#[derive(Clone, Debug)]
pub enum RowFate {
    /// It is this row of its table, from 1.
    Made(usize),
    /// A predicate of `each` is false; with those of its parts that are, when there are several.
    Filtered(String, Vec<String>),
    /// `where` was false or null: the condition, what it came to, what it read.
    Where(String, OwnedValue, Vec<ExplainedInput>),
    /// `one_per` kept another row: its node.
    OnePer(u32),
    /// `skip_row_when: blank`
    Blank,
    /// The document failed before.
    Unfinished,
}

/// A value of a row, or a `let`.
#[derive(Clone, Debug)]
pub struct Cell {
    /// All but its `reads`.
    pub told: ExplainedCell,
    /// The nodes that it took, the first hundred.
    pub nodes: Vec<u32>,
}
