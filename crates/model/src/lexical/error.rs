//! Why text is not a value of a type.

use crate::DataType;

/// Why text is not a value of a type. Names no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LexicalError {
    /// Not a lexical form of the type.
    #[error("not a value of type {0}")]
    NotA(DataType),
    /// A value, but outside the range of the type.
    #[error("out of range for {0}")]
    OutOfRange(DataType),
    /// A value with more digits of a fraction than the type can hold, or a date with a time of day.
    #[error("more digits, or a time, than {0} can hold: `on_inexact` may round or cut")]
    Inexact(DataType),
    /// A value with a zone, which the type does not keep.
    #[error("a zone, which {0} does not keep: `on_zone` may ignore it")]
    Zone(DataType),
    /// Text longer than the type: this many characters.
    #[error("{actual} characters in a column of {max}")]
    TooLong {
        /// Characters (Unicode scalar values) of the text.
        actual: usize,
        /// Characters that the type takes.
        max: u32,
    },
}
