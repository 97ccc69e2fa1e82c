//! Compares the tables of two databases, of any two kinds, as sets of rows.

use xmlshred_databases::RowReader;
use xmlshred_engine::ports::PortError;
use xmlshred_model::log_table::{issue_table, log_table};
use xmlshred_model::{TableSchema, TargetSchema};
use xxhash_rust::xxh3::xxh3_128;

use crate::rows::write_cell;

/// Columns of the log that are the same in every run over the same documents.
const LOG_COLUMNS: &[&str] =
    &["status", "failure_reason", "row_count", "issue_count", "contract_hash", "document_hash"];

/// How two databases compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Comparison {
    /// Rows of each table that is the same in both.
    pub(super) equal: Vec<(String, u64)>,
    /// Tables that differ, with the rows in either database.
    pub(super) different: Vec<(String, u64, u64)>,
}

impl Comparison {
    /// Rows of the tables that are the same.
    pub(super) fn equal_row_count(&self) -> u64 {
        self.equal.iter().map(|(_, count)| count).sum()
    }
}

/// All target tables and the log, without the columns that change from run to run.
pub(super) fn compared_tables(schema: &TargetSchema, changing: &[(&str, &str)]) -> Vec<TableSchema> {
    let mut tables: Vec<_> = schema
        .tables
        .iter()
        .map(|table| only(table.clone(), |column| !changing.contains(&(table.name.as_str(), column))))
        .collect();
    let key = schema.key_column.as_str();
    tables
        .push(only(log_table(key, schema.key_type), |column| column == key || LOG_COLUMNS.contains(&column)));
    tables.push(issue_table(key, schema.key_type));
    tables
}

fn only(mut table: TableSchema, is_wanted: impl Fn(&str) -> bool) -> TableSchema {
    table.columns.retain(|column| is_wanted(&column.name));
    table
}

/// Compares these tables as sets of rows in which a row may stand several times; the order of rows does not count.
///
/// # Errors
/// When a database cannot be read or lacks a table.
pub(super) fn compare(
    left: &mut dyn RowReader,
    right: &mut dyn RowReader,
    tables: &[TableSchema],
) -> Result<Comparison, PortError> {
    let mut comparison = Comparison::default();
    for table in tables {
        let (left, right) = (digest(left, table)?, digest(right, table)?);
        if left == right {
            comparison.equal.push((table.name.clone(), left.row_count));
        } else {
            comparison.different.push((table.name.clone(), left.row_count, right.row_count));
        }
    }
    Ok(comparison)
}

/// What is the same for two sets of rows exactly when they are, but for chance (2^-128).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Digest {
    row_count: u64,
    sum: u128,
}

fn digest(reader: &mut dyn RowReader, table: &TableSchema) -> Result<Digest, PortError> {
    let mut digest = Digest::default();
    let mut text = Vec::new();
    reader.rows(table, &mut |row| {
        text.clear();
        row.iter().for_each(|cell| write_cell(cell, &mut text));
        digest.row_count += 1;
        digest.sum = digest.sum.wrapping_add(xxh3_128(&text));
    })?;
    Ok(digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use xmlshred_model::{ColumnSchema, DataType, OwnedValue, Value};

    /// Rows of one text column.
    struct Rows(&'static [Option<&'static str>]);

    impl RowReader for Rows {
        fn rows(
            &mut self,
            _table: &TableSchema,
            each: &mut dyn FnMut(&[OwnedValue]),
        ) -> Result<(), PortError> {
            for text in self.0 {
                let cell =
                    text.map_or(OwnedValue::Inline(Value::Null), |text| OwnedValue::Text(text.to_owned()));
                each(&[cell, OwnedValue::Inline(Value::Double(0.5))]);
            }
            Ok(())
        }
    }

    #[test]
    fn the_order_of_rows_does_not_count_but_their_number_does() {
        let column = |name: &str, data_type| ColumnSchema {
            name: name.to_owned(),
            data_type,
            nullable: true,
            sensitive: false,
        };
        let table = TableSchema {
            name: "t".to_owned(),
            columns: vec![column("a", DataType::Text), column("b", DataType::Double)],
            primary_key: Vec::new(),
            foreign_keys: Vec::new(),
        };
        let compare = |left, right| {
            let tables = std::slice::from_ref(&table);
            compare(&mut Rows(left), &mut Rows(right), tables).unwrap()
        };
        let left = &[Some("x"), None, None];
        assert_eq!(compare(left, &[None, Some("x"), None]).equal, [("t".to_owned(), 3)]);
        assert_eq!(compare(left, &[None, Some("x")]).different, [("t".to_owned(), 3, 2)]);
        assert_eq!(compare(&[Some("")], &[None]).different, [("t".to_owned(), 1, 1)]);
    }
}
