//! Runs over lines that are cut and servers that crash. Databases that are no servers have neither.

use std::sync::atomic::{AtomicU32, Ordering};

use super::running::{Content, content, expected, filled, run, run_observed};
use crate::event::Event;
use crate::testing::fixture::{Bench, Moment};
use crate::testing::listening::Listener;

/// Requests between two cuts that are tried: every one would take minutes and show no more.
const STRIDE: usize = 11;

pub(super) fn lines_cut_at_any_request_lose_and_double_nothing(bench: &dyn Bench) {
    let Some(expected) = expected_with_line(bench) else { return };
    for number in (0..).step_by(STRIDE) {
        let fixture = filled(bench);
        let line = fixture.line().expect("this bench has lines");
        line.cut(Moment::BeforeRequest(number));
        // Only a cut before the database was ever reached ends a run.
        if run(&*fixture.ports(), "cut", 0, 1).is_err() {
            run(&*fixture.ports(), "next", 0, 1).expect("the next run succeeds");
        }
        assert!(content(&*fixture) == expected, "cut before request {number}");
        if !line.was_cut() {
            assert!(number > 50, "the run had only {number} requests");
            return;
        }
    }
}

pub(super) fn a_commit_whose_answer_is_cut_off_counts_once(bench: &dyn Bench) {
    let Some(expected) = expected_with_line(bench) else { return };
    let fixture = filled(bench);
    let line = fixture.line().expect("this bench has lines");
    line.cut(Moment::AfterCommit);
    let summary = run(&*fixture.ports(), "lost", 0, 1).expect("the run succeeds");
    assert!(line.was_cut(), "a commit was seen");
    assert_eq!(summary.totals.already_done_count, 0, "what this run did counts as done by it");
    let row_counts: Vec<_> = expected.tables.iter().map(|rows| rows.len() as u64).collect();
    assert_eq!(summary.totals.table_row_counts, row_counts);
    assert!(content(&*fixture) == expected, "the target differs from that of a run without faults");
}

pub(super) fn a_server_that_crashes_and_comes_back_is_waited_for(bench: &dyn Bench) {
    let Some(expected) = expected_with_line(bench) else { return };
    let fixture = filled(bench);
    let line = fixture.line().expect("this bench has lines");
    let commit_count = AtomicU32::new(0);
    let observer = Listener(|event: &Event| {
        if let Event::Committed { .. } = event
            && commit_count.fetch_add(1, Ordering::SeqCst) == 1
        {
            line.crash_server();
        }
    });
    run_observed(&*fixture.ports(), "crash", &observer).expect("the run succeeds");
    assert!(commit_count.into_inner() > 2);
    assert!(content(&*fixture) == expected, "the target differs from that of a run without faults");
}

/// What a run without faults gives; `None` when there is no line to cut.
fn expected_with_line(bench: &dyn Bench) -> Option<Content> {
    filled(bench).line()?;
    Some(expected(bench))
}
