//! Rows that documents share: which one stays must not depend on who was quicker.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use xmlshred_mapping::Plan;
use xmlshred_model::{
    DataType, Decimal, DocumentKey, KeyRange, OnExisting, OwnedValue, TableSchema, TargetSchema, Value,
};

use super::running::settings;
use super::scene::{Document, batch, column, family, identity, insert_text, ready};
use crate::pipeline::run_with;
use crate::ports::{FailedDocuments, Fault, PortError};
use crate::settings::RunSettings;
use crate::stop::StopSignal;
use crate::testing::cells::sorted;
use crate::testing::fixture::{Bench, Fixture};
use crate::testing::listening::Deaf;
use crate::testing::shared_rows;

/// Keys of the documents.
const KEYS: std::ops::Range<i64> = -10..30;

/// A table whose rows documents share, ranked by a column with the document's key.
fn shared(on_existing: OnExisting, key_type: DataType) -> Arc<TargetSchema> {
    let columns = vec![
        column("id", DataType::BigInt, false),
        column("owner", key_type, false),
        column("note", DataType::Text, true),
    ];
    let table =
        TableSchema { name: "shared".to_owned(), columns, primary_key: vec![0], foreign_keys: Vec::new() };
    Arc::new(TargetSchema {
        tables: vec![table],
        ranking_columns: vec![Some(1)],
        owners: Vec::new(),
        has_versions: false,
        ..(*family(on_existing)).clone()
    })
}

/// The ids of the rows of a document: some twice in one document, some in many. The same in every run.
fn ids(key: i64, seed: u64) -> Vec<i64> {
    let mut state = (key.cast_unsigned() ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let count = next() % 6;
    (0..count).map(|_| i64::try_from(next() % 13).expect("small")).collect()
}

fn document(key: i64, seed: u64, key_type: DataType) -> Document {
    let text = key.to_string();
    let owner = match key_type {
        DataType::Decimal { scale, .. } => {
            Value::Decimal(Decimal { unscaled: i128::from(key) * 10_i128.pow(scale.into()), scale })
        }
        DataType::VarChar(_) => Value::Text(&text),
        _ => Value::Int(key),
    };
    ids(key, seed).into_iter().enumerate().fold(Document::new(key), |document, (at, id)| {
        let note = format!("row {at} of {key}");
        document.row(0, &[Value::Int(id), owner, Value::Text(&note)])
    })
}

/// The document whose row it is.
fn owner(row: &[OwnedValue]) -> Option<i64> {
    match row[1].as_value() {
        Value::Int(key) => Some(key),
        Value::Decimal(key) => i64::try_from(key.unscaled).ok(),
        Value::Text(key) => key.parse().ok(),
        _ => None,
    }
}

/// Loads the documents, begun in this order, from several sinks at once; gives the rows.
fn loaded(
    bench: &dyn Bench,
    schema: &Arc<TargetSchema>,
    keys: &[i64],
    (sinks, documents): (usize, usize),
    seed: u64,
) -> Vec<Vec<OwnedValue>> {
    let fixture = ready(bench, schema);
    let next = AtomicUsize::new(0);
    let parts: Vec<_> = keys.chunks(documents).collect();
    std::thread::scope(|scope| {
        for _ in 0..sinks {
            scope.spawn(|| {
                let mut sink = fixture.ports().sink().expect("the sink opens");
                while let Some(keys) = parts.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let part = batch(
                        schema,
                        keys.iter().map(|&key| document(key, seed, schema.tables[0].columns[1].data_type)),
                    );
                    // Who loses a deadlock tries again, as the engine does.
                    loop {
                        match sink.commit(&part, &identity("s", 0, 1), FailedDocuments::Leave) {
                            Ok(_) => break,
                            Err(PortError { fault: Fault::Busy, .. }) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
            });
        }
    });
    sorted(fixture.rows(0))
}

pub(super) fn of_rows_that_documents_share_rank_decides_and_not_order(bench: &dyn Bench) {
    let ascending: Vec<i64> = KEYS.collect();
    let descending: Vec<i64> = KEYS.rev().collect();
    // 7 and 40 have no common divisor: every key once, in another order.
    let mixed: Vec<i64> = (0..40).map(|at| at * 7 % 40 - 10).collect();
    let decimal = DataType::Decimal { precision: 20, scale: 0 };
    let types = [DataType::BigInt, DataType::SmallInt, decimal, DataType::VarChar(20)];
    let ways = [OnExisting::Replace, OnExisting::Skip];
    for (seed, (on_existing, key_type)) in
        (1..).zip(ways.into_iter().flat_map(|way| types.map(|key_type| (way, key_type))))
    {
        let schema = shared(on_existing, key_type);
        let expected = loaded(bench, &schema, &ascending, (1, 40), seed);
        assert!(expected.len() > 5, "there are rows");
        let orders = [(&descending, (1, 1)), (&descending, (1, 40)), (&mixed, (3, 4)), (&ascending, (3, 1))];
        for (keys, sizes) in orders {
            let rows = loaded(bench, &schema, keys, sizes, seed);
            assert_eq!(rows, expected, "{on_existing:?}, {key_type}, {sizes:?}");
        }
        for row in &expected {
            let Value::Int(id) = row[0].as_value() else { panic!("{row:?}") };
            let owners = KEYS.filter(|&key| ids(key, seed).contains(&id));
            let wanted = if on_existing == OnExisting::Skip { owners.min() } else { owners.max() };
            assert_eq!(owner(row), wanted, "{on_existing:?} of row {id}, {key_type}");
        }
    }
}

/// The people of a document in a whole run; none below zero.
fn people(key: i64) -> Vec<u8> {
    ids(key, 5).into_iter().filter_map(|id| u8::try_from(id).ok()).collect()
}

/// Every eleventh document fails at first.
fn fails(key: i64) -> bool {
    key.rem_euclid(11) == 3
}

fn insert(fixture: &dyn Fixture, key: i64, fails: bool) {
    insert_text(fixture, key, &shared_rows::document(&people(key), fails));
}

/// Runs these instances together, over keys in this range.
fn run(fixture: &dyn Fixture, plan: &Arc<Plan>, instances: u32, range: &KeyRange, failed: FailedDocuments) {
    let settings = &RunSettings { range: range.clone(), failed, ..settings() };
    std::thread::scope(|scope| {
        for index in 0..instances {
            scope.spawn(move || {
                let session = format!("{:?} {failed:?}", range.start);
                let (identity, stop) = (identity(&session, index, instances), StopSignal::new());
                let ports = fixture.ports();
                run_with(&*ports, plan, &identity, settings, &Deaf, &stop).expect("the run succeeds");
            });
        }
    });
}

pub(super) fn documents_that_share_rows_end_alike_however_they_are_run(bench: &dyn Bench) {
    let range =
        |start, end| KeyRange { start: Some(DocumentKey::Int(start)), end: Some(DocumentKey::Int(end)) };
    let all = range(KEYS.start, KEYS.end);
    for on_existing in [OnExisting::Replace, OnExisting::Skip] {
        let plan = shared_rows::plan(on_existing, "bigint");
        let made = |ranges: &[KeyRange], instances: u32, mended: bool| {
            let fixture = ready(bench, plan.schema());
            KEYS.for_each(|key| insert(&*fixture, key, fails(key) && mended));
            for range in ranges {
                run(&*fixture, &plan, instances, range, FailedDocuments::Leave);
            }
            if mended {
                for key in KEYS.filter(|&key| fails(key)) {
                    fixture.delete_document(&DocumentKey::Int(key));
                    insert(&*fixture, key, false);
                }
                run(&*fixture, &plan, instances, &all, FailedDocuments::Retry);
            }
            assert!(fixture.log().iter().all(|row| row.status == "success"));
            assert_eq!(fixture.log().len(), KEYS.count());
            sorted(fixture.rows(0))
        };
        let expected = made(std::slice::from_ref(&all), 1, false);
        assert!(expected.len() > 5, "there are rows");
        assert_eq!(made(std::slice::from_ref(&all), 3, false), expected, "{on_existing:?}, three instances");
        assert_eq!(
            made(&[range(10, 40), range(-10, 9)], 2, false),
            expected,
            "{on_existing:?}, the last first"
        );
        assert_eq!(made(std::slice::from_ref(&all), 2, true), expected, "{on_existing:?}, failed ones later");
    }
}
