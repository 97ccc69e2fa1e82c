//! Documents for the commands that look at some: from files, standard input and the source, one at a time.

use std::io::Read;
use std::path::{Path, PathBuf};

use xmlshred_databases::{matching_files, name_as_key};
use xmlshred_engine::ports::{Fetched, FetchedRow};
use xmlshred_mapping::{Content, Limits, Plan};
use xmlshred_model::{DocumentKey, Failure, KeyType, shown};

use crate::args::KeyArgs;
use crate::console;
use crate::database;
use crate::error::CommandError;
use crate::settings::{Connection, SettingsError};

/// One document.
pub(crate) struct Document {
    /// Its file, `-`, or its key.
    pub(crate) name: String,
    /// That of its row in the source, or of its file; none where it stands in the document alone.
    pub(crate) key: Option<DocumentKey>,
    /// What was found.
    fetched: Fetched,
    /// The texts of `source.columns`; none of a file.
    pub(crate) source_columns: Vec<Option<String>>,
}

impl Document {
    /// What is to be shredded.
    ///
    /// # Errors
    /// What a run would say before it looks into the document.
    pub(crate) fn content(&self, plan: &Plan, limits: &Limits) -> Result<Content<'_>, Failure> {
        self.fetched.arrived().content(plan.contract().source.min_bytes, limits)
    }
}

/// That nobody has named the contract where documents are named.
///
/// # Errors
/// When a name ends as those of contracts do.
pub(crate) fn refuse_contracts(paths: &[PathBuf]) -> Result<(), SettingsError> {
    let is_contract = |path: &&PathBuf| {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    };
    match paths.iter().find(is_contract) {
        Some(path) => Err(SettingsError::ContractAsDocument { path: path.clone() }),
        None => Ok(()),
    }
}

/// Reads the documents that the arguments name, in their order, and hands each to `visit`.
///
/// # Errors
/// When one cannot be read, or `visit` says so.
pub(crate) fn each(
    paths: &[PathBuf],
    keys: &KeyArgs,
    connection: Option<&Connection>,
    plan: &Plan,
    limits: &Limits,
    visit: &mut dyn FnMut(Document) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let names_any = keys.names_any();
    let KeyArgs { key: keys, sample } = keys;
    let has_key = plan.contract().document.key.is_some();
    let columns = &plan.contract().source.columns;
    let key_type = plan.schema().key_type;
    if !paths.is_empty() && !columns.is_empty() {
        let names = columns.iter().map(|name| format!("`{}`", shown(name))).collect::<Vec<_>>().join(", ");
        console::note(format_args!(
            "files have no row in the source: {names} of `source.columns` are null; `--key` takes a document with its row"
        ));
    }
    let mut number = 0;
    for given in paths {
        for path in files(given)? {
            let document = read(&path, limits)?;
            number += 1;
            // Nobody else knows a key: as with `--files`, it is the name, or the number in it, or one that is counted.
            let named = || match key_type {
                KeyType::Text => name_as_key(&path),
                KeyType::Integer | KeyType::Decimal | KeyType::Uuid => number_in_name(&path),
            };
            let counted = || key_type.adopt(&DocumentKey::Int(number)).ok();
            visit(Document { key: if has_key { None } else { named().or_else(counted) }, ..document })?;
        }
    }
    if !names_any {
        return Ok(());
    }
    let connection = connection.ok_or(SettingsError::NoDatabase)?;
    let mut source = database::source(connection, plan)?;
    let mut wanted = database::keys_of(&*source, keys)?;
    if let Some(sample) = *sample {
        let mut first = database::first_keys(&mut *source, sample)?;
        first.retain(|key| !wanted.contains(key));
        wanted.append(&mut first);
    }
    for key in wanted {
        let row = database::read_document(&mut *source, &key, limits.max_bytes)?;
        let FetchedRow { document: fetched, columns: source_columns, version: _ } = row;
        let name = source.name(&key).map_or_else(|| key.to_string(), |name| format!("{key} ({name})"));
        visit(Document { name, key: Some(key), fetched, source_columns })?;
    }
    Ok(())
}

/// The files that a pattern stands for, in order of name, as for `run --files`. What is no pattern, or names a file as it stands, is
/// itself.
pub(crate) fn files(given: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let pattern = given.to_str().filter(|text| text.contains(['*', '?', '[']) && !given.exists());
    let Some(pattern) = pattern else { return Ok(vec![given.to_owned()]) };
    matching_files(pattern).map_err(|error| CommandError::port("listing documents", error))
}

/// The key of `17.xml`.
pub(crate) fn number_in_name(path: &Path) -> Option<DocumentKey> {
    path.file_stem()?.to_str()?.parse().ok().map(DocumentKey::Int)
}

fn read(path: &Path, limits: &Limits) -> Result<Document, CommandError> {
    let name = shown(&path.display().to_string()).into_owned();
    match fetch(path, limits.max_bytes) {
        Ok(fetched) => Ok(Document { name, key: None, fetched, source_columns: Vec::new() }),
        Err(source) => Err(CommandError::Document { name, source }),
    }
}

/// A document in a file, or on standard input.
pub(crate) fn fetch(path: &Path, max_bytes: u64) -> std::io::Result<Fetched> {
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        // One more than allowed tells too large from just fitting.
        std::io::stdin().lock().take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(path)?;
        let byte_count = file.metadata()?.len();
        if byte_count > max_bytes {
            return Ok(Fetched::TooLarge(byte_count));
        }
        file.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    }
    let byte_count = bytes.len() as u64;
    Ok(if byte_count > max_bytes { Fetched::TooLarge(byte_count) } else { Fetched::Bytes(bytes) })
}
