//! Mistakes in expressions.

use std::ops::Range;

/// A mistake in an expression, at a place in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which mistake.
    pub kind: ProblemKind,
    /// Byte range in the expression's text.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// Kinds of mistakes in expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// Not a SQL expression.
    Syntax,
    /// SQL, but not of our subset.
    Unsupported,
    /// No such name.
    UnknownName,
    /// No such function.
    UnknownFunction,
    /// Wrong number of arguments.
    WrongArgumentCount,
    /// A type that does not fit.
    WrongType,
}
