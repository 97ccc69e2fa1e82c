//! A line for each instance, and one for all: what is drawn on a terminal.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::console::{Beat, Pace, columns, count, fitted};
use crate::exit::Exit;

/// Columns of a bar that is worth drawing.
const BAR: usize = 10;
/// Parts of a line of a bar that is not drawn in characters of its own.
const STEPS: u64 = 1_000;

/// What is known of all instances.
#[derive(Debug)]
pub(super) struct Board {
    instances: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    beat: Option<Beat>,
    received: Instant,
    pace: Pace,
    end: Option<&'static str>,
}

impl Board {
    pub(super) fn new(count: u32, now: Instant) -> Self {
        let line = || Line { beat: None, received: now, pace: Pace::new(now), end: None };
        Self { instances: (0..count).map(|_| line()).collect() }
    }

    /// Takes note of how far an instance is.
    pub(super) fn beat(&mut self, index: u32, beat: Beat, now: Instant) {
        let line = &mut self.instances[index as usize];
        let before = line.beat.as_ref().map_or((0, 0), |beat| (beat.documents, beat.bytes));
        if beat.documents < before.0 {
            // One that follows begins again and again.
            line.pace = Pace::new(now);
        } else {
            line.pace.add(beat.documents - before.0, beat.bytes.saturating_sub(before.1), now);
        }
        (line.beat, line.received) = (Some(beat), now);
    }

    /// Takes note of how an instance has ended.
    pub(super) fn end(&mut self, index: u32, exit: Exit, is_killed: bool) {
        self.instances[index as usize].end = Some(match exit {
            _ if is_killed => "killed",
            Exit::Done | Exit::SomeFailed => "done",
            Exit::Interrupted => "interrupted",
            Exit::Stopped | Exit::Usage => "failed",
        });
    }

    /// What stands beside the bar of an instance: `61 %  38,210/50,000  66,549 documents/min  running`.
    fn beside(&self, index: usize, now: Instant, columns: usize) -> String {
        let line = &self.instances[index];
        let Some(beat) = &line.beat else { return line.end.unwrap_or("starting").to_owned() };
        let mut parts = how_far(beat.documents, beat.total);
        if line.end.is_none() {
            parts.push((1, format!("{} documents/min", count(line.pace.rates(now).per_minute))));
        }
        parts.push((5, line.state(now)));
        fitted(&parts, "  ", columns)
    }

    /// The same for all.
    fn total(&self, now: Instant, columns: usize) -> String {
        let (documents, total) = self.sum();
        let failed: u64 = self.beats().map(|beat| beat.failed).sum();
        let rates: Vec<_> = self
            .instances
            .iter()
            .filter(|line| line.end.is_none())
            .map(|line| line.pace.rates(now))
            .collect();
        let per_minute: u64 = rates.iter().map(|rates| rates.per_minute).sum();
        let mut parts = how_far(documents, total);
        parts.push((1, format!("{} documents/min", count(per_minute))));
        if failed > 0 {
            parts.push((2, format!("{} failed", count(failed))));
        }
        // They end together only when their shares are alike: the slowest says when.
        let left = self.instances.iter().filter(|line| line.end.is_none()).filter_map(|line| {
            let beat = line.beat.as_ref()?;
            Some((beat.total?.saturating_sub(beat.documents), line.pace.rates(now)))
        });
        let slowest = left.max_by(|one, other| one.1.seconds(one.0).total_cmp(&other.1.seconds(other.0)));
        if let Some(left) = slowest.and_then(|(left, rates)| rates.left(left)) {
            parts.push((3, format!("{left} left")));
        }
        fitted(&parts, "  ", columns)
    }

    /// `causes  wrong-root 1,728 · not-well-formed 203`; nothing where nothing failed.
    fn causes(&self, columns: usize) -> String {
        let mut causes = BTreeMap::<&str, u64>::new();
        for (cause, number) in self.beats().flat_map(|beat| &beat.causes) {
            *causes.entry(cause).or_default() += number;
        }
        let mut causes: Vec<_> = causes.into_iter().collect();
        causes.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
        if causes.is_empty() {
            return String::new();
        }
        let named = causes.iter().map(|(cause, number)| format!("{cause} {}", count(*number)));
        fitted(&[(0, format!("causes  {}", named.collect::<Vec<_>>().join(" · ")))], "", columns)
    }

    fn beats(&self) -> impl Iterator<Item = &Beat> {
        self.instances.iter().filter_map(|line| line.beat.as_ref())
    }

    fn sum(&self) -> (u64, Option<u64>) {
        let documents = self.beats().map(|beat| beat.documents).sum();
        let total = self.instances.iter().map(|line| line.beat.as_ref()?.total).sum();
        (documents, total)
    }

    /// How much of a bar is full.
    fn steps(&self, index: Option<usize>) -> u64 {
        let (documents, total) = match index {
            None => self.sum(),
            Some(index) => match &self.instances[index].beat {
                Some(beat) => (beat.documents, beat.total),
                None => (0, None),
            },
        };
        match total {
            Some(0) => STEPS,
            Some(total) => (documents.saturating_mul(STEPS) / total).min(STEPS),
            None => 0,
        }
    }
}

impl Line {
    fn state(&self, now: Instant) -> String {
        let wait = self.beat.as_ref().and_then(|beat| beat.wait.as_ref());
        match (self.end, wait) {
            (Some(end), _) => end.to_owned(),
            (None, Some(wait)) => wait.words(now.saturating_duration_since(self.received)),
            (None, None) => "running".to_owned(),
        }
    }
}

fn how_far(documents: u64, total: Option<u64>) -> Vec<(u8, String)> {
    match total {
        Some(total) if total > 0 => vec![
            (6, format!("{} %", documents.saturating_mul(100) / total)),
            (4, format!("{}/{}", count(documents), count(total))),
        ],
        _ => vec![(4, count(documents))],
    }
}

/// The board on the terminal; messages go above it.
pub(super) struct Screen {
    board: Arc<Mutex<Board>>,
    bars: MultiProgress,
    /// Those of the instances, then that of all.
    lines: Vec<ProgressBar>,
}

impl Screen {
    pub(super) fn new(instance_count: u32) -> Self {
        let board = Arc::new(Mutex::new(Board::new(instance_count, Instant::now())));
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let indexes = (0..instance_count as usize).map(Some).chain([None]);
        let width = format!("{instance_count}/{instance_count}").len();
        let mut lines: Vec<_> = indexes
            .map(|index| {
                let name = match index {
                    Some(index) => format!("{}/{instance_count}", index + 1),
                    None => "all".to_owned(),
                };
                let drawn = Arc::clone(&board);
                let beside = move |_: &ProgressState, line: &mut dyn std::fmt::Write| {
                    let (board, now) = (lock(&drawn), Instant::now());
                    let columns = columns().saturating_sub(BAR + width + 4);
                    let _ = line.write_str(&match index {
                        Some(index) => board.beside(index, now, columns),
                        None => board.total(now, columns),
                    });
                };
                let style = ProgressStyle::with_template("{prefix}  {wide_bar:.green/dim}  {beside}")
                    .expect("the template is a constant")
                    .with_key("beside", beside)
                    .progress_chars("━╸─");
                let bar = bars
                    .add(ProgressBar::new(STEPS).with_style(style).with_prefix(format!("{name:<width$}")));
                bar.enable_steady_tick(Duration::from_millis(500));
                bar
            })
            .collect();
        let drawn = Arc::clone(&board);
        let causes = move |_: &ProgressState, line: &mut dyn std::fmt::Write| {
            let _ = write!(line, "{}", lock(&drawn).causes(columns()));
        };
        let style = ProgressStyle::with_template("{causes}").expect("the template is a constant");
        let bar = bars.add(ProgressBar::new(STEPS).with_style(style.with_key("causes", causes)));
        bar.enable_steady_tick(Duration::from_millis(500));
        lines.push(bar);
        Self { board, bars, lines }
    }

    /// Takes note of how far an instance is.
    pub(super) fn beat(&self, index: u32, beat: Beat) {
        // Drawing asks for the board: it is let go before.
        let (of_it, of_all) = {
            let mut board = lock(&self.board);
            board.beat(index, beat, Instant::now());
            (board.steps(Some(index as usize)), board.steps(None))
        };
        self.lines[index as usize].set_position(of_it);
        self.lines[self.lines.len() - 2].set_position(of_all);
    }

    /// Takes note of how an instance has ended.
    pub(super) fn end(&self, index: u32, exit: Exit, is_killed: bool) {
        lock(&self.board).end(index, exit, is_killed);
    }

    /// Does something to the terminal above the board.
    pub(super) fn above<T>(&self, body: impl FnOnce() -> T) -> T {
        self.bars.suspend(body)
    }

    /// Takes the board away: the summary says it all.
    pub(super) fn clear(&self) {
        for line in &self.lines {
            line.finish_and_clear();
        }
        let _ = self.bars.clear();
    }
}

fn lock(board: &Mutex<Board>) -> MutexGuard<'_, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beat(documents: u64, failed: u64) -> Beat {
        let causes =
            [("wrong-root".to_owned(), failed)].into_iter().filter(|(_, count)| *count > 0).collect();
        Beat { total: Some(50_000), documents, failed, bytes: documents * 5_000, causes, wait: None }
    }

    #[test]
    fn every_instance_has_its_line_and_all_have_one() {
        let start = Instant::now();
        let now = start + Duration::from_secs(10);
        let mut board = Board::new(3, start);
        assert_eq!(board.beside(0, now, 60), "starting");
        board.beat(0, beat(10_000, 7), now);
        board.beat(1, beat(5_000, 0), now);
        assert_eq!(board.beside(0, now, 60), "20 %  10,000/50,000  60,000 documents/min  running");
        assert_eq!(board.beside(0, now, 40), "20 %  10,000/50,000  running");
        assert_eq!(board.total(now, 60), "15,000  90,000 documents/min  7 failed  1 min 30 s left");
        board.beat(2, beat(50_000, 0), now);
        board.end(2, Exit::Done, false);
        board.end(1, Exit::Stopped, true);
        assert_eq!(board.beside(2, now, 60), "100 %  50,000/50,000  done");
        assert_eq!(board.beside(1, now, 60), "10 %  5,000/50,000  killed");
        assert_eq!(board.total(now, 70), "43 %  65,000/150,000  60,000 documents/min  7 failed  40 s left");
        assert_eq!(board.causes(40), "causes  wrong-root 7");
        assert_eq!([board.steps(Some(0)), board.steps(None)], [200, 433]);
    }

    #[test]
    fn one_that_waits_says_so() {
        let now = Instant::now();
        let mut board = Board::new(1, now);
        let line = "\u{1e}{\"total\":9,\"documents\":3,\"failed\":0,\"bytes\":1,\"causes\":{},\
                    \"wait\":{\"what\":\"waiting for a lock of pid 9120 (psql)\",\"milliseconds\":25000}}";
        board.beat(0, Beat::parse(line).unwrap(), now);
        let later = now + Duration::from_secs(5);
        let words = "no commit for 30 s: waiting for a lock of pid 9120 (psql)";
        assert_eq!(board.beside(0, later, 64), format!("33 %  {words}"));
    }
}
