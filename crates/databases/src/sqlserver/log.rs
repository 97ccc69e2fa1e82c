//! The log and the issues, written: looked up by key, loaded in bulk.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use xmlshred_engine::ports::{AlreadyDone, FailedDocuments, Fault, PortError, RunIdentity};
use xmlshred_model::{
    Batch, DocumentKey, DocumentRecord, FailurePlace, Outcome, OwnedValue, TableSchema, TargetSchema, Value,
    millis_ceil,
};

use crate::sql::dialect::SQL_SERVER;
use crate::sql::replacing::delete_rows;
use crate::transfer::dropped::{Dropped, log_row_dropped};
use crate::transfer::runs::runs;
use xmlshred_model::log_table::{CONTRACT_NAME, FAILED, SOURCE_VERSION, issue_table, log_table};

use super::catalog::qualified;
use super::conversion::Way;
use super::driver::{BulkTarget, Driver};
use super::fault::port_error;
use super::key::{KeySql, with_update_lock};
use super::key_list;

/// The statements of the log.
#[derive(Debug)]
pub(super) struct LogWriter {
    key: String,
    key_sql: KeySql,
    /// What is said behind the log's name.
    hint: &'static str,
    log: BulkTarget,
    issue: BulkTarget,
}

/// An entry that is there.
struct LogEntry {
    is_failed: bool,
    by_this_run: bool,
    version: Option<String>,
}

/// Whether entries that are found are kept from others until the transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lock {
    None,
    Update,
}

impl LogWriter {
    /// With the ways into the log and the issues.
    pub(super) fn new(schema: &TargetSchema, log: &Way, issue: &Way, hint: &'static str) -> Self {
        let bulk = |way: &Way, table: TableSchema| {
            let names = table.columns.iter().map(|column| SQL_SERVER.quote(&column.name)).collect();
            way.direct(qualified(schema, &table.name), names)
        };
        Self {
            key: SQL_SERVER.quote(&schema.key_column),
            key_sql: KeySql::of_log(schema.key_type),
            hint,
            log: bulk(log, log_table(&schema.key_column, schema.key_type)),
            issue: bulk(issue, issue_table(&schema.key_column, schema.key_type)),
        }
    }

    /// Inserts the log rows of all documents that the log has not; answers which it had, and the runs of the others.
    pub(super) fn insert(
        &self,
        driver: &mut dyn Driver,
        batch: &Batch,
        identity: &RunIdentity,
        failed: FailedDocuments,
    ) -> Result<(Vec<AlreadyDone>, Vec<Range<usize>>), PortError> {
        // Who takes an entry's place has it until the end: another one who wants to, too, waits here and sees what came of it.
        let lock = match batch.schema().has_versions || failed == FailedDocuments::Replace {
            true => Lock::Update,
            false => Lock::None,
        };
        let entries = self.find(driver, batch, identity, lock)?;
        let mut already_done = Vec::new();
        let mut replaced = Vec::new();
        let versions = batch.documents().iter().map(|document| (&document.key, &document.source_version));
        let versions: HashMap<&DocumentKey, _> =
            if batch.schema().has_versions { versions.collect() } else { HashMap::new() };
        let mut changed = Vec::new();
        for (key, entry) in &entries {
            let has_changed = versions.get(key).is_some_and(|version| **version != entry.version);
            if has_changed || failed == FailedDocuments::Replace && !entry.by_this_run {
                changed.push(key);
                continue;
            }
            // What this very run has failed a moment ago is done, too: then the answer was lost.
            if failed == FailedDocuments::Retry && entry.is_failed && !entry.by_this_run {
                replaced.push(key);
            } else {
                already_done.push(AlreadyDone { key: key.clone(), by_this_run: entry.by_this_run });
            }
        }
        already_done.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        self.remove_rows(driver, batch.schema(), &changed)?;
        let contract_name = &batch.schema().contract_name;
        self.remove_entries(driver, contract_name, &changed, "")?;
        self.remove_entries(driver, contract_name, &replaced, " AND status = 'failed'")?;
        replaced.extend(changed);
        let is_open = |document: &DocumentRecord| {
            !entries.contains_key(&document.key) || replaced.contains(&&document.key)
        };
        let remaining = runs(batch, is_open);
        let documents = remaining.iter().cloned().flatten();
        let rows: Vec<LogRow<'_>> = documents.map(|at| LogRow::of(batch, at)).collect();
        if !rows.is_empty() {
            let mut cells = rows.iter().map(|row| row.cells(contract_name, identity));
            let logged_count = driver.bulk_load(&self.log, &mut cells).map_err(collided)?;
            // A trigger of the log may have the last word about how many they were.
            if logged_count < rows.len() as u64 {
                let entries = self.find(driver, batch, identity, Lock::None)?;
                if let Some(lost) = rows.iter().find(|row| !entries.contains_key(row.key)) {
                    return Err(log_row_dropped(Some(lost.key)));
                }
            }
        }
        Ok((already_done, remaining))
    }

    fn find(
        &self,
        driver: &mut dyn Driver,
        batch: &Batch,
        identity: &RunIdentity,
        lock: Lock,
    ) -> Result<HashMap<DocumentKey, LogEntry>, PortError> {
        let hint = match lock {
            Lock::None => Cow::Borrowed(self.hint),
            Lock::Update => Cow::Owned(with_update_lock(self.hint)),
        };
        let keys: Vec<_> = batch.documents().iter().map(|document| &document.key).collect();
        let mut entries = HashMap::new();
        for part in key_list::parts(self.key_sql, &keys) {
            let sql = format!(
                "SELECT {5}, status, run_nonce, {SOURCE_VERSION} FROM {1}{2} WHERE {3} AND {0} IN ({4})",
                self.key,
                self.log.table,
                hint,
                part.of_contract(),
                part.placeholders(),
                self.key_sql.read(&self.key)
            );
            driver
                .query(&sql, &part.parameters_with(&batch.schema().contract_name), &mut |row| {
                    let [key, status, nonce, version] = &row[..] else { return };
                    // What others have written may be no key.
                    let Ok(key) = self.key_sql.key(key) else { return };
                    let version =
                        if let OwnedValue::Text(text) = version { Some(text.clone()) } else { None };
                    entries.insert(
                        key,
                        LogEntry {
                            is_failed: status.as_value() == Value::Text(FAILED),
                            by_this_run: nonce.as_value() == Value::Text(&identity.run_nonce),
                            version,
                        },
                    );
                })
                .map_err(|error| port_error("reading the log", error))?;
        }
        Ok(entries)
    }

    /// Removes documents: their rows, issues and log rows.
    pub(super) fn remove(
        &self,
        driver: &mut dyn Driver,
        schema: &TargetSchema,
        keys: &[DocumentKey],
    ) -> Result<(), PortError> {
        let keys: Vec<_> = keys.iter().collect();
        self.remove_rows(driver, schema, &keys)?;
        self.remove_entries(driver, &schema.contract_name, &keys, "")
    }

    /// Removes the rows of the documents of before.
    fn remove_rows(
        &self,
        driver: &mut dyn Driver,
        schema: &TargetSchema,
        keys: &[&DocumentKey],
    ) -> Result<(), PortError> {
        for part in key_list::parts(self.key_sql, keys) {
            let is_theirs = |column: &str, data_type| part.is_one_of(column, data_type);
            for sql in delete_rows(&SQL_SERVER, schema, &is_theirs) {
                driver
                    .execute(&sql, &part.parameters())
                    .map_err(|error| port_error("removing the rows of documents of before", error))?;
            }
        }
        Ok(())
    }

    /// Removes entries, where they are of this status.
    fn remove_entries(
        &self,
        driver: &mut dyn Driver,
        contract_name: &str,
        keys: &[&DocumentKey],
        status: &str,
    ) -> Result<(), PortError> {
        for part in key_list::parts(self.key_sql, keys) {
            let of_log = (&self.log.table, self.hint, status);
            for (table, hint, condition) in [(&self.issue.table, "", ""), of_log] {
                let (of_contract, keys) = (part.of_contract(), part.placeholders());
                let sql = format!(
                    "DELETE FROM {table}{hint} WHERE {of_contract} AND {} IN ({keys}){condition}",
                    self.key
                );
                driver
                    .execute(&sql, &part.parameters_with(contract_name))
                    .map_err(|error| port_error("replacing log entries", error))?;
            }
        }
        Ok(())
    }

    /// Takes rows that the target dropped off the counts of their documents.
    pub(super) fn take_off(
        &self,
        driver: &mut dyn Driver,
        batch: &Batch,
        dropped: &Dropped,
    ) -> Result<(), PortError> {
        let sql = format!(
            "UPDATE {}{} SET row_count = row_count - @P1 WHERE {CONTRACT_NAME} = @P2 AND {} = {}",
            self.log.table,
            self.hint,
            self.key,
            self.key_sql.parameter(3)
        );
        let contract_name = Value::Text(&batch.schema().contract_name);
        for (at, count) in dropped.documents() {
            let key = self.key_sql.value(&batch.documents()[at].key);
            driver
                .execute(&sql, &[Value::Int(count.cast_signed()), contract_name, key.as_value()])
                .map_err(|error| port_error("writing the log", error).of_log())?;
        }
        Ok(())
    }

    /// Inserts the issues of these documents.
    pub(super) fn insert_issues(
        &self,
        driver: &mut dyn Driver,
        batch: &Batch,
        documents: &[Range<usize>],
    ) -> Result<(), PortError> {
        let documents = documents.iter().cloned().flatten().map(|at| &batch.documents()[at]);
        let mut cells = documents
            .flat_map(|document| {
                document.issues.iter().map(|issue| {
                    let table = &batch.schema().tables[issue.table as usize];
                    let column = &table.columns[issue.column as usize];
                    vec![
                        document.key.as_value(),
                        Value::Text(&batch.schema().contract_name),
                        Value::Text(&table.name),
                        Value::Text(&column.name),
                        Value::Text(issue.code.as_str()),
                        Value::Int(issue.count.into()),
                    ]
                })
            })
            .peekable();
        if cells.peek().is_none() {
            return Ok(());
        }
        driver
            .bulk_load(&self.issue, &mut cells)
            .map(drop)
            .map_err(|error| port_error("writing the issues", error).of_log())
    }
}

/// Another instance has logged a document between our look and now: no document is guilty, the next try sees it.
fn collided(error: super::driver::DriverError) -> PortError {
    let error = port_error("writing the log", error).of_log();
    match error.fault {
        Fault::UniqueViolation { .. } => PortError::new(
            Fault::Busy,
            "writing the log: another instance has just processed a document of this batch",
        )
        .with_hint(
            "do instances overlap? each needs an --instance-id of its own, and all the same --instance-count",
        ),
        _ => error,
    }
}

/// A log row with what its cells borrow.
struct LogRow<'b> {
    key: &'b DocumentKey,
    status: &'static str,
    reason: Option<String>,
    code: Option<&'static str>,
    place: Option<&'b FailurePlace>,
    processed_at: i64,
    row_count: i64,
    issue_count: i64,
    hash: String,
    version: Option<String>,
    duration: i64,
}

impl<'b> LogRow<'b> {
    fn of(batch: &'b Batch, at: usize) -> Self {
        let DocumentRecord {
            key,
            outcome,
            issues,
            document_hash,
            source_version,
            byte_count: _,
            duration,
            processed_at,
        } = &batch.documents()[at];
        let row_count = if *outcome == Outcome::Success { batch.document_row_count(at) } else { 0 };
        let failure = outcome.failure();
        Self {
            key,
            status: outcome.status(),
            reason: failure.map(ToString::to_string),
            code: failure.map(|failure| failure.code.as_str()),
            place: failure.map(|failure| &failure.place),
            processed_at: *processed_at,
            row_count: row_count.cast_signed(),
            issue_count: issues.iter().map(|issue| i64::from(issue.count)).sum(),
            hash: format!("{document_hash:032x}"),
            version: source_version.clone(),
            duration: millis_ceil(*duration),
        }
    }

    /// In the order of [`log_columns`](xmlshred_model::log_table::log_columns).
    fn cells<'a>(&'a self, contract_name: &'a str, identity: &'a RunIdentity) -> Vec<Value<'a>> {
        let RunIdentity { session_id, run_nonce, share, contract_hash } = identity;
        vec![
            self.key.as_value(),
            Value::Text(contract_name),
            Value::Text(self.status),
            self.reason.as_deref().map_or(Value::Null, Value::Text),
            self.code.map_or(Value::Null, Value::Text),
            self.place.and_then(|place| place.table.as_deref()).map_or(Value::Null, Value::Text),
            self.place.and_then(|place| place.column.as_deref()).map_or(Value::Null, Value::Text),
            Value::TimestampTz(self.processed_at),
            Value::Text(session_id),
            Value::Text(run_nonce),
            Value::Int(share.index().into()),
            Value::Int(share.count().into()),
            Value::Int(self.row_count),
            Value::Int(self.issue_count),
            Value::Text(contract_hash),
            Value::Text(&self.hash),
            self.version.as_deref().map_or(Value::Null, Value::Text),
            Value::Int(self.duration),
        ]
    }
}
