//! A schema with the local files that it includes, imports and redefines, and those that they do. Nothing is fetched.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};

use xmlshred_mapping::infer::{Schema, XsdFile, XsdReference};
use xmlshred_mapping::xml::XML_NAMESPACE;

use crate::console;
use crate::error::CommandError;

/// Reads them; what is missing is told.
pub(super) fn read(path: &Path) -> Result<Schema, CommandError> {
    let mut files: Vec<XsdFile> = Vec::new();
    let mut seen = HashSet::new();
    let mut elsewhere = Vec::new();
    let first = XsdReference { kind: "schema".to_owned(), location: None, namespace: String::new() };
    let mut waiting = VecDeque::from([(path.to_owned(), first)]);
    while let Some((path, reference)) = waiting.pop_front() {
        // A file without namespace is another one in each namespace that it is included into.
        let namespace = if reference.kind == "import" { "" } else { &*reference.namespace };
        if !seen.insert((path.canonicalize().unwrap_or_else(|_| path.clone()), namespace.to_owned())) {
            continue;
        }
        let is_first = files.is_empty();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(source) if is_first => return Err(CommandError::File { doing: "read schema", path, source }),
            Err(problem) => {
                left_out(&path, &reference, &problem);
                continue;
            }
        };
        let file = match XsdFile::read(&bytes, namespace) {
            Ok(file) => file,
            Err(error) if is_first => return Err(CommandError::Schema { path, error }),
            Err(problem) => {
                left_out(&path, &reference, &problem);
                continue;
            }
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        for reference in file.references() {
            match local(folder, &reference) {
                Some(path) => waiting.push_back((path, reference)),
                None => elsewhere.push(reference),
            }
        }
        files.push(file);
    }
    tell_elsewhere(&files, &elsewhere);
    Ok(Schema::new(files))
}

fn left_out(path: &Path, reference: &XsdReference, problem: &dyn std::fmt::Display) {
    let XsdReference { kind, .. } = reference;
    console::warn(format_args!("schema {} ({kind}) is left out: {problem}", path.display()));
}

/// Where a file is, unless it is on the network or nobody says where.
fn local(folder: &Path, reference: &XsdReference) -> Option<PathBuf> {
    let location = reference.location.as_deref()?;
    let location = location.strip_prefix("file://").unwrap_or(location);
    (!location.contains("://") && !location.starts_with("urn:"))
        .then(|| folder.join(location.replace('\\', "/")))
}

/// Files that are not read, unless another file declares their namespace, or everybody knows it.
fn tell_elsewhere(files: &[XsdFile], elsewhere: &[XsdReference]) {
    let mut told = HashSet::new();
    for XsdReference { kind, location, namespace } in elsewhere {
        let is_import = kind == "import";
        let is_known = namespace == XML_NAMESPACE || files.iter().any(|file| file.target() == namespace);
        if (is_import && is_known) || !told.insert((location, namespace)) {
            continue;
        }
        match location {
            Some(location) => console::warn(format_args!(
                "schema {location} ({kind}) is not fetched: save it, and let schemaLocation name the file"
            )),
            None => console::warn(format_args!(
                "schema of the namespace {namespace} ({kind}) is left out: no schemaLocation says where it is"
            )),
        }
    }
}
