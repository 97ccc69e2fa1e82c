//! What paging by key is in every database.

use std::collections::HashMap;

use xmlshred_engine::ports::{FailedDocuments, Fault, PortError, Selection};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DocumentKey, KeyRange};

use crate::sql::dialect::Dialect;
use xmlshred_model::log_table::{CONTRACT_NAME, FAILED, SKIPPED, SUCCESS};

/// First and last key of a page's query; `None` when no key can come after `after`. One lower bound and not two: databases seek
/// to one of them only, and would read every key before this page if they chose the start of the range.
pub(crate) fn bounds(selection: &Selection, after: Option<DocumentKey>) -> Option<[i64; 2]> {
    let start = selection.range.start.map_or(i64::MIN, |key| key.0);
    let end = selection.range.end.map_or(i64::MAX, |key| key.0);
    let next = match after {
        None => i64::MIN,
        Some(after) => after.0.checked_add(1)?,
    };
    Some([start.max(next), end])
}

/// How many documents of a selection the log, given as SQL names it, has of the contract in this parameter: those of status success, failed and
/// skipped, as cells of 64 bits. Keys of others may be of any type that holds them.
pub(crate) fn count_logged(
    dialect: &Dialect,
    log: &str,
    key: &str,
    selection: &Selection,
    contract: &str,
) -> String {
    let Selection { range: KeyRange { start, end }, share, failed: _ } = selection;
    let key = dialect.quote(key);
    let with_status =
        |status| format!("CAST(coalesce(sum(CASE WHEN status = '{status}' THEN 1 ELSE 0 END), 0) AS bigint)");
    let counts = [SUCCESS, FAILED, SKIPPED].map(with_status).join(", ");
    let mut sql = format!("SELECT {counts} FROM {log} WHERE {CONTRACT_NAME} = {contract}");
    sql.extend(start.map(|start| format!(" AND {key} >= {start}")));
    sql.extend(end.map(|end| format!(" AND {key} <= {end}")));
    let (index, count) = (share.index(), share.count());
    if count > 1 {
        sql += &format!(" AND (({key} % {count}) + {count}) % {count} = {index}");
    }
    sql
}

/// The logged documents, of those with these keys, that were logged in the version given for their key, where there are versions.
pub(crate) fn of_these_versions(
    keys: &[DocumentKey],
    versions: Option<&[Option<String>]>,
    logged: impl IntoIterator<Item = (DocumentKey, Option<String>)>,
) -> Vec<DocumentKey> {
    let Some(versions) = versions else { return logged.into_iter().map(|(key, _)| key).collect() };
    let wanted: HashMap<_, _> = keys.iter().zip(versions).collect();
    let is_same = |(key, version): &(DocumentKey, Option<String>)| wanted.get(key) == Some(&version);
    logged.into_iter().filter(is_same).map(|(key, _)| key).collect()
}

/// Under which further condition a row of the log, with this status, means that its document is not to be processed.
pub(crate) fn done(status: &str, failed: FailedDocuments) -> String {
    match failed {
        FailedDocuments::Leave => String::new(),
        FailedDocuments::Retry => format!(" AND {status} <> '{FAILED}'"),
    }
}

/// The last key that a page's query has looked at: that of the page, or the end of the range where there are no more. `keys` are as read, one
/// more than `limit` where there are more.
pub(crate) fn end_of_page(keys: &[DocumentKey], limit: usize, end: i64) -> i64 {
    if keys.len() > limit { keys[..limit].last().map_or(end, |last| last.0) } else { end }
}

/// The key is of another type.
pub(crate) fn not_an_integer(spec: &SourceSpec, found: &str) -> PortError {
    let message = format!("the key column {}.{} is of type {found}, not an integer", spec.table, spec.key);
    PortError::new(Fault::WrongTable { table: spec.table.clone() }, message)
        .with_hint("`source.key` must name an integer column, best the primary key")
}

/// Two rows with one key share one log row: the second document would never be processed, and nobody told.
pub(crate) fn not_unique(spec: &SourceSpec, key: DocumentKey) -> PortError {
    let message = format!("the key column {}.{} has the key {key} in several rows", spec.table, spec.key);
    PortError::new(Fault::WrongTable { table: spec.table.clone() }, message)
        .with_hint("`source.key` must name a column whose values are unique, best the primary key")
}

/// The log of a source that sees it.
pub(crate) struct SeenLog<'a> {
    /// As SQL names it.
    pub(crate) name: &'a str,
    /// What is said behind its name.
    pub(crate) hint: &'a str,
    /// That `log` is about the version that the row of the source has, with `AND` before it; empty where documents have none.
    pub(crate) same_version: &'a str,
}

/// `FROM … WHERE …` of a selection on a server, with these parameters for its first and last key and the contract's name. `log` is given where
/// the source sees it and it is there.
pub(crate) fn selecting(
    dialect: &Dialect,
    spec: &SourceSpec,
    selection: &Selection,
    log: Option<&SeenLog<'_>>,
    [first, last, contract]: [&str; 3],
) -> String {
    let SourceSpec { schema, table, key, xml: _, min_bytes: _, where_sql, version: _, columns: _ } = spec;
    let from = dialect.table(schema.as_deref(), table);
    let (table, key) = (dialect.quote(table), dialect.quote(key));
    let mut sql = format!("FROM {from} WHERE {table}.{key} >= {first} AND {table}.{key} <= {last}");
    let (index, count) = (selection.share.index(), selection.share.count());
    if count > 1 {
        sql += &format!(" AND (({table}.{key} % {count}) + {count}) % {count} = {index}");
    }
    if let Some(SeenLog { name: log, hint, same_version }) = log {
        let done = done("log.status", selection.failed);
        // The bounds once more: planners do not conclude them, and would read the log's index from its beginning, page after page.
        sql += &format!(
            " AND NOT EXISTS (SELECT 1 FROM {log} AS log{hint} WHERE log.{CONTRACT_NAME} = {contract} AND log.{key} = {table}.{key} \
             AND log.{key} >= {first} AND log.{key} <= {last}{done}{same_version})"
        );
    }
    if let Some(condition) = where_sql {
        sql += &format!(" AND ({condition}\n)");
    }
    sql
}
