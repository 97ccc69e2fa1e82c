//! Names of tables and columns: those of elements and attributes, as databases write them, as short as they are unique.
//!
//! The same samples always give the same names; the order in which names are asked for decides nothing but numbers at their ends.

use std::collections::HashMap;

use super::draft::{Content, Draft, DraftColumn, DraftTable, Extra};
use super::options::InferOptions;
use super::owners::Owners;
use xmlshred_model::log_table::{FILE, ISSUE, LOG};

use super::profile::{ElementId, Profile};
use super::words::snake;
use crate::path::Namespaces;

/// PostgreSQL takes 63 bytes; a number may follow.
const MAX_BYTES: usize = 56;
/// A column of an element below the row's is called after both: `address_city`.
const COLUMN_NAMES: usize = 2;
/// Tables that xmlshred itself writes.
const RESERVED: [&str; 3] = [LOG, ISSUE, FILE];

/// Tables and columns with their names.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) root: ElementId,
    pub(super) tables: Vec<NamedTable>,
    pub(super) namespaces: Namespaces,
    pub(super) key_path: Option<String>,
    pub(super) notes: Vec<String>,
}

/// A table with its name and key.
#[derive(Debug)]
pub(super) struct NamedTable {
    pub(super) name: String,
    pub(super) element: ElementId,
    pub(super) parent: Option<usize>,
    pub(super) each: Option<String>,
    /// The name of the table whose rows this one goes on with.
    pub(super) continues: Option<String>,
    /// Local names of what `each` finds and is no row.
    pub(super) except: Vec<String>,
    /// Names of the primary key's columns, the parent's first.
    pub(super) key: Vec<String>,
    pub(super) columns: Vec<(String, DraftColumn)>,
}

/// Gives everything its name.
pub(super) fn named(profile: &Profile, draft: Draft, options: &InferOptions) -> Named {
    let Draft { root, tables, namespaces, key_path, notes } = draft;
    let source_table = options.source_table.rsplit('.').next().unwrap_or_default();
    let reserved = reserved([source_table.to_owned()]);
    let outermost = Outermost { name: None, key: vec![options.source_key.clone()], taken: Vec::new() };
    let tables = named_tables(profile, root, tables, &outermost, &reserved);
    let root_name = snake(&profile.elements.get(root).name.local);
    let name = options.name.clone().unwrap_or_else(|| root_name.replace('_', "-"));
    Named { name, root, tables, namespaces, key_path, notes }
}

/// What the outermost table is and has already.
pub(super) struct Outermost {
    /// Its name, where it has one.
    pub(super) name: Option<String>,
    /// Its key: without one, the tables within it have none.
    pub(super) key: Vec<String>,
    /// Names of its other columns.
    pub(super) taken: Vec<String>,
}

/// Names that no table can have: these, and those of the log.
pub(super) fn reserved(names: impl IntoIterator<Item = String>) -> Vec<String> {
    RESERVED.iter().map(|&name| name.to_owned()).chain(names).collect()
}

/// Gives tables and columns their names; the first table is the outermost.
pub(super) fn named_tables(
    profile: &Profile,
    root: ElementId,
    tables: Vec<DraftTable>,
    outermost: &Outermost,
    reserved: &[String],
) -> Vec<NamedTable> {
    let Outermost { name, key: first_key, taken } = outermost;
    let owners = Owners::of_tables(profile);
    let wanted = tables.iter().map(|table| {
        let element = if table.except.is_empty() { table.element } else { root };
        // The first name is the root's, which is everybody's owner.
        let count = (table.names.len() - 1).max(1);
        Wanted { names: &table.names, min_names: owners.needed(root, element, count, 1) }
    });
    let mut wanted = wanted.collect::<Vec<_>>();
    let names = match name {
        None => unique(&wanted, reserved),
        Some(name) => {
            wanted.remove(0);
            [vec![name.clone()], unique(&wanted, reserved)].concat()
        }
    };
    let mut named: Vec<NamedTable> = Vec::with_capacity(tables.len());
    for (table, name) in tables.into_iter().zip(&names) {
        let owners = Owners::of_columns(profile, &table);
        let DraftTable { element, parent, each, names: _, columns, continues, except } = table;
        let continues = continues.map(|at| names[at].clone());
        let mut key = match parent {
            None => first_key.clone(),
            Some(parent) => named[parent].key.clone(),
        };
        if parent.is_some() && each.is_some() && !key.is_empty() {
            let number = format!("{}_no", continues.as_ref().unwrap_or(name));
            key.push(unique(&[Wanted { names: &[number], min_names: 1 }], &key).remove(0));
        }
        let taken = if parent.is_none() { &[&key[..], taken].concat() } else { &key };
        let column_names = column_names(&columns, taken, element, &owners);
        let columns = column_names.into_iter().zip(columns).collect();
        named.push(NamedTable { name: name.clone(), element, parent, each, continues, except, key, columns });
    }
    named
}

/// Names of a table's columns, none of which is taken; that of a zone goes on from the date's, which stands before it.
fn column_names(
    columns: &[DraftColumn],
    taken: &[String],
    row: ElementId,
    owners: &Owners<'_>,
) -> Vec<String> {
    let is_zone = |column: &DraftColumn| matches!(column.content, Content::Extra(Extra::Zone));
    let plain = columns.iter().filter(|column| !is_zone(column));
    let wanted = plain.map(|column| {
        let count = column.names.len();
        let min_names = owners.needed(row, column.element, count, COLUMN_NAMES.min(count));
        Wanted { names: &column.names, min_names }
    });
    let mut names = unique(&wanted.collect::<Vec<_>>(), taken).into_iter();
    let mut taken = taken.to_vec();
    taken.extend(names.as_slice().iter().cloned());
    let mut all = Vec::<String>::with_capacity(columns.len());
    for column in columns {
        let name = if is_zone(column) {
            let zone = all.last().map_or_else(|| column.names.join("_"), |date| format!("{date}_zone"));
            unique(&[Wanted { names: &[zone], min_names: 1 }], &taken).remove(0)
        } else {
            names.next().expect("every column that is no zone has a name")
        };
        taken.push(name.clone());
        all.push(name);
    }
    all
}

/// What a name can be made of.
struct Wanted<'n> {
    /// From the outermost to the innermost.
    names: &'n [String],
    /// It takes as many as this, from the end, if there are as many.
    min_names: usize,
}

/// Names that differ by more than case from each other and from `taken`: as few parts as possible, and a number where all of them
/// are not enough.
fn unique(wanted: &[Wanted<'_>], taken: &[String]) -> Vec<String> {
    let mut counts = wanted.iter().map(|one| one.min_names.clamp(1, one.names.len())).collect::<Vec<_>>();
    let parts = wanted.iter().map(|one| one.names.iter().map(|name| snake(name)).collect::<Vec<_>>());
    let parts = parts.collect::<Vec<_>>();
    let name = |at: usize, count: usize| {
        let parts = &parts[at];
        shortened(&parts[parts.len() - count..])
    };
    loop {
        let mut users: HashMap<String, usize> = taken.iter().map(|name| (name.to_lowercase(), 1)).collect();
        for (at, &count) in counts.iter().enumerate() {
            *users.entry(name(at, count).to_lowercase()).or_default() += 1;
        }
        let mut has_changed = false;
        for at in 0..wanted.len() {
            let is_shared = users[&name(at, counts[at]).to_lowercase()] > 1;
            if is_shared && counts[at] < parts[at].len() {
                counts[at] += 1;
                has_changed = true;
            }
        }
        if !has_changed {
            break;
        }
    }
    let mut known = taken.iter().map(|name| name.to_lowercase()).collect::<std::collections::HashSet<_>>();
    let mut names = Vec::with_capacity(wanted.len());
    let mut next_numbers = HashMap::new();
    for (at, &count) in counts.iter().enumerate() {
        let plain = name(at, count);
        // Numbers are not tried again: they are taken, and stay so.
        let next = next_numbers.entry(plain.to_lowercase()).or_insert(1_u32);
        let chosen = loop {
            let number = *next;
            *next += 1;
            let name = if number == 1 { plain.clone() } else { format!("{plain}_{number}") };
            if !known.contains(&name.to_lowercase()) {
                break name;
            }
        };
        known.insert(chosen.to_lowercase());
        names.push(chosen);
    }
    names
}

/// Parts to one name; what is too long loses parts from its middle, then characters.
fn shortened(parts: &[String]) -> String {
    let mut kept = parts.to_vec();
    while kept.len() > 2 && joined(&kept).len() > MAX_BYTES {
        kept.remove(1);
    }
    let mut name = joined(&kept);
    while name.len() > MAX_BYTES {
        name.pop();
    }
    name
}

/// `supplier_party`, `party` and `party_name` are `supplier_party_name`: a part that begins as the one before ends goes on with it.
fn joined(parts: &[String]) -> String {
    let mut name = String::new();
    for part in parts {
        let (first, rest) = part.split_once('_').unwrap_or((part, ""));
        let goes_on = name.contains('_') || !rest.is_empty();
        let repeats = name.rsplit('_').next().is_some_and(|last| last == first);
        let added = if goes_on && repeats { rest } else { part };
        if !name.is_empty() && !added.is_empty() {
            name.push('_');
        }
        name.push_str(added);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(wanted: &[(&str, usize)], taken: &[&str]) -> Vec<String> {
        let parts = wanted.iter().map(|(names, _)| names.split('/').map(str::to_owned).collect::<Vec<_>>());
        let parts = parts.collect::<Vec<_>>();
        let wanted = parts.iter().zip(wanted).map(|(names, &(_, min_names))| Wanted { names, min_names });
        unique(&wanted.collect::<Vec<_>>(), &taken.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn names_are_as_short_as_they_are_unique() {
        assert_eq!(names(&[("a/b/city", 1), ("a/c/zip", 1)], &[]), ["city", "zip"]);
        assert_eq!(names(&[("a/bill/city", 1), ("a/ship/city", 1)], &[]), ["bill_city", "ship_city"]);
        assert_eq!(names(&[("a/bill/city", 2), ("id", 1)], &["ID"]), ["bill_city", "id_2"]);
        assert_eq!(names(&[("a", 1), ("A", 1), ("a_2", 1)], &[]), ["a", "a_2", "a_2_2"]);
    }

    #[test]
    fn words_that_stand_twice_stand_once() {
        let joined = |names: &str| joined(&names.split('/').map(snake).collect::<Vec<_>>());
        assert_eq!(joined("SupplierParty/Party/PartyName/Name"), "supplier_party_name");
        assert_eq!(joined("Price/PriceAmount"), "price_amount");
        assert_eq!(joined("part/part"), "part_part");
    }

    #[test]
    fn long_names_lose_their_middle() {
        let long = format!("outer/{}/{}/inner", "m".repeat(40), "n".repeat(40));
        assert_eq!(names(&[(&long, 4)], &[]), [format!("outer_{}_inner", "n".repeat(40))]);
        assert_eq!(names(&[(&"x".repeat(100), 1)], &[])[0].len(), MAX_BYTES);
    }
}
