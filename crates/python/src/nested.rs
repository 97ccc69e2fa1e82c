//! One row for each document, with its rows in lists: what Spark passes on as one column, and others as one file. Cells are shared with the batch.

use std::sync::Arc;

use arrow_array::{ArrayRef, ListArray, RecordBatch, StructArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use xmlshred_model::log_table::ISSUE;
use xmlshred_model::{Batch, TargetSchema};

use crate::log::Log;
use crate::schema::arrow_schema;

/// The column with a list for each table.
const TABLES: &str = "tables";
/// Columns of the issues that the row of the document has already: key and contract.
const SAID_OF_ISSUES: usize = 2;

/// Columns: those of `processing_log`; `processing_issue`, a list; `tables`, a list for each table.
pub(crate) fn schema(target: &TargetSchema, log: &Log) -> SchemaRef {
    let mut fields: Vec<FieldRef> = log.log_schema().fields().iter().cloned().collect();
    let issues = DataType::List(item(&issue_fields(log)));
    fields.push(Arc::new(Field::new(ISSUE, issues, false)));
    fields.push(Arc::new(Field::new(TABLES, DataType::Struct(lists(target, log)), false)));
    Arc::new(Schema::new(fields))
}

/// The rows of a batch.
pub(crate) fn rows(target: &TargetSchema, log: &Log, batch: &Batch) -> RecordBatch {
    let documents = batch.documents().len();
    let (issues, ends) = log.issue_rows(batch);
    let issues =
        list(&issue_fields(log), &issues.columns()[SAID_OF_ISSUES..], issues.num_rows(), ends.into_iter());
    let tables = target.tables.iter().enumerate().map(|(at, table)| -> ArrayRef {
        let rows = log.types().rows(table, &batch.rows(at));
        let ends = (0..documents).map(|document| batch.row_range(at, document).end);
        Arc::new(list(rows.schema_ref().fields(), rows.columns(), rows.num_rows(), ends))
    });
    let tables = StructArray::new(lists(target, log), tables.collect(), None);
    let mut columns = log.log_rows(batch).columns().to_vec();
    columns.push(Arc::new(issues));
    columns.push(Arc::new(tables));
    RecordBatch::try_new(schema(target, log), columns).expect("the columns are those of the schema")
}

fn issue_fields(log: &Log) -> Fields {
    log.issue_schema().fields().iter().skip(SAID_OF_ISSUES).cloned().collect()
}

/// A list of rows for each table.
fn lists(target: &TargetSchema, log: &Log) -> Fields {
    let list = |table| DataType::List(item(arrow_schema(&log.types().table(table)).fields()));
    target.tables.iter().map(|table| Field::new(&table.name, list(table), false)).collect()
}

fn item(fields: &Fields) -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Struct(fields.clone()), false))
}

/// Rows as lists, of which each ends where the next begins.
fn list(
    fields: &Fields,
    columns: &[ArrayRef],
    row_count: usize,
    ends: impl Iterator<Item = usize>,
) -> ListArray {
    let rows = StructArray::try_new_with_length(fields.clone(), columns.to_vec(), None, row_count)
        .expect("the rows are those of the table");
    // A batch has far less rows than that.
    let offsets =
        std::iter::once(0).chain(ends).map(|end| i32::try_from(end).expect("rows of a batch are few"));
    ListArray::new(item(fields), OffsetBuffer::new(offsets.collect()), Arc::new(rows), None)
}
