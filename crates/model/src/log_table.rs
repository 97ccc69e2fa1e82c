//! The one definition of `processing_log` and `processing_issue`: what every database creates, fills and reads.

use crate::{ColumnSchema, DataType, TableSchema};

/// Name of the log table.
pub const LOG: &str = "processing_log";
/// Name of the issue table.
pub const ISSUE: &str = "processing_issue";
/// The log's identity column: filled by the database.
pub const LOG_ID: &str = "log_id";
/// Status of a document whose rows are in the target.
pub const SUCCESS: &str = "success";
/// Status of a document that has a `failure_reason` instead.
pub const FAILED: &str = "failed";

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

/// The columns of `processing_log` without [`LOG_ID`], in order; unique on the first, which is named as the source key.
pub fn log_columns(key_column: &str) -> Vec<LogColumn> {
    let mut columns = vec![required(key_column, DataType::BigInt)];
    columns.extend([
        required("status", DataType::VarChar(10)),
        LogColumn { nullable: true, ..required("failure_reason", DataType::Text) },
        required("processing_time", DataType::TimestampTz),
        required("session_id", DataType::VarChar(100)),
        required("instance_id", DataType::Int),
        required("instance_count", DataType::Int),
        required("row_count", DataType::BigInt),
        required("issue_count", DataType::BigInt),
        required("contract_hash", DataType::VarChar(64)),
        required("document_hash", DataType::VarChar(64)),
        required("duration_ms", DataType::BigInt),
    ]);
    columns
}

/// The columns of `processing_issue`, in order; all but the last are its primary key.
pub fn issue_columns(key_column: &str) -> Vec<LogColumn> {
    vec![
        required(key_column, DataType::BigInt),
        required("table_name", DataType::VarChar(128)),
        required("column_name", DataType::VarChar(128)),
        required("code", DataType::VarChar(40)),
        required("count", DataType::BigInt),
    ]
}

/// `processing_log` without [`LOG_ID`], as a table that can be read.
pub fn log_table(key_column: &str) -> TableSchema {
    table(LOG, log_columns(key_column))
}

/// `processing_issue`, as a table that can be read.
pub fn issue_table(key_column: &str) -> TableSchema {
    table(ISSUE, issue_columns(key_column))
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

fn required(name: &str, data_type: DataType) -> LogColumn {
    LogColumn { name: name.to_owned(), data_type, nullable: false }
}
