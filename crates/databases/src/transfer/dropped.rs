//! Rows that a target took without an error and does not have.

use std::collections::BTreeMap;

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::DocumentKey;
use xmlshred_model::log_table::LOG;

/// A log row of which the same is true. Its document must not be loaded: without it every run would load it again.
pub(crate) fn log_row_dropped(key: Option<&DocumentKey>) -> PortError {
    let fault = Fault::CheckViolation { table: Some(LOG.to_owned()) };
    PortError::new(fault, "writing the log: the target takes a log row without an error and does not keep it")
        .with_hint(format!("look for a trigger, rule or policy of {LOG} that drops rows"))
        .of_log()
        .about(key.cloned())
}

/// How many, by document and by table.
#[derive(Debug, Default)]
pub(crate) struct Dropped {
    by_document: BTreeMap<usize, u64>,
    by_table: BTreeMap<usize, u64>,
}

impl Dropped {
    /// Adds rows of a table that a document of the batch had.
    pub(crate) fn add(&mut self, table: usize, document: usize, row_count: u64) {
        if row_count > 0 {
            *self.by_document.entry(document).or_default() += row_count;
            *self.by_table.entry(table).or_default() += row_count;
        }
    }

    /// Of a document, by its place in the batch.
    pub(crate) fn of_document(&self, at: usize) -> u64 {
        self.by_document.get(&at).copied().unwrap_or(0)
    }

    /// Documents that lost rows, by their place in the batch, with how many.
    pub(crate) fn documents(&self) -> impl Iterator<Item = (usize, u64)> {
        self.by_document.iter().map(|(at, count)| (*at, *count))
    }

    /// Per table of a schema with so many; empty where nothing was dropped.
    pub(crate) fn table_row_counts(&self, table_count: usize) -> Vec<u64> {
        if self.by_table.is_empty() {
            return Vec::new();
        }
        (0..table_count).map(|table| self.by_table.get(&table).copied().unwrap_or(0)).collect()
    }
}
