//! The metrics file: written whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::RunReport;
use crate::error::CommandError;

/// Writes the report beside its place and moves it there, so that nobody ever reads half of it.
///
/// # Errors
/// When the folder or file cannot be written.
pub(crate) fn write(report: &RunReport, path: &Path) -> Result<(), CommandError> {
    let text = serde_json::to_string_pretty(report).map_err(|error| failed(path, error.into()))?;
    write_whole(path, &(text + "\n"))
}

/// Writes a text beside its place and moves it there.
///
/// # Errors
/// When the folder or file cannot be written.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), CommandError> {
    let attempt = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let beside = part(path);
        let mut file = std::fs::File::create(&beside)?;
        let written = file.write_all(text.as_bytes()).and_then(|()| std::fs::rename(&beside, path));
        if written.is_err() {
            let _ = std::fs::remove_file(&beside);
        }
        written
    };
    attempt().map_err(|source| CommandError::File { doing: "write", path: path.to_owned(), source })
}

/// Makes the folder of the report, and sees that it takes files: better now than after hours of work.
///
/// # Errors
/// When it does not.
pub(crate) fn prepare(path: &Path) -> Result<(), CommandError> {
    let attempt = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let beside = part(path);
        std::fs::File::create(&beside)?;
        std::fs::remove_file(&beside)?;
        // Of an earlier run with the same `--session-id`; if this one is killed, it must not speak for it.
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    };
    attempt().map_err(|source| failed(path, source))
}

/// Reads the report of an instance that has ended; `None` when it left none.
pub(crate) fn read(path: &Path) -> Option<RunReport> {
    serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
}

/// The file beside it, of this process alone.
fn part(path: &Path) -> PathBuf {
    path.with_extension(format!("{}.part", std::process::id()))
}

fn failed(path: &Path, source: std::io::Error) -> CommandError {
    CommandError::File { doing: "write metrics file", path: path.to_owned(), source }
}
