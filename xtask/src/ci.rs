//! The steps of the runner. They are written once, in `.ci/run`; this only starts it from anywhere in the workspace.

use std::process::Command;

use crate::workspace::{Error, root};

/// Runs every step.
///
/// # Errors
/// When a step fails; it has said why.
pub(crate) fn run() -> Result<(), Error> {
    let status = Command::new(root().join(".ci/run")).current_dir(root()).status()?;
    if status.success() { Ok(()) } else { Err(".ci/run failed".into()) }
}
