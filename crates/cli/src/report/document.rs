//! The report of a run: what the metrics file holds. Every field is described in `docs/metrics.md`; a change that a
//! reader would stumble over raises [`VERSION`].

use serde::{Deserialize, Serialize};

use super::drift::DriftFields;

/// Version of the metrics file.
pub(crate) const VERSION: u32 = 1;

/// What one instance did in one run; or several instances together, in the summary of `launch`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RunReport {
    pub(crate) version: u32,
    pub(crate) program: String,
    pub(crate) session_id: String,
    pub(crate) instance_id: u32,
    pub(crate) instance_count: u32,
    pub(crate) contract: ContractFields,
    pub(crate) source: String,
    pub(crate) target: String,
    pub(crate) settings: SettingsFields,
    pub(crate) started_at: String,
    pub(crate) finished_at: String,
    pub(crate) elapsed_seconds: f64,
    pub(crate) ended: String,
    pub(crate) exit_code: u8,
    pub(crate) error: Option<String>,
    pub(crate) documents: DocumentCounts,
    pub(crate) documents_per_minute: f64,
    pub(crate) megabytes_per_second: f64,
    pub(crate) failures: Vec<FailureCount>,
    pub(crate) issues: Vec<IssueCount>,
    pub(crate) tables: Vec<TableCount>,
    pub(crate) stages: StageTimes,
    /// What documents of a sample held that nobody reads or has accepted; `None` where nobody looked.
    #[serde(default)]
    pub(crate) drift: Option<DriftFields>,
    pub(crate) retry_count: u64,
    pub(crate) split_count: u64,
    pub(crate) peak_memory_bytes: Option<u64>,
}

/// Which contract.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ContractFields {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) hash: String,
}

/// How it was run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SettingsFields {
    pub(crate) workers: usize,
    pub(crate) batch_size: usize,
    pub(crate) key_start: Option<serde_json::Value>,
    pub(crate) key_end: Option<serde_json::Value>,
    pub(crate) limit: Option<u64>,
    pub(crate) retry_failed: bool,
    pub(crate) max_failures: String,
    pub(crate) dry_run: bool,
}

/// Documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DocumentCounts {
    /// `success + failed + skipped`
    pub(crate) processed: u64,
    pub(crate) success: u64,
    pub(crate) failed: u64,
    #[serde(default)]
    pub(crate) skipped: u64,
    pub(crate) already_done: u64,
    pub(crate) bytes: u64,
    /// Of the run's own choice of keys, in the log as failed when it began, and not tried again.
    #[serde(default)]
    pub(crate) failed_before: u64,
    /// Of the run's own choice of keys, not processed when it ended; `null` where they were not counted.
    #[serde(default)]
    pub(crate) left: Option<u64>,
}

/// Failed documents of one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FailureCount {
    pub(crate) stage: String,
    pub(crate) code: String,
    pub(crate) count: u64,
}

/// Issues of one kind in one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IssueCount {
    pub(crate) table: String,
    pub(crate) column: String,
    pub(crate) code: String,
    pub(crate) count: u64,
}

/// Rows of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TableCount {
    pub(crate) table: String,
    pub(crate) rows: u64,
}

/// Time per stage. Stages overlap: the sum may exceed the elapsed time.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct StageTimes {
    pub(crate) fetch: StageTime,
    pub(crate) shred: StageTime,
    pub(crate) load: StageTime,
}

/// One stage, all its threads together.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct StageTime {
    pub(crate) seconds: f64,
    /// Pages, batches, transactions.
    pub(crate) steps: u64,
    pub(crate) documents: u64,
    pub(crate) bytes: u64,
}

impl StageTimes {
    /// Adds what others did at the same time.
    pub(crate) fn add(&mut self, other: &Self) {
        let Self { fetch, shred, load } = self;
        fetch.add(&other.fetch);
        shred.add(&other.shred);
        load.add(&other.load);
    }
}

impl StageTime {
    fn add(&mut self, other: &Self) {
        let Self { seconds, steps, documents, bytes } = *other;
        self.seconds += seconds;
        self.steps += steps;
        self.documents += documents;
        self.bytes += bytes;
    }
}

impl RunReport {
    /// Documents per minute and megabytes per second of elapsed time.
    pub(crate) fn rates(documents: &DocumentCounts, elapsed_seconds: f64) -> (f64, f64) {
        let DocumentCounts { processed, bytes, .. } = *documents;
        if elapsed_seconds <= 0.0 {
            return (0.0, 0.0);
        }
        (processed as f64 * 60.0 / elapsed_seconds, bytes as f64 / 1e6 / elapsed_seconds)
    }

    /// Adds what another instance of the same session did at the same time.
    pub(crate) fn add(&mut self, other: &Self) {
        let DocumentCounts { processed, success, failed, skipped, already_done, bytes, failed_before, left } =
            other.documents;
        self.documents.left = self.documents.left.zip(left).map(|(mine, others)| mine + others);
        self.documents.failed_before += failed_before;
        self.documents.processed += processed;
        self.documents.success += success;
        self.documents.failed += failed;
        self.documents.skipped += skipped;
        self.documents.already_done += already_done;
        self.documents.bytes += bytes;
        for failure in &other.failures {
            let same = |mine: &&mut FailureCount| mine.stage == failure.stage && mine.code == failure.code;
            match self.failures.iter_mut().find(same) {
                Some(mine) => mine.count += failure.count,
                None => self.failures.push(failure.clone()),
            }
        }
        self.failures.sort_by_key(|failure| std::cmp::Reverse(failure.count));
        for issue in &other.issues {
            let same = |mine: &&mut IssueCount| {
                (&mine.table, &mine.column, &mine.code) == (&issue.table, &issue.column, &issue.code)
            };
            match self.issues.iter_mut().find(same) {
                Some(mine) => mine.count += issue.count,
                None => self.issues.push(issue.clone()),
            }
        }
        for (mine, table) in self.tables.iter_mut().zip(&other.tables) {
            mine.rows += table.rows;
        }
        self.stages.add(&other.stages);
        DriftFields::merge(&mut self.drift, other.drift.as_ref());
        self.retry_count += other.retry_count;
        self.split_count += other.split_count;
        self.peak_memory_bytes =
            self.peak_memory_bytes.zip(other.peak_memory_bytes).map(|(mine, others)| mine + others);
        self.elapsed_seconds = self.elapsed_seconds.max(other.elapsed_seconds);
        (self.documents_per_minute, self.megabytes_per_second) =
            Self::rates(&self.documents, self.elapsed_seconds);
    }
}
