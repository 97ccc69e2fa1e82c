//! What a text can be read as without losing any of it: a set of kinds that every value makes smaller, never larger.
//!
//! A kind is ruled out when its column could not give the value back: `007` is no integer, `2024-01` no date, and an instant with
//! another offset than `Z` would come back in UTC.

use std::sync::LazyLock;

use bumpalo::Bump;
use xmlshred_model::lexical::{TemporalFormat, parse};
use xmlshred_model::{DataType, Value};

use crate::contract::DecimalSign;
use crate::shred::clean_number;

/// A way to read a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `true` or `false`
    Bool,
    /// Digits without leading zeros, at most 18.
    Integer,
    /// Digits with a point, or without, at most 38.
    Decimal,
    /// Also with an exponent; at most 15 significant digits.
    Double,
    /// ISO 8601
    Date,
    /// ISO 8601
    Time,
    /// ISO 8601, without offset
    Timestamp,
    /// ISO 8601 in UTC
    Utc,
    /// ISO 8601 with any offset
    Instant,
    /// With hyphens, in lower case
    Uuid,
    /// Of mails: `Thu, 21 Dec 2000 16:01:07 +0200`
    Mail,
    /// A number after `clean: number`, which takes thousands separators and currencies out.
    PointNumber,
    /// A number after `clean: number(',')`.
    CommaNumber,
    /// One of [`PATTERNS`].
    Pattern(usize),
}

/// Dates and timestamps that are not ISO 8601, as contracts write their format.
pub(crate) const PATTERNS: [(&str, DataType); 22] = [
    ("%m/%d/%Y", DataType::Date),
    ("%d/%m/%Y", DataType::Date),
    ("%d.%m.%Y", DataType::Date),
    ("%m-%d-%Y", DataType::Date),
    ("%d-%m-%Y", DataType::Date),
    ("%Y/%m/%d", DataType::Date),
    ("%d-%b-%Y", DataType::Date),
    ("%m/%d/%Y %H:%M:%S", DataType::Timestamp),
    ("%d/%m/%Y %H:%M:%S", DataType::Timestamp),
    ("%d.%m.%Y %H:%M:%S", DataType::Timestamp),
    ("%m/%d/%Y %I:%M:%S %p", DataType::Timestamp),
    ("%m/%d/%Y %H:%M", DataType::Timestamp),
    ("%d.%m.%Y %H:%M", DataType::Timestamp),
    ("%d %b %Y", DataType::Date),
    ("%b %d, %Y", DataType::Date),
    ("%m/%d/%y", DataType::Date),
    ("%d/%m/%y", DataType::Date),
    ("%d.%m.%y", DataType::Date),
    ("%Y%m%dT%H%M", DataType::Timestamp),
    ("%Y%m%dT%H%M%S", DataType::Timestamp),
    ("%Y%m%d", DataType::Date),
    ("%Y%m%d%H%M%S", DataType::Timestamp),
];
/// Those behind here are dates by a name only: two digits do not tell a year, and digits alone are a number or a code.
const FIRST_DOUBTFUL: usize = 15;
/// Those behind here are written in one run, as programs do that now write more of them and now less.
const FIRST_RUN: usize = 18;
/// Those behind here are whole numbers, too, of so many digits.
const FIRST_DIGITS: usize = 20;
const DIGITS: [usize; PATTERNS.len() - FIRST_DIGITS] = [8, 14];

/// How much a pattern says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// Nothing else is written so.
    Certain,
    /// Other things are, too.
    Doubtful,
    /// Other things are, and the next document may have more or less of it.
    Run,
}

/// How much one of [`PATTERNS`] says of itself.
pub(crate) fn certainty(pattern: usize) -> Certainty {
    match pattern {
        FIRST_RUN.. => Certainty::Run,
        FIRST_DOUBTFUL.. => Certainty::Doubtful,
        _ => Certainty::Certain,
    }
}

static MAIL_FORMAT: LazyLock<[TemporalFormat; 1]> =
    LazyLock::new(|| [TemporalFormat::new("rfc2822").expect("the word is a constant of the language")]);

static FORMATS: LazyLock<Vec<[TemporalFormat; 1]>> = LazyLock::new(|| {
    let format = |&(pattern, _): &(&str, DataType)| {
        [TemporalFormat::new(pattern).expect("the patterns are constants of this file")]
    };
    PATTERNS.iter().map(format).collect()
});

const FIRST_PATTERN: u32 = 13;
/// Longer text is no number.
const MAX_NUMBER_BYTES: usize = 64;

impl Kind {
    fn bit(self) -> u64 {
        1 << match self {
            Self::Bool => 0,
            Self::Integer => 1,
            Self::Decimal => 2,
            Self::Double => 3,
            Self::Date => 4,
            Self::Time => 5,
            Self::Timestamp => 6,
            Self::Utc => 7,
            Self::Instant => 8,
            Self::Uuid => 9,
            Self::Mail => 10,
            Self::PointNumber => 11,
            Self::CommaNumber => 12,
            Self::Pattern(at) => FIRST_PATTERN + at as u32,
        }
    }
}

/// A set of kinds; at first all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kinds(u64);

/// The largest and the smallest of numbers, place by place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NumberShape {
    /// Most digits before the point.
    pub(crate) whole_digits: u32,
    /// Most digits behind the point.
    pub(crate) fraction_digits: u32,
    /// Fewest digits before the point.
    pub(crate) min_whole_digits: u32,
    /// Fewest digits behind the point.
    pub(crate) min_fraction_digits: u32,
}

impl Default for NumberShape {
    /// Of no numbers.
    fn default() -> Self {
        Self {
            whole_digits: 0,
            fraction_digits: 0,
            min_whole_digits: u32::MAX,
            min_fraction_digits: u32::MAX,
        }
    }
}

impl NumberShape {
    /// Makes room for other numbers.
    pub(super) fn widen(&mut self, other: &Self) {
        let Self { whole_digits, fraction_digits, min_whole_digits, min_fraction_digits } = *other;
        self.whole_digits = self.whole_digits.max(whole_digits);
        self.fraction_digits = self.fraction_digits.max(fraction_digits);
        self.min_whole_digits = self.min_whole_digits.min(min_whole_digits);
        self.min_fraction_digits = self.min_fraction_digits.min(min_fraction_digits);
    }
}

impl Default for Kinds {
    fn default() -> Self {
        Self((1 << (FIRST_PATTERN + PATTERNS.len() as u32)) - 1)
    }
}

impl Kinds {
    /// Leaves the kinds that are in another set, too.
    pub(super) fn keep_common(&mut self, other: Self) {
        self.0 &= other.0;
    }

    /// No kind.
    pub(super) fn none() -> Self {
        Self(0)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn contains(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// The patterns that are left.
    pub(crate) fn patterns(self) -> impl Iterator<Item = usize> {
        (0..PATTERNS.len()).filter(move |&at| self.contains(Kind::Pattern(at)))
    }

    /// Leaves the kinds that a text, which is not blank, has too.
    pub(super) fn narrow(&mut self, text: &str, number: &mut NumberShape) {
        let text = text.trim_matches([' ', '\t', '\n', '\r']);
        let mut kept = 0;
        let mut plain = 0;
        match text.as_bytes() {
            b"true" | b"false" => kept = Kind::Bool.bit(),
            [b'0'..=b'9' | b'-' | b'.', ..] => {
                if self.has_any(&[Kind::Integer, Kind::Decimal, Kind::Double]) {
                    plain = number_kinds(text.as_bytes(), number);
                    kept |= plain;
                }
                // Most text is ruled out before.
                if self.0 >= Kind::Date.bit() && text.len() >= 5 {
                    let is_integer = plain & Kind::Integer.bit() != 0;
                    kept |= if is_integer { self.digit_kinds(text) } else { self.temporal_kinds(text) };
                }
            }
            _ => kept |= self.month_first(text),
        }
        if self.has_any(&[Kind::PointNumber, Kind::CommaNumber]) {
            kept |= self.written_number_kinds(text, plain, number);
        }
        if self.contains(Kind::Uuid) && is_lower_uuid(text) {
            kept |= Kind::Uuid.bit();
        }
        if self.contains(Kind::Mail) && is_mail_date(text) {
            kept |= Kind::Mail.bit();
        }
        self.0 &= kept;
    }

    fn has_any(self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|&kind| self.contains(kind))
    }

    /// What digits alone can be read as besides: dates in one run.
    fn digit_kinds(self, text: &str) -> u64 {
        let fits = |at: &usize| {
            text.len() == DIGITS[at - FIRST_DIGITS]
                && self.contains(Kind::Pattern(*at))
                && parse(text, PATTERNS[*at].1, &FORMATS[*at]).is_ok()
        };
        (FIRST_DIGITS..PATTERNS.len()).filter(fits).map(|at| Kind::Pattern(at).bit()).sum()
    }

    /// A date that begins with its month's name.
    fn month_first(self, text: &str) -> u64 {
        let is_month_first = |at: &usize| PATTERNS[*at].0.starts_with("%b") && text.len() <= MAX_NUMBER_BYTES;
        let fits = |at: &usize| parse(text, PATTERNS[*at].1, &FORMATS[*at]).is_ok();
        self.patterns().filter(is_month_first).filter(fits).map(|at| Kind::Pattern(at).bit()).sum()
    }

    /// Whether a text is a number once its separators of thousands and its currency are out.
    fn written_number_kinds(self, text: &str, plain: u64, shape: &mut NumberShape) -> u64 {
        if plain & Kind::Decimal.bit() != 0 {
            // A point separates no thousands here.
            let is_whole = !text.contains('.');
            return Kind::PointNumber.bit() | if is_whole { Kind::CommaNumber.bit() } else { 0 };
        }
        if text.len() > MAX_NUMBER_BYTES || !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return 0;
        }
        let arena = Bump::new();
        let mut is = |kind: Kind, sign| {
            let is_number = self.contains(kind)
                && number_kinds(clean_number(text, sign, &arena).as_bytes(), shape) & Kind::Decimal.bit()
                    != 0;
            if is_number { kind.bit() } else { 0 }
        };
        is(Kind::PointNumber, DecimalSign::Point) | is(Kind::CommaNumber, DecimalSign::Comma)
    }

    fn temporal_kinds(self, text: &str) -> u64 {
        let is = |data_type| parse(text, data_type, &[]).is_ok();
        let mut kept = 0;
        let mut keep = |kind: Kind, is_kind: &dyn Fn() -> bool| {
            if self.contains(kind) && is_kind() {
                kept |= kind.bit();
            }
        };
        keep(Kind::Date, &|| is(DataType::Date));
        keep(Kind::Time, &|| is(DataType::Time));
        // A date alone is a timestamp at midnight, and would come back as one.
        keep(Kind::Timestamp, &|| text.len() > 10 && is(DataType::Timestamp));
        keep(Kind::Instant, &|| is(DataType::TimestampTz));
        keep(Kind::Utc, &|| text.ends_with('Z') && is(DataType::TimestampTz));
        for at in self.patterns() {
            let is_pattern = || parse(text, PATTERNS[at].1, &FORMATS[at]).is_ok();
            keep(Kind::Pattern(at), &is_pattern);
        }
        kept
    }
}

/// The kinds of numbers that give this text back: no plus, no leading zeros, no negative zero.
fn number_kinds(text: &[u8], shape: &mut NumberShape) -> u64 {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digit_count(unsigned);
    let (fraction, rest) = match &unsigned[whole..] {
        [b'.', after @ ..] => {
            let count = digit_count(after);
            if count == 0 {
                return 0;
            }
            (count, &after[count..])
        }
        rest => (0, rest),
    };
    let digits = || unsigned.iter().filter(|byte| byte.is_ascii_digit());
    let has_leading_zero = whole > 1 && unsigned[0] == b'0';
    let is_negative_zero = text.len() > unsigned.len() && digits().all(|&digit| digit == b'0');
    if whole + fraction == 0 || has_leading_zero || is_negative_zero {
        return 0;
    }
    let significant = digits().skip_while(|&&digit| digit == b'0').count();
    let mut kinds = 0;
    if !rest.is_empty() {
        let is_double = matches!(rest[0], b'e' | b'E')
            && std::str::from_utf8(text).is_ok_and(|text| {
                matches!(parse(text, DataType::Double, &[]), Ok(Value::Double(number)) if number != 0.0)
            });
        return if is_double && whole + fraction <= 15 { Kind::Double.bit() } else { 0 };
    }
    let (whole_digits, fraction_digits) = (whole as u32, fraction as u32);
    shape.widen(&NumberShape {
        whole_digits,
        fraction_digits,
        min_whole_digits: whole_digits,
        min_fraction_digits: fraction_digits,
    });
    if significant <= 15 {
        kinds |= Kind::Double.bit();
    }
    if whole + fraction <= 38 {
        kinds |= Kind::Decimal.bit();
    }
    if fraction == 0 && whole <= 18 && unsigned[..whole].len() == unsigned.len() {
        kinds |= Kind::Integer.bit();
    }
    kinds
}

fn digit_count(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Only text that may be one is read as one: most text is ruled out by a byte.
fn is_mail_date(text: &str) -> bool {
    text.len() >= 16
        && text.contains(':')
        && text.as_bytes().iter().filter(|&&byte| byte == b' ').count() >= 3
        && parse(text, DataType::TimestampTz, &*MAIL_FORMAT).is_ok()
}

fn is_lower_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'))
        && parse(text, DataType::Uuid, &[]).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(texts: &[&str]) -> Vec<Kind> {
        let mut kinds = Kinds::default();
        let mut shape = NumberShape::default();
        texts.iter().for_each(|text| kinds.narrow(text, &mut shape));
        let all = [
            Kind::Bool,
            Kind::Integer,
            Kind::Decimal,
            Kind::Double,
            Kind::Date,
            Kind::Time,
            Kind::Timestamp,
            Kind::Utc,
            Kind::Instant,
            Kind::Uuid,
        ];
        let patterns = kinds.patterns().map(Kind::Pattern);
        all.into_iter().filter(|&kind| kinds.contains(kind)).chain(patterns).collect()
    }

    #[test]
    fn numbers_that_would_come_back_otherwise_are_text() {
        for text in ["007", "+5", "-0", "5.", "1,000", "1e", "0x10", "-", ".", "1.2.3", "NaN", "00"] {
            assert_eq!(kinds(&[text]), [], "{text}");
        }
        assert_eq!(kinds(&["0"]), [Kind::Integer, Kind::Decimal, Kind::Double]);
        assert_eq!(kinds(&["12", "-0.5"]), [Kind::Decimal, Kind::Double]);
        assert_eq!(kinds(&["1", "2e3"]), [Kind::Double]);
        assert_eq!(kinds(&["1234567890123456789"]), [Kind::Decimal]);
        assert_eq!(kinds(&["0.12345678901234567", "1e5"]), []);
    }

    #[test]
    fn numbers_with_separators_are_told_by_the_sign_that_reads_all_of_them() {
        let signs = |texts: &[&str]| {
            let mut kinds = Kinds::default();
            texts.iter().for_each(|text| kinds.narrow(text, &mut NumberShape::default()));
            (kinds.contains(Kind::PointNumber), kinds.contains(Kind::CommaNumber))
        };
        for text in ["1.554,79", "12,5", "-1.000.000", "3,50 EUR"] {
            assert_eq!(signs(&[text]), (false, true), "{text}");
        }
        for text in ["1,554.79", "12.5", "(12.50)", "$0.99"] {
            assert_eq!(signs(&[text]), (true, false), "{text}");
        }
        for text in ["1,554", "7", "7 EUR"] {
            assert_eq!(signs(&[text]), (true, true), "{text}");
        }
        for text in ["007,5", "1,2,3", "12:30", "none", "v1", "1e5"] {
            assert_eq!(signs(&[text]), (false, false), "{text}");
        }
        assert_eq!(signs(&["7", "1,554", "1.5"]), (true, false));
        assert_eq!(signs(&["7", "1,5", "1.5"]), (false, false));
    }

    #[test]
    fn dates_keep_their_precision_and_offset_or_stay_text() {
        assert_eq!(kinds(&["2024-01-31"]), [Kind::Date]);
        assert_eq!(kinds(&["2024-01-31", "2024-02-30"]), []);
        assert_eq!(kinds(&["2024-01-31", "2024-01-31T10:00:00"]), []);
        assert_eq!(kinds(&["2024-01-31T10:00:00.5"]), [Kind::Timestamp]);
        assert_eq!(kinds(&["2024-01-31T10:00:00Z"]), [Kind::Utc, Kind::Instant]);
        assert_eq!(kinds(&["2024-01-31T10:00:00Z", "2024-01-31T10:00:00+02:00"]), [Kind::Instant]);
        assert_eq!(kinds(&["10:30:00"]), [Kind::Time]);
    }

    #[test]
    fn a_day_beyond_twelve_tells_day_and_month_apart() {
        let names = |texts: &[&str]| {
            let name = |kind: &Kind| match kind {
                Kind::Pattern(at) => PATTERNS[*at].0,
                other => panic!("{other:?}"),
            };
            kinds(texts).iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(names(&["01/02/2024"]), ["%m/%d/%Y", "%d/%m/%Y"]);
        assert_eq!(names(&["01/02/2024", "01/13/2024"]), ["%m/%d/%Y"]);
        assert_eq!(names(&["31.12.2024"]), ["%d.%m.%Y"]);
        assert_eq!(names(&["12/31/2024 23:59:59"]), ["%m/%d/%Y %H:%M:%S"]);
        assert_eq!(names(&["05-Jan-2020"]), ["%d-%b-%Y"]);
    }

    #[test]
    fn white_space_around_other_things_than_text_does_not_count() {
        assert_eq!(kinds(&[" 12\n"]), [Kind::Integer, Kind::Decimal, Kind::Double]);
        assert_eq!(kinds(&["true", " false "]), [Kind::Bool]);
        assert_eq!(kinds(&["true", "1"]), []);
        let uuid = "0a1b2c3d-0000-4000-8000-0123456789ab";
        assert_eq!(kinds(&[uuid]), [Kind::Uuid]);
        assert_eq!(kinds(&[&uuid.to_uppercase()]), []);
    }
}
