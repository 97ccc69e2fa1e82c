//! Whole runs over the database: several instances, refused documents, lost answers, kills.

use crate::testing::fixture::number;
use xmlshred_model::{DocumentKey, OwnedValue};

use super::scene::{create_tables, identity, insert_text, ready};
use crate::error::RunError;
use crate::event::Observer;
use crate::pipeline::run_with;
use crate::ports::{Fault, Ports};
use crate::settings::{BatchLimits, ChunkLimits, RetrySettings, RunSettings};
use crate::shredding::Shredders;
use crate::stop::StopSignal;
use crate::summary::{Ended, RunSummary};
use crate::testing::cells::sorted;
use crate::testing::faulty::{FaultyPorts, Script, Step};
use crate::testing::fixture::{Bench, Fixture, IssueRow};
use crate::testing::listening::Deaf;
use crate::testing::words::Words;

pub(super) const DOCUMENT_COUNT: i64 = 60;

/// Documents -10 to 49: some fail in the shredder, some are refused by the target, some have issues.
pub(super) fn filled(bench: &dyn Bench) -> Box<dyn Fixture> {
    let fixture = ready(bench, Words::new().schema());
    for key in -10..DOCUMENT_COUNT - 10 {
        let text = match key % 13 {
            1 => "one two bad",
            4 => "one again",
            7 => "one ? three",
            _ => "one two three four",
        };
        insert_text(&*fixture, key, text);
    }
    fixture
}

pub(super) fn settings() -> RunSettings {
    RunSettings {
        workers: 2.try_into().expect("not zero"),
        batch_size: 10.try_into().expect("not zero"),
        batch: BatchLimits { documents: 8, ..BatchLimits::default() },
        chunk: ChunkLimits { documents: 3, ..ChunkLimits::default() },
        retry: RetrySettings { first_delay: std::time::Duration::ZERO, ..RetrySettings::default() },
        ..RunSettings::default()
    }
}

pub(super) fn run(ports: &dyn Ports, session: &str, index: u32, count: u32) -> Result<RunSummary, RunError> {
    let (identity, stop) = (identity(session, index, count), StopSignal::new());
    run_with(ports, &Words::new(), &identity, &settings(), &Deaf, &stop)
}

/// One instance whose events somebody hears.
pub(super) fn run_observed(
    ports: &dyn Ports,
    session: &str,
    observer: &dyn Observer,
) -> Result<RunSummary, RunError> {
    run_with(ports, &Words::new(), &identity(session, 0, 1), &settings(), observer, &StopSignal::new())
}

/// Rows of both tables, outcomes, issues: what has to be equal whoever did it.
#[derive(Debug, PartialEq)]
pub(super) struct Content {
    pub(super) tables: [Vec<Vec<OwnedValue>>; 2],
    log: Vec<(DocumentKey, String, Option<String>, i64, i64, String)>,
    issues: Vec<IssueRow>,
}

pub(super) fn content(fixture: &dyn Fixture) -> Content {
    let tables = [0, 1].map(|table| sorted(fixture.rows(table)));
    let mut log: Vec<_> = fixture
        .log()
        .into_iter()
        .map(|row| {
            (row.key, row.status, row.failure_reason, row.row_count, row.issue_count, row.document_hash)
        })
        .collect();
    log.sort();
    let mut issues = fixture.issues();
    issues.sort();
    Content { tables, log, issues }
}

pub(super) fn expected(bench: &dyn Bench) -> Content {
    let fixture = filled(bench);
    let summary = run(&*fixture.ports(), "one", 0, 1).expect("a run without faults succeeds");
    assert_eq!(summary.ended, Ended::Completed);
    assert_eq!(summary.totals.document_count(), DOCUMENT_COUNT.cast_unsigned());
    assert!(summary.totals.failed_count > 0 && summary.totals.success_count > 0);
    let content = content(&*fixture);
    assert_eq!(content.log.len() as i64, DOCUMENT_COUNT);
    content
}

pub(super) fn several_instances_do_what_one_would(bench: &dyn Bench) {
    let expected = expected(bench);
    let fixture = filled(bench);
    std::thread::scope(|scope| {
        let instances: Vec<_> = (0..3)
            .map(|index| {
                let fixture = &fixture;
                scope.spawn(move || run(&*fixture.ports(), "three", index, 3).map(|run| run.totals))
            })
            .collect();
        let totals = instances.into_iter().map(|instance| instance.join().expect("no panic"));
        let count: u64 = totals.map(|totals| totals.expect("the run succeeds").document_count()).sum();
        assert_eq!(count, DOCUMENT_COUNT.cast_unsigned());
    });
    assert!(content(&*fixture) == expected, "the target differs");
}

pub(super) fn overlapping_instances_load_nothing_twice(bench: &dyn Bench) {
    let expected = expected(bench);
    let fixture = filled(bench);
    std::thread::scope(|scope| {
        for session in ["mine", "yours"] {
            let fixture = &fixture;
            scope.spawn(move || run(&*fixture.ports(), session, 0, 1).expect("the run succeeds"));
        }
    });
    assert!(content(&*fixture) == expected, "the target differs");
}

pub(super) fn guilty_documents_fail_alone(bench: &dyn Bench) {
    let expected = expected(bench);
    let refused: Vec<_> = expected
        .log
        .iter()
        .filter(|row| row.2.as_deref().is_some_and(|reason| reason.starts_with("load: unique-violation: ")))
        .map(|row| number(&row.0))
        .collect();
    assert_eq!(refused, [4, 17, 30, 43]);
    assert!(expected.log.iter().all(|row| row.1 == "success" || row.3 == 0), "failed documents have no rows");
}

pub(super) fn a_lost_answer_loads_nothing_twice(bench: &dyn Bench) {
    let expected = expected(bench);
    let fixture = filled(bench);
    let ports = fixture.ports();
    let script = Script::new().fail_first(Step::AfterCommit, 3, &Fault::ConnectionLost);
    let faulty = FaultyPorts::new(&*ports, script);
    let summary = run(&faulty, "lost", 0, 1).expect("the run succeeds");
    assert_eq!(summary.totals.already_done_count, 0, "what this run did counts as done by it");
    assert_eq!(summary.totals.document_count(), DOCUMENT_COUNT.cast_unsigned());
    let row_counts: Vec<_> = expected.tables.iter().map(|rows| rows.len() as u64).collect();
    assert_eq!(summary.totals.table_row_counts, row_counts);
    assert!(content(&*fixture) == expected, "the target differs");
}

pub(super) fn a_run_killed_at_any_step_is_completed_by_the_next(bench: &dyn Bench) {
    let expected = expected(bench);
    for step in Step::ALL {
        for nth in [1, 2, 5] {
            let fixture = filled(bench);
            let ports = fixture.ports();
            let faulty = FaultyPorts::new(&*ports, Script::new().crash(step, nth));
            let killed = run(&faulty, "killed", 0, 1);
            assert_eq!(killed.is_err(), faulty.script().has_crashed(), "{step:?} {nth}");
            create_tables(&*fixture.ports());
            run(&*ports, "next", 0, 1).expect("the next run succeeds");
            assert!(content(&*fixture) == expected, "killed at {step:?} the {nth}. time");
        }
    }
}
