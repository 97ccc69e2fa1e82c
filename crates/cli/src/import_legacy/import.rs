//! From the text of an old contract to the text of a new one.

use xmlshred_mapping::contract::{self, Loaded, RenderStyle, Severity};

use super::json::{JsonError, Place, parse};
use super::notes::Notes;
use super::old::{Mapping, OldContract, read};
use super::translate::translate;
use super::write;

/// What came of an old contract.
#[derive(Clone, Debug, Default)]
pub(crate) struct Import {
    /// The new contract, when nothing prevents it.
    pub(crate) text: Option<String>,
    pub(crate) mappings: Vec<Mapping>,
    pub(crate) table_count: usize,
    pub(crate) notes: Notes,
}

/// Translates a contract that the text of a file holds. `origin` is what its first line calls the file.
pub(crate) fn import(text: &str, name: &str, origin: &str) -> Import {
    let root = match parse(text) {
        Ok(root) => root,
        Err(JsonError { at, message, hint }) => {
            let mut notes = Notes::default();
            notes.problem(&Place { pointer: String::new(), at }, format!("not JSON: {message}"), hint);
            return Import { notes, ..Import::default() };
        }
    };
    let (old, problems, faults) = read(&root);
    let notes = Notes { problems, faults, ..Notes::default() };
    if old.mappings.is_empty() {
        return Import { notes, ..Import::default() };
    }
    let (draft, mut notes) = translate(&old, name, notes);
    let table_count = draft.tables.len();
    let OldContract { mappings, .. } = old;
    let mut written = None;
    if notes.problems.is_empty() {
        let text = write::contract(&draft, origin, mappings.len());
        match refused(&text) {
            None => written = Some(text),
            Some(message) => notes.problem(
                &Place::default(),
                message,
                "this is a defect of the importer, or something that it should have told: please report it with the old contract",
            ),
        }
    }
    notes.problems.sort_by_key(|problem| problem.place.at);
    notes.faults.sort_by_key(|fault| (fault.place.at, fault.kind));
    Import { text: written, mappings, table_count, notes }
}

/// What `check` has against the new contract. Nothing is written that does not pass.
fn refused(text: &str) -> Option<String> {
    let Loaded { contract, mut diagnostics } = contract::load(text);
    if contract.is_some() {
        return None;
    }
    diagnostics.retain(|diagnostic| diagnostic.severity() == Severity::Error);
    diagnostics.truncate(5);
    let problems = contract::render(&diagnostics, "the new contract", text, RenderStyle::Plain);
    Some(format!("the translation does not pass `check`:\n{}", problems.trim_end()))
}
