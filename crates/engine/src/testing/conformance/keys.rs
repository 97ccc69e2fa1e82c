//! Keys of every type that a source can have: none is left out, none is done twice, and the log tells them apart.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use xmlshred_mapping::Content;
use xmlshred_model::{
    Batch, BatchBuilder, DataType, Decimal, DocumentKey, DocumentRecord, Failure, FailureCode, Issue,
    IssueCode, KeyRange, KeyType, OnExisting, Outcome, OwnedValue, Share, Stage, TableSchema, TargetSchema,
    Value, lexical,
};

use super::running::{content, settings};
use super::scene::{PROCESSED_AT, column, commit, create_tables, everything, family, identity, ready};
use crate::pipeline::run_with;
use crate::ports::{Entries, FailedDocuments, Fetched, Ports, Selection};
use crate::settings::RunSettings;
use crate::shredding::Shredders as _;
use crate::stop::StopSignal;
use crate::summary::RunSummary;
use crate::testing::cells::sorted;
use crate::testing::fixture::{Bench, DocumentColumn, Fixture};
use crate::testing::listening::Deaf;
use crate::testing::shared_rows;
use crate::testing::words::Words;

pub(super) const COUNT: i64 = 60;

/// The keys of a type with these numbers, in no order of theirs; no two differ by case or accents alone.
pub(super) fn key(key_type: KeyType, number: i64) -> DocumentKey {
    let mixed = number.cast_unsigned().wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    match key_type {
        KeyType::Integer => DocumentKey::Int(mixed.cast_signed() >> 40),
        KeyType::Decimal => DocumentKey::Decimal(i128::from(mixed.cast_signed() >> 20) * 1_000_000_007),
        KeyType::Uuid => {
            let bytes = (u128::from(mixed) << 64 | u128::from(mixed.rotate_left(17))).to_be_bytes();
            DocumentKey::Uuid(bytes)
        }
        KeyType::Text => {
            let end =
                ["", "/b", " c", "-d", "_e", "'f", "\u{fc}"][usize::try_from(mixed % 7).expect("small")];
            DocumentKey::Text(format!("{:x}{end}", mixed >> 48).into())
        }
    }
}

fn keys(key_type: KeyType) -> BTreeSet<DocumentKey> {
    let keys: BTreeSet<_> = (0..COUNT).map(|number| key(key_type, number)).collect();
    assert_eq!(keys.len() as i64, COUNT, "the keys differ");
    keys
}

/// Documents of words, with keys of this type.
pub(super) fn filled(bench: &dyn Bench, words: &Words) -> Box<dyn Fixture> {
    let (fixture, key_type) = (ready(bench, words.schema()), words.schema().key_type);
    for number in 0..COUNT {
        let text = match number % 13 {
            1 => "one two bad",
            4 => "one again",
            7 => "one ? three",
            _ => "one two three four",
        };
        fixture.insert_document(&key(key_type, number), Some(Content::Text(text)));
    }
    fixture
}

/// All keys, page by page.
pub(super) fn pages(ports: &dyn Ports, selection: &Selection, limit: usize) -> Vec<DocumentKey> {
    let mut source = ports.source().expect("the source opens");
    let mut keys: Vec<DocumentKey> = Vec::new();
    loop {
        let page = source.keys(selection, keys.last(), limit).expect("keys can be read");
        let is_last = page.len() < limit;
        keys.extend(page);
        if is_last {
            return keys;
        }
    }
}

fn run_all(
    fixture: &dyn Fixture,
    key_type: KeyType,
    (session, instances): (&str, u32),
    settings: &RunSettings,
) -> Vec<RunSummary> {
    std::thread::scope(|scope| {
        let instances: Vec<_> = (0..instances)
            .map(|index| {
                scope.spawn(move || {
                    let (identity, stop) = (identity(session, index, instances), StopSignal::new());
                    let (ports, words) = (fixture.ports(), Words::with_keys(key_type));
                    run_with(&*ports, &words, &identity, settings, &Deaf, &stop).expect("the run succeeds")
                })
            })
            .collect();
        instances.into_iter().map(|instance| instance.join().expect("no panic")).collect()
    })
}

pub(super) fn keys_of_every_type_are_listed_and_read_once(bench: &dyn Bench) {
    for &key_type in bench.key_types() {
        let fixture = filled(bench, &Words::with_keys(key_type));
        let ports = fixture.ports();
        let listed = pages(&*ports, &everything(), 7);
        assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), keys(key_type), "{key_type}");
        assert_eq!(listed.len() as i64, COUNT, "{key_type}: no key comes twice");
        for limit in [1, 60, 61] {
            assert_eq!(pages(&*ports, &everything(), limit), listed, "{key_type}, pages of {limit}");
        }
        let range = |start: usize, end: usize| KeyRange {
            start: Some(listed[start].clone()),
            end: Some(listed[end].clone()),
        };
        for (start, end) in [(0, 59), (3, 3), (10, 25), (25, 10)] {
            let selection = Selection { range: range(start, end), ..everything() };
            let expected = listed.get(start..=end).unwrap_or_default();
            assert_eq!(pages(&*ports, &selection, 4), expected, "{key_type}, {start} to {end}");
        }
        let mut source = ports.source().expect("the source opens");
        assert_eq!(source.key_type(), key_type);
        let mut wanted = listed.clone();
        wanted.reverse();
        let mut fetched = Vec::new();
        let read = source.fetch(&wanted, 1 << 20, &mut |key, document| {
            assert!(matches!(document.document, Fetched::Text(_)), "{key_type}: {document:?}");
            fetched.push(key);
            ControlFlow::Continue(())
        });
        read.expect("documents can be read");
        assert_eq!(fetched, wanted, "{key_type}");
        fixture.delete_document(&wanted[0]);
        assert_eq!(pages(&*ports, &everything(), 100), listed[..59], "{key_type}");
    }
}

pub(super) fn instances_share_keys_of_every_type(bench: &dyn Bench) {
    for &key_type in bench.key_types() {
        let alone = filled(bench, &Words::with_keys(key_type));
        run_all(&*alone, key_type, ("one", 1), &settings());
        let expected = content(&*alone);
        assert_eq!(alone.log().len() as i64, COUNT, "{key_type}");
        for instances in [2, 3, 7] {
            let fixture = filled(bench, &Words::with_keys(key_type));
            let summaries = run_all(&*fixture, key_type, ("several", instances), &settings());
            let done: u64 = summaries.iter().map(|summary| summary.totals.document_count()).sum();
            assert_eq!(done, COUNT.cast_unsigned(), "{key_type}, {instances} instances");
            for row in fixture.log() {
                let index = u32::try_from(row.instance_id).expect("small");
                let share = Share::new(index, instances).expect("a share");
                assert!(share.contains(&row.key), "{} by {index} of {instances}", row.key);
            }
            assert!(content(&*fixture) == expected, "{key_type}, {instances} instances: the target differs");
        }
    }
}

pub(super) fn runs_go_on_with_keys_of_every_type(bench: &dyn Bench) {
    for &key_type in bench.key_types() {
        let alone = filled(bench, &Words::with_keys(key_type));
        run_all(&*alone, key_type, ("one", 1), &settings());
        let fixture = filled(bench, &Words::with_keys(key_type));
        for (run, limit) in [5, 1, 17].into_iter().enumerate() {
            let settings = RunSettings { limit: Some(limit), ..settings() };
            let instances = u32::try_from(run).expect("small") % 2 + 1;
            run_all(&*fixture, key_type, ("limited", instances), &settings);
        }
        assert_eq!(fixture.log().len(), 5 + 2 + 17, "{key_type}");
        let last = run_all(&*fixture, key_type, ("last", 1), &settings());
        assert_eq!(last[0].totals.document_count(), COUNT.cast_unsigned() - 24, "{key_type}");
        let again = run_all(&*fixture, key_type, ("again", 3), &settings());
        assert!(again.iter().all(|summary| summary.totals.document_count() == 0), "{key_type}");
        assert!(content(&*fixture) == content(&*alone), "{key_type}: the target differs");
        failed_keys_are_counted_and_taken_again(&*fixture, key_type);
    }
}

fn failed_keys_are_counted_and_taken_again(fixture: &dyn Fixture, key_type: KeyType) {
    let failed: BTreeSet<_> =
        fixture.log().into_iter().filter(|row| row.status == "failed").map(|row| row.key).collect();
    assert!(failed.len() > 5, "{key_type}: some failed");
    let mut journal = fixture.ports().journal().expect("the journal opens");
    let mut counted = 0;
    for index in 0..3 {
        let share = Share::new(index, 3).expect("a share");
        let logged = journal.logged(&Selection { share, ..everything() }).expect("they can be counted");
        assert_eq!(logged.skipped_count, 0);
        counted += logged.failed_count;
    }
    assert_eq!(counted, failed.len() as u64, "{key_type}");
    let whole = journal.logged(&everything()).expect("they can be counted");
    assert_eq!(
        (whole.success_count + whole.failed_count, whole.failed_count),
        (COUNT.cast_unsigned(), counted)
    );
    let all: Vec<_> = keys(key_type).into_iter().collect();
    let processed = |journal: &mut dyn crate::ports::Journal, failed| {
        let processed = journal.processed(&all, None, failed).expect("the log can be read");
        processed.into_iter().collect::<BTreeSet<_>>()
    };
    assert_eq!(processed(&mut *journal, FailedDocuments::Leave), keys(key_type));
    let succeeded: BTreeSet<_> = keys(key_type).difference(&failed).cloned().collect();
    assert_eq!(processed(&mut *journal, FailedDocuments::Retry), succeeded, "{key_type}");
    drop(journal);
    let settings = RunSettings { failed: FailedDocuments::Retry, ..settings() };
    let summary = &run_all(fixture, key_type, ("retried", 1), &settings)[0];
    assert_eq!(summary.totals.document_count(), failed.len() as u64, "{key_type}");
    assert_eq!(fixture.log().len() as i64, COUNT, "{key_type}");
}

/// A document with one issue and no rows.
fn logged(schema: &Arc<TargetSchema>, keys: &[DocumentKey]) -> Batch {
    let mut builder = BatchBuilder::new(Arc::clone(schema));
    for key in keys {
        builder.finish_document(DocumentRecord {
            key: key.clone(),
            outcome: Outcome::Success,
            issues: vec![Issue { table: 0, column: 1, code: IssueCode::Truncated, count: 1 }],
            document_hash: 0,
            source_version: None,
            byte_count: 1,
            duration: std::time::Duration::ZERO,
            processed_at: PROCESSED_AT,
        });
    }
    builder.finish()
}

/// Whatever the target's own collation says: sources may tell texts apart that it would not.
pub(super) fn the_log_tells_texts_apart_that_any_source_may(bench: &dyn Bench) {
    let schema = Arc::new(TargetSchema { key_type: KeyType::Text, ..(*family(OnExisting::Fail)).clone() });
    let longest = "\u{fc}".repeat(400);
    let texts = [
        "a",
        "A",
        "\u{e4}",
        "\u{c4}",
        "a\u{308}",
        "\u{ff41}",
        "007",
        "7",
        "7.0",
        "",
        " a",
        "a b",
        "a  b",
        "a\tb",
        "a%",
        "a_",
        "'; DROP TABLE x; --",
        "[a]",
        "\u{1f600}",
        "\u{df}",
        "ss",
        &longest,
    ];
    let keys: Vec<_> = texts.map(|text| DocumentKey::Text(text.into())).into();
    let fixture = ready(bench, &schema);
    let mut sink = fixture.ports().sink().expect("the sink opens");
    let batch = logged(&schema, &keys);
    let committed =
        sink.commit(&batch, &identity("s", 0, 1), FailedDocuments::Leave).expect("the log takes them");
    assert_eq!(committed.already_done, []);
    let all: BTreeSet<_> = keys.iter().cloned().collect();
    assert_eq!(fixture.log().into_iter().map(|row| row.key).collect::<BTreeSet<_>>(), all);
    assert_eq!(fixture.issues().into_iter().map(|row| row.key).collect::<BTreeSet<_>>(), all);
    let again =
        sink.commit(&batch, &identity("s", 0, 1), FailedDocuments::Leave).expect("the log takes none twice");
    assert_eq!(again.already_done.into_iter().map(|done| done.key).collect::<BTreeSet<_>>(), all);
    let mut journal = fixture.ports().journal().expect("the journal opens");
    let others = ["b", "B", "8", "a c"].map(|text| DocumentKey::Text(text.into()));
    let asked: Vec<_> = keys.iter().chain(&others).cloned().collect();
    let found = journal.processed(&asked, None, FailedDocuments::Leave).expect("the log can be read");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), all);
}

pub(super) fn entries_of_the_log_are_found_by_keys_of_every_type(bench: &dyn Bench) {
    for &key_type in bench.key_types() {
        let schema = Arc::new(TargetSchema { key_type, ..(*family(OnExisting::Fail)).clone() });
        let fixture = bench.fixture(&schema, DocumentColumn::Text);
        let all: Vec<_> = keys(key_type).into_iter().collect();
        let found = |which, keys: &[DocumentKey]| {
            let mut journal = fixture.ports().journal().expect("the journal opens");
            let entries = journal.entries_of(which, keys).expect("the log can be read");
            let mut keys: Vec<_> = entries.into_iter().map(|entry| entry.key).collect();
            keys.sort_unstable();
            keys
        };
        assert_eq!(found(Entries::All, &all), [], "{key_type}: there is no log");
        create_tables(&*fixture.ports());
        let failed = Failure::new(Stage::Shred, FailureCode::InvalidValue, "no number");
        let (some, others) = all.split_at(40);
        let of_these = logged(&schema, some).with_records(|record| {
            let fails = record.key <= some[9];
            fails.then(|| DocumentRecord { outcome: Outcome::Failed(failed.clone()), ..record.clone() })
        });
        commit(&mut *fixture.ports().sink().expect("the sink opens"), &of_these, "s");
        // Another contract has all of them.
        let other = Arc::new(TargetSchema { contract_name: "other".to_owned(), ..(*schema).clone() });
        create_tables(&*fixture.ports_for(&other));
        let of_others = logged(&other, &all);
        commit(&mut *fixture.ports_for(&other).sink().expect("the sink opens"), &of_others, "t");

        assert_eq!(found(Entries::All, &[]), [], "{key_type}");
        assert_eq!(found(Entries::All, others), [], "{key_type}: the log has none of them");
        assert_eq!(found(Entries::All, &all), some, "{key_type}");
        assert_eq!(found(Entries::All, &all[37..42]), some[37..], "{key_type}");
        assert_eq!(found(Entries::Failed, &all[5..42]), some[5..10], "{key_type}");
        let mut journal = fixture.ports().journal().expect("the journal opens");
        let one = journal.entries_of(Entries::All, &some[3..4]).expect("the log can be read");
        let paged = journal.entries(Entries::All, None, 100).expect("the log can be read");
        assert_eq!(one.first(), paged.iter().find(|entry| entry.key == some[3]), "{key_type}: as in a page");
    }
}

/// The column's value for this owner.
fn owned(key: &DocumentKey, data_type: DataType) -> OwnedValue {
    match (data_type, key) {
        (DataType::Decimal { scale, .. }, DocumentKey::Decimal(number)) => {
            OwnedValue::Inline(Value::Decimal(Decimal { unscaled: *number, scale }))
        }
        (DataType::Char(_) | DataType::VarChar(_) | DataType::Text, key) => OwnedValue::Text(key.spelled()),
        (_, key) => key.as_value().to_owned_value(),
    }
}

/// The highest or lowest of these keys, as rows are ranked everywhere.
fn ranked(on_existing: OnExisting, keys: impl Iterator<Item = DocumentKey>) -> Option<DocumentKey> {
    let rank = |key: &DocumentKey| match key {
        DocumentKey::Int(number) => (i128::from(*number), String::new()),
        DocumentKey::Decimal(number) => (*number, String::new()),
        DocumentKey::Uuid(_) | DocumentKey::Text(_) => (0, key.spelled()),
    };
    match on_existing {
        OnExisting::Replace => keys.max_by_key(rank),
        OnExisting::Skip | OnExisting::Fail => keys.min_by_key(rank),
    }
}

pub(super) fn shared_rows_are_ranked_by_keys_of_every_type(bench: &dyn Bench) {
    for &key_type in bench.key_types() {
        let data_types: &[DataType] = match key_type {
            KeyType::Integer => &[DataType::BigInt],
            KeyType::Decimal => &[DataType::Decimal { precision: 38, scale: 0 }, DataType::VarChar(60)],
            KeyType::Uuid => &[DataType::Uuid, DataType::VarChar(60)],
            KeyType::Text => &[DataType::VarChar(60), DataType::Text],
        };
        let ways = [OnExisting::Replace, OnExisting::Skip];
        for (on_existing, &data_type) in
            ways.into_iter().flat_map(|way| data_types.iter().map(move |of| (way, of)))
        {
            let columns = vec![
                column("id", DataType::BigInt, false),
                column("owner", data_type, false),
                column("note", DataType::Text, true),
            ];
            let (name, foreign_keys) = ("shared".to_owned(), Vec::new());
            let table = TableSchema { name, columns, primary_key: vec![0], foreign_keys };
            let schema = Arc::new(TargetSchema {
                tables: vec![table],
                key_type,
                ranking_columns: vec![Some(1)],
                ..(*family(on_existing)).clone()
            });
            // Rows 0 to 4; each document has two or three of them.
            let has = |number: i64, id: i64| (number + id) % 2 == 0;
            let load = |numbers: &[i64], size: usize| {
                let fixture = ready(bench, &schema);
                let mut sink = fixture.ports().sink().expect("the sink opens");
                for part in numbers.chunks(size) {
                    let mut builder = BatchBuilder::new(Arc::clone(&schema));
                    for &number in part {
                        let key = key(key_type, number);
                        for id in (0..5).filter(|&id| has(number, id)) {
                            let (owner, note) = (owned(&key, data_type), format!("row {id} of {key}"));
                            builder.push_row(0, &[Value::Int(id), owner.as_value(), Value::Text(&note)]);
                        }
                        builder.finish_document(DocumentRecord {
                            key,
                            outcome: Outcome::Success,
                            issues: Vec::new(),
                            document_hash: 0,
                            source_version: None,
                            byte_count: 1,
                            duration: std::time::Duration::ZERO,
                            processed_at: PROCESSED_AT,
                        });
                    }
                    let batch = builder.finish();
                    sink.commit(&batch, &identity("s", 0, 1), FailedDocuments::Leave)
                        .expect("the batch is committed");
                }
                sorted(fixture.rows(0))
            };
            let ascending: Vec<i64> = (0..COUNT).collect();
            let descending: Vec<i64> = (0..COUNT).rev().collect();
            let rows = load(&ascending, 60);
            for (numbers, size) in [(&ascending, 7), (&descending, 60), (&descending, 1)] {
                assert_eq!(
                    load(numbers, size),
                    rows,
                    "{on_existing:?}, {key_type} in {data_type}, by {size}"
                );
            }
            assert_eq!(rows.len(), 5);
            for row in &rows {
                let Value::Int(id) = row[0].as_value() else { panic!("{row:?}") };
                let owners = (0..COUNT).filter(|&number| has(number, id)).map(|number| key(key_type, number));
                let wanted = ranked(on_existing, owners).expect("there are owners").spelled();
                let mut found = String::new();
                lexical::format(&row[1].as_value(), &mut found);
                assert_eq!(found, wanted, "{on_existing:?} of row {id}, {key_type} in {data_type}");
            }
        }
    }
}

pub(super) fn documents_share_rows_alike_whatever_their_keys_are(bench: &dyn Bench) {
    for &key_type in bench.key_types() {
        let data_type = key_type.data_type().to_string();
        for on_existing in [OnExisting::Replace, OnExisting::Skip] {
            let plan = shared_rows::plan(on_existing, &data_type);
            let schema = Arc::new(TargetSchema { key_type, ..(**plan.schema()).clone() });
            let made = |instances: u32, limits: &[u64]| {
                let fixture = ready(bench, &schema);
                for number in 0..COUNT {
                    let people = [number % 5, number % 7 + 5, 12].map(|id| u8::try_from(id).expect("small"));
                    let text =
                        shared_rows::document(&people[..usize::try_from(number % 4).expect("small")], false);
                    fixture.insert_document(&key(key_type, number), Some(Content::Text(&text)));
                }
                for &limit in limits {
                    std::thread::scope(|scope| {
                        for index in 0..instances {
                            let (fixture, plan) = (&fixture, &plan);
                            scope.spawn(move || {
                                let settings = RunSettings { limit: Some(limit), ..settings() };
                                let (identity, stop) = (identity("s", index, instances), StopSignal::new());
                                let ports = fixture.ports();
                                run_with(&*ports, plan, &identity, &settings, &Deaf, &stop)
                                    .expect("the run succeeds");
                            });
                        }
                    });
                }
                assert_eq!(fixture.log().len() as i64, COUNT, "{key_type}");
                assert!(fixture.log().iter().all(|row| row.status == "success"), "{:?}", fixture.log());
                sorted(fixture.rows(0))
            };
            let expected = made(1, &[100]);
            assert!(expected.len() > 10, "there are rows");
            assert_eq!(made(3, &[100]), expected, "{on_existing:?}, {key_type}, three instances");
            assert_eq!(made(2, &[3, 11, 100]), expected, "{on_existing:?}, {key_type}, in three runs");
        }
    }
}
