//! The SQL expression language of contracts: parsed by a maintained SQL parser, checked against names and types,
//! compiled to a program, evaluated without lookups. Pure.
//!
//! Life of an expression: `parse` (text → syntax tree, by the SQL parser) → `check` (names → slots, types, constants
//! computed; all problems at once) → `node` (the program) → `evaluate` (per row).
//!
//! Where databases differ: whole numbers are `bigint`, overflow is an error, and their quotient is cut towards zero. Decimals are exact;
//! a quotient has six digits behind the point, or those of the dividend if they are more, and rounding is half away from zero. A number cast
//! to an integer loses its fraction. A string literal next to a value of another type is read as that type. Text compares by code
//! point and is case-sensitive, `LIKE` has no escape character unless given. `||` binds weaker than `+`, and is null when an
//! operand is; `CONCAT` skips nulls. `TRIM` takes off spaces. `DATEDIFF` counts the boundaries crossed, weeks begin on Sunday there,
//! while `EXTRACT(week …)` is the ISO week. Instants with offset are taken in UTC. Text too long for a `CAST` is an error.
//!
//! [`compile`] turns text into an [`Expression`] once, when the contract loads; [`Expression::evaluate`] runs it per row.

mod calendar;
mod check;
mod decimal;
mod dialect;
mod evaluate;
mod like;
mod node;
mod parse;

use std::ops::Range;
use std::sync::Arc;

use bumpalo::Bump;
use xmlshred_model::{DataType, Value};

/// What an expression may refer to.
pub trait Names {
    /// The type of `name` (as written; names compare case-insensitively), or `None` when there is no such name.
    fn type_of(&self, name: &str) -> Option<DataType>;

    /// All names, for did-you-mean hints.
    fn names(&self) -> Vec<String>;
}

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
    pub hint: Option<String>,
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

/// A checked, compiled expression.
#[derive(Clone, Debug)]
pub struct Expression {
    inputs: Vec<String>,
    data_type: Option<DataType>,
    program: Arc<node::Node>,
}

/// Why an expression has no value for a row. Names no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// `x / 0`
    #[error("division by zero")]
    DivisionByZero,
    /// A result that its type cannot hold.
    #[error("result out of range")]
    OutOfRange,
    /// `CAST` of text that is not a value of the type.
    #[error("text cannot be cast to {0}")]
    InvalidCast(DataType),
    /// `LEFT`, `RIGHT` or `SUBSTRING` of a negative number of characters.
    #[error("negative length of text")]
    NegativeLength,
    /// A `LIKE` pattern that ends with its escape character, or escapes an ordinary one.
    #[error("invalid LIKE pattern")]
    InvalidPattern,
}

/// Parses, checks and compiles an expression. Every name it uses is found now, every type is known afterwards.
///
/// # Errors
/// All mistakes at once, in order of place.
pub fn compile(source: &str, names: &dyn Names) -> Result<Expression, Vec<Problem>> {
    let (expr, tokens) = parse::parse(source).map_err(|problem| vec![problem])?;
    let check::Checked { node, data_type, inputs } = check::check(&expr, &tokens, source, names)?;
    Ok(Expression { inputs, data_type, program: Arc::new(node) })
}

/// The names of all functions, in upper case.
pub fn functions() -> impl Iterator<Item = &'static str> {
    check::function_names()
}

impl Expression {
    /// The names that the expression reads, each once, in lower case unless `Names` knows another spelling (then as
    /// `Names::names` spells it); `evaluate` takes their values in this order.
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// The type of the result; `None` for an expression that is always null.
    pub fn data_type(&self) -> Option<DataType> {
        self.data_type
    }

    /// The value for one row. `inputs` has one value per entry of [`Expression::inputs`]; text made on the way lives in `arena`.
    ///
    /// # Errors
    /// When an operation has no result, such as a division by zero.
    pub fn evaluate<'a>(
        &'a self,
        inputs: &[Value<'a>],
        arena: &'a Bump,
    ) -> Result<Value<'a>, EvaluationError> {
        evaluate::evaluate(&self.program, inputs, arena)
    }
}
