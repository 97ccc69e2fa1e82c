//! Databases in memory filled with words, and runs over them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use xmlshred_engine::ports::{Ports, RunIdentity};
use xmlshred_engine::settings::{BatchLimits, ChunkLimits};
use xmlshred_engine::shredding::Shredders;
use xmlshred_engine::testing::cells::sorted;
use xmlshred_engine::testing::listening::Recorder;
use xmlshred_engine::testing::memory::MemoryStore;
use xmlshred_engine::testing::words::Words;
use xmlshred_engine::testing::{Fixture, IssueRow};
use xmlshred_engine::{Event, RetrySettings, RunError, RunSettings, RunSummary, StopSignal, run_with};
use xmlshred_mapping::Content;
use xmlshred_model::{DocumentKey, OwnedValue, Share};

/// A store with these documents and empty tables.
pub(crate) fn store<'a>(documents: impl IntoIterator<Item = (i64, &'a str)>) -> MemoryStore {
    let store = MemoryStore::new(Words::new().schema()).with_tables();
    for (key, text) in documents {
        store.insert_document(&DocumentKey::Int(key), Some(Content::Text(text)));
    }
    store
}

/// Documents 1 to `count`, all fine.
pub(crate) fn fine(count: i64) -> MemoryStore {
    store((1..=count).map(|key| (key, "one two")))
}

/// Small pages, chunks and batches; no delay between tries.
pub(crate) fn settings() -> RunSettings {
    RunSettings {
        batch_size: 20.try_into().unwrap(),
        batch: BatchLimits { documents: 10, ..BatchLimits::default() },
        chunk: ChunkLimits { documents: 4, ..ChunkLimits::default() },
        retry: RetrySettings { first_delay: Duration::ZERO, ..RetrySettings::default() },
        ..RunSettings::default()
    }
}

/// That of another run each time, whatever its session is called.
pub(crate) fn identity(session: &str, share: Share) -> RunIdentity {
    static RUN_COUNT: AtomicU64 = AtomicU64::new(0);
    RunIdentity {
        session_id: session.to_owned(),
        run_nonce: RUN_COUNT.fetch_add(1, Ordering::Relaxed).to_string(),
        share,
        contract_hash: "contract".to_owned(),
    }
}

/// A run of the whole, with what it said.
pub(crate) fn run(ports: &dyn Ports, settings: &RunSettings) -> (Result<RunSummary, RunError>, Vec<Event>) {
    let recorder = Recorder::new();
    let identity = identity("session", Share::WHOLE);
    let result = run_with(ports, &Words::new(), &identity, settings, &recorder, &StopSignal::new());
    (result, recorder.events())
}

/// A run that must succeed.
pub(crate) fn complete(ports: &dyn Ports) -> RunSummary {
    run(ports, &settings()).0.unwrap()
}

/// What has to be equal whoever did it and when: rows per table, log without times and identity, issues.
#[derive(Debug, PartialEq)]
pub(crate) struct Loaded {
    tables: Vec<Vec<Vec<OwnedValue>>>,
    log: Vec<(DocumentKey, String, Option<String>, i64, i64, String)>,
    issues: Vec<IssueRow>,
}

pub(crate) fn loaded(store: &MemoryStore) -> Loaded {
    let mut log: Vec<_> = store
        .log()
        .into_iter()
        .map(|row| {
            (row.key, row.status, row.failure_reason, row.row_count, row.issue_count, row.document_hash)
        })
        .collect();
    log.sort();
    let mut issues = store.issues();
    issues.sort();
    Loaded { tables: (0..2).map(|table| sorted(store.rows(table))).collect(), log, issues }
}

/// `key: status or reason` of every log row.
pub(crate) fn outcomes(store: &MemoryStore) -> Vec<String> {
    let outcome = |row: xmlshred_engine::testing::LogRow| {
        format!("{}: {}", row.key, row.failure_reason.unwrap_or(row.status))
    };
    store.log().into_iter().map(outcome).collect()
}

/// The same with one worker.
pub(crate) fn one_worker() -> RunSettings {
    RunSettings { workers: 1.try_into().unwrap(), ..settings() }
}
