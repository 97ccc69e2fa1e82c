//! The end of a run, however it ended: metrics file, summary, exit code.

use std::io::Write;

use tracing::{error, info};
use xmlshred_engine::ports::FailedDocuments;
use xmlshred_engine::{Ended, RunSettings, RunSummary};
use xmlshred_model::{KeyRange, shown};

use super::job::Job;
use super::started::Started;

use crate::console::{self, CRITICAL, SUMMARY};
use crate::database::key_json;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::report::{self, ContractFields, DriftFields, RunReport, SettingsFields, Tally};

/// Tells how the run ended.
///
/// # Errors
/// Those of the run.
pub(super) fn finish(
    job: &Job,
    started: Started,
    tally: &Tally,
    ended: Result<RunSummary, CommandError>,
) -> Result<Exit, CommandError> {
    let documents = tally.documents();
    let has_begun = documents.processed + documents.already_done > 0;
    let ended = ended.map_err(|error| if has_begun { CommandError::Begun(Box::new(error)) } else { error });
    let report = report(job, started, tally, ended.as_ref());
    if let Err(error) = &ended {
        let message = console::with_causes(error);
        match error.hint() {
            Some(hint) => error!(target: CRITICAL, "{message}; {hint}"),
            None => error!(target: CRITICAL, "{message}"),
        }
    }
    let path = job.reporting.metrics_file(job.identity.share);
    match report::write(&report, &path) {
        Ok(()) => info!("Metrics: {}", path.display()),
        Err(error) => error!("{}", console::with_causes(&error)),
    }
    let mut lines = report::lines(&report);
    if let Ok(summary) = &ended {
        let command = if job.chosen.is_some() { "retry" } else { "run" };
        lines.extend(report::next(command, exit_of(summary, tally), &report.documents));
    }
    for line in &lines {
        info!(target: SUMMARY, "{line}");
    }
    let mut out = std::io::stdout().lock();
    if job.json {
        let line = serde_json::to_string(&report).map_err(std::io::Error::from)?;
        // As below.
        let _ = writeln!(out, "{line}");
    } else if ended.is_ok() || report.documents.processed > 0 {
        // The exit code tells about the documents, whether or not this was heard.
        let _ = lines.iter().try_for_each(|line| writeln!(out, "{}", shown(line)));
    }
    let summary = ended?;
    Ok(exit_of_process(job, &summary, tally))
}

/// Whoever follows is stopped in the end: that is how it is meant to end.
fn exit_of_process(job: &Job, summary: &RunSummary, tally: &Tally) -> Exit {
    if job.follow.is_some() { Exit::Done } else { exit_of(summary, tally) }
}

fn exit_of(summary: &RunSummary, tally: &Tally) -> Exit {
    match summary.ended {
        Ended::Interrupted => Exit::Interrupted,
        Ended::Completed | Ended::LimitReached if tally.documents().failed > 0 => Exit::SomeFailed,
        Ended::Completed | Ended::LimitReached => Exit::Done,
    }
}

fn report(
    job: &Job,
    started: Started,
    tally: &Tally,
    ended: Result<&RunSummary, &CommandError>,
) -> RunReport {
    let (ended, exit, error) = match ended {
        Ok(summary) => (word(summary.ended), exit_of_process(job, summary, tally), None),
        Err(error) => {
            let exit = error.exit();
            let word = if exit == Exit::Interrupted { word(Ended::Interrupted) } else { "failed" };
            (word, exit, Some(console::with_causes(error)))
        }
    };
    let contract = job.plan.contract();
    let schema = job.plan.schema();
    let documents = tally.documents();
    let elapsed_seconds = started.clock.elapsed().as_secs_f64();
    let (documents_per_minute, megabytes_per_second) = RunReport::rates(&documents, elapsed_seconds);
    RunReport {
        version: report::VERSION,
        program: format!("xmlshred {}", env!("CARGO_PKG_VERSION")),
        session_id: job.identity.session_id.clone(),
        instance_id: job.identity.share.index(),
        instance_count: job.identity.share.count(),
        contract: ContractFields {
            name: contract.name.clone(),
            file: job.contract_file.path.display().to_string(),
            hash: contract.hash.clone(),
        },
        source: job.connection.source_text(&contract.source),
        target: job.connection.target_text(),
        settings: settings(&job.settings),
        started_at: timestamp(started.at),
        finished_at: timestamp(jiff::Timestamp::now()),
        elapsed_seconds,
        ended: ended.to_owned(),
        exit_code: exit.code(),
        error,
        documents,
        documents_per_minute,
        megabytes_per_second,
        failures: tally.failures(),
        issues: tally.issues(schema),
        tables: tally.tables(schema),
        stages: tally.stages(),
        drift: drift(job),
        retry_count: tally.retry_count(),
        split_count: tally.split_count(),
        peak_memory_bytes: report::peak_bytes(),
    }
}

/// What the sample held that nobody reads.
fn drift(job: &Job) -> Option<DriftFields> {
    let (sample, watch) = job.drift.as_ref().zip(job.watch.as_ref())?;
    Some(DriftFields::new(watch.drift(), sample))
}

fn settings(settings: &RunSettings) -> SettingsFields {
    let RunSettings {
        workers,
        batch_size,
        range: KeyRange { start, end },
        failed,
        limit,
        max_failures,
        dry_run,
        limits: _,
        batch: _,
        chunk: _,
        retry: _,
        reached_before: _,
    } = settings;
    SettingsFields {
        workers: workers.get(),
        batch_size: batch_size.get(),
        key_start: start.as_ref().map(key_json),
        key_end: end.as_ref().map(key_json),
        limit: *limit,
        retry_failed: *failed != FailedDocuments::Leave,
        max_failures: max_failures.to_string(),
        dry_run: !dry_run.writes(),
    }
}

fn word(ended: Ended) -> &'static str {
    match ended {
        Ended::Completed => "completed",
        Ended::LimitReached => "limit-reached",
        Ended::Interrupted => "interrupted",
    }
}

fn timestamp(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
