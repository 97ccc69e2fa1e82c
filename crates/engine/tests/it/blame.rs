//! Who is to blame: the document, the session, the source or the target; and that nobody else is.

use std::time::Duration;

use xmlshred_engine::policy::{Patience, Subject, TRIES_ALONE, TRIES_TOGETHER, blame_after};
use xmlshred_engine::ports::Fault;
use xmlshred_engine::testing::Fixture;
use xmlshred_engine::testing::faulty::{FaultyPorts, Script, Step};
use xmlshred_engine::{Activity, RetrySettings, RunError, RunSettings};
use xmlshred_model::DocumentKey;

use crate::faults::{OF_THE_DATABASE, check_survived};
use crate::scene::{fine, one_worker, outcomes, run, settings};

/// What triggers, policies and functions of the target make of their refusals.
fn unknown() -> [Fault; 5] {
    let of = |table: &str| table.to_owned();
    [
        Fault::Refused {
            code: "SQLSTATE 45000".to_owned(),
            table: Some(of("word")),
            column: Some(of("text")),
        },
        Fault::AccessDenied,
        Fault::MissingTable { table: of("t") },
        Fault::WrongTable { table: of("t") },
        Fault::Other,
    ]
}

#[test]
fn an_error_that_no_rule_knows_is_the_documents_whose_rows_are_refused_alone() {
    for fault in unknown() {
        let store = fine(50);
        let ports = store.memory_ports();
        let faulty =
            FaultyPorts::new(&ports, Script::new().refuse([7, 31].map(DocumentKey::Int), fault.clone()));
        let totals = run(&faulty, &settings()).0.unwrap().totals;
        assert_eq!((totals.success_count, totals.failed_count), (48, 2), "{fault:?}");
        assert!(outcomes(&store)[6].starts_with("7: load: refused-by-target: "), "{}", outcomes(&store)[6]);
    }
    let store = fine(1);
    let script = Script::new().refuse([DocumentKey::Int(1)], unknown()[0].clone());
    run(&FaultyPorts::new(&store.memory_ports(), script), &settings()).0.unwrap();
    let expected =
        "1: load: refused-by-target: table `word` refuses a row with SQLSTATE 45000 for column `text`";
    assert_eq!(outcomes(&store), [expected]);
}

#[test]
fn many_documents_in_a_row_with_one_error_that_no_rule_knows_stop_the_run() {
    for fault in unknown() {
        let store = fine(50);
        let ports = store.memory_ports().with_max_loaders(1);
        let script = Script::new().refuse((11..=50).map(DocumentKey::Int), fault.clone());
        let (result, _) = run(&FaultyPorts::new(&ports, script), &one_worker());
        let error = result.unwrap_err();
        let is_expected = matches!(&error, RunError::RefusedInARow { during: Activity::Load, count: 20, .. });
        assert!(is_expected, "{fault:?}: {error:?}");
        assert!(
            error.to_string().starts_with("loading rows: 20 documents in a row, and none between them"),
            "{error}"
        );
        assert!(error.hint().unwrap().contains("xmlshred retry"));
        let log = store.log();
        assert_eq!(log.iter().filter(|row| row.status == "success").count(), 10);
        assert_eq!(log.iter().filter(|row| row.status == "failed").count(), 19);
    }
}

#[test]
fn documents_that_go_through_between_refused_ones_let_the_run_go_on() {
    let store = fine(100);
    let ports = store.memory_ports().with_max_loaders(1);
    let script = Script::new()
        .refuse((1..=100).filter(|key| key % 19 != 0).map(DocumentKey::Int), unknown()[0].clone());
    let totals = run(&FaultyPorts::new(&ports, script), &one_worker()).0.unwrap().totals;
    assert_eq!((totals.success_count, totals.failed_count), (5, 95));
}

#[test]
fn a_document_whose_trigger_says_that_the_database_takes_no_writes_harms_no_other() {
    for fault in [Fault::ReadOnly, Fault::Corrupt] {
        let store = fine(50);
        let ports = store.memory_ports();
        let script = Script::new().refuse([7, 31].map(DocumentKey::Int), fault.clone());
        let totals = run(&FaultyPorts::new(&ports, script), &settings()).0.unwrap().totals;
        assert_eq!((totals.success_count, totals.failed_count), (48, 2), "{fault:?}");
        assert_eq!(outcomes(&store)[6], "7: load: refused-by-target: scripted refusal");
    }
}

#[test]
fn a_disk_that_has_room_for_log_rows_alone_is_no_documents_fault() {
    let store = fine(50);
    let ports = store.memory_ports().with_max_loaders(1);
    let script = Script::new().refuse((11..=50).map(DocumentKey::Int), Fault::DiskFull);
    let (result, _) = run(&FaultyPorts::new(&ports, script), &one_worker());
    let is_expected = matches!(&result, Err(RunError::Port { during: Activity::Load, error }) if error.fault == Fault::DiskFull);
    assert!(is_expected, "{result:?}");
    assert!(store.log().iter().all(|row| row.status == "success"));
}

#[test]
fn a_database_that_takes_log_rows_alone_stops_the_run_after_twenty_documents() {
    for fault in [Fault::ReadOnly, Fault::Corrupt] {
        let store = fine(50);
        let ports = store.memory_ports().with_max_loaders(1);
        let script = Script::new().refuse((11..=50).map(DocumentKey::Int), fault.clone());
        let (result, _) = run(&FaultyPorts::new(&ports, script), &one_worker());
        let is_expected = matches!(result, Err(RunError::RefusedInARow { during: Activity::Load, .. }));
        assert!(is_expected, "{fault:?}: {result:?}");
        assert_eq!(store.log().iter().filter(|row| row.status == "failed").count(), 19);
    }
}

#[test]
fn a_session_that_another_documents_trigger_has_changed_is_left_before_anybody_is_blamed() {
    let of_the_log = [
        Fault::CheckViolation { table: None },
        Fault::ValueRejected { table: None, column: None },
        Fault::NotNullViolation { table: None, column: None },
    ];
    for fault in unknown().into_iter().chain(OF_THE_DATABASE).chain(of_the_log) {
        for guilty in [vec![1], vec![7, 8, 31], vec![50], (1..=50).collect()] {
            let store = fine(50);
            let ports = store.memory_ports().with_max_loaders(1);
            let keys = guilty.iter().copied().map(DocumentKey::Int);
            let script = Script::new().spoil_session(keys, fault.clone());
            let totals = run(&FaultyPorts::new(&ports, script), &settings()).0.unwrap().totals;
            assert_eq!((totals.success_count, totals.failed_count), (50, 0), "{fault:?} {guilty:?}");
        }
    }
}

#[test]
fn a_session_that_a_refused_transaction_has_changed_is_left_too() {
    let store = fine(50);
    let ports = store.memory_ports();
    let script = Script::new()
        .spoil_session([7, 31].map(DocumentKey::Int), unknown()[0].clone())
        .refuse([7, 8, 31].map(DocumentKey::Int), Fault::CheckViolation { table: None });
    let totals = run(&FaultyPorts::new(&ports, script), &settings()).0.unwrap().totals;
    assert_eq!((totals.success_count, totals.failed_count), (47, 3));
}

#[test]
fn a_session_is_opened_anew_once_for_a_document_that_is_refused_and_for_no_other() {
    let store = fine(50);
    let ports = store.memory_ports().with_max_loaders(1);
    let faulty =
        FaultyPorts::new(&ports, Script::new().refuse([7, 31].map(DocumentKey::Int), unknown()[0].clone()));
    run(&faulty, &one_worker()).0.unwrap();
    assert_eq!(faulty.script().calls(Step::OpenSink), 1 + 2);
}

#[test]
fn a_row_that_no_count_and_no_page_gets_past_stops_the_run_behind_what_is_before_it() {
    let refused = unknown()[0].clone();
    for fault in [refused.clone(), Fault::ValueRejected { table: None, column: None }] {
        for (key, place) in [(1, "at the first keys"), (2, "after key 1"), (33, "after key 32")] {
            let store = fine(50);
            let ports = store.memory_ports();
            let script = Script::new()
                .fail_first(Step::Count, 9, &fault)
                .refuse_to_list(DocumentKey::Int(key), fault.clone());
            let error = run(&FaultyPorts::new(&ports, script), &settings()).0.unwrap_err();
            assert_eq!(error.to_string(), format!("reading keys: scripted refusal to list, {place}"));
            assert!(error.hint().unwrap().contains("source.where"));
            let mut logged: Vec<_> = store.log().into_iter().map(|row| row.key).collect();
            logged.sort_unstable();
            let before: Vec<_> = (1..key).map(DocumentKey::Int).collect();
            assert_eq!(logged, before, "{fault:?}: all before it are loaded, and no other");
        }
    }
}

#[test]
fn counting_stops_no_run() {
    for fault in unknown().into_iter().chain(OF_THE_DATABASE) {
        check_survived(Script::new().fail_first(Step::Count, 9, &fault));
    }
}

#[test]
fn a_log_that_refuses_the_row_of_a_refused_document_stops_the_run() {
    for fault in unknown() {
        let store = fine(50);
        let ports = store.memory_ports();
        let script = Script::new().refuse_with_log([DocumentKey::Int(7)], fault.clone());
        let (result, _) = run(&FaultyPorts::new(&ports, script), &settings());
        assert!(
            matches!(&result, Err(RunError::LogRefused { key, .. }) if **key == DocumentKey::Int(7)),
            "{fault:?}: {result:?}"
        );
    }
}

#[test]
fn a_target_that_is_no_more_as_it_must_be_is_to_blame_and_no_document() {
    for fault in [Fault::AccessDenied, Fault::MissingTable { table: "t".to_owned() }, Fault::Other] {
        let store = fine(50);
        let ports = store.memory_ports().with_max_loaders(1);
        let script = Script::new().refuse((11..=50).map(DocumentKey::Int), fault.clone()).fail(
            Step::OpenSink,
            2,
            fault.clone(),
        );
        let (result, _) = run(&FaultyPorts::new(&ports, script), &one_worker());
        let is_expected = matches!(&result, Err(RunError::Port { during: Activity::ConnectTarget, error }) if error.fault == fault);
        assert!(is_expected, "{fault:?}: {result:?}");
        assert!(store.log().iter().all(|row| row.status == "success"), "nobody is failed for it");
    }
}

#[test]
fn a_document_that_ends_the_connection_or_takes_for_ever_harms_no_other() {
    for fault in [Fault::ConnectionLost, Fault::Timeout] {
        let store = fine(50);
        let ports = store.memory_ports();
        let script = Script::new().refuse([7, 31].map(DocumentKey::Int), fault.clone());
        let faulty = FaultyPorts::new(&ports, script);
        let totals = run(&faulty, &settings()).0.unwrap().totals;
        assert_eq!((totals.success_count, totals.failed_count), (48, 2), "{fault:?}");
        assert!(outcomes(&store)[6].starts_with("7: load: refused-by-target: "), "{}", outcomes(&store)[6]);
        let opened = u64::from(2 * (4 * TRIES_TOGETHER + TRIES_ALONE));
        assert!(faulty.script().calls(Step::OpenSink) <= opened + 10, "each try has a connection of its own");
    }
}

#[test]
fn one_try_that_takes_all_patience_is_followed_by_another_before_anybody_is_blamed() {
    let blamed = |subject, tries, patience| {
        blame_after(&Fault::Timeout, Activity::Load, subject, tries, patience).is_some()
    };
    assert!(!blamed(Subject::One, 1, Patience::Over) && blamed(Subject::One, 2, Patience::Over));
    assert!(!blamed(Subject::One, TRIES_ALONE - 1, Patience::Left));
    assert!(blamed(Subject::One, TRIES_ALONE, Patience::Left));
    assert!(blamed(Subject::Several, TRIES_TOGETHER, Patience::Left));
    assert!(!blamed(Subject::Nobody, 1_000, Patience::Over), "the log row of a document alone");
    for fault in [Fault::Busy, Fault::CannotConnect] {
        assert_eq!(blame_after(&fault, Activity::Load, Subject::One, 1_000, Patience::Over), None);
    }
}

#[test]
fn a_document_that_takes_for_ever_to_read_harms_no_other() {
    for fault in [Fault::ConnectionLost, Fault::Timeout] {
        let store = fine(50);
        let ports = store.memory_ports();
        let script = Script::new().refuse_to_read([7, 31].map(DocumentKey::Int), fault.clone());
        let totals = run(&FaultyPorts::new(&ports, script), &settings()).0.unwrap().totals;
        assert_eq!((totals.success_count, totals.failed_count), (48, 2), "{fault:?}");
        assert_eq!(outcomes(&store)[30], "31: fetch: refused-by-source: scripted refusal to read");
    }
}

#[test]
fn a_target_that_answers_nothing_at_all_stops_the_run_and_no_document_is_failed() {
    let store = fine(50);
    let ports = store.memory_ports().with_max_loaders(1);
    let script = Script::new().refuse_with_log((1..=50).map(DocumentKey::Int), Fault::Timeout);
    let retry = RetrySettings { give_up_after: Duration::from_millis(20), ..settings().retry };
    let (result, _) = run(&FaultyPorts::new(&ports, script), &RunSettings { retry, ..one_worker() });
    let is_expected = matches!(&result, Err(RunError::RetriesExhausted { during: Activity::Load, .. }));
    assert!(is_expected, "{result:?}");
    assert!(store.log().is_empty());
}

#[test]
fn a_whole_delivery_in_another_encoding_is_failed_document_by_document() {
    let store = fine(100);
    let ports = store.memory_ports();
    let value = Fault::ValueRejected { table: None, column: None };
    let script = Script::new().refuse_to_read((11..=80).map(DocumentKey::Int), value);
    let totals = run(&FaultyPorts::new(&ports, script), &settings()).0.unwrap().totals;
    assert_eq!((totals.success_count, totals.failed_count), (30, 70));
}

#[test]
fn a_document_that_cannot_be_read_alone_fails_and_those_behind_it_are_read() {
    let value = Fault::ValueRejected { table: None, column: None };
    for fault in unknown().into_iter().chain([value, Fault::Corrupt]) {
        let store = fine(50);
        let ports = store.memory_ports();
        let script = Script::new().refuse_to_read([1, 2, 31, 50].map(DocumentKey::Int), fault.clone());
        let totals = run(&FaultyPorts::new(&ports, script), &settings()).0.unwrap().totals;
        assert_eq!((totals.success_count, totals.failed_count), (46, 4), "{fault:?}");
        assert_eq!(outcomes(&store)[30], "31: fetch: refused-by-source: scripted refusal to read");
    }
}

#[test]
fn a_source_that_hands_over_nothing_stops_the_run() {
    for fault in unknown() {
        let store = fine(50);
        let ports = store.memory_ports();
        let script = Script::new().refuse_to_read((1..=50).map(DocumentKey::Int), fault.clone());
        let (result, _) = run(&FaultyPorts::new(&ports, script), &settings());
        assert!(
            matches!(result, Err(RunError::RefusedInARow { during: Activity::Fetch, count: 20, .. })),
            "{result:?}"
        );
        assert!(store.log().len() < 20);
    }
}
