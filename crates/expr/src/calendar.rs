//! Units of time in the calendar of years 1 to 9999: adding, counting, taking parts.

use xmlshred_model::lexical::{CivilDate, civil_from_days, days_from_civil};

use crate::error::EvaluationError;

pub(crate) use xmlshred_model::lexical::MICROS_PER_DAY as DAY_MICROS;

const FIRST_DAY: i64 = -719_162;
const LAST_DAY: i64 = 2_932_896;
const FIRST_MICROS: i64 = FIRST_DAY * DAY_MICROS;
const LAST_MICROS: i64 = (LAST_DAY + 1) * DAY_MICROS - 1;

/// The date so many days after 1970-01-01, which is one of these years.
fn civil(days: i64) -> CivilDate {
    civil_from_days(i32::try_from(days).expect("years 1 to 9999 have few days"))
}

/// The last day of the month when that month is too short.
fn plus_months(date: CivilDate, months: i64) -> Option<i64> {
    let index = (i64::from(date.year) * 12 + i64::from(date.month) - 1).checked_add(months)?;
    let year = i32::try_from(index.div_euclid(12)).ok()?;
    let month = index.rem_euclid(12) as u8 + 1;
    let exists = |day| days_from_civil(CivilDate { year, month, day });
    (1..=date.day).rev().find_map(exists).map(i64::from)
}

fn day_of_year(days: i64) -> i64 {
    let first = CivilDate { month: 1, day: 1, ..civil(days) };
    days - i64::from(days_from_civil(first).expect("every year has a first day")) + 1
}

/// Monday is 1, Sunday is 7.
fn iso_weekday(days: i64) -> i64 {
    (days + 3).rem_euclid(7) + 1
}

fn iso_week(days: i64) -> i64 {
    // A week belongs to the year of its Thursday.
    (day_of_year(days - iso_weekday(days) + 4) - 1) / 7 + 1
}

/// A unit of time, as `DATEADD`, `DATEDIFF` and `EXTRACT` name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Year,
    Quarter,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    DayOfWeek,
    IsoDayOfWeek,
    DayOfYear,
}

impl Unit {
    /// The names that expressions may use, singular.
    pub(crate) const NAMES: [(&'static str, Self); 13] = [
        ("year", Self::Year),
        ("quarter", Self::Quarter),
        ("month", Self::Month),
        ("week", Self::Week),
        ("day", Self::Day),
        ("hour", Self::Hour),
        ("minute", Self::Minute),
        ("second", Self::Second),
        ("millisecond", Self::Millisecond),
        ("microsecond", Self::Microsecond),
        ("dow", Self::DayOfWeek),
        ("isodow", Self::IsoDayOfWeek),
        ("doy", Self::DayOfYear),
    ];

    /// The unit with this name, singular or plural, in any case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let singular = name.strip_suffix('s').unwrap_or(&name);
        match name.as_str() {
            "dayofweek" | "weekday" => Some(Self::DayOfWeek),
            "dayofyear" => Some(Self::DayOfYear),
            _ => Self::NAMES
                .iter()
                .find(|(known, _)| *known == name || *known == singular)
                .map(|(_, unit)| *unit),
        }
    }

    /// The name in singular.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, unit)| *unit == self).map_or("", |(name, _)| name)
    }

    /// Whether the unit is a part of a time of day.
    pub(crate) fn is_of_time(self) -> bool {
        self.micros().is_some()
    }

    /// Whether a number of these units can be added or counted; days of a week or year cannot.
    pub(crate) fn is_countable(self) -> bool {
        !matches!(self, Self::DayOfWeek | Self::IsoDayOfWeek | Self::DayOfYear)
    }

    fn micros(self) -> Option<i64> {
        match self {
            Self::Hour => Some(3_600_000_000),
            Self::Minute => Some(60_000_000),
            Self::Second => Some(1_000_000),
            Self::Millisecond => Some(1_000),
            Self::Microsecond => Some(1),
            _ => None,
        }
    }
}

/// The day (since 1970-01-01) `count` units later; the last day of the month when that month is too short.
pub(crate) fn add_to_days(unit: Unit, count: i64, days: i64) -> Result<i64, EvaluationError> {
    let months = |factor: i64| {
        let months = count.checked_mul(factor)?;
        plus_months(civil(days), months)
    };
    let moved = match unit {
        Unit::Year => months(12),
        Unit::Quarter => months(3),
        Unit::Month => months(1),
        Unit::Week => count.checked_mul(7).and_then(|count| days.checked_add(count)),
        _ => days.checked_add(count),
    };
    moved.filter(|day| (FIRST_DAY..=LAST_DAY).contains(day)).ok_or(EvaluationError::OutOfRange)
}

/// The instant (microseconds since 1970-01-01T00:00) `count` units later.
pub(crate) fn add_to_micros(unit: Unit, count: i64, micros: i64) -> Result<i64, EvaluationError> {
    let moved = match unit.micros() {
        Some(factor) => count.checked_mul(factor).and_then(|span| micros.checked_add(span)),
        None => {
            let days = add_to_days(unit, count, micros.div_euclid(DAY_MICROS))?;
            Some(days * DAY_MICROS + micros.rem_euclid(DAY_MICROS))
        }
    };
    moved.filter(|at| (FIRST_MICROS..=LAST_MICROS).contains(at)).ok_or(EvaluationError::OutOfRange)
}

/// The time of day (microseconds since midnight) `count` units later; it wraps at midnight.
pub(crate) fn add_to_time(unit: Unit, count: i64, time: i64) -> i64 {
    let span = i128::from(count) * i128::from(unit.micros().unwrap_or(0));
    i64::try_from((i128::from(time) + span).rem_euclid(i128::from(DAY_MICROS))).expect("less than a day")
}

/// How many boundaries of the unit lie between two instants in microseconds.
pub(crate) fn boundaries(unit: Unit, from: i64, to: i64) -> i64 {
    boundary(unit, to) - boundary(unit, from)
}

fn boundary(unit: Unit, micros: i64) -> i64 {
    let days = micros.div_euclid(DAY_MICROS);
    let civil = civil(days);
    let (year, month) = (i64::from(civil.year), i64::from(civil.month));
    match unit {
        Unit::Year => year,
        Unit::Quarter => year * 4 + (month - 1) / 3,
        Unit::Month => year * 12 + month,
        // Weeks begin on Sunday, as in SQL Server; 1970-01-01 was a Thursday.
        Unit::Week => (days + 4).div_euclid(7),
        _ => micros.div_euclid(unit.micros().unwrap_or(DAY_MICROS)),
    }
}

/// The part of an instant, in microseconds since 1970-01-01T00:00 or, for times, since midnight.
pub(crate) fn part(unit: Unit, micros: i64) -> i64 {
    let days = micros.div_euclid(DAY_MICROS);
    let time = micros.rem_euclid(DAY_MICROS);
    let civil = civil(days);
    match unit {
        Unit::Year => i64::from(civil.year),
        Unit::Quarter => i64::from(civil.month - 1) / 3 + 1,
        Unit::Month => i64::from(civil.month),
        Unit::Week => iso_week(days),
        Unit::Day => i64::from(civil.day),
        Unit::Hour => time / 3_600_000_000,
        Unit::Minute => time / 60_000_000 % 60,
        Unit::Second => time / 1_000_000 % 60,
        Unit::Millisecond => time / 1_000 % 1_000,
        Unit::Microsecond => time % 1_000_000,
        Unit::DayOfWeek => iso_weekday(days) % 7,
        Unit::IsoDayOfWeek => iso_weekday(days),
        Unit::DayOfYear => day_of_year(days),
    }
}
