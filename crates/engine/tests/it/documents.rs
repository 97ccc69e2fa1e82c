//! What becomes of single documents.

use xmlshred_engine::ports::FailedDocuments;
use xmlshred_engine::testing::Fixture;
use xmlshred_engine::testing::faulty::{FaultyPorts, Script, Step};
use xmlshred_engine::testing::listening::Deaf;
use xmlshred_engine::testing::memory::JournalSight;
use xmlshred_engine::testing::words::Words;
use xmlshred_engine::{DryRun, Ended, Event, Remaining, RunSettings, StopSignal, run_with};
use xmlshred_mapping::Content;
use xmlshred_model::{DocumentKey, KeyType, Share};
use xxhash_rust::xxh3::xxh3_128;

use crate::scene::{fine, identity, loaded, outcomes, run, settings, store};

#[test]
fn every_kind_of_bad_document_becomes_one_failed_log_row_and_the_run_goes_on() {
    let store = store([
        (1, "one two"),
        (2, "one bad"),
        (3, "tiny"),
        (4, "one panic"),
        (5, "far too long for this test"),
        (7, "one again"),
        (8, "last one"),
    ]);
    store.insert_document(&DocumentKey::Int(6), None);
    store.insert_document(&DocumentKey::Int(9), Some(Content::Bytes(b"\xff\xfe and more")));
    let shredders = Words::new().with_min_bytes(5);
    let mut settings = settings();
    settings.limits.max_bytes = 20;
    let identity = identity("session", Share::WHOLE);
    let ports = store.memory_ports();
    let summary = run_with(&ports, &shredders, &identity, &settings, &Deaf, &StopSignal::new()).unwrap();
    assert_eq!(
        outcomes(&store),
        [
            "1: success",
            "2: parse: not-well-formed: word 1 is bad",
            "3: fetch: document-too-short: 4 bytes, the contract asks for 5",
            "4: shred: internal-error: the shredder panicked: a defect of xmlshred",
            "5: fetch: document-too-large: 26 bytes, the limit is 20",
            "6: fetch: document-missing: the column is null",
            "7: load: unique-violation: table `word` has a row with this key already",
            "8: success",
            "9: parse: invalid-encoding: not UTF-8",
        ]
    );
    assert_eq!((summary.totals.success_count, summary.totals.failed_count), (2, 7));
    assert_eq!(summary.totals.table_row_counts, [2, 4]);
    assert_eq!(summary.ended, Ended::Completed);
    let (log, hash) = (store.log(), xxh3_128(b"one two"));
    assert_eq!(log[0].document_hash, format!("{hash:032x}"));
    assert!(log.iter().all(|row| row.duration_ms >= 1));
}

#[test]
fn events_tell_the_whole_run() {
    let (result, events) = run(&store([(1, "a ?"), (2, "bad"), (3, "b")]).memory_ports(), &settings());
    assert_eq!(
        events.first(),
        Some(&Event::Started { key_type: KeyType::Integer, remaining: Some(Remaining::Counted(3)) })
    );
    assert_eq!(events.last(), Some(&Event::Finished));
    let extracted: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Extracted { document_count, byte_count, .. } => Some((*document_count, *byte_count)),
            _ => None,
        })
        .collect();
    assert_eq!(extracted, [(3, 7)]);
    let failed = events.iter().filter(|event| {
        matches!(event, Event::DocumentFailed { key: DocumentKey::Int(2), failure } if failure.message == "word 0 is bad")
    });
    assert_eq!(failed.count(), 1);
    let committed = events.iter().find_map(|event| match event {
        Event::Committed { success_count, failed_count, table_row_counts, issues, .. } => {
            Some((*success_count, *failed_count, table_row_counts.clone(), issues.len()))
        }
        _ => None,
    });
    assert_eq!(committed, Some((2, 1, vec![2, 3], 1)));
    assert_eq!(result.unwrap().totals.issue_count, 1);
}

#[test]
fn a_source_that_does_not_see_the_log_gives_the_same() {
    let texts = ["a b", "bad", "a ?", "a again"];
    let documents = || (-30..30).map(|key: i64| (key, texts[key.unsigned_abs() as usize % 4]));
    let (seen, unseen) = (store(documents()), store(documents()));
    run(&seen.memory_ports(), &settings()).0.unwrap();
    let ports = unseen.memory_ports().with_sight(JournalSight::Unseen);
    let first = RunSettings { limit: Some(25), ..settings() };
    assert_eq!(run(&ports, &first).0.unwrap().totals.document_count(), 25);
    let (second, events) = run(&ports, &settings());
    assert_eq!(
        events.first(),
        Some(&Event::Started { key_type: KeyType::Integer, remaining: Some(Remaining::Estimated(35)) })
    );
    assert_eq!(second.unwrap().totals.document_count(), 35);
    assert_eq!(loaded(&unseen), loaded(&seen));
    let extracted_nothing = |event: &Event| matches!(event, Event::Extracted { document_count: 0, .. });
    assert!(!events.iter().any(extracted_nothing), "a page that is done already is not announced");
}

#[test]
fn failed_documents_are_tried_once_in_a_run_that_takes_them_again() {
    let store = store([(1, "bad"), (2, "fine"), (3, "bad"), (4, "bad")]);
    run(&store.memory_ports(), &settings()).0.unwrap();
    store.insert_document(&DocumentKey::Int(3), Some(Content::Text("mended ?")));
    let again =
        RunSettings { failed: FailedDocuments::Retry, batch_size: 1.try_into().unwrap(), ..settings() };
    let totals = run(&store.memory_ports(), &again).0.unwrap().totals;
    assert_eq!((totals.success_count, totals.failed_count), (1, 2));
    let bad = "parse: not-well-formed: word 0 is bad";
    assert_eq!(outcomes(&store), [&format!("1: {bad}"), "2: success", "3: success", &format!("4: {bad}")]);
    assert_eq!(store.issues().len(), 1);
}

#[test]
fn a_dry_run_counts_everything_and_writes_nothing() {
    let store = store([(1, "a b"), (2, "bad"), (3, "c ?")]);
    let dry = RunSettings { dry_run: DryRun::WithTarget, ..settings() };
    let (result, events) = run(&store.memory_ports(), &dry);
    let totals = result.unwrap().totals;
    assert_eq!((totals.success_count, totals.failed_count, totals.issue_count), (2, 1, 1));
    assert_eq!(totals.table_row_counts, [2, 4]);
    assert!(events.iter().any(|event| matches!(event, Event::DocumentFailed { .. })));
    assert!(store.log().is_empty() && store.rows(0).is_empty());
}

#[test]
fn a_row_that_vanishes_between_key_and_fetch_is_passed_over() {
    let store = fine(3);
    let ports = store.memory_ports();
    let (script, hold) = Script::new().hold(Step::Fetch, 1);
    let faulty = FaultyPorts::new(&ports, script);
    let totals = std::thread::scope(|scope| {
        let run = scope.spawn(|| run(&faulty, &settings()).0.unwrap().totals);
        assert!(hold.wait());
        store.delete_document(&DocumentKey::Int(2));
        hold.release();
        run.join().unwrap()
    });
    assert_eq!(totals.document_count(), 2);
    assert_eq!(outcomes(&store), ["1: success", "3: success"]);
}
