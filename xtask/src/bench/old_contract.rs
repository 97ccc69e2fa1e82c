//! `import-legacy` of a contract of 360 mappings, and `check` of what it makes: whole commands.

use std::fs;
use std::time::Duration;

use super::place::folder;
use crate::workspace::Error;

// The one that the tests of `cli` count the lines of.
mod large {
    include!(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/cli/tests/legacy/large.rs"));
}

/// Its mappings, and how long each command takes.
pub(super) struct Imported {
    pub(super) mapping_count: usize,
    pub(super) import: Duration,
    pub(super) check: Duration,
}

/// Measures both with `median`.
///
/// # Errors
/// When a file cannot be written or a command fails.
pub(super) fn measure(median: impl Fn(&[&str]) -> Result<Duration, Error>) -> Result<Imported, Error> {
    let old = folder().join("360-mappings.json");
    fs::write(&old, large::contract())?;
    let (old, new) = (old.display().to_string(), folder().join("360-mappings.yaml").display().to_string());
    let import = median(&["import-legacy", &old, "--out", &new, "--force"])?;
    let check = median(&["check", "--contract", &new])?;
    Ok(Imported { mapping_count: large::MAPPING_COUNT, import, check })
}
