//! The part on SQLite: whole runs, on a fresh copy of the demo database each, and [`sqlite_loading`].

use std::fs;

use super::documents::{self, Documents};
use super::extent::Extent;
use super::one_thread::{self, Speed};
use super::place::{folder, remove_database};
use super::results::{Figures, Measured, Table};
use super::runs::{self, Job, Run};
use super::sqlite_loading;
use crate::workspace::Error;

/// Measures.
///
/// # Errors
/// When something cannot be built or a run fails.
pub(super) fn measure(extent: &Extent) -> Result<Measured, Error> {
    let small = documents::prepare(extent.small_count, 5_000)?;
    let large = documents::prepare(extent.large_count, 50_000)?;
    let (reference, _) =
        one_thread::reference(large.average_bytes, extent.shredded_bytes / large.average_bytes)?;
    let mut measured = Vec::new();
    for documents in [&small, &large] {
        for workers in [1, 2] {
            measured.push((documents.average_bytes, run(documents, workers, None, &[])?));
        }
    }
    // The last: a tenth of the documents of one of the others.
    measured.push((small.average_bytes, run(&small, 2, Some(extent.small_count / 10), &[])?));
    let mut all = figures(&reference, &measured);
    all.extend(sqlite_loading::measure(extent)?);
    Ok(Measured::Done(all))
}

/// A run over all documents, or the first of them.
///
/// # Errors
/// When it fails.
pub(super) fn run(
    documents: &Documents,
    workers: u32,
    limit: Option<u32>,
    flags: &[&str],
) -> Result<Run, Error> {
    let database = folder().join("work.db");
    remove_database(&database)?;
    fs::copy(documents.dir.join("demo.db"), &database)?;
    let url = format!("sqlite:{}", database.display());
    let contract = documents.contract();
    let run =
        runs::measure(&Job { contract: &contract, databases: &["--url", &url], workers, limit, flags })?;
    remove_database(&database)?;
    Ok(run)
}

fn figures(reference: &Speed, runs: &[(u32, Run)]) -> Figures {
    let ratio = |bytes_per_second: f64| bytes_per_second / reference.bytes_per_second;
    let speed = |bytes_per_second: f64| {
        [format!("{:.0}", bytes_per_second / 1e6), format!("{:.2}", ratio(bytes_per_second))]
    };
    let run_rows = runs.iter().map(|(average_bytes, run)| {
        let mut figures = speed(run.bytes_per_second()).to_vec();
        figures.push(format!("{:.0}", run.documents_per_second() * 60.0));
        figures.push(run.peak_megabytes());
        (run.name(*average_bytes), figures)
    });
    let table = Table {
        title: "end to end on SQLite".to_owned(),
        columns: vec!["MB/s", "ratio", "docs/min", "peak MB"],
        rows: run_rows.collect(),
    };
    let memory_ratio = memory_ratio(runs);
    let mut notes = vec![format!(
        "ratios: to {} on one thread over documents of 50 KB, {:.0} MB/s",
        reference.name,
        reference.bytes_per_second / 1e6
    )];
    notes.extend(memory_ratio.map(|ratio| format!("peak memory for ten times the documents: × {ratio:.2}")));
    let runs: Vec<_> = runs.iter().map(|(average_bytes, run)| run.to_json(*average_bytes)).collect();
    let json = [
        ("reference_bytes_per_second".to_owned(), reference.bytes_per_second.into()),
        ("runs".to_owned(), runs.into()),
        ("memory_ratio_of_ten_times".to_owned(), memory_ratio.into()),
    ];
    Figures { tables: vec![table], notes, json: json.into_iter().collect() }
}

/// Peak of the run over all documents by that of the last, which is over a tenth.
fn memory_ratio(runs: &[(u32, Run)]) -> Option<f64> {
    let ((average_bytes, few), all) = runs.split_last()?;
    let is_same_kind = |(bytes, run): &&(u32, Run)| bytes == average_bytes && run.workers == few.workers;
    let (_, many) = all.iter().find(is_same_kind)?;
    Some(many.peak_bytes? as f64 / few.peak_bytes? as f64)
}
