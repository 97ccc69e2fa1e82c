//! The one definition of `processing_log`, `processing_issue` and `processing_file`: what every database creates, fills and reads.
//!
//! The layout has a version, which its columns tell: 1 (xmlshred 0.1) has no column [`CONTRACT_NAME`], 2 has it and no [`SOURCE_VERSION`],
//! which [`VERSION`] has. A database brings an older layout up; nothing reads or writes one.

use crate::{ColumnSchema, DataType, KeyType, TableSchema};

/// Name of the log table.
pub const LOG: &str = "processing_log";
/// Name of the issue table.
pub const ISSUE: &str = "processing_issue";
/// Name of the table of files.
pub const FILE: &str = "processing_file";
/// Version of the layout that is written here.
pub const VERSION: u32 = 3;
/// The column that tells contracts apart which share a log; with the source key it is the log's unique key.
pub const CONTRACT_NAME: &str = "contract_name";
/// The column of the version that a document had in its source when it was processed; what the log has since layout version 3.
pub const SOURCE_VERSION: &str = "source_version";
/// The longest name of a contract, in characters: keys of tables have little room.
pub const MAX_CONTRACT_NAME: u32 = 128;
/// The longest version of a document, in characters.
pub const MAX_SOURCE_VERSION: u32 = 128;
/// The log's identity column: filled by the database.
pub const LOG_ID: &str = "log_id";
/// Status of a document whose rows are in the target.
pub const SUCCESS: &str = "success";
/// Status of a document that has a `failure_reason` instead.
pub const FAILED: &str = "failed";
/// Status of a document that has neither: the contract leaves it out.
pub const SKIPPED: &str = "skipped";

/// A column of these tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
    /// Whether it takes nulls.
    pub nullable: bool,
}

/// The columns of `processing_log` without [`LOG_ID`], in order; the first is named and typed as the source key. Unique by [`log_key`].
pub fn log_columns(key_column: &str, key_type: KeyType) -> Vec<LogColumn> {
    vec![
        required(key_column, key_type.data_type()),
        required(CONTRACT_NAME, DataType::VarChar(MAX_CONTRACT_NAME)),
        required("status", DataType::VarChar(10)),
        optional("failure_reason", DataType::Text),
        optional("failure_code", DataType::VarChar(40)),
        optional("failure_table", DataType::VarChar(128)),
        optional("failure_column", DataType::VarChar(128)),
        required("processing_time", DataType::TimestampTz),
        required("session_id", DataType::VarChar(100)),
        optional("run_nonce", DataType::VarChar(32)),
        required("instance_id", DataType::Int),
        required("instance_count", DataType::Int),
        required("row_count", DataType::BigInt),
        required("issue_count", DataType::BigInt),
        required("contract_hash", DataType::VarChar(64)),
        required("document_hash", DataType::VarChar(64)),
        optional(SOURCE_VERSION, DataType::VarChar(MAX_SOURCE_VERSION)),
        required("duration_ms", DataType::BigInt),
    ]
}

/// What `processing_log` is unique by: contract and document. The contract comes first, so that one contract's keys are one range.
pub fn log_key(key_column: &str) -> [&str; 2] {
    [CONTRACT_NAME, key_column]
}

/// The primary key of `processing_issue`.
pub fn issue_key(key_column: &str) -> [&str; 5] {
    [CONTRACT_NAME, key_column, "table_name", "column_name", "code"]
}

/// Every status.
pub const STATUSES: [&str; 3] = [SUCCESS, FAILED, SKIPPED];

/// The columns that the log of an earlier version lacks.
pub fn columns_since(version: u32, key_column: &str, key_type: KeyType) -> Vec<LogColumn> {
    let since = |name: &str| match name {
        CONTRACT_NAME | "failure_code" | "failure_table" | "failure_column" | "run_nonce" => 2,
        SOURCE_VERSION => 3,
        _ => 1,
    };
    log_columns(key_column, key_type).into_iter().filter(|column| since(&column.name) > version).collect()
}

/// The columns of `processing_issue`, in order; the first is named and typed as the source key. Its primary key is [`issue_key`].
pub fn issue_columns(key_column: &str, key_type: KeyType) -> Vec<LogColumn> {
    vec![
        required(key_column, key_type.data_type()),
        required(CONTRACT_NAME, DataType::VarChar(MAX_CONTRACT_NAME)),
        required("table_name", DataType::VarChar(128)),
        required("column_name", DataType::VarChar(128)),
        required("code", DataType::VarChar(40)),
        required("count", DataType::BigInt),
    ]
}

/// The columns of `processing_file`, in order; the first is named and typed as the source key. Its primary key is [`log_key`]; unique is [`file_name_key`].
pub fn file_columns(key_column: &str, key_type: KeyType) -> Vec<LogColumn> {
    vec![
        required(key_column, key_type.data_type()),
        required(CONTRACT_NAME, DataType::VarChar(MAX_CONTRACT_NAME)),
        required("file_name", DataType::Text),
        required("file_name_hash", DataType::VarChar(32)),
    ]
}

/// What names of files are unique by: XXH3-128 of the name in lower-case hexadecimal, since names are longer than keys may be.
pub fn file_name_key() -> [&'static str; 2] {
    [CONTRACT_NAME, "file_name_hash"]
}

/// `processing_log` without [`LOG_ID`], as a table that can be read.
pub fn log_table(key_column: &str, key_type: KeyType) -> TableSchema {
    table(LOG, log_columns(key_column, key_type))
}

/// `processing_issue`, as a table that can be read.
pub fn issue_table(key_column: &str, key_type: KeyType) -> TableSchema {
    table(ISSUE, issue_columns(key_column, key_type))
}

fn table(name: &str, columns: Vec<LogColumn>) -> TableSchema {
    let columns = columns.into_iter().map(|LogColumn { name, data_type, nullable }| ColumnSchema {
        name,
        data_type,
        nullable,
        sensitive: false,
    });
    TableSchema {
        name: name.to_owned(),
        columns: columns.collect(),
        primary_key: Vec::new(),
        foreign_keys: Vec::new(),
    }
}

fn optional(name: &str, data_type: DataType) -> LogColumn {
    LogColumn { nullable: true, ..required(name, data_type) }
}

fn required(name: &str, data_type: DataType) -> LogColumn {
    LogColumn { name: name.to_owned(), data_type, nullable: false }
}
