//! Documents in files: `--files GLOB`.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xmlshred_engine::ports::{Fault, Fetched, PortError, Selection, Source};
use xmlshred_model::DocumentKey;

/// The files that match a pattern, listed once.
///
/// Keys: when every file name (without ending) is an integer and none stands twice, that integer; otherwise 1, 2, 3 … in order of
/// path. Then files that are added between runs shift the keys of those behind them: process such folders with names that are numbers.
#[derive(Clone, Debug)]
pub(crate) struct FilesSource {
    files: Arc<[(DocumentKey, PathBuf)]>,
}

impl FilesSource {
    /// Lists the files.
    pub(crate) fn list(pattern: &str) -> Result<Self, PortError> {
        let paths = glob::glob(pattern).map_err(|error| {
            PortError::new(Fault::CannotConnect, format!("`{pattern}` is no file pattern: {error}"))
                .with_hint("patterns look like `documents/**/*.xml`")
        })?;
        let mut files = Vec::new();
        for path in paths {
            let path = path.map_err(|error| {
                PortError::new(
                    Fault::AccessDenied,
                    format!("{} cannot be listed: {}", error.path().display(), error.error()),
                )
            })?;
            if path.is_file() {
                files.push(path);
            }
        }
        if files.is_empty() {
            let message = format!("no file matches `{pattern}`");
            return Err(PortError::new(Fault::CannotConnect, message)
                .with_hint("put the pattern in quotes, so that the shell leaves it alone"));
        }
        files.sort();
        let mut files = with_keys(files);
        files.sort_unstable();
        Ok(Self { files: files.into() })
    }
}

fn selected<'s>(
    files: &'s [(DocumentKey, PathBuf)],
    selection: &'s Selection,
) -> impl Iterator<Item = DocumentKey> + 's {
    let keys = files.iter().map(|(key, _)| *key);
    keys.filter(|&key| selection.range.contains(key) && selection.share.contains(key))
}

/// The file's content; `None` when it vanished. Reads no more than `max_bytes` even when the file grows meanwhile.
fn read(path: &Path, max_bytes: u64) -> io::Result<Option<Fetched>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let length = file.metadata()?.len();
    if length > max_bytes {
        return Ok(Some(Fetched::TooLarge(length)));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    let length = bytes.len() as u64;
    Ok(Some(if length > max_bytes { Fetched::TooLarge(length) } else { Fetched::Bytes(bytes) }))
}

fn with_keys(files: Vec<PathBuf>) -> Vec<(DocumentKey, PathBuf)> {
    let number = |path: &PathBuf| path.file_stem()?.to_str()?.parse::<i64>().ok();
    let numbers = files.iter().map(number).collect::<Option<Vec<_>>>();
    let distinct = |numbers: &Vec<i64>| numbers.iter().collect::<HashSet<_>>().len() == numbers.len();
    let keys = numbers.filter(distinct).unwrap_or_else(|| (1..).take(files.len()).collect());
    keys.into_iter().map(DocumentKey).zip(files).collect()
}

impl Source for FilesSource {
    fn keys(
        &mut self,
        selection: &Selection,
        after: Option<DocumentKey>,
        limit: usize,
    ) -> Result<Vec<DocumentKey>, PortError> {
        let first = after.map_or(0, |after| self.files.partition_point(|(key, _)| *key <= after));
        Ok(selected(&self.files[first..], selection).take(limit).collect())
    }

    fn sees_journal(&self) -> bool {
        false
    }

    fn promises_unique_keys(&self) -> bool {
        true
    }

    fn fetch(
        &mut self,
        keys: &[DocumentKey],
        max_bytes: u64,
        take: &mut dyn FnMut(DocumentKey, Fetched) -> ControlFlow<()>,
    ) -> Result<(), PortError> {
        for &key in keys {
            let Ok(at) = self.files.binary_search_by_key(&key, |(key, _)| *key) else { continue };
            let path = &self.files[at].1;
            let fetched = read(path, max_bytes).map_err(|error| {
                PortError::new(Fault::AccessDenied, format!("{} cannot be read: {error}", path.display()))
            })?;
            let Some(fetched) = fetched else { continue };
            if take(key, fetched).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn count(&mut self, selection: &Selection) -> Result<Option<u64>, PortError> {
        Ok(Some(selected(&self.files, selection).count() as u64))
    }
}
