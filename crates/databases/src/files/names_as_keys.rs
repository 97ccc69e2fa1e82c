//! Which text a file gets that has no key yet, where keys are text.

use std::collections::HashSet;
use std::path::Path;

use xmlshred_model::{DocumentKey, KeyType};

use crate::transfer::{Binding, name_hash};

use super::listing::ListedFile;

/// Bindings for the files that have none. `bound` are those of this contract, of files that are there or not.
///
/// A file is called as it is without its folder and its ending (`INV-10` for `in/INV-10.xml`). Where another file has that name, or where it is no
/// key, it is the absolute path; where that is none either, the hash of the path, by which names are unique.
pub(crate) fn new_bindings(files: &[ListedFile], bound: &[Binding]) -> Vec<Binding> {
    let names: HashSet<&str> = bound.iter().map(|binding| binding.name.as_str()).collect();
    let mut taken: HashSet<DocumentKey> = bound.iter().map(|binding| binding.key.clone()).collect();
    let new = files.iter().filter(|file| !names.contains(file.name.as_str()));
    let bindings = new.map(|file| {
        let mut free = |key: &DocumentKey| taken.insert(key.clone());
        let key = stem(&file.name).filter(&mut free);
        let key = key.or_else(|| key_of(&file.name).filter(&mut free));
        let key = key.unwrap_or_else(|| DocumentKey::Text(name_hash(&file.name).into()));
        Binding { key, name: file.name.clone() }
    });
    bindings.collect()
}

/// The key that a file gets where no other has its name.
pub fn name_as_key(path: &Path) -> Option<DocumentKey> {
    stem(path.to_str()?)
}

fn stem(name: &str) -> Option<DocumentKey> {
    key_of(Path::new(name).file_stem()?.to_str()?)
}

fn key_of(text: &str) -> Option<DocumentKey> {
    KeyType::Text.parse(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `name: key` of all, after files of these names came one set after the other.
    fn keys(arrivals: &[&[&str]]) -> Vec<String> {
        let mut bound: Vec<Binding> = Vec::new();
        for names in arrivals {
            let file = |name: &&str| ListedFile { name: (*name).to_owned(), path: (*name).into() };
            let files: Vec<_> = names.iter().map(file).collect();
            let new = new_bindings(&files, &bound);
            bound.extend(new);
        }
        bound.iter().map(|binding| format!("{}: {}", binding.name, binding.key)).collect()
    }

    #[test]
    fn a_file_is_called_as_it_is_and_keeps_its_name() {
        assert_eq!(
            keys(&[&["/in/INV-10.xml", "/in/007.xml"], &["/in/7.xml", "/in/INV-10.xml", "/in/a.b.xml"]]),
            ["/in/INV-10.xml: INV-10", "/in/007.xml: 007", "/in/7.xml: 7", "/in/a.b.xml: a.b"]
        );
    }

    #[test]
    fn files_of_one_name_are_told_apart_by_their_folders() {
        assert_eq!(
            keys(&[&["/in/b/x.xml"], &["/in/a/x.xml", "/in/b/x.xml", "/in/b/x.xml.old"]]),
            ["/in/b/x.xml: x", "/in/a/x.xml: /in/a/x.xml", "/in/b/x.xml.old: x.xml"]
        );
    }

    #[test]
    fn a_name_that_is_no_key_is_its_path_and_a_path_that_is_none_its_hash() {
        let long = format!("/in/{}.xml", "n".repeat(390));
        let longer = format!("/{}/x.xml", "f".repeat(400));
        let found = keys(&[&["/in/x.xml", "/in/x .xml", &long, &longer]]);
        assert_eq!(found[..2], ["/in/x.xml: x", "/in/x .xml: /in/x .xml"]);
        assert_eq!(found[2], format!("{long}: {}", "n".repeat(390)));
        assert_eq!(found[3], format!("{longer}: {}", name_hash(&longer)));
    }
}
