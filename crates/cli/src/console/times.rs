//! Moments for people.

use xmlshred_model::UtcMicros;

/// `2026-11-23T18:40:12Z`
pub(crate) fn utc(at: UtcMicros) -> String {
    formatted(at, "%Y-%m-%dT%H:%M:%SZ")
}

/// A moment in another format of `strftime`.
pub(crate) fn formatted(at: UtcMicros, format: &str) -> String {
    match jiff::Timestamp::from_microsecond(at) {
        Ok(at) => at.strftime(format).to_string(),
        Err(_) => at.to_string(),
    }
}
