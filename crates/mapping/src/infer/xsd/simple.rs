//! Simple types: built-in ones, and what facets and unions make of them.

use std::rc::Rc;

use xmlshred_model::DataType;

use super::file::XsdNode;
use super::pattern;

/// Digits that every processor of schemas must take, where a type does not say how many.
const USUAL_DIGITS: u32 = 18;
const MAX_DIGITS: u32 = 38;
/// Longer text has a type without length.
const MAX_LENGTH: u32 = 4000;

/// What a value may be.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::infer) struct SimpleType {
    pub(in crate::infer) family: Family,
    /// The name that the schema calls it by.
    pub(in crate::infer) label: Rc<str>,
    /// Characters of text.
    pub(in crate::infer) max_length: Option<u32>,
    /// White space around and between words is none of the value's.
    pub(in crate::infer) is_collapsed: bool,
    /// Empty or blank text is no value of it.
    pub(in crate::infer) is_never_blank: bool,
    /// Digits of numbers.
    pub(in crate::infer) total_digits: Option<u32>,
    pub(in crate::infer) fraction_digits: Option<u32>,
    /// The smallest and the largest whole number.
    min: Option<i128>,
    max: Option<i128>,
    /// All values of text, where they are listed.
    pub(in crate::infer) codes: Option<Rc<[String]>>,
    /// Its length is that of its text; not one of bytes or of items of a list.
    counts_characters: bool,
    /// A date or time that may have a zone.
    pub(in crate::infer) may_have_zone: bool,
}

/// Kinds of values that columns tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::infer) enum Family {
    Text,
    Bool,
    Integer,
    Decimal,
    Double,
    Date,
    Time,
    Timestamp,
}

/// A type of the schema language itself; `None` where the name is none of them.
pub(super) fn built_in(name: &str) -> Option<SimpleType> {
    use Family::{Bool, Date, Decimal, Double, Integer, Text, Time, Timestamp};
    let range = |min, max| (Integer, Some(min), Some(max));
    let (family, min, max) = match name {
        "string" | "normalizedString" | "token" | "Name" | "NCName" | "NMTOKEN" | "ID" | "IDREF"
        | "ENTITY" | "anyURI" | "language" | "QName" | "NOTATION" | "NMTOKENS" | "IDREFS" | "ENTITIES"
        | "duration" | "dayTimeDuration" | "yearMonthDuration" | "gYear" | "gYearMonth" | "gMonth"
        | "gMonthDay" | "gDay" | "hexBinary" | "base64Binary" | "anySimpleType" | "anyAtomicType" => {
            (Text, None, None)
        }
        "boolean" => (Bool, None, None),
        "byte" => range(-128, 127),
        "unsignedByte" => range(0, 255),
        "short" => range(i128::from(i16::MIN), i128::from(i16::MAX)),
        "unsignedShort" => range(0, i128::from(u16::MAX)),
        "int" => range(i128::from(i32::MIN), i128::from(i32::MAX)),
        "unsignedInt" => range(0, i128::from(u32::MAX)),
        "long" => range(i128::from(i64::MIN), i128::from(i64::MAX)),
        "unsignedLong" => range(0, i128::from(u64::MAX)),
        "integer" => (Integer, None, None),
        "nonNegativeInteger" | "positiveInteger" => (Integer, Some(0), None),
        "nonPositiveInteger" | "negativeInteger" => (Integer, None, Some(0)),
        "decimal" => (Decimal, None, None),
        "float" | "double" => (Double, None, None),
        "date" => (Date, None, None),
        "time" => (Time, None, None),
        "dateTime" | "dateTimeStamp" => (Timestamp, None, None),
        _ => return None,
    };
    let may_be_blank =
        matches!(name, "string" | "normalizedString" | "token" | "anyURI" | "hexBinary" | "base64Binary")
            || name.starts_with("any");
    let counts_characters = matches!(
        name,
        "string"
            | "normalizedString"
            | "token"
            | "Name"
            | "NCName"
            | "NMTOKEN"
            | "ID"
            | "IDREF"
            | "anyURI"
            | "language"
    );
    Some(SimpleType {
        family,
        label: format!("xs:{name}").into(),
        max_length: None,
        is_collapsed: !matches!(name, "string" | "normalizedString")
            && !name.starts_with("anyA")
            && name != "anySimpleType",
        is_never_blank: !may_be_blank,
        total_digits: None,
        fraction_digits: None,
        min,
        max,
        codes: None,
        counts_characters,
        may_have_zone: matches!(family, Date | Time | Timestamp),
    })
}

/// Text of which nothing more is known.
pub(super) fn any_text(label: &str) -> SimpleType {
    let base = built_in("anySimpleType").expect("it is built in");
    SimpleType { label: label.into(), ..base }
}

/// Items with white space between them: text.
pub(super) fn list() -> SimpleType {
    SimpleType { is_collapsed: true, ..any_text("list") }
}

/// What holds the values of all members.
pub(super) fn union(members: Vec<SimpleType>) -> Option<SimpleType> {
    let widest = members.into_iter().reduce(|one, other| one.or(&other))?;
    Some(SimpleType { label: "union".into(), ..widest })
}

impl SimpleType {
    /// The same under the name that a schema gives it.
    pub(super) fn called(self, name: &str) -> Self {
        Self { label: name.into(), ..self }
    }

    /// The type that holds the values of both: text, where nothing narrower does.
    pub(super) fn or(&self, other: &Self) -> Self {
        let label = if self.label == other.label { Rc::clone(&self.label) } else { "union".into() };
        let text = || {
            let is_never_blank = self.is_never_blank && other.is_never_blank;
            Self { is_never_blank, ..any_text(&label) }
        };
        let hull = |pick: fn(u32, u32) -> u32, a: Option<u32>, b: Option<u32>| Some(pick(a?, b?));
        let is_like = self.family == other.family
            && self.is_collapsed == other.is_collapsed
            && self.counts_characters == other.counts_characters;
        if !is_like {
            let is_exact = |one: &Self| matches!(one.family, Family::Integer | Family::Decimal);
            return match is_exact(self) && is_exact(other) {
                true => self.as_decimal().or(&other.as_decimal()),
                false => text(),
            };
        }
        let codes = match (&self.codes, &other.codes) {
            (Some(one), Some(other)) => Some(one.iter().chain(other.iter()).cloned().collect()),
            _ => None,
        };
        Self {
            family: self.family,
            max_length: hull(u32::max, self.max_length, other.max_length),
            is_collapsed: self.is_collapsed,
            is_never_blank: self.is_never_blank && other.is_never_blank,
            total_digits: hull(u32::max, self.total_digits, other.total_digits),
            fraction_digits: hull(u32::max, self.fraction_digits, other.fraction_digits),
            min: self.min.zip(other.min).map(|(one, other)| one.min(other)),
            max: self.max.zip(other.max).map(|(one, other)| one.max(other)),
            codes,
            counts_characters: self.counts_characters,
            may_have_zone: self.may_have_zone || other.may_have_zone,
            label,
        }
    }

    fn as_decimal(&self) -> Self {
        let fraction_digits = match self.family {
            Family::Integer => Some(0),
            _ => self.fraction_digits,
        };
        let total_digits =
            self.total_digits.or((self.family == Family::Integer).then(|| self.whole_digits()));
        Self { family: Family::Decimal, fraction_digits, total_digits, ..self.clone() }
    }

    /// Takes the facets of a restriction in.
    pub(super) fn restrict(&mut self, restriction: &XsdNode) {
        let mut codes = Vec::new();
        let mut patterns = Vec::new();
        for facet in &restriction.children {
            let value = facet.attribute("value").unwrap_or_default();
            let number = value.trim().parse::<u32>().ok();
            match &*facet.kind {
                "maxLength" | "length" if self.counts_characters => {
                    self.max_length = number.or(self.max_length);
                }
                "totalDigits" => self.total_digits = number.or(self.total_digits),
                "fractionDigits" => self.fraction_digits = number.or(self.fraction_digits),
                "minInclusive" | "minExclusive" => self.min = whole(value).or(self.min),
                "maxInclusive" | "maxExclusive" => self.max = whole(value).or(self.max),
                "whiteSpace" => self.is_collapsed |= value == "collapse",
                "explicitTimezone" => self.may_have_zone &= value != "prohibited",
                "enumeration" => codes.push(value.to_owned()),
                "pattern" => patterns.push(value),
                _ => {}
            }
            let has_characters = matches!(&*facet.kind, "minLength" | "length") && number > Some(0);
            self.is_never_blank |= has_characters && self.is_collapsed;
        }
        if self.counts_characters && !patterns.is_empty() {
            // Of several patterns, a value matches one.
            let lengths = patterns.iter().map(|pattern| pattern::length(pattern)?.max);
            let longest = lengths.collect::<Option<Vec<_>>>().and_then(|lengths| lengths.into_iter().max());
            self.max_length =
                self.max_length.map_or(longest, |length| Some(longest.unwrap_or(length).min(length)));
            self.is_never_blank |= !patterns.iter().any(|pattern| pattern::may_be_blank(pattern));
        }
        if self.counts_characters && !codes.is_empty() {
            let longest = codes.iter().map(|code| code.chars().count() as u32).max();
            self.max_length = longest;
            self.is_never_blank = codes.iter().all(|code| !code.trim().is_empty());
            self.codes = Some(codes.into());
        }
    }

    /// Digits before the point that a value may have.
    fn whole_digits(&self) -> u32 {
        let digits = |bound: i128| bound.unsigned_abs().checked_ilog10().map_or(1, |digits| digits + 1);
        let in_range = self.min.zip(self.max).map(|(min, max)| digits(min).max(digits(max)));
        let digits = self.total_digits.unwrap_or(USUAL_DIGITS);
        in_range.map_or(
            digits,
            |in_range| if self.total_digits.is_some() { in_range.min(digits) } else { in_range },
        )
    }

    /// The type of a column that holds every value: where digits are not bounded, those that every processor of schemas must take.
    pub(in crate::infer) fn data_type(&self) -> DataType {
        match self.family {
            Family::Text => match self.max_length {
                Some(length @ ..=MAX_LENGTH) => DataType::VarChar(length.max(1)),
                _ => DataType::Text,
            },
            Family::Bool => DataType::Bool,
            Family::Integer => self.integer(),
            Family::Decimal if self.fraction_digits == Some(0) => self.integer(),
            Family::Decimal => self.decimal(),
            Family::Double => DataType::Double,
            Family::Date => DataType::Date,
            Family::Time => DataType::Time,
            Family::Timestamp => DataType::Timestamp,
        }
    }

    fn integer(&self) -> DataType {
        let fits = |least: i128, most: i128| {
            self.min.is_some_and(|min| min >= least) && self.max.is_some_and(|max| max <= most)
        };
        let digits = self.whole_digits();
        match digits {
            _ if fits(i16::MIN.into(), i16::MAX.into()) => DataType::SmallInt,
            _ if fits(i32::MIN.into(), i32::MAX.into()) || digits <= 9 => DataType::Int,
            _ if fits(i64::MIN.into(), i64::MAX.into()) || digits <= 18 => DataType::BigInt,
            _ if digits <= MAX_DIGITS => DataType::Decimal { precision: digits as u8, scale: 0 },
            _ => DataType::Text,
        }
    }

    /// A schema counts all digits, wherever the point is: `totalDigits` of 18 and `fractionDigits` of 5 are 18 digits before the point,
    /// or 13 and 5.
    fn decimal(&self) -> DataType {
        let whole = self.whole_digits();
        let scale = self.fraction_digits.unwrap_or_else(|| self.total_digits.unwrap_or(USUAL_DIGITS));
        let room = MAX_DIGITS.saturating_sub(whole);
        let scale = if self.fraction_digits.is_some() { scale.min(MAX_DIGITS) } else { scale.min(room) };
        DataType::Decimal { precision: (whole + scale).min(MAX_DIGITS) as u8, scale: scale as u8 }
    }
}

/// The whole number of a bound, away from zero.
fn whole(value: &str) -> Option<i128> {
    let value = value.trim();
    value.split('.').next().unwrap_or_default().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> SimpleType {
        built_in(name).unwrap()
    }

    #[test]
    fn built_in_types_hold_all_of_their_values() {
        for (name, expected) in [
            ("string", "text"),
            ("boolean", "bool"),
            ("byte", "smallint"),
            ("unsignedShort", "int"),
            ("unsignedInt", "bigint"),
            ("unsignedLong", "decimal(20,0)"),
            ("integer", "bigint"),
            ("decimal", "decimal(36,18)"),
            ("float", "double"),
            ("date", "date"),
            ("time", "time"),
            ("dateTime", "timestamp"),
            ("duration", "text"),
            ("NMTOKENS", "text"),
        ] {
            assert_eq!(of(name).data_type().to_string(), expected, "{name}");
        }
    }

    #[test]
    fn unions_are_the_widest_of_their_members() {
        for (members, expected) in [
            (["byte", "int"], "int"),
            (["int", "decimal"], "decimal(36,18)"),
            (["boolean", "int"], "text"),
            (["date", "dateTime"], "text"),
            (["date", "date"], "date"),
            (["string", "int"], "text"),
        ] {
            let union = union(members.iter().map(|name| of(name)).collect()).unwrap();
            assert_eq!(union.data_type().to_string(), expected, "{members:?}");
        }
    }

    #[test]
    fn digits_may_all_stand_before_the_point() {
        let decimal = |total, fraction| {
            let simple = SimpleType { total_digits: total, fraction_digits: fraction, ..of("decimal") };
            simple.data_type().to_string()
        };
        assert_eq!(decimal(Some(18), Some(5)), "decimal(23,5)");
        assert_eq!(decimal(Some(5), Some(0)), "int");
        assert_eq!(decimal(Some(5), None), "decimal(10,5)");
        assert_eq!(decimal(None, Some(2)), "decimal(20,2)");
        assert_eq!(decimal(Some(30), Some(10)), "decimal(38,10)");
    }
}
