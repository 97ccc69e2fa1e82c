//! Which document: its key, the types that keys have, and ranges of keys.

use std::fmt;
use std::sync::Arc;

use crate::{DataType, Decimal, Value, lexical, shown};

/// The most characters (units of UTF-16) that a key of text may have: keys of SQL Server's indexes have little room.
pub const MAX_KEY_LENGTH: u32 = 400;

/// The key of a document in its source table. All keys of a source are of one [`KeyType`]. Cheap to clone; a number costs no allocation.
///
/// The order is that of this program alone: text sorts as a database's collation says, and ids as the database says. Nothing but sorted
/// lists may rest on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKey {
    /// An integer.
    Int(i64),
    /// A decimal without fraction, of up to 38 digits.
    Decimal(i128),
    /// A uuid, most significant byte first.
    Uuid([u8; 16]),
    /// Text, as it is.
    Text(Arc<str>),
}

impl DocumentKey {
    /// The key that somebody has typed, whose type nobody knows yet: an integer where it is spelled as one, otherwise text. A source makes a key
    /// of its own type of it ([`KeyType::adopt`]).
    pub fn typed(text: &str) -> Self {
        match text.parse() {
            Ok(number) if Self::Int(number).to_string() == text => Self::Int(number),
            _ => Self::Text(text.into()),
        }
    }

    /// The key as a cell.
    pub fn as_value(&self) -> Value<'_> {
        match self {
            Self::Int(number) => Value::Int(*number),
            Self::Decimal(number) => Value::Decimal(Decimal { unscaled: *number, scale: 0 }),
            Self::Uuid(bytes) => Value::Uuid(*bytes),
            Self::Text(text) => Value::Text(text),
        }
    }

    /// The canonical text: numbers without leading zeros, a uuid in lower case with hyphens, text as it is.
    pub fn spelled(&self) -> String {
        let mut text = String::new();
        lexical::format(&self.as_value(), &mut text);
        text
    }
}

/// As one line that steers no terminal.
impl fmt::Display for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => number.fmt(f),
            Self::Decimal(number) => number.fmt(f),
            Self::Uuid(_) => f.write_str(&self.spelled()),
            Self::Text(text) => f.write_str(&shown(text)),
        }
    }
}

/// What keys of a source are. Each orders in every database, and tells any two values apart: floating point numbers, dates and times do not in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyType {
    /// 64-bit integers.
    #[default]
    Integer,
    /// Decimals without fraction, of up to 38 digits.
    Decimal,
    /// Uuids.
    Uuid,
    /// Text of up to [`MAX_KEY_LENGTH`] characters.
    Text,
}

/// Why something is no key of a type. Nothing of it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Another type.
    #[error("not {0}")]
    NotA(KeyType),
    /// Too long for the index of the log.
    #[error("{0} characters long, a key has at most {MAX_KEY_LENGTH}")]
    TooLong(usize),
    /// Databases disagree whether it is the same key without them.
    #[error("text with a blank at its end, which some databases take for the text without it")]
    EndsInBlank,
    /// A character that not every database keeps.
    #[error("text with a character U+0000 or U+FFFD, which no log can keep apart")]
    NotText,
}

impl KeyType {
    /// All types.
    pub const ALL: [Self; 4] = [Self::Integer, Self::Decimal, Self::Uuid, Self::Text];

    /// The type of the log's column for such keys.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Integer => DataType::BigInt,
            Self::Decimal => DataType::Decimal { precision: Decimal::MAX_PRECISION, scale: 0 },
            Self::Uuid => DataType::Uuid,
            Self::Text => DataType::VarChar(MAX_KEY_LENGTH),
        }
    }

    /// Several keys, for people.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Integer => "integers",
            Self::Decimal => "decimals",
            Self::Uuid => "uuids",
            Self::Text => "text",
        }
    }

    /// The key of this type that a text stands for.
    ///
    /// # Errors
    /// When there is none.
    pub fn parse(self, text: &str) -> Result<DocumentKey, KeyError> {
        let wrong = || KeyError::NotA(self);
        match self {
            Self::Integer => text.trim().parse().map(DocumentKey::Int).map_err(|_| wrong()),
            Self::Decimal | Self::Uuid => match lexical::parse(text, self.data_type(), &[]) {
                Ok(Value::Decimal(number)) => Ok(DocumentKey::Decimal(number.unscaled)),
                Ok(Value::Uuid(bytes)) => Ok(DocumentKey::Uuid(bytes)),
                _ => Err(wrong()),
            },
            Self::Text => checked(text).map(|()| DocumentKey::Text(text.into())),
        }
    }

    /// The key of this type that is spelled as this one.
    ///
    /// # Errors
    /// When there is none.
    pub fn adopt(self, key: &DocumentKey) -> Result<DocumentKey, KeyError> {
        match (self, key) {
            (Self::Integer, DocumentKey::Int(_))
            | (Self::Decimal, DocumentKey::Decimal(_))
            | (Self::Uuid, DocumentKey::Uuid(_)) => Ok(key.clone()),
            _ => self.parse(&key.spelled()),
        }
    }

    /// The type of a key.
    pub fn of(key: &DocumentKey) -> Self {
        match key {
            DocumentKey::Int(_) => Self::Integer,
            DocumentKey::Decimal(_) => Self::Decimal,
            DocumentKey::Uuid(_) => Self::Uuid,
            DocumentKey::Text(_) => Self::Text,
        }
    }
}

/// With its article.
impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Integer => "a 64-bit integer",
            Self::Decimal => "a decimal of up to 38 digits without fraction",
            Self::Uuid => "a uuid",
            Self::Text => "text",
        })
    }
}

fn checked(text: &str) -> Result<(), KeyError> {
    let length = text.encode_utf16().count();
    if length > MAX_KEY_LENGTH as usize {
        Err(KeyError::TooLong(length))
    } else if text.ends_with(' ') {
        Err(KeyError::EndsInBlank)
    } else if text.contains(['\0', char::REPLACEMENT_CHARACTER]) {
        Err(KeyError::NotText)
    } else {
        Ok(())
    }
}

/// An inclusive range of keys, in the order of the source; a missing end is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRange {
    /// The first key that belongs to the range.
    pub start: Option<DocumentKey>,
    /// The last key that belongs to the range.
    pub end: Option<DocumentKey>,
}

impl KeyRange {
    /// Nothing but this key.
    pub fn only(key: &DocumentKey) -> Self {
        Self { start: Some(key.clone()), end: Some(key.clone()) }
    }

    /// Whether `key` lies in the range, by this program's order.
    pub fn contains(&self, key: &DocumentKey) -> bool {
        self.start.as_ref().is_none_or(|start| start <= key) && self.end.as_ref().is_none_or(|end| key <= end)
    }

    /// The range with ends of this type.
    ///
    /// # Errors
    /// When an end is spelled as no such key.
    pub fn adopted(&self, key_type: KeyType) -> Result<Self, KeyError> {
        let adopted = |end: &Option<DocumentKey>| end.as_ref().map(|key| key_type.adopt(key)).transpose();
        Ok(Self { start: adopted(&self.start)?, end: adopted(&self.end)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_one_spelling() {
        let check = |key_type: KeyType, text: &str, expected: &str| {
            let found = key_type.parse(text).map_or_else(|error| error.to_string(), |key| key.spelled());
            assert_eq!(found, expected, "{text:?} as {key_type}");
        };
        check(KeyType::Integer, " 007 ", "7");
        check(KeyType::Integer, "7.5", "not a 64-bit integer");
        check(KeyType::Decimal, "-0012", "-12");
        check(KeyType::Decimal, "12.000", "12");
        check(KeyType::Decimal, "12.5", "not a decimal of up to 38 digits without fraction");
        let digits = "9".repeat(38);
        check(KeyType::Decimal, &digits, &digits);
        check(KeyType::Decimal, &(digits.clone() + "0"), "not a decimal of up to 38 digits without fraction");
        check(KeyType::Uuid, "0F8FAD5B-D9CB-469F-A165-70867728950E", "0f8fad5b-d9cb-469f-a165-70867728950e");
        check(KeyType::Uuid, "0f8fad5b", "not a uuid");
        check(KeyType::Text, " 007", " 007");
        check(KeyType::Text, "", "");
        check(
            KeyType::Text,
            "a ",
            "text with a blank at its end, which some databases take for the text without it",
        );
        check(KeyType::Text, "a\0b", "text with a character U+0000 or U+FFFD, which no log can keep apart");
        check(KeyType::Text, &"ä".repeat(400), &"ä".repeat(400));
        check(KeyType::Text, &"😀".repeat(201), "402 characters long, a key has at most 400");
    }

    #[test]
    fn what_is_typed_becomes_a_key_of_the_sources_type_as_it_was_spelled() {
        let adopted = |text: &str, key_type: KeyType| key_type.adopt(&DocumentKey::typed(text));
        for text in ["7", "007", "+7", "a", ""] {
            assert_eq!(adopted(text, KeyType::Text), Ok(DocumentKey::Text(text.into())));
        }
        assert_eq!(adopted("007", KeyType::Integer), Ok(DocumentKey::Int(7)));
        assert_eq!(adopted("-7", KeyType::Decimal), Ok(DocumentKey::Decimal(-7)));
        assert_eq!(adopted("abc", KeyType::Integer), Err(KeyError::NotA(KeyType::Integer)));
    }

    #[test]
    fn a_key_is_shown_as_one_line() {
        assert_eq!(DocumentKey::Text("a\nb\u{1b}".into()).to_string(), "a\\nb\\u{1b}");
    }
}
