//! `cargo xtask bench`: how fast, in ratios of one run on one machine.
//!
//! Life of a benchmark: release build, of the program and of this → demo documents ([`documents`]) → one part after the
//! other: [`shred`], [`sqlite`], [`on_postgres`], [`paging`], [`sqlserver`], [`tools`], [`drift`], [`pages`], [`instructions`] → a table on the
//! console per part, and `target/bench/latest.json` ([`results`]). A part that cannot run here is printed as skipped. [`shred`] and
//! [`instructions`] need nothing but the program of `crates/bench` ([`one_thread`]).

mod documents;
mod drift;
mod end_to_end;
mod extent;
mod freetds;
mod instructions;
mod loading;
mod median;
mod old_contract;
mod on_postgres;
mod one_thread;
mod pages;
mod paging;
mod place;
mod postgres;
mod prepared_rows;
mod results;
mod runs;
mod shred;
mod sqlite;
mod sqlite_loading;
mod sqlserver;
mod tools;
mod verdict;
mod ways;
mod xml2db;
mod xml_table;

use std::process::Command;

use crate::workspace::{Error, root};
use extent::{Extent, FULL, QUICK};
use instructions::Record;
use results::{Measured, Part};

/// Writes what is counted as the new record.
const RECORD: &str = "--record";

/// What is measured, and how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    parts: Vec<Part>,
    extent: &'static Extent,
    record: Record,
}

impl Request {
    /// The parts that are named, or all of them; `None` when a word is neither a part nor a flag. `--record` is for
    /// `instructions` alone.
    pub(crate) fn parse(words: &[&str]) -> Option<Self> {
        let mut request = Self { parts: Vec::new(), extent: &FULL, record: Record::Hold };
        for word in words {
            match *word {
                RECORD => request.record = Record::Write,
                word if QUICK.flag == Some(word) => request.extent = &QUICK,
                word => request.parts.push(Part::named(word)?),
            }
        }
        if request.record == Record::Write && request.parts != [Part::Instructions] {
            return None;
        }
        if request.parts.is_empty() {
            request.parts = Part::ALL.to_vec();
        }
        Some(request)
    }

    /// The words for the same request; `--record` is never among those that need a release build of this.
    fn words(&self) -> impl Iterator<Item = &'static str> {
        self.parts.iter().map(|part| part.name()).chain(self.extent.flag)
    }
}

/// Builds, measures, prints and writes `target/bench/latest.json`.
///
/// # Errors
/// When something cannot be built or a run fails.
pub(crate) fn run(request: &Request) -> Result<(), Error> {
    let Request { parts, extent, record } = request;
    if parts.iter().any(|part| part.needs_product()) {
        if cfg!(debug_assertions) {
            return run_released(request);
        }
        build()?;
    }
    let mut results = results::Results::begin(extent)?;
    for part in parts {
        println!("\n— {} —", part.name());
        let measured = match part {
            Part::Shred => shred::measure(extent)?,
            Part::Sqlite => sqlite::measure(extent)?,
            Part::Postgres => on_postgres::measure(extent)?,
            Part::Paging => paging::measure(extent)?,
            Part::SqlServer => sqlserver::measure(extent)?,
            Part::Tools => tools::measure(extent)?,
            Part::Drift => drift::measure(extent)?,
            Part::Pages => pages::measure()?,
            Part::Instructions => instructions::measure(*record)?,
        };
        if let Measured::Done(figures) = &measured {
            results.keep(*part, figures)?;
        }
        print!("{measured}");
    }
    results.finish();
    Ok(())
}

/// The same by a release build of this program: some parts measure the product's own code in this process.
fn run_released(request: &Request) -> Result<(), Error> {
    let status = Command::new("cargo")
        .args(["run", "--release", "--quiet", "--package", "xtask", "--", "bench"])
        .args(request.words())
        .current_dir(root())
        .status()?;
    // It has said why.
    if status.success() { Ok(()) } else { Err("no figures".into()) }
}

fn build() -> Result<(), Error> {
    let status = Command::new("cargo")
        .args(["build", "--release", "--package", "xmlshred"])
        .current_dir(root())
        .status()?;
    if status.success() { Ok(()) } else { Err("the release build failed".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_named_and_without_a_name_all_are_meant() {
        let parsed =
            |words: &[&str]| Request::parse(words).map(|request| (request.parts, request.extent.flag));
        assert_eq!(parsed(&["--quick"]), Some((Part::ALL.to_vec(), Some("--quick"))));
        assert_eq!(parsed(&["paging", "sqlite"]), Some((vec![Part::Paging, Part::Sqlite], None)));
        assert_eq!(parsed(&["oracle"]), None);
        assert_eq!(parsed(&["instructions", "--record"]), Some((vec![Part::Instructions], None)));
        assert_eq!(parsed(&["--record"]), None);
    }
}
