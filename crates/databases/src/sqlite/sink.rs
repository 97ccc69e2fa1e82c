//! Rows and log into a SQLite file.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use xmlshred_engine::ports::{AlreadyDone, Commit, FailedDocuments, PortError, RunIdentity, Sink};
use xmlshred_model::{
    Batch, CellReader, DocumentKey, DocumentRecord, Outcome, TableSchema, TargetSchema, Value, lexical,
    millis_ceil,
};

use crate::dialect::SQLITE;
use crate::log_table::{FAILED, SUCCESS};
use crate::statement;

use super::fault::{port_error, table_error};

/// A writing connection to the target.
#[derive(Debug)]
pub(super) struct SqliteSink {
    connection: Connection,
    statements: Statements,
}

#[derive(Debug)]
struct Statements {
    rows: Vec<String>,
    log: String,
    issue: String,
    find: String,
    delete_log: String,
    delete_issues: String,
}

impl SqliteSink {
    pub(super) fn new(connection: Connection, schema: &Arc<TargetSchema>) -> Self {
        let statements = Statements {
            rows: schema.tables.iter().map(|table| statement::insert_row(&SQLITE, schema, table)).collect(),
            log: statement::insert_log(&SQLITE, schema),
            issue: statement::insert_issue(&SQLITE, schema),
            find: statement::select_log(&SQLITE, schema),
            delete_log: statement::delete_failed_log(&SQLITE, schema),
            delete_issues: statement::delete_issues(&SQLITE, schema),
        };
        Self { connection, statements }
    }
}

impl Sink for SqliteSink {
    fn commit(
        &mut self,
        batch: &Batch,
        identity: &RunIdentity,
        failed: FailedDocuments,
    ) -> Result<Commit, PortError> {
        // The lock is taken at the beginning: what is looked up stays true until the end.
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| port_error("beginning a transaction", error))?;
        let load = Load { transaction: &transaction, statements: &self.statements, batch, identity };
        let (already_done, remaining) = load.find_done(failed)?;
        let mut commit = Commit { already_done, table_row_counts: Vec::new() };
        for (index, table) in batch.schema().tables.iter().enumerate() {
            commit.table_row_counts.push(load.rows(index, table, &remaining)?);
        }
        load.log(&remaining)?;
        transaction.commit().map_err(|error| port_error("committing", error))?;
        Ok(commit)
    }
}

/// One batch on its way into one transaction.
struct Load<'a> {
    transaction: &'a Transaction<'a>,
    statements: &'a Statements,
    batch: &'a Batch,
    identity: &'a RunIdentity,
}

impl Load<'_> {
    /// What the log has already, and the runs of documents that it has not. Failed entries that are tried again are removed.
    fn find_done(&self, failed: FailedDocuments) -> Result<(Vec<AlreadyDone>, Vec<Range<usize>>), PortError> {
        let error = |error| port_error("reading the log", error);
        let mut find = self.transaction.prepare_cached(&self.statements.find).map_err(error)?;
        let mut already_done = Vec::new();
        let mut remaining: Vec<Range<usize>> = Vec::new();
        for (at, document) in self.batch.documents().iter().enumerate() {
            let entry = find.query_row([document.key.0], LogEntry::read).optional().map_err(error)?;
            match entry {
                Some(entry) if failed == FailedDocuments::Leave || entry.status != FAILED => {
                    already_done
                        .push(AlreadyDone { key: document.key, by_this_run: entry.is_by(self.identity) });
                }
                // This very run has failed it a moment ago, and the answer was lost.
                Some(entry) if entry.is_by(self.identity) => {
                    already_done.push(AlreadyDone { key: document.key, by_this_run: true });
                }
                entry => {
                    if entry.is_some() {
                        self.remove_entry(document.key)?;
                    }
                    match remaining.last_mut() {
                        Some(run) if run.end == at => run.end += 1,
                        _ => remaining.push(at..at + 1),
                    }
                }
            }
        }
        Ok((already_done, remaining))
    }

    fn remove_entry(&self, key: DocumentKey) -> Result<(), PortError> {
        for sql in [&self.statements.delete_issues, &self.statements.delete_log] {
            let mut statement = self.prepare(sql, "log")?;
            statement.execute([key.0]).map_err(|error| port_error("replacing a log entry", error))?;
        }
        Ok(())
    }

    /// Inserts the rows of one table; answers how many.
    fn rows(&self, index: usize, table: &TableSchema, documents: &[Range<usize>]) -> Result<u64, PortError> {
        let mut statement = self.prepare(&self.statements.rows[index], &table.name)?;
        let mut count = 0;
        for run in documents {
            let rows = self.batch.rows_of(index, run.clone());
            if rows.num_rows() > 0 {
                count += insert(&mut statement, table, &rows).map_err(|error| {
                    table_error(&format!("loading table {}", table.name), Some(&table.name), error)
                })?;
            }
        }
        Ok(count)
    }

    fn log(&self, documents: &[Range<usize>]) -> Result<(), PortError> {
        let error = |error| port_error("writing the log", error);
        let mut log = self.prepare(&self.statements.log, "log")?;
        let mut issue = self.prepare(&self.statements.issue, "issues")?;
        let RunIdentity { session_id, share, contract_hash } = self.identity;
        let mut time = String::new();
        for at in documents.iter().cloned().flatten() {
            let DocumentRecord { key, outcome, issues, document_hash, byte_count: _, duration, processed_at } =
                &self.batch.documents()[at];
            let (status, reason) = match outcome {
                Outcome::Success => (SUCCESS, None),
                Outcome::Failed(failure) => (FAILED, Some(failure.to_string())),
            };
            time.clear();
            lexical::format(&Value::TimestampTz(*processed_at), &mut time);
            let issue_count: u64 = issues.iter().map(|issue| u64::from(issue.count)).sum();
            log.execute(params![
                key.0,
                status,
                reason,
                time,
                session_id,
                share.index(),
                share.count(),
                self.batch.document_row_count(at).cast_signed(),
                issue_count.cast_signed(),
                contract_hash,
                format!("{document_hash:032x}"),
                millis_ceil(*duration),
            ])
            .map_err(error)?;
            for found in issues {
                let table = &self.batch.schema().tables[found.table as usize];
                let column = &table.columns[found.column as usize];
                issue
                    .execute(params![key.0, table.name, column.name, found.code.as_str(), found.count])
                    .map_err(error)?;
            }
        }
        Ok(())
    }

    fn prepare(&self, sql: &str, what: &str) -> Result<CachedStatement<'_>, PortError> {
        self.transaction
            .prepare_cached(sql)
            .map_err(|error| port_error(&format!("preparing to load {what}"), error))
    }
}

/// Inserts rows with a prepared statement; answers how many the target took.
fn insert(
    statement: &mut CachedStatement<'_>,
    table: &TableSchema,
    rows: &RecordBatch,
) -> rusqlite::Result<u64> {
    let readers = table
        .columns
        .iter()
        .zip(rows.columns())
        .map(|(column, array)| CellReader::new(array.as_ref(), column.data_type))
        .collect::<Vec<_>>();
    let mut text = String::new();
    let mut count = 0;
    for row in 0..rows.num_rows() {
        for (at, reader) in readers.iter().enumerate() {
            let parameter = at + 1;
            match reader.value(row) {
                Value::Null => statement.raw_bind_parameter(parameter, rusqlite::types::Null)?,
                Value::Bool(value) => statement.raw_bind_parameter(parameter, value)?,
                Value::Int(value) => statement.raw_bind_parameter(parameter, value)?,
                Value::Double(value) => statement.raw_bind_parameter(parameter, value)?,
                Value::Text(value) => statement.raw_bind_parameter(parameter, value)?,
                Value::Binary(value) => statement.raw_bind_parameter(parameter, value)?,
                value @ (Value::Decimal(_)
                | Value::Date(_)
                | Value::Time(_)
                | Value::Timestamp(_)
                | Value::TimestampTz(_)
                | Value::Uuid(_)) => {
                    text.clear();
                    lexical::format(&value, &mut text);
                    statement.raw_bind_parameter(parameter, &*text)?;
                }
            }
        }
        count += statement.raw_execute()? as u64;
    }
    Ok(count)
}

struct LogEntry {
    status: String,
    session_id: String,
    instance_id: u32,
    instance_count: u32,
}

impl LogEntry {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            status: row.get(0)?,
            session_id: row.get(1)?,
            instance_id: row.get(2)?,
            instance_count: row.get(3)?,
        })
    }

    fn is_by(&self, identity: &RunIdentity) -> bool {
        let RunIdentity { session_id, share, contract_hash: _ } = identity;
        self.session_id == *session_id
            && (self.instance_id, self.instance_count) == (share.index(), share.count())
    }
}
