//! A picture for programs.

use serde::Serialize;
use xmlshred_model::UtcMicros;

use super::picture::{Instance, Picture};
use super::rates::session_rate;
use crate::console::formatted;

/// What `status --json` prints: docs/operating.md.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    at: String,
    contract: &'a str,
    target: &'a str,
    schema: Option<&'a str>,
    success: u64,
    failed: u64,
    skipped: u64,
    left: Option<u64>,
    documents_per_minute: Option<f64>,
    seconds_left: Option<f64>,
    target_bytes: Option<u64>,
    target_bytes_per_minute: Option<f64>,
    exit_code: u8,
    instances: Vec<InstanceAnswer<'a>>,
    causes: Vec<CauseAnswer<'a>>,
    sessions: Vec<SessionAnswer<'a>>,
    notes: &'a [String],
    next: Vec<String>,
}

#[derive(Serialize)]
struct InstanceAnswer<'a> {
    instance_id: u32,
    instance_count: u32,
    state: String,
    done: u64,
    left: Option<u64>,
    documents_per_minute: Option<f64>,
    last: Option<String>,
    host: Option<&'a str>,
    pid: Option<u32>,
    lock: Option<Lock<'a>>,
}

#[derive(Serialize)]
struct Lock<'a> {
    pid: i64,
    program: &'a str,
}

#[derive(Serialize)]
struct CauseAnswer<'a> {
    code: Option<&'a str>,
    table: Option<&'a str>,
    column: Option<&'a str>,
    count: u64,
}

#[derive(Serialize)]
struct SessionAnswer<'a> {
    session_id: &'a str,
    instance_id: u32,
    instance_count: u32,
    contract_hash: &'a str,
    success: u64,
    failed: u64,
    skipped: u64,
    first: String,
    last: String,
    documents_per_minute: Option<f64>,
}

/// One line.
///
/// # Errors
/// None that can happen: everything in it is text or a number.
pub(crate) fn json(
    picture: &Picture,
    contract: &str,
    target: &str,
    schema: Option<&str>,
) -> serde_json::Result<String> {
    let facts = &picture.facts;
    let mut tallies: Vec<_> = facts.tallies.iter().collect();
    tallies.sort_by_key(|tally| (tally.first, tally.instance_id));
    let session = |tally: &&'_ xmlshred_engine::ports::LogTally| {
        session_rate(tally.first, tally.last, tally.document_count())
    };
    let sessions = tallies.iter().map(|tally| SessionAnswer {
        session_id: &tally.session_id,
        instance_id: tally.instance_id,
        instance_count: tally.instance_count,
        contract_hash: &tally.contract_hash,
        success: tally.success_count,
        failed: tally.failed_count,
        skipped: tally.skipped_count,
        first: timestamp(tally.first),
        last: timestamp(tally.last),
        documents_per_minute: session(tally),
    });
    let causes = facts.causes.iter().map(|cause| CauseAnswer {
        code: cause.code.as_deref(),
        table: cause.table.as_deref(),
        column: cause.column.as_deref(),
        count: cause.count,
    });
    serde_json::to_string(&Answer {
        version: 2,
        at: timestamp(facts.now),
        contract,
        target,
        schema,
        success: picture.success,
        failed: picture.failed,
        skipped: picture.skipped,
        left: facts.left,
        documents_per_minute: picture.per_minute.map(f64::round),
        seconds_left: picture.seconds_left.map(f64::ceil),
        target_bytes: facts.bytes,
        target_bytes_per_minute: picture.bytes_per_minute.map(f64::round),
        exit_code: picture.exit.code(),
        instances: picture.instances.iter().map(instance).collect(),
        causes: causes.collect(),
        sessions: sessions.collect(),
        notes: &picture.notes,
        next: picture.next(),
    })
}

fn instance(one: &Instance) -> InstanceAnswer<'_> {
    let Instance { index, count, state, done, left, per_minute, last, host, pid, lock } = one;
    InstanceAnswer {
        instance_id: *index,
        instance_count: *count,
        state: state.word().to_lowercase().replace(' ', "-"),
        done: *done,
        left: *left,
        documents_per_minute: per_minute.map(f64::round),
        last: last.map(timestamp),
        host: host.as_deref(),
        pid: *pid,
        lock: lock.as_ref().map(|lock| Lock { pid: lock.pid, program: &lock.program }),
    }
}

fn timestamp(at: UtcMicros) -> String {
    formatted(at, "%Y-%m-%dT%H:%M:%S%.3fZ")
}
