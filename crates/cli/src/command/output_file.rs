//! A file that a command makes: nobody's is replaced unless asked.

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::error::CommandError;
use crate::page;

/// What happens to a file that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existing {
    Keep,
    Replace,
}

/// Where a command writes.
pub(super) struct OutputFile {
    path: PathBuf,
    existing: Existing,
}

impl OutputFile {
    /// Before the work that makes its text.
    ///
    /// # Errors
    /// When it is there and must stay.
    pub(super) fn new(path: &Path, existing: Existing) -> Result<Self, CommandError> {
        if existing == Existing::Keep && path.exists() {
            return Err(CommandError::Exists { path: path.to_owned() });
        }
        Ok(Self { path: path.to_owned(), existing })
    }

    /// A page of a command. One that it wrote at an earlier time is replaced: nobody misses it.
    ///
    /// # Errors
    /// When something else is there, and `force` does not say otherwise.
    pub(super) fn of_page(path: &Path, command: &str, force: bool) -> Result<Self, CommandError> {
        let mut beginning = Vec::new();
        let read = std::fs::File::open(path).and_then(|file| file.take(100).read_to_end(&mut beginning));
        let is_page = read.is_ok() && page::is_page(command, &beginning);
        Self::new(path, if force || is_page { Existing::Replace } else { Existing::Keep })
    }

    /// Writes it.
    ///
    /// # Errors
    /// When that is not possible, or the file came into being meanwhile and must stay.
    pub(super) fn write(&self, text: &str) -> Result<(), CommandError> {
        let Self { path, existing } = self;
        let failed = |source| CommandError::File { doing: "write", path: path.clone(), source };
        let mut options = OpenOptions::new();
        options.write(true);
        let options = match existing {
            Existing::Replace => options.create(true).truncate(true),
            Existing::Keep => options.create_new(true),
        };
        let mut file = options.open(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::AlreadyExists => CommandError::Exists { path: path.clone() },
            _ => failed(source),
        })?;
        file.write_all(text.as_bytes()).map_err(failed)
    }
}
