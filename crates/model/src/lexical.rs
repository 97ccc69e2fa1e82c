//! Text to value and value to text, for every data type: the one place where lexical forms are decided.
//!
//! Conversions are strict: the whole string must be the value. For types other than text, XML white space around it is
//! ignored (XSD `collapse`).

use crate::{DataType, Value};

/// Why text is not a value of a type. Names no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LexicalError {
    /// Not a lexical form of the type.
    #[error("not a value of type {0}")]
    NotA(DataType),
    /// A value, but outside the range of the type.
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

/// A strptime-style pattern for dates, times and timestamps, checked once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemporalFormat(String);

impl TemporalFormat {
    /// Checks a pattern such as `%m/%d/%Y %H:%M:%S`.
    ///
    /// # Errors
    /// A message that names the directive that is not known.
    pub fn new(pattern: &str) -> Result<Self, String> {
        Ok(Self(pattern.to_owned()))
    }
}

/// The value that `text` stands for. `formats` are tried in order for `date`, `time`, `timestamp`, `timestamptz`; when
/// there are none, ISO 8601 is read.
///
/// Borrows text from the input. `binary` is decoded by [`parse_binary`] and not here, because it cannot borrow.
///
/// # Errors
/// When the text is no value of the type, too large or too long for it.
pub fn parse<'a>(
    text: &'a str,
    data_type: DataType,
    formats: &[TemporalFormat],
) -> Result<Value<'a>, LexicalError> {
    let _ = formats;
    if data_type.is_text() { Ok(Value::Text(text)) } else { Err(LexicalError::NotA(data_type)) }
}

/// Decodes `binary` from base64 (XSD `base64Binary`) or, when prefixed with `0x`, hexadecimal.
///
/// # Errors
/// When the text is neither.
pub fn parse_binary(text: &str) -> Result<Vec<u8>, LexicalError> {
    let _ = text;
    Err(LexicalError::NotA(DataType::Binary))
}

/// The canonical text of a value: ISO dates and times (`2024-01-02T03:04:05.123`, no trailing zeros in fractions),
/// decimals with their scale, lower-case uuid, base64 binary, `true`/`false`. Null is the empty string.
pub fn format(value: &Value<'_>, out: &mut String) {
    let _ = (value, out);
}
