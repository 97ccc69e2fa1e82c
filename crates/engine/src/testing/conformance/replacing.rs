//! Documents that are processed again, whatever they came to; entries of the log; documents that are removed.

use std::collections::BTreeMap;
use std::sync::Arc;

use xmlshred_model::{DocumentKey, Issue, IssueCode, OnExisting, Owner, TargetSchema};

use super::running::{content, settings};
use super::scene::{
    Document, PROCESSED_AT, batch, commit, create_tables, family, hash_of, identity, insert_text, keys,
    ready, statuses,
};
use crate::chosen::{ChosenPorts, listed};
use crate::error::RunError;
use crate::pipeline::run_with;
use crate::ports::{CauseTally, Entries, FailedDocuments, IssueTally, LogEntry, Ports, RunIdentity};
use crate::settings::RunSettings;
use crate::shredding::Shredders;
use crate::stop::StopSignal;
use crate::summary::RunSummary;
use crate::testing::cells::{batch_rows, sorted};
use crate::testing::faulty::{FaultyPorts, Script, Step};
use crate::testing::fixture::{Bench, Fixture, number};
use crate::testing::listening::Deaf;
use crate::testing::words::Words;

/// A family whose rows tell whose document's they are.
fn traced() -> Arc<TargetSchema> {
    let owners = vec![Some(Owner::Key(0)), Some(Owner::Parent(0))];
    Arc::new(TargetSchema { owners, ..(*family(OnExisting::Fail)).clone() })
}

fn entries(ports: &dyn Ports, which: Entries, limit: usize) -> Vec<LogEntry> {
    let mut journal = ports.journal().expect("the journal opens");
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = journal.entries(which, after.as_ref(), limit).expect("the log can be read");
        let is_last = page.len() < limit;
        assert!(page.len() <= limit);
        all.extend(page);
        if is_last {
            return all;
        }
        after = all.last().map(|entry| entry.key.clone());
    }
}

pub(super) fn the_log_tells_in_which_column_a_document_failed(bench: &dyn Bench) {
    let schema = traced();
    let fixture = ready(bench, &schema);
    let part = batch(&schema, [Document::new(1).failed_at("child", "note"), Document::new(2).failed("so")]);
    commit(&mut *fixture.ports().sink().expect("the sink opens"), &part, "s");
    let place = |key| {
        let log = fixture.log();
        let row = log.iter().find(|row| row.key == DocumentKey::Int(key)).expect("it is logged");
        (row.failure_code.clone(), row.failure_table.clone(), row.failure_column.clone())
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(place(1), (some("invalid-value"), some("child"), some("note")));
    assert_eq!(place(2), (some("not-well-formed"), None, None));
}

pub(super) fn entries_of_the_log_come_in_order_and_page_by_page(bench: &dyn Bench) {
    let schema = traced();
    let fixture = bench.fixture(&schema, crate::testing::fixture::DocumentColumn::Text);
    assert_eq!(entries(&*fixture.ports(), Entries::All, 5), [], "there is no log");
    create_tables(&*fixture.ports());
    let documents = (-3..9_i64).map(|key| match key.rem_euclid(4) {
        0 => Document::new(key).failed_at("parent", "name"),
        1 => Document::new(key).skipped(),
        _ => Document::family(key, "x", 1),
    });
    let mut sink = fixture.ports().sink().expect("the sink opens");
    sink.commit(&batch(&schema, documents), &identity("s", 1, 3), FailedDocuments::Leave)
        .expect("the batch is committed");
    let other = Arc::new(TargetSchema { contract_name: "other".to_owned(), ..(*schema).clone() });
    create_tables(&*fixture.ports_for(&other));
    let of_others = batch(&other, [Document::new(5).failed("theirs")]);
    commit(&mut *fixture.ports_for(&other).sink().expect("the sink opens"), &of_others, "t");

    for limit in [1, 3, 12, 13, 100] {
        let all = entries(&*fixture.ports(), Entries::All, limit);
        let found: Vec<_> = all.iter().map(|entry| number(&entry.key)).collect();
        assert_eq!(found, (-3..9).collect::<Vec<_>>(), "{limit} a page");
    }
    let failed = entries(&*fixture.ports(), Entries::Failed, 2);
    assert_eq!(failed.iter().map(|entry| number(&entry.key)).collect::<Vec<_>>(), [0, 4, 8]);
    let expected = LogEntry {
        key: DocumentKey::Int(4),
        status: "failed".to_owned(),
        failure_reason: Some("shred: invalid-value: no number".to_owned()),
        failure_code: Some("invalid-value".to_owned()),
        failure_table: Some("parent".to_owned()),
        failure_column: Some("name".to_owned()),
        processed_at: PROCESSED_AT,
        session_id: "s".to_owned(),
        row_count: 0,
        contract_hash: "0123456789abcdef0123456789abcdef".to_owned(),
        document_hash: format!("{:032x}", hash_of(4)),
        source_version: None,
        instance_id: 1,
        instance_count: 3,
        duration_ms: 2,
    };
    assert_eq!(failed[1], expected);
    let all = entries(&*fixture.ports(), Entries::All, 100);
    let loaded = &all[1];
    assert!(loaded.is_success() && loaded.row_count == 2 && loaded.failure_reason.is_none(), "{loaded:?}");
}

pub(super) fn issues_are_told_by_column_for_all_documents_or_one_session(bench: &dyn Bench) {
    let schema = traced();
    let fixture = bench.fixture(&schema, crate::testing::fixture::DocumentColumn::Text);
    let told = |session| {
        let issues = fixture.ports().journal().expect("the journal opens").issues(session);
        let told = |tally: IssueTally| {
            let IssueTally { table, column, code, count, document_count } = tally;
            format!("{table}.{column} {code} {count} in {document_count}")
        };
        issues.expect("the issues can be read").into_iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(told(None), [""; 0], "there is no log");
    create_tables(&*fixture.ports());
    let issue = |code, count| Issue { table: 0, column: 1, code, count };
    let truncated = |count| issue(IssueCode::Truncated, count);
    let mut sink = fixture.ports().sink().expect("the sink opens");
    let first = [1, 2, 3].map(|key| Document::family(key, "x", 1).issue(truncated(2)));
    commit(&mut *sink, &batch(&schema, first), "s");
    let second = Document::family(4, "x", 1).issue(truncated(1)).issue(issue(IssueCode::InvalidValue, 9));
    commit(&mut *sink, &batch(&schema, [second, Document::family(5, "x", 1)]), "t");
    let other = Arc::new(TargetSchema { contract_name: "other".to_owned(), ..(*schema).clone() });
    create_tables(&*fixture.ports_for(&other));
    let of_others = batch(&other, [Document::new(4).failed("theirs").issue(truncated(50))]);
    commit(&mut *fixture.ports_for(&other).sink().expect("the sink opens"), &of_others, "t");
    assert_eq!(told(None), ["parent.name invalid-value 9 in 1", "parent.name truncated 7 in 4"]);
    assert_eq!(told(Some("s")), ["parent.name truncated 6 in 3"]);
    assert_eq!(told(Some("t")), ["parent.name invalid-value 9 in 1", "parent.name truncated 1 in 1"]);
    assert_eq!(told(Some("u")), [""; 0]);
}

pub(super) fn the_log_tells_its_contracts_and_why_documents_failed(bench: &dyn Bench) {
    let schema = traced();
    let fixture = bench.fixture(&schema, crate::testing::fixture::DocumentColumn::Text);
    let journal = || fixture.ports().journal().expect("the journal opens");
    assert_eq!(journal().contracts().expect("the target can be asked"), None, "there is no log");
    assert_eq!(journal().causes().expect("the target can be asked"), []);
    create_tables(&*fixture.ports());
    assert_eq!(journal().contracts().expect("the log can be read"), Some(Vec::new()));
    let documents = (1..=9_i64).map(|key| match key {
        1..=3 => Document::new(key).failed_at("parent", "name"),
        4 => Document::new(key).failed("cut off"),
        5 => Document::new(key).skipped(),
        _ => Document::family(key, "x", 1),
    });
    commit(&mut *fixture.ports().sink().expect("the sink opens"), &batch(&schema, documents), "s");
    let other = Arc::new(TargetSchema { contract_name: "other".to_owned(), ..(*schema).clone() });
    create_tables(&*fixture.ports_for(&other));
    let of_others = batch(&other, [Document::new(5).failed("theirs")]);
    commit(&mut *fixture.ports_for(&other).sink().expect("the sink opens"), &of_others, "t");
    let contracts = journal().contracts().expect("the log can be read");
    assert_eq!(contracts, Some(vec![("contract".to_owned(), 9), ("other".to_owned(), 1)]));
    let some = |text: &str| Some(text.to_owned());
    let column =
        CauseTally { code: some("invalid-value"), table: some("parent"), column: some("name"), count: 3 };
    let whole = CauseTally { code: some("not-well-formed"), count: 1, ..CauseTally::default() };
    assert_eq!(journal().causes().expect("the log can be read"), [column, whole]);
}

pub(super) fn whatever_a_document_was_another_takes_its_place(bench: &dyn Bench) {
    let schema = traced();
    let fixture = ready(bench, &schema);
    let issue = |count| Issue { table: 0, column: 1, code: IssueCode::Truncated, count };
    let first = batch(
        &schema,
        [
            Document::family(1, "old", 3).issue(issue(1)),
            Document::family(2, "old", 3).issue(issue(2)),
            Document::new(3).failed("at first"),
            Document::new(4).skipped(),
            Document::family(5, "left alone", 2).issue(issue(5)),
        ],
    );
    let mut sink = fixture.ports().sink().expect("the sink opens");
    commit(&mut *sink, &first, "first");
    // Fewer children, none any more, rows where there were none, and a document that nobody has seen.
    let second = batch(
        &schema,
        [
            Document::family(1, "new", 1),
            Document::new(2).issue(issue(9)).failed("changed"),
            Document::family(3, "mended", 2).issue(issue(3)),
            Document::family(4, "wanted", 1),
            Document::family(6, "unseen", 1),
        ],
    );
    let second_run = RunIdentity { contract_hash: "f".repeat(32), ..identity("second", 0, 1) };
    for tries in 0..2 {
        let answer = sink.commit(&second, &second_run, FailedDocuments::Replace);
        let answer = answer.expect("the batch is committed");
        // The second time the answer of the first was lost.
        let mut done: Vec<_> =
            answer.already_done.iter().map(|done| (number(&done.key), done.by_this_run)).collect();
        done.sort_unstable();
        let all = [1, 2, 3, 4, 6].map(|key| (key, true));
        assert_eq!(done, if tries == 0 { &[][..] } else { &all[..] });
        assert_eq!(answer.table_row_counts, if tries == 0 { [4, 5] } else { [0, 0] });
    }
    let expected = batch(
        &schema,
        [
            Document::family(1, "new", 1),
            Document::family(3, "mended", 2),
            Document::family(4, "wanted", 1),
            Document::family(5, "left alone", 2),
            Document::family(6, "unseen", 1),
        ],
    );
    for table in 0..2 {
        assert_eq!(sorted(fixture.rows(table)), sorted(batch_rows(&expected, table)), "table {table}");
    }
    let status = |key, status: &str| (key, status.to_owned());
    let all = [1, 3, 4, 5, 6].map(|key| status(key, "success"));
    let mut found = statuses(&*fixture);
    assert_eq!(found.remove(1), status(2, "failed"));
    assert_eq!(found, all);
    let mut issues: Vec<_> =
        fixture.issues().into_iter().map(|issue| (number(&issue.key), issue.count)).collect();
    issues.sort_unstable();
    assert_eq!(issues, [(2, 9), (3, 3), (5, 5)]);
    let of_second = fixture.log().iter().filter(|row| row.contract_hash == "f".repeat(32)).count();
    assert_eq!(of_second, 5);

    // What the target refuses leaves everything as it was.
    let refused = batch(
        &schema,
        [
            Document::family(1, "again", 1),
            Document::new(5).row(0, &[xmlshred_model::Value::Int(5), xmlshred_model::Value::Null]),
        ],
    );
    sink.commit(&refused, &identity("third", 0, 1), FailedDocuments::Replace).expect_err("a name is needed");
    assert_eq!(sorted(fixture.rows(0)), sorted(batch_rows(&expected, 0)));
    assert_eq!(statuses(&*fixture).len(), 6);
}

pub(super) fn removed_documents_leave_nothing_behind(bench: &dyn Bench) {
    let schema = traced();
    let fixture = ready(bench, &schema);
    let other = Arc::new(TargetSchema { contract_name: "other".to_owned(), ..(*schema).clone() });
    create_tables(&*fixture.ports_for(&other));
    let issue = Issue { table: 0, column: 1, code: IssueCode::Truncated, count: 1 };
    let documents = (1..=4).map(|key| Document::family(key, "x", 2).issue(issue));
    let mut sink = fixture.ports().sink().expect("the sink opens");
    commit(&mut *sink, &batch(&schema, documents.chain([Document::new(5).failed("so")])), "s");
    let of_others = batch(&other, [Document::new(2).failed("theirs")]);
    commit(&mut *fixture.ports_for(&other).sink().expect("the sink opens"), &of_others, "t");
    for _ in 0..2 {
        sink.remove(&keys([2, 4, 5, 7])).expect("documents are removed");
        let left = batch(&schema, [1, 3].map(|key| Document::family(key, "x", 2)));
        for table in 0..2 {
            assert_eq!(sorted(fixture.rows(table)), sorted(batch_rows(&left, table)), "table {table}");
        }
        let log: Vec<_> =
            fixture.log().into_iter().map(|row| (number(&row.key), row.contract_name)).collect();
        let mut log: Vec<_> = log.iter().map(|(key, name)| (*key, name.as_str())).collect();
        log.sort_unstable();
        assert_eq!(log, [(1, "contract"), (2, "other"), (3, "contract")]);
        assert_eq!(fixture.issues().len(), 2);
    }
    commit(&mut *sink, &batch(&schema, [Document::family(2, "back", 1)]), "u");
}

/// What is there: the text of each document.
type Documents = BTreeMap<i64, &'static str>;

fn filled(bench: &dyn Bench, documents: &Documents) -> Box<dyn Fixture> {
    let fixture = ready(bench, Words::new().schema());
    for (key, text) in documents {
        insert_text(&*fixture, *key, text);
    }
    fixture
}

fn process(
    ports: &dyn Ports,
    words: &Words,
    session: &str,
    failed: FailedDocuments,
) -> Result<RunSummary, RunError> {
    let settings = RunSettings { failed, ..settings() };
    run_with(ports, words, &identity(session, 0, 1), &settings, &Deaf, &StopSignal::new())
}

/// `Fixture::ports` as the engine's own callers have them.
fn shared(fixture: &dyn Fixture) -> Arc<dyn Ports> {
    fixture.ports().into()
}

pub(super) fn chosen_documents_are_processed_again_and_no_others(bench: &dyn Bench) {
    let documents: Documents =
        (-5..25).map(|key| (key, if key % 7 == 0 { "one bad" } else { "one two ?" })).collect();
    let fixture = filled(bench, &documents);
    process(&*fixture.ports(), &Words::new(), "first", FailedDocuments::Leave).expect("the run succeeds");
    // Some of them are gone, and one is not there.
    let wanted = [-5, 0, 3, 7, 8, 24, 99];
    fixture.delete_document(&DocumentKey::Int(8));
    let mut source = fixture.ports().source().expect("the source opens");
    let found = listed(&mut *source, &keys(wanted)).expect("the source can be read");
    assert_eq!(found, [true, true, true, true, false, true, false]);
    let chosen = ChosenPorts::new(shared(&*fixture), keys(wanted));
    let summary = process(&chosen, &Words::new().loud(), "second", FailedDocuments::Replace);
    let totals = summary.expect("the run succeeds").totals;
    assert_eq!((totals.success_count, totals.failed_count, totals.already_done_count), (3, 2, 0));
    for row in fixture.log() {
        let is_again = wanted.contains(&number(&row.key)) && row.key != DocumentKey::Int(8);
        assert_eq!(row.session_id, if is_again { "second" } else { "first" }, "{:?}", row.key);
    }
    let loud = fixture.rows(1).iter().filter(|row| format!("{row:?}").contains("ONE")).count();
    assert_eq!(loud, 3);
    assert_eq!(fixture.rows(0).len(), 26, "the one that is gone is still there");
}

/// What a clean run makes of these documents.
fn expected(bench: &dyn Bench, documents: &Documents, words: &Words) -> super::running::Content {
    let fixture = filled(bench, documents);
    process(&*fixture.ports(), words, "clean", FailedDocuments::Leave).expect("the run succeeds");
    content(&*fixture)
}

fn change(fixture: &dyn Fixture, documents: &mut Documents, key: i64, text: Option<&'static str>) {
    if documents.remove(&key).is_some() {
        fixture.delete_document(&DocumentKey::Int(key));
    }
    if let Some(text) = text {
        insert_text(fixture, key, text);
        documents.insert(key, text);
    }
}

/// Documents that have fewer rows than before, more, none, and some for the first time.
fn change_many(fixture: &dyn Fixture, documents: &mut Documents) {
    for key in 0..20 {
        let text =
            ["one", "one two three four five", "one bad", "one two ? four", "one again"][key as usize % 5];
        change(fixture, documents, key, Some(text));
    }
}

pub(super) fn a_retry_killed_at_any_step_is_completed_by_the_next(bench: &dyn Bench) {
    let first: Documents = (0..30)
        .map(|key| (key, ["one two three", "one bad", "one ?", "one again"][key as usize % 4]))
        .collect();
    let prepared = || {
        let (fixture, mut documents) = (filled(bench, &first), first.clone());
        process(&*fixture.ports(), &Words::new(), "first", FailedDocuments::Leave).expect("the run succeeds");
        change_many(&*fixture, &mut documents);
        (fixture, documents)
    };
    let loud = Words::new().loud();
    let expected = expected(bench, &prepared().1, &loud);
    for step in Step::ALL {
        for nth in [1, 2, 5] {
            let (fixture, _) = prepared();
            let chosen = ChosenPorts::new(shared(&*fixture), keys(0..30));
            let faulty = FaultyPorts::new(&chosen, Script::new().crash(step, nth));
            let killed = process(&faulty, &loud, "killed", FailedDocuments::Replace);
            assert_eq!(killed.is_err(), faulty.script().has_crashed(), "{step:?} {nth}");
            process(&chosen, &loud, "next", FailedDocuments::Replace).expect("the next run succeeds");
            assert!(content(&*fixture) == expected, "killed at {step:?} the {nth}. time");
        }
    }
}

/// Sequences of changes, kills and runs that are tried.
const SEQUENCES: u64 = 6;

pub(super) fn documents_and_contract_change_at_random_between_killed_runs(bench: &dyn Bench) {
    const TEXTS: [&str; 6] = ["one", "one two", "one two three", "one bad", "one ? three", "one again"];
    for seed in 0..SEQUENCES {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut documents: Documents = (0..12).map(|key| (key, TEXTS[rng.usize(..TEXTS.len())])).collect();
        let fixture = filled(bench, &documents);
        let mut words = Words::new();
        for round in 0..6 {
            for _ in 0..rng.usize(..6) {
                let key = rng.i64(0..16);
                let text = (rng.u8(..4) > 0).then(|| TEXTS[rng.usize(..TEXTS.len())]);
                change(&*fixture, &mut documents, key, text);
            }
            if rng.u8(..4) == 0 {
                words = words.loud();
            }
            let ports = shared(&*fixture);
            let script = match rng.bool() {
                true => Script::new().crash(Step::ALL[rng.usize(..Step::ALL.len())], rng.u64(1..4)),
                false => Script::new(),
            };
            // Ordinary runs, and retries of what they choose, killed anywhere.
            let faulty = FaultyPorts::new(&*ports, script);
            let session = format!("{seed}-{round}");
            let _ = process(&faulty, &words, &session, FailedDocuments::Leave);
            remove_vanished(&*ports, &documents);
            let chosen = ChosenPorts::new(
                Arc::clone(&ports),
                documents.keys().copied().map(DocumentKey::Int).collect(),
            );
            let faulty = FaultyPorts::new(&chosen, Script::new().crash(Step::AfterCommit, rng.u64(1..4)));
            let _ = process(&faulty, &words, &format!("{session}-again"), FailedDocuments::Replace);
        }
        let ports = shared(&*fixture);
        remove_vanished(&*ports, &documents);
        let chosen =
            ChosenPorts::new(Arc::clone(&ports), documents.keys().copied().map(DocumentKey::Int).collect());
        process(&chosen, &words, "last", FailedDocuments::Replace).expect("the last run succeeds");
        assert!(content(&*fixture) == expected(bench, &documents, &words), "seed {seed}");
    }
}

/// As `retry --vanished` does.
fn remove_vanished(ports: &dyn Ports, documents: &Documents) {
    let logged: Vec<_> = entries(ports, Entries::All, 5).into_iter().map(|entry| entry.key).collect();
    let mut source = ports.source().expect("the source opens");
    let found = listed(&mut *source, &logged).expect("the source can be read");
    let vanished: Vec<_> =
        logged.iter().zip(&found).filter(|(_, is_there)| !**is_there).map(|(key, _)| key.clone()).collect();
    assert!(vanished.iter().all(|key| !documents.contains_key(&number(key))));
    ports.sink().expect("the sink opens").remove(&vanished).expect("documents are removed");
}
