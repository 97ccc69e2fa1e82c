//! The tables of an old contract: what their rows are made of, and in which order they are filled.

use crate::import_legacy::differences::Difference;
use crate::import_legacy::notes::Notes;
use crate::import_legacy::old::{ElementType, FaultKind, Mapping, OldContract};

/// The table that every document has a row in.
pub(super) const BASE: &str = "app_base";

/// A table with its mappings in the order of the file.
#[derive(Clone, Debug)]
pub(super) struct OldTable<'o> {
    pub(super) name: String,
    pub(super) scope: Scope,
    /// Absolute path of the elements that rows stand for.
    pub(super) row_path: Vec<String>,
    pub(super) mappings: Vec<&'o Mapping>,
}

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Document,
    Contact,
    /// An address or employment of a contact.
    Child(ElementType),
}

impl OldTable<'_> {
    /// Whether it has rows that mapping types make.
    pub(super) fn has_row_kinds(&self) -> bool {
        self.mappings.iter().any(|mapping| mapping.row().is_some())
    }

    /// The first mapping to this column.
    pub(super) fn column(&self, name: &str) -> Option<&Mapping> {
        self.mappings.iter().find(|mapping| mapping.column == name && mapping.row().is_none()).copied()
    }
}

/// All tables that have mappings, parents first, else in the order of the old contract.
pub(super) fn tables<'o>(old: &'o OldContract, notes: &mut Notes) -> Vec<OldTable<'o>> {
    let mut found: Vec<OldTable<'o>> = Vec::new();
    for mapping in &old.mappings {
        let at = found.iter().position(|table| table.name == mapping.table).unwrap_or_else(|| {
            found.push(OldTable {
                name: mapping.table.clone(),
                scope: Scope::Document,
                row_path: Vec::new(),
                mappings: Vec::new(),
            });
            found.len() - 1
        });
        found[at].mappings.push(mapping);
    }
    for table in &mut found {
        (table.scope, table.row_path) = scope(old, table);
    }
    in_order(old, found, notes)
}

fn scope(old: &OldContract, table: &OldTable<'_>) -> (Scope, Vec<String>) {
    let document = (Scope::Document, old.main_path.clone());
    if table.name == BASE || table.has_row_kinds() {
        return document;
    }
    let scope_of = |path: &Vec<String>| {
        let scope = match old.rules.of_path(path)?.0 {
            ElementType::Contact => Scope::Contact,
            child @ (ElementType::Address | ElementType::Employment) => Scope::Child(child),
        };
        Some((scope, path.clone()))
    };
    // Keys come from anywhere; they do not tell what the rows are.
    let is_key = |mapping: &Mapping| {
        matches!(&*mapping.column, "app_id" | "con_id")
            || old
                .relationships
                .iter()
                .any(|found| found.child == table.name && found.column.as_ref() == Some(&mapping.column))
    };
    let mut counts: Vec<((Scope, Vec<String>), usize)> = Vec::new();
    for is_counted in [true, false] {
        for mapping in
            table.mappings.iter().filter(|mapping| mapping.has_plain_path() && is_key(mapping) != is_counted)
        {
            let Some(found) = scope_of(&mapping.path) else { continue };
            match counts.iter_mut().find(|(known, _)| *known == found) {
                Some((_, count)) => *count += 1,
                None => counts.push((found, 1)),
            }
        }
        if !counts.is_empty() {
            break;
        }
    }
    let related = old
        .relationships
        .iter()
        .filter(|found| found.child == table.name)
        .find_map(|found| scope_of(&found.child_path));
    // Elements within others win: a row per address may well have values of its contact.
    let most =
        counts.into_iter().max_by_key(|((_, path), count)| (path.len(), *count)).map(|(found, _)| found);
    match (most, related) {
        (Some(found), Some(related)) if found.0 != related.0 && related.1.len() > found.1.len() => related,
        (Some(found), _) => found,
        (None, Some(related)) if table.mappings.iter().all(|mapping| is_key(mapping)) => related,
        (None, _) => document,
    }
}

fn in_order<'o>(old: &OldContract, found: Vec<OldTable<'o>>, notes: &mut Notes) -> Vec<OldTable<'o>> {
    let rank = |name: &str| old.order.iter().position(|ordered| ordered.table == name);
    for ordered in old.order.iter().filter(|ordered| !found.iter().any(|table| table.name == ordered.table)) {
        let message = format!("table `{}` has no mapping: it is left out", ordered.table);
        notes.fault(FaultKind::TableWithoutMappings, &ordered.place, message);
    }
    if !old.order.is_empty() {
        notes.differences.entry(Difference::InsertOrder).or_default();
        for table in found.iter().filter(|table| rank(&table.name).is_none()) {
            let message = format!("table `{}` is not in `table_insertion_order`: it comes last", table.name);
            notes.fault(FaultKind::TableNotInOrder, &table.mappings[0].place, message);
        }
    }
    let mut waiting = found;
    waiting.sort_by_key(|table| rank(&table.name).unwrap_or(usize::MAX));
    let contact = waiting.iter().find(|table| table.scope == Scope::Contact).map(|table| table.name.clone());
    let has_base = waiting.iter().any(|table| table.name == BASE);
    let names = waiting.iter().map(|table| table.name.clone()).collect::<Vec<_>>();
    let needs = |table: &OldTable<'_>| -> Vec<String> {
        let mut needs = Vec::new();
        if has_base && table.name != BASE {
            needs.push(BASE.to_owned());
        }
        match (&contact, table.scope) {
            (Some(contact), Scope::Child(_)) => needs.push(contact.clone()),
            (Some(contact), Scope::Contact) if *contact != table.name => needs.push(contact.clone()),
            _ => {}
        }
        let parents =
            old.relationships.iter().filter(|found| found.child == table.name && found.parent != table.name);
        needs.extend(parents.map(|found| found.parent.clone()).filter(|parent| names.contains(parent)));
        needs
    };
    let mut ordered: Vec<OldTable<'o>> = Vec::new();
    while !waiting.is_empty() {
        let is_ready = |table: &OldTable<'_>| {
            needs(table).iter().all(|name| ordered.iter().any(|known| known.name == *name))
        };
        // A circle of relationships: the order of the file has to do.
        let at = waiting.iter().position(is_ready).unwrap_or(0);
        for passed in &waiting[..at] {
            if let Some(known) = old.order.iter().find(|known| known.table == passed.name) {
                let message =
                    format!("table `{}` stands before its parent in `table_insertion_order`", passed.name);
                notes.fault(FaultKind::ParentAfterChild, &known.place, message);
            }
        }
        ordered.push(waiting.remove(at));
    }
    ordered
}
