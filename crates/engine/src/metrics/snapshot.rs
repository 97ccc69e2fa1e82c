//! The numbers of a run at one moment, named, ready to be shown or written.

use serde::Serialize;

/// All numbers of a run of one instance. Counts are of this run, not of the log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricsSnapshot {
    /// Since the start of the run.
    pub elapsed_seconds: f64,
    /// Documents that were to do at the start, when they could be counted.
    pub remaining_at_start: Option<u64>,
    /// Of these, how many are still to do.
    pub documents_left: Option<u64>,
    /// Time for these at the recent rate.
    pub seconds_left: Option<f64>,
    /// Documents by how far they came.
    pub documents: DocumentCounts,
    /// Bytes of the documents that have an outcome.
    pub byte_count: u64,
    /// Over the whole run.
    pub documents_per_minute: f64,
    /// Over the last half minute.
    pub recent_documents_per_minute: f64,
    /// Over the whole run; a megabyte is 1,000,000 bytes.
    pub megabytes_per_second: f64,
    /// Rows loaded into all tables.
    pub row_count: u64,
    /// Rows loaded per table, in schema order.
    pub tables: Vec<TableRowCount>,
    /// Failed documents by cause.
    pub failures: Vec<FailureCount>,
    /// Issues of all kinds.
    pub issue_count: u64,
    /// Issues by place and kind.
    pub issues: Vec<IssueCount>,
    /// Transactions.
    pub transactions: TransactionCounts,
    /// Time per stage, summed over threads: stages overlap, so this may be more than the time that went by.
    pub stage_seconds: StageSeconds,
    /// Totals over time, at most some hundred.
    pub samples: Vec<Sample>,
}

/// Documents by how far they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DocumentCounts {
    /// Read from the source.
    pub extracted: u64,
    /// Shredded, failed ones included.
    pub shredded: u64,
    /// Logged as `success`.
    pub success: u64,
    /// Logged as `failed`.
    pub failed: u64,
    /// Found to be logged by another instance.
    pub already_done: u64,
}

impl DocumentCounts {
    /// Documents with an outcome.
    pub fn processed(&self) -> u64 {
        self.success + self.failed + self.already_done
    }
}

/// Rows of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableRowCount {
    /// Its name.
    pub table: String,
    /// Rows loaded.
    pub row_count: u64,
}

/// Failed documents of one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailureCount {
    /// Where they failed.
    pub stage: &'static str,
    /// Why.
    pub code: &'static str,
    /// How many.
    pub count: u64,
}

/// Issues of one kind in one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IssueCount {
    /// Table.
    pub table: String,
    /// Column.
    pub column: String,
    /// What happened.
    pub code: &'static str,
    /// How often.
    pub count: u64,
}

/// Transactions of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TransactionCounts {
    /// Committed.
    pub committed: u64,
    /// Refused and split.
    pub split: u64,
    /// Tries again after faults that may pass, reading included.
    pub retries: u64,
}

/// Time per stage in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct StageSeconds {
    /// Reading keys and documents.
    pub extract: f64,
    /// From text to rows, summed over workers.
    pub shred: f64,
    /// Transactions, summed over loaders.
    pub load: f64,
}

/// Totals at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Sample {
    /// Since the start of the run.
    pub at_seconds: f64,
    /// Documents with an outcome.
    pub documents: u64,
    /// Their bytes.
    pub bytes: u64,
}
