//! What stands at the places that a pattern means.

use std::path::{Component, PathBuf};

use xmlshred_engine::ports::{Fault, PortError};

/// Files and folders that match, in no order.
///
/// # Errors
/// When the pattern is none, or a folder cannot be listed.
pub(super) fn matches(pattern: &str) -> Result<Vec<PathBuf>, PortError> {
    let paths = glob::glob(pattern).map_err(|error| {
        PortError::new(Fault::CannotConnect, format!("`{pattern}` is no file pattern: {error}"))
            .with_hint("patterns look like `documents/**/*.xml`")
    })?;
    let listed = |path: glob::GlobResult| {
        path.map_err(|error| {
            let message = format!("{} cannot be listed: {}", error.path().display(), error.error());
            PortError::new(Fault::AccessDenied, message)
        })
    };
    paths.map(listed).collect()
}

/// The folders that the first components of a pattern stand for.
pub(super) fn folders_of(components: &[Component<'_>]) -> Result<Vec<PathBuf>, PortError> {
    let pattern: PathBuf = components.iter().collect();
    let mut folders = match pattern.to_str() {
        Some("") | None => vec![PathBuf::from(".")],
        Some(pattern) => matches(pattern)?,
    };
    folders.retain(|folder| folder.is_dir());
    Ok(folders)
}
