//! Rows of many documents as Arrow batches, with the rows of each document known, so that a batch can be split by
//! document without copying a cell.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema, SchemaRef};

use crate::{ColumnBuilder, DocumentKey, Issue, Outcome, TargetSchema, UtcMicros, Value};

/// What is known of a document apart from its rows: one row of `processing_log`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRecord {
    /// Its key in the source.
    pub key: DocumentKey,
    /// Rows or reason.
    pub outcome: Outcome,
    /// Issues per column, none of them twice.
    pub issues: Vec<Issue>,
    /// XXH3-128 of the document's bytes as they came from the source.
    pub document_hash: u128,
    /// Its version in the source, where it has one.
    pub source_version: Option<String>,
    /// Bytes of the document.
    pub byte_count: u64,
    /// Time spent on shredding it.
    pub duration: Duration,
    /// When it was shredded.
    pub processed_at: UtcMicros,
}

/// Rows of many documents for all tables of the target, and what happened to each document.
///
/// Cheap to clone and to split: the cells are shared.
#[derive(Clone, Debug)]
pub struct Batch {
    schema: Arc<TargetSchema>,
    tables: Arc<[RecordBatch]>,
    documents: Arc<[DocumentRecord]>,
    /// Per table: start of each document's rows, and the end of the last one's (`documents + 1` entries).
    row_starts: Arc<[Vec<u32>]>,
    range: Range<usize>,
}

impl Batch {
    /// The tables' schema.
    pub fn schema(&self) -> &Arc<TargetSchema> {
        &self.schema
    }

    /// What happened to the documents of this batch, in order.
    pub fn documents(&self) -> &[DocumentRecord] {
        &self.documents[self.range.clone()]
    }

    /// The rows of table `table` (index into the schema) of all documents of this batch, in order of the documents.
    pub fn rows(&self, table: usize) -> RecordBatch {
        self.rows_of(table, 0..self.range.len())
    }

    /// The rows of table `table` of the documents in `documents` (indices into [`Batch::documents`]).
    pub fn rows_of(&self, table: usize, documents: Range<usize>) -> RecordBatch {
        let starts = &self.row_starts[table];
        let start = starts[self.range.start + documents.start] as usize;
        let end = starts[self.range.start + documents.end] as usize;
        self.tables[table].slice(start, end - start)
    }

    /// Where the rows of document `document` (index into [`Batch::documents`]) lie in [`Batch::rows`] of this table.
    pub fn row_range(&self, table: usize, document: usize) -> Range<usize> {
        let starts = &self.row_starts[table][self.range.start..];
        let first = starts[0];
        (starts[document] - first) as usize..(starts[document + 1] - first) as usize
    }

    /// How many rows document `document` (index into [`Batch::documents`]) has in all tables.
    pub fn document_row_count(&self, document: usize) -> u64 {
        let at = self.range.start + document;
        self.row_starts.iter().map(|starts| u64::from(starts[at + 1] - starts[at])).sum()
    }

    /// How many rows this batch has in table `table`.
    pub fn table_row_count(&self, table: usize) -> u64 {
        let starts = &self.row_starts[table];
        u64::from(starts[self.range.end] - starts[self.range.start])
    }

    /// The part of this batch that holds these documents (indices into [`Batch::documents`]). Copies no cell.
    ///
    /// # Panics
    /// When the range goes beyond the documents.
    pub fn slice(&self, documents: Range<usize>) -> Self {
        assert!(documents.end <= self.range.len(), "slice {documents:?} of {} documents", self.range.len());
        let range = self.range.start + documents.start..self.range.start + documents.end;
        Self { range, ..self.clone() }
    }

    /// This batch with other outcomes: each document that `change` gives a record for gets it. A document whose new
    /// outcome is a failure must stand alone in its batch, because its rows stay where they are.
    pub fn with_records(&self, mut change: impl FnMut(&DocumentRecord) -> Option<DocumentRecord>) -> Self {
        let documents =
            self.documents.iter().map(|record| change(record).unwrap_or_else(|| record.clone())).collect();
        Self { documents, ..self.clone() }
    }

    /// The same documents without any row: what is left to log of a document that the target refused.
    pub fn without_rows(&self) -> Self {
        let documents: Arc<[DocumentRecord]> = self.documents().into();
        let row_starts = self.row_starts.iter().map(|_| vec![0; documents.len() + 1]).collect();
        let tables = self.tables.iter().map(|table| table.slice(0, 0)).collect();
        Self { schema: Arc::clone(&self.schema), tables, row_starts, range: 0..documents.len(), documents }
    }
}

/// A batch with more bytes has rows of an unusual document, and says nothing about the next one.
const MAX_USUAL_BYTES: usize = 20 << 20;

/// Collects the rows of documents, one document after the other.
///
/// Rows are pushed, then either kept with [`BatchBuilder::finish_document`] or dropped by it when the document failed.
#[derive(Debug)]
pub struct BatchBuilder {
    schema: Arc<TargetSchema>,
    arrow_schemas: Vec<SchemaRef>,
    tables: Vec<TableRows>,
    documents: Vec<DocumentRecord>,
    byte_count: usize,
}

#[derive(Debug)]
struct TableRows {
    columns: Vec<ColumnBuilder>,
    row_count: u32,
    row_starts: Vec<u32>,
    /// Bytes of a row without text.
    row_width: usize,
}

impl BatchBuilder {
    /// An empty batch for these tables.
    pub fn new(schema: Arc<TargetSchema>) -> Self {
        let arrow_schemas = schema
            .tables
            .iter()
            .map(|table| {
                let fields = table
                    .columns
                    .iter()
                    .map(|column| Field::new(&column.name, column.data_type.arrow_type(), true));
                Arc::new(Schema::new(fields.collect::<Vec<_>>()))
            })
            .collect();
        let tables = schema
            .tables
            .iter()
            .map(|table| {
                let columns: Vec<_> =
                    table.columns.iter().map(|column| ColumnBuilder::new(column.data_type)).collect();
                let row_width = columns.iter().map(ColumnBuilder::cell_width).sum();
                TableRows { columns, row_count: 0, row_starts: vec![0], row_width }
            })
            .collect();
        Self { schema, arrow_schemas, tables, documents: Vec::new(), byte_count: 0 }
    }

    /// The tables' schema.
    pub fn schema(&self) -> &Arc<TargetSchema> {
        &self.schema
    }

    /// How many documents are in the batch so far.
    pub fn document_count(&self) -> usize {
        self.documents.len()
    }

    /// How many rows are in the batch so far, those of an unfinished document included.
    pub fn row_count(&self) -> usize {
        self.tables.iter().map(|table| table.row_count as usize).sum()
    }

    /// About how many bytes the batch takes, those of an unfinished document included.
    pub fn byte_count(&self) -> usize {
        self.byte_count
    }

    /// Appends a row to table `table` (index into the schema) for the current document; `cells` has one value per column.
    ///
    /// # Panics
    /// When a cell is not of its column's type: conversion has seen to that before.
    pub fn push_row(&mut self, table: usize, cells: &[Value<'_>]) {
        let table = &mut self.tables[table];
        debug_assert_eq!(cells.len(), table.columns.len());
        let mut byte_count = table.row_width;
        for (column, cell) in table.columns.iter_mut().zip(cells) {
            byte_count += column.push(cell);
        }
        self.byte_count += byte_count;
        table.row_count += 1;
    }

    /// Ends the current document. When it failed, the rows pushed since the document before are dropped.
    pub fn finish_document(&mut self, record: DocumentRecord) {
        if !matches!(record.outcome, Outcome::Success) {
            self.discard_rows();
        }
        for table in &mut self.tables {
            table.row_starts.push(table.row_count);
        }
        self.documents.push(record);
    }

    /// Drops the rows of the current, unfinished document.
    pub fn discard_rows(&mut self) {
        for table in &mut self.tables {
            let kept = *table.row_starts.last().expect("row_starts begins with 0");
            for column in &mut table.columns {
                let before = column.variable_bytes() + column.cell_width() * column.len();
                column.truncate(kept as usize);
                let after = column.variable_bytes() + column.cell_width() * column.len();
                // A push that panicked may have left a cell that was not counted yet.
                self.byte_count = self.byte_count.saturating_sub(before - after);
            }
            table.row_count = kept;
        }
    }

    /// Takes the batch out; the builder is empty afterwards.
    pub fn finish(&mut self) -> Batch {
        self.discard_rows();
        let is_usual = std::mem::take(&mut self.byte_count) <= MAX_USUAL_BYTES;
        // The next batch will have about as many.
        let next = Vec::with_capacity(if is_usual { self.documents.len() } else { 0 });
        let documents: Arc<[DocumentRecord]> = std::mem::replace(&mut self.documents, next).into();
        let mut row_starts = Vec::with_capacity(self.tables.len());
        let tables = self
            .tables
            .iter_mut()
            .zip(&self.arrow_schemas)
            .map(|(table, arrow_schema)| {
                let mut next = Vec::with_capacity(if is_usual { table.row_starts.len() } else { 1 });
                next.push(0);
                row_starts.push(std::mem::replace(&mut table.row_starts, next));
                let row_count = std::mem::take(&mut table.row_count) as usize;
                let columns = table.columns.iter_mut().map(|column| column.finish(is_usual)).collect();
                let options = RecordBatchOptions::new().with_row_count(Some(row_count));
                RecordBatch::try_new_with_options(Arc::clone(arrow_schema), columns, &options)
                    .expect("every push_row appends to every column, in the column's type")
            })
            .collect();
        Batch {
            schema: Arc::clone(&self.schema),
            tables,
            row_starts: row_starts.into(),
            range: 0..documents.len(),
            documents,
        }
    }
}
