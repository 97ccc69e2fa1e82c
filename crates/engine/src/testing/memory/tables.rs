//! Target tables in memory, with keys, foreign keys and nulls checked, and transactions.

use std::collections::HashMap;
use std::sync::Arc;

use xmlshred_model::{
    Batch, DocumentKey, ForeignKey, KeyType, OnExisting, OwnedValue, Owner, TableSchema, TargetSchema, Value,
    lexical,
};

use crate::ports::{Fault, PortError};
use crate::testing::cells;

type Row = Vec<OwnedValue>;

/// All target tables.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    schema: Arc<TargetSchema>,
    tables: Vec<Table>,
}

#[derive(Clone, Debug, Default)]
struct Table {
    rows: Vec<Row>,
    /// Place of the row with this primary key.
    places: HashMap<String, usize>,
}

/// How to take back one change.
enum Undo {
    Inserted { table: usize, key: Option<String> },
    Replaced { table: usize, place: usize, row: Row },
}

impl Tables {
    pub(super) fn new(schema: &Arc<TargetSchema>) -> Self {
        let tables = schema.tables.iter().map(|_| Table::default()).collect();
        Self { schema: Arc::clone(schema), tables }
    }

    pub(super) fn rows(&self, table: usize) -> Vec<Row> {
        self.tables[table].rows.clone()
    }

    /// Removes the rows of documents.
    pub(super) fn remove(&mut self, documents: &[DocumentKey]) {
        let schema = Arc::clone(&self.schema);
        let mut theirs: Vec<Vec<bool>> = Vec::new();
        for (at, table) in schema.tables.iter().enumerate() {
            let is_theirs = |row: &Row| match schema.owner(at) {
                None => false,
                Some(Owner::Key(column)) => {
                    let rank = |cell: &OwnedValue| rank_of(schema.key_type, cell);
                    let owner = rank(&row[column]);
                    documents.iter().any(|key| owner == rank(&key.as_value().to_owned_value()))
                }
                Some(Owner::Parent(index)) => {
                    let ForeignKey { columns, parent, parent_columns } = &table.foreign_keys[index];
                    let is_same = |of_parent: &Row| {
                        columns
                            .iter()
                            .zip(parent_columns)
                            .all(|(own, theirs)| row[*own] == of_parent[*theirs])
                    };
                    let rows = self.tables[*parent].rows.iter().zip(&theirs[*parent]);
                    rows.into_iter().any(|(of_parent, is_theirs)| *is_theirs && is_same(of_parent))
                }
            };
            theirs.push(self.tables[at].rows.iter().map(is_theirs).collect());
        }
        for ((table, schema), theirs) in self.tables.iter_mut().zip(&schema.tables).zip(theirs) {
            let mut theirs = theirs.into_iter();
            table.rows.retain(|_| theirs.next() == Some(false));
            let place = |(place, row): (usize, &Row)| {
                (key_text(schema.primary_key.iter().map(|&column| &row[column])), place)
            };
            table.places = match schema.primary_key.is_empty() {
                true => HashMap::new(),
                false => table.rows.iter().enumerate().map(place).collect(),
            };
        }
    }

    /// Inserts the rows of the documents that are `new`, all or none. Says how many rows each table got.
    pub(super) fn insert(&mut self, batch: &Batch, new: &[bool]) -> Result<Vec<u64>, PortError> {
        let mut undo = Vec::new();
        let result = self.insert_rows(batch, new, &mut undo);
        if result.is_err() {
            for change in undo.into_iter().rev() {
                self.take_back(change);
            }
        }
        result
    }

    fn insert_rows(
        &mut self,
        batch: &Batch,
        new: &[bool],
        undo: &mut Vec<Undo>,
    ) -> Result<Vec<u64>, PortError> {
        let mut counts = vec![0; self.tables.len()];
        for (table, count) in counts.iter_mut().enumerate() {
            for (document, _) in new.iter().enumerate().filter(|&(_, &is_new)| is_new) {
                let records = batch.rows_of(table, document..document + 1);
                for row in cells::rows(&self.schema.tables[table], &records) {
                    let suspect = batch.documents()[document].key.clone();
                    let inserted = self.insert_row(table, row, undo);
                    *count += u64::from(inserted.map_err(|error| error.about(Some(suspect)))?);
                }
            }
        }
        Ok(counts)
    }

    /// Says whether the row is in the table now.
    fn insert_row(&mut self, table: usize, row: Row, undo: &mut Vec<Undo>) -> Result<bool, PortError> {
        let schema = Arc::clone(&self.schema);
        let table_schema = &schema.tables[table];
        check_cells(table_schema, &row)?;
        for foreign_key in &table_schema.foreign_keys {
            self.check_parent(table_schema, foreign_key, &row)?;
        }
        let key = (!table_schema.primary_key.is_empty())
            .then(|| key_text(table_schema.primary_key.iter().map(|&column| &row[column])));
        let Table { rows, places } = &mut self.tables[table];
        let rank = schema.ranking_column(table);
        let existing = key.as_ref().and_then(|key| places.get(key).copied());
        match (existing, schema.on_existing) {
            (Some(_), OnExisting::Fail) => Err(violation(
                Fault::UniqueViolation { table: Some(table_schema.name.clone()) },
                "duplicate key",
            )),
            (Some(place), on_existing)
                if !takes_place(
                    on_existing,
                    rank.map(|rank| (rank, schema.key_type)),
                    &row,
                    &rows[place],
                ) =>
            {
                Ok(false)
            }
            (Some(place), _) => {
                let row = std::mem::replace(&mut rows[place], row);
                undo.push(Undo::Replaced { table, place, row });
                Ok(true)
            }
            (None, _) => {
                if let Some(key) = &key {
                    places.insert(key.clone(), rows.len());
                }
                rows.push(row);
                undo.push(Undo::Inserted { table, key });
                Ok(true)
            }
        }
    }

    fn check_parent(
        &self,
        table: &TableSchema,
        foreign_key: &ForeignKey,
        row: &Row,
    ) -> Result<(), PortError> {
        let ForeignKey { columns, parent, parent_columns } = foreign_key;
        let cell_of = |parent_column: &usize| {
            let at = parent_columns.iter().position(|column| column == parent_column);
            &row[columns[at.expect("a foreign key repeats the whole primary key")]]
        };
        let cells: Vec<_> = self.schema.tables[*parent].primary_key.iter().map(cell_of).collect();
        if cells.iter().any(|cell| cell.as_value().is_null())
            || self.tables[*parent].places.contains_key(&key_text(cells.into_iter()))
        {
            return Ok(());
        }
        Err(violation(Fault::ForeignKeyViolation { table: Some(table.name.clone()) }, "no such parent"))
    }

    fn take_back(&mut self, change: Undo) {
        match change {
            Undo::Inserted { table, key } => {
                let table = &mut self.tables[table];
                table.rows.pop();
                if let Some(key) = key {
                    table.places.remove(&key);
                }
            }
            Undo::Replaced { table, place, row } => self.tables[table].rows[place] = row,
        }
    }
}

/// Whether the new row takes the place of the old one.
fn takes_place(on_existing: OnExisting, rank: Option<(usize, KeyType)>, new: &Row, old: &Row) -> bool {
    let Some((column, key_type)) = rank else { return on_existing == OnExisting::Replace };
    match (on_existing, rank_of(key_type, &new[column]), rank_of(key_type, &old[column])) {
        (OnExisting::Replace, new, Some(old)) => new.is_some_and(|new| new >= old),
        (OnExisting::Replace, _, None) => true,
        (OnExisting::Skip | OnExisting::Fail, Some(new), Some(old)) => new < old,
        (OnExisting::Skip | OnExisting::Fail, _, _) => false,
    }
}

/// The key of a document in a column of any type that holds it: ids order as their text does.
fn rank_of(key_type: KeyType, cell: &OwnedValue) -> Option<(i128, String)> {
    let mut text = String::new();
    lexical::format(&cell.as_value(), &mut text);
    match (key_type, cell.as_value()) {
        (_, Value::Null) => None,
        (KeyType::Integer | KeyType::Decimal, Value::Decimal(number)) => {
            Some((number.unscaled, String::new()))
        }
        (KeyType::Integer | KeyType::Decimal, _) => {
            text.trim().parse().ok().map(|number| (number, String::new()))
        }
        (KeyType::Uuid, _) => Some((0, text.to_lowercase())),
        (KeyType::Text, _) => Some((0, text)),
    }
}

fn check_cells(table: &TableSchema, row: &Row) -> Result<(), PortError> {
    for (column, cell) in table.columns.iter().zip(row) {
        if !column.nullable && cell.as_value().is_null() {
            return Err(violation(
                Fault::NotNullViolation {
                    table: Some(table.name.clone()),
                    column: Some(column.name.clone()),
                },
                "null",
            ));
        }
        if let (OwnedValue::Text(text), Some(max)) = (cell, column.data_type.max_chars())
            && text.chars().count() > max as usize
        {
            return Err(violation(
                Fault::ValueRejected { table: Some(table.name.clone()), column: Some(column.name.clone()) },
                "too long",
            ));
        }
    }
    Ok(())
}

fn key_text<'a>(cells: impl Iterator<Item = &'a OwnedValue>) -> String {
    cells.map(|cell| format!("{cell:?}\n")).collect()
}

fn violation(fault: Fault, message: &str) -> PortError {
    PortError::new(fault, message)
}
