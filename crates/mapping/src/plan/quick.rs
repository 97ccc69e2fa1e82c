//! What the plan decides of a column once, so that most of its cells need no rule: where its value is found at once, and how the usual text
//! becomes one of its type. What is unusual is left to the rules, one after the other.

use xmlshred_model::{DataType, OwnedValue, Value};

use crate::contract::{CodeList, Column, ColumnDefault, ColumnSource, Generate};

/// How most cells of a column are made.
#[derive(Debug)]
pub(crate) enum Quick {
    /// By all rules.
    ByRules,
    /// Text of the document.
    Text {
        form: Form,
        /// What the cell is where the path leads nowhere; `None`: rules decide.
        missing: Option<OwnedValue>,
    },
    /// The value of a column of another row as it is, unless it is null.
    Parent {
        table: usize,
        column: usize,
    },
    /// The value of an expression, where it is one of the column's type.
    Expression {
        form: Form,
        /// What the cell is where the expression is null; `None`: rules decide.
        missing: Option<OwnedValue>,
    },
    Constant(OwnedValue),
    /// The number of the row, up to this one.
    RowNumber {
        max: usize,
    },
}

/// How usual text becomes a value. The kind stands alone, so that no cell has to find it.
#[derive(Debug)]
#[repr(u8)]
pub(crate) enum Form {
    /// Up to so many bytes as it is.
    Text {
        max_bytes: usize,
    },
    /// Digits, with the numbers that the type holds.
    Integer {
        min: i64,
        max: i64,
    },
    Decimal {
        precision: u8,
        scale: u8,
    },
    Codes(ShortCodes),
    /// Dates and times in ISO 8601.
    Temporal,
    /// As the lexical forms of the type say.
    Lexical,
}

/// The entries of a code list whose texts fit a number, in the order of these.
#[derive(Debug)]
pub(crate) struct ShortCodes(Vec<(u64, OwnedValue)>);

/// Bytes that a number holds beside a mark where they begin.
const MAX_SHORT: usize = 7;

/// More entries than this are searched and not walked.
const MAX_WALKED: usize = 12;

impl ShortCodes {
    fn of(codes: &CodeList) -> Self {
        let entries = codes.entries.iter();
        let entries = entries.filter(|(text, value)| text.len() <= MAX_SHORT && !is_null(value));
        let mut short: Vec<_> =
            entries.map(|(text, value)| (number(text.as_bytes()), value.clone())).collect();
        short.sort_unstable_by_key(|(text, _)| *text);
        Self(short)
    }

    /// The entry of this text, where it is a short one that is there.
    #[inline]
    pub(crate) fn get(&self, text: &str) -> Option<&OwnedValue> {
        if text.len() > MAX_SHORT {
            return None;
        }
        let wanted = number(text.as_bytes());
        let at = match self.0.len() {
            ..=MAX_WALKED => self.0.iter().position(|(text, _)| *text == wanted)?,
            _ => self.0.binary_search_by_key(&wanted, |(text, _)| *text).ok()?,
        };
        Some(&self.0[at].1)
    }
}

/// The bytes as the digits of a number that begins with 1, so that no two short texts have the same.
#[inline]
fn number(text: &[u8]) -> u64 {
    text.iter().fold(1, |number, &byte| number << 8 | u64::from(byte))
}

impl Quick {
    /// How most cells of a column are made whose path, where it has one, leads to one node that is found at once (`is_found_at_once`), and
    /// whose value, where it comes from a column or a constant, is one of its type (`is_exact`).
    pub(super) fn of(column: &Column, is_found_at_once: bool, is_exact: bool) -> Self {
        if let Some(ColumnDefault::Generate(_)) = column.default {
            return Self::ByRules;
        }
        match &column.source {
            ColumnSource::Path(_) if is_found_at_once => match Form::of(column) {
                Some(form) => Self::Text { form, missing: missing(column) },
                None => Self::ByRules,
            },
            ColumnSource::Parent { table, column } if is_exact => {
                Self::Parent { table: *table, column: *column }
            }
            ColumnSource::Expression(_) if column.codes.is_none() => match Form::of(column) {
                Some(form) => Self::Expression { form, missing: missing(column) },
                None => Self::ByRules,
            },
            ColumnSource::Constant(value) if is_exact && !is_null(value) => Self::Constant(value.clone()),
            ColumnSource::Generate(Generate::RowNumber) => match integers(column.data_type) {
                Some((_, max)) => Self::RowNumber { max: max as usize },
                None => Self::ByRules,
            },
            _ => Self::ByRules,
        }
    }
}

impl Form {
    fn of(column: &Column) -> Option<Self> {
        if matches!(column.data_type, DataType::Xml | DataType::Binary) {
            return None;
        }
        if let Some(codes) = &column.codes {
            return Some(Self::Codes(ShortCodes::of(codes)));
        }
        Some(match column.data_type {
            DataType::Char(max) | DataType::VarChar(max) => Self::Text { max_bytes: max as usize },
            DataType::Text => Self::Text { max_bytes: usize::MAX },
            DataType::Decimal { precision, scale } => Self::Decimal { precision, scale },
            data_type => match integers(data_type) {
                Some((min, max)) => Self::Integer { min, max },
                None if column.formats.is_empty() && is_temporal(data_type) => Self::Temporal,
                None => Self::Lexical,
            },
        })
    }
}

/// Whether the usual text of a type is a date, with or without a time.
fn is_temporal(data_type: DataType) -> bool {
    matches!(data_type, DataType::Date | DataType::Timestamp | DataType::TimestampTz)
}

/// The least and the greatest number of a type of integers.
fn integers(data_type: DataType) -> Option<(i64, i64)> {
    match data_type {
        DataType::TinyInt => Some((0, u8::MAX.into())),
        DataType::SmallInt => Some((i16::MIN.into(), i16::MAX.into())),
        DataType::Int => Some((i32::MIN.into(), i32::MAX.into())),
        DataType::BigInt => Some((i64::MIN, i64::MAX)),
        _ => None,
    }
}

/// What rules make of no text: the entry for blanks, else the default, else null where that is allowed.
fn missing(column: &Column) -> Option<OwnedValue> {
    let blank = column.codes.as_ref().and_then(|codes| codes.blank.as_ref());
    let default = match &column.default {
        Some(ColumnDefault::Value(default)) => Some(default),
        Some(ColumnDefault::Generate(_)) | None => None,
    };
    let value = blank.filter(|value| !is_null(value)).or(default);
    match value {
        Some(value) if !is_null(value) => Some(value.clone()),
        _ if column.required => None,
        _ => Some(OwnedValue::Inline(Value::Null)),
    }
}

fn is_null(value: &OwnedValue) -> bool {
    value.as_value().is_null()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_short_texts_have_the_same_number() {
        let texts = ["", "\0", "\0\0", "\u{1}", "A", "AB", "BA", "ABCDEFG", "ABCDEF", "\0BCDEFG"];
        for (at, text) in texts.iter().enumerate() {
            for other in &texts[at + 1..] {
                assert_ne!(number(text.as_bytes()), number(other.as_bytes()), "{text:?} and {other:?}");
            }
        }
    }
}
