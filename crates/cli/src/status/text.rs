//! A picture for people, in lines that fit.

use xmlshred_model::{UtcMicros, shown};

use super::look::Facts;
use super::picture::{Instance, Picture};
use super::rates::session_rate;
use crate::console::{Align, Column, Room, count, cut, fitted, formatted, table, time_left, wrapped};

/// Cells of the bar over all instances.
const BAR: usize = 12;
/// Causes that are named; the others are counted.
const CAUSES: usize = 6;
/// Characters of a session's name that are shown.
const MAX_NAME: usize = 64;
/// Wide enough for whoever asks for all.
const WIDE: usize = 200;

/// What is shown beside the picture.
pub(crate) struct Shown<'a> {
    /// Contract, target and schema.
    pub(crate) title: &'a str,
    /// Seconds from look to look, where it is one of several.
    pub(crate) every: Option<u32>,
    /// Whether sessions are listed one by one.
    pub(crate) sessions: bool,
    pub(crate) room: Room,
}

const INSTANCES: [Column<'static>; 7] = [
    Column { title: "inst", align: Align::Left, matters: 9 },
    Column { title: "state", align: Align::Left, matters: 8 },
    Column { title: "done", align: Align::Right, matters: 7 },
    Column { title: "left", align: Align::Right, matters: 6 },
    Column { title: "/min", align: Align::Right, matters: 1 },
    Column { title: "last", align: Align::Right, matters: 2 },
    Column { title: "where", align: Align::Left, matters: 5 },
];

const SESSIONS: [Column<'static>; 7] = [
    Column { title: "session", align: Align::Left, matters: 9 },
    Column { title: "inst", align: Align::Left, matters: 8 },
    Column { title: "loaded", align: Align::Right, matters: 7 },
    Column { title: "failed", align: Align::Right, matters: 6 },
    Column { title: "/min", align: Align::Right, matters: 1 },
    Column { title: "first (UTC)", align: Align::Left, matters: 2 },
    Column { title: "last (UTC)", align: Align::Left, matters: 5 },
];

/// The picture.
pub(crate) fn text(picture: &Picture, told: &Shown<'_>) -> String {
    let Shown { title, every, sessions, room } = told;
    let columns = match room {
        Room::Columns(columns) => *columns,
        Room::Endless => WIDE,
    };
    let mut text = head(title, picture.facts.now, *every, columns);
    text += &format!("{}\n", sum(picture, columns));
    if !picture.instances.is_empty() {
        let rows: Vec<_> = picture.instances.iter().map(|one| row(one, &picture.facts)).collect();
        text += &table(&INSTANCES, &rows, *room);
    }
    text += &causes(picture, columns);
    text += &size(picture, columns);
    text +=
        &if *sessions { list_of_sessions(&picture.facts, *room) } else { folded(&picture.facts, columns) };
    for note in &picture.notes {
        text += &wrapped(&shown(note), "", 2, columns);
    }
    for command in picture.next() {
        // To be copied: it is never cut.
        text += &format!("→ {command}\n");
    }
    text
}

fn head(title: &str, now: UtcMicros, every: Option<u32>, columns: usize) -> String {
    let every = every.map_or_else(String::new, |seconds| format!("  every {seconds} s"));
    let right = format!("{}{every}", time_of_day(now));
    let left = cut(&shown(title), Room::Columns(columns.saturating_sub(right.chars().count() + 2)));
    let blanks = columns.saturating_sub(left.chars().count() + right.chars().count());
    format!("{left}{}{right}\n", " ".repeat(blanks.clamp(2, 40)))
}

/// `████████░░░░  61 %  91,524/150,000  failed 2,731 (3.0 %)  31 s left`
fn sum(picture: &Picture, columns: usize) -> String {
    let done = picture.done();
    let mut parts = Vec::new();
    match picture.facts.left {
        Some(left) => {
            let total = done + left;
            // Only what is done is shown as done.
            let share = if total == 0 { 1.0 } else { done as f64 / total as f64 };
            let cells = (share * BAR as f64).floor() as usize;
            parts.push((1, "█".repeat(cells) + &"░".repeat(BAR - cells)));
            parts.push((6, format!("{} %", (share * 100.0).floor() as u64)));
            parts.push((5, format!("{}/{}", count(done), count(total))));
        }
        None => parts.push((6, format!("{} done, left: not counted", count(done)))),
    }
    if picture.failed > 0 {
        let share = picture.failed as f64 * 100.0 / done as f64;
        parts.push((4, format!("failed {} ({share:.1} %)", count(picture.failed))));
    }
    if picture.skipped > 0 {
        parts.push((2, format!("skipped {}", count(picture.skipped))));
    }
    match (picture.seconds_left, picture.facts.left) {
        (Some(seconds), _) => parts.push((3, format!("{} left", time_left(seconds)))),
        (None, Some(0)) => parts.push((3, "nothing left".to_owned())),
        (None, _) => {}
    }
    fitted(&parts, "  ", columns)
}

fn row(one: &Instance, facts: &Facts) -> Vec<String> {
    let none = || "–".to_owned();
    vec![
        format!("{}/{}", u64::from(one.index) + 1, one.count),
        one.state.word().to_owned(),
        count(one.done),
        one.left.map_or_else(none, count),
        one.per_minute.map_or_else(none, |rate| count(rate.round() as u64)),
        one.last.map_or_else(none, |last| ago(facts.now - last)),
        where_(one),
    ]
}

fn where_(one: &Instance) -> String {
    if let Some(lock) = &one.lock {
        return format!("lock of {lock}");
    }
    match (&one.host, one.pid) {
        (host, Some(pid)) => {
            let host = host.as_ref().map_or_else(String::new, |host| format!("{} ", plain(host)));
            format!("{host}pid {pid}")
        }
        (_, None) => String::new(),
    }
}

/// `1 s ago`, `2 m ago`
fn ago(micros: UtcMicros) -> String {
    let seconds = micros.max(0) / 1_000_000;
    match seconds {
        0..60 => format!("{seconds} s ago"),
        60..3600 => format!("{} m ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

fn causes(picture: &Picture, columns: usize) -> String {
    let all = &picture.facts.causes;
    if all.is_empty() {
        return String::new();
    }
    let cause = |cause: &xmlshred_engine::ports::CauseTally| {
        let code = cause.code.as_deref().unwrap_or("(no code)");
        let table = cause.table.as_ref().map_or_else(String::new, |table| format!(" {table}"));
        let column = cause.column.as_ref().map_or_else(String::new, |column| format!(".{column}"));
        plain(&format!("{code}{table}{column} {}", count(cause.count)))
    };
    let mut parts: Vec<_> = all.iter().take(CAUSES).map(cause).collect();
    if all.len() > CAUSES {
        parts.push(format!("{} more", all.len() - CAUSES));
    }
    listed("causes  ", &parts, columns)
}

/// Parts in lines of their own where one has no room; none is broken.
fn listed(first: &str, parts: &[String], columns: usize) -> String {
    let mut text = first.to_owned();
    let mut width = first.chars().count();
    let indent = width;
    for (nth, part) in parts.iter().enumerate() {
        let part = &cut(part, Room::Columns(columns.saturating_sub(indent)));
        let length = part.chars().count();
        if nth > 0 && width + 3 + length > columns {
            text += &format!("\n{}", " ".repeat(indent));
            width = indent;
        } else if nth > 0 {
            text += " · ";
            width += 3;
        }
        text += part;
        width += length;
    }
    text + "\n"
}

/// `target  1.2 GB · 13.1 KB a document · 48.0 MB more per minute · about 2.0 GB at the end`
fn size(picture: &Picture, columns: usize) -> String {
    let Some(bytes) = picture.facts.bytes.filter(|bytes| *bytes > 0) else { return String::new() };
    let mut parts = vec![self::bytes(bytes as f64)];
    let done = picture.done();
    if done > 0 {
        let each = bytes as f64 / done as f64;
        parts.push(format!("{} a document", self::bytes(each)));
        if let Some(rate) = picture.bytes_per_minute.filter(|rate| *rate > 0.0) {
            parts.push(format!("{} more per minute", self::bytes(rate)));
        }
        if let Some(left) = picture.facts.left.filter(|left| *left > 0) {
            parts.push(format!("about {} at the end", self::bytes(each * (done + left) as f64)));
        }
    }
    listed("target  ", &parts, columns)
}

/// `13.1 KB`, `1.2 GB`: a thousand each.
fn bytes(bytes: f64) -> String {
    let (unit, size) = match bytes {
        ..1e3 => return format!("{bytes:.0} bytes"),
        ..1e6 => ("KB", 1e3),
        ..1e9 => ("MB", 1e6),
        ..1e12 => ("GB", 1e9),
        _ => ("TB", 1e12),
    };
    format!("{:.1} {unit}", bytes / size)
}

fn folded(facts: &Facts, columns: usize) -> String {
    let mut ids: Vec<_> = facts.tallies.iter().map(|tally| &tally.session_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let latest = facts.tallies.iter().max_by_key(|tally| tally.last);
    match latest {
        Some(latest) if ids.len() > 1 => {
            let parts = [
                format!("{}, the latest {}", count(ids.len() as u64), plain(&latest.session_id)),
                "--sessions lists them".to_owned(),
            ];
            listed("sessions  ", &parts, columns)
        }
        _ => String::new(),
    }
}

fn list_of_sessions(facts: &Facts, room: Room) -> String {
    if facts.tallies.is_empty() {
        return String::new();
    }
    let mut tallies: Vec<_> = facts.tallies.iter().collect();
    tallies.sort_by_key(|tally| (tally.first, tally.instance_id));
    let row = |tally: &&xmlshred_engine::ports::LogTally| {
        let rate = session_rate(tally.first, tally.last, tally.document_count());
        vec![
            plain(&tally.session_id),
            format!("{}/{}", u64::from(tally.instance_id) + 1, tally.instance_count),
            count(tally.success_count),
            count(tally.failed_count),
            rate.map_or_else(|| "–".to_owned(), |rate| count(rate as u64)),
            moment(tally.first),
            moment(tally.last),
        ]
    };
    let rows: Vec<_> = tallies.iter().map(row).collect();
    format!("\n{}", table(&SESSIONS, &rows, room))
}

/// Others may have written the log: no character of theirs steers a terminal, no name is wider than a table may be.
fn plain(name: &str) -> String {
    let mut plain: String = shown(name).chars().take(MAX_NAME).collect();
    if name.chars().nth(MAX_NAME).is_some() {
        plain.push('…');
    }
    plain
}

fn time_of_day(at: UtcMicros) -> String {
    formatted(at, "%H:%M:%SZ")
}

fn moment(at: UtcMicros) -> String {
    formatted(at, "%Y-%m-%d %H:%M:%S")
}
