//! How the processes of an instance began and ended, and what they met, from its log file.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use xmlshred_model::UtcMicros;

/// Bytes of a line that are looked at; no line of ours is as long.
const MAX_LINE: u64 = 64 << 10;
/// Beginnings that are kept of one instance: who restarts it in a loop must not fill memory.
const MAX_SPANS: usize = 200;
/// Warnings that are kept apart.
const MAX_FAULTS: usize = 100;
/// Characters of a warning that are shown.
const MAX_TEXT: usize = 300;

/// A process, from its first line to its last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: UtcMicros,
    /// Of its last line.
    pub(super) last: UtcMicros,
    /// How it ended, in the word of the metrics file; `None` when it did not say.
    pub(super) end: Option<String>,
}

/// Something that was warned of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// `WARNING`, `ERROR`, `CRITICAL`.
    pub(super) level: String,
    /// As it was said first.
    pub(super) text: String,
    pub(super) count: u64,
    pub(super) first: UtcMicros,
    pub(super) last: UtcMicros,
}

/// All that a log file tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Life {
    pub(super) spans: Vec<Span>,
    /// By what they say without their numbers.
    pub(super) faults: BTreeMap<String, Fault>,
    /// Warnings beyond the most that are kept apart.
    pub(super) more_faults: u64,
}

impl Life {
    /// Of the log file of an instance; `None` where there is none that can be read.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let mut life = Self::default();
        let mut reader = BufReader::new(File::open(path).ok()?);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = std::io::Read::take(&mut reader, MAX_LINE).read_until(b'\n', &mut line).ok()?;
            if read == 0 {
                return Some(life);
            }
            life.take(String::from_utf8_lossy(&line).trim_end());
        }
    }

    /// Takes in a line: `2026-11-23T18:40:12.345Z INFO message`. What is no such line is passed over.
    fn take(&mut self, line: &str) {
        let mut parts = line.splitn(3, ' ');
        let (Some(at), Some(level), Some(message)) = (parts.next(), parts.next(), parts.next()) else {
            return;
        };
        let Ok(at) = at.parse::<jiff::Timestamp>() else { return };
        let at = at.as_microsecond();
        let is_first = message.strip_prefix("xmlshred ").is_some_and(|version| !version.contains(' '));
        if is_first && self.spans.len() < MAX_SPANS {
            self.spans.push(Span { from: at, last: at, end: None });
        }
        let Some(span) = self.spans.last_mut() else { return };
        span.last = at.max(span.last);
        if let Some(end) = ending(message) {
            span.end = Some(end.to_owned());
        }
        if level != "INFO" && level != "DEBUG" {
            self.warned(at, level, message);
        }
    }

    fn warned(&mut self, at: UtcMicros, level: &str, message: &str) {
        // Documents are told by their causes.
        let is_document = message.starts_with("Document ") && message.contains(" failed: ");
        if is_document || message.starts_with("More documents failed: ") {
            return;
        }
        let text = message.split("; attempt ").next().unwrap_or(message);
        let kind = format!("{level} {}", without_numbers(text));
        if self.faults.len() >= MAX_FAULTS && !self.faults.contains_key(&kind) {
            self.more_faults += 1;
            return;
        }
        let fault = self.faults.entry(kind).or_insert_with(|| Fault {
            level: level.to_owned(),
            text: text.chars().take(MAX_TEXT).collect(),
            count: 0,
            first: at,
            last: at,
        });
        fault.count += 1;
        fault.last = at.max(fault.last);
    }

    /// Adds the warnings of another instance to these.
    pub(super) fn add_faults(&mut self, other: Self) {
        self.more_faults += other.more_faults;
        for (kind, fault) in other.faults {
            let has_room = self.faults.len() < MAX_FAULTS;
            match self.faults.entry(kind) {
                Entry::Occupied(mut mine) => {
                    let mine = mine.get_mut();
                    mine.count += fault.count;
                    mine.first = mine.first.min(fault.first);
                    mine.last = mine.last.max(fault.last);
                }
                Entry::Vacant(room) if has_room => {
                    room.insert(fault);
                }
                Entry::Vacant(_) => self.more_faults += fault.count,
            }
        }
    }
}

/// The word in `Session: nightly (completed)`, the first line of the summary.
fn ending(message: &str) -> Option<&str> {
    let (_, words) = message.strip_prefix("Session: ")?.strip_suffix(')')?.split_once(" (")?;
    Some(words.split(',').next().unwrap_or(words))
}

/// What warnings have in common that differ by counts, times or ids.
fn without_numbers(text: &str) -> String {
    let mut kind = String::with_capacity(text.len());
    for c in text.chars().take(MAX_TEXT) {
        match c {
            '0'..='9' if kind.ends_with('#') => {}
            '0'..='9' => kind.push('#'),
            c => kind.push(c),
        }
    }
    kind
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(lines: &[&str]) -> Life {
        let mut life = Life::default();
        lines.iter().for_each(|line| life.take(line));
        life
    }

    #[test]
    fn a_process_that_did_not_say_how_it_ended_is_told_apart() {
        let life = life(&[
            "2026-11-23T18:40:00.000Z INFO xmlshred 0.1.0",
            "2026-11-23T18:40:00.000Z INFO Session: nightly",
            "2026-11-23T18:40:05.500Z INFO Extracted 500 XML records",
            "not a line of ours",
            "2026-11-23T18:50:00.000Z INFO xmlshred 0.1.0",
            "2026-11-23T18:50:01.000Z INFO Session: nightly",
            "2026-11-23T18:51:00.000Z INFO Session: nightly (completed, dry run: nothing was written)",
            "2026-11-23T18:51:00.001Z INFO Documents processed: 3",
        ]);
        let told: Vec<_> =
            life.spans.iter().map(|span| ((span.last - span.from) / 1_000, span.end.as_deref())).collect();
        assert_eq!(told, [(5_500, None), (60_001, Some("completed"))]);
    }

    #[test]
    fn warnings_are_counted_by_what_they_say_and_failed_documents_left_out() {
        let life = life(&[
            "2026-11-23T18:40:00.000Z INFO xmlshred 0.1.0",
            "2026-11-23T18:40:01.000Z WARNING Document app_id 7 failed: parse: not-well-formed: at line 1",
            "2026-11-23T18:40:02.000Z WARNING cannot load: the connection is lost; attempt 2 follows in 1.0s",
            "2026-11-23T18:40:09.000Z WARNING cannot load: the connection is lost; attempt 3 follows in 2.0s",
            "2026-11-23T18:40:10.000Z WARNING no commit for 25 s: lock of pid 12",
            "2026-11-23T18:40:20.000Z WARNING no commit for 35 s: lock of pid 12",
            "2026-11-23T18:40:30.000Z CRITICAL cannot load: disk full",
        ]);
        let told: Vec<_> =
            life.faults.values().map(|fault| (&*fault.level, &*fault.text, fault.count)).collect();
        assert_eq!(
            told,
            [
                ("CRITICAL", "cannot load: disk full", 1),
                ("WARNING", "cannot load: the connection is lost", 2),
                ("WARNING", "no commit for 25 s: lock of pid 12", 2),
            ]
        );
    }
}
