//! Pictures of made-up looks, at 80 and at 60 columns.

use xmlshred_engine::ports::{CauseTally, LockHolder, LogTally, RunSession, SessionName};
use xmlshred_model::{Share, UtcMicros};

use super::look::Facts;
use super::{Picture, Rates, Shown, text};
use crate::console::Room;
use crate::exit::Exit;

const SECOND: UtcMicros = 1_000_000;
/// 2026-11-28 03:12:07 UTC.
const NOW: UtcMicros = 1_795_835_527 * SECOND;

fn tally(
    session: &str,
    index: u32,
    count: u32,
    (success, failed): (u64, u64),
    (from, to): (i64, i64),
) -> LogTally {
    LogTally {
        session_id: session.to_owned(),
        instance_id: index,
        instance_count: count,
        contract_hash: "c".to_owned(),
        success_count: success,
        failed_count: failed,
        skipped_count: 0,
        first: NOW - from * SECOND,
        last: NOW - to * SECOND,
    }
}

fn session(index: u32, pid: u32, waits_for: Option<LockHolder>) -> RunSession {
    let name = SessionName::new("0.1.0", Share::new(index, 3).unwrap(), "invoice", "night");
    RunSession { name: SessionName { pid, ..name }, host: Some("10.0.0.4".to_owned()), waits_for }
}

fn cause(code: &str, place: Option<(&str, &str)>, count: u64) -> CauseTally {
    let (table, column) = place.map(|(table, column)| (table.to_owned(), column.to_owned())).unzip();
    CauseTally { code: Some(code.to_owned()), table, column, count }
}

/// One runs, one is gone, one waits for a lock.
fn trouble() -> Facts {
    let psql = LockHolder { pid: 9120, program: "psql".to_owned() };
    Facts {
        now: NOW,
        tallies: vec![
            tally("night", 0, 3, (37_482, 728), (35, 1)),
            tally("night", 1, 3, (8_000, 1_000), (150, 130)),
            tally("night", 2, 3, (43_311, 1_003), (35, 25)),
        ],
        contracts: Some(vec![("invoice".to_owned(), 91_524)]),
        causes: vec![
            cause("wrong-root", None, 1_728),
            cause("invalid-value", Some(("invoice", "issue_date")), 800),
            cause("not-well-formed", None, 203),
        ],
        sessions: Some(vec![session(0, 11_705, None), session(2, 11_707, Some(psql))]),
        left: Some(58_476),
        instance_count: Some(3),
        left_of: vec![Some(11_790), Some(41_000), Some(5_686)],
        bytes: Some(1_200_000_000),
        uncounted: None,
    }
}

fn shown(facts: Facts, columns: usize, sessions: bool) -> (String, Exit) {
    let mut rates = Rates::default();
    rates.note(&facts);
    let picture = Picture::new(facts, &rates, "invoice", "postgres://loader@db1/loans");
    let told = Shown {
        title: "invoice · postgres://loader@db1/loans · migration",
        every: Some(2),
        sessions,
        room: Room::Columns(columns),
    };
    let text = text(&picture, &told);
    for line in text.lines().filter(|line| !line.starts_with('→')) {
        assert!(line.chars().count() <= columns, "{columns}: {line}");
    }
    (text, picture.exit)
}

fn check(facts: Facts, columns: usize, exit: Exit, expected: &str) {
    let (text, found) = shown(facts, columns, false);
    assert_eq!((text.as_str(), found), (expected, exit), "\n{text}");
}

#[test]
fn who_runs_who_waits_for_whom_and_who_is_gone() {
    check(
        trouble(),
        80,
        Exit::Stopped,
        "\
invoice · postgres://loader@db1/loans · migration           03:12:07Z  every 2 s
███████░░░░░  61 %  91,524/150,000  failed 2,731 (3.0 %)  16 s left
inst  state      done    left    /min      last  where
1/3   running  38,210  11,790  67,428   1 s ago  10.0.0.4 pid 11705
2/3   GONE      9,000  41,000       –   2 m ago
3/3   waiting  44,314   5,686       –  25 s ago  lock of pid 9120 (psql)
causes  wrong-root 1,728 · invalid-value invoice.issue_date 800
        not-well-formed 203
target  1.2 GB · 13.1 KB a document · about 2.0 GB at the end
→ xmlshred run --instance-id 1 --instance-count 3
→ xmlshred failures
",
    );
    check(
        trouble(),
        60,
        Exit::Stopped,
        "\
invoice · postgres://loader@db1/loans…  03:12:07Z  every 2 s
61 %  91,524/150,000  failed 2,731 (3.0 %)  16 s left
inst  state      done    left  where
1/3   running  38,210  11,790  10.0.0.4 pid 11705
2/3   GONE      9,000  41,000
3/3   waiting  44,314   5,686  lock of pid 9120 (psql)
(2 columns left out: --wide)
causes  wrong-root 1,728
        invalid-value invoice.issue_date 800
        not-well-formed 203
target  1.2 GB · 13.1 KB a document
        about 2.0 GB at the end
→ xmlshred run --instance-id 1 --instance-count 3
→ xmlshred failures
",
    );
}

#[test]
fn what_has_ended_and_what_nobody_can_see() {
    let done = Facts {
        tallies: vec![tally("night", 0, 1, (40, 2), (600, 500))],
        sessions: Some(Vec::new()),
        left: Some(0),
        instance_count: Some(1),
        left_of: vec![Some(0)],
        causes: Vec::new(),
        bytes: None,
        ..trouble()
    };
    check(
        done.clone(),
        80,
        Exit::SomeFailed,
        "\
invoice · postgres://loader@db1/loans · migration           03:12:07Z  every 2 s
████████████  100 %  42/42  failed 2 (4.8 %)  nothing left
inst  state  done  left  /min     last  where
1/1   done     42     0     –  8 m ago
→ xmlshred failures
",
    );
    let (text, exit) =
        shown(Facts { sessions: None, left: Some(1), left_of: vec![Some(1)], ..done.clone() }, 80, false);
    assert!(text.contains("1/1   silent  ") && text.contains("Who is at work cannot be seen"), "{text}");
    assert_eq!(exit, Exit::Stopped);
    let fresh = Facts {
        tallies: Vec::new(),
        contracts: None,
        left: Some(42),
        instance_count: None,
        left_of: Vec::new(),
        ..done.clone()
    };
    let (text, exit) = shown(fresh.clone(), 80, false);
    assert!(
        text.contains("There is no log in postgres://loader@db1/loans: no run has begun there"),
        "{text}"
    );
    assert!(text.contains("\n→ xmlshred run --create-tables\n"), "{text}");
    assert_eq!(exit, Exit::Stopped);
    let contracts = Some(vec![("order".to_owned(), 1_000)]);
    let (text, _) = shown(Facts { contracts, ..fresh }, 120, false);
    assert!(
        text.contains(
            "The log has no row of contract `invoice`, but 1,000 of `order`: is it the right contract?"
        ),
        "{text}"
    );
}

#[test]
fn old_sessions_are_folded_and_listed_when_asked_for() {
    let mut facts = trouble();
    facts.tallies.insert(0, tally("\u{1b}[31mmonday", 0, 1, (7, 0), (90_000, 89_000)));
    let (folded, _) = shown(facts.clone(), 80, false);
    assert!(folded.contains("sessions  2, the latest night · --sessions lists them\n"), "{folded}");
    let (listed, _) = shown(facts, 80, true);
    assert!(
        listed.contains("monday") && !listed.contains('\u{1b}') && !listed.contains("lists them"),
        "{listed}"
    );
}

#[test]
fn one_that_waits_for_a_moment_stands_not_still() {
    let mut facts = trouble();
    facts.left_of[1] = Some(0);
    facts.left = Some(17_476);
    let (_, exit) = shown(facts.clone(), 80, false);
    assert_eq!(exit, Exit::Done, "it runs well");
    facts.tallies[2].last = NOW - 61 * SECOND;
    assert_eq!(shown(facts, 80, false).1, Exit::Stopped);
}
