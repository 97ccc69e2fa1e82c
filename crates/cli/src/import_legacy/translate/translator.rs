//! What the parts of the translation share.

use std::collections::BTreeSet;

use super::tables::OldTable;
use crate::import_legacy::draft::CodeList;
use crate::import_legacy::notes::Notes;
use crate::import_legacy::old::{Mapping, OldContract};

/// The translation of one contract.
pub(super) struct Translator<'o> {
    pub(super) old: &'o OldContract,
    /// In the order of the new contract.
    pub(super) tables: Vec<OldTable<'o>>,
    pub(super) codes: Vec<CodeList>,
    pub(super) used_enums: BTreeSet<String>,
    pub(super) notes: Notes,
}

impl<'o> Translator<'o> {
    /// The attribute that tells contacts apart.
    pub(super) fn contact_key(&self) -> &'o str {
        let rule = self.old.rules.contact.as_ref();
        let is_key = |mapping: &&Mapping| {
            mapping.column == "con_id"
                && rule.is_some_and(|rule| rule.path == mapping.path)
                && mapping.row().is_none()
        };
        let mapped = self.old.mappings.iter().find(is_key).and_then(|mapping| mapping.attribute.as_deref());
        mapped.unwrap_or("con_id")
    }

    /// The table that has a row per contact.
    pub(super) fn contact_table(&self) -> Option<&OldTable<'o>> {
        self.tables.iter().find(|table| table.scope == super::tables::Scope::Contact)
    }
}
