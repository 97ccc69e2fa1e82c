//! The state of a database in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use xmlshred_model::{Batch, DocumentKey, DocumentRecord, KeyType, TargetSchema, millis_ceil};

use crate::ports::{AlreadyDone, Commit, FailedDocuments, Fault, Fetched, PortError, RunIdentity};
use crate::testing::fixture::{IssueRow, LogRow};

use super::tables::Tables;

/// The shared state of a database in memory. Clones are the same database.
#[derive(Clone, Debug)]
pub struct MemoryStore {
    schema: Arc<TargetSchema>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) documents: BTreeMap<DocumentKey, Fetched>,
    /// `None` where documents have no versions.
    pub(super) versions: Option<BTreeMap<DocumentKey, String>>,
    /// `None` until they are created.
    pub(super) tables: Option<Tables>,
    /// By contract and key.
    pub(super) log: BTreeMap<(String, DocumentKey), LogRow>,
    pub(super) issues: Vec<IssueRow>,
}

impl MemoryStore {
    /// No documents, no tables.
    pub fn new(schema: &Arc<TargetSchema>) -> Self {
        let state = State {
            documents: BTreeMap::new(),
            versions: None,
            tables: None,
            log: BTreeMap::new(),
            issues: Vec::new(),
        };
        Self { schema: Arc::clone(schema), state: Arc::new(Mutex::new(state)) }
    }

    /// The same with target, log and issue tables.
    #[must_use]
    pub fn with_tables(self) -> Self {
        self.create_tables();
        self
    }

    pub(super) fn key_type(&self) -> KeyType {
        self.schema.key_type
    }

    pub(super) fn contract_name(&self) -> &str {
        &self.schema.contract_name
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn create_tables(&self) {
        self.state().tables.get_or_insert_with(|| Tables::new(&self.schema));
    }

    pub(super) fn check_tables(&self) -> Result<(), PortError> {
        match self.state().tables {
            Some(_) => Ok(()),
            None => Err(missing_tables()),
        }
    }

    /// One transaction, as [`crate::ports::Sink::commit`] promises.
    pub(super) fn commit(
        &self,
        batch: &Batch,
        identity: &RunIdentity,
        failed: FailedDocuments,
    ) -> Result<Commit, PortError> {
        let mut state = self.state();
        let State { tables, log, issues, .. } = &mut *state;
        let tables = tables.as_mut().ok_or_else(missing_tables)?;
        let contract_name = &batch.schema().contract_name;
        let place = |key: &DocumentKey| (contract_name.clone(), key.clone());
        let has_versions = batch.schema().has_versions;
        let has_changed = |record: &DocumentRecord, row: &LogRow| {
            has_versions && row.source_version != record.source_version
                || failed == FailedDocuments::Replace && !is_by(row, identity)
        };
        let is_new = |record: &DocumentRecord| {
            let row = log.get(&place(&record.key));
            !row.is_some_and(|row| {
                (failed.leaves_out(&row.status) || is_by(row, identity)) && !has_changed(record, row)
            })
        };
        let new: Vec<_> = batch.documents().iter().map(is_new).collect();
        let replaced = batch
            .documents()
            .iter()
            .filter(|record| log.get(&place(&record.key)).is_some_and(|row| has_changed(record, row)));
        let before = tables.clone();
        tables.remove(&replaced.map(|record| record.key.clone()).collect::<Vec<_>>());
        let inserted = tables.insert(batch, &new);
        if inserted.is_err() {
            *tables = before;
        }
        let table_row_counts = inserted?;
        let mut already_done = Vec::new();
        for (index, record) in batch.documents().iter().enumerate() {
            if new[index] {
                if log.insert(place(&record.key), log_row(batch, index, identity)).is_some() {
                    issues.retain(|issue| (&issue.contract_name, &issue.key) != (contract_name, &record.key));
                }
                issues.extend(issue_rows(record, batch.schema()));
            } else {
                let by_this_run = is_by(&log[&place(&record.key)], identity);
                already_done.push(AlreadyDone { key: record.key.clone(), by_this_run });
            }
        }
        Ok(Commit { already_done, table_row_counts, ..Commit::default() })
    }

    /// One transaction, as [`crate::ports::Sink::remove`] promises.
    pub(super) fn remove(&self, keys: &[DocumentKey]) -> Result<(), PortError> {
        let mut state = self.state();
        let State { tables, log, issues, .. } = &mut *state;
        tables.as_mut().ok_or_else(missing_tables)?.remove(keys);
        let contract_name = self.contract_name();
        log.retain(|(contract, key), _| contract != contract_name || !keys.contains(key));
        issues.retain(|issue| issue.contract_name != contract_name || !keys.contains(&issue.key));
        Ok(())
    }
}

/// Whether this very run wrote it: then its answer was lost.
fn is_by(row: &LogRow, identity: &RunIdentity) -> bool {
    row.run_nonce.as_ref() == Some(&identity.run_nonce)
}

fn missing_tables() -> PortError {
    PortError::new(Fault::MissingTable { table: "processing_log".to_owned() }, "no table `processing_log`")
}

fn log_row(batch: &Batch, index: usize, identity: &RunIdentity) -> LogRow {
    let record = &batch.documents()[index];
    let failure = record.outcome.failure();
    LogRow {
        key: record.key.clone(),
        contract_name: batch.schema().contract_name.clone(),
        status: record.outcome.status().to_owned(),
        failure_reason: failure.map(ToString::to_string),
        failure_code: failure.map(|failure| failure.code.as_str().to_owned()),
        failure_table: failure.and_then(|failure| failure.place.table.clone()),
        failure_column: failure.and_then(|failure| failure.place.column.clone()),
        processing_time: record.processed_at,
        session_id: identity.session_id.clone(),
        run_nonce: Some(identity.run_nonce.clone()),
        instance_id: identity.share.index().into(),
        instance_count: identity.share.count().into(),
        row_count: i64::try_from(batch.document_row_count(index)).unwrap_or(i64::MAX),
        issue_count: record.issues.iter().map(|issue| i64::from(issue.count)).sum(),
        contract_hash: identity.contract_hash.clone(),
        document_hash: format!("{:032x}", record.document_hash),
        source_version: record.source_version.clone(),
        duration_ms: millis_ceil(record.duration),
    }
}

fn issue_rows<'a>(
    record: &'a DocumentRecord,
    schema: &'a TargetSchema,
) -> impl Iterator<Item = IssueRow> + 'a {
    record.issues.iter().map(|issue| {
        let table = &schema.tables[issue.table as usize];
        IssueRow {
            key: record.key.clone(),
            contract_name: schema.contract_name.clone(),
            table: table.name.clone(),
            column: table.columns[issue.column as usize].name.clone(),
            code: issue.code.as_str().to_owned(),
            count: issue.count.into(),
        }
    })
}
