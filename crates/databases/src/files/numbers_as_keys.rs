//! Which number a file gets that has no key yet.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::DocumentKey;
use xmlshred_model::log_table::FILE;

use crate::transfer::Binding;

use super::listing::ListedFile;

/// Whether the log has documents of this contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Logged {
    Nothing,
    Some,
}

/// Bindings for the files that have none. `bound` are those of this contract, of files that are there or not.
///
/// A name that is a number (`17.xml`, and not `017.xml`) gets this number, unless another name has it. Others are counted in order of their
/// paths: from 1 where no name is a number, else down from -1, where numbers do not come in their way.
///
/// # Errors
/// When the log has documents, and no name is bound: xmlshred 0.1 logged them, by a rule that would give them other keys when files came or
/// went since. Numbers are the same by both rules.
pub(crate) fn new_bindings(
    files: &[ListedFile],
    bound: &[Binding],
    logged: Logged,
) -> Result<Vec<Binding>, PortError> {
    if bound.is_empty() && logged == Logged::Some {
        return of_version_1(files).ok_or_else(unknown_keys);
    }
    let are_counted_up = {
        let bound = bound.iter().map(|binding| &binding.name);
        !bound.chain(files.iter().map(|file| &file.name)).any(|name| number(name).is_some())
    };
    let names: HashSet<&str> = bound.iter().map(|binding| binding.name.as_str()).collect();
    let mut taken: HashSet<i64> = bound.iter().filter_map(|binding| number_of(&binding.key)).collect();
    let files: Vec<_> = files.iter().filter(|file| !names.contains(file.name.as_str())).collect();
    let mut new = Vec::with_capacity(files.len());
    let mut others = Vec::new();
    for file in files {
        match number(&file.name).filter(|&key| taken.insert(key)) {
            Some(key) => new.push(binding(key, &file.name)),
            None => others.push(file),
        }
    }
    let mut free: Box<dyn Iterator<Item = i64>> = match are_counted_up {
        true => Box::new(1..=i64::MAX),
        false => Box::new((i64::MIN..=-1).rev()),
    };
    for file in others {
        let key = free.find(|key| !taken.contains(key)).ok_or_else(no_key_left)?;
        new.push(binding(key, &file.name));
    }
    Ok(new)
}

fn binding(key: i64, name: &str) -> Binding {
    Binding { key: DocumentKey::Int(key), name: name.to_owned() }
}

fn number_of(key: &DocumentKey) -> Option<i64> {
    match key {
        DocumentKey::Int(number) => Some(*number),
        DocumentKey::Decimal(_) | DocumentKey::Uuid(_) | DocumentKey::Text(_) => None,
    }
}

/// The keys that version 0.1 gave, where these do not depend on which other files there are.
fn of_version_1(files: &[ListedFile]) -> Option<Vec<Binding>> {
    let mut keys = HashMap::new();
    for file in files {
        let key: i64 = stem(&file.name)?.parse().ok()?;
        if keys.insert(key, &file.name).is_some() {
            return None;
        }
    }
    Some(keys.into_iter().map(|(key, name)| binding(key, name)).collect())
}

fn stem(name: &str) -> Option<&str> {
    Path::new(name).file_stem()?.to_str()
}

/// The number that the name is, as it is written only once.
fn number(name: &str) -> Option<i64> {
    let stem = stem(name)?;
    stem.parse::<i64>().ok().filter(|number| number.to_string() == stem)
}

fn unknown_keys() -> PortError {
    let message = format!(
        "the log has documents, and {FILE} has no names of this contract: xmlshred 0.1 counted files by their order, and it cannot be told which file had which key"
    );
    PortError::new(Fault::WrongTable { table: FILE.to_owned() }, message).with_hint(format!(
        "insert the names and keys of the files into {FILE} (docs/running.md has the columns), or give the contract another `name` and an empty target"
    ))
}

fn no_key_left() -> PortError {
    PortError::new(Fault::WrongTable { table: FILE.to_owned() }, "there is no key left for a file")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<ListedFile> {
        let file = |name: &&str| ListedFile { name: format!("/in/{name}"), path: (*name).into() };
        names.iter().map(file).collect()
    }

    /// `name: key` of all, after files of these names came one set after the other.
    fn keys(arrivals: &[&[&str]]) -> Vec<String> {
        let mut bound: Vec<Binding> = Vec::new();
        for (at, names) in arrivals.iter().enumerate() {
            let logged = if at == 0 { Logged::Nothing } else { Logged::Some };
            let new = new_bindings(&files(names), &bound, logged).unwrap();
            bound.extend(new);
        }
        let mut shown: Vec<_> = bound.iter().map(|b| format!("{} {}", &b.name[4..], b.key)).collect();
        shown.sort();
        shown
    }

    #[test]
    fn a_file_more_moves_no_key() {
        assert_eq!(
            keys(&[&["apple.xml", "cherry.xml"], &["apple.xml", "banana.xml", "cherry.xml"]]),
            ["apple.xml 1", "banana.xml 3", "cherry.xml 2"]
        );
    }

    #[test]
    fn names_beside_numbers_take_no_number_away() {
        assert_eq!(
            keys(&[&["1.xml", "2.xml", "readme.xml"], &["1.xml", "2.xml", "3.xml", "about.xml"]]),
            ["1.xml 1", "2.xml 2", "3.xml 3", "about.xml -2", "readme.xml -1"]
        );
        assert_eq!(keys(&[&["2.xml"], &["2.xml", "readme.xml"]]), ["2.xml 2", "readme.xml -1"]);
    }

    #[test]
    fn a_number_that_is_written_in_two_ways_is_two_files() {
        assert_eq!(keys(&[&["017.xml", "17.xml", "+17.xml"]]), ["+17.xml -2", "017.xml -1", "17.xml 17"]);
        assert_eq!(keys(&[&["17.txt", "17.xml"], &["017.xml"]]), ["017.xml -2", "17.txt 17", "17.xml -1"]);
    }

    #[test]
    fn a_number_whose_key_is_taken_gets_another() {
        assert_eq!(keys(&[&["a.xml"], &["1.xml", "a.xml"]]), ["1.xml -1", "a.xml 1"]);
        assert_eq!(
            keys(&[&["-9223372036854775808.xml", "9223372036854775807.xml", "a.xml"]]).len(),
            3,
            "the ends of the range are no end of keys"
        );
    }

    #[test]
    fn a_log_of_version_1_is_taken_over_when_its_keys_were_numbers_and_refused_otherwise() {
        let new = new_bindings(&files(&["017.xml", "4.xml"]), &[], Logged::Some).unwrap();
        let mut found: Vec<_> =
            new.iter().filter_map(|b| Some((number_of(&b.key)?, b.name.as_str()))).collect();
        found.sort_unstable();
        assert_eq!(found, [(4, "/in/4.xml"), (17, "/in/017.xml")]);
        for names in [&["a.xml", "b.xml"][..], &["1.xml", "readme.xml"], &["017.xml", "17.xml"]] {
            let error = new_bindings(&files(names), &[], Logged::Some).unwrap_err();
            assert!(error.message.contains("processing_file"), "{error}");
        }
    }
}
