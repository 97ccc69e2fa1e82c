//! Rows and log into a SQLite file.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{CachedStatement, Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use xmlshred_engine::ports::{AlreadyDone, Commit, FailedDocuments, PortError, RunIdentity, Sink};
use xmlshred_model::{
    Batch, DocumentKey, DocumentRecord, Outcome, TableSchema, TargetSchema, Value, lexical, millis_ceil,
};

use crate::address::OpenOptions;
use crate::transfer::dropped::{Dropped, log_row_dropped};
use crate::transfer::runs::{document_of_row, place_of_row};

use super::connect::open_for_writing;
use super::fault::{port_error, table_error};
use super::inserter::{Inserter, is_view};
use super::key::KeyParameter;
use super::log_file::LogFile;
use super::statement_time::{LONGEST_WRITE, StatementTime};
use super::statements::Statements;
use super::target_check;

/// A writing connection to the target.
#[derive(Debug)]
pub(crate) struct SqliteSink {
    connection: Connection,
    time: StatementTime,
    log_file: LogFile,
    contract_name: String,
    statements: Statements,
    /// Tables of the schema that are views: of these SQLite does not tell what became of a row.
    views: Vec<bool>,
}

impl SqliteSink {
    /// Opens the file, and sees whether it has what will be loaded into.
    pub(crate) fn open(
        file: &Path,
        schema: &Arc<TargetSchema>,
        options: &OpenOptions,
    ) -> Result<Self, PortError> {
        let connection = open_for_writing(file, options)?;
        target_check::check(&connection, schema)?;
        let sink = Self::new(connection, schema)?;
        sink.check_statements(schema)?;
        Ok(sink)
    }

    /// That the tables take rows at all: with a statement, its triggers are compiled, which may name tables that are gone.
    fn check_statements(&self, schema: &TargetSchema) -> Result<(), PortError> {
        for (sql, table) in self.statements.rows.iter().zip(&schema.tables) {
            let prepared = self.connection.prepare_cached(sql);
            prepared
                .map_err(|error| table_error(&format!("preparing to load {}", table.name), table, error))?;
        }
        Ok(())
    }

    fn new(mut connection: Connection, schema: &Arc<TargetSchema>) -> Result<Self, PortError> {
        let statements = Statements::new(&connection, schema);
        let log_file = LogFile::of(&connection);
        let views = schema.tables.iter().map(|table| is_view(&connection, &table.name)).collect();
        let time = StatementTime::limit(&mut connection, LONGEST_WRITE)
            .map_err(|error| port_error("preparing the file for writing", error))?;
        let contract_name = schema.contract_name.clone();
        Ok(Self { connection, time, log_file, contract_name, statements, views })
    }
}

impl Sink for SqliteSink {
    fn commit(
        &mut self,
        batch: &Batch,
        identity: &RunIdentity,
        failed: FailedDocuments,
    ) -> Result<Commit, PortError> {
        self.time.begin();
        // The lock is taken at the beginning: what is looked up stays true until the end.
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| port_error("beginning a transaction", error))?;
        let load = Load {
            transaction: &transaction,
            time: &self.time,
            statements: &self.statements,
            views: &self.views,
            batch,
            identity,
        };
        let (already_done, remaining) = load.find_done(failed)?;
        let successful = load.successful(&remaining);
        let mut commit = Commit { already_done, ..Commit::default() };
        let mut dropped = Dropped::default();
        for (index, table) in batch.schema().tables.iter().enumerate() {
            commit.table_row_counts.push(load.rows(index, table, &successful, &mut dropped)?);
        }
        commit.dropped_row_counts = dropped.table_row_counts(batch.schema().tables.len());
        load.log(&remaining, &dropped)?;
        transaction.commit().map_err(|error| port_error("committing", error))?;
        self.log_file.shorten(&mut self.connection);
        Ok(commit)
    }

    fn remove(&mut self, keys: &[DocumentKey]) -> Result<(), PortError> {
        self.time.begin();
        let Self { connection, time, statements, contract_name, .. } = self;
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| port_error("beginning a transaction", error))?;
        for key in keys {
            statements.remove_rows(&transaction, time, key)?;
            statements.remove_entry(&transaction, key, contract_name)?;
        }
        transaction.commit().map_err(|error| port_error("committing", error))?;
        self.log_file.shorten(&mut self.connection);
        Ok(())
    }
}

/// One batch on its way into one transaction.
struct Load<'a> {
    transaction: &'a Transaction<'a>,
    time: &'a StatementTime,
    statements: &'a Statements,
    views: &'a [bool],
    batch: &'a Batch,
    identity: &'a RunIdentity,
}

impl Load<'_> {
    /// What the log has already, and the runs of documents that it has not. Failed entries that are tried again are removed, and with entries
    /// of another version the rows of the document of before.
    fn find_done(&self, failed: FailedDocuments) -> Result<(Vec<AlreadyDone>, Vec<Range<usize>>), PortError> {
        let error = |error| port_error("reading the log", error);
        let mut find = self.transaction.prepare_cached(&self.statements.find).map_err(error)?;
        let contract_name = &self.batch.schema().contract_name;
        let mut already_done = Vec::new();
        let mut remaining: Vec<Range<usize>> = Vec::new();
        for (at, document) in self.batch.documents().iter().enumerate() {
            self.time.begin();
            let entry = find
                .query_row(params![KeyParameter(&document.key), contract_name], LogEntry::read)
                .optional()
                .map_err(error)?;
            let is_replaced = |entry: &LogEntry| {
                let has_changed =
                    self.batch.schema().has_versions && entry.source_version != document.source_version;
                has_changed || failed == FailedDocuments::Replace && !entry.is_by(self.identity)
            };
            match entry {
                Some(entry) if is_replaced(&entry) => {
                    self.statements.remove_rows(self.transaction, self.time, &document.key)?;
                    self.statements.remove_entry(self.transaction, &document.key, contract_name)?;
                    append(&mut remaining, at);
                }
                Some(entry) if failed.leaves_out(&entry.status) => {
                    let by_this_run = entry.is_by(self.identity);
                    already_done.push(AlreadyDone { key: document.key.clone(), by_this_run });
                }
                // This very run has failed it a moment ago, and the answer was lost.
                Some(entry) if entry.is_by(self.identity) => {
                    already_done.push(AlreadyDone { key: document.key.clone(), by_this_run: true });
                }
                entry => {
                    if entry.is_some() {
                        self.statements.remove_entry(self.transaction, &document.key, contract_name)?;
                    }
                    append(&mut remaining, at);
                }
            }
        }
        Ok((already_done, remaining))
    }

    /// The runs of documents whose rows are loaded: a document that failed late still has its rows in the batch.
    fn successful(&self, documents: &[Range<usize>]) -> Vec<Range<usize>> {
        let mut successful = Vec::new();
        for at in documents.iter().cloned().flatten() {
            if self.batch.documents()[at].outcome == Outcome::Success {
                append(&mut successful, at);
            }
        }
        successful
    }

    /// Inserts the rows of one table; answers how many.
    fn rows(
        &self,
        index: usize,
        table: &TableSchema,
        documents: &[Range<usize>],
        dropped: &mut Dropped,
    ) -> Result<u64, PortError> {
        let find = match &self.statements.found[index] {
            Some(sql) => Some(self.prepare(sql, &table.name)?),
            None => None,
        };
        let insert = self.prepare(&self.statements.rows[index], &table.name)?;
        let mut inserter = Inserter::new(insert, find, !self.views[index], self.time);
        for run in documents {
            let rows = self.batch.rows_of(index, run.clone());
            if rows.num_rows() > 0 {
                inserter.insert(table, &rows).map_err(|error| {
                    table_error(&format!("loading table {}", table.name), table, error)
                        .about(document_of_row(self.batch, index, documents, inserter.row))
                })?;
            }
        }
        for row in inserter.dropped {
            if let Some(at) = place_of_row(self.batch, index, documents, row) {
                dropped.add(index, at, 1);
            }
        }
        Ok(inserter.count)
    }

    fn log(&self, documents: &[Range<usize>], dropped: &Dropped) -> Result<(), PortError> {
        let error = |error| port_error("writing the log", error);
        let mut log = self.prepare(&self.statements.log, "log")?;
        let mut issue = self.prepare(&self.statements.issue, "issues")?;
        let RunIdentity { session_id, run_nonce, share, contract_hash } = self.identity;
        let contract_name = &self.batch.schema().contract_name;
        let mut time = String::new();
        for at in documents.iter().cloned().flatten() {
            let DocumentRecord {
                key,
                outcome,
                issues,
                document_hash,
                source_version,
                byte_count: _,
                duration,
                processed_at,
            } = &self.batch.documents()[at];
            let row_count = match outcome {
                Outcome::Success => self.batch.document_row_count(at) - dropped.of_document(at),
                Outcome::Failed(_) | Outcome::Skipped => 0,
            };
            let failure = outcome.failure();
            time.clear();
            lexical::format(&Value::TimestampTz(*processed_at), &mut time);
            let issue_count: u64 = issues.iter().map(|issue| u64::from(issue.count)).sum();
            self.time.begin();
            let logged_count = log.execute(params![
                KeyParameter(key),
                contract_name,
                outcome.status(),
                failure.map(ToString::to_string),
                failure.map(|failure| failure.code.as_str()),
                failure.and_then(|failure| failure.place.table.as_deref()),
                failure.and_then(|failure| failure.place.column.as_deref()),
                time,
                session_id,
                run_nonce,
                share.index(),
                share.count(),
                row_count.cast_signed(),
                issue_count.cast_signed(),
                contract_hash,
                format!("{document_hash:032x}"),
                source_version,
                millis_ceil(*duration),
            ]);
            if logged_count.map_err(error)? == 0 && !self.is_logged(key)? {
                return Err(log_row_dropped(Some(key)));
            }
            for found in issues {
                let table = &self.batch.schema().tables[found.table as usize];
                let column = &table.columns[found.column as usize];
                issue
                    .execute(params![
                        KeyParameter(key),
                        contract_name,
                        table.name,
                        column.name,
                        found.code.as_str(),
                        found.count
                    ])
                    .map_err(error)?;
            }
        }
        Ok(())
    }

    /// Whether the log, which may be a view, has a row of this document.
    fn is_logged(&self, key: &DocumentKey) -> Result<bool, PortError> {
        let mut find = self.prepare(&self.statements.find, "log")?;
        find.exists(params![KeyParameter(key), self.batch.schema().contract_name])
            .map_err(|error| port_error("reading the log", error))
    }

    fn prepare(&self, sql: &str, what: &str) -> Result<CachedStatement<'_>, PortError> {
        self.transaction
            .prepare_cached(sql)
            .map_err(|error| port_error(&format!("preparing to load {what}"), error))
    }
}

/// Adds a document to ascending runs of documents.
fn append(runs: &mut Vec<Range<usize>>, at: usize) {
    match runs.last_mut() {
        Some(run) if run.end == at => run.end += 1,
        _ => runs.push(at..at + 1),
    }
}

/// An entry that is there. Others may have written it: apart from the status nothing must be as we write it.
struct LogEntry {
    status: String,
    run_nonce: Option<String>,
    source_version: Option<String>,
}

impl LogEntry {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { status: row.get(0)?, run_nonce: row.get(1)?, source_version: row.get(2)? })
    }

    fn is_by(&self, identity: &RunIdentity) -> bool {
        self.run_nonce.as_ref() == Some(&identity.run_nonce)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sql::ddl::{self, Existing};
    use crate::sql::dialect::SQLITE;
    use xmlshred_engine::ports::Fault;
    use xmlshred_model::{BatchBuilder, ColumnSchema, DataType, KeyType, OnExisting, Share};

    fn schema() -> Arc<TargetSchema> {
        let column = |name: &str, data_type| ColumnSchema {
            name: name.to_owned(),
            data_type,
            nullable: true,
            sensitive: false,
        };
        let table = |name: &str| TableSchema {
            name: name.to_owned(),
            columns: vec![column("id", DataType::BigInt), column("note", DataType::Text)],
            primary_key: vec![0],
            foreign_keys: Vec::new(),
        };
        Arc::new(TargetSchema {
            namespace: None,
            on_existing: OnExisting::Fail,
            tables: vec![table("first"), table("second")],
            key_column: "app_id".to_owned(),
            key_type: KeyType::Integer,
            ranking_columns: Vec::new(),
            owners: Vec::new(),
            has_versions: false,
            contract_name: "contract".to_owned(),
        })
    }

    fn batch(schema: &Arc<TargetSchema>, keys: Range<i64>) -> Batch {
        let note = "n".repeat(5_000);
        let mut builder = BatchBuilder::new(Arc::clone(schema));
        for key in keys {
            for table in 0..2 {
                builder.push_row(table, &[Value::Int(key), Value::Text(&note)]);
            }
            builder.finish_document(DocumentRecord {
                key: DocumentKey::Int(key),
                outcome: Outcome::Success,
                issues: Vec::new(),
                document_hash: 0,
                source_version: None,
                byte_count: 1,
                duration: Duration::ZERO,
                processed_at: 0,
            });
        }
        builder.finish()
    }

    /// Rows of both tables and of the log.
    fn row_counts(sink: &SqliteSink) -> [i64; 3] {
        ["first", "second", "processing_log"].map(|table| {
            let sql = format!("SELECT count(*) FROM {table}");
            sink.connection.query_row(&sql, [], |row| row.get(0)).unwrap()
        })
    }

    fn identity() -> RunIdentity {
        RunIdentity {
            session_id: "s".to_owned(),
            run_nonce: "n".to_owned(),
            share: Share::WHOLE,
            contract_hash: "c".to_owned(),
        }
    }

    #[test]
    fn a_trigger_without_an_end_is_ended_and_its_document_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let schema = schema();
        let options = OpenOptions { create: true, ..OpenOptions::default() };
        let connection = open_for_writing(&folder.path().join("test.db"), &options).unwrap();
        for sql in ddl::statements(&SQLITE, &schema, Existing::Fail) {
            connection.execute(&sql, []).unwrap();
        }
        let endless = "CREATE TRIGGER endless AFTER INSERT ON second WHEN NEW.id = 5 BEGIN
            UPDATE second SET note = (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT 1 - i FROM n) SELECT count(*) FROM n)
                WHERE id = 5; END";
        connection.execute(endless, []).unwrap();
        let mut sink = SqliteSink::new(connection, &schema).unwrap();
        // At the first look at the clock.
        sink.time = StatementTime::limit(&mut sink.connection, std::time::Duration::ZERO).unwrap();
        for _ in 0..2 {
            let error = sink.commit(&batch(&schema, 1..9), &identity(), FailedDocuments::Leave).unwrap_err();
            assert_eq!(
                (&error.fault, error.suspect.as_deref()),
                (&Fault::Timeout, Some(&DocumentKey::Int(5))),
                "{error}"
            );
            assert_eq!(row_counts(&sink), [0, 0, 0]);
        }
        sink.commit(&batch(&schema, 1..5), &identity(), FailedDocuments::Leave).unwrap();
        assert_eq!(row_counts(&sink), [4, 4, 4]);
    }

    #[test]
    fn a_full_disk_leaves_nothing_half_written_and_the_batch_can_be_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let schema = schema();
        let connection = open_for_writing(
            &folder.path().join("test.db"),
            &OpenOptions { create: true, ..OpenOptions::default() },
        )
        .unwrap();
        for sql in ddl::statements(&SQLITE, &schema, Existing::Fail) {
            connection.execute(&sql, []).unwrap();
        }
        let mut sink = SqliteSink::new(connection, &schema).unwrap();
        let identity = identity();
        sink.commit(&batch(&schema, 0..3), &identity, FailedDocuments::Leave).unwrap();
        let before = row_counts(&sink);
        let page_count: i64 =
            sink.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        let second = batch(&schema, 3..40);
        // Room for nothing, for rows of the first table, of both, for the log, until there is enough.
        let mut refused_count = 0;
        let answer = loop {
            let pages = page_count + 3 * refused_count;
            sink.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
            match sink.commit(&second, &identity, FailedDocuments::Leave) {
                Ok(answer) => break answer,
                Err(error) => assert_eq!(error.fault, Fault::DiskFull, "{error}"),
            }
            assert_eq!(row_counts(&sink), before, "{pages} pages");
            refused_count += 1;
        };
        assert!(refused_count > 10, "refused {refused_count} times");
        assert_eq!(answer, Commit { table_row_counts: vec![37, 37], ..Commit::default() });
        assert_eq!(row_counts(&sink), [40, 40, 40]);
    }
}
