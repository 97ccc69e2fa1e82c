//! How fast something goes, by its recent past; and what of it fits into a line.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::numbers::duration;

/// Rates are of this much of the past, so that a slow start does not blur the forecast.
const WINDOW: Duration = Duration::from_secs(20);

/// Documents and bytes over time.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    documents: u64,
    bytes: u64,
    /// When, and how much was done then: the oldest is at most [`WINDOW`] ago.
    samples: VecDeque<(Instant, u64, u64)>,
}

/// Rates at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rates {
    pub(crate) per_minute: u64,
    pub(crate) megabytes_per_second: f64,
    per_second: f64,
}

impl Pace {
    /// Nothing is done.
    pub(crate) fn new(now: Instant) -> Self {
        Self { documents: 0, bytes: 0, samples: [(now, 0, 0)].into() }
    }

    /// Takes note of so much more.
    pub(crate) fn add(&mut self, documents: u64, bytes: u64, now: Instant) {
        self.documents += documents;
        self.bytes += bytes;
        self.samples.push_back((now, self.documents, self.bytes));
        while self.samples.len() > 2 && now - self.samples[0].0 > WINDOW {
            self.samples.pop_front();
        }
    }

    /// Bytes so far.
    pub(crate) fn byte_count(&self) -> u64 {
        self.bytes
    }

    /// The rates of the recent past up to this moment.
    pub(crate) fn rates(&self, now: Instant) -> Rates {
        let (since, documents, bytes) = self.samples[0];
        let seconds = now.saturating_duration_since(since).as_secs_f64().max(1e-3);
        let per_second = (self.documents - documents) as f64 / seconds;
        Rates {
            per_minute: (per_second * 60.0) as u64,
            megabytes_per_second: (self.bytes - bytes) as f64 / 1e6 / seconds,
            per_second,
        }
    }
}

impl Rates {
    /// Seconds that so many documents take; endless where nothing goes on.
    pub(crate) fn seconds(self, documents: u64) -> f64 {
        if documents == 0 { 0.0 } else { documents as f64 / self.per_second }
    }

    /// How long so many documents take, in words; `None` where nothing goes on.
    pub(crate) fn left(self, documents: u64) -> Option<String> {
        (self.per_second > 0.0).then(|| time_left(documents as f64 / self.per_second))
    }
}

/// `31 s`, `2 min 05 s`
pub(crate) fn time_left(seconds: f64) -> String {
    let seconds = Duration::try_from_secs_f64(seconds.ceil()).unwrap_or(Duration::MAX);
    if seconds.as_secs() < 60 { format!("{} s", seconds.as_secs()) } else { duration(seconds) }
}

/// The parts that fit into so many columns, in their order; those that matter least go first. The last of them is cut.
pub(crate) fn fitted(parts: &[(u8, String)], between: &str, columns: usize) -> String {
    let mut parts: Vec<_> = parts.iter().collect();
    loop {
        let line = parts.iter().map(|(_, part)| part.as_str()).collect::<Vec<_>>().join(between);
        if line.chars().count() <= columns {
            return line;
        }
        if parts.len() == 1 {
            return line.chars().take(columns.saturating_sub(1)).chain(['…']).collect();
        }
        let least = parts.iter().enumerate().min_by_key(|(_, (matters, _))| *matters);
        let at = least.map_or(0, |(at, _)| at);
        parts.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_least_makes_room() {
        let parts = [(2, "61 %".to_owned()), (0, "5.0 MB/s".to_owned()), (1, "31 s left".to_owned())];
        for (columns, expected) in [
            (80, "61 %, 5.0 MB/s, 31 s left"),
            (24, "61 %, 31 s left"),
            (15, "61 %, 31 s left"),
            (14, "61 %"),
            (3, "61…"),
        ] {
            assert_eq!(fitted(&parts, ", ", columns), expected);
        }
    }

    #[test]
    fn a_pace_forgets_what_is_long_ago() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        for second in 1..=60 {
            let documents = if second <= 30 { 1_000 } else { 10 };
            pace.add(documents, documents * 5_000, start + Duration::from_secs(second));
        }
        let rates = pace.rates(start + Duration::from_secs(60));
        assert_eq!(rates.per_minute, 600);
        assert_eq!(rates.left(100).as_deref(), Some("10 s"));
        assert_eq!(pace.byte_count(), 30 * 5_000_000 + 30 * 50_000);
        assert_eq!(Pace::new(start).rates(start).left(100), None);
    }
}
