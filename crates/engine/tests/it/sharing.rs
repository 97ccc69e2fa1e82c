//! Rows that documents share: whatever the documents, the instances and the order, the target ends up as if one had done all in one go.

use std::collections::BTreeMap;

use proptest::prelude::*;
use xmlshred_engine::ports::FailedDocuments;
use xmlshred_engine::settings::{BatchLimits, ChunkLimits};
use xmlshred_engine::testing::Fixture;
use xmlshred_engine::testing::cells::sorted;
use xmlshred_engine::testing::listening::Deaf;
use xmlshred_engine::testing::memory::MemoryStore;
use xmlshred_engine::testing::shared_rows::{document, plan};
use xmlshred_engine::{RunSettings, StopSignal, run_with};
use xmlshred_mapping::Content;
use xmlshred_model::{DocumentKey, KeyRange, OnExisting, OwnedValue, Share, Value};

use crate::scene::{identity, settings};

/// The people of each document, and whether it fails until somebody mends it.
type Documents = BTreeMap<i64, (Vec<u8>, bool)>;

fn documents() -> impl Strategy<Value = Documents> {
    let key = prop_oneof![6 => -30_i64..30, 1 => Just(i64::MIN), 1 => Just(i64::MAX)];
    let people = prop::collection::vec(0_u8..12, 0..5);
    prop::collection::btree_map(key, (people, prop::bool::weighted(0.1)), 0..40)
}

#[derive(Clone, Copy, Debug)]
struct Sizes {
    instances: u32,
    workers: usize,
    page: usize,
    chunk: usize,
    batch: usize,
    loaders: usize,
    /// Keys from here on are processed first.
    first: i64,
}

fn sizes() -> impl Strategy<Value = Sizes> {
    (1_u32..5, 1_usize..4, 1_usize..20, 1_usize..6, 1_usize..10, 1_usize..4, -40_i64..40).prop_map(
        |(instances, workers, page, chunk, batch, loaders, first)| Sizes {
            instances,
            workers,
            page,
            chunk,
            batch,
            loaders,
            first,
        },
    )
}

fn insert(store: &MemoryStore, key: i64, people: &[u8], fails: bool) {
    store.insert_document(&DocumentKey::Int(key), Some(Content::Text(&document(people, fails))));
}

/// The rows after the last part of the keys, then all, then those that had failed were processed by several instances.
fn loaded(
    documents: &Documents,
    on_existing: OnExisting,
    key_type: &str,
    sizes: Sizes,
) -> Vec<Vec<OwnedValue>> {
    let plan = plan(on_existing, key_type);
    let store = MemoryStore::new(plan.schema()).with_tables();
    for (key, (people, fails)) in documents {
        insert(&store, *key, people, *fails);
    }
    let Sizes { instances, workers, page, chunk, batch, loaders, first } = sizes;
    let run = |range: KeyRange, failed: FailedDocuments| {
        let settings = &RunSettings {
            workers: workers.try_into().unwrap(),
            batch_size: page.try_into().unwrap(),
            chunk: ChunkLimits { documents: chunk, ..ChunkLimits::default() },
            batch: BatchLimits { documents: batch, ..BatchLimits::default() },
            range,
            failed,
            ..settings()
        };
        std::thread::scope(|scope| {
            for index in 0..instances {
                let (ports, plan) = (store.memory_ports().with_max_loaders(loaders), &plan);
                scope.spawn(move || {
                    let identity = identity("session", Share::new(index, instances).unwrap());
                    run_with(&ports, plan, &identity, settings, &Deaf, &StopSignal::new()).unwrap()
                });
            }
        });
    };
    run(KeyRange { start: Some(DocumentKey::Int(first)), end: None }, FailedDocuments::Leave);
    run(KeyRange::default(), FailedDocuments::Leave);
    for (key, (people, _)) in documents.iter().filter(|(_, (_, fails))| *fails) {
        insert(&store, *key, people, false);
    }
    run(KeyRange::default(), FailedDocuments::Retry);
    sorted(store.rows(0))
}

/// Person and owner of each row.
fn owners(rows: &[Vec<OwnedValue>]) -> Vec<(i64, i64)> {
    let owner = |cell: &OwnedValue| match cell.as_value() {
        Value::Int(key) => key,
        Value::Text(key) => key.parse().unwrap(),
        Value::Decimal(key) => key.unscaled.try_into().unwrap(),
        other => panic!("{other:?}"),
    };
    let mut owners: Vec<_> = rows.iter().map(|row| (owner(&row[0]), owner(&row[1]))).collect();
    owners.sort_unstable();
    owners
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn rows_that_documents_share_do_not_depend_on_who_loads_them_and_when(
        documents in documents(),
        sizes in sizes(),
        on_existing in prop_oneof![Just(OnExisting::Replace), Just(OnExisting::Skip)],
        key_type in prop_oneof![Just("bigint"), Just("decimal(20,0)"), Just("varchar(20)")],
    ) {
        let mut expected = BTreeMap::new();
        for (&key, (people, _)) in &documents {
            for &id in people {
                let owner = expected.entry(i64::from(id)).or_insert(key);
                if on_existing == OnExisting::Replace {
                    *owner = key;
                }
            }
        }
        let one = Sizes { instances: 1, workers: 1, page: 500, chunk: 64, batch: 500, loaders: 1, first: i64::MIN };
        let alone = loaded(&documents, on_existing, key_type, one);
        prop_assert_eq!(owners(&alone), expected.into_iter().collect::<Vec<_>>());
        prop_assert_eq!(loaded(&documents, on_existing, key_type, sizes), alone);
    }
}
