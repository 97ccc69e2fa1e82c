//! What it costs a run to look for drift: whole runs on SQLite, with every document looked at and with none, in turns. One in a hundred, as runs look at,
//! costs a hundredth of the difference, which by itself would be lost among what differs from run to run.

use serde_json::json;

use super::documents;
use super::extent::Extent;
use super::median::median;
use super::results::{Figures, Measured, Table};
use super::sqlite;
use crate::workspace::Error;

/// Runs of each kind; their median counts.
const ROUND_COUNT: usize = 5;
/// One document in so many is looked at unless a run is told otherwise.
const SAMPLE: f64 = 100.0;
/// The most that it may cost, in percent.
const MOST: f64 = 2.0;

/// Measures.
///
/// # Errors
/// When a run fails, or looking costs more than it may.
pub(super) fn measure(extent: &Extent) -> Result<Measured, Error> {
    let mut rows = Vec::new();
    let mut costs = Vec::new();
    for (count, average_bytes) in [(extent.small_count / 4, 5_000), (extent.large_count / 2, 50_000)] {
        let documents = documents::prepare(count, average_bytes)?;
        let (mut none, mut all) = (Vec::new(), Vec::new());
        for _ in 0..ROUND_COUNT {
            for (sample, seconds) in [("off", &mut none), ("1", &mut all)] {
                let run = sqlite::run(&documents, 1, None, &["--drift-sample", sample])?;
                let Some(cpu_seconds) = run.cpu_seconds else {
                    let why = "the system does not tell the time of processes".to_owned();
                    return Ok(Measured::Skipped { what: "drift", why });
                };
                seconds.push(cpu_seconds);
            }
        }
        let (none, all) = (median(&none), median(&all));
        let cost = (all / none - 1.0) * 100.0 / SAMPLE;
        let name = format!("{count} documents of {} KB", average_bytes / 1000);
        rows.push((name, vec![format!("{none:.2}"), format!("{all:.2}"), format!("{cost:.2}")]));
        costs.push(cost);
    }
    if costs.iter().any(|cost| *cost > MOST) {
        return Err(format!("looking for drift costs {costs:?} % of a run, and may cost {MOST} %").into());
    }
    let title = "looking for drift, processor seconds of whole runs".to_owned();
    let table = Table { title, columns: vec!["off", "in all", "1 in 100: %"], rows };
    let note = format!("medians of {ROUND_COUNT} runs of each kind, in turns");
    let json = json!({ "percent_of_a_run": costs }).as_object().cloned().unwrap_or_default();
    Ok(Measured::Done(Figures { tables: vec![table], notes: vec![note], json }))
}
