//! Time in steps of one length: the spans in which somebody was at work, one behind the other, what lies between them cut out.

use xmlshred_model::UtcMicros;

/// Steps of a whole axis, about.
const STEPS: i64 = 120;
/// Spans that are kept apart.
const MAX_PARTS: usize = 12;
/// A pause that is cut out is at least so long.
const MIN_PAUSE: UtcMicros = 60_000_000;
/// Lengths of a step that people can read, in microseconds: from a tenth of a second to thirty days.
const LENGTHS: [i64; 20] = [
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    15_000_000,
    30_000_000,
    60_000_000,
    120_000_000,
    300_000_000,
    600_000_000,
    1_800_000_000,
    3_600_000_000,
    7_200_000_000,
    21_600_000_000,
    86_400_000_000,
    604_800_000_000,
    2_592_000_000_000,
];

/// The axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Axis {
    /// Microseconds of a step.
    pub(crate) step: i64,
    pub(crate) parts: Vec<Part>,
}

/// A span without a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) from: UtcMicros,
    /// Steps before it, and its own.
    pub(crate) first: usize,
    pub(crate) steps: usize,
}

impl Axis {
    /// An axis for these spans; of no steps when there is none.
    pub(crate) fn of(spans: impl IntoIterator<Item = (UtcMicros, UtcMicros)>) -> Self {
        let mut spans: Vec<_> = spans.into_iter().filter(|(from, to)| from <= to).collect();
        spans.sort_unstable();
        let mut pause = MIN_PAUSE;
        let mut merged = merged(&spans, pause);
        while merged.len() > MAX_PARTS {
            pause = pause.saturating_mul(2);
            merged = self::merged(&spans, pause);
        }
        let total: i64 =
            merged.iter().fold(0, |sum: i64, (from, to)| sum.saturating_add(to.saturating_sub(*from)));
        let step = readable(total / STEPS);
        let mut parts = Vec::with_capacity(merged.len());
        let mut first = 0;
        for (from, to) in merged {
            let from = from - from.rem_euclid(step);
            let steps = to.saturating_sub(from) / step + 1;
            let steps = usize::try_from(steps).expect("a span is as long as it has steps");
            parts.push(Part { from, first, steps });
            first += steps;
        }
        Self { step, parts }
    }

    /// Steps in all.
    pub(crate) fn len(&self) -> usize {
        self.parts.last().map_or(0, |part| part.first + part.steps)
    }

    /// The step of a moment; of one outside the nearest before it, or the first.
    pub(crate) fn step_of(&self, at: UtcMicros) -> Option<usize> {
        let part = self.parts.iter().rev().find(|part| part.from <= at).or_else(|| self.parts.first())?;
        let step = at.saturating_sub(part.from).max(0) / self.step;
        Some(part.first + usize::try_from(step).unwrap_or(usize::MAX).min(part.steps - 1))
    }

    /// When a step begins.
    pub(crate) fn begin_of(&self, step: usize) -> UtcMicros {
        let part = self.parts.iter().rev().find(|part| part.first <= step).or_else(|| self.parts.first());
        part.map_or(0, |part| {
            let steps = i64::try_from(step.saturating_sub(part.first)).unwrap_or(i64::MAX);
            part.from.saturating_add(steps.saturating_mul(self.step))
        })
    }
}

/// The shortest length that people can read, and is at least so long; microseconds.
pub(crate) fn readable(least: i64) -> i64 {
    LENGTHS.into_iter().find(|&length| length >= least).unwrap_or(least)
}

/// Spans with less than a pause between them are one.
fn merged(spans: &[(UtcMicros, UtcMicros)], pause: i64) -> Vec<(UtcMicros, UtcMicros)> {
    let mut merged: Vec<(UtcMicros, UtcMicros)> = Vec::new();
    for &(from, to) in spans {
        match merged.last_mut() {
            Some((_, end)) if from.saturating_sub(*end) <= pause => *end = to.max(*end),
            _ => merged.push((from, to)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    #[test]
    fn a_short_run_has_short_steps_and_a_long_one_long_ones() {
        let step = |seconds: i64| Axis::of([(0, seconds * SECOND)]).step;
        assert_eq!([step(0), step(3), step(60), step(3_600)], [100_000, 100_000, 500_000, 30 * SECOND]);
        assert_eq!(step(30 * 86_400), 21_600 * SECOND);
        assert!(Axis::of([(0, i64::MAX)]).len() < 200);
    }

    #[test]
    fn pauses_are_cut_out_and_every_moment_has_its_step() {
        let day = 86_400 * SECOND;
        let axis = Axis::of([(day, day + 50 * SECOND), (0, 60 * SECOND), (70 * SECOND, 90 * SECOND)]);
        assert_eq!(axis.parts.len(), 2);
        assert_eq!(axis.step, 2 * SECOND);
        assert_eq!((axis.parts[0].steps, axis.parts[1].first, axis.len()), (46, 46, 72));
        assert_eq!(axis.step_of(80 * SECOND), Some(40));
        assert_eq!(axis.step_of(day + SECOND), Some(46));
        assert_eq!([axis.begin_of(40), axis.begin_of(47)], [80 * SECOND, day + 2 * SECOND]);
        // What came meanwhile, or lies in a pause.
        assert_eq!(
            [axis.step_of(-5), axis.step_of(day / 2), axis.step_of(9 * day)],
            [Some(0), Some(45), Some(71)]
        );
        assert_eq!(Axis::of([]).step_of(0), None);
    }

    #[test]
    fn many_sessions_have_few_parts() {
        let axis = Axis::of((0..1_000).map(|at| (at * 86_400 * SECOND, at * 86_400 * SECOND + SECOND)));
        assert!(axis.parts.len() <= MAX_PARTS && axis.len() < 300, "{axis:?}");
    }
}
