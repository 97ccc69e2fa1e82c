//! Throughput over time, in bounded memory.

use std::collections::VecDeque;
use std::time::Duration;

use super::Sample;

/// When there are this many samples, every second one is dropped and from then on half as many are taken.
const MAX_SAMPLES: usize = 720;
/// What "recent" means.
const WINDOW: Duration = Duration::from_secs(30);

/// Totals at moments of a run: evenly spread over all of it, and densely over the last while.
#[derive(Clone, Debug)]
pub(super) struct Samples {
    all: Vec<Sample>,
    interval: Duration,
    next: Duration,
    recent: VecDeque<(Duration, u64)>,
}

impl Default for Samples {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            interval: Duration::from_secs(1),
            next: Duration::ZERO,
            recent: VecDeque::from([(Duration::ZERO, 0)]),
        }
    }
}

impl Samples {
    pub(super) fn add(&mut self, at: Duration, documents: u64, bytes: u64) {
        // At most ten a second, however many transactions there are.
        if self.recent.back().is_none_or(|(last, _)| at >= *last + Duration::from_millis(100)) {
            self.recent.push_back((at, documents));
        }
        while self.recent.len() > 2 && self.recent[1].0 + WINDOW <= at {
            self.recent.pop_front();
        }
        if at < self.next {
            return;
        }
        self.all.push(Sample { at_seconds: at.as_secs_f64(), documents, bytes });
        if self.all.len() >= MAX_SAMPLES {
            let mut index = 0;
            self.all.retain(|_| {
                index += 1;
                index % 2 == 0
            });
            self.interval *= 2;
        }
        self.next = at + self.interval;
    }

    pub(super) fn all(&self) -> &[Sample] {
        &self.all
    }

    /// Documents per second over the last while.
    pub(super) fn recent_rate(&self, at: Duration, documents: u64) -> f64 {
        let Some((since, before)) = self.recent.front() else { return 0.0 };
        super::rate(documents.saturating_sub(*before), at.saturating_sub(*since))
    }
}
