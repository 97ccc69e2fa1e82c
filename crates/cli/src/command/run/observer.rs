//! Listens to a run: log lines, progress, counts, Prometheus.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::MultiProgress;
use tracing::{debug, info, warn};
use xmlshred_engine::ports::Ports;
use xmlshred_engine::{Event, Observer, Remaining, Trouble};
use xmlshred_model::KeyType;

use super::job::Job;
use crate::console::{self, ATTEMPTS, FAILURES, Progress, Told};
use crate::report::{Prometheus, Tally};

/// Failed documents that the console shows one by one; the log file has all of them.
const SHOWN_FAILURES: u64 = 20;

/// Every fold over the events of a run.
pub(super) struct RunObserver {
    tally: Mutex<Tally>,
    progress: Progress,
    prometheus: Option<Prometheus>,
    failures: AtomicU64,
    job: Arc<Job>,
    bars: MultiProgress,
    /// Tables of which rows were dropped.
    dropping: Mutex<BTreeSet<usize>>,
    /// How often the run has begun: one that follows does so again and again.
    passes: AtomicU64,
    /// Where documents have their names from.
    ports: Mutex<Option<Arc<dyn Ports>>>,
}

impl RunObserver {
    pub(super) fn new(job: &Arc<Job>, prometheus: Option<Prometheus>, bars: &MultiProgress) -> Self {
        Self {
            tally: Mutex::default(),
            progress: Progress::new(job.reporting.progress, job.settings.limit, bars),
            prometheus,
            failures: AtomicU64::new(0),
            job: Arc::clone(job),
            bars: bars.clone(),
            dropping: Mutex::default(),
            ports: Mutex::default(),
            passes: AtomicU64::new(0),
        }
    }

    /// From now on documents are called as these ports call them.
    pub(super) fn name_documents_by(&self, ports: &Arc<dyn Ports>) {
        *self.ports.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(ports));
    }

    /// Takes note of how many documents failed before this run, which does not try them again.
    pub(super) fn note_failed_before(&self, count: u64) {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).note_failed_before(count);
    }

    /// The counts so far.
    pub(super) fn tally(&self) -> Tally {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn log(&self, event: &Event) {
        match event {
            // Said every few seconds, it would say nothing.
            Event::Started { .. } if self.passes.fetch_add(1, Ordering::Relaxed) > 0 => {}
            Event::Started { key_type, remaining } => self.log_started(*key_type, *remaining),
            Event::Extracted { document_count, .. } => info!("Extracted {document_count} XML records"),
            Event::Shredded { document_count, byte_count, duration } => {
                debug!("Shredded {document_count} documents ({byte_count} bytes) in {duration:.1?}");
            }
            Event::DocumentFailed { key, failure } => {
                let column = &self.job.plan.contract().source.key;
                let ports = self.ports.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let name = ports.and_then(|ports| ports.name(key));
                let name = name.map_or_else(String::new, |name| format!(" ({name})"));
                match self.failures.fetch_add(1, Ordering::Relaxed) {
                    0..SHOWN_FAILURES => warn!("Document {column} {key}{name} failed: {failure}"),
                    already => {
                        if already == SHOWN_FAILURES {
                            warn!("More documents failed: the log file names them all");
                        }
                        warn!(target: FAILURES, "Document {column} {key}{name} failed: {failure}");
                    }
                }
            }
            Event::Committed {
                success_count,
                failed_count,
                skipped_count,
                already_done_count,
                table_row_counts,
                duration,
                ..
            } => {
                let rows: u64 = table_row_counts.iter().sum();
                debug!(
                    "Committed {success_count} successful, {failed_count} failed, {skipped_count} skipped, {already_done_count} already done, \
                     {rows} rows in {duration:.1?}"
                );
            }
            Event::BatchSplit { document_count, reason } => {
                debug!("Batch of {document_count} documents refused, now split: {reason}");
            }
            Event::RowsDropped { table_row_counts } => self.log_dropped(table_row_counts),
            Event::LoaderGivenUp { left } => {
                warn!(
                    "Loaders stand in each other's way (deadlocks): one less, {left} go on; --workers sets how many begin"
                );
            }
            // That it is gone, and for how long it is tried, is told once.
            Event::Retrying { attempt, delay, reason, trouble: Trouble::Gone | Trouble::Silent, .. } => {
                warn!(target: ATTEMPTS, "{reason}; attempt {attempt} follows in {delay:.1?}");
            }
            Event::Retrying { attempt, delay, reason, .. } => {
                warn!("{reason}; attempt {attempt} follows in {delay:.1?}");
            }
            // What is told of them depends on what was told before.
            Event::Recovered { .. } | Event::Waiting { .. } => {}
            Event::DatabaseSaid { words } => self.bars.suspend(|| console::quote(words)),
            Event::Stopping => warn!("Stopping: what was begun is being finished; Ctrl-C again ends at once"),
            Event::Finished => debug!("All threads have ended"),
        }
    }
}

impl RunObserver {
    /// Which documents are this instance's, and how many they are. The word `Partition` is the predecessor's.
    fn log_started(&self, key_type: KeyType, remaining: Option<Remaining>) {
        let (share, key) = (self.job.identity.share, &self.job.plan.contract().source.key);
        if share.count() > 1 {
            let number = match key_type {
                KeyType::Integer | KeyType::Decimal => key.clone(),
                KeyType::Uuid | KeyType::Text => format!("xxh3_64({key})"),
            };
            info!("Partition: {number} % {} == {}", share.count(), share.index());
        }
        match remaining {
            Some(Remaining::Counted(documents)) => {
                info!("Documents to do: {}", console::count(self.job.at_most(documents)));
            }
            Some(Remaining::Estimated(documents)) => {
                let documents = console::count(self.job.at_most(documents));
                info!("Documents to do: about {documents} (those of the source less those of the log)");
            }
            None => info!("Documents to do: not counted"),
        }
    }

    /// Tells of rows that the target does not have, once per table.
    fn log_dropped(&self, table_row_counts: &[u64]) {
        let mut told = self.dropping.lock().unwrap_or_else(PoisonError::into_inner);
        let tables = self.job.plan.schema().tables.iter().map(|table| &table.name).enumerate();
        for ((at, table), _) in tables.zip(table_row_counts).filter(|(_, count)| **count > 0) {
            if told.insert(at) {
                warn!(
                    "The target takes rows of {table} without an error and does not keep them: a trigger or rule of its own drops \
                     them. They are not counted as loaded; this is said once"
                );
            }
        }
    }
}

impl Observer for RunObserver {
    fn observe(&self, event: &Event) {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).observe(event);
        self.log(event);
        match self.progress.observe(event) {
            Some(Told::Waits(words)) => warn!("{words}"),
            Some(Told::GoesOn(words)) => info!("{words}"),
            None => {}
        }
        if let Some(prometheus) = &self.prometheus {
            prometheus.observe(event);
            if let (Event::Shredded { .. } | Event::Finished, Some(watch)) = (event, &self.job.watch) {
                prometheus.observe_drift(watch);
            }
        }
    }
}
