//! Limits of a run: documents, failures.

use proptest::prelude::*;
use xmlshred_engine::settings::{BatchLimits, MaxFailures};
use xmlshred_engine::testing::Fixture;
use xmlshred_engine::{Ended, Event, Remaining, RunError, RunSettings};
use xmlshred_model::{DocumentKey, KeyRange, KeyType};

use crate::scene::{fine, outcomes, run, settings, store};

proptest! {
    #[test]
    fn a_limit_is_kept_exactly(limit in 0_u64..60, page in 1_usize..30, workers in 1_usize..4) {
        let store = fine(50);
        let limited = RunSettings {
            limit: Some(limit),
            batch_size: page.try_into().unwrap(),
            workers: workers.try_into().unwrap(),
            ..settings()
        };
        let (result, events) = run(&store.memory_ports(), &limited);
        let summary = result.unwrap();
        prop_assert_eq!(summary.totals.document_count(), limit.min(50));
        prop_assert_eq!(store.log().len() as u64, limit.min(50));
        let first: Vec<_> = (1..=limit.min(50)).map(|key| format!("{key}: success")).collect();
        prop_assert_eq!(outcomes(&store), first);
        prop_assert_eq!(&events[0], &Event::Started { key_type: KeyType::Integer, remaining: Some(Remaining::Counted(50)) });
        if limit < 50 {
            prop_assert_eq!(summary.ended, Ended::LimitReached);
        } else if limit > 50 {
            prop_assert_eq!(summary.ended, Ended::Completed);
        }
    }
}

#[test]
fn keys_outside_the_range_are_left_alone() {
    let store = fine(20);
    let range = KeyRange { start: Some(DocumentKey::Int(5)), end: Some(DocumentKey::Int(7)) };
    run(&store.memory_ports(), &RunSettings { range, ..settings() }).0.unwrap();
    assert_eq!(outcomes(&store), ["5: success", "6: success", "7: success"]);
}

fn with_failures(bad: impl Fn(i64) -> bool) -> xmlshred_engine::testing::memory::MemoryStore {
    store((1..=200).map(|key| (key, if bad(key) { "bad" } else { "fine" })))
}

#[test]
fn more_failures_than_allowed_stop_the_run() {
    let store = with_failures(|key| key % 2 == 0);
    let few = RunSettings { max_failures: MaxFailures::Count(12), ..settings() };
    let (result, events) = run(&store.memory_ports(), &few);
    let error = result.unwrap_err();
    assert_eq!(error.to_string(), "15 of 30 documents failed, the limit is 12");
    assert!(error.hint().unwrap().contains("xmlshred retry"));
    assert_eq!(events.last(), Some(&Event::Finished));
    assert_eq!(store.log().len(), 30, "what was committed before stays");
}

#[test]
fn as_many_failures_as_allowed_do_not_stop_the_run() {
    let exact = RunSettings { max_failures: MaxFailures::Count(100), ..settings() };
    let store = with_failures(|key| key % 2 == 0);
    assert_eq!(run(&store.memory_ports(), &exact).0.unwrap().totals.failed_count, 100);
}

#[test]
fn a_percentage_of_failures_is_looked_at_after_the_first_documents() {
    let half = |after| RunSettings {
        max_failures: MaxFailures::Percent { percent: 50.0, after },
        batch: BatchLimits { documents: 1, ..BatchLimits::default() },
        ..settings()
    };
    // All of the first 40 are bad, and none after them.
    let store = || with_failures(|key| key <= 40);
    let error = run(&store().memory_ports(), &half(40)).0.unwrap_err();
    assert!(matches!(error, RunError::TooManyFailures { failed: 40, processed: 40, .. }), "{error:?}");
    assert_eq!(run(&store().memory_ports(), &half(80)).0.unwrap().totals.failed_count, 40);
}

#[test]
fn batches_end_at_rows_and_bytes_too() {
    let commits = |batch: BatchLimits| {
        let (result, events) = run(&fine(40).memory_ports(), &RunSettings { batch, ..settings() });
        result.unwrap();
        events.iter().filter(|event| matches!(event, Event::Committed { .. })).count()
    };
    let none = BatchLimits { documents: usize::MAX, rows: usize::MAX, bytes: usize::MAX };
    assert_eq!(commits(none), 1);
    // Each document has three rows.
    assert_eq!(commits(BatchLimits { rows: 12, ..none }), 10);
    assert_eq!(commits(BatchLimits { bytes: 1, ..none }), 40);
}
