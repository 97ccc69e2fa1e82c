//! INSERT, SELECT and DELETE with parameters, for databases that number them `?1`.

use xmlshred_model::{OnExisting, TableSchema, TargetSchema};

use crate::sql::dialect::Dialect;
use crate::sql::rank::in_sqlite;
use xmlshred_model::log_table::{CONTRACT_NAME, ISSUE, LOG, SOURCE_VERSION, issue_columns, log_columns};

/// Inserts one row of a target table, by index; an existing primary key is treated as `schema.on_existing` says.
pub(crate) fn insert_row(dialect: &Dialect, schema: &TargetSchema, index: usize) -> String {
    let table = &schema.tables[index];
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
    let condition = schema.ranking_column(index).map(|column| {
        let rank = dialect.quote(columns[column]);
        let old = format!("{}.{rank}", dialect.table(schema.namespace.as_deref(), &table.name));
        let [new, old] = [format!("excluded.{rank}"), old].map(|cell| in_sqlite(schema.key_type, &cell));
        takes_place(schema.on_existing, &new, &old)
    });
    text += &match (schema.on_existing, condition) {
        _ if others.is_empty() => "NOTHING".to_owned(),
        (OnExisting::Skip, None) => "NOTHING".to_owned(),
        (_, None) => format!("UPDATE SET {}", others.join(", ")),
        (_, Some(condition)) => format!("UPDATE SET {} WHERE {condition}", others.join(", ")),
    };
    text
}

/// The condition under which a new row takes the place of an old one, by their ranks. A row without rank gives way to one that replaces it,
/// and stays before one that would be skipped.
pub(crate) fn takes_place(on_existing: OnExisting, new: &str, old: &str) -> String {
    match on_existing {
        OnExisting::Skip | OnExisting::Fail => format!("{new} < {old}"),
        OnExisting::Replace => format!("({old} IS NULL OR {new} >= {old})"),
    }
}

/// The same where neither is a row of the same document.
pub(crate) fn overtakes(on_existing: OnExisting, new: &str, old: &str) -> String {
    match on_existing {
        OnExisting::Skip | OnExisting::Fail => format!("{new} < {old}"),
        OnExisting::Replace => format!("({old} IS NULL AND {new} IS NOT NULL OR {new} > {old})"),
    }
}

/// Whether the row that [`insert_row`] would skip, or leave as it is, is there; with the same numbers of parameters for its key. None where
/// each row must be new.
pub(crate) fn find_row(dialect: &Dialect, schema: &TargetSchema, table: &TableSchema) -> Option<String> {
    let key = &table.primary_key;
    if key.is_empty() || schema.on_existing == OnExisting::Fail {
        return None;
    }
    let same = key.iter().map(|&at| format!("{} = ?{}", dialect.quote(&table.columns[at].name), at + 1));
    let table = dialect.table(schema.namespace.as_deref(), &table.name);
    Some(format!("SELECT 1 FROM {table} WHERE {}", same.collect::<Vec<_>>().join(" AND ")))
}

/// Inserts one row of the log; parameters in the order of [`log_columns`].
pub(crate) fn insert_log(dialect: &Dialect, schema: &TargetSchema) -> String {
    let columns = log_columns(&schema.key_column, schema.key_type);
    insert(dialect, schema, LOG, &columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>())
}

/// Inserts one row of the issues; parameters in the order of [`issue_columns`].
pub(crate) fn insert_issue(dialect: &Dialect, schema: &TargetSchema) -> String {
    let columns = issue_columns(&schema.key_column, schema.key_type);
    insert(dialect, schema, ISSUE, &columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>())
}

/// Status, nonce and version of the log row with key `?1` of contract `?2`.
pub(crate) fn select_log(dialect: &Dialect, schema: &TargetSchema) -> String {
    let columns = dialect.quote_all(["status", "run_nonce", SOURCE_VERSION]);
    format!(
        "SELECT {columns} FROM {} WHERE {}",
        dialect.table(schema.namespace.as_deref(), LOG),
        of_document(dialect, schema)
    )
}

/// Removes the log row with key `?1` of contract `?2`; where documents have no versions, only one that says `failed`.
pub(crate) fn delete_log(dialect: &Dialect, schema: &TargetSchema) -> String {
    format!(
        "DELETE FROM {} WHERE {}",
        dialect.table(schema.namespace.as_deref(), LOG),
        of_document(dialect, schema)
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
