//! What instances counted themselves, from their metrics files.

use std::collections::{BTreeMap, BTreeSet};

use super::found::{DocumentCountsFound, EnvironmentFound};
use crate::report::{DriftFields, RunReport, StageTimes, TableCount};

/// Instances whose environment is told.
const MAX_ENVIRONMENTS: usize = 24;

/// The sum over files.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) file_count: u64,
    pub(super) documents: DocumentCountsFound,
    pub(super) stages: StageTimes,
    pub(super) drift: Option<DriftFields>,
    pub(super) retries: u64,
    pub(super) splits: u64,
    pub(super) environments: Vec<EnvironmentFound>,
    /// Sources, targets: as they are named in the files.
    pub(super) sources: BTreeSet<String>,
    pub(super) targets: BTreeSet<String>,
    tables: BTreeMap<String, u64>,
}

impl Figures {
    /// Adds what an instance counted.
    pub(super) fn add(&mut self, report: &RunReport) {
        self.file_count += 1;
        let documents = &mut self.documents;
        documents.processed += report.documents.processed;
        documents.already_done += report.documents.already_done;
        documents.bytes += report.documents.bytes;
        self.stages.add(&report.stages);
        DriftFields::merge(&mut self.drift, report.drift.as_ref());
        self.retries += report.retry_count;
        self.splits += report.split_count;
        for table in &report.tables {
            *self.tables.entry(table.table.clone()).or_default() += table.rows;
        }
        for (set, text) in [(&mut self.sources, &report.source), (&mut self.targets, &report.target)] {
            if set.len() < MAX_ENVIRONMENTS {
                set.insert(text.clone());
            }
        }
        if self.environments.len() < MAX_ENVIRONMENTS {
            self.environments.push(EnvironmentFound {
                session: report.session_id.clone(),
                instance: instance_name(report.instance_id, report.instance_count),
                program: report.program.clone(),
                contract_file: report.contract.file.clone(),
                workers: report.settings.workers,
                batch_size: report.settings.batch_size,
                max_failures: report.settings.max_failures.clone(),
                dry_run: report.settings.dry_run,
                peak_memory_bytes: report.peak_memory_bytes,
            });
        }
    }

    /// Rows of tables: of the contract's in its order, then of others.
    pub(super) fn tables(&mut self, contract: impl Iterator<Item = String>) -> Vec<TableCount> {
        let mut tables = std::mem::take(&mut self.tables);
        let mut told = Vec::with_capacity(tables.len());
        for table in contract {
            let rows = tables.remove(&table).unwrap_or(0);
            told.push(TableCount { table, rows });
        }
        told.extend(tables.into_iter().map(|(table, rows)| TableCount { table, rows }));
        told
    }
}

/// `1/3`: people count instances from one.
pub(super) fn instance_name(index: u32, count: u32) -> String {
    format!("{}/{count}", u64::from(index) + 1)
}
