//! How a run ended.

use std::time::Duration;

/// A run that did not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSummary {
    /// Why there was no more to do.
    pub ended: Ended,
    /// What was done.
    pub totals: Totals,
    /// From first connection to last commit.
    pub elapsed: Duration,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// No document of the selection is left.
    Completed,
    /// As many documents as `limit` says were processed.
    LimitReached,
    /// A stop was asked for and left documents unprocessed.
    Interrupted,
}

/// Counts of one run of one instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Documents that this run logged as `success` (would have, in a dry run).
    pub success_count: u64,
    /// Documents that this run logged as `failed`.
    pub failed_count: u64,
    /// Documents that this run logged as `skipped`.
    pub skipped_count: u64,
    /// Documents that another instance had logged in the meantime.
    pub already_done_count: u64,
    /// Bytes of all these documents.
    pub byte_count: u64,
    /// Rows per table, in schema order.
    pub table_row_counts: Vec<u64>,
    /// Issues of all kinds.
    pub issue_count: u64,
}

impl Totals {
    /// Documents with an outcome.
    pub fn document_count(&self) -> u64 {
        self.success_count + self.failed_count + self.skipped_count + self.already_done_count
    }
}
