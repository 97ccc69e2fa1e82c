//! The documents: one standard per folder, or per root element where they lie in no folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use xmlshred_mapping::Content;
use xmlshred_mapping::infer::{Profile, ProfileLimits};

use crate::workspace::Error;

/// A score over fewer unseen documents says nothing.
pub(super) const MIN_UNSEEN: usize = 3;

/// Documents of one kind.
#[derive(Debug)]
pub(super) struct Standard {
    pub(super) name: String,
    /// Sorted, those that are well-formed.
    pub(super) documents: Vec<PathBuf>,
    /// Files that no contract could load: they are no XML.
    pub(super) unreadable_count: usize,
}

/// The standards of a folder, by name.
pub(super) fn standards(folder: &Path) -> Result<Vec<Standard>, Error> {
    let mut by_name = BTreeMap::<String, Standard>::new();
    for entry in sorted(folder)? {
        if entry.is_dir() {
            let name = file_name(&entry);
            for document in files_below(&entry)? {
                add(&mut by_name, Some(&name), document)?;
            }
        } else {
            add(&mut by_name, None, entry)?;
        }
    }
    Ok(by_name.into_values().filter(|standard| !standard.documents.is_empty()).collect())
}

/// Adds a document to its standard: that of its folder, else that of its root element.
fn add(by_name: &mut BTreeMap<String, Standard>, name: Option<&str>, document: PathBuf) -> Result<(), Error> {
    let root = root_of(&fs::read(&document)?);
    let Some(name) = name.or(root.as_deref()).map(str::to_owned) else { return Ok(()) };
    let standard = by_name.entry(name.clone()).or_insert_with(|| Standard {
        name,
        documents: Vec::new(),
        unreadable_count: 0,
    });
    match root {
        Some(_) => standard.documents.push(document),
        None => standard.unreadable_count += 1,
    }
    Ok(())
}

/// The local name of the root element; nothing when a run could not read the document, whatever the contract.
fn root_of(bytes: &[u8]) -> Option<String> {
    Profile::new(ProfileLimits::default()).observe(Content::Bytes(bytes), None).ok()
}

/// All files below a folder that may be documents.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for entry in sorted(folder)? {
        if entry.is_dir() {
            found.extend(files_below(&entry)?);
        } else {
            found.push(entry);
        }
    }
    Ok(found)
}

/// Entries of a folder in order of name; those that are hidden do not count.
fn sorted(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.retain(|path| !file_name(path).starts_with('.'));
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// `k` documents by chance, and the others; both in order.
pub(super) fn drawn<'d>(
    documents: &'d [PathBuf],
    k: usize,
    chance: &mut fastrand::Rng,
) -> (Vec<&'d Path>, Vec<&'d Path>) {
    let mut order = (0..documents.len()).collect::<Vec<_>>();
    chance.shuffle(&mut order);
    let (seen, unseen) = order.split_at_mut(k);
    seen.sort_unstable();
    unseen.sort_unstable();
    let paths = |at: &[usize]| at.iter().map(|&at| &*documents[at]).collect();
    (paths(seen), paths(unseen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_documents_again_and_each_of_them_once() {
        let documents = (0..9).map(|at| PathBuf::from(format!("{at}.xml"))).collect::<Vec<_>>();
        let draw = |seed| drawn(&documents, 4, &mut fastrand::Rng::with_seed(seed));
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let (seen, unseen) = draw(7);
        assert_eq!(seen.len(), 4);
        let mut all = [seen, unseen].concat();
        all.sort();
        assert_eq!(all, documents);
    }
}
