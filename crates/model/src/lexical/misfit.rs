//! Patterns that can never give a value of their type, whatever a text says: told when a contract is checked, not document by document.

use std::fmt;

use crate::DataType;

use super::leniency::{Leniency, OnZone};
use super::pattern::{Item, Notation, TemporalFormat};

/// Why no value of a type can be read with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// It has no directive: `dd.MM.yyyy` matches itself only.
    NoDirective,
    /// It does not give this part, which every value of the type has.
    Lacks(&'static str),
    /// It gives this part, which no value of the type has.
    Surplus(&'static str),
    /// An hour of 12 without its half of the day.
    HalfDayHour,
    /// A half of the day without an hour of 12.
    HalfDay,
    /// Minutes or seconds without an hour.
    NoHour,
    /// Two directives that exclude each other.
    Both(&'static str, &'static str),
    /// A zone, which the type does not keep and `on_zone: fail` refuses.
    Zone,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDirective => f.write_str("has no directive"),
            Self::Lacks(part) => write!(f, "gives no {part}"),
            Self::Surplus(part) => write!(f, "gives a {part}"),
            Self::HalfDayHour => f.write_str("has `%I` without `%p`"),
            Self::HalfDay => f.write_str("has `%p` without `%I`"),
            Self::NoHour => f.write_str("has minutes or seconds without an hour"),
            Self::Both(one, other) => write!(f, "has both `{one}` and `{other}`"),
            Self::Zone => f.write_str("reads a zone, which `on_zone: fail` refuses"),
        }
    }
}

impl TemporalFormat {
    /// Why no text at all gives a value of this type by the pattern; `None` when some text does.
    pub fn misfit(&self, data_type: DataType, leniency: Leniency) -> Option<Misfit> {
        match &self.notation {
            Notation::Iso8601 | Notation::Epoch(_) => None,
            Notation::Rfc2822 if data_type == DataType::Time => Some(Misfit::Surplus("day")),
            Notation::Rfc2822 => refused_zone(data_type, leniency),
            Notation::Pattern(items) => {
                Given::of(items).map_or(Some(Misfit::NoDirective), |given| given.misfit(data_type, leniency))
            }
        }
    }

    /// Characters of the longest text that the pattern reads, where blanks are one each; none where a word or a zone is in it.
    pub fn max_chars(&self) -> Option<u32> {
        let Notation::Pattern(items) = &self.notation else { return None };
        let lengths = items.iter().map(|item| match item {
            Item::Literal(_) | Item::Blanks => Some(1),
            Item::Year => Some(4),
            Item::DayOfYear => Some(3),
            Item::ShortYear
            | Item::Month
            | Item::Day
            | Item::Hour
            | Item::HalfDayHour
            | Item::Minute
            | Item::Second
            | Item::HalfDay => Some(2),
            Item::Fraction => Some(6),
            Item::OptionalFraction => Some(7),
            Item::MonthName | Item::WeekdayName | Item::Offset | Item::ZoneName => None,
        });
        lengths.sum()
    }
}

/// The zone of a pattern that always has one.
fn refused_zone(data_type: DataType, leniency: Leniency) -> Option<Misfit> {
    (data_type != DataType::TimestampTz && leniency.on_zone == OnZone::Fail).then_some(Misfit::Zone)
}

/// Which parts a pattern gives.
#[derive(Default)]
struct Given {
    year: bool,
    month: bool,
    day: bool,
    day_of_year: bool,
    hour: bool,
    half_day_hour: bool,
    half_day: bool,
    below_hour: bool,
    zone: bool,
}

impl Given {
    /// `None` where nothing is a directive.
    fn of(items: &[Item]) -> Option<Self> {
        let mut given = Self::default();
        let mut has_directive = false;
        for item in items {
            has_directive |= !matches!(item, Item::Literal(_) | Item::Blanks);
            match item {
                Item::Year | Item::ShortYear => given.year = true,
                Item::Month | Item::MonthName => given.month = true,
                Item::Day => given.day = true,
                Item::DayOfYear => given.day_of_year = true,
                Item::Hour => given.hour = true,
                Item::HalfDayHour => given.half_day_hour = true,
                Item::HalfDay => given.half_day = true,
                Item::Minute | Item::Second | Item::Fraction => given.below_hour = true,
                Item::Offset | Item::ZoneName => given.zone = true,
                // A text may leave it out.
                Item::OptionalFraction | Item::WeekdayName | Item::Literal(_) | Item::Blanks => {}
            }
        }
        has_directive.then_some(given)
    }

    fn misfit(&self, data_type: DataType, leniency: Leniency) -> Option<Misfit> {
        let time = self.time_misfit();
        if data_type == DataType::Time {
            let has_day = self.year || self.month || self.day || self.day_of_year;
            return match has_day {
                true => Some(Misfit::Surplus("day")),
                false => time
                    .or_else(|| (!self.has_time()).then_some(Misfit::Lacks("time of day")))
                    .or_else(|| self.zone_misfit(data_type, leniency)),
            };
        }
        let is_instant = data_type == DataType::TimestampTz;
        self.day_misfit()
            .or(time)
            .or_else(|| (is_instant && !self.has_time()).then_some(Misfit::Lacks("time of day")))
            .or_else(|| (is_instant && !self.zone).then_some(Misfit::Lacks("zone")))
            .or_else(|| self.zone_misfit(data_type, leniency))
    }

    fn has_time(&self) -> bool {
        self.hour || self.half_day_hour
    }

    fn zone_misfit(&self, data_type: DataType, leniency: Leniency) -> Option<Misfit> {
        self.zone.then(|| refused_zone(data_type, leniency)).flatten()
    }

    fn day_misfit(&self) -> Option<Misfit> {
        match (self.year, self.month, self.day, self.day_of_year) {
            (true, true, true, false) | (true, false, false, true) => None,
            (_, true, _, true) => Some(Misfit::Both("%m", "%j")),
            (_, _, true, true) => Some(Misfit::Both("%d", "%j")),
            (false, ..) => Some(Misfit::Lacks("year")),
            (true, false, ..) => Some(Misfit::Lacks("month")),
            (true, true, false, false) => Some(Misfit::Lacks("day")),
        }
    }

    fn time_misfit(&self) -> Option<Misfit> {
        match (self.hour, self.half_day_hour, self.half_day) {
            (true, true, _) => Some(Misfit::Both("%H", "%I")),
            (false, true, false) => Some(Misfit::HalfDayHour),
            (false, false, true) => Some(Misfit::HalfDay),
            (false, false, false) if self.below_hour => Some(Misfit::NoHour),
            _ => None,
        }
    }
}

/// A pattern of Java, .NET or Oracle (`dd.MM.yyyy`, `YYYY-MM-DD HH24:MI:SS`) in our directives, as far as its letters are known there.
pub fn translated(pattern: &str) -> Option<String> {
    const WORDS: [(&str, &str); 22] = [
        ("yyyy", "%Y"),
        ("YYYY", "%Y"),
        ("HH24", "%H"),
        ("HH12", "%I"),
        ("MMMM", "%B"),
        ("EEEE", "%A"),
        ("MMM", "%b"),
        ("EEE", "%a"),
        ("SSS", "%f"),
        ("fff", "%f"),
        ("XXX", "%z"),
        ("zzz", "%z"),
        ("yy", "%y"),
        ("YY", "%y"),
        ("MI", "%M"),
        ("MM", "%m"),
        ("dd", "%d"),
        ("DD", "%d"),
        ("HH", "%H"),
        ("hh", "%I"),
        ("mm", "%M"),
        ("ss", "%S"),
    ];
    const LATER: [(&str, &str); 4] = [("SS", "%S"), ("tt", "%p"), ("AM", "%p"), ("a", "%p")];
    let mut translated = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let known =
            WORDS.iter().chain(&LATER).find_map(|(word, ours)| Some((rest.strip_prefix(word)?, ours)));
        if let Some((after, ours)) = known {
            translated.push_str(ours);
            rest = after;
        } else if c == 'T' || !c.is_alphanumeric() && c != '%' {
            translated.extend((c != '\'').then_some(c));
            rest = &rest[c.len_utf8()..];
        } else {
            return None;
        }
    }
    translated.contains('%').then_some(translated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexical::parse_leniently;

    fn check(pattern: &str, data_type: DataType, expected: &str) {
        let format = TemporalFormat::new(pattern).unwrap();
        let found = format.misfit(data_type, Leniency::STRICT).map(|misfit| misfit.to_string());
        assert_eq!(found.unwrap_or_default(), expected, "{pattern} for {data_type}");
    }

    #[test]
    fn patterns_that_can_never_give_their_type_say_why() {
        check("%Y-%m", DataType::Date, "gives no day");
        check("%d.%m.", DataType::Date, "gives no year");
        check("%Y", DataType::Timestamp, "gives no month");
        check("%H:%M", DataType::Timestamp, "gives no year");
        check("%Y-%m-%d %H:%M", DataType::TimestampTz, "gives no zone");
        check("%Y-%m-%d%z", DataType::TimestampTz, "gives no time of day");
        check("%I:%M", DataType::Time, "has `%I` without `%p`");
        check("%Y-%m-%d %I:%M", DataType::Timestamp, "has `%I` without `%p`");
        check("%M:%S", DataType::Time, "has minutes or seconds without an hour");
        check("%H:%I", DataType::Time, "has both `%H` and `%I`");
        check("%Y-%m-%d %H:%M", DataType::Time, "gives a day");
        check("dd.MM.yyyy", DataType::Date, "has no directive");
        check("%Y-%j-%d", DataType::Date, "has both `%d` and `%j`");
        check("%F %T%z", DataType::Timestamp, "reads a zone, which `on_zone: fail` refuses");
        check("rfc2822", DataType::Date, "reads a zone, which `on_zone: fail` refuses");
        check("rfc2822", DataType::Time, "gives a day");
    }

    #[test]
    fn patterns_that_can_give_their_type_say_nothing() {
        check("%F", DataType::Date, "");
        check("%F %T", DataType::Date, "");
        check("%Y-%j", DataType::Date, "");
        check("%a, %d %b %y", DataType::Timestamp, "");
        check("%I:%M %p", DataType::Time, "");
        check("%H:%M %p", DataType::Time, "");
        check("%F%.f", DataType::Date, "");
        check("%F %R %Z", DataType::TimestampTz, "");
        for word in ["iso8601", "epoch", "epoch_ms"] {
            for data_type in [DataType::Date, DataType::Time, DataType::Timestamp, DataType::TimestampTz] {
                check(word, data_type, "");
            }
        }
        let format = TemporalFormat::new("rfc2822").unwrap();
        let lenient = Leniency { on_zone: OnZone::Utc, ..Leniency::STRICT };
        assert_eq!(format.misfit(DataType::Date, lenient), None);
    }

    /// Of all patterns of up to four directives: one that is said never to fit reads none of the texts that it could have been written for.
    #[test]
    fn nothing_is_called_a_misfit_that_reads_a_text() {
        const PIECES: [(&str, &str); 11] = [
            ("%Y", "2024"),
            ("%m", "2"),
            ("%d", "3"),
            ("%j", "34"),
            ("%H", "4"),
            ("%I", "5"),
            ("%p", "PM"),
            ("%M", "6"),
            ("%S", "7"),
            ("%f", "8"),
            ("%z", "+01:00"),
        ];
        let types = [DataType::Date, DataType::Time, DataType::Timestamp, DataType::TimestampTz];
        let (mut fitting, mut others) = (0, 0);
        for choice in 1_u32..1 << PIECES.len() {
            let chosen = PIECES.iter().enumerate().filter(|(at, _)| choice & 1 << at != 0);
            let (pattern, text): (Vec<_>, Vec<_>) = chosen.map(|(_, piece)| *piece).unzip();
            let format = TemporalFormat::new(&pattern.join(" ")).unwrap();
            for data_type in types {
                for on_zone in [OnZone::Fail, OnZone::Utc] {
                    let leniency = Leniency { on_zone, on_inexact: crate::lexical::OnInexact::Truncate };
                    let formats = std::slice::from_ref(&format);
                    let read = parse_leniently(&text.join(" "), data_type, formats, leniency).is_ok();
                    let misfit = format.misfit(data_type, leniency);
                    assert_eq!(read, misfit.is_none(), "{} for {data_type}: {misfit:?}", format.as_str());
                    *if read { &mut fitting } else { &mut others } += 1;
                }
            }
        }
        assert!(fitting > 200 && others > 5000, "{fitting} {others}");
    }

    #[test]
    fn patterns_of_other_languages_are_translated() {
        let of = |pattern| translated(pattern).unwrap_or_default();
        assert_eq!(of("dd.MM.yyyy"), "%d.%m.%Y");
        assert_eq!(of("YYYY-MM-DD HH24:MI:SS"), "%Y-%m-%d %H:%M:%S");
        assert_eq!(of("yyyy-MM-dd'T'HH:mm:ss.SSSXXX"), "%Y-%m-%dT%H:%M:%S.%f%z");
        assert_eq!(of("hello"), "");
        assert_eq!(of("..."), "");
    }
}
