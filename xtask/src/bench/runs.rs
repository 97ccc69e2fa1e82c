//! Whole runs: `xmlshred run`, the clock, the peak of memory, and what the run's own metrics say.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::place::{folder, program};
use crate::workspace::Error;

/// What is run.
#[derive(Clone, Debug)]
pub(super) struct Job<'a> {
    /// `--contract`
    pub(super) contract: &'a Path,
    /// Arguments that say where documents come from and rows go to.
    pub(super) databases: &'a [&'a str],
    /// `--workers`
    pub(super) workers: u32,
    /// `--limit`
    pub(super) limit: Option<u32>,
    /// Further flags.
    pub(super) flags: &'a [&'a str],
}

/// One measured run.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// `--workers`
    pub(super) workers: u32,
    /// Documents processed.
    pub(super) document_count: u64,
    /// Their bytes.
    pub(super) byte_count: u64,
    /// From start to exit of the process.
    pub(super) duration: Duration,
    /// Time of all cores together, where the system tells (Linux), to a hundredth of a second.
    pub(super) cpu_seconds: Option<f64>,
    /// All loaders' time in commits that succeeded.
    pub(super) load_seconds: f64,
    /// Peak of resident memory, where the system tells (Linux).
    pub(super) peak_bytes: Option<u64>,
}

impl Run {
    /// Documents per second.
    pub(super) fn documents_per_second(&self) -> f64 {
        self.document_count as f64 / self.duration.as_secs_f64()
    }

    /// Bytes of documents per second.
    pub(super) fn bytes_per_second(&self) -> f64 {
        self.byte_count as f64 / self.duration.as_secs_f64()
    }

    /// Name of a row of a table.
    pub(super) fn name(&self, average_bytes: u32) -> String {
        let Self { workers, document_count, .. } = self;
        let plural = if *workers == 1 { "" } else { "s" };
        format!("{document_count} documents of {} KB, {workers} worker{plural}", average_bytes / 1000)
    }

    /// Peak of memory for a table.
    pub(super) fn peak_megabytes(&self) -> String {
        self.peak_bytes.map_or_else(|| "?".to_owned(), |bytes| format!("{:.0}", bytes as f64 / 1e6))
    }

    /// For programs.
    pub(super) fn to_json(&self, average_bytes: u32) -> Value {
        json!({
            "average_bytes": average_bytes,
            "workers": self.workers,
            "documents": self.document_count,
            "bytes": self.byte_count,
            "seconds": self.duration.as_secs_f64(),
            "load_seconds": self.load_seconds,
            "documents_per_minute": self.documents_per_second() * 60.0,
            "bytes_per_second": self.bytes_per_second(),
            "peak_bytes": self.peak_bytes,
        })
    }
}

/// Runs.
///
/// # Errors
/// When the run ends otherwise than with the demo's failed documents.
pub(super) fn measure(job: &Job<'_>) -> Result<Run, Error> {
    let Job { contract, databases, workers, limit, flags } = job;
    println!("xmlshred run, {workers} worker(s) …");
    let metrics = folder().join("metrics");
    if metrics.exists() {
        fs::remove_dir_all(&metrics)?;
    }
    let mut command = Command::new(program());
    command
        .args(["run", "--create-tables", "--progress", "off", "--log-level", "ERROR"])
        .args(["--workers", &workers.to_string(), "--contract"])
        .arg(contract)
        .args(*databases)
        .args(*flags)
        .arg("--log-dir")
        .arg(folder().join("logs"))
        .arg("--metrics-dir")
        .arg(&metrics)
        .stdout(Stdio::null());
    if let Some(limit) = limit {
        command.args(["--limit", &limit.to_string()]);
    }
    let (started, busy) = (Instant::now(), children_seconds());
    let code = command.status()?.code();
    let duration = started.elapsed();
    let cpu_seconds = children_seconds().zip(busy).map(|(after, before)| after - before);
    if !matches!(code, Some(0 | 3)) {
        return Err(format!("xmlshred run ended with {code:?}").into());
    }
    let files =
        fs::read_dir(&metrics)?.map(|file| file.map(|file| file.path())).collect::<Result<Vec<_>, _>>()?;
    let is_metrics =
        |file: &&std::path::PathBuf| file.extension().is_some_and(|extension| extension == "json");
    let file = files.iter().find(is_metrics).ok_or("the run wrote no metrics")?;
    let metrics: Value = serde_json::from_slice(&fs::read(file)?)?;
    let count = |value: &Value| value.as_u64().ok_or("the metrics lack a count");
    Ok(Run {
        workers: *workers,
        document_count: count(&metrics["documents"]["processed"])?,
        byte_count: count(&metrics["documents"]["bytes"])?,
        duration,
        cpu_seconds,
        load_seconds: metrics["stages"]["load"]["seconds"].as_f64().ok_or("the metrics lack a time")?,
        peak_bytes: metrics["peak_memory_bytes"].as_u64(),
    })
}

/// Processor time of all processes that this one has started and that have ended. See `cutime` in proc_pid_stat(5), in ticks of a hundredth of a second.
fn children_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name, which may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(13).take(2).map(str::parse::<u64>);
    let (user, system) = (times.next()?.ok()?, times.next()?.ok()?);
    Some((user + system) as f64 / 100.0)
}
