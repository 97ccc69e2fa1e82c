//! Ports to a database in memory.

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};

use xmlshred_model::log_table::{FAILED, SKIPPED, STATUSES};
use xmlshred_model::{Batch, DocumentKey, KeyType};

use super::store::MemoryStore;
use crate::ports::{
    CauseTally, Commit, Entries, FailedDocuments, Fetched, FetchedRow, IssueTally, Journal, LogEntry,
    LogTally, Logged, MAX_CAUSES, PortError, Ports, RunIdentity, Selection, Sink, Source,
};
use crate::testing::fixture::LogRow;

/// Opens ports to a database in memory.
#[derive(Clone, Debug)]
pub struct MemoryPorts {
    store: MemoryStore,
    contract_name: String,
    sight: JournalSight,
    max_loaders: usize,
    /// What every row of the source has beside its document.
    columns: Vec<Option<String>>,
}

/// Whether the source sees the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalSight {
    /// As when both are in one database.
    Seen,
    /// As when they are in two.
    Unseen,
}

impl MemoryStore {
    /// Ports to this database whose source sees the log, and with two loaders at most.
    pub fn memory_ports(&self) -> MemoryPorts {
        let contract_name = self.contract_name().to_owned();
        let (store, sight) = (self.clone(), JournalSight::Seen);
        MemoryPorts { store, contract_name, sight, max_loaders: 2, columns: Vec::new() }
    }
}

impl MemoryPorts {
    /// The same for another contract.
    #[must_use]
    pub(super) fn with_contract(self, contract_name: &str) -> Self {
        Self { contract_name: contract_name.to_owned(), ..self }
    }

    /// The same with columns beside the documents.
    #[must_use]
    pub(super) fn with_columns(self, columns: Vec<Option<String>>) -> Self {
        Self { columns, ..self }
    }

    /// The same with another sight of the log.
    #[must_use]
    pub fn with_sight(self, sight: JournalSight) -> Self {
        Self { sight, ..self }
    }

    /// The same with another number of loaders.
    #[must_use]
    pub fn with_max_loaders(self, max_loaders: usize) -> Self {
        Self { max_loaders, ..self }
    }
}

impl Ports for MemoryPorts {
    fn source(&self) -> Result<Box<dyn Source>, PortError> {
        let Self { store, contract_name, sight, max_loaders: _, columns } = self.clone();
        Ok(Box::new(MemorySource { store, contract_name, sight, columns }))
    }

    fn sink(&self) -> Result<Box<dyn Sink>, PortError> {
        self.store.check_tables()?;
        Ok(Box::new(MemorySink(self.store.clone())))
    }

    fn journal(&self) -> Result<Box<dyn Journal>, PortError> {
        let Self { store, contract_name, .. } = self.clone();
        Ok(Box::new(MemoryJournal { store, contract_name }))
    }

    fn max_loaders(&self) -> usize {
        self.max_loaders
    }
}

struct MemorySource {
    store: MemoryStore,
    contract_name: String,
    sight: JournalSight,
    columns: Vec<Option<String>>,
}

impl MemorySource {
    fn select(&self, selection: &Selection, after: Option<&DocumentKey>, limit: usize) -> Vec<DocumentKey> {
        let Selection { range, share, failed } = selection;
        let range = range.adopted(self.store.key_type()).expect("tests ask for keys of the source's type");
        let state = self.store.state();
        let start = after.cloned().map_or(Bound::Unbounded, Bound::Excluded);
        let is_integer = self.store.key_type() == KeyType::Integer;
        let is_left = |key: &DocumentKey| {
            let row = state.log.get(&(self.contract_name.clone(), key.clone()));
            let is_same = |row: &LogRow| {
                state
                    .versions
                    .as_ref()
                    .is_none_or(|versions| versions.get(key) == row.source_version.as_ref())
            };
            let is_seen_done = self.sight == JournalSight::Seen
                && row.is_some_and(|row| failed.leaves_out(&row.status) && is_same(row));
            range.contains(key) && (!is_integer || share.contains(key)) && !is_seen_done
        };
        let keys = state.documents.range((start, Bound::Unbounded)).map(|(key, _)| key);
        keys.filter(|key| is_left(key)).take(limit).cloned().collect()
    }
}

impl Source for MemorySource {
    fn keys(
        &mut self,
        selection: &Selection,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<DocumentKey>, PortError> {
        Ok(self.select(selection, after, limit))
    }

    fn key_type(&self) -> KeyType {
        self.store.key_type()
    }

    fn sees_journal(&self) -> bool {
        self.sight == JournalSight::Seen
    }

    fn promises_unique_keys(&self) -> bool {
        true
    }

    fn versions(&mut self, keys: &[DocumentKey]) -> Result<Option<Vec<Option<String>>>, PortError> {
        let state = self.store.state();
        Ok(state
            .versions
            .as_ref()
            .map(|versions| keys.iter().map(|key| versions.get(key).cloned()).collect()))
    }

    fn fetch(
        &mut self,
        keys: &[DocumentKey],
        max_bytes: u64,
        take: &mut dyn FnMut(DocumentKey, FetchedRow) -> ControlFlow<()>,
    ) -> Result<(), PortError> {
        for key in keys {
            let Some(document) = self.store.state().documents.get(key).cloned() else { continue };
            let columns = self.columns.clone();
            let version =
                self.store.state().versions.as_ref().and_then(|versions| versions.get(key).cloned());
            let mut row = FetchedRow { document, columns, version };
            if row.document.byte_count() > 0 && row.byte_count() as u64 > max_bytes {
                row.document = Fetched::TooLarge(row.byte_count() as u64);
                row.columns.clear();
            }
            if take(key.clone(), row).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn count(&mut self, selection: &Selection) -> Result<Option<u64>, PortError> {
        Ok(Some(self.select(selection, None, usize::MAX).len() as u64))
    }
}

struct MemorySink(MemoryStore);

impl Sink for MemorySink {
    fn commit(
        &mut self,
        batch: &Batch,
        identity: &RunIdentity,
        failed: FailedDocuments,
    ) -> Result<Commit, PortError> {
        self.0.commit(batch, identity, failed)
    }

    fn remove(&mut self, keys: &[DocumentKey]) -> Result<(), PortError> {
        self.0.remove(keys)
    }
}

struct MemoryJournal {
    store: MemoryStore,
    contract_name: String,
}

impl Journal for MemoryJournal {
    fn create_tables(&mut self) -> Result<(), PortError> {
        self.store.create_tables();
        Ok(())
    }

    fn processed(
        &mut self,
        keys: &[DocumentKey],
        versions: Option<&[Option<String>]>,
        failed: FailedDocuments,
    ) -> Result<Vec<DocumentKey>, PortError> {
        self.store.check_tables()?;
        let state = self.store.state();
        let row = |key: &DocumentKey| state.log.get(&(self.contract_name.clone(), key.clone()));
        let is_processed = |(at, key): &(usize, &DocumentKey)| {
            let is_same = |row: &LogRow| versions.is_none_or(|versions| versions[*at] == row.source_version);
            row(key).is_some_and(|row| failed.leaves_out(&row.status) && is_same(row))
        };
        Ok(keys.iter().enumerate().filter(is_processed).map(|(_, key)| key.clone()).collect())
    }

    fn logged(&mut self, selection: &Selection) -> Result<Logged, PortError> {
        self.store.check_tables()?;
        let state = self.store.state();
        let mut logged = Logged::default();
        let rows = state.log.values().filter(|row| {
            row.contract_name == self.contract_name
                && selection.range.contains(&row.key)
                && selection.share.contains(&row.key)
        });
        for row in rows {
            match row.status.as_str() {
                FAILED => logged.failed_count += 1,
                SKIPPED => logged.skipped_count += 1,
                _ => logged.success_count += 1,
            }
        }
        Ok(logged)
    }

    fn tally(&mut self) -> Result<Vec<LogTally>, PortError> {
        self.store.check_tables()?;
        let mut tallies: Vec<LogTally> = Vec::new();
        let state = self.store.state();
        for row in state.log.values().filter(|row| row.contract_name == self.contract_name) {
            let instance_id = u32::try_from(row.instance_id).expect("written from a u32");
            let instance_count = u32::try_from(row.instance_count).expect("written from a u32");
            let is_same = |tally: &&mut LogTally| {
                tally.session_id == row.session_id
                    && tally.instance_id == instance_id
                    && tally.instance_count == instance_count
                    && tally.contract_hash == row.contract_hash
            };
            let [success, failed, skipped] = STATUSES.map(|status| u64::from(row.status == status));
            match tallies.iter_mut().find(is_same) {
                Some(tally) => {
                    tally.success_count += success;
                    tally.failed_count += failed;
                    tally.skipped_count += skipped;
                    tally.first = tally.first.min(row.processing_time);
                    tally.last = tally.last.max(row.processing_time);
                }
                None => tallies.push(LogTally {
                    session_id: row.session_id.clone(),
                    instance_id,
                    instance_count,
                    contract_hash: row.contract_hash.clone(),
                    success_count: success,
                    failed_count: failed,
                    skipped_count: skipped,
                    first: row.processing_time,
                    last: row.processing_time,
                }),
            }
        }
        Ok(tallies)
    }

    fn contracts(&mut self) -> Result<Option<Vec<(String, u64)>>, PortError> {
        let state = self.store.state();
        let mut found = BTreeMap::<String, u64>::new();
        for row in state.log.values() {
            *found.entry(row.contract_name.clone()).or_default() += 1;
        }
        Ok(state.tables.is_some().then(|| found.into_iter().collect()))
    }

    fn causes(&mut self) -> Result<Vec<CauseTally>, PortError> {
        let state = self.store.state();
        let mut found = BTreeMap::<_, u64>::new();
        let failed = |row: &&LogRow| row.contract_name == self.contract_name && row.status == FAILED;
        for row in state.log.values().filter(failed) {
            let cause = (row.failure_code.clone(), row.failure_table.clone(), row.failure_column.clone());
            *found.entry(cause).or_default() += 1;
        }
        let told = |((code, table, column), count)| CauseTally { code, table, column, count };
        let mut causes: Vec<_> = found.into_iter().map(told).collect();
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.count));
        causes.truncate(MAX_CAUSES);
        Ok(causes)
    }

    fn entries(
        &mut self,
        which: Entries,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<LogEntry>, PortError> {
        let state = self.store.state();
        let is_wanted = |row: &&LogRow| {
            row.contract_name == self.contract_name
                && after.is_none_or(|after| row.key > *after)
                && (which == Entries::All || row.status == FAILED)
        };
        Ok(state.log.values().filter(is_wanted).take(limit).map(entry).collect())
    }

    fn issues(&mut self, session: Option<&str>) -> Result<Vec<IssueTally>, PortError> {
        let state = self.store.state();
        let mut tallies: Vec<IssueTally> = Vec::new();
        for issue in state.issues.iter().filter(|issue| issue.contract_name == self.contract_name) {
            let logged = state.log.get(&(self.contract_name.clone(), issue.key.clone()));
            if session.is_some_and(|session| logged.is_none_or(|row| row.session_id != session)) {
                continue;
            }
            let count = issue.count.unsigned_abs();
            let is_same = |tally: &&mut IssueTally| {
                (&tally.table, &tally.column, &tally.code) == (&issue.table, &issue.column, &issue.code)
            };
            match tallies.iter_mut().find(is_same) {
                Some(tally) => {
                    tally.count += count;
                    tally.document_count += 1;
                }
                None => tallies.push(IssueTally {
                    table: issue.table.clone(),
                    column: issue.column.clone(),
                    code: issue.code.clone(),
                    count,
                    document_count: 1,
                }),
            }
        }
        tallies.sort_by(|one, other| {
            let order = |tally: &IssueTally| (tally.table.clone(), tally.column.clone(), tally.code.clone());
            other.count.cmp(&one.count).then_with(|| order(one).cmp(&order(other)))
        });
        Ok(tallies)
    }

    fn entries_of(&mut self, which: Entries, keys: &[DocumentKey]) -> Result<Vec<LogEntry>, PortError> {
        let state = self.store.state();
        let rows = keys.iter().filter_map(|key| state.log.get(&(self.contract_name.clone(), key.clone())));
        Ok(rows.filter(|row| which == Entries::All || row.status == FAILED).map(entry).collect())
    }
}

fn entry(row: &LogRow) -> LogEntry {
    LogEntry {
        key: row.key.clone(),
        status: row.status.clone(),
        failure_reason: row.failure_reason.clone(),
        failure_code: row.failure_code.clone(),
        failure_table: row.failure_table.clone(),
        failure_column: row.failure_column.clone(),
        processed_at: row.processing_time,
        session_id: row.session_id.clone(),
        row_count: row.row_count.unsigned_abs(),
        contract_hash: row.contract_hash.clone(),
        document_hash: row.document_hash.clone(),
        source_version: row.source_version.clone(),
        instance_id: u32::try_from(row.instance_id).unwrap_or(u32::MAX),
        instance_count: u32::try_from(row.instance_count).unwrap_or(u32::MAX),
        duration_ms: row.duration_ms.unsigned_abs(),
    }
}
