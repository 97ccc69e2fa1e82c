//! A checked contract: every name resolved, every path and expression compiled, every default converted.
//!
//! Made by `contract::load`, read by `plan`. Nothing here can be wrong any more.

use std::ops::Range;
use std::sync::Arc;

use xmlshred_expr::Expression;
use xmlshred_model::lexical::{BinaryFormat, Leniency, TemporalFormat};
use xmlshred_model::{DataType, KeyType, OnExisting, OwnedValue};

use crate::limits::Limits;
use crate::path::Path;
use crate::xml::{Charset, Entities};

/// A whole contract.
#[derive(Clone, Debug)]
pub struct Contract {
    /// `name`
    pub name: String,
    /// `source`
    pub source: SourceSpec,
    /// `target`
    pub target: TargetSpec,
    /// `document`
    pub document: DocumentSpec,
    /// Document-level `let`, in order of definition.
    pub lets: Vec<Let>,
    /// `tables`, in insert order.
    pub tables: Vec<Table>,
    /// `ignore`
    pub ignore: Vec<Path>,
    /// What `$name` in paths stands for, by its number.
    pub variables: Vec<Input>,
    /// XXH3-128 of the contract's text, in lower-case hexadecimal.
    pub hash: String,
}

/// Where documents come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSpec {
    /// Schema of the table, when the contract qualifies it.
    pub schema: Option<String>,
    /// Unquoted table name.
    pub table: String,
    /// Unquoted name of the key column.
    pub key: String,
    /// What the keys are, where the contract says it.
    pub key_type: Option<KeyType>,
    /// Unquoted name of the column that holds the documents.
    pub xml: String,
    /// Documents with fewer bytes fail as `document-too-short`.
    pub min_bytes: u64,
    /// Verbatim SQL condition on rows of the table.
    pub where_sql: Option<String>,
    /// Unquoted names of other columns, whose values the contract takes.
    pub columns: Vec<String>,
    /// Unquoted name of a column that changes when the document does.
    pub version: Option<String>,
}

/// Where rows go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetSpec {
    /// Database schema, where there are schemas.
    pub schema: Option<String>,
    /// What an already existing primary key means.
    pub on_existing: OnExisting,
}

/// What a document must look like.
#[derive(Clone, Debug)]
pub struct DocumentSpec {
    /// Steps from the document to the main element, absolute; a document has exactly one of them. No element can be two of them, nor lie
    /// within another.
    pub roots: Vec<Path>,
    /// What happens to a document that has none of them.
    pub on_wrong_root: OnWrongRoot,
    /// Path to the key, relative to the main element.
    pub key: Option<Path>,
    /// Paths that must match something, with their text for messages.
    pub require: Vec<Path>,
    /// Whether names compare without case.
    pub case: Case,
    /// The encoding of bytes that say nothing of it.
    pub encoding: Option<Charset>,
    /// What characters do that no document may have.
    pub invalid_characters: InvalidCharacters,
    /// Paths of elements whose text is a document; names from the document down.
    pub embedded: Vec<Path>,
    /// What documents may refer to.
    pub entities: Entities,
    /// What one document may be and cost.
    pub limits: Limits,
}

/// What happens to a document with another root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnWrongRoot {
    /// It fails.
    #[default]
    Fail,
    /// It is skipped: it has no rows, and the log says so.
    Skip,
}

/// What characters do that no document may have, and bytes that are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InvalidCharacters {
    /// The document fails.
    #[default]
    Fail,
    /// Each becomes U+FFFD.
    Replace,
    /// They are left out.
    Drop,
}

impl InvalidCharacters {
    /// What stands in the place of each; `None`: the document fails.
    pub fn instead(self) -> Option<&'static str> {
        match self {
            Self::Fail => None,
            Self::Replace => Some("\u{FFFD}"),
            Self::Drop => Some(""),
        }
    }
}

/// How names of elements and attributes compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Case {
    /// As XML has it.
    #[default]
    Sensitive,
    /// ASCII letters without case.
    Insensitive,
}

/// A name for expressions.
#[derive(Clone, Debug)]
pub struct Let {
    /// The name.
    pub name: String,
    /// Its value: a column that is not stored.
    pub column: Column,
}

/// One target table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Unquoted name.
    pub name: String,
    /// `within`: index of the table whose rows this one's paths start from.
    pub within: Option<usize>,
    /// `each`: one row per match. `None`: one row per document (or per row of `within`).
    pub each: Option<Path>,
    /// Row templates; one when the contract has no `rows`.
    pub templates: Vec<Template>,
    /// `one_per`
    pub one_per: Option<OnePer>,
    /// `where`
    pub where_: Option<BoundExpression>,
    /// `skip_row_when`
    pub skip_row_when: SkipRow,
    /// `let` of the rows, in order of definition: first those of all templates, then those of each.
    pub lets: Vec<Let>,
    /// How many of them all templates have.
    pub shared_lets: usize,
}

/// The columns of one row template. All templates of a table have the same names, types, keys in the same order; they
/// differ in where values come from.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// Which `let`s of the table are its own.
    pub lets: Range<usize>,
    /// In contract order.
    pub columns: Vec<Column>,
}

/// When a row is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SkipRow {
    /// Never.
    #[default]
    Never,
    /// When no column that counts has a value of the document.
    Blank,
}

/// Keeps one row per key.
#[derive(Clone, Debug)]
pub struct OnePer {
    /// The key, as text of the document.
    pub key: Path,
    /// First choice by position of a text in a list; texts outside the list come last.
    pub prefer: Option<(Path, Vec<String>)>,
    /// Among equals.
    pub keep: Keep,
}

/// Which of several equal rows stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// The first in document order.
    #[default]
    First,
    /// The last in document order.
    Last,
}

/// One value: where it comes from and every step to its column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Unquoted name.
    pub name: String,
    /// The column's type.
    pub data_type: DataType,
    /// Part of the primary key.
    pub key: bool,
    /// A null fails the document. True for keys.
    pub required: bool,
    /// Personal: masked where values are shown.
    pub sensitive: bool,
    /// Where the value comes from.
    pub source: ColumnSource,
    /// Paths behind the first, for what that one gives no value for.
    pub other_paths: Vec<Path>,
    /// `expr` beside `path`: what becomes of the path's text.
    pub via: Option<BoundExpression>,
    /// A value of the document in it keeps `skip_row_when: blank` from dropping the row: it is no key and no
    /// `let`, and `counts` is not false.
    pub counts: bool,
    /// `pick`; `None`: the first, with an issue when there are several.
    pub pick: Option<Pick>,
    /// `clean`, in order.
    pub clean: Vec<Clean>,
    /// There is something in `clean` or `null_values`.
    pub is_cleaned: bool,
    /// `null_values`: texts that mean null, in lower case.
    pub null_values: Box<[String]>,
    /// `blank`
    pub blank: Blank,
    /// `codes`
    pub codes: Option<Arc<CodeList>>,
    /// `format` of dates and times; empty: ISO 8601.
    pub formats: Vec<TemporalFormat>,
    /// `format` of bytes.
    pub binary_format: BinaryFormat,
    /// `on_inexact`, `on_zone`
    pub leniency: Leniency,
    /// `default`
    pub default: Option<ColumnDefault>,
    /// `on_invalid`
    pub on_invalid: OnInvalid,
    /// `on_too_long`
    pub on_too_long: OnTooLong,
    /// `on_unmapped_code`
    pub on_unmapped_code: OnInvalid,
}

impl Column {
    /// The paths that its value may come from, in order.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let first = if let ColumnSource::Path(path) = &self.source { Some(path) } else { None };
        first.into_iter().chain(&self.other_paths)
    }

    /// The markup of elements is taken, and not their text.
    pub fn reads_markup(&self) -> bool {
        self.data_type == DataType::Xml && self.via.is_none()
    }

    /// Visits what it reads of its row, of rows around it and of the document's `let`s; `variables` are those of the contract.
    pub fn for_each_input(&self, variables: &[Input], visit: &mut dyn FnMut(Input)) {
        if let Some(bound) = self.expression() {
            bound.inputs.iter().copied().for_each(&mut *visit);
        }
        for path in self.paths() {
            path.for_each_variable(&mut |variable| visit(variables[variable.number as usize]));
        }
    }

    /// The expression that its value is, or goes through.
    pub fn expression(&self) -> Option<&BoundExpression> {
        match &self.source {
            ColumnSource::Expression(bound) => Some(bound),
            _ => self.via.as_ref(),
        }
    }
}

/// The value in place of null.
#[derive(Clone, Debug)]
pub enum ColumnDefault {
    /// A constant, converted to the type.
    Value(OwnedValue),
    /// Made when it is needed.
    Generate(Generate),
}

/// Where a value comes from.
#[derive(Clone, Debug)]
pub enum ColumnSource {
    /// Text of the document.
    Path(Path),
    /// An expression; its value is converted to the column's type.
    Expression(BoundExpression),
    /// A column of the parent row: table index and column index.
    Parent {
        /// Index of the table.
        table: usize,
        /// Index of the column in it.
        column: usize,
    },
    /// A constant, already converted to the type (`value:` or a template's `set`).
    Constant(OwnedValue),
    /// A column of the document's row: index into the source's `columns`.
    Source(usize),
    /// `generate`
    Generate(Generate),
}

/// Values that come from no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generate {
    /// From 1 within the parent row, or the document.
    RowNumber,
    /// The key of the document's row in the source.
    DocumentKey,
    /// The session id of the run.
    Session,
    /// When the document was shredded.
    Now,
    /// Derived from contract, document key, table, column and row: the same in every run.
    Uuid,
}

/// An expression and where each of its inputs is found.
#[derive(Clone, Debug)]
pub struct BoundExpression {
    /// As the contract wrote it.
    pub text: String,
    /// The compiled expression.
    pub expression: Expression,
    /// One per input of the expression, in its order.
    pub inputs: Vec<Input>,
}

/// Where an input of an expression is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// A column of the same row, by index, defined before.
    Column(usize),
    /// A `let` of the same row, by index.
    RowLet(usize),
    /// A column of the row of `table` that this row lies within (or of its one row per document).
    ParentColumn {
        /// Index of the table.
        table: usize,
        /// Index of the column.
        column: usize,
    },
    /// A `let` of such a row.
    ParentLet {
        /// Index of the table.
        table: usize,
        /// Index of the `let`.
        index: usize,
    },
    /// A `let` of the document, by index.
    DocumentLet(usize),
    /// The text that the column's own path gives: `value`.
    PathText,
}

impl Input {
    /// The `let` that it is for a row of this table, if it is one: of which table (`usize::MAX`: of the document), and which.
    pub(super) fn let_of(self, table: usize) -> Option<(usize, usize)> {
        match self {
            Self::DocumentLet(at) => Some((usize::MAX, at)),
            Self::RowLet(at) => Some((table, at)),
            Self::ParentLet { table, index } => Some((table, index)),
            Self::Column(_) | Self::ParentColumn { .. } | Self::PathText => None,
        }
    }
}

/// What several matches of a path mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The first.
    First,
    /// The last.
    Last,
    /// There may be one only, else the value is invalid (`on_invalid`).
    Only,
    /// All, with this text between them.
    Join(String),
}

/// A step of cleaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clean {
    /// Removes white space at both ends.
    Trim,
    /// To upper case.
    Upper,
    /// To lower case.
    Lower,
    /// Keeps ASCII digits only.
    Digits,
    /// Removes currencies and separators of groups of three digits; keeps sign and digits, and makes the decimal sign a point.
    Number(DecimalSign),
    /// The first number inside text, made as [`Clean::Number`] does.
    FirstNumber(DecimalSign),
    /// Turns every run of white space into one space, none at the ends.
    CollapseSpaces,
}

/// What stands before the fraction of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalSign {
    /// `1,234.50`
    Point,
    /// `1.234,50`
    Comma,
}

/// What an empty or all-blank string is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blank {
    /// Null.
    #[default]
    Null,
    /// Itself.
    Keep,
}

/// A list of codes: text of the document to value, already converted to the column's type.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeList {
    /// Name in the contract.
    pub name: String,
    /// Entries by text.
    pub entries: std::collections::HashMap<String, OwnedValue, foldhash::fast::FixedState>,
    /// `codes_case: insensitive`: texts of entries by their lower case, the first of several. Asked where no entry has the text itself.
    pub without_case: Option<std::collections::HashMap<String, String, foldhash::fast::FixedState>>,
    /// Entry `""`: what a blank or missing value is.
    pub blank: Option<OwnedValue>,
    /// Entry `"*"`: any other value.
    pub other: Option<OwnedValue>,
}

/// What a value that cannot be converted becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnInvalid {
    /// The document fails.
    #[default]
    Fail,
    /// Null, and an issue.
    Null,
    /// The column's default, and an issue.
    Default,
}

/// What happens to text that is too long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnTooLong {
    /// The document fails.
    #[default]
    Fail,
    /// Cut to the length, and an issue.
    Truncate,
}
