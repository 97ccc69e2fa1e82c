//! The values of `$name` in the paths that are followed now. Whoever follows such a path for a row puts them here before.

use std::borrow::Cow;
use std::cell::{Ref, RefCell};
use std::hash::BuildHasher;

use xmlshred_model::{Value, lexical};

/// The values of all variables of a contract's paths, by their number.
#[derive(Debug, Default)]
pub(super) struct Variables {
    bound: RefCell<Vec<Bound>>,
}

/// The value of one, as conditions compare it.
#[derive(Clone, Debug, Default)]
pub(super) struct Bound {
    pub(super) kind: Kind,
    /// As it is written.
    pub(super) text: String,
    /// A number with all its digits, as [`exact`] writes it.
    pub(super) exact: String,
    pub(super) number: f64,
}

/// How a value compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// With nothing.
    #[default]
    Null,
    Text,
    /// As a number, all digits of it.
    Exact,
    /// As a number of XPath.
    Double,
}

impl Variables {
    /// Puts a value; answers how many bytes were written.
    pub(super) fn put(&self, number: u32, value: Value<'_>) -> usize {
        let mut all = self.bound.borrow_mut();
        if all.len() <= number as usize {
            all.resize_with(number as usize + 1, Bound::default);
        }
        let Bound { kind, text, exact: digits, number } = &mut all[number as usize];
        text.clear();
        digits.clear();
        *kind = match value {
            Value::Null => Kind::Null,
            Value::Text(value) => {
                text.push_str(value);
                Kind::Text
            }
            Value::Double(_) => Kind::Double,
            Value::Int(_) | Value::Decimal(_) => Kind::Exact,
            _ => Kind::Text,
        };
        if !matches!(value, Value::Null | Value::Text(_)) {
            lexical::format(&value, text);
        }
        if *kind == Kind::Exact {
            digits.push_str(&exact(text).unwrap_or_default());
        }
        *number = match value {
            Value::Double(value) => value,
            _ => to_number(text),
        };
        text.len()
    }

    /// The value of a variable.
    pub(super) fn get(&self, number: u32) -> Ref<'_, Bound> {
        Ref::map(self.bound.borrow(), |all| &all[number as usize])
    }

    /// How the values of a variable compare.
    pub(super) fn kind(&self, number: u32) -> Kind {
        self.get(number).kind
    }

    /// The hash that equal texts have; `None`: nothing is equal.
    pub(super) fn hash(&self, number: u32, hasher: &impl BuildHasher) -> Option<u64> {
        let bound = self.get(number);
        match bound.kind {
            Kind::Null => None,
            Kind::Text => Some(hasher.hash_one(&*bound.text)),
            Kind::Exact => Some(hasher.hash_one(&*bound.exact)),
            Kind::Double => hash_of(bound.number, hasher),
        }
    }
}

impl Kind {
    /// The hash of a text of the document, for those who compare so.
    pub(super) fn hash(self, text: &str, hasher: &impl BuildHasher) -> Option<u64> {
        match self {
            Self::Null => None,
            Self::Text => Some(hasher.hash_one(text)),
            Self::Exact => exact(text).map(|text| hasher.hash_one(&*text)),
            Self::Double => hash_of(to_number(text), hasher),
        }
    }
}

fn hash_of(number: f64, hasher: &impl BuildHasher) -> Option<u64> {
    // Zero has two forms, and what is no number is equal to nothing.
    (!number.is_nan()).then(|| hasher.hash_one((number + 0.0).to_bits()))
}

/// XPath's white space.
pub(super) const WHITE_SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// A number as XPath writes numbers: optional minus, digits with at most one point, white space around.
fn number_in(text: &str) -> Option<&str> {
    let text = text.trim_matches(WHITE_SPACE);
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let is_number = digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
        && digits.iter().any(u8::is_ascii_digit)
        && digits.iter().filter(|byte| **byte == b'.').count() <= 1;
    is_number.then_some(text)
}

/// Digits, and perhaps a sign, of integers that every double holds.
const MAX_EXACT_DIGITS: usize = 15;

/// XPath's `number()`: anything else than a number is NaN.
pub(super) fn to_number(text: &str) -> f64 {
    // Few digits are the same number as a double.
    if text.len() <= MAX_EXACT_DIGITS
        && !text.starts_with('+')
        && let Some(number) = lexical::short_integer(text)
    {
        return number as f64;
    }
    number_in(text).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
}

/// The one way to write a number that has several: without zeros around it that say nothing, and zero without a sign.
pub(super) fn exact(text: &str) -> Option<Cow<'_, str>> {
    let text = number_in(text)?;
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let digits = digits.trim_start_matches('0');
    let digits =
        if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    Some(match (sign, digits) {
        (_, "") => Cow::Borrowed("0"),
        ("", digits) => Cow::Borrowed(digits),
        (sign, digits) => Cow::Owned(format!("{sign}{digits}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_equal_are_written_in_one_way() {
        for (text, expected) in [
            ("7", Some("7")),
            (" 007\n", Some("7")),
            ("7.50", Some("7.5")),
            ("7.", Some("7")),
            (".5", Some(".5")),
            ("0.5", Some(".5")),
            ("-0.0", Some("0")),
            ("-1", Some("-1")),
            ("100", Some("100")),
            ("12345678901234567890", Some("12345678901234567890")),
            ("1e3", None),
            ("1.2.3", None),
            ("", None),
            ("-", None),
            (".", None),
        ] {
            assert_eq!(exact(text).as_deref(), expected, "{text:?}");
        }
    }
}
