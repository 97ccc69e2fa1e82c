//! The whole contract: what stands around its tables.

use std::collections::BTreeSet;

use super::keys::DOCUMENT_KEY;
use super::paths::{attribute, relative};
use super::tables::{BASE, tables};
use super::translator::Translator;
use crate::import_legacy::differences::Difference;
use crate::import_legacy::draft::Draft;
use crate::import_legacy::notes::Notes;
use crate::import_legacy::old::{FaultKind, Mapping, OldContract};
use crate::import_legacy::yaml;

/// Below it, `source_application_table` names an element.
const AROUND_APPLICATION: [&str; 3] = ["Provenir", "Request", "CustData"];

/// Translates a contract. What cannot be is among the notes, as problems.
pub(crate) fn translate(old: &OldContract, name: &str, mut notes: Notes) -> (Draft, Notes) {
    let found = tables(old, &mut notes);
    let mut translator =
        Translator { old, tables: found.clone(), codes: Vec::new(), used_enums: BTreeSet::new(), notes };
    let mut drafts = Vec::with_capacity(found.len());
    for table in &found {
        translator.note_paths(table);
        drafts.push(translator.table(table));
    }
    let key = translator.document_key();
    let require = translator.required_element();
    translator.note_unused();
    let Translator { codes, notes, .. } = translator;
    let draft = Draft {
        name: name.to_owned(),
        source_table: yaml::scalar(&old.source_table),
        source_column: yaml::scalar(&old.source_column),
        condition: old
            .application_table
            .as_ref()
            .map(|table| yaml::quoted(&format!("{DOCUMENT_KEY} IN (SELECT {DOCUMENT_KEY} FROM {table})"))),
        schema: old.target_schema.as_deref().map(yaml::scalar),
        root: yaml::scalar(&format!("/{}", old.main_path.join("/"))),
        key,
        require: require.into_iter().collect(),
        has_dates: old
            .mappings
            .iter()
            .any(|mapping| mapping.data_type.is_temporal() || mapping.expression.is_some()),
        codes,
        tables: drafts,
    };
    (draft, notes)
}

impl Translator<'_> {
    /// Where the document has its key: the base table's, else the first that is mapped from the main element or above.
    fn document_key(&mut self) -> Option<String> {
        let old = self.old;
        let is_key = |mapping: &&Mapping| {
            mapping.column == DOCUMENT_KEY
                && mapping.attribute.is_some()
                && mapping.row().is_none()
                && old.main_path.starts_with(&mapping.path)
                && !mapping.path.is_empty()
        };
        let mut all = old.mappings.iter().filter(is_key);
        let first = all.clone().next();
        let mapping = all.find(|mapping| mapping.table == BASE).or(first)?;
        self.notes.concern(Difference::KeyMismatch, mapping.index);
        let path = attribute(&relative(&old.main_path, &mapping.path), mapping.attribute.as_deref());
        Some(yaml::scalar(&path))
    }

    /// The element that must be there besides the main one.
    fn required_element(&self) -> Option<String> {
        let old = self.old;
        let table = old.application_table.as_deref()?;
        let name = table.rsplit('.').next().unwrap_or(table).trim_matches(['[', ']', '"']);
        let usual = old.main_path.iter().take(3).map(String::as_str).eq(AROUND_APPLICATION);
        let parent =
            if usual { &old.main_path[..3] } else { &old.main_path[..old.main_path.len().saturating_sub(1)] };
        let path = parent.iter().cloned().chain([name.to_owned()]).collect::<Vec<_>>();
        if old.main_path.starts_with(&path) {
            return None;
        }
        let way = relative(&old.main_path, &path);
        Some(yaml::scalar(way.trim_end_matches("[last()]")))
    }

    fn note_unused(&mut self) {
        let old = self.old;
        for enumeration in old.enums.iter().filter(|known| !self.used_enums.contains(&known.name)) {
            let message = format!("enum `{}` is used by no mapping: it is left out", enumeration.name);
            self.notes.fault(FaultKind::UnusedEnum, &enumeration.place, message);
        }
    }
}
