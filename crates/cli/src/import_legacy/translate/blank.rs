//! Which rows the old program left out because they held nothing.

use super::language::has_ways_of_values;
use super::lets::{Lets, sql_name};
use super::tables::{BASE, OldTable, Scope};
use super::translator::Translator;
use crate::import_legacy::differences::Difference;
use crate::import_legacy::draft::{DraftTable, Keys, Line};
use crate::import_legacy::expression;
use crate::import_legacy::old::{ElementType, Enumeration, Mapping, Step};

/// Attributes of which a contact has at least one.
const OF_CONTACTS: [&str; 4] = ["birth_date", "first_name", "last_name", "ssn"];

/// Words that make up the name of a column, and the attribute that is looked at when no mapping has it.
type Wanted = (&'static str, &'static [&'static [&'static str]]);

const OF_ADDRESSES: [Wanted; 5] = [
    ("zip", &[&["zip"], &["postal"]]),
    ("city", &[&["city"]]),
    ("street_name", &[&["street", "name"], &["street"]]),
    ("street_number", &[&["street", "number"], &["street", "no"], &["street", "num"], &["street", "nbr"]]),
    ("state", &[&["state"]]),
];

const SALARY: &str = "salary";

const OF_EMPLOYMENTS: [Wanted; 5] = [
    (
        "business_name",
        &[&["business", "name"], &["business"], &["employer", "name"], &["employer"], &["name"]],
    ),
    (SALARY, &[&["salary"]]),
    ("job_title", &[&["job", "title"], &["title"]]),
    ("zip", &[&["zip"], &["postal"]]),
    ("city", &[&["city"]]),
];

/// Words in names of columns and attributes that say nothing about what they hold.
const EMPTY: [&str; 8] = ["b", "tp", "c", "cd", "code", "enum", "type", "txt"];

impl Translator<'_> {
    /// Conditions that elements must fulfil besides their rule, or rows would be blank.
    pub(super) fn not_blank(&mut self, table: &OldTable<'_>) -> Option<String> {
        let wanted = match table.scope {
            Scope::Document => return None,
            Scope::Contact => {
                let conditions = OF_CONTACTS.map(|name| format!("@{name} != ''"));
                return Some(format!("({})", conditions.join(" or ")));
            }
            Scope::Child(ElementType::Employment) => OF_EMPLOYMENTS,
            Scope::Child(_) => {
                if self.has_defaults(table) {
                    return None;
                }
                OF_ADDRESSES
            }
        };
        let prefix = prefix(table);
        let conditions = wanted.map(|(name, words)| {
            let mapping = mapping_of(table, words);
            let own = mapping.and_then(|mapping| mapping.attribute.clone());
            let attribute = own.unwrap_or_else(|| format!("{prefix}{name}"));
            if name != SALARY {
                return format!("@{attribute} != ''");
            }
            if let Some(mapping) = mapping {
                self.notes.concern(Difference::SalaryOfZero, mapping.index);
            }
            format!("(@{attribute} != '' and not(@{attribute} = 0))")
        });
        Some(format!("({})", conditions.join(" or ")))
    }

    /// Whether rows of an address table always have something that the old program took for data.
    fn has_defaults(&mut self, table: &OldTable<'_>) -> bool {
        let mut has_any = false;
        for mapping in &table.mappings {
            if mapping.excludes_default && mapping.default.is_some() {
                self.notes.concern(Difference::DefaultOfEmptyRecord, mapping.index);
            }
            if (mapping.default.is_some() && !mapping.excludes_default) || mapping.has(&Step::NowIfNull) {
                self.notes.concern(Difference::DefaultsOfAddresses, mapping.index);
                has_any = true;
            }
        }
        self.always_has_value(table) || has_any
    }

    /// Whether some column has a value whatever the document says: a bit, an enum with a fallback, a CASE of constants.
    pub(super) fn always_has_value(&mut self, table: &OldTable<'_>) -> bool {
        let mut found = false;
        for mapping in &table.mappings {
            let is_always = mapping.is_always_bit()
                || (mapping.has(&Step::Enum)
                    && self.enumeration(mapping).is_some_and(Enumeration::has_fallback))
                || (mapping.has(&Step::Calculated)
                    && mapping.expression.as_ref().is_some_and(|(text, _)| {
                        expression::parse(text).is_ok_and(|expr| expr.is_never_null())
                    }));
            if is_always {
                self.notes.concern(Difference::NeverBlank, mapping.index);
                found = true;
            }
        }
        found
    }

    /// Leaves out the row of a document that says nothing.
    pub(super) fn skip_blank(&mut self, table: &OldTable<'_>, draft: &mut DraftTable, lets: &mut Lets) {
        if table.name == BASE || table.scope != Scope::Document || self.always_has_value(table) {
            return;
        }
        for mapping in
            table.mappings.iter().filter(|mapping| mapping.excludes_default && mapping.default.is_some())
        {
            self.notes.concern(Difference::DefaultOfEmptyRecord, mapping.index);
        }
        // A column that must not be null would fail the document before its row is left out.
        let is_required = draft.columns.iter().any(|line| line.keys.get("required").is_some());
        let is_calculated = draft.columns.iter().any(|line| line.keys.get("expr").is_some());
        if is_required || (is_calculated && !has_ways_of_values()) {
            let mut conditions = Vec::new();
            for Line { name, keys, .. } in &draft.columns {
                conditions.extend(presence(name, keys, lets));
            }
            draft.condition = Some(conditions.join(" OR "));
        } else {
            draft.skips_blank = true;
        }
    }
}

/// Whether the document has something for a column, as SQL.
fn presence(name: &str, keys: &Keys, lets: &mut Lets) -> Option<String> {
    let path = keys.get("path");
    let is_safe = keys.get("required").is_none() && keys.get("default").is_none();
    match path {
        Some(path) if !is_safe => {
            let copy = lets.name(name, "text", Keys::of("path", path));
            Some(format!("{copy} IS NOT NULL"))
        }
        Some(_) => Some(format!("{} IS NOT NULL", sql_name(name))),
        None if keys.get("expr").is_some() && is_safe => Some(format!("{} IS NOT NULL", sql_name(name))),
        None => None,
    }
}

/// What the names of all attributes of a table's own element begin with, as in `b_name`, `b_zip`.
fn prefix(table: &OldTable<'_>) -> String {
    let own = table.mappings.iter().filter(|mapping| mapping.path == table.row_path);
    let mut names = own.filter_map(|mapping| mapping.attribute.as_deref());
    let Some((prefix, _)) = names.next().and_then(|first| first.split_once('_')) else {
        return String::new();
    };
    let is_shared = names.all(|name| name.split_once('_').is_some_and(|(found, _)| found == prefix));
    if prefix.len() == 1 && is_shared { format!("{prefix}_") } else { String::new() }
}

/// The mapping of a table's own element whose column or attribute is called so.
fn mapping_of<'t>(table: &'t OldTable<'_>, wanted: &[&[&str]]) -> Option<&'t Mapping> {
    let own = || {
        table.mappings.iter().filter(|mapping| mapping.path == table.row_path && mapping.attribute.is_some())
    };
    let is_called = |name: &str, words: &[&str]| {
        let name = name.to_ascii_lowercase();
        name.split('_').filter(|word| !EMPTY.contains(word)).eq(words.iter().copied())
    };
    wanted.iter().find_map(|words| {
        let by_column = own().find(|mapping| is_called(&mapping.column, words));
        let by_attribute =
            || own().find(|mapping| mapping.attribute.as_deref().is_some_and(|name| is_called(name, words)));
        by_column.or_else(by_attribute).copied()
    })
}
