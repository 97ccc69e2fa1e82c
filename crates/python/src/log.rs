//! What became of documents, as the tables that databases have for it: `processing_log` without its identity, and `processing_issue`.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use xmlshred_model::log_table::{self, CONTRACT_NAME, SOURCE_VERSION};
use xmlshred_model::{
    Batch, ColumnBuilder, DocumentKey, DocumentRecord, KeyType, TableSchema, TargetSchema, Value, millis_ceil,
};

use crate::schema::arrow_schema;
use crate::types::Types;

/// What is the same in every row of the log.
pub(crate) struct Log {
    target: Arc<TargetSchema>,
    key_type: KeyType,
    session: String,
    contract_hash: String,
    types: Types,
    log: TableSchema,
    issue: TableSchema,
}

impl Log {
    pub(crate) fn new(
        target: &Arc<TargetSchema>,
        key_type: KeyType,
        session: &str,
        contract_hash: &str,
        types: Types,
    ) -> Self {
        let key_column = &target.key_column;
        Self {
            target: Arc::clone(target),
            key_type,
            session: session.to_owned(),
            contract_hash: contract_hash.to_owned(),
            types,
            log: log_table::log_table(key_column, key_type),
            issue: log_table::issue_table(key_column, key_type),
        }
    }

    /// In which types rows are handed over.
    pub(crate) fn types(&self) -> Types {
        self.types
    }

    pub(crate) fn log_schema(&self) -> SchemaRef {
        arrow_schema(&self.types.table(&self.log))
    }

    pub(crate) fn issue_schema(&self) -> SchemaRef {
        arrow_schema(&self.types.table(&self.issue))
    }

    /// One row for each document.
    pub(crate) fn log_rows(&self, batch: &Batch) -> RecordBatch {
        let rows = rows(&self.log, |at, name, column| {
            for (document, record) in batch.documents().iter().enumerate() {
                let row_count = batch.document_row_count(document);
                match at {
                    0 => self.push_key(column, &record.key),
                    _ => self.push(column, name, record, row_count),
                }
            }
        });
        self.types.rows(&self.log, &rows)
    }

    /// One row for each column of a document that has issues; and behind each document, how many rows there are so far.
    pub(crate) fn issue_rows(&self, batch: &Batch) -> (RecordBatch, Vec<usize>) {
        let mut ends = Vec::with_capacity(batch.documents().len());
        let mut count = 0;
        for record in batch.documents() {
            count += record.issues.len();
            ends.push(count);
        }
        let found = || {
            batch.documents().iter().flat_map(|record| record.issues.iter().map(move |issue| (record, issue)))
        };
        let rows = rows(&self.issue, |at, name, column| {
            for (record, issue) in found() {
                let table = &self.target.tables[issue.table as usize];
                let value = match name {
                    _ if at == 0 => {
                        self.push_key(column, &record.key);
                        continue;
                    }
                    CONTRACT_NAME => Value::Text(&self.target.contract_name),
                    "table_name" => Value::Text(&table.name),
                    "column_name" => Value::Text(&table.columns[issue.column as usize].name),
                    "code" => Value::Text(issue.code.as_str()),
                    "count" => Value::Int(issue.count.into()),
                    _ => Value::Null,
                };
                column.push(&value);
            }
        });
        (self.types.rows(&self.issue, &rows), ends)
    }

    fn push_key(&self, column: &mut ColumnBuilder, key: &DocumentKey) {
        match (self.key_type, key) {
            // Keys that stand in documents alone are of several types.
            (KeyType::Text, key) if KeyType::of(key) != KeyType::Text => {
                column.push(&Value::Text(&key.spelled()));
            }
            _ => {
                column.push(&key.as_value());
            }
        }
    }

    fn push(&self, column: &mut ColumnBuilder, name: &str, record: &DocumentRecord, row_count: u64) {
        let DocumentRecord {
            key: _,
            outcome,
            issues,
            document_hash,
            source_version,
            byte_count: _,
            duration,
            processed_at,
        } = record;
        let failure = outcome.failure();
        let text = |text: Option<Cow<'_, str>>, column: &mut ColumnBuilder| {
            column.push(&text.as_deref().map_or(Value::Null, Value::Text));
        };
        let number = |number: i64, column: &mut ColumnBuilder| {
            column.push(&Value::Int(number));
        };
        match name {
            CONTRACT_NAME => text(Some((&*self.target.contract_name).into()), column),
            "status" => text(Some(outcome.status().into()), column),
            "failure_reason" => text(failure.map(|failure| failure.to_string().into()), column),
            "failure_code" => text(failure.map(|failure| failure.code.as_str().into()), column),
            "failure_table" => {
                text(failure.and_then(|failure| failure.place.table.as_deref()).map(Cow::from), column);
            }
            "failure_column" => {
                text(failure.and_then(|failure| failure.place.column.as_deref()).map(Cow::from), column);
            }
            "processing_time" => {
                column.push(&Value::TimestampTz(*processed_at));
            }
            "session_id" => text(Some((&*self.session).into()), column),
            "instance_id" => number(0, column),
            "instance_count" => number(1, column),
            "row_count" => number(i64::try_from(row_count).unwrap_or(i64::MAX), column),
            "issue_count" => number(issues.iter().map(|issue| i64::from(issue.count)).sum(), column),
            "contract_hash" => text(Some((&*self.contract_hash).into()), column),
            "document_hash" => text(Some(format!("{document_hash:032x}").into()), column),
            SOURCE_VERSION => text(source_version.as_deref().map(Cow::from), column),
            "duration_ms" => number(millis_ceil(*duration), column),
            // Those that a run of several instances fills.
            _ => text(None, column),
        }
    }
}

/// The rows of a table, made column by column.
fn rows(table: &TableSchema, fill: impl Fn(usize, &str, &mut ColumnBuilder)) -> RecordBatch {
    let columns = table.columns.iter().enumerate().map(|(at, column)| {
        let mut builder = ColumnBuilder::new(column.data_type);
        fill(at, &column.name, &mut builder);
        builder.finish(false)
    });
    RecordBatch::try_new(arrow_schema(table), columns.collect())
        .expect("every column of the log that takes no nulls is filled")
}
