//! Several instances do what one would, for any keys, sizes and numbers.

use std::collections::BTreeMap;

use proptest::prelude::*;
use xmlshred_engine::settings::{BatchLimits, ChunkLimits};
use xmlshred_engine::testing::listening::Deaf;
use xmlshred_engine::testing::memory::{JournalSight, MemoryStore};
use xmlshred_engine::testing::words::Words;
use xmlshred_engine::{RunSettings, StopSignal, run_with};
use xmlshred_model::Share;

use crate::scene::{identity, loaded, settings, store};

const TEXTS: [&str; 7] = ["", "a", "a b c", "a bad", "a again", "? a ?", "a panic"];

fn documents() -> impl Strategy<Value = BTreeMap<i64, &'static str>> {
    let key = prop_oneof![4 => -50_i64..50, 1 => any::<i64>(), 1 => Just(i64::MIN), 1 => Just(i64::MAX)];
    // Panics print to the test's output: few of them.
    let text = prop_oneof![30 => 0_usize..3, 6 => 3_usize..6, 1 => Just(6_usize)];
    prop::collection::btree_map(key, text.prop_map(|index| TEXTS[index]), 0..80)
}

#[derive(Clone, Copy, Debug)]
struct Sizes {
    instances: u32,
    workers: usize,
    page: usize,
    chunk: usize,
    batch: usize,
    sight: JournalSight,
}

fn sizes() -> impl Strategy<Value = Sizes> {
    let sight = prop_oneof![Just(JournalSight::Seen), Just(JournalSight::Unseen)];
    (1_u32..6, 1_usize..4, 1_usize..30, 1_usize..10, 1_usize..20, sight).prop_map(
        |(instances, workers, page, chunk, batch, sight)| Sizes {
            instances,
            workers,
            page,
            chunk,
            batch,
            sight,
        },
    )
}

fn run_instances(store: &MemoryStore, sizes: Sizes) -> u64 {
    let Sizes { instances, workers, page, chunk, batch, sight } = sizes;
    let settings = &RunSettings {
        workers: workers.try_into().unwrap(),
        batch_size: page.try_into().unwrap(),
        chunk: ChunkLimits { documents: chunk, ..ChunkLimits::default() },
        batch: BatchLimits { documents: batch, ..BatchLimits::default() },
        ..settings()
    };
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..instances)
            .map(|index| {
                let ports = store.memory_ports().with_sight(sight);
                scope.spawn(move || {
                    let identity = identity("session", Share::new(index, instances).unwrap());
                    run_with(&ports, &Words::new(), &identity, settings, &Deaf, &StopSignal::new()).unwrap()
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap().totals.document_count()).sum()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn several_instances_do_what_one_would(documents in documents(), sizes in sizes()) {
        let one = store(documents.clone());
        let alone = Sizes { instances: 1, workers: 1, page: 500, chunk: 64, batch: 500, sight: JournalSight::Seen };
        prop_assert_eq!(run_instances(&one, alone), documents.len() as u64);
        let many = store(documents.clone());
        prop_assert_eq!(run_instances(&many, sizes), documents.len() as u64);
        prop_assert_eq!(loaded(&many), loaded(&one));
        prop_assert_eq!(run_instances(&many, sizes), 0, "nothing is left");
    }
}
