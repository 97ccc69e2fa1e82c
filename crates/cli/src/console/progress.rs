//! How far a run is: a bar on a terminal, a line every few seconds elsewhere, or beats for `launch`. A fold over events.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use serde::{Deserialize, Serialize};
use xmlshred_engine::{Event, Remaining};

use super::numbers::count;
use super::pace::{Pace, fitted};
use super::wait::{SentWait, Told, Wait};
use super::width::columns;
use crate::args::ProgressMode;

/// Between two lines.
const LINE_INTERVAL: Duration = Duration::from_secs(5);
/// Between two beats.
const BEAT_INTERVAL: Duration = Duration::from_millis(250);
/// Columns of a bar that is worth drawing.
const BAR: usize = 10;

/// Shows how far a run is.
pub(crate) struct Progress {
    style: Style,
    state: Arc<Mutex<State>>,
}

enum Style {
    Bar(ProgressBar),
    Lines,
    Beats,
    Off,
}

struct State {
    limit: Option<u64>,
    total: Option<u64>,
    documents: u64,
    failed: u64,
    causes: BTreeMap<String, u64>,
    pace: Pace,
    wait: Option<Wait>,
    said: Instant,
}

/// How far an instance is, on its way to `launch`: a line that begins with [`Beat::MARK`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Beat {
    /// Documents to do, when counted.
    pub(crate) total: Option<u64>,
    pub(crate) documents: u64,
    pub(crate) failed: u64,
    pub(crate) bytes: u64,
    /// Failed documents by their failure's code.
    pub(crate) causes: BTreeMap<String, u64>,
    pub(crate) wait: Option<SentWait>,
}

impl Beat {
    /// What no line for people begins with.
    pub(crate) const MARK: char = '\u{1e}';

    /// The beat in a line, if it is one.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line.strip_prefix(Self::MARK)?).ok()
    }
}

impl Progress {
    /// Ready to show; a bar draws itself below the log lines of `bars`.
    pub(crate) fn new(mode: ProgressMode, limit: Option<u64>, bars: &MultiProgress) -> Self {
        let now = Instant::now();
        let state = Arc::new(Mutex::new(State {
            limit,
            total: limit,
            documents: 0,
            failed: 0,
            causes: BTreeMap::new(),
            pace: Pace::new(now),
            wait: None,
            said: now,
        }));
        let style = match mode {
            ProgressMode::Off => Style::Off,
            ProgressMode::Beats => Style::Beats,
            ProgressMode::Auto if std::io::stderr().is_terminal() => Style::Bar(bar(bars, &state)),
            ProgressMode::Auto | ProgressMode::Plain => Style::Lines,
        };
        Self { style, state }
    }

    /// Takes note of an event; answers what is to be told of the run's waiting.
    pub(crate) fn observe(&self, event: &Event) -> Option<Told> {
        let now = Instant::now();
        let mut state = lock(&self.state);
        let told = Wait::follow(&mut state.wait, event, now);
        let mut is_urgent = told.is_some();
        match event {
            Event::Started { remaining, .. } => {
                state.begin(remaining.map(Remaining::documents), now);
                is_urgent = true;
            }
            Event::DocumentFailed { key: _, failure } => {
                *state.causes.entry(failure.code.to_string()).or_default() += 1;
            }
            Event::Committed {
                success_count,
                failed_count,
                skipped_count,
                already_done_count,
                byte_count,
                ..
            } => {
                state.documents += success_count + failed_count + skipped_count + already_done_count;
                state.failed += failed_count;
                state.pace.add(
                    success_count + failed_count + skipped_count + already_done_count,
                    *byte_count,
                    now,
                );
            }
            Event::Finished => is_urgent = true,
            _ if told.is_none() => return None,
            _ => {}
        }
        self.show(state, is_urgent, event, now);
        told
    }

    /// What is shown may ask for the state: it is let go before.
    fn show(&self, mut state: MutexGuard<'_, State>, is_urgent: bool, event: &Event, now: Instant) {
        match &self.style {
            Style::Bar(bar) => {
                let (documents, total) = (state.documents, state.total);
                drop(state);
                match (event, total) {
                    (Event::Finished, _) => bar.finish_and_clear(),
                    (Event::Started { .. }, Some(total)) => {
                        bar.reset();
                        bar.set_length(total);
                    }
                    _ => bar.set_position(documents),
                }
            }
            Style::Lines if now - state.said >= LINE_INTERVAL && matches!(event, Event::Committed { .. }) => {
                state.said = now;
                tracing::info!("{}", state.line(now));
            }
            Style::Beats if is_urgent || now - state.said >= BEAT_INTERVAL => {
                state.said = now;
                if let Ok(beat) = serde_json::to_string(&state.beat(now)) {
                    // Nobody may listen any more.
                    let _ = writeln!(std::io::stderr().lock(), "{}{beat}", Beat::MARK);
                }
            }
            Style::Lines | Style::Beats | Style::Off => {}
        }
    }
}

impl State {
    /// A run that follows begins again and again.
    fn begin(&mut self, remaining: Option<u64>, now: Instant) {
        self.total = match (remaining, self.limit) {
            (Some(remaining), Some(limit)) => Some(remaining.min(limit)),
            (remaining, limit) => remaining.or(limit),
        };
        (self.documents, self.failed) = (0, 0);
        self.causes.clear();
        self.pace = Pace::new(now);
    }

    fn beat(&self, now: Instant) -> Beat {
        Beat {
            total: self.total,
            documents: self.documents,
            failed: self.failed,
            bytes: self.pace.byte_count(),
            causes: self.causes.clone(),
            wait: self.wait.as_ref().map(|wait| wait.sent(now)),
        }
    }

    fn line(&self, now: Instant) -> String {
        let done = match self.total {
            Some(total) if total > 0 => format!(
                "Progress: {} of {} documents ({} %)",
                count(self.documents),
                count(total),
                self.documents.saturating_mul(100) / total
            ),
            _ => format!("Progress: {} documents", count(self.documents)),
        };
        let parts: Vec<_> = self.parts(now).into_iter().map(|(_, part)| part).collect();
        format!("{done}, {}", parts.join(", "))
    }

    /// `23,450 documents/min`, `19.8 MB/s`, `3 failed`, `2 min 05 s left`, each with how much it matters.
    fn parts(&self, now: Instant) -> Vec<(u8, String)> {
        let rates = self.pace.rates(now);
        let mut parts = vec![
            (1, format!("{} documents/min", count(rates.per_minute))),
            (0, format!("{:.1} MB/s", rates.megabytes_per_second)),
        ];
        if self.failed > 0 {
            parts.push((2, format!("{} failed", count(self.failed))));
        }
        let left = self.total.map(|total| total.saturating_sub(self.documents));
        match (&self.wait, left.and_then(|left| rates.left(left))) {
            (Some(wait), _) => parts.push((5, wait.words(now))),
            (None, Some(left)) => parts.push((3, format!("{left} left"))),
            (None, None) => {}
        }
        parts
    }

    /// What stands beside the bar, in so many columns.
    fn beside(&self, now: Instant, columns: usize) -> String {
        let mut parts = Vec::new();
        match self.total {
            Some(total) if total > 0 => {
                parts.push((6, format!("{} %", self.documents.saturating_mul(100) / total)));
                parts.push((4, format!("{}/{}", count(self.documents), count(total))));
            }
            _ => parts.push((4, count(self.documents))),
        }
        parts.extend(self.parts(now));
        fitted(&parts, "  ", columns)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bar(bars: &MultiProgress, state: &Arc<Mutex<State>>) -> ProgressBar {
    let state = Arc::clone(state);
    // Drawn anew twice a second: what is waited for counts on, and so does the time that is left.
    let beside = move |_: &ProgressState, line: &mut dyn std::fmt::Write| {
        let _ = line.write_str(&lock(&state).beside(Instant::now(), columns().saturating_sub(BAR)));
    };
    let style = ProgressStyle::with_template("{wide_bar:.green/dim}  {beside}")
        .expect("the template is a constant")
        .with_key("beside", beside)
        .progress_chars("━╸─");
    bars.set_draw_target(ProgressDrawTarget::stderr());
    let bar = bars.add(ProgressBar::no_length().with_style(style));
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;
    use xmlshred_engine::Activity;
    use xmlshred_engine::ports::LockHolder;

    fn state(now: Instant) -> State {
        let mut pace = Pace::new(now - Duration::from_secs(10));
        pace.add(10_000, 50_000_000, now);
        let total = Some(150_000);
        let causes = BTreeMap::from([("wrong-root".to_owned(), 3)]);
        State { limit: None, total, documents: 91_524, failed: 3, causes, pace, wait: None, said: now }
    }

    #[test]
    fn what_stands_beside_the_bar_fits() {
        let now = Instant::now() + Duration::from_secs(100);
        let mut state = state(now);
        let check = |state: &State, now, columns, expected: &str| {
            assert_eq!(state.beside(now, columns), expected);
            assert!(expected.chars().count() <= columns, "{expected}");
        };
        check(&state, now, 90, "61 %  91,524/150,000  60,000 documents/min  5.0 MB/s  3 failed  59 s left");
        check(&state, now, 70, "61 %  91,524/150,000  60,000 documents/min  3 failed  59 s left");
        check(&state, now, 50, "61 %  91,524/150,000  3 failed  59 s left");
        // Nothing comes: the time that is left grows.
        check(&state, now + Duration::from_secs(10), 50, "61 %  91,524/150,000  3 failed  1 min 57 s left");
        let holder = Some(LockHolder { pid: 9120, program: "psql".to_owned() });
        let event = Event::Waiting { during: Activity::Load, since: Duration::from_secs(25), holder };
        Wait::follow(&mut state.wait, &event, now);
        let words = "no commit for 25 s: waiting for a lock of pid 9120 (psql)";
        check(&state, now, 70, &format!("61 %  {words}"));
        check(&state, now, 95, &format!("61 %  91,524/150,000  3 failed  {words}"));
    }

    #[test]
    fn a_beat_is_read_as_it_was_written() {
        let now = Instant::now() + Duration::from_secs(100);
        let beat = state(now).beat(now);
        let line = format!("{}{}", Beat::MARK, serde_json::to_string(&beat).unwrap());
        assert_eq!(Beat::parse(&line), Some(beat));
        assert_eq!(Beat::parse("2026-11-28T03:12:07.123Z INFO Session: night"), None);
    }
}
