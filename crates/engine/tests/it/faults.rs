//! Faults of databases: retried, survived, or told.

use std::time::Duration;

use proptest::prelude::*;
use xmlshred_engine::ports::{Fault, Ports};
use xmlshred_engine::settings::BatchLimits;
use xmlshred_engine::shredding::Shredders;
use xmlshred_engine::testing::Fixture;
use xmlshred_engine::testing::faulty::{FaultyPorts, Script, Step};
use xmlshred_engine::testing::listening::Deaf;
use xmlshred_engine::testing::memory::{JournalSight, MemoryStore};
use xmlshred_engine::testing::words::Words;
use xmlshred_engine::{
    Activity, Ended, Event, RetrySettings, RunError, RunSettings, RunSummary, StopSignal, create_tables,
};
use xmlshred_model::DocumentKey;

use crate::scene::{complete, fine, loaded, one_worker, outcomes, run, settings, store};

const TEXTS: [&str; 6] = ["a b", "c", "a bad", "b ?", "a again", "d e f"];

fn mixed() -> MemoryStore {
    store((-40..40).map(|key: i64| (key, TEXTS[key.unsigned_abs() as usize % 6])))
}

fn run_with_script(store: &MemoryStore, script: Script) -> (Result<RunSummary, RunError>, Vec<Event>) {
    let ports = store.memory_ports().with_sight(JournalSight::Unseen);
    run(&FaultyPorts::new(&ports, script), &settings())
}

/// Faults are survived and the result is that of a run without.
pub(crate) fn check_survived(script: Script) -> (RunSummary, Vec<Event>) {
    let (clean, store) = (mixed(), mixed());
    let expected = complete(&clean.memory_ports());
    let (result, events) = run_with_script(&store, script);
    let summary = result.unwrap();
    assert_eq!(loaded(&store), loaded(&clean));
    assert_eq!(summary.totals, expected.totals);
    (summary, events)
}

fn retries(events: &[Event]) -> Vec<u32> {
    let attempt = |event: &Event| match event {
        Event::Retrying { attempt, .. } => Some(*attempt),
        _ => None,
    };
    events.iter().filter_map(attempt).collect()
}

#[test]
fn faults_that_pass_are_waited_for_at_every_step() {
    for step in Step::ALL {
        for fault in [Fault::Busy, Fault::Deadlock, Fault::ConnectionLost, Fault::Timeout] {
            let (_, events) = check_survived(Script::new().fail(step, 1, fault.clone()).fail(step, 3, fault));
            if !matches!(step, Step::CreateTables | Step::AfterCreateTables) {
                assert!(!retries(&events).is_empty(), "{step:?}");
            }
        }
    }
}

#[test]
fn tries_are_counted_until_one_succeeds() {
    let (_, events) = check_survived(Script::new().fail_first(Step::BeforeCommit, 4, &Fault::Busy));
    assert_eq!(retries(&events), [2, 3, 4, 5]);
    let reason = events.iter().find_map(|event| match event {
        Event::Retrying { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    assert_eq!(reason.unwrap(), "loading rows: scripted fault Busy at BeforeCommit");
}

/// How many loaders are said to go on, each time that one is given up.
fn loaders_left(script: Script) -> Vec<u32> {
    let (clean, store) = (mixed(), mixed());
    complete(&clean.memory_ports());
    let ports = store.memory_ports().with_max_loaders(4);
    let settings = RunSettings { workers: 4.try_into().unwrap(), ..settings() };
    let (result, events) = run(&FaultyPorts::new(&ports, script), &settings);
    result.unwrap();
    assert_eq!(loaded(&store), loaded(&clean));
    let left = |event: &Event| match event {
        Event::LoaderGivenUp { left } => Some(*left),
        _ => None,
    };
    events.iter().filter_map(left).collect()
}

#[test]
fn loaders_that_deadlock_again_and_again_become_fewer_and_never_none() {
    let deadlocks =
        |count| loaders_left(Script::new().fail_first(Step::BeforeCommit, count, &Fault::Deadlock));
    assert_eq!(deadlocks(4), [0; 0]);
    let left = deadlocks(100);
    assert!(!left.is_empty() && left.iter().all(|left| (1..4).contains(left)), "{left:?}");
    assert!(left.is_sorted_by(|one, next| one > next), "{left:?}");
    let busy = loaders_left(Script::new().fail_first(Step::BeforeCommit, 100, &Fault::Busy));
    assert_eq!(busy, [0; 0], "a lock of somebody else's is no reason");
}

#[test]
fn a_lost_commit_answer_loads_nothing_twice() {
    let (summary, _) = check_survived(Script::new().fail_first(Step::AfterCommit, 5, &Fault::ConnectionLost));
    assert_eq!(summary.totals.already_done_count, 0);
}

#[test]
fn a_database_that_restarts_is_waited_for() {
    let script = Script::new()
        .fail(Step::BeforeCommit, 2, Fault::ConnectionLost)
        .fail(Step::OpenSink, 2, Fault::CannotConnect)
        .fail(Step::OpenSink, 3, Fault::CannotConnect);
    check_survived(script);
}

#[test]
fn a_target_that_cannot_be_made_stops_the_run_at_once() {
    let store = MemoryStore::new(Words::new().schema());
    let ports = store.memory_ports();
    let faulty =
        FaultyPorts::new(&ports, Script::new().fail_first(Step::CreateTables, 9, &Fault::CannotConnect));
    let refused = create_tables(&faulty, &settings().retry, &Deaf, &StopSignal::new()).unwrap_err();
    assert!(matches!(refused, RunError::Port { during: Activity::CreateTables, .. }), "{refused:?}");
    assert_eq!(faulty.script().calls(Step::CreateTables), 1);
}

#[test]
fn an_address_that_leads_nowhere_stops_the_run_before_it_begins() {
    for (step, activity) in
        [(Step::OpenSource, Activity::ConnectSource), (Step::OpenSink, Activity::ConnectTarget)]
    {
        let (result, events) = run_with_script(&mixed(), Script::new().fail(step, 1, Fault::CannotConnect));
        assert!(matches!(result, Err(RunError::Port { during, .. }) if during == activity), "{result:?}");
        assert_eq!(events, []);
    }
}

#[test]
fn databases_that_a_run_before_has_reached_are_waited_for() {
    let (clean, store) = (mixed(), mixed());
    let expected = complete(&clean.memory_ports());
    let ports = store.memory_ports().with_sight(JournalSight::Unseen);
    let script = Script::new().fail_first(Step::OpenSource, 3, &Fault::CannotConnect).fail_first(
        Step::OpenSink,
        3,
        &Fault::CannotConnect,
    );
    let following = RunSettings { reached_before: true, ..settings() };
    let (result, events) = run(&FaultyPorts::new(&ports, script), &following);
    assert_eq!(result.unwrap().totals, expected.totals);
    assert_eq!(loaded(&store), loaded(&clean));
    assert_eq!(retries(&events), [2, 3, 4, 2, 3, 4]);
}

#[test]
fn faults_that_do_not_pass_end_the_run_once_patience_does() {
    let store = fine(50);
    let ports = store.memory_ports();
    let faulty =
        FaultyPorts::new(&ports, Script::new().fail_first(Step::BeforeCommit, 1000, &Fault::ConnectionLost));
    let retry = RetrySettings { give_up_after: Duration::ZERO, ..RetrySettings::default() };
    let (result, events) = run(&faulty, &RunSettings { retry, ..settings() });
    let error = result.unwrap_err();
    assert!(
        matches!(error, RunError::RetriesExhausted { during: Activity::Load, attempts: 1, .. }),
        "{error:?}"
    );
    assert!(error.hint().is_some());
    assert_eq!(events.last(), Some(&Event::Finished));
    assert!(store.log().is_empty());
}

/// What a standby, a full disk and a damaged file say; and a trigger that works in another database, of that.
pub(crate) const OF_THE_DATABASE: [Fault; 3] = [Fault::DiskFull, Fault::ReadOnly, Fault::Corrupt];

#[test]
fn faults_that_cannot_pass_end_the_run_and_what_is_committed_stays() {
    for fault in OF_THE_DATABASE {
        let store = fine(50);
        let script = Script::new().refuse_with_log((21..=50).map(DocumentKey::Int), fault.clone());
        let ports = store.memory_ports().with_max_loaders(1);
        let (result, _) = run(&FaultyPorts::new(&ports, script), &one_worker());
        assert!(
            matches!(&result, Err(RunError::Port { during: Activity::Load, error }) if error.fault == fault),
            "{fault:?}: {result:?}"
        );
        assert_eq!(store.log().len(), 20, "{fault:?}");
        complete(&store.memory_ports());
        assert_eq!(loaded(&store), {
            let clean = fine(50);
            complete(&clean.memory_ports());
            loaded(&clean)
        });
    }
}

#[test]
fn a_run_killed_at_any_moment_is_completed_by_the_next() {
    let clean = mixed();
    complete(&clean.memory_ports());
    for step in Step::ALL {
        for nth in 1.. {
            let store = mixed();
            let ports = store.memory_ports().with_sight(JournalSight::Unseen);
            let faulty = FaultyPorts::new(&ports, Script::new().crash(step, nth));
            let (killed, _) = run(&faulty, &settings());
            assert_eq!(killed.is_err(), faulty.script().has_crashed(), "{step:?} {nth}");
            complete(&ports);
            assert_eq!(loaded(&store), loaded(&clean), "killed at {step:?} the {nth}. time");
            if !faulty.script().has_crashed() {
                break;
            }
        }
    }
}

#[test]
fn one_guilty_document_among_500_is_found_in_few_steps_and_all_others_are_loaded() {
    let store = fine(500);
    let ports = store.memory_ports();
    let refused = Script::new().refuse([DocumentKey::Int(321)], Fault::CheckViolation { table: None });
    let faulty = FaultyPorts::new(&ports, refused);
    let whole =
        RunSettings { batch_size: 500.try_into().unwrap(), batch: BatchLimits::default(), ..settings() };
    let (result, events) = run(&faulty, &whole);
    let totals = result.unwrap().totals;
    assert_eq!((totals.success_count, totals.failed_count), (499, 1));
    assert_eq!(totals.table_row_counts, [499, 998]);
    assert_eq!(
        outcomes(&store)[320],
        "321: load: check-violation: a check constraint or a trigger of a target table refuses the row"
    );
    let splits = events.iter().filter(|event| matches!(event, Event::BatchSplit { .. })).count();
    assert_eq!(splits, 9);
    // Each split is two commits, of which the good half is done; then the failed log row.
    assert!(faulty.script().calls(Step::BeforeCommit) <= 20);
}

#[test]
fn a_suspect_is_tried_alone_at_once() {
    for (guilty, most_commits) in [(&[321][..], 6), (&[1], 5), (&[500], 4), (&[100, 101, 400], 16)] {
        let store = fine(500);
        let ports = store.memory_ports();
        let keys = guilty.iter().copied().map(DocumentKey::Int);
        let fault = Fault::CheckViolation { table: None };
        let faulty = FaultyPorts::new(&ports, Script::new().refuse_and_tell(keys, fault));
        let whole =
            RunSettings { batch_size: 500.try_into().unwrap(), batch: BatchLimits::default(), ..settings() };
        let totals = run(&faulty, &whole).0.unwrap().totals;
        assert_eq!(
            (totals.success_count, totals.failed_count),
            (500 - guilty.len() as u64, guilty.len() as u64)
        );
        let commits = faulty.script().calls(Step::BeforeCommit);
        assert!(commits <= most_commits, "{guilty:?}: {commits}");
    }
}

#[test]
fn a_document_that_repeats_a_key_is_tried_alone_from_the_start() {
    let store = store((1..=500).map(|key| (key, if key % 250 == 0 { "one again" } else { "one two" })));
    let faulty_ports = store.memory_ports();
    let faulty = FaultyPorts::new(&faulty_ports, Script::new());
    let whole =
        RunSettings { batch_size: 500.try_into().unwrap(), batch: BatchLimits::default(), ..settings() };
    let (result, events) = run(&faulty, &whole);
    let totals = result.unwrap().totals;
    assert_eq!((totals.success_count, totals.failed_count), (498, 2));
    assert!(outcomes(&store)[249].starts_with("250: load: unique-violation"));
    assert!(!events.iter().any(|event| matches!(event, Event::BatchSplit { .. })), "no batch was in vain");
    // Those before, the first suspect and its log row, those between, the second and its log row.
    assert_eq!(faulty.script().calls(Step::BeforeCommit), 6);
}

#[test]
fn all_documents_guilty_are_all_logged() {
    let fault = Fault::ValueRejected { table: Some("word".to_owned()), column: None };
    let keys = || (1..=25).map(DocumentKey::Int);
    for script in
        [Script::new().refuse(keys(), fault.clone()), Script::new().refuse_and_tell(keys(), fault.clone())]
    {
        let store = fine(25);
        let ports = store.memory_ports();
        let faulty = FaultyPorts::new(&ports, script);
        assert_eq!(run(&faulty, &settings()).0.unwrap().totals.failed_count, 25);
        assert!(store.log().iter().all(|row| row.status == "failed" && row.row_count == 0));
        assert!(outcomes(&store)[0].ends_with("table `word` refuses a value by type, length or range"));
        assert!(store.rows(0).is_empty() && store.rows(1).is_empty());
    }
}

#[test]
fn a_log_that_refuses_the_row_of_a_failed_document_stops_the_run() {
    let store = store([(1, "bad")]);
    let fault = Fault::ValueRejected { table: Some("processing_log".to_owned()), column: None };
    let (result, _) = run_with_script(&store, Script::new().fail(Step::BeforeCommit, 1, fault));
    assert!(
        matches!(&result, Err(RunError::LogRefused { key, .. }) if **key == DocumentKey::Int(1)),
        "{result:?}"
    );
}

#[test]
fn a_panic_of_a_port_ends_the_run_and_nobody_waits_for_ever() {
    for step in [Step::Keys, Step::Fetch, Step::BetweenDocuments, Step::BeforeCommit, Step::AfterCommit] {
        let store = mixed();
        let (result, events) = run_with_script(&store, Script::new().panic(step, 2));
        assert!(matches!(result, Err(RunError::ThreadPanicked { .. })), "{step:?}: {result:?}");
        assert_eq!(events.last(), Some(&Event::Finished));
        complete(&store.memory_ports());
        assert_eq!(store.log().len(), 80);
    }
}

#[test]
fn creating_tables_is_repeated_until_it_works() {
    let store = MemoryStore::new(Words::new().schema());
    let ports = store.memory_ports();
    assert!(ports.sink().is_err());
    let script = Script::new().fail(Step::CreateTables, 1, Fault::Busy).fail(
        Step::AfterCreateTables,
        1,
        Fault::ConnectionLost,
    );
    let faulty = FaultyPorts::new(&ports, script);
    create_tables(&faulty, &settings().retry, &Deaf, &StopSignal::new()).unwrap();
    assert_eq!(faulty.script().calls(Step::CreateTables), 3);
    assert_eq!(complete(&ports).ended, Ended::Completed);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    // With more of them, eight in a row look like a document's doing.
    fn faults_by_chance_change_nothing(seed: u64, probability in 0.0..0.25_f64) {
        check_survived(Script::new().by_chance(seed, probability));
    }
}
