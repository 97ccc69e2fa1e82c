//! What is told about the rows of a table. Holds values of the document, those of sensitive columns too: who shows them masks them. Beyond
//! 64 MiB of values, long ones are cut after 100 characters.

use xmlshred_model::{DocumentKey, Failure, FailureCode, IssueCode, OwnedValue};

/// Of what one wants to know how it comes about.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Index into the contract's tables.
    pub table: usize,
    /// A column or `let` of it; `let`s are told always. All of them without.
    pub column: Option<&'a str>,
    /// Number of a row, from 1; without, the first rows, and those that were not made.
    pub row: Option<usize>,
    /// Rows of each kind (made, not made, removed by a predicate) that are told of; the others are counted.
    pub max_rows: usize,
}

/// What became of one document in one table.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The key: of the row, else of the document.
    pub key: Option<DocumentKey>,
    /// Why the document failed; rows and cells end there.
    pub failure: Option<Failure>,
    /// Why the document was skipped; then nothing else is told.
    pub skipped: Option<String>,
    /// `let`s of the document that were evaluated, in order of definition.
    pub lets: Vec<ExplainedCell>,
    /// Rows of the table, made or not, in the order in which they were looked at; as many as were asked for.
    pub rows: Vec<ExplainedRow>,
    /// How many rows of the table are made.
    pub row_count: usize,
    /// Rows of tables around it that were not made, so that nothing within them was looked at.
    pub missing_around: Vec<ExplainedRow>,
    /// Elements that a predicate of `each` removed, of the table or one around it.
    pub filtered: Vec<FilteredElement>,
    /// How many more rows were not made, of the table or one around it, a predicate's among them.
    pub more_not_made: usize,
}

/// A row, made or not.
#[derive(Clone, Debug)]
pub struct ExplainedRow {
    /// Index of its table.
    pub table: usize,
    /// Index of its template.
    pub template: usize,
    /// Its element.
    pub place: NodePlace,
    /// What became of it.
    pub fate: RowFate,
    /// `let`s, then columns, in order of definition; of a row that was not made, as far as they were looked at.
    pub cells: Vec<ExplainedCell>,
}

/// What became of a row.
#[derive(Clone, Debug)]
pub enum RowFate {
    /// It is this row of its table, from 1.
    Made(usize),
    /// `where` was false or null.
    Where {
        /// The condition.
        condition: String,
        /// What it came to.
        value: OwnedValue,
        /// What it read.
        inputs: Vec<ExplainedInput>,
    },
    /// `one_per` kept another row with this key.
    OnePer {
        /// The element of that row.
        kept: NodePlace,
    },
    /// `skip_row_when: blank`
    Blank,
    /// The document failed before.
    Unfinished,
}

/// An element that is no row because of a predicate.
#[derive(Clone, Debug)]
pub struct FilteredElement {
    /// Index of the table whose `each` it is.
    pub table: usize,
    /// The element.
    pub place: NodePlace,
    /// The predicate, in brackets.
    pub predicate: String,
    /// Those of its parts joined by `and` that are false, when there are several parts.
    pub false_parts: Vec<String>,
}

/// A node of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodePlace {
    /// Every element with its position, such as `/a[1]/b[2]/@c`.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1: of the element's `<`, of the attribute's value, of the text.
    pub column: usize,
}

/// One value of a row.
#[derive(Clone, Debug)]
pub struct ExplainedCell {
    /// Name of the column or `let`.
    pub name: String,
    /// Which of the two.
    pub kind: CellKind,
    /// Its index among those of its template, its table or the document.
    pub index: usize,
    /// Where it comes from, as the contract says: `path …`, `expr …`, `parent …`, `value`, `generate …`.
    pub source: String,
    /// The contract calls it sensitive.
    pub sensitive: bool,
    /// Nodes whose text it took, the first hundred.
    pub reads: Vec<Read>,
    /// How many more it took.
    pub more_reads: usize,
    /// What its expression read.
    pub inputs: Vec<ExplainedInput>,
    /// What happened to it, in order.
    pub steps: Vec<ExplainedStep>,
    /// What it came to.
    pub result: CellResult,
    /// Departures that were counted.
    pub issues: Vec<IssueCode>,
}

/// Column or `let`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// A column of the target.
    Column,
    /// A name for expressions.
    Let,
}

/// The end of a cell's way.
#[derive(Clone, Debug)]
pub enum CellResult {
    /// The value.
    Value(OwnedValue),
    /// The document failed.
    Failed(FailureCode, String),
}

/// A node that was read.
#[derive(Clone, Debug)]
pub struct Read {
    /// Where it is.
    pub place: NodePlace,
    /// Its text or markup, references replaced.
    pub text: String,
}

/// A value that an expression read.
#[derive(Clone, Debug)]
pub struct ExplainedInput {
    /// Its name in the expression.
    pub name: String,
    /// Its value.
    pub value: OwnedValue,
    /// The contract calls it sensitive.
    pub sensitive: bool,
}

/// One step from text to value.
#[derive(Clone, Debug)]
pub enum ExplainedStep {
    /// The text of a column of the document's row in the source.
    OfSource(String),
    /// It is null there.
    NullInSource,
    /// The document has no such row.
    NoSourceRow,
    /// A step of `clean`, and the text after it.
    Cleaned(&'static str, String),
    /// Blank text is null.
    Blank,
    /// The text is one of `null_values`.
    NullValue,
    /// The element is `xsi:nil`.
    Nil,
    /// A code list: its name, the entry, its value.
    Coded(String, String, OwnedValue),
    /// A code list without an entry for the text.
    Unmapped(String),
    /// The text, or the value of the source, as a value of the type.
    Converted(OwnedValue),
    /// No value of the type; why.
    Invalid(String),
    /// The text that is left of text too long.
    Truncated(String),
    /// Null became the default.
    Default(OwnedValue),
}
