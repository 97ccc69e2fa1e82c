//! What is told of one instance.

use xmlshred_engine::ports::LogTally;
use xmlshred_model::UtcMicros;

use super::axis::Axis;
use super::figures::instance_name;
use super::fold::LaneId;
use super::found::{InstanceFound, PauseFound, State};
use super::life::Life;
use crate::console::utc;
use crate::report::RunReport;

/// A process that is at work says something more often than this.
const SILENCE: UtcMicros = 60_000_000;
/// Shorter pauses are no news, in seconds.
const MIN_PAUSE: f64 = 5.0;
/// Pauses that are told of.
const MAX_PAUSES: usize = 5;

/// What an instance left behind.
pub(super) struct Traces<'a> {
    pub(super) tallied: &'a LogTally,
    pub(super) metrics: Option<RunReport>,
    pub(super) life: Option<Life>,
}

impl Traces<'_> {
    /// From the first to the last line of its log file.
    pub(super) fn span(&self) -> Option<(UtcMicros, UtcMicros)> {
        let spans = &self.life.as_ref()?.spans;
        Some((spans.first()?.from, spans.last()?.last))
    }

    fn last(&self) -> UtcMicros {
        self.span().map_or(self.tallied.last, |(_, last)| last.max(self.tallied.last))
    }

    /// A metrics file is written at every end, and removed at every beginning.
    fn state(&self, now: UtcMicros) -> State {
        if let Some(metrics) = &self.metrics {
            return ended(&metrics.ended);
        }
        let Some(span) = self.life.as_ref().and_then(|life| life.spans.last()) else { return State::Unknown };
        match &span.end {
            Some(word) => ended(word),
            None if now.saturating_sub(self.last()) > SILENCE => State::Gone,
            None => State::Running,
        }
    }
}

fn ended(word: &str) -> State {
    match word {
        "completed" => State::Completed,
        "limit-reached" => State::LimitReached,
        "interrupted" => State::Interrupted,
        _ => State::Failed,
    }
}

/// The instance, with its documents per step.
pub(super) fn instance(
    lane: &LaneId,
    steps: Vec<u64>,
    traces: &Traces<'_>,
    axis: &Axis,
    now: UtcMicros,
) -> InstanceFound {
    let LogTally { success_count, failed_count, skipped_count, first, .. } = *traces.tallied;
    let spans = traces.life.as_ref().map_or(&[][..], |life| &life.spans[..]);
    let state = traces.state(now);
    let mut killed: Vec<_> = spans
        .iter()
        .enumerate()
        .filter(|(at, span)| span.end.is_none() && at + 1 < spans.len())
        .filter_map(|(_, span)| axis.step_of(span.last))
        .collect();
    if state == State::Gone {
        killed.extend(axis.step_of(traces.last()));
    }
    InstanceFound {
        session: lane.session.clone(),
        instance: instance_name(lane.index, lane.count),
        state,
        error: traces.metrics.as_ref().and_then(|metrics| metrics.error.clone()),
        success: success_count,
        failed: failed_count,
        skipped: skipped_count,
        first: utc(traces.span().map_or(first, |(from, _)| from.min(first))),
        last: utc(traces.last()),
        begun: spans.iter().filter_map(|span| axis.step_of(span.from)).collect(),
        killed,
        pauses: pauses(&steps, axis),
        documents: steps,
    }
}

/// Steps without a document between two that have some.
fn pauses(steps: &[u64], axis: &Axis) -> Vec<PauseFound> {
    let mut pauses = Vec::new();
    let mut last: Option<usize> = None;
    for (step, _) in steps.iter().enumerate().filter(|(_, count)| **count > 0) {
        if let Some(last) = last {
            let from = axis.begin_of(last).saturating_add(axis.step);
            let seconds = axis.begin_of(step).saturating_sub(from) as f64 / 1e6;
            if seconds >= MIN_PAUSE {
                pauses.push(PauseFound { from: utc(from), seconds });
            }
        }
        last = Some(step);
    }
    pauses.sort_by(|one, other| other.seconds.total_cmp(&one.seconds));
    pauses.truncate(MAX_PAUSES);
    pauses
}
