//! INSERT, SELECT and DELETE with parameters, for databases that number them `?1`.

use xmlshred_model::{OnExisting, TableSchema, TargetSchema};

use crate::sql::dialect::Dialect;
use xmlshred_model::log_table::{CONTRACT_NAME, FAILED, ISSUE, LOG, issue_columns, log_columns};

/// Inserts one row of a target table; an existing primary key is treated as `schema.on_existing` says.
pub(crate) fn insert_row(dialect: &Dialect, schema: &TargetSchema, table: &TableSchema) -> String {
    let columns: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let mut text = insert(dialect, schema, &table.name, &columns);
    if table.primary_key.is_empty() || schema.on_existing == OnExisting::Fail {
        return text;
    }
    let key = dialect.quote_all(table.primary_key.iter().map(|&column| columns[column]));
    let others: Vec<_> = (0..columns.len())
        .filter(|column| !table.primary_key.contains(column))
        .map(|column| dialect.quote(columns[column]))
        .map(|name| format!("{name} = excluded.{name}"))
        .collect();
    text += &format!(" ON CONFLICT ({key}) DO ");
    if schema.on_existing == OnExisting::Skip || others.is_empty() {
        text += "NOTHING";
    } else {
        text += &format!("UPDATE SET {}", others.join(", "));
    }
    text
}

/// Inserts one row of the log; parameters in the order of [`log_columns`].
pub(crate) fn insert_log(dialect: &Dialect, schema: &TargetSchema) -> String {
    let columns = log_columns(&schema.key_column);
    insert(dialect, schema, LOG, &columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>())
}

/// Inserts one row of the issues; parameters in the order of [`issue_columns`].
pub(crate) fn insert_issue(dialect: &Dialect, schema: &TargetSchema) -> String {
    let columns = issue_columns(&schema.key_column);
    insert(dialect, schema, ISSUE, &columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>())
}

/// Status and nonce of the log row with key `?1` of contract `?2`.
pub(crate) fn select_log(dialect: &Dialect, schema: &TargetSchema) -> String {
    let columns = dialect.quote_all(["status", "run_nonce"]);
    format!(
        "SELECT {columns} FROM {} WHERE {}",
        dialect.table(schema.namespace.as_deref(), LOG),
        of_document(dialect, schema)
    )
}

/// Removes the log row with key `?1` of contract `?2` that says `failed`.
pub(crate) fn delete_failed_log(dialect: &Dialect, schema: &TargetSchema) -> String {
    format!(
        "DELETE FROM {} WHERE {} AND {} = '{FAILED}'",
        dialect.table(schema.namespace.as_deref(), LOG),
        of_document(dialect, schema),
        dialect.quote("status")
    )
}

/// Removes the issues with key `?1` of contract `?2`.
pub(crate) fn delete_issues(dialect: &Dialect, schema: &TargetSchema) -> String {
    format!(
        "DELETE FROM {} WHERE {}",
        dialect.table(schema.namespace.as_deref(), ISSUE),
        of_document(dialect, schema)
    )
}

fn of_document(dialect: &Dialect, schema: &TargetSchema) -> String {
    format!("{} = ?1 AND {CONTRACT_NAME} = ?2", dialect.quote(&schema.key_column))
}

fn insert(dialect: &Dialect, schema: &TargetSchema, table: &str, columns: &[&str]) -> String {
    let parameters = (1..=columns.len()).map(|number| format!("?{number}")).collect::<Vec<_>>().join(", ");
    format!(
        "INSERT INTO {} ({}) VALUES ({parameters})",
        dialect.table(schema.namespace.as_deref(), table),
        dialect.quote_all(columns.iter().copied())
    )
}
