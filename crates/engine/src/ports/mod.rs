//! What the engine needs of a database. Traits live here, with their caller; `databases` implements them.
//!
//! Every port may be thrown away and opened again through [`Ports`] after an error; nothing lives in a connection.

use xmlshred_mapping::Content;
use xmlshred_model::log_table::FAILED;
use xmlshred_model::{Batch, DocumentKey, KeyRange, KeyType, Share, UtcMicros};

use crate::activity::Activity;
use crate::arrived::Arrived;

mod entry;
mod fault;
mod issue_tally;
mod session;

pub use entry::{Entries, LogEntry};
pub use fault::{DatabaseWords, Fault, PortError};
pub use issue_tally::IssueTally;
pub use session::{LockHolder, RunSession, SessionName};

/// Opens ports. One per run; its methods are called from several threads.
pub trait Ports: Send + Sync {
    /// A new connection for reading documents.
    ///
    /// # Errors
    /// When the source cannot be reached or lacks what the contract names.
    fn source(&self) -> Result<Box<dyn Source>, PortError>;

    /// A new connection for loading rows.
    ///
    /// # Errors
    /// When the target cannot be reached or lacks a table or column.
    fn sink(&self) -> Result<Box<dyn Sink>, PortError>;

    /// A new connection for the log.
    ///
    /// # Errors
    /// When the target cannot be reached.
    fn journal(&self) -> Result<Box<dyn Journal>, PortError>;

    /// What the keys of the source are.
    ///
    /// # Errors
    /// When the source cannot be reached or lacks what the contract names.
    fn key_type(&self) -> Result<KeyType, PortError> {
        Ok(self.source()?.key_type())
    }

    /// Who holds the lock that a session of this run waits for while it does this, where the database tells. By a short connection of its own.
    ///
    /// # Errors
    /// When the database cannot be reached.
    fn lock_holder(&self, _during: Activity) -> Result<Option<LockHolder>, PortError> {
        Ok(None)
    }

    /// How many sinks can load at the same time with profit: 1 for SQLite.
    fn max_loaders(&self) -> usize;

    /// What people call the document with this key, where it is more than the key: the name of its file, once a source was opened.
    fn name(&self, _key: &DocumentKey) -> Option<String> {
        None
    }
}

/// Which documents a page may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Inclusive range of keys.
    pub range: KeyRange,
    /// This instance's share.
    pub share: Share,
    /// Whether documents that failed before count as not yet processed.
    pub failed: FailedDocuments,
}

impl Selection {
    /// Everything that is not yet processed.
    pub const ALL: Self = Self {
        range: KeyRange { start: None, end: None },
        share: Share::WHOLE,
        failed: FailedDocuments::Leave,
    };
}

/// What happens to documents that the log has, above all to those whose log row says `failed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailedDocuments {
    /// They are processed.
    #[default]
    Leave,
    /// They are taken again; their log row is replaced.
    Retry,
    /// They are taken again, and so are all others, whatever the log says of them: rows, issues and log row are replaced. Who asks for it
    /// names the documents, and has made sure that every table tells whose its rows are (`TargetSchema::owners`).
    Replace,
}

impl FailedDocuments {
    /// Whether a document that the log has with this status is left out.
    pub fn leaves_out(self, status: &str) -> bool {
        match self {
            Self::Leave => true,
            Self::Retry => status != FAILED,
            Self::Replace => false,
        }
    }
}

/// Documents in key order.
pub trait Source: Send {
    /// The next keys of the selection after `after`, ascending as the source orders them, at most `limit`; fewer mean the end. Where the source
    /// can see the log ([`Source::sees_journal`]), processed documents are left out. Keys that are no
    /// integers come with those of other shares. Cost: one index range scan.
    ///
    /// # Errors
    /// Any fault; the call can be repeated.
    fn keys(
        &mut self,
        selection: &Selection,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<DocumentKey>, PortError>;

    /// What its keys are.
    fn key_type(&self) -> KeyType;

    /// Whether [`Source::keys`] leaves out what the log has. If not, the reader asks [`Journal::processed`].
    fn sees_journal(&self) -> bool;

    /// Whether the source itself promises that no key stands twice. Where it does not, [`Source::keys`] looks for repeated keys, those that
    /// the log has included, at the cost of one more scan of the page's range.
    fn promises_unique_keys(&self) -> bool;

    /// Looks at all keys, where the column's type does not promise that each is one. For who asks before a run; costs a scan of the keys.
    ///
    /// # Errors
    /// When there is a row whose key is none.
    fn check_keys(&mut self) -> Result<(), PortError> {
        Ok(())
    }

    /// What people call the document with this key, where it is more than the key: the name of its file.
    fn name(&self, _key: &DocumentKey) -> Option<String> {
        None
    }

    /// The versions of the documents with these keys, in their order, as the log keeps them; `None` where documents have no versions. A row
    /// that vanished has none.
    ///
    /// # Errors
    /// Any fault; the call can be repeated.
    fn versions(&mut self, _keys: &[DocumentKey]) -> Result<Option<Vec<Option<String>>>, PortError> {
        Ok(None)
    }

    /// The documents with these keys, in the order given, handed to `take` one at a time until it says to stop. A key whose row vanished is
    /// passed over. A document larger than `max_bytes`, with the columns beside it, arrives as [`Fetched::TooLarge`] without having been read.
    ///
    /// # Errors
    /// Any fault; the call can be repeated for the keys not yet taken.
    fn fetch(
        &mut self,
        keys: &[DocumentKey],
        max_bytes: u64,
        take: &mut dyn FnMut(DocumentKey, FetchedRow) -> std::ops::ControlFlow<()>,
    ) -> Result<(), PortError>;

    /// How many documents of the selection are still to do, for progress; processed ones are left out when the source sees
    /// the journal, else counted with the others. `None` when counting would cost too much, as that of a share of keys that are no integers.
    ///
    /// # Errors
    /// Any fault.
    fn count(&mut self, selection: &Selection) -> Result<Option<u64>, PortError>;
}

/// A document as it came from the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// From a text column.
    Text(String),
    /// From a binary column or a file.
    Bytes(Vec<u8>),
    /// The column is null.
    Null,
    /// Larger than allowed: this many bytes.
    TooLarge(u64),
}

/// A row of the source as it came from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedRow {
    /// Its document.
    pub document: Fetched,
    /// The text of each of `source.columns`, or null; none where the document was not read.
    pub columns: Vec<Option<String>>,
    /// The version of the document, where it has one: that of before it was read, or of the very moment.
    pub version: Option<String>,
}

impl From<Fetched> for FetchedRow {
    fn from(document: Fetched) -> Self {
        Self { document, columns: Vec::new(), version: None }
    }
}

impl FetchedRow {
    /// Bytes that it holds.
    pub fn byte_count(&self) -> usize {
        self.document.byte_count() + self.columns.iter().flatten().map(String::len).sum::<usize>()
    }
}

impl Fetched {
    /// As it arrived.
    pub fn arrived(&self) -> Arrived<'_> {
        match self {
            Self::Text(text) => Arrived::Document(Content::Text(text)),
            Self::Bytes(bytes) => Arrived::Document(Content::Bytes(bytes)),
            Self::Null => Arrived::Null,
            Self::TooLarge(byte_count) => Arrived::TooLarge(*byte_count),
        }
    }

    /// Bytes that it holds.
    pub fn byte_count(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Null | Self::TooLarge(_) => 0,
        }
    }
}

/// Who loads: goes into every log row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunIdentity {
    /// What people call this run; instances share it, and it may be used again.
    pub session_id: String,
    /// Drawn at random by the caller, once per process, at most 32 characters: what tells this very run from any other, whatever they are called.
    pub run_nonce: String,
    /// Instance and count.
    pub share: Share,
    /// Of the contract in use.
    pub contract_hash: String,
}

/// Rows and log into the target.
pub trait Sink: Send {
    /// Loads a batch in one transaction: rows of all tables in schema order, one log row per document (`success`,
    /// `failed` or `skipped`), its issues. All or nothing.
    ///
    /// Documents that the log has already (of this contract, from anyone; failed ones only when `failed` is `Leave`) are left out, rows and all, and named in the
    /// answer: that makes the call repeatable after a lost answer, and overlapping instances harmless. Where documents have versions
    /// (`TargetSchema::has_versions`) and the log's is another one, the document takes the place of the one before: rows, issues and log row. With
    /// `FailedDocuments::Retry` a `failed` log row (and its issues) is replaced; with `FailedDocuments::Replace` every document takes the place of
    /// what it was, but for those that this very run has done.
    ///
    /// # Errors
    /// The transaction is rolled back. See [`Fault`] for what follows.
    fn commit(
        &mut self,
        batch: &Batch,
        identity: &RunIdentity,
        failed: FailedDocuments,
    ) -> Result<Commit, PortError>;

    /// Removes documents of this contract in one transaction: rows of the tables that tell whose they are, issues, log rows. Can be repeated.
    ///
    /// # Errors
    /// The transaction is rolled back. Rows of others may refer to these.
    fn remove(&mut self, keys: &[DocumentKey]) -> Result<(), PortError>;
}

/// What a commit did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// Documents of the batch that the log had already, with whether this very run had logged them.
    pub already_done: Vec<AlreadyDone>,
    /// Rows inserted, per table of the schema.
    pub table_row_counts: Vec<u64>,
    /// Rows that the database took without an error and does not have, per table of the schema; empty where there are none, or where it
    /// does not tell. Triggers and rules of the target do that. The log's `row_count` is without them.
    pub dropped_row_counts: Vec<u64>,
}

/// A document that the log had already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlreadyDone {
    /// Its key.
    pub key: DocumentKey,
    /// Whether this very run did it, by [`RunIdentity::run_nonce`]: then an earlier commit had succeeded although its answer was lost.
    pub by_this_run: bool,
}

/// The log, read.
pub trait Journal: Send {
    /// Creates missing target, log and issue tables, and brings a log of an earlier version up, in one transaction. Safe when several
    /// instances do it at once.
    ///
    /// # Errors
    /// Any fault; and when it cannot be told whose the rows of an earlier log are.
    fn create_tables(&mut self) -> Result<(), PortError>;

    /// Which of these keys of this contract are processed, in these versions where documents have some (with `Leave`: have a log row; with `Retry`: have one that does not say
    /// `failed`).
    ///
    /// # Errors
    /// Any fault; the call can be repeated.
    fn processed(
        &mut self,
        keys: &[DocumentKey],
        versions: Option<&[Option<String>]>,
        failed: FailedDocuments,
    ) -> Result<Vec<DocumentKey>, PortError>;

    /// How many documents of the selection the log has, of this contract; `selection.failed` does not matter.
    ///
    /// # Errors
    /// Any fault; the call can be repeated.
    fn logged(&mut self, selection: &Selection) -> Result<Logged, PortError>;

    /// What the log holds of this contract, per session, instance and hash of the contract.
    ///
    /// # Errors
    /// Any fault.
    fn tally(&mut self) -> Result<Vec<LogTally>, PortError>;

    /// The contracts of which the log has rows, by name, with how many; `None` where there is no log.
    ///
    /// # Errors
    /// Any fault.
    fn contracts(&mut self) -> Result<Option<Vec<(String, u64)>>, PortError>;

    /// Why documents of this contract failed, the most frequent cause first, at most [`MAX_CAUSES`].
    ///
    /// # Errors
    /// Any fault.
    fn causes(&mut self) -> Result<Vec<CauseTally>, PortError>;

    /// Rows of the log of this contract in the order of its keys: those after this key, at most `limit`; fewer mean the end. No
    /// rows where there is no log. Cost:
    /// one index range scan.
    ///
    /// # Errors
    /// Any fault; the call can be repeated.
    fn entries(
        &mut self,
        which: Entries,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<LogEntry>, PortError>;

    /// Issues of this contract by table, column and code, the most frequent first, as the database adds them up: of all documents, or of
    /// those that this session processed last. None where there is no log.
    ///
    /// # Errors
    /// Any fault; the call can be repeated.
    fn issues(&mut self, session: Option<&str>) -> Result<Vec<IssueTally>, PortError>;

    /// Those rows of the log of this contract that have one of these keys, in no particular order. No rows where there is no log. Cost: one
    /// look into the index per key.
    ///
    /// # Errors
    /// Any fault; the call can be repeated.
    fn entries_of(&mut self, which: Entries, keys: &[DocumentKey]) -> Result<Vec<LogEntry>, PortError>;
}

/// Documents that the log has, by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Logged {
    /// Documents whose rows are in the target.
    pub success_count: u64,
    /// Documents with a failure reason.
    pub failed_count: u64,
    /// Documents that the contract is not for.
    pub skipped_count: u64,
}

impl Logged {
    /// Those that a run leaves out.
    pub fn processed(self, failed: FailedDocuments) -> u64 {
        let Self { success_count, failed_count, skipped_count } = self;
        match failed {
            FailedDocuments::Leave => success_count + failed_count + skipped_count,
            FailedDocuments::Retry => success_count + skipped_count,
            FailedDocuments::Replace => 0,
        }
    }
}

/// Causes that [`Journal::causes`] tells of.
pub const MAX_CAUSES: usize = 1_000;

/// Documents that failed for one cause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CauseTally {
    /// The failure's code; logs of layout version 1 had none.
    pub code: Option<String>,
    /// What the failure is about, where it is about one.
    pub table: Option<String>,
    /// Its column.
    pub column: Option<String>,
    /// Documents.
    pub count: u64,
}

/// Log rows of one session and instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogTally {
    /// Session.
    pub session_id: String,
    /// Instance, from 0.
    pub instance_id: u32,
    /// How many instances it was one of.
    pub instance_count: u32,
    /// Of the contract's text at that time.
    pub contract_hash: String,
    /// Documents that succeeded.
    pub success_count: u64,
    /// Documents that failed.
    pub failed_count: u64,
    /// Documents that were skipped.
    pub skipped_count: u64,
    /// First and last `processing_time`.
    pub first: UtcMicros,
    /// Last `processing_time`.
    pub last: UtcMicros,
}

impl LogTally {
    /// All of them.
    pub fn document_count(&self) -> u64 {
        self.success_count + self.failed_count + self.skipped_count
    }
}
