//! How the rows that a document gives differ from those of the target.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use xmlshred_model::{Batch, CellReader, DataType, OnExisting, OwnedValue, TableSchema, TargetSchema};

use super::answer::TableDifference;
use crate::rows::{write_cell, written};

/// A row.
pub(super) type Cells = Vec<OwnedValue>;

/// The rows that a document gives, and that stay: of several with one key one, where the contract says which.
pub(super) fn expected(schema: &TargetSchema, batch: &Batch, table: usize) -> Vec<Cells> {
    let on_existing = schema.on_existing;
    let schema = &schema.tables[table];
    let records = batch.rows(table);
    let columns = schema.columns.iter().zip(records.columns());
    let readers: Vec<_> = columns
        .map(|(column, array)| (CellReader::new(array.as_ref(), column.data_type), column.data_type))
        .collect();
    let row = |at| {
        let cells = readers.iter().map(|(reader, data_type)| {
            let mut cell = reader.value(at).to_owned_value();
            as_kept(&mut cell, *data_type);
            cell
        });
        cells.collect()
    };
    one_per_key(schema, on_existing, (0..records.num_rows()).map(row).collect())
}

/// The rows that stay of these of one document: the first with a key, or the last.
fn one_per_key(schema: &TableSchema, on_existing: OnExisting, rows: Vec<Cells>) -> Vec<Cells> {
    if schema.primary_key.is_empty() || on_existing == OnExisting::Fail {
        return rows;
    }
    let mut kept: Vec<Cells> = Vec::with_capacity(rows.len());
    let mut places = HashMap::new();
    for cells in rows {
        match places.entry(key_of(schema, &cells)) {
            Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(cells);
            }
            Entry::Occupied(place) if on_existing == OnExisting::Replace => kept[*place.get()] = cells,
            Entry::Occupied(_) => {}
        }
    }
    kept
}

/// The primary key of a row.
fn key_of(schema: &TableSchema, cells: &Cells) -> Vec<u8> {
    let mut key = Vec::new();
    schema.primary_key.iter().for_each(|&column| write_cell(&cells[column], &mut key));
    key
}

/// Servers fill text of a fixed length up with blanks, and take them for none of it.
pub(super) fn as_kept(cell: &mut OwnedValue, data_type: DataType) {
    if let (OwnedValue::Text(text), DataType::Char(_)) = (cell, data_type) {
        text.truncate(text.trim_end_matches(' ').len());
    }
}

/// How two sets of rows of a table differ.
pub(super) fn compare_rows(
    schema: &TableSchema,
    expected: Vec<Cells>,
    found: Vec<Cells>,
) -> Option<TableDifference> {
    let mut left: BTreeMap<Vec<u8>, Vec<Cells>> = BTreeMap::new();
    for cells in found {
        left.entry(written(&cells)).or_default().push(cells);
    }
    let mut missing = Vec::new();
    for cells in expected {
        let same = left.get_mut(&written(&cells)).and_then(Vec::pop);
        missing.extend(same.is_none().then_some(cells));
    }
    // Rows with one key are one row whose cells differ.
    let has_key = !schema.primary_key.is_empty();
    let mut surplus: HashMap<Vec<u8>, Vec<Cells>> = HashMap::new();
    for cells in left.into_values().flatten() {
        let key = if has_key { key_of(schema, &cells) } else { Vec::new() };
        surplus.entry(key).or_default().push(cells);
    }
    let mut columns = vec![false; schema.columns.len()];
    if has_key {
        missing.retain(|cells| {
            let Some(other) = surplus.get_mut(&key_of(schema, cells)).and_then(Vec::pop) else { return true };
            for (differs, (one, other)) in columns.iter_mut().zip(cells.iter().zip(&other)) {
                *differs |= written(std::slice::from_ref(one)) != written(std::slice::from_ref(other));
            }
            false
        });
    }
    let named = schema.columns.iter().zip(&columns).filter(|(_, differs)| **differs);
    let difference = TableDifference {
        table: schema.name.clone(),
        missing: missing.len() as u64,
        surplus: surplus.values().map(Vec::len).sum::<usize>() as u64,
        columns: named.map(|(column, _)| column.name.clone()).collect(),
    };
    let is_none = difference.missing + difference.surplus == 0 && difference.columns.is_empty();
    (!is_none).then_some(difference)
}

#[cfg(test)]
mod tests {
    use super::*;
    use xmlshred_model::{ColumnSchema, Value};

    /// A table with the columns `a`, `b` and `c`.
    fn schema(primary_key: &[usize]) -> TableSchema {
        let column = |name: &str| ColumnSchema {
            name: name.to_owned(),
            data_type: DataType::Int,
            nullable: true,
            sensitive: false,
        };
        TableSchema {
            name: "t".to_owned(),
            columns: ["a", "b", "c"].map(column).into(),
            primary_key: primary_key.to_vec(),
            foreign_keys: Vec::new(),
        }
    }

    fn rows(rows: &[[i64; 3]]) -> Vec<Cells> {
        rows.iter().map(|row| row.map(|cell| OwnedValue::Inline(Value::Int(cell))).into()).collect()
    }

    fn check(primary_key: &[usize], expected: &[[i64; 3]], found: &[[i64; 3]], differences: &str) {
        let told = compare_rows(&schema(primary_key), rows(expected), rows(found));
        let told = told.map_or_else(String::new, |told| {
            format!("{} missing, {} surplus, {}", told.missing, told.surplus, told.columns.join(" "))
        });
        assert_eq!(told, differences);
    }

    #[test]
    fn rows_with_one_key_differ_in_columns_and_others_are_missing_or_too_many() {
        check(&[0], &[[1, 2, 3], [2, 2, 2]], &[[2, 2, 2], [1, 2, 3]], "");
        check(&[0], &[[1, 2, 3], [2, 2, 2]], &[[1, 9, 8], [2, 2, 2]], "0 missing, 0 surplus, b c");
        check(&[0], &[[1, 2, 3]], &[[2, 2, 3]], "1 missing, 1 surplus, ");
        check(&[0, 1], &[[1, 2, 3], [1, 3, 3]], &[[1, 3, 4]], "1 missing, 0 surplus, c");
        // Rows of a table without a key may stand several times.
        check(&[], &[[1, 1, 1], [1, 1, 1]], &[[1, 1, 1]], "1 missing, 0 surplus, ");
        check(&[], &[[1, 1, 1]], &[[1, 1, 1], [1, 1, 1], [2, 1, 1]], "0 missing, 2 surplus, ");
    }

    #[test]
    fn many_rows_that_differ_are_compared_in_no_time() {
        let rows = |cell| (0..100_000).map(|key| [key, 0, cell]).collect::<Vec<_>>();
        let started = std::time::Instant::now();
        check(&[0], &rows(1), &rows(2), "0 missing, 0 surplus, c");
        // Each with each would be ten thousand million pairs.
        assert!(started.elapsed() < std::time::Duration::from_secs(60), "{:?}", started.elapsed());
    }

    #[test]
    fn of_rows_of_a_document_with_one_key_one_stays() {
        let check = |primary_key: &[usize], on_existing, expected: &[[i64; 3]]| {
            let given = rows(&[[1, 1, 1], [2, 1, 2], [1, 1, 3], [1, 2, 4], [1, 1, 5]]);
            let kept = one_per_key(&schema(primary_key), on_existing, given);
            assert_eq!(kept, rows(expected), "{on_existing:?}");
        };
        check(&[0], OnExisting::Skip, &[[1, 1, 1], [2, 1, 2]]);
        check(&[0], OnExisting::Replace, &[[1, 1, 5], [2, 1, 2]]);
        check(&[0, 1], OnExisting::Replace, &[[1, 1, 5], [2, 1, 2], [1, 2, 4]]);
        let all = [[1, 1, 1], [2, 1, 2], [1, 1, 3], [1, 2, 4], [1, 1, 5]];
        check(&[], OnExisting::Skip, &all);
        // The target refuses a document with such rows.
        check(&[0], OnExisting::Fail, &all);
    }
}
