//! Documents per minute, from one look to the next.

use std::collections::{HashMap, VecDeque};

use xmlshred_model::UtcMicros;

use super::look::{Facts, done_by};

/// Rates are of so much of the past.
const WINDOW: UtcMicros = 30_000_000;
/// Microseconds of work below which a rate says nothing.
const MIN_SPAN: UtcMicros = 1_000_000;

/// What was done at the last looks.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    /// By instance.
    done: HashMap<u32, VecDeque<(UtcMicros, u64)>>,
    bytes: VecDeque<(UtcMicros, u64)>,
}

impl Rates {
    /// Takes note of a look.
    pub(crate) fn note(&mut self, facts: &Facts) {
        for index in 0..u32::try_from(facts.left_of.len()).unwrap_or(0) {
            push(self.done.entry(index).or_default(), facts.now, done_by(facts, index));
        }
        if let Some(bytes) = facts.bytes {
            push(&mut self.bytes, facts.now, bytes);
        }
    }

    /// Documents per minute of an instance: of the last looks, or, at the first one, of its last session.
    pub(super) fn documents(&self, facts: &Facts, index: u32) -> Option<f64> {
        self.done.get(&index).and_then(per_minute).or_else(|| of_the_session(facts, index))
    }

    /// Bytes per minute that the target grows.
    pub(super) fn bytes(&self) -> Option<f64> {
        per_minute(&self.bytes)
    }
}

fn push(samples: &mut VecDeque<(UtcMicros, u64)>, now: UtcMicros, number: u64) {
    // Documents that are processed again are taken off those who did them before.
    if samples.back().is_some_and(|(_, last)| number < *last) {
        samples.clear();
    }
    samples.push_back((now, number));
    while samples.len() > 2 && now - samples[0].0 > WINDOW {
        samples.pop_front();
    }
}

fn per_minute(samples: &VecDeque<(UtcMicros, u64)>) -> Option<f64> {
    let ((since, from), (now, to)) = (samples.front()?, samples.back()?);
    let micros = now - since;
    (micros >= MIN_SPAN).then(|| (to - from) as f64 * 60e6 / micros as f64)
}

fn of_the_session(facts: &Facts, index: u32) -> Option<f64> {
    let of = facts
        .tallies
        .iter()
        .filter(|tally| tally.instance_id == index && Some(tally.instance_count) == facts.instance_count);
    let tally = of.max_by_key(|tally| tally.last)?;
    session_rate(tally.first, tally.last, tally.document_count())
}

/// Documents per minute of a session; `None` when there is too little to tell.
pub(super) fn session_rate(first: UtcMicros, last: UtcMicros, documents: u64) -> Option<f64> {
    let micros = last.saturating_sub(first);
    // From first to last row there is one interval less than there are rows.
    (micros >= MIN_SPAN).then(|| (documents.saturating_sub(1) as f64 * 60e6 / micros as f64).round())
}
