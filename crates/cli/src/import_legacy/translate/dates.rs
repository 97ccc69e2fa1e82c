//! Dates of the old format: in documents by patterns, in the contract itself read here.

use jiff::civil::{Date, DateTime};

/// How documents write dates, with and without times, in the old program's order; ISO 8601 is tried behind them.
pub(crate) const PATTERNS: [&str; 7] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y",
    "%d/%m/%Y %H:%M:%S",
];

/// A date of the old contract as ISO 8601, with its time unless that is midnight.
pub(super) fn iso(text: &str) -> Option<String> {
    let text = text.trim();
    let read = |pattern: &&str| {
        let date = || Date::strptime(pattern, text).map(|date| date.at(0, 0, 0, 0));
        // A pattern without time gives no time of day, and one with a time is no date alone.
        if pattern.contains("%S") { DateTime::strptime(pattern, text).ok() } else { date().ok() }
    };
    let found = PATTERNS.iter().find_map(read).or_else(|| text.parse::<DateTime>().ok())?;
    let is_midnight = found.time() == jiff::civil::Time::midnight();
    Some(if is_midnight { found.date().to_string() } else { found.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_the_old_program_does() {
        for (text, expected) in [
            ("1900-01-01", Some("1900-01-01")),
            ("1900-01-01 00:00:00.000", Some("1900-01-01")),
            ("12/31/2023", Some("2023-12-31")),
            ("31/12/2023", Some("2023-12-31")),
            ("12/31/2023 01:02:03 PM", Some("2023-12-31T13:02:03")),
            ("2023-12-31T10:00:00", Some("2023-12-31T10:00:00")),
            ("soon", None),
            ("2023-02-30", None),
        ] {
            assert_eq!(iso(text).as_deref(), expected, "{text}");
        }
    }
}
