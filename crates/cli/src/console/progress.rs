//! How far a run is: a bar on a terminal, a line every few seconds elsewhere. A fold over events.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use xmlshred_engine::{Event, Remaining};

use super::numbers::{count, duration};
use crate::args::ProgressMode;

/// Between two lines.
const LINE_INTERVAL: Duration = Duration::from_secs(5);
/// Rates are of this much of the past, so that a slow start does not blur the forecast.
const RATE_WINDOW: Duration = Duration::from_secs(20);

/// Shows how far a run is.
pub(crate) struct Progress {
    style: Style,
    state: Mutex<State>,
}

enum Style {
    Bar(ProgressBar),
    Lines,
    Off,
}

struct State {
    total: Option<u64>,
    documents: u64,
    failed: u64,
    bytes: u64,
    said: Instant,
    /// When, and how much was done then: the oldest is at most [`RATE_WINDOW`] ago.
    samples: std::collections::VecDeque<(Instant, u64, u64)>,
}

impl Progress {
    /// Ready to show; a bar draws itself below the log lines of `bars`.
    pub(crate) fn new(mode: ProgressMode, limit: Option<u64>, bars: &MultiProgress) -> Self {
        let style = match mode {
            ProgressMode::Off => Style::Off,
            ProgressMode::Auto if std::io::stderr().is_terminal() => Style::Bar(bar(bars)),
            ProgressMode::Auto | ProgressMode::Plain => Style::Lines,
        };
        let now = Instant::now();
        let samples = [(now, 0, 0)].into();
        let state = State { total: limit, documents: 0, failed: 0, bytes: 0, said: now, samples };
        Self { style, state: Mutex::new(state) }
    }

    /// Takes note of an event.
    pub(crate) fn observe(&self, event: &Event) {
        if matches!(self.style, Style::Off) {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match event {
            Event::Started { remaining, .. } => {
                state.total = match (remaining.map(Remaining::documents), state.total) {
                    (Some(remaining), Some(limit)) => Some(remaining.min(limit)),
                    (remaining, _) => remaining,
                };
                // A run that follows begins again and again.
                (state.documents, state.failed, state.bytes) = (0, 0, 0);
                state.samples = [(Instant::now(), 0, 0)].into();
                if let (Style::Bar(bar), Some(total)) = (&self.style, state.total) {
                    bar.reset();
                    bar.set_length(total);
                }
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
                state.bytes += byte_count;
                self.show(&mut state);
            }
            Event::Finished => {
                if let Style::Bar(bar) = &self.style {
                    bar.finish_and_clear();
                }
            }
            _ => {}
        }
    }

    fn show(&self, state: &mut State) {
        let now = Instant::now();
        let (documents, bytes) = (state.documents, state.bytes);
        state.samples.push_back((now, documents, bytes));
        while state.samples.len() > 2 && now - state.samples[0].0 > RATE_WINDOW {
            state.samples.pop_front();
        }
        match &self.style {
            Style::Bar(bar) => {
                bar.set_position(state.documents);
                bar.set_message(state.rates(now));
            }
            Style::Lines if now - state.said >= LINE_INTERVAL => {
                state.said = now;
                tracing::info!("{}", state.line(now));
            }
            Style::Lines | Style::Off => {}
        }
    }
}

impl State {
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
        format!("{done}, {}", self.rates(now))
    }

    /// `23,450 documents/min, 19.8 MB/s, 3 failed, 2 min 05 s left`
    fn rates(&self, now: Instant) -> String {
        let (since, documents, bytes) = self.samples[0];
        let seconds = (now - since).as_secs_f64().max(1e-3);
        let per_second = (self.documents - documents) as f64 / seconds;
        let mut text = format!(
            "{} documents/min, {:.1} MB/s",
            count((per_second * 60.0) as u64),
            (self.bytes - bytes) as f64 / 1e6 / seconds
        );
        if self.failed > 0 {
            text.push_str(&format!(", {} failed", count(self.failed)));
        }
        if let Some(total) = self.total
            && per_second > 0.0
        {
            let left = total.saturating_sub(self.documents) as f64 / per_second;
            let left = left.ceil() as u64;
            let left = if left < 60 { format!("{left} s") } else { duration(Duration::from_secs(left)) };
            text.push_str(&format!(", {left} left"));
        }
        text
    }
}

fn bar(bars: &MultiProgress) -> ProgressBar {
    let template = "{wide_bar:.green/dim} {percent:>3} %  {human_pos}/{human_len}  {msg}";
    let style =
        ProgressStyle::with_template(template).expect("the template is a constant").progress_chars("━╸─");
    bars.set_draw_target(ProgressDrawTarget::stderr());
    let bar = bars.add(ProgressBar::no_length().with_style(style));
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}
