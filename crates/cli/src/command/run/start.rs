//! The first lines of a run: who, what, which part; and what the log says already.

use std::collections::BTreeSet;

use tracing::{info, warn};
use xmlshred_engine::ports::{Fault, LogTally, Ports, RunIdentity, Selection};
use xmlshred_engine::{RunError, RunSettings};
use xmlshred_mapping::contract::{Code, Places, Severity};

use super::job::Job;
use crate::console;
use crate::database;
use crate::error::CommandError;
use crate::settings::ContractProblems;
use crate::target_findings;

/// Says what begins. The words of `Concurrent Instances` are those of the predecessor.
pub(super) fn say_what_begins(job: &Job) {
    let contract = job.plan.contract();
    info!("xmlshred {}", env!("CARGO_PKG_VERSION"));
    info!("Session: {}", job.identity.session_id);
    info!("Contract: {} ({}, {})", contract.name, job.contract_file.path.display(), contract.hash);
    if job.contract_warning_count > 0 {
        warn!("Warnings about the contract: {}; `xmlshred check` shows them", job.contract_warning_count);
    }
    info!("Source: {}", job.connection.source_text(&contract.source));
    info!("Target: {}", job.connection.target_text());
    if let Some(schema) = database::ignored_schema(&job.connection, &job.plan) {
        warn!("SQLite has no schemas: `target.schema: {schema}` is left out");
    }
    let share = job.identity.share;
    let instance = u64::from(share.index()) + 1;
    if share.count() > 1 {
        info!("Concurrent Instances: {instance}/{} (partition-based)", share.count());
    } else {
        info!("Concurrent Instances: 1/1");
    }
    if let Some(chosen) = &job.chosen {
        info!("Documents chosen to be processed again: {}", console::count(chosen.len() as u64));
    }
    info!("Workers: {}, documents per fetch: {}", job.settings.workers, job.settings.batch_size);
    if !job.settings.dry_run.writes() {
        info!("Dry run: nothing is written to the target");
    }
    info!("Log: {}", job.reporting.log_file(share).display());
}

/// That the source's keys fit the columns that take them. A source that cannot be asked is told by the run.
///
/// # Errors
/// When one of these columns can hold no key: every document would fail.
pub(super) fn refuse_unfit_keys(ports: &dyn Ports, job: &Job) -> Result<(), CommandError> {
    let Ok(key_type) = ports.key_type() else { return Ok(()) };
    let file = &job.contract_file;
    let mut diagnostics = target_findings::document_keys(&job.plan, key_type, &Places::of(&file.text));
    diagnostics.retain(|found| found.severity() == Severity::Error);
    match diagnostics.is_empty() {
        true => Ok(()),
        false => Err(Box::new(ContractProblems { file: file.clone(), diagnostics }).into()),
    }
}

/// The error of a run that a target without some columns has refused, with what else the target has against the contract, as `check` says it.
pub(super) fn with_all_differences(error: CommandError, job: &Job) -> CommandError {
    let is_about_names = matches!(
        &error,
        CommandError::Run(RunError::Port { error, .. })
            if matches!(error.fault, Fault::MissingTable { .. } | Fault::WrongTable { .. })
    );
    let differences =
        if is_about_names { database::differences(&job.connection, &job.plan) } else { return error };
    let Ok(differences) = differences else { return error };
    let file = &job.contract_file;
    let mut diagnostics = target_findings::differences(differences, &job.plan, &Places::of(&file.text));
    diagnostics.retain(|found| found.severity() == Severity::Error);
    let (missing, others): (Vec<_>, Vec<_>) =
        diagnostics.iter().partition(|found| found.code == Code::TargetMissing);
    if missing.is_empty() || others.is_empty() {
        return error;
    }
    Box::new(ContractProblems { file: file.clone(), diagnostics }).into()
}

/// How many documents of the run's share and range the log has as failed: the run leaves them. A log that cannot be read is told by the run.
pub(super) fn failed_before(ports: &dyn Ports, job: &Job) -> u64 {
    let RunSettings { range, failed, .. } = &job.settings;
    let selection = Selection { range: range.clone(), share: job.identity.share, failed: *failed };
    ports.journal().and_then(|mut journal| journal.logged(&selection)).map_or(0, |logged| logged.failed_count)
}

/// Says once what the log holds of other runs, so that nobody is surprised by what is left out. A log that cannot be
/// read is no reason to say so here: the run will, with the right hint.
pub(super) fn say_what_the_log_holds(ports: &dyn Ports, identity: &RunIdentity) {
    let Ok(tallies) = ports.journal().and_then(|mut journal| journal.tally()) else { return };
    let documents =
        |tallies: &[&LogTally]| console::count(tallies.iter().map(|tally| tally.document_count()).sum());
    let all: u64 = tallies.iter().map(LogTally::document_count).sum();
    if all > 0 {
        let sum = |count: fn(&LogTally) -> u64| tallies.iter().map(count).sum::<u64>();
        let skipped = match sum(|tally| tally.skipped_count) {
            0 => String::new(),
            skipped => format!(", {} skipped", console::count(skipped)),
        };
        info!(
            "Already in processing_log: {} documents ({} successful, {} failed{skipped})",
            console::count(all),
            console::count(sum(|tally| tally.success_count)),
            console::count(sum(|tally| tally.failed_count))
        );
    }
    let other_contract: Vec<_> =
        tallies.iter().filter(|tally| tally.contract_hash != identity.contract_hash).collect();
    if !other_contract.is_empty() {
        let hashes: BTreeSet<_> = other_contract.iter().map(|tally| tally.contract_hash.as_str()).collect();
        warn!(
            "processing_log holds {} documents processed with another text of this contract ({}); they are left as they are. \
             Is it another contract? Then give each a `name`",
            documents(&other_contract),
            hashes.into_iter().collect::<Vec<_>>().join(", ")
        );
    }
    let count = identity.share.count();
    let other_count: Vec<_> = tallies.iter().filter(|tally| tally.instance_count != count).collect();
    if !other_count.is_empty() {
        let counts: BTreeSet<_> = other_count.iter().map(|tally| tally.instance_count).collect();
        let counts: Vec<_> = counts.iter().map(u32::to_string).collect();
        info!(
            "processing_log holds {} documents processed with another instance count ({}, now {count}); \
             no document is lost or done twice by that",
            documents(&other_count),
            counts.join(", ")
        );
    }
}
