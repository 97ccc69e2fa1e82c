//! Documents shredded again, and compared with their rows in the target, cell by cell.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use xmlshred_databases::DocumentRows;
use xmlshred_engine::ports::{FetchedRow, LogEntry, Source};
use xmlshred_mapping::contract::untraced_tables;
use xmlshred_mapping::{DocumentContext, Limits, NoRows, Plan, ShredError, Shredder};
use xmlshred_model::{
    Batch, BatchBuilder, CellReader, DataType, DocumentKey, DocumentRecord, Outcome, OwnedValue, TableSchema,
    TargetSchema,
};

use super::answer::{Difference, SampleAnswer, TableDifference};
use crate::database::key_json;
use crate::error::CommandError;
use crate::rows::written;

/// Documents that are compared together: those that differ are then looked at alone.
pub(crate) const TOGETHER: usize = 50;
/// Differences that are told one by one.
const MAX_DIFFERENCES: usize = 20;
/// Keys that are named.
const MAX_KEYS: usize = 10;

/// Compares documents with a target.
pub(crate) struct Comparer<'a> {
    plan: Arc<Plan>,
    /// With the type of the source's keys.
    schema: &'a TargetSchema,
    shredder: Shredder,
    limits: Limits,
    source: &'a mut dyn Source,
    rows: &'a mut dyn DocumentRows,
    /// Tables that can be compared.
    tables: Vec<usize>,
    pub(crate) answer: SampleAnswer,
}

/// A document, shredded again.
struct Again {
    entry: LogEntry,
    rows: Batch,
    no_rows: Option<String>,
}

type Cells = Vec<OwnedValue>;

impl<'a> Comparer<'a> {
    pub(crate) fn new(
        plan: &Arc<Plan>,
        schema: &'a TargetSchema,
        source: &'a mut dyn Source,
        rows: &'a mut dyn DocumentRows,
    ) -> Self {
        let limits = plan.contract().document.limits;
        let untraced: Vec<_> = untraced_tables(plan.contract()).into_iter().map(|(table, _)| table).collect();
        let tables = (0..schema.tables.len()).filter(|table| !untraced.contains(table)).collect();
        let tables_left_out = untraced.iter().map(|&table| schema.tables[table].name.clone()).collect();
        Self {
            shredder: Shredder::new(Arc::clone(plan), limits),
            plan: Arc::clone(plan),
            schema,
            limits,
            source,
            rows,
            tables,
            answer: SampleAnswer { tables_left_out, ..SampleAnswer::default() },
        }
    }

    /// Compares these documents, at best [`TOGETHER`] of them.
    ///
    /// # Errors
    /// When source or target cannot be read.
    pub(crate) fn compare(&mut self, entries: &[LogEntry]) -> Result<(), CommandError> {
        let again = self.shred(entries)?;
        self.answer.compared += again.len() as u64;
        self.answer.rows += again.iter().map(|again| again.rows.document_row_count(0)).sum::<u64>();
        let (some, none): (Vec<_>, Vec<_>) = again.into_iter().partition(|again| again.no_rows.is_none());
        let are_equal = self.are_equal(&some.iter().collect::<Vec<_>>())?;
        for again in some.iter().filter(|_| !are_equal).chain(&none) {
            match self.difference(again)? {
                None => self.answer.equal += 1,
                Some(difference) => {
                    self.answer.different += 1;
                    if self.answer.differences.len() < MAX_DIFFERENCES {
                        self.answer.differences.push(difference);
                    }
                }
            }
        }
        if are_equal {
            self.answer.equal += some.len() as u64;
        }
        Ok(())
    }

    /// The documents as they would be now; those that are not what they were are counted alone, and those that are gone are left out.
    fn shred(&mut self, entries: &[LogEntry]) -> Result<Vec<Again>, CommandError> {
        let by_key: HashMap<_, _> = entries.iter().map(|entry| (&entry.key, entry)).collect();
        let keys: Vec<_> = entries.iter().map(|entry| entry.key.clone()).collect();
        let mut fetched = Vec::new();
        let read = self.source.fetch(&keys, self.limits.max_bytes, &mut |key, row| {
            fetched.push((key, row));
            ControlFlow::Continue(())
        });
        read.map_err(|error| CommandError::port("cannot read the documents", error))?;
        let mut again = Vec::new();
        for (key, row) in fetched {
            let Some(entry) = by_key.get(&key) else { continue };
            let has_version = self.plan.contract().source.version.is_some();
            let has_changed = format!("{:032x}", row.document.arrived().hash()) != entry.document_hash
                || has_version && row.version != entry.source_version;
            if has_changed {
                self.answer.changed += 1;
                if self.answer.changed_keys.len() < MAX_KEYS {
                    self.answer.changed_keys.push(key_json(&key));
                }
                continue;
            }
            again.push(self.shred_one((*entry).clone(), &row));
        }
        Ok(again)
    }

    fn shred_one(&mut self, entry: LogEntry, row: &FetchedRow) -> Again {
        let mut rows = BatchBuilder::new(Arc::clone(self.plan.schema()));
        let context = DocumentContext {
            key: Some(&entry.key),
            // As it was then: `generate: now` and `session` are the same again.
            session: &entry.session_id,
            now: entry.processed_at,
            source_columns: &row.columns,
            must_end: None,
        };
        let min_bytes = self.plan.contract().source.min_bytes;
        let content = row.document.arrived().content(min_bytes, &self.limits).map_err(NoRows::from);
        let shredded = content.and_then(|content| {
            self.shredder.shred(content, &context, &mut rows).map_err(ShredError::into_no_rows)
        });
        let no_rows = shredded.err().map(|no_rows| match no_rows {
            NoRows::Failed(failure) => failure.to_string(),
            NoRows::Skipped(_) => "skipped".to_owned(),
        });
        if no_rows.is_some() {
            rows.discard_rows();
        }
        rows.finish_document(DocumentRecord {
            key: entry.key.clone(),
            outcome: Outcome::Success,
            issues: Vec::new(),
            document_hash: 0,
            source_version: None,
            byte_count: 0,
            duration: Duration::ZERO,
            processed_at: entry.processed_at,
        });
        Again { entry, rows: rows.finish(), no_rows }
    }

    /// Whether the rows of all these documents together are those of the target.
    fn are_equal(&mut self, documents: &[&Again]) -> Result<bool, CommandError> {
        for table in self.tables.clone() {
            let keys: Vec<_> = documents.iter().map(|again| again.entry.key.clone()).collect();
            let mut balance: HashMap<Vec<u8>, i64> = HashMap::new();
            for again in documents {
                for cells in expected(&self.schema.tables[table], &again.rows, table) {
                    *balance.entry(written(&cells)).or_default() += 1;
                }
            }
            for cells in self.found(table, &keys)? {
                *balance.entry(written(&cells)).or_default() -= 1;
            }
            if balance.values().any(|count| *count != 0) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How one document differs.
    fn difference(&mut self, again: &Again) -> Result<Option<Difference>, CommandError> {
        let mut tables = Vec::new();
        for table in self.tables.clone() {
            let schema = &self.schema.tables[table];
            let expected = expected(schema, &again.rows, table);
            let found = self.found(table, std::slice::from_ref(&again.entry.key))?;
            tables.extend(compare_rows(schema, expected, found));
        }
        let other_contract = again.entry.contract_hash != self.plan.contract().hash;
        if tables.is_empty() && again.no_rows.is_none() {
            return Ok(None);
        }
        let key = key_json(&again.entry.key);
        Ok(Some(match &again.no_rows {
            Some(why) => Difference { key, other_contract, no_rows: Some(why.clone()), tables: Vec::new() },
            None => Difference { key, other_contract, no_rows: None, tables },
        }))
    }

    fn found(&mut self, table: usize, keys: &[DocumentKey]) -> Result<Vec<Cells>, CommandError> {
        let mut found = Vec::new();
        let columns = &self.schema.tables[table].columns;
        let read = self.rows.rows_of(self.schema, table, keys, &mut |mut cells| {
            cells.iter_mut().zip(columns).for_each(|(cell, column)| as_kept(cell, column.data_type));
            found.push(cells);
        });
        read.map_err(|error| CommandError::port("cannot read the target", error))?;
        Ok(found)
    }
}

/// The rows that a document gives.
fn expected(schema: &TableSchema, batch: &Batch, table: usize) -> Vec<Cells> {
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
    (0..records.num_rows()).map(row).collect()
}

/// Servers fill text of a fixed length up with blanks, and take them for none of it.
fn as_kept(cell: &mut OwnedValue, data_type: DataType) {
    if let (OwnedValue::Text(text), DataType::Char(_)) = (cell, data_type) {
        text.truncate(text.trim_end_matches(' ').len());
    }
}

/// How two sets of rows of a table differ.
fn compare_rows(schema: &TableSchema, expected: Vec<Cells>, found: Vec<Cells>) -> Option<TableDifference> {
    let mut left: BTreeMap<Vec<u8>, Vec<Cells>> = BTreeMap::new();
    for cells in found {
        left.entry(written(&cells)).or_default().push(cells);
    }
    let mut missing = Vec::new();
    for cells in expected {
        let same = left.get_mut(&written(&cells)).and_then(Vec::pop);
        missing.extend(same.is_none().then_some(cells));
    }
    let mut surplus: Vec<Cells> = left.into_values().flatten().collect();
    // Rows with one key are one row whose cells differ.
    let key_of = |cells: &Cells| {
        let key: Vec<_> = schema.primary_key.iter().map(|&column| cells[column].clone()).collect();
        written(&key)
    };
    let mut columns = vec![false; schema.columns.len()];
    if !schema.primary_key.is_empty() {
        missing.retain(|cells| {
            let Some(at) = surplus.iter().position(|other| key_of(other) == key_of(cells)) else {
                return true;
            };
            let other = surplus.swap_remove(at);
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
        surplus: surplus.len() as u64,
        columns: named.map(|(column, _)| column.name.clone()).collect(),
    };
    let is_none = difference.missing + difference.surplus == 0 && difference.columns.is_empty();
    (!is_none).then_some(difference)
}

#[cfg(test)]
mod tests {
    use super::*;
    use xmlshred_model::{ColumnSchema, Value};

    fn check(primary_key: &[usize], expected: &[[i64; 3]], found: &[[i64; 3]], differences: &str) {
        let column = |name: &str| ColumnSchema {
            name: name.to_owned(),
            data_type: DataType::Int,
            nullable: true,
            sensitive: false,
        };
        let schema = TableSchema {
            name: "t".to_owned(),
            columns: ["a", "b", "c"].map(column).into(),
            primary_key: primary_key.to_vec(),
            foreign_keys: Vec::new(),
        };
        let rows = |rows: &[[i64; 3]]| -> Vec<Cells> {
            rows.iter().map(|row| row.map(|cell| OwnedValue::Inline(Value::Int(cell))).into()).collect()
        };
        let told = compare_rows(&schema, rows(expected), rows(found));
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
}
