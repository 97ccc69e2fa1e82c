//! From what values look like to a column's type, with some room for those that the samples do not have.

use xmlshred_model::DataType;

use super::profile::{Kind, PATTERNS, ValueProfile};
use super::xsd::{Family, SimpleType};

/// Fewer values than this say little about the longest.
const MANY_VALUES: u64 = 100;
/// With few values, text has at least this length.
const MIN_CHARS: u32 = 10;
/// Places behind the point that any decimal has: amounts of money end in `.5` by chance.
const MIN_SCALE: u32 = 2;
/// Digits that documents may have more than the samples.
const SPARE_DIGITS: u32 = 2;
/// `int` holds every number of so many digits.
const MAX_INT_DIGITS: u32 = 9;
const MAX_BIGINT_DIGITS: u32 = 18;
const MAX_DECIMAL_DIGITS: u32 = 38;
/// Lengths of text that people choose; longer is `text`.
const LENGTHS: [u32; 10] = [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 4000];

/// How a column reads its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) data_type: DataType,
    /// Of dates that are not ISO 8601.
    pub(super) format: Option<&'static str>,
    /// Why the type is not narrower, where one would ask.
    pub(super) note: Option<String>,
}

/// The type that a schema declares, where it gives every value back; else the narrowest type that does, with room for longer ones.
pub(super) fn choose(values: &ValueProfile, declared: Option<&SimpleType>) -> Chosen {
    match declared.and_then(|declared| fitting(declared, values)) {
        Some(data_type) => Chosen { data_type, format: None, note: None },
        None => seen(values),
    }
}

fn fitting(declared: &SimpleType, values: &ValueProfile) -> Option<DataType> {
    let shape = values.number;
    let data_type = declared.data_type();
    let kind = match declared.family {
        Family::Text => {
            let length = declared.max_length.filter(|&length| length >= values.max_chars.max(1));
            return Some(match length {
                Some(length @ ..=4000) => DataType::VarChar(length),
                Some(_) => DataType::Text,
                None => text(values.max_chars, values.filled_count()),
            });
        }
        Family::Bool if are_bools(values) => return Some(data_type),
        Family::Decimal if declared.total_digits.is_none() && declared.fraction_digits.is_none() => {
            let scale = MIN_SCALE.max(shape.fraction_digits);
            let fits =
                values.kinds.contains(Kind::Decimal) && shape.whole_digits + scale <= MAX_DECIMAL_DIGITS;
            return fits.then(|| decimal(shape.whole_digits, scale));
        }
        Family::Bool => Kind::Bool,
        Family::Integer => Kind::Integer,
        Family::Decimal => Kind::Decimal,
        Family::Double => Kind::Double,
        Family::Date => Kind::Date,
        Family::Time => Kind::Time,
        Family::Timestamp => Kind::Timestamp,
    };
    let has_room = match data_type {
        DataType::SmallInt => shape.whole_digits <= 4,
        DataType::Int => shape.whole_digits <= MAX_INT_DIGITS,
        DataType::BigInt => shape.whole_digits <= MAX_BIGINT_DIGITS,
        DataType::Decimal { precision, scale } => {
            shape.fraction_digits <= u32::from(scale) && shape.whole_digits <= u32::from(precision - scale)
        }
        _ => true,
    };
    (values.kinds.contains(kind) && has_room).then_some(data_type)
}

/// `xs:boolean` is also written as 1 and 0, which look like numbers.
fn are_bools(values: &ValueProfile) -> bool {
    let texts = values.distinct.texts();
    texts.is_some_and(|texts| texts.iter().all(|text| matches!(text.trim(), "true" | "false" | "1" | "0")))
}

fn seen(values: &ValueProfile) -> Chosen {
    let plain = |data_type| Chosen { data_type, format: None, note: None };
    if values.filled_count() == 0 {
        return plain(DataType::VarChar(50));
    }
    let kinds = values.kinds;
    let shape = values.number;
    let digits = shape.whole_digits + shape.fraction_digits;
    if kinds.contains(Kind::Bool) {
        plain(DataType::Bool)
    } else if kinds.contains(Kind::Integer) {
        plain(if shape.whole_digits < MAX_INT_DIGITS { DataType::Int } else { DataType::BigInt })
    } else if kinds.contains(Kind::Decimal) && digits <= MAX_DECIMAL_DIGITS {
        plain(decimal(shape.whole_digits, shape.fraction_digits))
    } else if kinds.contains(Kind::Double) {
        plain(DataType::Double)
    } else if kinds.contains(Kind::Date) {
        plain(DataType::Date)
    } else if kinds.contains(Kind::Time) {
        plain(DataType::Time)
    } else if kinds.contains(Kind::Timestamp) {
        plain(DataType::Timestamp)
    } else if kinds.contains(Kind::Utc) {
        plain(DataType::TimestampTz)
    } else if kinds.contains(Kind::Uuid) {
        plain(DataType::Uuid)
    } else {
        from_patterns(values)
    }
}

fn from_patterns(values: &ValueProfile) -> Chosen {
    let text = text(values.max_chars, values.filled_count());
    let patterns = values.kinds.patterns().collect::<Vec<_>>();
    let note = match patterns[..] {
        [only] => {
            let (format, data_type) = PATTERNS[only];
            return Chosen { data_type, format: Some(format), note: None };
        }
        [] if values.kinds.contains(Kind::Instant) => {
            Some("instants; `type: timestamptz` would keep them in UTC, without their offsets".to_owned())
        }
        [] => None,
        _ => {
            let fitting = patterns.iter().map(|&at| PATTERNS[at].0).collect::<Vec<_>>();
            Some(format!("dates; all samples fit each of {}", fitting.join(" and ")))
        }
    };
    Chosen { data_type: text, format: None, note }
}

/// A decimal with room, in a precision that people choose.
fn decimal(whole_digits: u32, fraction_digits: u32) -> DataType {
    let room = MAX_DECIMAL_DIGITS - whole_digits;
    let scale = if fraction_digits == 0 { 0 } else { fraction_digits.max(MIN_SCALE.min(room)) };
    let wanted = whole_digits + scale + SPARE_DIGITS;
    let precision = [9, 12, 18, 28, MAX_DECIMAL_DIGITS].into_iter().find(|&precision| precision >= wanted);
    let precision = precision.unwrap_or(MAX_DECIMAL_DIGITS);
    DataType::Decimal { precision: precision as u8, scale: scale as u8 }
}

/// A length that holds a quarter more than the longest of many values, twice that of few.
fn text(max_chars: u32, value_count: u64) -> DataType {
    let spare = if value_count < MANY_VALUES { max_chars.max(MIN_CHARS - 1) } else { max_chars / 4 };
    let wanted = max_chars.saturating_add(spare);
    LENGTHS.into_iter().find(|&length| length >= wanted).map_or(DataType::Text, DataType::VarChar)
}

/// Few, short texts of letters, digits and `_ - . /`, each seen several times: codes.
pub(super) fn codes(values: &ValueProfile) -> Option<Vec<&str>> {
    const MIN_TIMES: u64 = 3;
    let texts = values.distinct.texts()?;
    let is_code = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/'))
    };
    let is_repeated = texts.len() as u64 * MIN_TIMES <= values.filled_count();
    let are_codes = values.blank_count == 0 && is_repeated && texts.iter().all(|text| is_code(text));
    are_codes.then(|| {
        let mut texts = texts.iter().map(|text| &**text).collect::<Vec<_>>();
        texts.sort_unstable();
        texts
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(texts: &[&str]) -> String {
        let mut values = ValueProfile::default();
        texts.iter().for_each(|text| values.observe(text, None));
        let Chosen { data_type, format, note } = choose(&values, None);
        let parts =
            [Some(data_type.to_string()), format.map(str::to_owned), note.map(|_| "noted".to_owned())];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn types_are_the_narrowest_that_give_values_back() {
        for (texts, expected) in [
            (&["1", "20"][..], "int"),
            (&["123456789"], "bigint"),
            (&["1234567890123456789"], "decimal(28,0)"),
            (&["1.5", "200"], "decimal(9,2)"),
            (&["1e10", "2"], "double"),
            (&["true", ""], "bool"),
            (&["01234", "56789"], "varchar(20)"),
            (&["2024-01-31"], "date"),
            (&["2024-01-31T00:00:00+01:00"], "varchar(50) noted"),
            (&["12/31/2024"], "date %m/%d/%Y"),
            (&["11/12/2024"], "varchar(20) noted"),
            (&["", " "], "varchar(50)"),
        ] {
            assert_eq!(chosen(texts), expected, "{texts:?}");
        }
        assert_eq!(chosen(&[&"x".repeat(2001)]), "text");
        assert_eq!(chosen(&["x".repeat(1600).as_str(); 100]), "varchar(2000)");
    }

    #[test]
    fn decimals_of_all_digits_that_there_are_have_no_room_to_spare() {
        assert_eq!(chosen(&[&format!("{}.5", "9".repeat(37))]), "decimal(38,1)");
        // Together more digits than any one has.
        assert_eq!(chosen(&[&"9".repeat(30), &format!("0.{}", "3".repeat(20))]), "varchar(100)");
    }

    #[test]
    fn codes_are_few_short_and_repeated() {
        let codes_of = |texts: &[&str]| {
            let mut values = ValueProfile::default();
            texts.iter().for_each(|text| values.observe(text, None));
            codes(&values).map(|codes| codes.join(" "))
        };
        assert_eq!(codes_of(&["B", "A", "B", "A", "A", "B"]).as_deref(), Some("A B"));
        assert_eq!(codes_of(&["A", "B"]), None);
        assert_eq!(codes_of(&["A", "A", "A", ""]), None);
        assert_eq!(codes_of(&["two words", "two words", "two words"]), None);
    }
}
