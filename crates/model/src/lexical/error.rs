//! Why text is not a value of a type.

use crate::DataType;

/// Why text is not a value of a type. Names no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LexicalError {
    /// Not a lexical form of the type.
    #[error("not a value of type {0}")]
    NotA(DataType),
    /// A value, but outside the range of the type, or with digits that the type cannot hold.
    #[error("out of range for {0}")]
    OutOfRange(DataType),
    /// Text longer than the type: this many characters.
    #[error("{actual} characters in a column of {max}")]
    TooLong {
        /// Characters (Unicode scalar values) of the text.
        actual: usize,
        /// Characters that the type takes.
        max: u32,
    },
}
