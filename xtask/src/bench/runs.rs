//! Whole runs on SQLite: a fresh copy of the demo database, `xmlshred run`, the clock and the peak of memory.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::documents::{Documents, totals};
use super::program;
use crate::Error;

/// One measured run.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// Average size that the demo was asked for.
    pub(super) average_bytes: u32,
    /// `--workers`
    pub(super) workers: u32,
    /// Documents processed.
    pub(super) document_count: u64,
    /// Their bytes.
    pub(super) byte_count: u64,
    /// From start to exit of the process.
    pub(super) duration: Duration,
    /// Peak of resident memory, where the system tells (Linux).
    pub(super) peak_bytes: Option<u64>,
}

impl Run {
    /// Documents per minute.
    pub(super) fn documents_per_minute(&self) -> f64 {
        self.document_count as f64 * 60.0 / self.duration.as_secs_f64()
    }

    /// Bytes of documents per second.
    pub(super) fn bytes_per_second(&self) -> f64 {
        self.byte_count as f64 / self.duration.as_secs_f64()
    }
}

/// Runs over all documents, or the first `limit`.
///
/// # Errors
/// When the run ends otherwise than with the demo's failed documents.
pub(super) fn measure(documents: &Documents, workers: u32, limit: Option<u32>) -> Result<Run, Error> {
    let Documents { dir, average_bytes, count, byte_count } = documents;
    let database = dir.join("work.db");
    remove(&database)?;
    fs::copy(dir.join("demo.db"), &database)?;
    let (document_count, byte_count) = match limit {
        Some(limit) => totals(&database, limit)?,
        None => (*count, *byte_count),
    };
    println!("{document_count} documents of {average_bytes} bytes on average, {workers} workers …");
    let mut command = Command::new(program());
    command
        .args([
            "run",
            "--progress",
            "off",
            "--log-level",
            "ERROR",
            "--workers",
            &workers.to_string(),
            "--contract",
        ])
        .arg(dir.join("contract.yaml"))
        .arg("--url")
        .arg(format!("sqlite:{}", database.display()))
        .arg("--log-dir")
        .arg(dir.join("logs"))
        .arg("--metrics-dir")
        .arg(dir.join("metrics"))
        .stdout(Stdio::null());
    if let Some(limit) = limit {
        command.args(["--limit", &limit.to_string()]);
    }
    let started = Instant::now();
    let mut child = command.spawn()?;
    let (code, peak_bytes) = wait(&mut child)?;
    let duration = started.elapsed();
    remove(&database)?;
    if !matches!(code, Some(0 | 3)) {
        return Err(format!("xmlshred run ended with {code:?}").into());
    }
    Ok(Run { average_bytes: *average_bytes, workers, document_count, byte_count, duration, peak_bytes })
}

/// Waits for the end of a process and reads its high-water mark until then. The mark only grows, so that the last
/// reading misses what happened in the last few milliseconds at most.
fn wait(child: &mut Child) -> Result<(Option<i32>, Option<u64>), Error> {
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak_bytes = None;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((status.code(), peak_bytes));
        }
        peak_bytes =
            fs::read_to_string(&status_file).ok().as_deref().and_then(high_water_mark).or(peak_bytes);
        thread::sleep(Duration::from_millis(5));
    }
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

fn remove(database: &Path) -> Result<(), Error> {
    for extension in ["db", "db-wal", "db-shm"] {
        match fs::remove_file(database.with_extension(extension)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_water_mark_is_read_in_bytes() {
        assert_eq!(
            high_water_mark("VmPeak:\t 9 kB\nVmHWM:\t    1204 kB\nVmRSS:\t 7 kB\n"),
            Some(1204 * 1024)
        );
        assert_eq!(high_water_mark("VmPeak:\t 9 kB\n"), None);
    }
}
