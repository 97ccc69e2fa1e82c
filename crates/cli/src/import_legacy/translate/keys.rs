//! Keys: what rows have of their document and contact, whether mapped or not.

use super::paths::attribute;
use super::tables::{BASE, OldTable, Scope};
use super::translator::Translator;
use crate::import_legacy::draft::Keys;
use crate::import_legacy::yaml;

pub(super) const DOCUMENT_KEY: &str = "app_id";
pub(super) const CONTACT_KEY: &str = "con_id";

impl Translator<'_> {
    /// The key columns of a table, in order, with what they say.
    pub(super) fn keys(&self, table: &OldTable<'_>) -> Vec<(String, Keys)> {
        let mut names = match table.scope {
            Scope::Document => vec![DOCUMENT_KEY.to_owned()],
            Scope::Contact => vec![CONTACT_KEY.to_owned(), DOCUMENT_KEY.to_owned()],
            Scope::Child(_) => vec![CONTACT_KEY.to_owned()],
        };
        let related = self.old.relationships.iter().filter(|found| found.child == table.name);
        let related = related.filter_map(|found| found.column.clone());
        // An address has the key of its document only where the old contract says so.
        let mapped = [DOCUMENT_KEY, CONTACT_KEY]
            .into_iter()
            .filter(|name| table.scope != Scope::Document && table.column(name).is_some());
        for name in related.chain(mapped.map(str::to_owned)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.into_iter().filter_map(|name| self.key(table, &name).map(|keys| (name, keys))).collect()
    }

    /// What a key column says; none for one that only its own mapping can explain.
    fn key(&self, table: &OldTable<'_>, name: &str) -> Option<Keys> {
        let is_own = match table.scope {
            Scope::Document => name == DOCUMENT_KEY && !table.has_row_kinds(),
            Scope::Contact => name == CONTACT_KEY,
            Scope::Child(_) => false,
        };
        let keys = self.key_source(table, name)?;
        Some(if is_own { keys.with("key", "true") } else { keys })
    }

    fn key_source(&self, table: &OldTable<'_>, name: &str) -> Option<Keys> {
        let parent =
            |parent: &OldTable<'_>| Keys::of("parent", yaml::scalar(&format!("{}.{name}", parent.name)));
        let contact = self
            .contact_table()
            .filter(|contact| contact.name != table.name && table.scope != Scope::Document);
        if name == CONTACT_KEY {
            return match (table.scope, contact) {
                (Scope::Document, _) => None,
                (_, Some(contact)) => Some(parent(contact)),
                (Scope::Contact, None) => Some(self.of_document(table, name, "")),
                (Scope::Child(_), None) => Some(self.of_document(table, name, "..")),
            };
        }
        let base = self.tables.iter().find(|known| known.name == BASE && known.name != table.name);
        if name == DOCUMENT_KEY {
            return Some(match base {
                Some(base) => parent(base),
                None => match table.column(name).filter(|mapping| mapping.attribute.is_some()) {
                    Some(mapping) => {
                        let path = super::paths::relative(&table.row_path, &mapping.path);
                        let path = attribute(&path, mapping.attribute.as_deref());
                        Keys::of("path", yaml::scalar(&path))
                            .with("type", super::values::type_name(mapping, super::values::Cut::ToLength))
                    }
                    None => Keys::of("generate", "document_key").with("type", "int"),
                },
            });
        }
        // Another column of a parent that has one row for this one.
        let related = self
            .old
            .relationships
            .iter()
            .find(|found| found.child == table.name && found.column.as_deref() == Some(name))?;
        let found = self.tables.iter().find(|known| known.name == related.parent)?;
        let is_around = found.scope == Scope::Document && !found.has_row_kinds()
            || found.scope == Scope::Contact && matches!(table.scope, Scope::Child(_));
        (is_around && found.column(name).is_some()).then(|| parent(found))
    }

    /// The contact's key from the document itself.
    fn of_document(&self, table: &OldTable<'_>, name: &str, way: &str) -> Keys {
        let data_type = table.column(name).map_or_else(
            || "int".to_owned(),
            |mapping| super::values::type_name(mapping, super::values::Cut::ToLength),
        );
        Keys::of("path", yaml::scalar(&attribute(way, Some(self.contact_key()))))
            .with("type", yaml::scalar(&data_type))
    }
}
