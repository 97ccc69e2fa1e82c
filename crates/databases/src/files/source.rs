//! Documents in files as a source.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xmlshred_engine::ports::{Fault, Fetched, FetchedRow, PortError, Selection, Source};
use xmlshred_model::log_table::FILE;
use xmlshred_model::{DocumentKey, KeyRange, KeyType, Share};

use crate::transfer::{Binding, FileNames, KnownFiles};

use super::listing::{ListedFile, list};
use super::numbers_as_keys::Logged;
use super::{names_as_keys, numbers_as_keys};

/// The files that match a pattern, listed once, with the keys that are bound to their names.
#[derive(Clone, Debug)]
pub(crate) struct FilesSource {
    key_type: KeyType,
    files: Arc<[(DocumentKey, PathBuf)]>,
}

/// Files that are listed and have no keys yet.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    key_type: KeyType,
    files: Vec<ListedFile>,
}

impl Listing {
    /// Lists the files, whose keys are to be numbers or text.
    pub(crate) fn of(pattern: &str, key_type: KeyType, may_be_none: bool) -> Result<Self, PortError> {
        Ok(Self { key_type, files: list(pattern, may_be_none)? })
    }

    /// With the keys that are bound to their names in the target, for good; names without one are bound now.
    pub(crate) fn bound(&self, names: &mut dyn FileNames) -> Result<FilesSource, PortError> {
        let bound = names.bind(&mut |known| self.new_bindings(&known.bound, logged(known)))?;
        Ok(self.with(bound))
    }

    /// With the keys that they have, or would get; nothing is written. Whoever only looks may do so where a run would have to stop.
    pub(crate) fn unbound(&self, known: KnownFiles) -> Result<FilesSource, PortError> {
        let new = self
            .new_bindings(&known.bound, logged(&known))
            .or_else(|_| self.new_bindings(&known.bound, Logged::Nothing))?;
        Ok(self.with(known.bound.into_iter().chain(new)))
    }

    fn new_bindings(&self, bound: &[Binding], logged: Logged) -> Result<Vec<Binding>, PortError> {
        match self.key_type {
            KeyType::Text => Ok(names_as_keys::new_bindings(&self.files, bound)),
            KeyType::Integer | KeyType::Decimal | KeyType::Uuid => {
                numbers_as_keys::new_bindings(&self.files, bound, logged)
            }
        }
    }

    fn with(&self, bound: impl IntoIterator<Item = Binding>) -> FilesSource {
        let keys: HashMap<_, _> = bound.into_iter().map(|Binding { key, name }| (name, key)).collect();
        let files =
            self.files.iter().filter_map(|file| Some((keys.get(&file.name)?.clone(), file.path.clone())));
        let mut files: Vec<_> = files.collect();
        files.sort_unstable();
        FilesSource { key_type: self.key_type, files: files.into() }
    }
}

fn logged(known: &KnownFiles) -> Logged {
    if known.has_log_rows { Logged::Some } else { Logged::Nothing }
}

fn selected<'s>(
    files: &'s [(DocumentKey, PathBuf)],
    range: &'s KeyRange,
    share: Share,
) -> impl Iterator<Item = &'s DocumentKey> + 's {
    let keys = files.iter().map(|(key, _)| key);
    keys.filter(move |key| range.contains(key) && share.contains(key))
}

/// The range as one of keys of files.
fn adopted(range: &KeyRange, key_type: KeyType) -> Result<KeyRange, PortError> {
    range.adopted(key_type).map_err(|error| {
        let message = format!("the range of keys does not fit the keys of files: its ends are {error}");
        PortError::new(Fault::WrongTable { table: FILE.to_owned() }, message)
            .with_hint("give `--key-start` and `--key-end` as keys of files")
    })
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

impl Source for FilesSource {
    fn keys(
        &mut self,
        selection: &Selection,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<DocumentKey>, PortError> {
        let range = adopted(&selection.range, self.key_type)?;
        let first = after.map_or(0, |after| self.files.partition_point(|(key, _)| key <= after));
        Ok(selected(&self.files[first..], &range, selection.share).take(limit).cloned().collect())
    }

    fn key_type(&self) -> KeyType {
        self.key_type
    }

    fn sees_journal(&self) -> bool {
        false
    }

    fn name(&self, key: &DocumentKey) -> Option<String> {
        let at = self.files.binary_search_by_key(&key, |(key, _)| key).ok()?;
        Some(self.files[at].1.display().to_string())
    }

    fn promises_unique_keys(&self) -> bool {
        true
    }

    fn fetch(
        &mut self,
        keys: &[DocumentKey],
        max_bytes: u64,
        take: &mut dyn FnMut(DocumentKey, FetchedRow) -> ControlFlow<()>,
    ) -> Result<(), PortError> {
        for key in keys {
            let Ok(at) = self.files.binary_search_by_key(&key, |(key, _)| key) else { continue };
            let path = &self.files[at].1;
            let fetched = read(path, max_bytes).map_err(|error| {
                PortError::new(Fault::AccessDenied, format!("{} cannot be read: {error}", path.display()))
            })?;
            let Some(fetched) = fetched else { continue };
            if take(key.clone(), fetched.into()).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn count(&mut self, selection: &Selection) -> Result<Option<u64>, PortError> {
        let range = adopted(&selection.range, self.key_type)?;
        Ok(Some(selected(&self.files, &range, selection.share).count() as u64))
    }
}
