//! Files of benchmarks.

use std::path::Path;

use crate::workspace::{Error, root};

/// The released program.
pub(super) fn program() -> std::path::PathBuf {
    root().join("target/release/xmlshred")
}

/// Where benchmarks keep what they need.
pub(super) fn folder() -> std::path::PathBuf {
    root().join("target/bench")
}

/// Removes a database of SQLite with the files beside it, where there is one.
///
/// # Errors
/// When a file cannot be removed.
pub(super) fn remove_database(file: &Path) -> Result<(), Error> {
    for extension in ["db", "db-wal", "db-shm"] {
        match std::fs::remove_file(file.with_extension(extension)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}
