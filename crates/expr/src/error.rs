//! Why an expression has no value for a row.

use xmlshred_model::{DataType, Value, WorkEnd};

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
    /// The budget of the document is used up, or somebody wishes to end: nothing that the expression could make good.
    #[error("too much work")]
    TooMuchWork(WorkEnd),
}

impl From<WorkEnd> for EvaluationError {
    fn from(end: WorkEnd) -> Self {
        Self::TooMuchWork(end)
    }
}

/// The value of a part of an expression.
pub(crate) type Evaluated<'a> = Result<Value<'a>, EvaluationError>;
