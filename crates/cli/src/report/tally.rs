//! Counts of a run, folded from its events.

use std::collections::BTreeMap;
use std::time::Duration;

use xmlshred_engine::Event;
use xmlshred_model::{FailureCode, IssueCode, Stage, TargetSchema};

use super::document::{DocumentCounts, FailureCount, IssueCount, StageTime, StageTimes, TableCount};

/// Documents that failed, by cause.
type Failures = BTreeMap<(Stage, FailureCode), u64>;

/// Counts so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    documents: DocumentCounts,
    /// Documents with an outcome when all that were counted at the beginning have one.
    goal: Option<u64>,
    failures: Failures,
    issues: BTreeMap<(u32, u32, IssueCode), u64>,
    table_row_counts: Vec<u64>,
    fetch: Time,
    shred: Time,
    load: Time,
    retry_count: u64,
    split_count: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Time {
    duration: Duration,
    documents: u64,
    bytes: u64,
    steps: u64,
}

impl Time {
    fn add(&mut self, duration: Duration, documents: u64, bytes: u64) {
        self.duration += duration;
        self.documents += documents;
        self.bytes += bytes;
        self.steps += 1;
    }

    fn told(self) -> StageTime {
        let Self { duration, documents, bytes, steps } = self;
        StageTime { seconds: duration.as_secs_f64(), steps, documents, bytes }
    }
}

impl Tally {
    /// Takes note of how many documents failed before this run, which does not try them again.
    pub(crate) fn note_failed_before(&mut self, count: u64) {
        self.documents.failed_before = count;
    }

    /// Takes note of an event.
    pub(crate) fn observe(&mut self, event: &Event) {
        match event {
            // A run that follows begins again and again.
            Event::Started { remaining, .. } => {
                self.goal = remaining.map(|remaining| self.with_outcome() + remaining.documents());
            }
            Event::Extracted { document_count, byte_count, duration } => {
                self.fetch.add(*duration, *document_count, *byte_count);
            }
            Event::Shredded { document_count, byte_count, duration } => {
                self.shred.add(*duration, *document_count, *byte_count);
            }
            Event::DocumentFailed { key: _, failure } => {
                *self.failures.entry((failure.stage, failure.code)).or_default() += 1;
            }
            Event::Committed {
                success_count,
                failed_count,
                skipped_count,
                already_done_count,
                byte_count,
                table_row_counts,
                issues,
                duration,
            } => {
                self.documents.success += success_count;
                self.documents.failed += failed_count;
                self.documents.skipped += skipped_count;
                self.documents.already_done += already_done_count;
                self.documents.bytes += byte_count;
                self.table_row_counts.resize(self.table_row_counts.len().max(table_row_counts.len()), 0);
                for (total, rows) in self.table_row_counts.iter_mut().zip(table_row_counts) {
                    *total += rows;
                }
                for &(table, column, code, count) in issues {
                    *self.issues.entry((table, column, code)).or_default() += count;
                }
                let document_count = success_count + failed_count + skipped_count + already_done_count;
                self.load.add(*duration, document_count, *byte_count);
            }
            Event::BatchSplit { .. } => self.split_count += 1,
            Event::Retrying { .. } => self.retry_count += 1,
            Event::RowsDropped { .. }
            | Event::LoaderGivenUp { .. }
            | Event::Recovered { .. }
            | Event::Waiting { .. }
            | Event::DatabaseSaid { .. }
            | Event::Stopping
            | Event::Finished => {}
        }
    }

    /// Documents with an outcome.
    pub(crate) fn documents(&self) -> DocumentCounts {
        let DocumentCounts { success, failed, skipped, .. } = self.documents;
        let left = self.goal.map(|goal| goal.saturating_sub(self.with_outcome()));
        DocumentCounts { processed: success + failed + skipped, left, ..self.documents }
    }

    fn with_outcome(&self) -> u64 {
        let DocumentCounts { success, failed, skipped, already_done, .. } = self.documents;
        success + failed + skipped + already_done
    }

    /// Documents that failed, by cause, the most frequent first.
    pub(crate) fn failures(&self) -> Vec<FailureCount> {
        let told = |(&(stage, code), &count): (&(Stage, FailureCode), &u64)| FailureCount {
            stage: stage.to_string(),
            code: code.to_string(),
            count,
        };
        let mut failures: Vec<_> = self.failures.iter().map(told).collect();
        failures.sort_by_key(|failure| std::cmp::Reverse(failure.count));
        failures
    }

    /// Issues by table, column and code, in the order of the contract.
    pub(crate) fn issues(&self, schema: &TargetSchema) -> Vec<IssueCount> {
        let told = |(&(table, column, code), &count): (&(u32, u32, IssueCode), &u64)| {
            let table = &schema.tables[table as usize];
            IssueCount {
                table: table.name.clone(),
                column: table.columns[column as usize].name.clone(),
                code: code.to_string(),
                count,
            }
        };
        self.issues.iter().map(told).collect()
    }

    /// Rows of every table of the contract.
    pub(crate) fn tables(&self, schema: &TargetSchema) -> Vec<TableCount> {
        let rows = self.table_row_counts.iter().copied().chain(std::iter::repeat(0));
        let told = |(table, rows): (&xmlshred_model::TableSchema, u64)| TableCount {
            table: table.name.clone(),
            rows,
        };
        schema.tables.iter().zip(rows).map(told).collect()
    }

    /// Time per stage.
    pub(crate) fn stages(&self) -> StageTimes {
        StageTimes { fetch: self.fetch.told(), shred: self.shred.told(), load: self.load.told() }
    }

    /// Further tries after faults that passed.
    pub(crate) fn retry_count(&self) -> u64 {
        self.retry_count
    }

    /// Batches that were refused and split.
    pub(crate) fn split_count(&self) -> u64 {
        self.split_count
    }
}
