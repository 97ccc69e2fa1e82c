//! Several writers on one file, each with connections of its own, as several processes have.

use std::sync::Arc;
use std::time::Duration;
use xmlshred_engine::testing::number;

use xmlshred_engine::ports::{AlreadyDone, FailedDocuments, RunIdentity};
use xmlshred_engine::testing::Fixture;
use xmlshred_model::{Batch, BatchBuilder, DocumentKey, DocumentRecord, Outcome, Share, TargetSchema, Value};

use crate::sqlite::{SqliteFixture, prepared};

const WRITERS: u32 = 3;

/// One row per key, with a note of this many bytes.
pub(crate) fn batch(
    schema: &Arc<TargetSchema>,
    keys: impl IntoIterator<Item = i64>,
    note_bytes: usize,
) -> Batch {
    let note = "n".repeat(note_bytes);
    let mut builder = BatchBuilder::new(Arc::clone(schema));
    for key in keys {
        builder.push_row(0, &[Value::Int(key), Value::Text(&note)]);
        builder.finish_document(DocumentRecord {
            key: DocumentKey::Int(key),
            outcome: Outcome::Success,
            issues: Vec::new(),
            document_hash: 0,
            source_version: None,
            byte_count: 1,
            duration: Duration::from_millis(1),
            processed_at: 0,
        });
    }
    builder.finish()
}

pub(crate) fn identity(instance: u32, count: u32) -> RunIdentity {
    RunIdentity {
        session_id: "session".to_owned(),
        run_nonce: format!("nonce {instance}"),
        share: Share::new(instance, count).unwrap(),
        contract_hash: "hash".to_owned(),
    }
}

/// Every writer loads its keys in small batches, as fast as it can. Gives what it loaded and what was there already.
fn write_all(fixture: &SqliteFixture, writer: u32, keys: &[i64]) -> (u64, Vec<AlreadyDone>) {
    let mut sink = fixture.ports().sink().unwrap();
    let (mut row_count, mut already_done) = (0, Vec::new());
    for keys in keys.chunks(20) {
        let batch = batch(&fixture.schema, keys.iter().copied(), 1_000);
        let commit = sink.commit(&batch, &identity(writer, WRITERS), FailedDocuments::Leave).unwrap();
        row_count += commit.table_row_counts[0];
        already_done.extend(commit.already_done);
    }
    (row_count, already_done)
}

fn in_parallel(
    fixture: &SqliteFixture,
    keys: impl Fn(u32) -> Vec<i64> + Sync,
) -> Vec<(u64, Vec<AlreadyDone>)> {
    std::thread::scope(|scope| {
        let write = |writer| {
            let keys = &keys;
            scope.spawn(move || write_all(fixture, writer, &keys(writer)))
        };
        let writers: Vec<_> = (0..WRITERS).map(write).collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    })
}

fn loaded_keys(fixture: &SqliteFixture) -> Vec<i64> {
    let mut keys: Vec<_> = fixture.log().into_iter().map(|row| number(&row.key)).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn writers_with_shares_of_their_own_take_turns() {
    let fixture = prepared(0);
    let writers = in_parallel(&fixture, |writer| {
        (0..1_200).filter(|key| key % i64::from(WRITERS) == i64::from(writer)).collect()
    });
    assert!(writers.iter().all(|(row_count, already_done)| (*row_count, already_done.len()) == (400, 0)));
    assert_eq!(loaded_keys(&fixture), (0..1_200).collect::<Vec<_>>());
    assert_eq!(fixture.rows(0).len(), 1_200);
}

#[test]
fn writers_that_overlap_load_every_document_once() {
    let fixture = prepared(0);
    let writers = in_parallel(&fixture, |_| (0..400).collect());
    assert_eq!(writers.iter().map(|(row_count, _)| row_count).sum::<u64>(), 400);
    let already_done: Vec<_> = writers.iter().flat_map(|(_, already_done)| already_done).collect();
    assert_eq!(already_done.len(), 800);
    assert!(already_done.iter().all(|done| !done.by_this_run));
    assert_eq!(loaded_keys(&fixture), (0..400).collect::<Vec<_>>());
    assert_eq!(fixture.rows(0).len(), 400);
}
