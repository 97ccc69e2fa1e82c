//! What was measured, as a table for people and as JSON.

use std::fmt::Write as _;
use std::process::Command;

use serde_json::{Value, json};

use super::runs::Run;
use super::shredding::Speed;

/// Version of the JSON: changes when a field changes its meaning.
const VERSION: u32 = 1;

/// All measurements of one call.
#[derive(Clone, Debug)]
pub(super) struct Results {
    /// Shredding and parsers; ratios refer to the first.
    pub(super) parsers: Vec<Speed>,
    /// Runs over all documents.
    pub(super) runs: Vec<Run>,
    /// The last of `runs`, over a tenth of its documents.
    pub(super) few: Run,
}

impl Results {
    /// The table.
    pub(super) fn to_text(&self) -> String {
        let mut text = format!("\n{} · {}\n\n", date(), machine());
        let mut line = |arguments: std::fmt::Arguments<'_>| {
            text.write_fmt(arguments).expect("writing to a string cannot fail");
            text.push('\n');
        };
        line(format_args!("{:<46}{:>10}{:>8}", "one thread, no database", "MB/s", "ratio"));
        for speed in &self.parsers {
            let ratio = speed.bytes_per_second / self.parsers[0].bytes_per_second;
            line(format_args!("  {:<44}{:>10.0}{:>8.2}", speed.name, speed.bytes_per_second / 1e6, ratio));
        }
        line(format_args!(
            "\n{:<46}{:>10}{:>8}{:>12}{:>10}",
            "end to end on SQLite", "MB/s", "ratio", "docs/min", "peak MB"
        ));
        for run in self.runs.iter().chain([&self.few]) {
            let name = format!(
                "{} documents of {} KB, {} worker{}",
                run.document_count,
                run.average_bytes / 1000,
                run.workers,
                if run.workers == 1 { "" } else { "s" }
            );
            line(format_args!(
                "  {name:<44}{:>10.0}{:>8.2}{:>12.0}{:>10}",
                run.bytes_per_second() / 1e6,
                run.bytes_per_second() / self.parsers[0].bytes_per_second,
                run.documents_per_minute(),
                run.peak_bytes.map_or_else(|| "?".to_owned(), |bytes| format!("{:.0}", bytes as f64 / 1e6)),
            ));
        }
        if let Some(ratio) = self.memory_ratio() {
            line(format_args!("\npeak memory for ten times the documents: × {ratio:.2}"));
        }
        line(format_args!("ratios: MB/s by those of `{}`", self.parsers[0].name));
        text
    }

    /// The same for programs.
    pub(super) fn to_json(&self) -> Value {
        let run = |run: &Run| {
            json!({
                "average_bytes": run.average_bytes,
                "workers": run.workers,
                "documents": run.document_count,
                "bytes": run.byte_count,
                "seconds": run.duration.as_secs_f64(),
                "documents_per_minute": run.documents_per_minute(),
                "bytes_per_second": run.bytes_per_second(),
                "peak_bytes": run.peak_bytes,
            })
        };
        json!({
            "version": VERSION,
            "date": date(),
            "machine": machine(),
            "one_thread": self.parsers.iter().map(|speed| {
                json!({
                    "name": speed.name,
                    "bytes_per_second": speed.bytes_per_second,
                    "ratio": speed.bytes_per_second / self.parsers[0].bytes_per_second,
                })
            }).collect::<Vec<_>>(),
            "runs": self.runs.iter().map(run).collect::<Vec<_>>(),
            "memory": { "tenth": run(&self.few), "ratio_of_ten_times": self.memory_ratio() },
        })
    }

    fn memory_ratio(&self) -> Option<f64> {
        let is_same_kind =
            |run: &&Run| (run.average_bytes, run.workers) == (self.few.average_bytes, self.few.workers);
        let many = self.runs.iter().find(is_same_kind)?.peak_bytes?;
        Some(many as f64 / self.few.peak_bytes? as f64)
    }
}

fn date() -> String {
    let output =
        Command::new("date").args(["-u", "+%F"]).output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}

fn machine() -> String {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| {
            line.strip_prefix("model name")?.split_once(':').map(|(_, model)| model.trim().to_owned())
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores, {}", std::env::consts::OS)
}
