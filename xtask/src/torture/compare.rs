//! Compares what two targets hold: tables cell by cell, and the log.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use xmlshred_databases::RowReader;
use xmlshred_model::log_table::{LOG, issue_table, log_table};
use xmlshred_model::{OwnedValue, TableSchema, TargetSchema, Value, lexical};

use crate::workspace::Error;

/// Columns of the log, besides the key, that are the same in every history that ends well. The contract's hash is not: the clean run
/// writes into another schema.
const LOG_COLUMNS: &[&str] = &["status", "failure_reason", "row_count", "issue_count", "document_hash"];
/// Differing rows that are shown of each table.
const MAX_SHOWN: usize = 20;
/// What the log row of a document has whose rows are in the target.
const SUCCEEDED: &str = " status=\"success\" ";
/// Characters of a row that are shown.
const MAX_ROW: usize = 300;

/// The rows of each table, written out, with how often each stands there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Contents(BTreeMap<String, BTreeMap<String, u64>>);

impl Contents {
    /// # Errors
    /// When a table cannot be read.
    pub(super) fn read(reader: &mut dyn RowReader, schema: &TargetSchema) -> Result<Self, Error> {
        let key = schema.key_column.as_str();
        let mut log = log_table(key, schema.key_type);
        log.columns.retain(|column| column.name == key || LOG_COLUMNS.contains(&column.name.as_str()));
        let tables = schema.tables.iter().cloned().chain([log, issue_table(key, schema.key_type)]);
        let mut contents = Self::default();
        for table in tables {
            let mut rows = BTreeMap::new();
            reader.rows(&table, &mut |row| *rows.entry(written(&table, row)).or_default() += 1)?;
            contents.0.insert(table.name.clone(), rows);
        }
        Ok(contents)
    }

    /// How many rows there are in all.
    pub(super) fn row_count(&self) -> u64 {
        self.0.values().flat_map(BTreeMap::values).sum()
    }

    /// Where this differs from the clean target, one row a line; empty when it does not.
    pub(super) fn difference(&self, clean: &Self) -> String {
        let mut out = String::new();
        for (table, clean) in &clean.0 {
            let none = BTreeMap::new();
            let here = self.0.get(table).unwrap_or(&none);
            let keys: BTreeSet<_> = clean.keys().chain(here.keys()).collect();
            let times = |rows: &BTreeMap<String, u64>, row: &String| rows.get(row).copied().unwrap_or(0);
            let differing: Vec<_> =
                keys.into_iter().filter(|row| times(here, row) != times(clean, row)).collect();
            for row in differing.iter().take(MAX_SHOWN) {
                let (here, there) = (times(here, row), times(clean, row));
                let row = shown(row);
                let _ = writeln!(out, "{table}: {here} times here, {there} times after the clean run: {row}");
            }
            if differing.len() > MAX_SHOWN {
                let _ = writeln!(out, "{table}: and {} rows more", differing.len() - MAX_SHOWN);
            }
        }
        out
    }

    /// Rows that are here without a log row of success, or missing with one, one a line: what a commit in two halves would leave.
    /// For targets that nobody writes to at the moment.
    pub(super) fn half_done(&self, clean: &Self) -> String {
        let done: BTreeSet<_> = self.log().filter(|row| row.contains(SUCCEEDED)).map(first_cell).collect();
        let mut out = String::new();
        for (table, clean) in clean.0.iter().filter(|(table, _)| *table != LOG) {
            let none = BTreeMap::new();
            let here = self.0.get(table).unwrap_or(&none);
            let without_log = here.keys().filter(|row| !done.contains(first_cell(row)));
            let without_rows =
                clean.keys().filter(|row| done.contains(first_cell(row)) && !here.contains_key(*row));
            without_log.take(MAX_SHOWN).for_each(|row| {
                let _ = writeln!(out, "{table}: here before its document is done: {}", shown(row));
            });
            without_rows.take(MAX_SHOWN).for_each(|row| {
                let _ = writeln!(out, "{table}: not here, though its document is done: {}", shown(row));
            });
        }
        out
    }

    /// What the log says, for those who look for words in it.
    pub(super) fn log(&self) -> impl Iterator<Item = &str> {
        let rows = self.0.get(LOG);
        rows.into_iter().flat_map(|rows| rows.keys().map(String::as_str))
    }
}

/// The document's key: the first column of every table.
fn first_cell(row: &str) -> &str {
    row.split(' ').next().unwrap_or_default()
}

fn shown(row: &str) -> String {
    row.chars().take(MAX_ROW).collect()
}

fn written(table: &TableSchema, row: &[OwnedValue]) -> String {
    let mut out = String::new();
    for (column, cell) in table.columns.iter().zip(row) {
        let _ = write!(out, "{}=", column.name);
        match cell.as_value() {
            Value::Null => out.push_str("null"),
            Value::Text(text) => {
                let _ = write!(out, "{text:?}");
            }
            // Bit for bit: what is compared is whether two histories did the same.
            Value::Double(number) => {
                let _ = write!(out, "{number} ({:x})", number.to_bits());
            }
            value => lexical::format(&value, &mut out),
        }
        out.push(' ');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(rows: &[(&str, u64)]) -> Contents {
        let rows = rows.iter().map(|(row, count)| ((*row).to_owned(), *count)).collect();
        Contents([("t".to_owned(), rows)].into())
    }

    #[test]
    fn a_row_too_many_and_a_row_too_few_are_told() {
        let clean = contents(&[("a=1", 1), ("a=2", 2)]);
        assert_eq!(clean.difference(&clean), "");
        let said = contents(&[("a=2", 1), ("a=3", 1)]).difference(&clean);
        assert_eq!(
            said,
            "t: 0 times here, 1 times after the clean run: a=1\n\
             t: 1 times here, 2 times after the clean run: a=2\n\
             t: 1 times here, 0 times after the clean run: a=3\n"
        );
    }

    #[test]
    fn half_of_a_commit_is_told() {
        let log = |status| (LOG.to_owned(), [(format!("id=1 status=\"{status}\" "), 1)].into());
        let table = |rows: &[&str]| {
            let rows = rows.iter().map(|row| ((*row).to_owned(), 1)).collect();
            ("t".to_owned(), rows)
        };
        let clean = Contents([log("success"), table(&["id=1 a=1 ", "id=1 a=2 "])].into());
        assert_eq!(clean.half_done(&clean), "");
        let unlogged = Contents([table(&["id=1 a=1 "])].into());
        assert_eq!(unlogged.half_done(&clean), "t: here before its document is done: id=1 a=1 \n");
        let missing = Contents([log("success"), table(&["id=1 a=1 "])].into());
        assert_eq!(missing.half_done(&clean), "t: not here, though its document is done: id=1 a=2 \n");
        let failed = Contents([log("failed")].into());
        assert_eq!(failed.half_done(&clean), "");
    }
}
