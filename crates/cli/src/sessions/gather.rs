//! Puts together what log, log files, metrics files and the contract say.

use std::collections::BTreeMap;
use std::path::Path;

use xmlshred_engine::ports::{Entries, FailedDocuments, Journal, LogTally, Ports, Selection};
use xmlshred_mapping::Plan;
use xmlshred_model::{IssueCode, KeyRange, Share, TargetSchema, UtcMicros};

use super::axis::Axis;
use super::figures::Figures;
use super::fold::{Fold, LaneId};
use super::found::{
    ContractFound, DocumentFound, FaultFound, Found, InstanceFound, IssueFound, MetricsFound, PartFound,
    State, TimelineFound, VERSION,
};
use super::instance::{Traces, instance};
use super::life::{Fault, Life};
use super::{texts, verdict};
use crate::console::utc;
use crate::database::key_json;
use crate::entries;
use crate::error::CommandError;
use crate::failures;
use crate::report::{self, IssueCount};
use crate::settings::{self, ContractFile};
use crate::verify;

/// Instances that are told of, the last ones.
const MAX_INSTANCES: usize = 24;

/// What is looked at.
pub(crate) struct Asked<'a> {
    /// One session, or all.
    pub(crate) session: Option<&'a str>,
    pub(crate) plan: &'a Plan,
    pub(crate) file: &'a ContractFile,
    pub(crate) log_dir: &'a Path,
    pub(crate) metrics_dir: &'a Path,
    pub(crate) now: UtcMicros,
}

/// Everything.
///
/// # Errors
/// When the log cannot be read, or has nothing of the session.
pub(crate) fn gather(asked: &Asked<'_>, ports: &dyn Ports) -> Result<Found, CommandError> {
    let failed = |error| CommandError::port("cannot read the log", error);
    let mut journal = ports.journal().map_err(failed)?;
    let all = journal.tally().map_err(failed)?;
    let is_meant = |tally: &&LogTally| asked.session.is_none_or(|session| session == tally.session_id);
    let tallies: Vec<_> = all.iter().filter(is_meant).cloned().collect();
    let lanes = lanes(&tallies);
    if let (Some(session), true) = (asked.session, lanes.is_empty()) {
        return Err(no_such_session(session, &all));
    }
    let mut figures = Figures::default();
    let mut faults = Life::default();
    let mut traces = Vec::new();
    let first_told = lanes.len().saturating_sub(MAX_INSTANCES);
    for (at, (lane, tallied)) in lanes.iter().enumerate() {
        // Others may have written the log: no name of theirs leads to another folder.
        let share = Share::new(lane.index, lane.count).ok();
        let share = share.filter(|_| settings::is_session_id(&lane.session));
        let metrics = share.map(|share| settings::metrics_file(asked.metrics_dir, &lane.session, share));
        let metrics = metrics.and_then(|path| report::read(&path));
        if let Some(metrics) = &metrics {
            figures.add(metrics);
        }
        // The files of many sessions may be long.
        if at >= first_told {
            let life = share.map(|share| settings::log_file(asked.log_dir, &lane.session, share));
            let life = life.and_then(|path| Life::read(&path));
            traces.push(Traces { tallied, metrics, life });
        }
    }
    let spans = tallies.iter().map(|tally| (tally.first, tally.last));
    let axis = Axis::of(spans.chain(traces.iter().filter_map(Traces::span)));
    let told: Vec<_> = lanes[first_told..].iter().map(|(lane, _)| lane.clone()).collect();
    let schema = asked.plan.schema();
    let mut fold = Fold::new(&axis, schema, asked.session, told);
    entries::pages(&mut *journal, Entries::All, &mut |page| {
        page.iter().for_each(|entry| fold.add(entry));
        Ok(())
    })?;
    let mut instances = Vec::with_capacity(traces.len());
    for ((lane, steps), traces) in std::mem::take(&mut fold.lanes).into_iter().zip(traces) {
        instances.push(instance(&lane, steps, &traces, &axis, asked.now));
        if let Some(life) = traces.life {
            faults.add_faults(life);
        }
    }
    let issues = issues(&mut *journal, asked.session)?;
    let left = if asked.session.is_none() { left(ports, &all)? } else { None };
    let seen = Seen { tallies, lane_count: lanes.len(), left, issues, instances, faults };
    Ok(found(asked, seen, fold, figures))
}

/// What was read beside the log's rows.
struct Seen {
    tallies: Vec<LogTally>,
    lane_count: usize,
    left: Option<u64>,
    issues: Vec<IssueFound>,
    instances: Vec<InstanceFound>,
    faults: Life,
}

fn found(asked: &Asked<'_>, seen: Seen, fold: Fold<'_>, mut figures: Figures) -> Found {
    let Seen { tallies, lane_count, left, issues, instances, faults } = seen;
    let Fold { axis, success, failed, skipped, rows, shred_millis, done_at, failed_at, .. } = fold;
    let more_failures = fold.groups.others;
    let groups = fold.groups.sorted(asked.file);
    let active_seconds = active_seconds(&tallies);
    let documents = success + failed + skipped;
    let minutes = active_seconds / 60.0;
    let documents_per_minute = if minutes > 0.0 { (documents as f64 / minutes).round() } else { 0.0 };
    let told = |(amount, beside, key), is_slow| {
        let (shred_milliseconds, rows) = if is_slow { (amount, beside) } else { (beside, amount) };
        DocumentFound { key: key_json(&key), shred_milliseconds, rows }
    };
    let schema: &TargetSchema = asked.plan.schema();
    let tables = figures.tables(schema.tables.iter().map(|table| table.name.clone()));
    let parts = axis.parts.iter().map(|part| PartFound { from: utc(part.from), step: part.first });
    let mut found = Found {
        version: VERSION,
        program: concat!("xmlshred ", env!("CARGO_PKG_VERSION")),
        made_at: utc(asked.now),
        session: asked.session.map(str::to_owned),
        verdict: String::new(),
        state: instances.iter().map(|instance| instance.state).max().unwrap_or(State::Completed),
        next: Vec::new(),
        success,
        failed,
        skipped,
        left,
        rows,
        first: tallies.iter().map(|tally| tally.first).min().map(utc),
        last: tallies.iter().map(|tally| tally.last).max().map(utc),
        active_seconds,
        documents_per_minute,
        session_count: sessions(&tallies),
        timeline: TimelineFound {
            seconds_per_step: axis.step as f64 / 1e6,
            parts: parts.collect(),
            documents: done_at,
            failed: failed_at,
            axis: axis.clone(),
        },
        more_instances: lane_count - instances.len(),
        instances,
        metrics: MetricsFound {
            files: figures.file_count,
            instances: lane_count as u64,
            documents: figures.documents,
            stages: (figures.file_count > 0).then_some(figures.stages),
            shred_seconds_logged: shred_millis as f64 / 1e3,
            tables,
            retries: figures.retries,
            splits: figures.splits,
        },
        failures: failures::answers(&groups, schema),
        more_failures,
        issues,
        contract: contract(asked, &tallies),
        slowest: fold.slowest.into_kept().into_iter().map(|kept| told(kept, true)).collect(),
        largest: fold.largest.into_kept().into_iter().map(|kept| told(kept, false)).collect(),
        more_faults: faults.more_faults,
        faults: fault_list(faults.faults),
        drift: figures.drift,
        environments: figures.environments,
        sources: figures.sources.into_iter().collect(),
        targets: figures.targets.into_iter().collect(),
    };
    found.verdict = verdict::verdict(&found);
    found.next = verdict::next(&found);
    found
}

/// Instances with what the log says of them in all, those last heard of behind.
fn lanes(tallies: &[LogTally]) -> Vec<(LaneId, LogTally)> {
    let mut lanes: BTreeMap<(&str, u32, u32), LogTally> = BTreeMap::new();
    for tally in tallies {
        let id = (&*tally.session_id, tally.instance_id, tally.instance_count);
        match lanes.get_mut(&id) {
            None => {
                lanes.insert(id, tally.clone());
            }
            Some(sum) => {
                sum.success_count += tally.success_count;
                sum.failed_count += tally.failed_count;
                sum.skipped_count += tally.skipped_count;
                sum.first = sum.first.min(tally.first);
                sum.last = sum.last.max(tally.last);
            }
        }
    }
    let mut last_of: BTreeMap<&str, UtcMicros> = BTreeMap::new();
    for tally in tallies {
        let last = last_of.entry(&tally.session_id).or_insert(tally.last);
        *last = tally.last.max(*last);
    }
    let mut lanes: Vec<_> = lanes
        .into_iter()
        .map(|((session, index, count), sum)| (LaneId { session: session.to_owned(), index, count }, sum))
        .collect();
    // Instances of a session stay together.
    lanes.sort_by_key(|(lane, _)| (last_of[&*lane.session], lane.session.clone(), lane.index));
    lanes
}

fn sessions(tallies: &[LogTally]) -> usize {
    tallies.iter().map(|tally| &tally.session_id).collect::<std::collections::BTreeSet<_>>().len()
}

/// In which at least one session was at work: spans that overlap count once.
fn active_seconds(tallies: &[LogTally]) -> f64 {
    let mut spans: BTreeMap<(&str, u32), (UtcMicros, UtcMicros)> = BTreeMap::new();
    for tally in tallies {
        let span = spans.entry((&tally.session_id, tally.instance_id)).or_insert((tally.first, tally.last));
        *span = (span.0.min(tally.first), span.1.max(tally.last));
    }
    let mut spans: Vec<_> = spans.into_values().collect();
    spans.sort_unstable();
    let (mut sum, mut end) = (0, UtcMicros::MIN);
    for (from, to) in spans {
        sum += to.saturating_sub(from.max(end)).max(0);
        end = end.max(to);
    }
    sum as f64 / 1e6
}

fn no_such_session(session: &str, all: &[LogTally]) -> CommandError {
    let mut known: Vec<_> = all.iter().map(|tally| (tally.last, &*tally.session_id)).collect();
    known.sort_unstable();
    known.reverse();
    let mut names: Vec<String> = Vec::new();
    for (_, name) in known {
        if names.len() < 5 && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    CommandError::NoSuchSession { session: session.to_owned(), last: names }
}

fn issues(journal: &mut dyn Journal, session: Option<&str>) -> Result<Vec<IssueFound>, CommandError> {
    let issues =
        journal.issues(session).map_err(|error| CommandError::port("cannot read the issues", error))?;
    let told = |tally: xmlshred_engine::ports::IssueTally| {
        let xmlshred_engine::ports::IssueTally { table, column, code, count, document_count } = tally;
        let known = IssueCode::ALL.iter().find(|known| known.as_str() == code);
        IssueFound {
            issue: IssueCount { table, column, code, count },
            documents: document_count,
            meaning: known.map(|code| code.explanation()),
        }
    };
    Ok(issues.into_iter().map(told).collect())
}

/// Documents that no run has processed; `None` where the source is not at hand, which a report can do without.
fn left(ports: &dyn Ports, tallies: &[LogTally]) -> Result<Option<u64>, CommandError> {
    let whole = Selection { range: KeyRange::default(), share: Share::WHOLE, failed: FailedDocuments::Leave };
    let logged: u64 = tallies.iter().map(LogTally::document_count).sum();
    let Ok(mut source) = ports.source() else { return Ok(None) };
    let counted = source.count(&whole);
    let counted = counted.map_err(|error| CommandError::port("cannot count the documents", error))?;
    let sees_journal = source.sees_journal();
    Ok(counted.map(|counted| if sees_journal { counted } else { counted.saturating_sub(logged) }))
}

fn contract(asked: &Asked<'_>, tallies: &[LogTally]) -> ContractFound {
    let contract = asked.plan.contract();
    let mut uses = verify::contracts(tallies);
    // To the microsecond, and not as they are told.
    let began = |hash: &str| {
        let its = tallies.iter().filter(|tally| tally.contract_hash == hash);
        its.map(|tally| (tally.first, tally.last)).min()
    };
    uses.sort_by_key(|used| began(&used.hash));
    let now = (&*contract.hash, &*asked.file.text);
    let change = |from: &str, to: &str| texts::change(from, to, asked.metrics_dir, now);
    let last = uses.last().map(|used| used.hash.clone());
    let before = uses.len().checked_sub(2).map(|at| uses[at].hash.clone());
    ContractFound {
        name: contract.name.clone(),
        file: asked.file.path.display().to_string(),
        hash: contract.hash.clone(),
        change: before.zip(last.as_ref()).map(|(from, to)| change(&from, to)),
        change_since: last.filter(|last| *last != contract.hash).map(|last| change(&last, &contract.hash)),
        uses,
    }
}

fn fault_list(faults: BTreeMap<String, Fault>) -> Vec<FaultFound> {
    let mut faults: Vec<_> = faults.into_values().collect();
    faults.sort_by_key(|fault| fault.first);
    let told = |fault: Fault| {
        let Fault { level, text, count, first, last } = fault;
        FaultFound { level, text, count, first: utc(first), last: utc(last) }
    };
    faults.into_iter().map(told).collect()
}
