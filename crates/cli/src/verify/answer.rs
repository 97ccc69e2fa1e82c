//! What `verify` found, as `--json` prints it.

use serde::Serialize;
use serde_json::Value;

/// Everything. No value of a document is in it.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    pub(crate) version: u32,
    /// Whether nothing is amiss.
    pub(crate) equal: bool,
    pub(crate) documents: Documents,
    /// Rows that the log says documents have, and rows that the tables have, without those of other contracts' documents.
    pub(crate) rows_logged: u64,
    pub(crate) rows_found: u64,
    /// Whether of rows with one key one stays: then the log counts more rows than there are.
    pub(crate) rows_share_keys: bool,
    pub(crate) tables: Vec<TableAnswer>,
    pub(crate) contract_hash: String,
    pub(crate) contracts: Vec<ContractUse>,
    pub(crate) sample: SampleAnswer,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Documents {
    pub(crate) success: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
    /// In the source, and not in the log in the version that they have: a run processes them.
    pub(crate) unlogged: u64,
    /// In the log, and not in the source any more.
    pub(crate) vanished: u64,
    /// The first of them.
    pub(crate) vanished_keys: Vec<Value>,
}

#[derive(Debug, Serialize)]
pub(crate) struct TableAnswer {
    pub(crate) table: String,
    pub(crate) rows: u64,
    /// Rows of no document that the log has as successful; `null` where rows do not tell whose they are.
    pub(crate) rows_without_document: Option<u64>,
    /// Rows of documents that only another contract has in the log as successful; `null` as before.
    pub(crate) rows_of_other_contracts: Option<u64>,
}

/// A text of the contract that documents were processed with.
#[derive(Debug, Serialize)]
pub(crate) struct ContractUse {
    pub(crate) hash: String,
    pub(crate) documents: u64,
    pub(crate) sessions: Vec<String>,
    pub(crate) first: String,
    pub(crate) last: String,
}

/// Documents that were shredded again and compared.
#[derive(Debug, Default, Serialize)]
pub(crate) struct SampleAnswer {
    /// Of how many successful documents.
    pub(crate) of: u64,
    pub(crate) compared: u64,
    pub(crate) equal: u64,
    pub(crate) rows: u64,
    /// Not what they were when they were processed.
    pub(crate) changed: u64,
    pub(crate) changed_keys: Vec<Value>,
    /// Documents that the source does not hand over: not compared.
    pub(crate) unreadable: u64,
    /// Documents that differ; not all are among `differences`.
    pub(crate) different: u64,
    pub(crate) differences: Vec<Difference>,
    /// Tables whose rows cannot be told by document, or are shared: not compared.
    pub(crate) tables_left_out: Vec<String>,
}

/// How a document differs from its rows in the target.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    pub(crate) key: Value,
    /// Whether it was processed with another text of the contract.
    pub(crate) other_contract: bool,
    /// Why it would have no rows now; then nothing else is compared.
    pub(crate) no_rows: Option<String>,
    pub(crate) tables: Vec<TableDifference>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct TableDifference {
    pub(crate) table: String,
    /// Rows that the document gives, and the target has not.
    pub(crate) missing: u64,
    /// Rows that the target has, and the document does not give.
    pub(crate) surplus: u64,
    /// Columns that differ in rows with the same key.
    pub(crate) columns: Vec<String>,
}
