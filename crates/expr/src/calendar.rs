//! Days, civil dates and units of time: the proleptic Gregorian calendar of years 1 to 9999.

use crate::EvaluationError;

/// Microseconds of a day.
pub(crate) const DAY_MICROS: i64 = 86_400_000_000;

const FIRST_DAY: i64 = -719_162;
const LAST_DAY: i64 = 2_932_896;
const FIRST_MICROS: i64 = FIRST_DAY * DAY_MICROS;
const LAST_MICROS: i64 = (LAST_DAY + 1) * DAY_MICROS - 1;

/// A year, month and day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
}

impl Civil {
    /// The date so many days after 1970-01-01.
    pub(crate) fn from_days(days: i64) -> Self {
        // Years begin in March here, so that the leap day is the last one.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        Self { year: year_of_era + era * 400 + i64::from(month <= 2), month, day }
    }

    /// Days since 1970-01-01.
    pub(crate) fn days(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let march_month = (self.month + 9) % 12;
        let of_year = (153 * march_month + 2) / 5 + self.day - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
    }

    fn month_length(year: i64, month: i64) -> i64 {
        match month {
            4 | 6 | 9 | 11 => 30,
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            _ => 31,
        }
    }

    fn plus_months(self, months: i64) -> Option<Self> {
        let index = (self.year * 12 + self.month - 1).checked_add(months)?;
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
        (1..=9999).contains(&year).then(|| Self {
            year,
            month,
            day: self.day.min(Self::month_length(year, month)),
        })
    }

    fn day_of_year(self) -> i64 {
        self.days() - Self { month: 1, day: 1, ..self }.days() + 1
    }
}

/// Monday is 1, Sunday is 7.
fn iso_weekday(days: i64) -> i64 {
    (days + 3).rem_euclid(7) + 1
}

fn iso_week(days: i64) -> i64 {
    // A week belongs to the year of its Thursday.
    let thursday = Civil::from_days(days - iso_weekday(days) + 4);
    (thursday.day_of_year() - 1) / 7 + 1
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
        Some(Civil::from_days(days).plus_months(months)?.days())
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
    let civil = Civil::from_days(days);
    match unit {
        Unit::Year => civil.year,
        Unit::Quarter => civil.year * 4 + (civil.month - 1) / 3,
        Unit::Month => civil.year * 12 + civil.month,
        // Weeks begin on Sunday, as in SQL Server; 1970-01-01 was a Thursday.
        Unit::Week => (days + 4).div_euclid(7),
        _ => micros.div_euclid(unit.micros().unwrap_or(DAY_MICROS)),
    }
}

/// The part of an instant, in microseconds since 1970-01-01T00:00 or, for times, since midnight.
pub(crate) fn part(unit: Unit, micros: i64) -> i64 {
    let days = micros.div_euclid(DAY_MICROS);
    let time = micros.rem_euclid(DAY_MICROS);
    let civil = Civil::from_days(days);
    match unit {
        Unit::Year => civil.year,
        Unit::Quarter => (civil.month - 1) / 3 + 1,
        Unit::Month => civil.month,
        Unit::Week => iso_week(days),
        Unit::Day => civil.day,
        Unit::Hour => time / 3_600_000_000,
        Unit::Minute => time / 60_000_000 % 60,
        Unit::Second => time / 1_000_000 % 60,
        Unit::Millisecond => time / 1_000 % 1_000,
        Unit::Microsecond => time % 1_000_000,
        Unit::DayOfWeek => iso_weekday(days) % 7,
        Unit::IsoDayOfWeek => iso_weekday(days),
        Unit::DayOfYear => civil.day_of_year(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_convert_both_ways() {
        for days in (FIRST_DAY..=LAST_DAY).step_by(97) {
            assert_eq!(Civil::from_days(days).days(), days);
        }
        assert_eq!(Civil::from_days(FIRST_DAY), Civil { year: 1, month: 1, day: 1 });
        assert_eq!(Civil::from_days(LAST_DAY), Civil { year: 9999, month: 12, day: 31 });
    }
}
