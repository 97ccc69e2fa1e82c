//! What a run is asked to do, and the bounds it keeps.

use std::num::NonZeroUsize;
use std::time::Duration;

use xmlshred_mapping::Limits;
use xmlshred_model::KeyRange;

use crate::ports::FailedDocuments;

/// Everything that steers a run besides contract, databases and identity (which brings the instance's share).
///
/// Memory: see [`RunSettings::memory_bound`].
#[derive(Clone, Debug, PartialEq)]
pub struct RunSettings {
    /// Threads that shred. Default 1; the command line takes the cores of the machine.
    pub workers: NonZeroUsize,
    /// Keys per page, and so documents per `Extracted` event. Default 500.
    pub batch_size: NonZeroUsize,
    /// Keys outside are left alone. Default: all keys.
    pub range: KeyRange,
    /// Whether documents that failed before are taken again, each once in this run. Default: they are left.
    pub failed: FailedDocuments,
    /// Stop after exactly this many documents were read. Default: none.
    pub limit: Option<u64>,
    /// Stop when more documents fail than this. Default: 50 % after the first 1,000.
    pub max_failures: MaxFailures,
    /// Whether everything but writing is done. Default: no.
    pub dry_run: DryRun,
    /// Limits on one document.
    pub limits: Limits,
    /// When a worker hands its batch to a loader: one transaction each.
    pub batch: BatchLimits,
    /// When the reader hands documents to a worker.
    pub chunk: ChunkLimits,
    /// How long faults that may pass are waited for.
    pub retry: RetrySettings,
    /// Whether source and target were reached before, by a run that this one follows: then failing to connect may pass. Default: no.
    pub reached_before: bool,
}

/// Everything but writing: documents are read, shredded and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DryRun {
    /// Rows are written.
    #[default]
    No,
    /// The sink is opened once, to find out whether it would take the rows.
    WithTarget,
    /// No sink is opened: its tables are still to be made.
    WithoutTarget,
}

impl DryRun {
    /// Whether rows are written.
    pub fn writes(self) -> bool {
        self == Self::No
    }
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            workers: NonZeroUsize::MIN,
            batch_size: NonZeroUsize::new(500).expect("500 is not zero"),
            range: KeyRange::default(),
            failed: FailedDocuments::default(),
            limit: None,
            max_failures: MaxFailures::default(),
            dry_run: DryRun::No,
            limits: Limits::default(),
            batch: BatchLimits::default(),
            chunk: ChunkLimits::default(),
            retry: RetrySettings::default(),
            reached_before: false,
        }
    }
}

impl RunSettings {
    /// Chunks that wait between reader and workers.
    pub fn chunk_queue_length(&self) -> usize {
        self.workers.get()
    }

    /// The most bytes of documents that are read but not yet shredded: chunks in the queue, one that the reader holds,
    /// one per worker; a chunk may exceed its limit by one document.
    pub fn document_memory_bound(&self) -> u64 {
        let chunks = self.chunk_queue_length() + 1 + self.workers.get();
        let chunk = (self.chunk.bytes as u64).saturating_add(self.limits.max_bytes);
        chunk.saturating_mul(chunks as u64)
    }

    /// The most bytes of documents and rows that a run with this many loaders holds: [`Self::document_memory_bound`], and
    /// one batch in each worker, each loader and each place of the queue between them (as long as there are loaders). A
    /// batch may exceed its limit by the rows of one document. It takes extreme documents to come near; with common
    /// ones it is about `(2 × workers + 1) × chunk.bytes + (workers + 2 × loaders) × batch.bytes`.
    pub fn memory_bound(&self, loaders: usize) -> u64 {
        let batches = (self.workers.get() + 2 * loaders) as u64;
        let batch = (self.batch.bytes as u64).saturating_add(self.limits.max_row_bytes as u64);
        self.document_memory_bound().saturating_add(batch.saturating_mul(batches))
    }
}

/// How many documents may fail before the run stops. A wrong contract must not burn through a million documents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxFailures {
    /// This many; one more stops the run.
    Count(u64),
    /// This share of the documents processed in this run.
    Percent {
        /// 0 to 100; more than this stops the run.
        percent: f64,
        /// Documents to process before the share is looked at.
        after: u64,
    },
}

impl Default for MaxFailures {
    fn default() -> Self {
        Self::Percent { percent: 50.0, after: 1000 }
    }
}

impl std::fmt::Display for MaxFailures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent { percent, after } => write!(f, "{percent} % after the first {after}"),
        }
    }
}

/// A batch ends with the document that reaches one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLimits {
    /// Documents per transaction. Default 500.
    pub documents: usize,
    /// Rows of all tables. Default 100,000.
    pub rows: usize,
    /// Bytes of rows. Default 16 MiB.
    pub bytes: usize,
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self { documents: 500, rows: 100_000, bytes: 16 << 20 }
    }
}

/// A chunk ends with the document that reaches one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkLimits {
    /// Documents. Default 64.
    pub documents: usize,
    /// Bytes of documents. Default 4 MiB.
    pub bytes: usize,
}

impl Default for ChunkLimits {
    fn default() -> Self {
        Self { documents: 64, bytes: 4 << 20 }
    }
}

/// How long and how often something is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySettings {
    /// Before the second try; doubles from try to try. Default 100 ms.
    pub first_delay: Duration,
    /// The longest delay. Default 15 s.
    pub max_delay: Duration,
    /// Counted from the first fault of an operation: when this has passed, its next fault ends the run. Zero means that
    /// nothing is tried again. Default 5 min.
    pub give_up_after: Duration,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            first_delay: Duration::from_millis(100),
            max_delay: Duration::from_secs(15),
            give_up_after: Duration::from_secs(300),
        }
    }
}
