//! The log and the issues, written: many rows by one statement.

use std::collections::HashSet;
use std::ops::Range;

use postgres::types::ToSql;
use postgres::{Statement, Transaction};
use xmlshred_engine::ports::{AlreadyDone, FailedDocuments, PortError, RunIdentity};
use xmlshred_model::{
    Batch, DocumentKey, DocumentRecord, Outcome, TargetSchema, Value, lexical, millis_ceil,
};

use crate::sql::dialect::POSTGRES;
use crate::sql::replacing::delete_rows;
use crate::transfer::dropped::{Dropped, log_row_dropped};
use crate::transfer::runs::runs;
use xmlshred_model::log_table::{CONTRACT_NAME, FAILED, ISSUE, LOG, SOURCE_VERSION, log_key};

use super::catalog::qualified;
use super::fault::port_error;
use super::key::{KeyList, KeySql};

/// The statements of the log.
#[derive(Debug)]
pub(super) struct LogWriter {
    keys: KeySql,
    insert_new: Prepared,
    insert_or_retry: Prepared,
    insert_or_replace: Prepared,
    find: Prepared,
    delete_log: Prepared,
    delete_issues: Prepared,
    insert_issues: Prepared,
    take_off: Prepared,
    /// For documents that others take the place of.
    delete_rows: Vec<Prepared>,
}

/// A statement that is prepared when it is first needed.
#[derive(Debug)]
struct Prepared {
    sql: String,
    statement: Option<Statement>,
}

impl Prepared {
    fn new(sql: String) -> Self {
        Self { sql, statement: None }
    }

    fn get(&mut self, transaction: &mut Transaction<'_>) -> Result<Statement, postgres::Error> {
        let statement = match self.statement.take() {
            Some(statement) => statement,
            None => transaction.prepare(&self.sql)?,
        };
        Ok(self.statement.insert(statement).clone())
    }
}

impl LogWriter {
    pub(super) fn new(schema: &TargetSchema) -> Self {
        let log = qualified(schema, LOG);
        let issue = qualified(schema, ISSUE);
        let key = POSTGRES.quote(&schema.key_column);
        let keys = KeySql::of_log(schema.key_type);
        let (many, read) = (keys.many(1), keys.read(&key));
        let unique = POSTGRES.quote_all(log_key(&schema.key_column));
        // In order of the keys: two instances that overlap by mistake wait for each other instead of both being stuck.
        let insert = format!(
            "INSERT INTO {log} AS log ({key}, status, failure_reason, processing_time, row_count, issue_count, document_hash, \
             duration_ms, failure_code, failure_table, failure_column, {SOURCE_VERSION}, session_id, instance_id, instance_count, \
             contract_hash, contract_name, run_nonce) \
             SELECT document, outcome, reason, processed_at::timestamptz, rows, issues, hash, duration, cause, \
             cause_table, cause_column, version, $13, $14, $15, $16, $17, $18 FROM unnest({many}, $2::text[], $3::text[], $4::text[], $5::bigint[], \
             $6::bigint[], $7::text[], $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[]) \
             AS documents (document, outcome, reason, processed_at, rows, issues, hash, duration, cause, cause_table, \
             cause_column, version) \
             ORDER BY document ON CONFLICT ({unique}) DO"
        );
        let changed: Vec<_> = [
            "status",
            "failure_reason",
            "failure_code",
            "failure_table",
            "failure_column",
            "processing_time",
            "row_count",
            "issue_count",
            "document_hash",
            SOURCE_VERSION,
            "duration_ms",
            "session_id",
            "instance_id",
            "instance_count",
            "contract_hash",
            "run_nonce",
        ]
        .map(|name| format!("{name} = EXCLUDED.{name}"))
        .into();
        // Not what this very run has failed a moment ago, when the answer was lost.
        let changed = changed.join(", ");
        let is_retried =
            format!("log.status = '{FAILED}' AND log.run_nonce IS DISTINCT FROM EXCLUDED.run_nonce");
        let has_changed = format!("log.{SOURCE_VERSION} IS DISTINCT FROM EXCLUDED.{SOURCE_VERSION}");
        let (new, retry) = match schema.has_versions {
            false => ("NOTHING".to_owned(), format!("UPDATE SET {changed} WHERE {is_retried}")),
            true => (
                format!("UPDATE SET {changed} WHERE {has_changed}"),
                format!("UPDATE SET {changed} WHERE {has_changed} OR {is_retried}"),
            ),
        };
        // Not what this very run has done a moment ago.
        let replace = format!("UPDATE SET {changed} WHERE log.run_nonce IS DISTINCT FROM EXCLUDED.run_nonce");
        // Whether there was another row: what an insert makes anew nobody has locked.
        const REPLACES: &str = ", xmax::text <> '0'";
        let replaces = if schema.has_versions { REPLACES } else { "" };
        let is_theirs = |column: &str, data_type| keys.is_one_of(column, data_type);
        let delete_rows = delete_rows(&POSTGRES, schema, &is_theirs);
        let take_off = format!(
            "UPDATE {log} AS log SET row_count = row_count - rows FROM unnest({many}, $2::bigint[]) AS lost (document, rows) \
             WHERE {CONTRACT_NAME} = $3 AND log.{key} = lost.document"
        );
        Self {
            keys,
            take_off: Prepared::new(take_off),
            delete_rows: delete_rows.into_iter().map(Prepared::new).collect(),
            insert_new: Prepared::new(format!("{insert} {new} RETURNING {read}{replaces}")),
            insert_or_retry: Prepared::new(format!("{insert} {retry} RETURNING {read}{replaces}")),
            insert_or_replace: Prepared::new(format!("{insert} {replace} RETURNING {read}{REPLACES}")),
            find: Prepared::new(format!(
                "SELECT {read}, run_nonce IS NOT DISTINCT FROM $2::text FROM {log} \
                 WHERE {CONTRACT_NAME} = $3 AND {key} = ANY ({many})"
            )),
            delete_log: Prepared::new(format!(
                "DELETE FROM {log} WHERE {CONTRACT_NAME} = $2 AND {key} = ANY ({many})"
            )),
            delete_issues: Prepared::new(format!(
                "DELETE FROM {issue} WHERE {CONTRACT_NAME} = $2 AND {key} = ANY ({many})"
            )),
            insert_issues: Prepared::new(format!(
                "INSERT INTO {issue} ({key}, table_name, column_name, code, count, {CONTRACT_NAME}) \
                 SELECT *, $6 FROM unnest({many}, $2::text[], $3::text[], $4::text[], $5::bigint[])"
            )),
        }
    }

    /// Inserts the log rows of all documents that the log has not; answers which it had, and the runs of the others. Waits
    /// for other transactions that are inserting the same keys.
    pub(super) fn insert(
        &mut self,
        transaction: &mut Transaction<'_>,
        batch: &Batch,
        identity: &RunIdentity,
        failed: FailedDocuments,
    ) -> Result<(Vec<AlreadyDone>, Vec<Range<usize>>), PortError> {
        let error = |error| port_error("writing the log", error).of_log();
        let RunIdentity { session_id, run_nonce, share, contract_hash } = identity;
        let contract_name = &batch.schema().contract_name;
        let (index, count) = (share.index().cast_signed(), share.count().cast_signed());
        let keys = self.keys;
        let rows = LogRows::of(batch, keys);
        let insert = match failed {
            FailedDocuments::Leave => &mut self.insert_new,
            FailedDocuments::Retry => &mut self.insert_or_retry,
            FailedDocuments::Replace => &mut self.insert_or_replace,
        };
        let insert = insert.get(transaction).map_err(error)?;
        let inserted = transaction
            .query(
                &insert,
                &[
                    rows.keys.as_sql(),
                    &rows.statuses,
                    &rows.reasons,
                    &rows.times,
                    &rows.row_counts,
                    &rows.issue_counts,
                    &rows.hashes,
                    &rows.durations,
                    &rows.codes,
                    &rows.tables,
                    &rows.columns,
                    &rows.versions,
                    session_id,
                    &index,
                    &count,
                    contract_hash,
                    contract_name,
                    run_nonce,
                ],
            )
            .map_err(error)?;
        let replaces = batch.schema().has_versions || failed == FailedDocuments::Replace;
        if replaces {
            let replaced: Vec<_> =
                inserted.iter().filter(|row| row.get(1)).map(|row| keys.logged(row, 0)).collect();
            self.remove_rows(transaction, &replaced)?;
        }
        let inserted: HashSet<DocumentKey> = inserted.iter().map(|row| keys.logged(row, 0)).collect();
        if replaces || failed == FailedDocuments::Retry {
            let delete = self.delete_issues.get(transaction).map_err(error)?;
            let replaced = keys.list(&inserted);
            transaction.execute(&delete, &[replaced.as_sql(), contract_name]).map_err(error)?;
        }
        let all = batch.documents().iter().map(|document| &document.key);
        let others: Vec<_> = all.filter(|key| !inserted.contains(key)).collect();
        let mut already_done = Vec::new();
        if !others.is_empty() {
            let other_keys = keys.list(others.iter().copied());
            let find = self.find.get(transaction).map_err(error)?;
            let found =
                transaction.query(&find, &[other_keys.as_sql(), run_nonce, contract_name]).map_err(error)?;
            already_done.extend(found.iter().map(|row| AlreadyDone {
                key: keys.logged(row, 0),
                by_this_run: row.get::<_, Option<bool>>(1) == Some(true),
            }));
            // Those that are neither new nor known nobody may load: the next run would do it again.
            if already_done.len() < others.len() {
                let is_known =
                    |key: &DocumentKey| already_done.iter().any(|done: &AlreadyDone| done.key == *key);
                return Err(log_row_dropped(others.into_iter().find(|key| !is_known(key))));
            }
        }
        Ok((already_done, runs(batch, |document| inserted.contains(&document.key))))
    }

    /// Removes the rows of the documents of before.
    fn remove_rows(
        &mut self,
        transaction: &mut Transaction<'_>,
        keys: &[DocumentKey],
    ) -> Result<(), PortError> {
        if keys.is_empty() {
            return Ok(());
        }
        let error = |error| port_error("removing the rows of documents of before", error);
        let keys = self.keys.list(keys);
        for delete in &mut self.delete_rows {
            let delete = delete.get(transaction).map_err(error)?;
            transaction.execute(&delete, &[keys.as_sql()]).map_err(error)?;
        }
        Ok(())
    }

    /// Removes documents: their rows, issues and log rows.
    pub(super) fn remove(
        &mut self,
        transaction: &mut Transaction<'_>,
        keys: &[DocumentKey],
        contract_name: &str,
    ) -> Result<(), PortError> {
        let error = |error| port_error("removing log entries", error);
        self.remove_rows(transaction, keys)?;
        let keys = self.keys.list(keys);
        for delete in [&mut self.delete_issues, &mut self.delete_log] {
            let delete = delete.get(transaction).map_err(error)?;
            transaction.execute(&delete, &[keys.as_sql(), &contract_name]).map_err(error)?;
        }
        Ok(())
    }

    /// Takes rows that the target dropped off the counts of their documents.
    pub(super) fn take_off(
        &mut self,
        transaction: &mut Transaction<'_>,
        batch: &Batch,
        dropped: &Dropped,
    ) -> Result<(), PortError> {
        let error = |error| port_error("writing the log", error).of_log();
        let (keys, counts): (Vec<_>, Vec<_>) =
            dropped.documents().map(|(at, count)| (&batch.documents()[at].key, count.cast_signed())).unzip();
        let keys = self.keys.list(keys);
        if keys.is_empty() {
            return Ok(());
        }
        let take_off = self.take_off.get(transaction).map_err(error)?;
        let contract_name = &batch.schema().contract_name;
        transaction.execute(&take_off, &[keys.as_sql(), &counts, contract_name]).map(drop).map_err(error)
    }

    /// Inserts the issues of these documents.
    pub(super) fn insert_issues(
        &mut self,
        transaction: &mut Transaction<'_>,
        batch: &Batch,
        documents: &[Range<usize>],
    ) -> Result<(), PortError> {
        let error = |error| port_error("writing the issues", error).of_log();
        let (mut keys, mut tables, mut columns) = (Vec::new(), Vec::new(), Vec::new());
        let (mut codes, mut counts) = (Vec::new(), Vec::new());
        for document in documents.iter().cloned().flatten().map(|at| &batch.documents()[at]) {
            for issue in &document.issues {
                let table = &batch.schema().tables[issue.table as usize];
                keys.push(&document.key);
                tables.push(table.name.as_str());
                columns.push(table.columns[issue.column as usize].name.as_str());
                codes.push(issue.code.as_str());
                counts.push(i64::from(issue.count));
            }
        }
        if keys.is_empty() {
            return Ok(());
        }
        let insert = self.insert_issues.get(transaction).map_err(error)?;
        let contract_name = &batch.schema().contract_name;
        let keys = self.keys.list(keys);
        let parameters: [&(dyn ToSql + Sync); 6] =
            [keys.as_sql(), &tables, &columns, &codes, &counts, contract_name];
        transaction.execute(&insert, &parameters).map(drop).map_err(error)
    }
}

/// Log rows column by column.
struct LogRows<'b> {
    keys: KeyList,
    statuses: Vec<&'static str>,
    reasons: Vec<Option<String>>,
    codes: Vec<Option<&'static str>>,
    tables: Vec<Option<&'b str>>,
    columns: Vec<Option<&'b str>>,
    times: Vec<String>,
    row_counts: Vec<i64>,
    issue_counts: Vec<i64>,
    hashes: Vec<String>,
    versions: Vec<Option<String>>,
    durations: Vec<i64>,
}

impl<'b> LogRows<'b> {
    fn of(batch: &'b Batch, keys: KeySql) -> Self {
        let mut rows = Self {
            keys: keys.list(batch.documents().iter().map(|document| &document.key)),
            statuses: Vec::new(),
            reasons: Vec::new(),
            codes: Vec::new(),
            tables: Vec::new(),
            columns: Vec::new(),
            times: Vec::new(),
            row_counts: Vec::new(),
            issue_counts: Vec::new(),
            hashes: Vec::new(),
            versions: Vec::new(),
            durations: Vec::new(),
        };
        for (at, document) in batch.documents().iter().enumerate() {
            let DocumentRecord {
                key: _,
                outcome,
                issues,
                document_hash,
                source_version,
                byte_count: _,
                duration,
                processed_at,
            } = document;
            let row_count = if *outcome == Outcome::Success { batch.document_row_count(at) } else { 0 };
            let failure = outcome.failure();
            let mut time = String::new();
            lexical::format(&Value::TimestampTz(*processed_at), &mut time);
            rows.statuses.push(outcome.status());
            rows.reasons.push(failure.map(ToString::to_string));
            rows.codes.push(failure.map(|failure| failure.code.as_str()));
            rows.tables.push(failure.and_then(|failure| failure.place.table.as_deref()));
            rows.columns.push(failure.and_then(|failure| failure.place.column.as_deref()));
            rows.times.push(time);
            rows.row_counts.push(row_count.cast_signed());
            rows.issue_counts.push(issues.iter().map(|issue| i64::from(issue.count)).sum());
            rows.hashes.push(format!("{document_hash:032x}"));
            rows.versions.push(source_version.clone());
            rows.durations.push(millis_ceil(*duration));
        }
        rows
    }
}
