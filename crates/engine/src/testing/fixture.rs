//! What the tests need of a database besides its ports: a fresh one, documents in it, and a look at what was loaded.

use std::sync::Arc;

use xmlshred_mapping::Content;
use xmlshred_model::{DataType, DocumentKey, KeyType, OwnedValue, TargetSchema, UtcMicros};

use crate::ports::Ports;

/// The number of a key, for cases whose keys are integers.
///
/// # Panics
/// When it is another key.
pub fn number(key: &DocumentKey) -> i64 {
    match key {
        DocumentKey::Int(number) => *number,
        other => panic!("{other:?} is no integer"),
    }
}

/// Makes fresh databases of one kind.
pub trait Bench {
    /// The types that keys of the source can have.
    fn key_types(&self) -> &'static [KeyType];

    /// An empty source table whose key column is named and typed as `schema.key_column`, with documents in a column of this kind,
    /// and a target for `schema` in which no table exists yet.
    fn fixture(&self, schema: &Arc<TargetSchema>, column: DocumentColumn) -> Box<dyn Fixture>;
}

/// The kind of the column that holds the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentColumn {
    /// Text.
    Text,
    /// Bytes.
    Binary,
}

/// One fresh database. Methods panic when the database fails: it is a test's own access.
pub trait Fixture: Sync {
    /// Ports to it, as a run has them. May be asked for several times: several instances.
    fn ports(&self) -> Box<dyn Ports>;

    /// Ports to the same documents and the same log for another contract, whose tables have other names or are the same.
    fn ports_for(&self, schema: &Arc<TargetSchema>) -> Box<dyn Ports>;

    /// Gives the source table columns of these types, and every row of it these values, and opens ports for a contract that takes them.
    fn ports_with_columns(&self, columns: &[(&str, DataType, Option<&str>)]) -> Box<dyn Ports>;

    /// Gives the source table a column of versions, unless it has one, and opens ports for this contract, whose documents have them.
    fn ports_with_versions(&self, schema: &Arc<TargetSchema>) -> Box<dyn Ports>;

    /// Sets the version of a document, behind [`Fixture::ports_with_versions`].
    fn set_version(&self, key: &DocumentKey, version: i64);

    /// Adds a row to the source table; `None` is a null.
    fn insert_document(&self, key: &DocumentKey, document: Option<Content<'_>>);

    /// Removes a row of the source table.
    fn delete_document(&self, key: &DocumentKey);

    /// Takes from the source table what keeps its keys unique. Whether that could be done: not where documents are kept by their keys.
    fn allow_repeated_keys(&self) -> bool {
        false
    }

    /// The rows of target table `table` (index into the schema), in any order, cells as the values that were loaded.
    fn rows(&self, table: usize) -> Vec<Vec<OwnedValue>>;

    /// `processing_log`, in any order.
    fn log(&self) -> Vec<LogRow>;

    /// `processing_issue`, in any order.
    fn issues(&self) -> Vec<IssueRow>;

    /// What lies between the ports and the database, where it is a server; the ports go through it.
    fn line(&self) -> Option<&dyn Line> {
        None
    }
}

/// A connection to a server that tests can cut, and the server behind it.
pub trait Line: Sync {
    /// From now on cuts at this moment, once.
    fn cut(&self, moment: Moment);

    /// Whether the last cut has happened.
    fn was_cut(&self) -> bool;

    /// Ends the server without warning, as a power failure would, and starts it again.
    fn crash_server(&self);
}

/// When a line is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before the server gets the request with this number, from 0, counted over all connections.
    BeforeRequest(usize),
    /// After the server got the next commit, and before its answer arrives.
    AfterCommit,
}

/// A row of `processing_log`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogRow {
    /// The source key.
    pub key: DocumentKey,
    /// Of the schema.
    pub contract_name: String,
    /// `success` or `failed`
    pub status: String,
    /// `<stage>: <code>: <message>`; null on success
    pub failure_reason: Option<String>,
    /// A [`xmlshred_model::FailureCode`]; null on success
    pub failure_code: Option<String>,
    /// The table that the failure is about, where it is about one.
    pub failure_table: Option<String>,
    /// The column of it.
    pub failure_column: Option<String>,
    /// UTC
    pub processing_time: UtcMicros,
    /// Of the run.
    pub session_id: String,
    /// Of the process.
    pub run_nonce: Option<String>,
    /// From 0.
    pub instance_id: i64,
    /// From 1.
    pub instance_count: i64,
    /// In all tables.
    pub row_count: i64,
    /// Sum of the counts in `processing_issue`.
    pub issue_count: i64,
    /// Of the contract.
    pub contract_hash: String,
    /// 32 lower-case hexadecimal digits
    pub document_hash: String,
    /// `source_version`
    pub source_version: Option<String>,
    /// Rounded up.
    pub duration_ms: i64,
}

/// A row of `processing_issue`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IssueRow {
    /// The source key.
    pub key: DocumentKey,
    /// Of the schema.
    pub contract_name: String,
    /// Target table.
    pub table: String,
    /// Its column.
    pub column: String,
    /// An [`xmlshred_model::IssueCode`].
    pub code: String,
    /// How often in the document.
    pub count: i64,
}
