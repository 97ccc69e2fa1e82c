//! A requested stop: quick, clean, and the next run completes.

use std::time::Duration;

use xmlshred_engine::ports::{Fault, Ports};
use xmlshred_engine::testing::Fixture;
use xmlshred_engine::testing::faulty::{FaultyPorts, Script, Step};
use xmlshred_engine::testing::listening::{Listener, Recorder};
use xmlshred_engine::testing::memory::MemoryStore;
use xmlshred_engine::testing::words::Words;
use xmlshred_engine::{Ended, Event, Observer, RetrySettings, RunSettings, RunSummary, StopSignal, run_with};
use xmlshred_model::{DocumentKey, Share};

use crate::scene::{complete, fine, identity, loaded, settings};

/// Runs, and requests a stop at the first event that `when` picks.
fn run_until(
    ports: &dyn Ports,
    settings: &RunSettings,
    when: impl Fn(&Event) -> bool + Sync,
) -> (RunSummary, Vec<Event>) {
    let (stop, recorder) = (StopSignal::new(), Recorder::new());
    let listener = Listener(|event: &Event| {
        recorder.observe(event);
        if when(event) {
            stop.request();
        }
    });
    let identity = identity("stopped", Share::WHOLE);
    let summary = run_with(ports, &Words::new(), &identity, settings, &listener, &stop).unwrap();
    (summary, recorder.events())
}

fn check_next_run_completes(store: &MemoryStore, count: i64) {
    complete(&store.memory_ports());
    let clean = fine(count);
    complete(&clean.memory_ports());
    assert_eq!(loaded(store), loaded(&clean));
}

#[test]
fn a_stop_in_the_middle_commits_what_was_begun_and_leaves_the_rest() {
    let store = fine(1000);
    let is_commit = |event: &Event| matches!(event, Event::Committed { .. });
    let workers = RunSettings { workers: 2.try_into().unwrap(), ..settings() };
    let (summary, events) = run_until(&store.memory_ports(), &workers, is_commit);
    assert_eq!(summary.ended, Ended::Interrupted);
    let log = store.log();
    assert_eq!(log.len() as u64, summary.totals.document_count());
    // Everything that workers, queues and loaders can hold, in documents: far from all.
    assert!((10..200).contains(&log.len()), "{} documents", log.len());
    let shredded: u64 = events
        .iter()
        .map(|event| if let Event::Shredded { document_count, .. } = event { *document_count } else { 0 })
        .sum();
    assert_eq!(shredded, log.len() as u64, "what was shredded is committed");
    assert_eq!(events.iter().filter(|event| **event == Event::Stopping).count(), 1);
    assert_eq!(events.last(), Some(&Event::Finished));
    check_next_run_completes(&store, 1000);
}

#[test]
fn a_stop_before_the_run_leaves_everything() {
    let store = fine(10);
    let stop = StopSignal::new();
    stop.request();
    let recorder = Recorder::new();
    let (identity, ports) = (identity("stopped", Share::WHOLE), store.memory_ports());
    let summary = run_with(&ports, &Words::new(), &identity, &settings(), &recorder, &stop).unwrap();
    assert_eq!((summary.ended, summary.totals.document_count()), (Ended::Interrupted, 0));
    assert!(store.log().is_empty());
}

#[test]
fn a_stop_wakes_whoever_waits_for_the_next_try() {
    // Hours of waiting, if nobody woke them.
    let patient = RetrySettings {
        first_delay: Duration::from_secs(7200),
        max_delay: Duration::from_secs(7200),
        give_up_after: Duration::from_secs(100_000),
    };
    for step in [Step::OpenSource, Step::OpenSink, Step::Count, Step::Keys, Step::Fetch, Step::BeforeCommit] {
        let store = fine(50);
        let ports = store.memory_ports();
        let faulty = FaultyPorts::new(&ports, Script::new().fail_first(step, 9, &Fault::ConnectionLost));
        let is_retry = |event: &Event| matches!(event, Event::Retrying { .. });
        let (summary, _) = run_until(&faulty, &RunSettings { retry: patient, ..settings() }, is_retry);
        assert_eq!(summary.ended, Ended::Interrupted, "{step:?}");
        check_next_run_completes(&store, 50);
    }
}

#[test]
fn a_failure_elsewhere_wakes_whoever_waits_for_the_next_try() {
    let patient = RetrySettings {
        first_delay: Duration::from_secs(7200),
        max_delay: Duration::from_secs(7200),
        ..RetrySettings::default()
    };
    let store = fine(200);
    let ports = store.memory_ports();
    let script =
        Script::new().fail(Step::BeforeCommit, 1, Fault::ConnectionLost).fail(Step::Keys, 4, Fault::Corrupt);
    let faulty = FaultyPorts::new(&ports, script);
    let settings = RunSettings { retry: patient, workers: 2.try_into().unwrap(), ..settings() };
    let (result, _) = crate::scene::run(&faulty, &settings);
    assert!(result.is_err(), "{result:?}");
}

#[test]
fn a_transaction_under_way_is_finished() {
    let store = fine(100);
    let ports = store.memory_ports().with_max_loaders(1);
    let (script, hold) = Script::new().hold(Step::AfterCommit, 1);
    let faulty = FaultyPorts::new(&ports, script);
    let stop = StopSignal::new();
    let summary = std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            let identity = identity("held", Share::WHOLE);
            run_with(&faulty, &Words::new(), &identity, &settings(), &Recorder::new(), &stop).unwrap()
        });
        assert!(hold.wait());
        stop.request();
        hold.release();
        run.join().unwrap()
    });
    assert_eq!(summary.ended, Ended::Interrupted);
    assert_eq!(store.log().len() as u64, summary.totals.document_count());
    check_next_run_completes(&store, 100);
}

#[test]
fn a_stop_after_the_last_document_leaves_the_run_completed() {
    let store = fine(10);
    let is_commit = |event: &Event| matches!(event, Event::Committed { .. });
    let (summary, _) = run_until(&store.memory_ports(), &settings(), is_commit);
    assert_eq!((summary.ended, summary.totals.success_count), (Ended::Completed, 10));
}

#[test]
fn a_stop_while_a_batch_is_split_leaves_the_rest_of_it_to_the_next_run() {
    let store = fine(10);
    let ports = store.memory_ports();
    let refused = || Script::new().refuse([DocumentKey::Int(9)], Fault::CheckViolation { table: None });
    let is_split = |event: &Event| matches!(event, Event::BatchSplit { .. });
    let (summary, _) = run_until(&FaultyPorts::new(&ports, refused()), &settings(), is_split);
    assert_eq!(summary.ended, Ended::Interrupted);
    assert_eq!(store.log().len() as u64, summary.totals.document_count());
    complete(&FaultyPorts::new(&ports, refused()));
    assert_eq!(store.log().iter().filter(|row| row.status == "success").count(), 9);
}

#[test]
fn a_stop_while_the_source_refuses_documents_is_heeded() {
    let store = fine(50);
    let ports = store.memory_ports();
    let refused = Fault::Refused { code: "22021".into(), table: None, column: None };
    let (script, hold) = Script::new().hold(Step::Fetch, 1);
    let faulty = FaultyPorts::new(&ports, script.refuse_to_read((1..=50).map(DocumentKey::Int), refused));
    let stop = StopSignal::new();
    let summary = std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            let identity = identity("held", Share::WHOLE);
            run_with(&faulty, &Words::new(), &identity, &settings(), &Recorder::new(), &stop).unwrap()
        });
        assert!(hold.wait());
        stop.request();
        hold.release();
        run.join().unwrap()
    });
    assert_eq!((summary.ended, summary.totals.document_count()), (Ended::Interrupted, 0));
    check_next_run_completes(&store, 50);
}
