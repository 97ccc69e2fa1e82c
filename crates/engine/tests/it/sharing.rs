//! Property: for any keys, number of instances, batch sizes and workers, n instances do what one does.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::time::Duration;

use proptest::prelude::*;
use xmlshred_engine::ports::RunIdentity;
use xmlshred_engine::shredding::Shredders;
use xmlshred_engine::testing::cells::sorted;
use xmlshred_engine::testing::listening::Deaf;
use xmlshred_engine::testing::memory::MemoryBench;
use xmlshred_engine::testing::words::Words;
use xmlshred_engine::testing::{Bench, DocumentColumn, Fixture};
use xmlshred_engine::{
    BatchLimits, ChunkLimits, MaxFailures, RetrySettings, RunSettings, StopSignal, run_with,
};
use xmlshred_mapping::Content;
use xmlshred_model::{DocumentKey, OwnedValue, Share};

/// What is compared: rows of both tables, and per key how it ended.
type Loaded = (Vec<Vec<OwnedValue>>, Vec<Vec<OwnedValue>>, Vec<(DocumentKey, String, Option<String>, i64)>);

/// Loads the documents with `count` instances, one after the other, and looks at the target.
fn load(
    documents: &BTreeMap<i64, &str>,
    count: u32,
    workers: usize,
    batch_size: usize,
    batch: usize,
) -> Loaded {
    let words = Words::new();
    let fixture = MemoryBench.fixture(words.schema(), DocumentColumn::Text);
    for (&key, text) in documents {
        fixture.insert_document(DocumentKey(key), Some(Content::Text(text)));
    }
    fixture.ports().journal().expect("memory opens").create_tables().expect("memory creates tables");
    for index in 0..count {
        let share = Share::new(index, count).expect("the index is below the count");
        let identity = RunIdentity { session_id: "s".to_owned(), share, contract_hash: "c".to_owned() };

        let settings = RunSettings {
            workers: NonZero::new(workers).expect("at least one"),
            batch_size: NonZero::new(batch_size).expect("at least one"),
            batch: BatchLimits { documents: batch, ..BatchLimits::default() },
            chunk: ChunkLimits { documents: 2, ..ChunkLimits::default() },
            retry: RetrySettings { first_delay: Duration::ZERO, ..RetrySettings::default() },
            max_failures: MaxFailures::Count(u64::MAX),
            ..RunSettings::default()
        };
        run_with(&*fixture.ports(), &words, &identity, &settings, &Deaf, &StopSignal::new())
            .expect("nothing stops a run in memory");
    }
    seen(&*fixture)
}

fn seen(fixture: &dyn Fixture) -> Loaded {
    let mut log: Vec<_> = fixture
        .log()
        .into_iter()
        .map(|row| (row.key, row.status, row.failure_reason, row.row_count))
        .collect();
    log.sort();
    (sorted(fixture.rows(0)), sorted(fixture.rows(1)), log)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn several_instances_do_what_one_does(
        documents in proptest::collection::btree_map(
            prop_oneof![any::<i64>(), -40..40_i64, Just(i64::MIN), Just(i64::MAX)],
            prop_oneof![Just("one two three"), Just("one"), Just("one two bad"), Just("one again"), Just("one ? two")],
            0..60,
        ),
        count in 1..6_u32,
        workers in 1..4_usize,
        batch_size in 1..9_usize,
        batch in 1..20_usize,
    ) {
        let single = load(&documents, 1, 1, 500, 100);
        let keys: Vec<_> = single.2.iter().map(|(key, ..)| key.0).collect();
        prop_assert_eq!(keys, documents.keys().copied().collect::<Vec<_>>());
        prop_assert_eq!(load(&documents, count, workers, batch_size, batch), single);
    }
}
