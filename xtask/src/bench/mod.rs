//! `cargo xtask bench`: how fast, in ratios of one run on one machine.
//!
//! Life of a benchmark: release build → demo databases ([`documents`]) → shredding against bare parsers ([`shredding`], with
//! criterion underneath) → whole runs on SQLite ([`runs`]), with their peak memory → a table on the console and
//! `target/bench/latest.json` ([`results`]).

mod documents;
mod results;
mod runs;
mod shredding;

use std::process::Command;

use crate::{Error, root};

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// Documents of 5 KB on average, of which a tenth is the smaller of the two memory measurements.
    small_count: u32,
    /// Documents of 50 KB on average.
    large_count: u32,
    /// Documents that are shredded without a database.
    shredded_count: u32,
}

/// Minutes: for numbers that are quoted.
pub(crate) const FULL: Extent = Extent { small_count: 200_000, large_count: 10_000, shredded_count: 500 };

/// Less than a minute, once everything is built: for a look.
pub(crate) const QUICK: Extent = Extent { small_count: 3_000, large_count: 1_000, shredded_count: 100 };

/// Builds, measures, prints and writes `target/bench/latest.json`.
///
/// # Errors
/// When something cannot be built or a run fails.
pub(crate) fn run(extent: &Extent) -> Result<(), Error> {
    let Extent { small_count, large_count, shredded_count } = *extent;
    build()?;
    let small = documents::prepare(small_count, 5_000)?;
    let large = documents::prepare(large_count, 50_000)?;
    let parsers = shredding::measure(&large, shredded_count)?;
    let mut measured = Vec::new();
    for documents in [&small, &large] {
        for workers in [1, 2] {
            measured.push(runs::measure(documents, workers, None)?);
        }
    }
    let few = runs::measure(&small, 2, Some(small_count / 10))?;
    let results = results::Results { parsers, runs: measured, few };
    print!("{}", results.to_text());
    let path = root().join("target/bench/latest.json");
    std::fs::write(&path, format!("{:#}\n", results.to_json()))?;
    println!("written to {}", path.display());
    Ok(())
}

fn build() -> Result<(), Error> {
    let status = Command::new("cargo")
        .args(["build", "--release", "--package", "xmlshred"])
        .current_dir(root())
        .status()?;
    if status.success() { Ok(()) } else { Err("the release build failed".into()) }
}

/// The released program.
fn program() -> std::path::PathBuf {
    root().join("target/release/xmlshred")
}
