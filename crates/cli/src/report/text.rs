//! The report of a run in lines for people.

use std::time::Duration;

use super::RunReport;
use super::document::{DocumentCounts, StageTime};
use super::drift::DriftFields;
use crate::console::{count, duration, megabytes};
use crate::exit::Exit;

/// The summary, line by line. The words before the colons are stable: people grep for them.
pub(crate) fn lines(report: &RunReport) -> Vec<String> {
    let documents = &report.documents;
    let mut lines = vec![
        format!("Session: {} ({}{})", report.session_id, report.ended, dry(report)),
        format!("Documents processed: {}", count(documents.processed)),
        format!("Successful: {}", count(documents.success)),
        format!("Failed: {}", count(documents.failed)),
    ];
    for failure in &report.failures {
        lines.push(format!("  {}: {}: {}", failure.stage, failure.code, count(failure.count)));
    }
    if documents.skipped > 0 {
        lines.push(format!("Skipped: {}", count(documents.skipped)));
    }
    if documents.already_done > 0 {
        lines.push(format!("Already done by others: {}", count(documents.already_done)));
    }
    let issues: u64 = report.issues.iter().map(|issue| issue.count).sum();
    lines.push(format!("Issues: {}", count(issues)));
    for issue in &report.issues {
        lines.push(format!("  {}.{}: {}: {}", issue.table, issue.column, issue.code, count(issue.count)));
    }
    let rows: u64 = report.tables.iter().map(|table| table.rows).sum();
    lines.push(format!("Rows: {}", count(rows)));
    for table in report.tables.iter().filter(|table| table.rows > 0) {
        lines.push(format!("  {}: {}", table.table, count(table.rows)));
    }
    let elapsed = Duration::try_from_secs_f64(report.elapsed_seconds).unwrap_or_default();
    lines.push(format!(
        "Throughput: {} documents/min, {:.1} MB/s ({} in {})",
        count(report.documents_per_minute.round() as u64),
        report.megabytes_per_second,
        megabytes(documents.bytes),
        duration(elapsed)
    ));
    let stages = &report.stages;
    lines.push(format!(
        "Time per stage (overlapping): fetch {}, shred {}, load {}",
        time(stages.fetch),
        time(stages.shred),
        time(stages.load)
    ));
    if report.retry_count + report.split_count > 0 {
        lines.push(format!(
            "Faults: {} tries again, {} batches split",
            count(report.retry_count),
            count(report.split_count)
        ));
    }
    lines.extend(report.drift.iter().flat_map(DriftFields::lines));
    lines.push(verdict(report, elapsed));
    lines
}

/// How a run ended, in one line: `Done: 9,629 loaded, 371 failed, 0 left in 3.5 s`.
fn verdict(report: &RunReport, elapsed: Duration) -> String {
    let DocumentCounts { success, failed, skipped, already_done, left, .. } = report.documents;
    let exit = Exit::from_code(Some(report.exit_code.into()));
    let word = match (exit, report.ended.as_str()) {
        (Exit::Stopped | Exit::Usage, _) => "Stopped",
        (Exit::Interrupted, _) => "Interrupted",
        (Exit::Done | Exit::SomeFailed, "limit-reached") => "Limit reached",
        (Exit::Done | Exit::SomeFailed, _) => "Done",
    };
    let mut parts = match report.settings.dry_run {
        false => vec![format!("{} loaded", count(success)), format!("{} failed", count(failed))],
        true => {
            vec![format!("{} would be loaded", count(success)), format!("{} would fail", count(failed))]
        }
    };
    if skipped > 0 {
        parts.push(format!("{} skipped", count(skipped)));
    }
    if already_done > 0 {
        parts.push(format!("{} done by others", count(already_done)));
    }
    parts.extend(left.map(|left| format!("{} left", count(left))));
    format!("{word}: {} in {}", parts.join(", "), duration(elapsed))
}

/// What to type after a command, `run` or `launch`, that ended like this; nothing where its error says so, or nothing is left to do.
pub(crate) fn next(command: &str, exit: Exit, documents: &DocumentCounts) -> Vec<String> {
    let mut lines = Vec::new();
    let earlier = documents.failed_before;
    let earlier_failures = if earlier == 1 {
        "1 earlier failure".to_owned()
    } else {
        format!("{} earlier failures", count(earlier))
    };
    match exit {
        Exit::SomeFailed => {
            let besides = if earlier > 0 { format!(" (and of {earlier_failures})") } else { String::new() };
            lines.push(format!(
                "Next: `xmlshred failures` tells why{besides}; when that is mended, `xmlshred retry` tries {} again",
                if documents.failed + earlier == 1 { "it" } else { "them" }
            ));
        }
        Exit::Interrupted => {
            lines.push(format!("Next: the same `xmlshred {command}` goes on where this one was interrupted"));
        }
        Exit::Done if earlier > 0 => {
            let remain = if earlier == 1 { "remains" } else { "remain" };
            lines.push(format!("{earlier_failures} {remain}: xmlshred failures"));
        }
        Exit::Done | Exit::Stopped | Exit::Usage => {}
    }
    lines
}

fn dry(report: &RunReport) -> &'static str {
    if report.settings.dry_run { ", dry run: nothing was written" } else { "" }
}

fn time(stage: StageTime) -> String {
    duration(Duration::try_from_secs_f64(stage.seconds).unwrap_or_default())
}
