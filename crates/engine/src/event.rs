//! Everything that happens in a run, as one closed enum. Metrics, progress bar, log lines and reports are folds over it.

use std::time::Duration;

use xmlshred_model::{DocumentKey, Failure, IssueCode, KeyType};

use crate::ports::DatabaseWords;

/// How many documents a run has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remaining {
    /// The source sees the log: these are counted.
    Counted(u64),
    /// The log lies elsewhere: documents of the source less those of the log, some of which may have vanished from the source since.
    Estimated(u64),
}

impl Remaining {
    /// Documents.
    pub fn documents(self) -> u64 {
        match self {
            Self::Counted(documents) | Self::Estimated(documents) => documents,
        }
    }

    /// No more than a run's limit.
    pub(crate) fn at_most(self, limit: u64) -> Self {
        match self {
            Self::Counted(documents) => Self::Counted(documents.min(limit)),
            Self::Estimated(documents) => Self::Estimated(documents.min(limit)),
        }
    }
}

/// Something that happened. Carries ids, tables, codes and counts, never values of documents, but for [`Event::DatabaseSaid`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The run begins: what the keys of the source are, and how many documents are to do, when known.
    Started {
        /// Keys that are no numbers are shared by their hash.
        key_type: KeyType,
        /// Documents of this instance still to do.
        remaining: Option<Remaining>,
    },
    /// A page of documents was read.
    Extracted {
        /// Documents.
        document_count: u64,
        /// Their bytes.
        byte_count: u64,
        /// Time for it.
        duration: Duration,
    },
    /// A worker ended a batch.
    Shredded {
        /// Documents, failed ones included.
        document_count: u64,
        /// Their bytes.
        byte_count: u64,
        /// Time spent shredding (of one core).
        duration: Duration,
    },
    /// A document failed; said once it is in the log.
    DocumentFailed {
        /// Its key.
        key: DocumentKey,
        /// Why.
        failure: Failure,
    },
    /// A transaction was committed.
    Committed {
        /// Documents that are now `success`.
        success_count: u64,
        /// Documents that are now `failed`.
        failed_count: u64,
        /// Documents that are now `skipped`.
        skipped_count: u64,
        /// Documents that another instance had done already.
        already_done_count: u64,
        /// Bytes of the documents.
        byte_count: u64,
        /// Rows per table, in schema order.
        table_row_counts: Vec<u64>,
        /// Issues: table index, column index, code, count.
        issues: Vec<(u32, u32, IssueCode, u64)>,
        /// Time for it.
        duration: Duration,
    },
    /// A batch was refused and is split.
    BatchSplit {
        /// Documents in it.
        document_count: u64,
        /// Why, in words.
        reason: String,
    },
    /// The target took rows without an error, and does not have them; said behind the commit.
    RowsDropped {
        /// Rows per table, in schema order.
        table_row_counts: Vec<u64>,
    },
    /// Transactions of loaders were ended again and again because they waited for each other: one loader less goes on.
    LoaderGivenUp {
        /// How many loaders are left.
        left: u32,
    },
    /// A transient fault; another try follows.
    Retrying {
        /// Which try comes next, from 2.
        attempt: u32,
        /// How long until then.
        delay: Duration,
        /// Why, in words.
        reason: String,
    },
    /// What the database itself said of a fault that the next event is about. May quote values of documents: for the eyes of somebody
    /// who asked for it, and for no file.
    DatabaseSaid {
        /// Its words.
        words: DatabaseWords,
    },
    /// A stop was asked for; what was begun is being finished.
    Stopping,
    /// The run has ended.
    Finished,
}

/// Listens to events. Called from several threads; must not block for long.
pub trait Observer: Sync {
    /// Takes note of an event.
    fn observe(&self, event: &Event);
}
