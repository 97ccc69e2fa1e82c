//! Everything that happens in a run, as one closed enum. Metrics, progress bar, log lines and reports are folds over it.

use std::time::Duration;

use xmlshred_model::{DocumentKey, Failure, IssueCode, KeyType};

use crate::activity::Activity;
use crate::ports::{DatabaseWords, LockHolder};

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
}

/// What kind of fault is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The database cannot be reached.
    Gone,
    /// It has not answered in time.
    Silent,
    /// Others hold locks, or there is no room for more work now.
    Busy,
    /// Something that a new session may mend.
    Session,
}

/// Something that happened. Carries ids, tables, codes and counts, never values of documents, but for [`Event::DatabaseSaid`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The run begins: what the keys of the source are, and how many documents are to do, when known.
    Started {
        /// Keys that are no numbers are shared by their hash.
        key_type: KeyType,
        /// Documents of this instance still to do, whatever the run's limit.
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
        /// Of what kind that is.
        trouble: Trouble,
        /// How long it is tried from now on.
        patience: Duration,
    },
    /// What had failed, and was tried again, works.
    Recovered {
        /// What.
        during: Activity,
        /// Time since the first fault.
        after: Duration,
    },
    /// Something takes long. Said after some seconds, and again from time to time.
    Waiting {
        /// What.
        during: Activity,
        /// Since when, other tries of the same included.
        since: Duration,
        /// Who holds the lock that it waits for, where that is the reason and the database tells.
        holder: Option<LockHolder>,
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
