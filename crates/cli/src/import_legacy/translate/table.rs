//! A table with its rows and columns.

use super::keys::{CONTACT_KEY, DOCUMENT_KEY};
use super::language::has_ways_of_values;
use super::lets::Lets;
use super::paths::{Kinds, conditions, relative, step};
use super::tables::{OldTable, Scope};
use super::translator::Translator;
use super::values::Cut;
use crate::import_legacy::differences::Difference;
use crate::import_legacy::draft::{DraftTable, Keys, Line, OnePer};
use crate::import_legacy::old::{ElementType, FaultKind, Mapping, Rule};
use crate::import_legacy::yaml;

impl<'o> Translator<'o> {
    /// A table of the new contract.
    pub(super) fn table(&mut self, table: &OldTable<'o>) -> DraftTable {
        let mut draft = DraftTable { name: table.name.clone(), ..DraftTable::default() };
        let mut lets = Lets::beside(table.mappings.iter().map(|mapping| &*mapping.column));
        self.elements(table, &mut draft);
        self.plain_columns(table, &mut draft, &mut lets);
        if table.has_row_kinds() {
            self.rows(table, &mut draft, &mut lets);
        } else {
            self.skip_blank(table, &mut draft, &mut lets);
        }
        draft.lets = lets.into_lines();
        draft
    }

    /// Which elements make rows.
    fn elements(&mut self, table: &OldTable<'_>, draft: &mut DraftTable) {
        let kind = match table.scope {
            Scope::Document => return,
            Scope::Contact => ElementType::Contact,
            Scope::Child(kind) => kind,
        };
        let rules = &self.old.rules;
        let rule = match kind {
            ElementType::Contact => &rules.contact,
            ElementType::Address => &rules.address,
            ElementType::Employment => &rules.employment,
        };
        let Some(rule) = rule else { return };
        for mapping in &table.mappings {
            self.notes.concern(Difference::OneRuleForContacts, mapping.index);
        }
        let contact = self.contact_table().map(|contact| contact.name.clone());
        if kind == ElementType::Contact && contact.as_ref().is_some_and(|contact| *contact != table.name) {
            draft.within = contact;
            draft.each = Some(".".to_owned());
            return;
        }
        let mut wanted = conditions(rule, Kinds::All);
        wanted.extend(self.not_blank(table));
        let own = rule.path.last().map_or("", String::as_str);
        let parent = &rule.path[..rule.path.len().saturating_sub(1)];
        let within = contact.filter(|_| kind != ElementType::Contact);
        let start = match &within {
            Some(_) => relative(&self.contact_path(), parent),
            None => self.way_to(parent),
        };
        let start = if start.is_empty() { start } else { format!("{start}/") };
        draft.each = Some(format!("{start}{}", step(own, &wanted)));
        draft.within = within;
        if kind == ElementType::Contact {
            draft.one_per = Some(self.one_per(rule));
        }
    }

    fn one_per(&self, rule: &Rule) -> OnePer {
        let prefer = rule.one_of.first().map(|(name, values)| (format!("@{name}"), values.clone()));
        OnePer { key: format!("@{}", self.contact_key()), prefer }
    }

    fn contact_path(&self) -> Vec<String> {
        self.old.rules.contact.as_ref().map(|rule| rule.path.clone()).unwrap_or_default()
    }

    /// From the main element to the parent of repeated ones; with the rule of contacts where it leads through them.
    fn way_to(&self, parent: &[String]) -> String {
        match &self.old.rules.contact {
            Some(contact) if *contact.path == *parent => {
                let way = relative(&self.old.main_path, &parent[..parent.len().saturating_sub(1)]);
                let own = step(parent.last().map_or("", String::as_str), &conditions(contact, Kinds::All));
                if way.is_empty() { own } else { format!("{way}/{own}") }
            }
            _ => relative(&self.old.main_path, parent),
        }
    }

    fn plain_columns(&mut self, table: &OldTable<'o>, draft: &mut DraftTable, lets: &mut Lets) {
        let mut keys = self.keys(table);
        let plain = || table.mappings.iter().copied().filter(|mapping| mapping.row().is_none());
        for (name, said) in &keys {
            if !plain().any(|mapping| mapping.column == *name) {
                draft.columns.push(Line { name: name.clone(), keys: said.clone(), comment: None });
            }
        }
        for mapping in plain() {
            let of_key = keys.iter().position(|(name, _)| *name == mapping.column);
            if draft.columns.iter().any(|line| line.name.eq_ignore_ascii_case(&mapping.column)) {
                self.second(table, mapping, draft, lets);
                continue;
            }
            let said = match of_key.map(|at| keys.swap_remove(at).1) {
                // The document's own key, and the contact's, come from where the mapping says.
                Some(said) if said.get("parent").is_none() => self.own_key(table, mapping, &said, lets),
                Some(said) => Some(said),
                None => self.column(&table.row_path, mapping, Cut::ToLength, lets),
            };
            if let Some(said) = said {
                let comment = mapping.description.clone();
                draft.columns.push(Line { name: mapping.column.clone(), keys: said, comment });
            }
        }
    }

    fn own_key(
        &mut self,
        table: &OldTable<'_>,
        mapping: &Mapping,
        said: &Keys,
        lets: &mut Lets,
    ) -> Option<Keys> {
        let mut keys = self.column(&table.row_path, mapping, Cut::ToLength, lets)?;
        for key in ["required", "default", "on_invalid", "clean"] {
            keys.remove(key);
        }
        if let Some(key) = said.get("key") {
            keys.set("key", key);
        }
        Some(keys)
    }

    /// A second mapping to a column: the same once more, or a source that counts where it has a value.
    fn second(&mut self, table: &OldTable<'_>, mapping: &Mapping, draft: &mut DraftTable, lets: &mut Lets) {
        let name = mapping.name();
        let same = table.mappings.iter().find(|known| {
            known.index < mapping.index
                && known.column == mapping.column
                && known.path == mapping.path
                && known.attribute == mapping.attribute
                && known.steps == mapping.steps
        });
        if same.is_some() || matches!(&*mapping.column, DOCUMENT_KEY | CONTACT_KEY) {
            self.notes.fault(
                FaultKind::PathTwice,
                &mapping.place,
                format!("`{name}` is mapped a second time from the same place"),
            );
            return;
        }
        let message = format!(
            "`{name}` is mapped a second time, from another place: that one counts where it has a value"
        );
        self.notes.fault(FaultKind::ColumnTwice, &mapping.place, message);
        let Some(said) = self.column(&table.row_path, mapping, Cut::ToLength, lets) else { return };
        let Some(line) =
            draft.columns.iter_mut().find(|line| line.name.eq_ignore_ascii_case(&mapping.column))
        else {
            return;
        };
        match (said.get("path"), line.keys.get("path").map(str::to_owned)) {
            (Some(second), Some(first)) if has_ways_of_values() => {
                let first = first.trim_start_matches('[').trim_end_matches(']');
                line.keys.set("path", format!("[{second}, {first}]"));
            }
            (Some(_), Some(_)) => {
                let [second, first] = [said, line.keys.clone()].map(|mut keys| {
                    for key in ["default", "required", "on_invalid", "on_unmapped_code"] {
                        keys.remove(key);
                    }
                    lets.name(&mapping.column, "source", keys)
                });
                for key in ["path", "clean", "codes", "codes_case", "on_unmapped_code"] {
                    line.keys.remove(key);
                }
                line.keys.set("expr", yaml::quoted(&format!("COALESCE({second}, {first})")));
            }
            _ => line.keys = said,
        }
        if line.comment.is_none() {
            line.comment = mapping.description.clone();
        }
    }

    /// Attributes that a table takes twice for different columns, in the same way.
    pub(super) fn note_paths(&mut self, table: &OldTable<'_>) {
        for (at, mapping) in table.mappings.iter().enumerate() {
            let is_same = |known: &&&Mapping| {
                known.path == mapping.path
                    && known.attribute == mapping.attribute
                    && known.steps == mapping.steps
                    && known.expression == mapping.expression
                    && known.data_type == mapping.data_type
                    && known.column != mapping.column
            };
            if mapping.attribute.is_some()
                && let Some(first) = table.mappings[..at].iter().find(is_same)
            {
                let message = format!("`{}` and `{}` come from the same place", first.name(), mapping.name());
                self.notes.fault(FaultKind::PathTwice, &mapping.place, message);
            }
        }
    }
}
