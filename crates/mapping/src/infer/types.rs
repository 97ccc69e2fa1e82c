//! From what values look like to a column's type, with some room for those that the samples do not have.

use xmlshred_model::DataType;

use super::could_be;
use super::meaning::Meaning;
use super::profile::{Certainty, Kind, PATTERNS, ValueProfile, certainty};
use super::xsd::{Family, SimpleType};

/// Different values that are enough to believe what they look like.
const ENOUGH_VALUES: u64 = 20;
/// So many say something about the longest, and so many more say much.
const MANY_VALUES: u64 = 100;
const VERY_MANY_VALUES: u64 = 1000;
/// Text that people write has at least this length.
const PROSE_CHARS: u32 = 255;
/// Whole numbers that all have so many digits are codes rather.
const MIN_CODE_DIGITS: u32 = 5;
/// Places behind the point, while numbers are few or differ in theirs.
const FEW_SCALE: u32 = 4;
/// Places behind the point that nobody writes by hand, and as many as there may be then.
const MEASURED_DIGITS: u32 = 3;
const MEASURED_SCALE: u32 = 18;
/// Digits before the point that any decimal has.
const MIN_WHOLE_DIGITS: u32 = 9;
/// Documents that tell the habit of many writers.
const MANY_DOCUMENTS: u64 = 10;
/// Values that are called flags, before they are believed to be.
const FEW_FLAGS: u64 = 3;
/// Places behind the point that any decimal has: amounts of money end in `.5` by chance.
const MIN_SCALE: u32 = 2;
/// Digits that documents may have more than the samples.
const SPARE_DIGITS: u32 = 2;
/// `int` holds every number of so many digits.
const MAX_INT_DIGITS: u32 = 9;
const MAX_BIGINT_DIGITS: u32 = 18;
const MAX_DECIMAL_DIGITS: u32 = 38;
/// Lengths of text; longer is `text`.
const LENGTHS: [u32; 4] = [20, 50, 100, 255];

/// How a column reads its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) data_type: DataType,
    /// Of dates that are not ISO 8601.
    pub(super) format: Option<&'static str>,
    /// Why the type is not narrower, where one would ask.
    pub(super) note: Option<String>,
}

/// The type that a schema declares, where it gives every value back; else one that does, for what else may come.
pub(super) fn choose(samples: &Samples<'_>, declared: Option<&SimpleType>) -> Chosen {
    match declared.and_then(|declared| fitting(declared, samples)) {
        Some(data_type) => Chosen { data_type, format: None, note: None },
        None => seen(samples),
    }
}

/// What samples show of a column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Samples<'p> {
    /// Its values.
    pub(super) values: &'p ValueProfile,
    /// These, and those that mean the same elsewhere.
    pub(super) alike: &'p ValueProfile,
    pub(super) meaning: Meaning,
    /// Most digits behind the point of numbers in elements of its name, wherever they stand.
    pub(super) fraction_digits: u32,
    /// How many documents there are: those who write a document write its values in one way.
    pub(super) document_count: u64,
}

impl Samples<'_> {
    /// Whether so many different values were seen that they can be believed.
    fn are_enough(&self) -> bool {
        self.alike.distinct.texts().is_none_or(|texts| texts.len() as u64 >= ENOUGH_VALUES)
    }
}

fn fitting(declared: &SimpleType, samples: &Samples<'_>) -> Option<DataType> {
    let values = samples.values;
    let shape = values.number;
    let data_type = declared.data_type();
    let kind = match declared.family {
        Family::Text => {
            let length = declared.max_length.filter(|&length| length >= values.max_chars.max(1));
            return Some(match length {
                Some(length @ ..=4000) => DataType::VarChar(length),
                Some(_) => DataType::Text,
                None => text(samples),
            });
        }
        Family::Bool if are_bools(values) => return Some(data_type),
        Family::Decimal if declared.total_digits.is_none() && declared.fraction_digits.is_none() => {
            let scale = MIN_SCALE.max(shape.fraction_digits);
            let fits =
                values.kinds.contains(Kind::Decimal) && shape.whole_digits + scale <= MAX_DECIMAL_DIGITS;
            return fits.then(|| decimal(shape.whole_digits, shape.fraction_digits, scale));
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

/// The type of values of which only samples are known. Numbers, dates and the like must be many, or be called so: below
/// [`ENOUGH_VALUES`] different ones, text wins where there is a doubt, because it takes whatever comes next.
fn seen(samples: &Samples<'_>) -> Chosen {
    let Samples { values: _, alike: values, meaning, fraction_digits: _, document_count } = *samples;
    let kinds = values.kinds;
    if values.filled_count() == 0 {
        return Chosen { data_type: DataType::Text, format: None, note: None };
    }
    if [Kind::Integer, Kind::Decimal, Kind::Double].iter().any(|&kind| kinds.contains(kind)) {
        return number(samples);
    }
    let are_enough = samples.are_enough();
    let is_called_time = meaning == Meaning::Time;
    // Whether times have a zone is each writer's habit.
    let are_of_many = are_enough && document_count >= MANY_DOCUMENTS;
    let (data_type, is_believed, what) = if kinds.contains(Kind::Bool) {
        let are_both = values.distinct.texts().is_some_and(|texts| texts.len() == 2);
        let is_called_flag = meaning == Meaning::Flag && values.filled_count() >= FEW_FLAGS;
        (
            DataType::Bool,
            are_both || values.filled_count() >= ENOUGH_VALUES || is_called_flag,
            "true or false",
        )
    } else if kinds.contains(Kind::Date) {
        (DataType::Date, are_enough || is_called_time, "dates")
    } else if kinds.contains(Kind::Time) {
        (DataType::Time, are_enough || is_called_time, "times")
    } else if kinds.contains(Kind::Timestamp) {
        (DataType::Timestamp, are_of_many, "timestamps")
    } else if kinds.contains(Kind::Utc) {
        (DataType::TimestampTz, are_of_many, "instants in UTC")
    } else if kinds.contains(Kind::Uuid) {
        (DataType::Uuid, are_enough, "UUIDs")
    } else {
        return from_patterns(samples);
    };
    believed(samples, data_type, is_believed, what)
}

/// A number that is believed, or text that says which number it could be.
fn number(samples: &Samples<'_>) -> Chosen {
    let shape = samples.alike.number;
    let is_of_one_length = samples.alike.kinds.contains(Kind::Integer)
        && shape.whole_digits == shape.min_whole_digits
        && shape.whole_digits >= MIN_CODE_DIGITS
        && samples.alike.filled_count() > 1;
    if let [only] = samples.alike.kinds.patterns().collect::<Vec<_>>()[..]
        && samples.meaning != Meaning::Identifier
    {
        return pattern(samples, only);
    }
    let Some(data_type) = number_type(samples) else { return plain_text(samples, None) };
    match samples.meaning {
        Meaning::Identifier => plain_text(samples, Some("digits, but called an identifier".to_owned())),
        Meaning::Amount | Meaning::Count => believed(samples, data_type, true, "numbers"),
        _ if is_of_one_length => {
            plain_text(samples, Some("digits, but all of one length, as codes are".to_owned()))
        }
        _ => believed(samples, data_type, samples.are_enough(), "numbers"),
    }
}

/// The narrowest type for numbers, with room for larger ones and more digits; nothing where no type has it.
fn number_type(samples: &Samples<'_>) -> Option<DataType> {
    let (shape, kinds) = (samples.alike.number, samples.alike.kinds);
    if kinds.contains(Kind::Integer) && !matches!(samples.meaning, Meaning::Amount | Meaning::Measure) {
        let is_small = shape.whole_digits <= MAX_INT_DIGITS - SPARE_DIGITS;
        return Some(if is_small { DataType::Int } else { DataType::BigInt });
    }
    if !kinds.contains(Kind::Decimal) {
        return Some(DataType::Double);
    }
    let is_measure = samples.meaning == Meaning::Measure;
    // What is measured in one place is so in others.
    let fraction_digits = if is_measure { samples.fraction_digits } else { 0 }.max(shape.fraction_digits);
    let is_even = samples.are_enough() && fraction_digits == shape.min_fraction_digits;
    let measured_digits = if samples.meaning == Meaning::Amount { FEW_SCALE + 1 } else { MEASURED_DIGITS };
    let scale = if is_even {
        fraction_digits.max(MIN_SCALE)
    } else if fraction_digits >= measured_digits {
        // As computers print what they have measured.
        fraction_digits.max(MEASURED_SCALE)
    } else {
        (fraction_digits + SPARE_DIGITS).max(FEW_SCALE)
    };
    let is_exact = shape.whole_digits + shape.fraction_digits <= MAX_DECIMAL_DIGITS;
    is_exact.then(|| decimal(shape.whole_digits, shape.fraction_digits, scale))
}

/// The type, with the reason where its values alone are none; or text, with the type that would fit.
fn believed(samples: &Samples<'_>, data_type: DataType, is_believed: bool, what: &str) -> Chosen {
    if !is_believed {
        let written = data_type.to_string();
        // As flow style needs it.
        let written = if written.contains(',') { format!("\"{written}\"") } else { written };
        let note = format!("{what} so far, too few to be sure: `type: {written}` would take them");
        return plain_text(samples, Some(note));
    }
    let is_named = data_type != DataType::Bool && !samples.are_enough();
    let note = is_named.then(|| format!("{what}, few, but called so"));
    Chosen { data_type, format: None, note }
}

fn plain_text(samples: &Samples<'_>, note: Option<String>) -> Chosen {
    Chosen { data_type: text(samples), format: None, note }
}

fn from_patterns(samples: &Samples<'_>) -> Chosen {
    let kinds = samples.alike.kinds;
    let patterns = kinds.patterns().collect::<Vec<_>>();
    let note = match patterns[..] {
        [only] => return pattern(samples, only),
        [] if kinds.contains(Kind::Instant) => {
            Some("instants; `type: timestamptz` would keep them in UTC, without their offsets".to_owned())
        }
        [] if kinds.contains(Kind::Mail) => Some(
            "dates of mail; `type: timestamptz, format: rfc2822` would keep them in UTC, without their offsets"
                .to_owned(),
        ),
        [] => written_numbers(samples).or_else(|| could_be::nearly(samples.values)),
        _ => {
            let fitting = patterns.iter().map(|&at| PATTERNS[at].0).collect::<Vec<_>>();
            Some(format!("dates; all samples fit each of {}", fitting.join(" and ")))
        }
    };
    plain_text(samples, note)
}

/// Dates of one pattern: believed as its certainty asks for, or text that says how they are read.
fn pattern(samples: &Samples<'_>, at: usize) -> Chosen {
    let (format, data_type) = PATTERNS[at];
    let (are_enough, is_called_time) = (samples.are_enough(), samples.meaning == Meaning::Time);
    let is_believed = match certainty(at) {
        Certainty::Certain => are_enough || is_called_time,
        Certainty::Doubtful => are_enough && is_called_time,
        Certainty::Run => are_enough && is_called_time && samples.document_count >= MANY_DOCUMENTS,
    };
    if is_believed {
        return Chosen { data_type, format: Some(format), note: None };
    }
    let why = if are_enough { "" } else { " so far, too few to be sure" };
    let note = format!("dates{why}: `type: {data_type}, format: \"{format}\"` would take them");
    plain_text(samples, Some(note))
}

/// How numbers that are written with separators or a currency would be read.
fn written_numbers(samples: &Samples<'_>) -> Option<String> {
    let shape = samples.alike.number;
    let scale = (shape.fraction_digits + SPARE_DIGITS).max(FEW_SCALE);
    let is_exact = shape.whole_digits + shape.fraction_digits <= MAX_DECIMAL_DIGITS;
    let may_be = is_exact && samples.meaning != Meaning::Identifier;
    let data_type = may_be.then(|| decimal(shape.whole_digits, shape.fraction_digits, scale))?;
    could_be::written_number(samples.alike, data_type)
}

/// A decimal with room, in a precision that people choose: 18 where it is enough.
fn decimal(whole_digits: u32, fraction_digits: u32, scale: u32) -> DataType {
    let scale = scale.min(MAX_DECIMAL_DIGITS - whole_digits).max(fraction_digits);
    let wanted = (whole_digits + SPARE_DIGITS).max(MIN_WHOLE_DIGITS) + scale;
    let precision = [18, 28].into_iter().find(|&precision| precision >= wanted).unwrap_or(MAX_DECIMAL_DIGITS);
    DataType::Decimal { precision: precision as u8, scale: scale as u8 }
}

/// A length in steps that people choose; the fewer values there are, the more room. What people write has the most.
fn text(samples: &Samples<'_>) -> DataType {
    let Samples { values: _, alike: values, meaning, fraction_digits: _, document_count } = *samples;
    // Of few documents, many values say little.
    let count = if document_count < ENOUGH_VALUES {
        values.filled_count().min(ENOUGH_VALUES)
    } else {
        values.filled_count()
    };
    let (times, least) = match count {
        0..ENOUGH_VALUES => (8, 100),
        ENOUGH_VALUES..MANY_VALUES => (5, 50),
        MANY_VALUES..VERY_MANY_VALUES => (3, 20),
        _ => (2, 20),
    };
    let least = match meaning {
        Meaning::Prose if document_count < ENOUGH_VALUES => return DataType::Text,
        Meaning::Prose | Meaning::Name => PROSE_CHARS,
        _ if values.has_spaces => PROSE_CHARS,
        _ => least,
    };
    let wanted = values.max_chars.saturating_mul(times).max(least);
    LENGTHS.into_iter().find(|&length| length >= wanted).map_or(DataType::Text, DataType::VarChar)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen_as(texts: &[&str], meaning: Meaning) -> String {
        let mut values = ValueProfile::default();
        texts.iter().for_each(|text| values.observe(text, None));
        let samples = Samples {
            values: &values,
            alike: &values,
            meaning,
            fraction_digits: 0,
            document_count: texts.len() as u64,
        };
        let Chosen { data_type, format, note } = choose(&samples, None);
        let parts =
            [Some(data_type.to_string()), format.map(str::to_owned), note.map(|_| "noted".to_owned())];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn chosen(texts: &[&str]) -> String {
        chosen_as(texts, Meaning::Unknown)
    }

    /// Twenty different values.
    fn many(value: impl Fn(usize) -> String) -> Vec<String> {
        (0..20).map(value).collect()
    }

    fn chosen_of_many(value: impl Fn(usize) -> String, meaning: Meaning) -> String {
        chosen_as(&many(value).iter().map(String::as_str).collect::<Vec<_>>(), meaning)
    }

    #[test]
    fn few_values_are_text_where_they_could_be_something_else() {
        for (texts, expected) in [
            (&["1", "20"][..], "varchar(100) noted"),
            (&["1.5", "200"], "varchar(100) noted"),
            (&["1e10", "2"], "varchar(100) noted"),
            (&["true"], "varchar(100) noted"),
            (&["true", "false", ""], "bool"),
            (&["01234", "56789"], "varchar(100)"),
            (&["2024-01-31"], "varchar(100) noted"),
            (&["2024-01-31T00:00:00+01:00"], "varchar(255) noted"),
            (&["Thu, 21 Dec 2000 16:01:07 +0200"], "varchar(255) noted"),
            (&["12/31/2024"], "varchar(100) noted"),
            (&["11/12/2024"], "varchar(100) noted"),
            (&["", " "], "text"),
        ] {
            assert_eq!(chosen(texts), expected, "{texts:?}");
        }
    }

    #[test]
    fn many_values_are_what_they_look_like() {
        let of_many = |value: fn(usize) -> String| chosen_of_many(value, Meaning::Unknown);
        assert_eq!(of_many(|at| at.to_string()), "int");
        assert_eq!(of_many(|at| (at * 100_000_000).to_string()), "bigint");
        assert_eq!(of_many(|at| format!("{at}.25")), "decimal(18,2)");
        assert_eq!(of_many(|at| format!("{at}.{}", at % 7)), "decimal(18,2)");
        assert_eq!(of_many(|at| format!("{}", at as f64 / 8.0)), "decimal(28,18)");
        assert_eq!(of_many(|at| format!("{}e5", at + 1)), "double");
        assert_eq!(of_many(|at| format!("2024-01-{:02}", at + 1)), "date");
        assert_eq!(of_many(|at| format!("2024-01-{:02}T10:00:00Z", at + 1)), "timestamptz");
        assert_eq!(of_many(|at| format!("0a1b2c3d-0000-4000-8000-0123456789{:02}", at + 1)), "uuid");
        assert_eq!(of_many(|at| format!("12/{:02}/2024", at + 1)), "date %m/%d/%Y");
        // Codes are digits of one length.
        assert_eq!(of_many(|at| (12_345 + at).to_string()), "varchar(50) noted");
    }

    #[test]
    fn a_name_decides_where_values_leave_a_doubt() {
        assert_eq!(chosen_as(&["10", "2.5"], Meaning::Amount), "decimal(18,4) noted");
        assert_eq!(chosen_as(&["10"], Meaning::Amount), "decimal(18,4) noted");
        assert_eq!(chosen_as(&["3"], Meaning::Count), "int noted");
        assert_eq!(chosen_as(&["2024-01-31"], Meaning::Time), "date noted");
        assert_eq!(chosen_as(&["false", "false", "false"], Meaning::Flag), "bool");
        assert_eq!(chosen_as(&["x"], Meaning::Name), "varchar(255)");
        assert_eq!(chosen_as(&["x"], Meaning::Prose), "text");
        // Never against the values, and never a number for what tells one thing from others.
        assert_eq!(chosen_as(&["ten"], Meaning::Amount), "varchar(100)");
        assert_eq!(chosen_of_many(|at| at.to_string(), Meaning::Identifier), "varchar(50) noted");
    }

    #[test]
    fn what_is_written_otherwise_is_text_that_says_how_it_is_read() {
        let note_of = |texts: &[&str], meaning| {
            let mut values = ValueProfile::default();
            texts.iter().for_each(|text| values.observe(text, None));
            let samples = Samples {
                values: &values,
                alike: &values,
                meaning,
                fraction_digits: 0,
                document_count: texts.len() as u64,
            };
            let Chosen { format, note, .. } = choose(&samples, None);
            assert_eq!(format, None, "{texts:?}");
            note.unwrap_or_default()
        };
        for (texts, expected) in [
            (
                &["1.554,79", "12"][..],
                r#"numbers: `clean: "number(',')", type: "decimal(18,4)"` would take them"#,
            ),
            (&["1,554.79 EUR", "-3"], r#"numbers: `clean: number, type: "decimal(18,4)"` would take them"#),
            (&["$ 12.12345678"], r#"numbers: `clean: number, type: "decimal(28,10)"` would take them"#),
            (
                &["1,554"],
                r#"numbers; `clean: number` reads a comma as a separator of thousands, `clean: "number(',')"` as the decimal sign"#,
            ),
            (&["1.554,79", "1,554.79"], ""),
            (&["007,5"], ""),
            (
                &["4/21/25", "12/1/99"],
                r#"dates so far, too few to be sure: `type: date, format: "%m/%d/%y"` would take them"#,
            ),
            (
                &["20250620T0851"],
                r#"dates so far, too few to be sure: `type: timestamp, format: "%Y%m%dT%H%M"` would take them"#,
            ),
            (
                &["20250620"],
                r#"dates so far, too few to be sure: `type: date, format: "%Y%m%d"` would take them"#,
            ),
            (
                &["Mar 3, 2025", "March 13, 2025"],
                r#"dates so far, too few to be sure: `type: date, format: "%b %d, %Y"` would take them"#,
            ),
            (&["4/3/25"], "dates; all samples fit each of %m/%d/%y and %d/%m/%y"),
        ] {
            assert_eq!(note_of(texts, Meaning::Unknown), expected, "{texts:?}");
        }
        assert_eq!(note_of(&["1.554,79"], Meaning::Identifier), "");
        let dates = many(|at| format!("{}/{}/25", at % 12 + 1, at + 1));
        assert_eq!(
            note_of(&dates.iter().map(String::as_str).collect::<Vec<_>>(), Meaning::Unknown),
            r#"dates: `type: date, format: "%m/%d/%y"` would take them"#
        );
    }

    #[test]
    fn dates_that_other_things_look_like_are_believed_by_their_name() {
        assert_eq!(chosen_of_many(|at| format!("5/{}/25", at + 1), Meaning::Time), "date %m/%d/%y");
        assert_eq!(chosen_of_many(|at| format!("202506{:02}", at + 1), Meaning::Time), "date %Y%m%d");
        assert_eq!(
            chosen_of_many(|at| format!("202506{:02}", at + 1), Meaning::Unknown),
            "varchar(50) noted"
        );
        assert_eq!(chosen_of_many(|at| format!("202506{:02}", at + 1), Meaning::Amount), "varchar(50) noted");
    }

    #[test]
    fn lengths_have_the_more_room_the_fewer_values_there_are() {
        let of = |count: usize, length: usize| {
            let texts = (0..count).map(|_| "x".repeat(length)).collect::<Vec<_>>();
            chosen(&texts.iter().map(String::as_str).collect::<Vec<_>>())
        };
        assert_eq!(
            [of(1, 10), of(20, 10), of(100, 10), of(1000, 10)],
            ["varchar(100)", "varchar(50)", "varchar(50)", "varchar(20)"]
        );
        assert_eq!(
            [of(1, 40), of(20, 40), of(100, 40), of(1000, 200)],
            ["text", "varchar(255)", "varchar(255)", "text"]
        );
        assert_eq!(of(1000, 3), "varchar(20)");
    }

    #[test]
    fn decimals_of_all_digits_that_there_are_have_no_room_to_spare() {
        assert_eq!(chosen_as(&[&format!("{}.5", "9".repeat(37))], Meaning::Amount), "decimal(38,1) noted");
        // Together more digits than any one has.
        assert_eq!(chosen(&[&"9".repeat(30), &format!("0.{}", "3".repeat(20))]), "varchar(255)");
    }
}
