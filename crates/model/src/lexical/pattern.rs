//! strptime-style patterns of contracts: read once, then matched exactly, to the end of the text.

use crate::DataType;

use super::calendar::{CivilDate, MICROS_PER_DAY, days_from_civil, weekday};
use super::leniency::Lost;
use super::parts::{Parts, fraction, offset, time_of_day};
use super::words::{MONTHS, WEEKDAYS, name, number, on_bytes};
use super::{iso8601, rfc2822};

/// How dates, times and timestamps are written, checked once: a strptime-style pattern, or one of the words `iso8601`, `rfc2822`, `epoch` (seconds
/// since 1970-01-01T00:00:00Z, with or without a fraction) and `epoch_ms`.
///
/// `%Y` year of four digits, `%y` of two (69 to 99 are 1969 to 1999, others 20xx, as POSIX), `%m` `%d` `%H` `%I` `%M` `%S` `%j` with one or two (three)
/// digits, `%f` fraction of a second (1 to 6 digits), `%.f` the same with its point or nothing, `%b` and `%B` English month names, `%a` and `%A` day
/// names (read, not checked), `%p` AM or PM, `%z` offset (`Z`, `+HH:MM`, `+HHMM`), `%Z` name of a zone (`UTC`, `GMT`, `Z` and those of RFC 2822), `%T` = `%H:%M:%S`, `%F` = `%Y-%m-%d`, `%D` = `%m/%d/%y`, `%R` = `%H:%M`,
/// `%%`. A blank matches any number of blanks. Other characters are themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemporalFormat {
    pattern: String,
    pub(super) notation: Notation,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    Pattern(Vec<Item>),
    Iso8601,
    Rfc2822,
    /// Of a second since 1970, in powers of ten.
    Epoch(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Literal(char),
    Blanks,
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    DayOfYear,
    WeekdayName,
    Hour,
    HalfDayHour,
    Minute,
    Second,
    Fraction,
    OptionalFraction,
    HalfDay,
    Offset,
    ZoneName,
}

impl TemporalFormat {
    /// Checks a pattern such as `%m/%d/%Y %H:%M:%S`.
    ///
    /// # Errors
    /// A message that names the directive that is not known.
    pub fn new(pattern: &str) -> Result<Self, String> {
        let notation = match pattern {
            "iso8601" => Notation::Iso8601,
            "rfc2822" => Notation::Rfc2822,
            "epoch" => Notation::Epoch(0),
            "epoch_ms" => Notation::Epoch(3),
            pattern => {
                let mut items = Vec::new();
                read(pattern, &mut items)?;
                if items.is_empty() {
                    return Err("an empty pattern matches nothing".to_owned());
                }
                Notation::Pattern(items)
            }
        };
        Ok(Self { pattern: pattern.to_owned(), notation })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.pattern
    }

    pub(super) fn parse(&self, text: &str, data_type: DataType) -> Option<Parts> {
        match &self.notation {
            Notation::Pattern(items) => {
                let mut rest = text;
                let mut fields = Fields::default();
                for &item in items {
                    fields.read(item, &mut rest)?;
                }
                if rest.is_empty() { fields.parts() } else { None }
            }
            Notation::Iso8601 => iso8601::parse(text, data_type),
            Notation::Rfc2822 => rfc2822::parse(text),
            Notation::Epoch(power) => since_1970(text, *power, data_type),
        }
    }
}

/// A number of seconds, or of the part of a second that this power of ten says, since 1970-01-01T00:00:00Z.
fn since_1970(text: &str, power: u8, data_type: DataType) -> Option<Parts> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = !whole.is_empty() && (whole.len() == digits.len() || !fraction.is_empty());
    if !is_number || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let places = usize::from(6 - power);
    let (kept, lost) = fraction.as_bytes().split_at(fraction.len().min(places));
    let append = |number: i64, digit: &u8| number.checked_mul(10)?.checked_add(i64::from(digit - b'0'));
    let magnitude = whole.as_bytes().iter().chain(kept).try_fold(0_i64, append)?;
    let magnitude = magnitude.checked_mul(10_i64.checked_pow((places - kept.len()) as u32)?)?;
    let magnitude = Some(magnitude).filter(|&micros| micros < i64::MAX / 2)?;
    // Cut towards the past, as any other time is: what is lost of a number below zero is then the rest of a microsecond.
    let (micros, lost) = match (is_negative, Lost::of(lost)) {
        (false, lost) => (magnitude, lost),
        (true, Lost::Nothing) => (-magnitude, Lost::Nothing),
        (true, Lost::LessThanHalf) => (-magnitude - 1, Lost::Half),
        (true, Lost::Half) => (-magnitude - 1, Lost::LessThanHalf),
    };
    Some(Parts {
        days: (data_type != DataType::Time).then_some(i32::try_from(micros.div_euclid(MICROS_PER_DAY)).ok()?),
        time: Some(micros.rem_euclid(MICROS_PER_DAY)),
        // The number is one of UTC and says no zone.
        offset: (data_type == DataType::TimestampTz).then_some(0),
        lost,
    })
}

fn read(pattern: &str, items: &mut Vec<Item>) -> Result<(), String> {
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            items.push(Item::Blanks);
            continue;
        }
        if c != '%' {
            items.push(Item::Literal(c));
            continue;
        }
        items.push(match chars.next() {
            Some('Y') => Item::Year,
            Some('y') => Item::ShortYear,
            Some('m') => Item::Month,
            Some('b' | 'B' | 'h') => Item::MonthName,
            Some('d' | 'e') => Item::Day,
            Some('j') => Item::DayOfYear,
            Some('a' | 'A') => Item::WeekdayName,
            Some('H') => Item::Hour,
            Some('I') => Item::HalfDayHour,
            Some('M') => Item::Minute,
            Some('S') => Item::Second,
            Some('f') => Item::Fraction,
            Some('.') if chars.next() == Some('f') => Item::OptionalFraction,
            Some('p' | 'P') => Item::HalfDay,
            Some('z') => Item::Offset,
            Some('Z') => Item::ZoneName,
            Some('%') => Item::Literal('%'),
            Some('T') => {
                read("%H:%M:%S", items)?;
                continue;
            }
            Some('F') => {
                read("%Y-%m-%d", items)?;
                continue;
            }
            Some('D') => {
                read("%m/%d/%y", items)?;
                continue;
            }
            Some('R') => {
                read("%H:%M", items)?;
                continue;
            }
            Some(other) => return Err(format!("unknown directive `%{other}`")),
            None => return Err("a `%` at the end of the pattern".to_owned()),
        });
    }
    Ok(())
}

#[derive(Default)]
struct Fields {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    day_of_year: Option<u32>,
    weekday: Option<u32>,
    hour: Option<u32>,
    half_day_hour: Option<u32>,
    minute: Option<u32>,
    second: Option<u32>,
    micros: Option<u32>,
    is_afternoon: Option<bool>,
    offset: Option<i32>,
    lost: Lost,
}

impl Fields {
    fn read(&mut self, item: Item, rest: &mut &str) -> Option<()> {
        match item {
            Item::Literal(c) => *rest = rest.strip_prefix(c)?,
            Item::Blanks => *rest = rest.trim_start(),
            Item::Year => self.year = Some(number(rest, 4, 4)?),
            Item::ShortYear => {
                let year = number(rest, 2, 2)?;
                self.year = Some(if year >= 69 { 1900 + year } else { 2000 + year });
            }
            Item::Month => self.month = Some(number(rest, 1, 2)?),
            Item::MonthName => self.month = Some(name(rest, &MONTHS)? + 1),
            Item::Day => self.day = Some(number(rest, 1, 2)?),
            Item::DayOfYear => self.day_of_year = Some(number(rest, 1, 3)?),
            Item::WeekdayName => self.weekday = Some(name(rest, &WEEKDAYS)?),
            Item::Hour => self.hour = Some(number(rest, 1, 2)?),
            Item::HalfDayHour => {
                self.half_day_hour = Some(number(rest, 1, 2).filter(|hour| (1..=12).contains(hour))?);
            }
            Item::Minute => self.minute = Some(number(rest, 1, 2)?),
            Item::Second => self.second = Some(number(rest, 1, 2)?),
            Item::Fraction => self.fraction(rest)?,
            Item::OptionalFraction => {
                if let Some(after) = rest.strip_prefix('.') {
                    *rest = after;
                    self.fraction(rest)?;
                }
            }
            Item::HalfDay => {
                let word = rest.get(..2)?;
                self.is_afternoon = Some(word.eq_ignore_ascii_case("pm"));
                if !word.eq_ignore_ascii_case("am") && !word.eq_ignore_ascii_case("pm") {
                    return None;
                }
                *rest = &rest[2..];
            }
            Item::Offset => self.offset = Some(on_bytes(rest, offset)?),
            Item::ZoneName => self.offset = Some(rfc2822::zone_name(rest)?),
        }
        Some(())
    }

    fn fraction(&mut self, rest: &mut &str) -> Option<()> {
        let (micros, lost) = on_bytes(rest, fraction)?;
        (self.micros, self.lost) = (Some(micros), lost);
        Some(())
    }

    fn parts(self) -> Option<Parts> {
        let days = match (self.year, self.month, self.day, self.day_of_year) {
            (None, None, None, None) => None,
            (Some(year), Some(month), Some(day), None) => {
                Some(days_from_civil(CivilDate { year: year as i32, month: month as u8, day: day as u8 })?)
            }
            (Some(year), None, None, Some(day @ 1..=366)) => {
                let first = days_from_civil(CivilDate { year: year as i32, month: 1, day: 1 })?;
                let days = first + day as i32 - 1;
                (super::civil_from_days(days).year == year as i32).then_some(Some(days))?
            }
            _ => return None,
        };
        if let (Some(days), Some(said)) = (days, self.weekday)
            && said != weekday(days)
        {
            return None;
        }
        let hour = match (self.hour, self.half_day_hour, self.is_afternoon) {
            (Some(hour), None, _) => Some(hour),
            (None, Some(hour), Some(is_afternoon)) => Some(hour % 12 + 12 * u32::from(is_afternoon)),
            (None, None, None) => None,
            _ => return None,
        };
        let time = match hour {
            None if self.minute.or(self.second).or(self.micros).is_some() => return None,
            None => None,
            Some(hour) => Some(time_of_day(
                hour,
                self.minute.unwrap_or(0),
                self.second.unwrap_or(0),
                self.micros.unwrap_or(0),
            )?),
        };
        Some(Parts { days, time, offset: self.offset, lost: self.lost })
    }
}
