//! What paging by key is in every database.
//!
//! Integers are bounded by two numbers, and the database computes shares and leaves out what the log has. Of other keys it does neither: how
//! text sorts and which texts are one is the column's own matter, so that nothing but the column is compared with its keys, and its own index
//! gives their order. The reader sees to share and log (`docs/decisions/0010`).

use std::collections::HashMap;

use xmlshred_engine::ports::{FailedDocuments, Fault, Logged, PortError, Selection};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DocumentKey, KeyError, KeyRange, KeyType, Share};

use crate::sql::dialect::Dialect;
use xmlshred_model::log_table::{CONTRACT_NAME, FAILED, SKIPPED, SUCCESS};

/// First and last integer of a page's query; `None` when no key can come after `after`. One lower bound and not two: databases seek
/// to one of them only, and would read every key before this page if they chose the start of the range.
///
/// # Errors
/// When an end of the range is no integer.
pub(crate) fn bounds(
    spec: &SourceSpec,
    selection: &Selection,
    after: Option<&DocumentKey>,
) -> Result<Option<[i64; 2]>, PortError> {
    let number = |key: Option<&DocumentKey>, open: i64| match key {
        None => Ok(open),
        Some(DocumentKey::Int(number)) => Ok(*number),
        Some(key) => match KeyType::Integer.adopt(key) {
            Ok(DocumentKey::Int(number)) => Ok(number),
            Ok(_) => unreachable!("an integer was asked for"),
            Err(error) => Err(wrong_range(spec, error)),
        },
    };
    let start = number(selection.range.start.as_ref(), i64::MIN)?;
    let end = number(selection.range.end.as_ref(), i64::MAX)?;
    let next = match after {
        None => i64::MIN,
        Some(after) => match number(Some(after), i64::MIN)?.checked_add(1) {
            None => return Ok(None),
            Some(next) => next,
        },
    };
    Ok(Some([start.max(next), end]))
}

/// The bounds of a page's query for keys that are no integers: one lower bound, for the same reason, and an upper one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenBounds {
    lower: Option<(&'static str, DocumentKey)>,
    upper: Option<DocumentKey>,
}

impl OpenBounds {
    /// # Errors
    /// When an end of the range is no key of the source's type.
    pub(crate) fn of(
        spec: &SourceSpec,
        key_type: KeyType,
        selection: &Selection,
        after: Option<&DocumentKey>,
    ) -> Result<Self, PortError> {
        let KeyRange { start, end } =
            selection.range.adopted(key_type).map_err(|error| wrong_range(spec, error))?;
        let lower = match after {
            Some(after) => Some((">", after.clone())),
            None => start.map(|start| (">=", start)),
        };
        Ok(Self { lower, upper: end })
    }

    /// The same up to this key at most, where there is one.
    pub(crate) fn up_to(self, last: Option<&DocumentKey>) -> Self {
        Self { upper: last.cloned().or(self.upper), ..self }
    }

    /// The bounds in the order of their parameters.
    pub(crate) fn parameters(&self) -> Vec<&DocumentKey> {
        self.lower.iter().map(|(_, key)| key).chain(&self.upper).collect()
    }

    /// `FROM … WHERE …`, with parameters from 1 on, written so.
    pub(crate) fn selecting(
        &self,
        dialect: &Dialect,
        spec: &SourceSpec,
        parameter: &dyn Fn(usize) -> String,
    ) -> String {
        let SourceSpec { schema, table, key, where_sql, .. } = spec;
        let from = dialect.table(schema.as_deref(), table);
        let key = format!("{}.{}", dialect.quote(table), dialect.quote(key));
        let mut sql = format!("FROM {from} WHERE {key} IS NOT NULL");
        let operators =
            self.lower.iter().map(|(operator, _)| *operator).chain(self.upper.iter().map(|_| "<="));
        for (at, operator) in operators.enumerate() {
            sql += &format!(" AND {key} {operator} {}", parameter(at + 1));
        }
        if let Some(condition) = where_sql {
            sql += &format!(" AND ({condition}\n)");
        }
        sql
    }
}

/// The last key that a page of keys that are no integers has looked at; none where there are no more. `keys` are as read, one more than `limit` where
/// there are more.
fn last_of_page(keys: &[DocumentKey], limit: usize) -> Option<&DocumentKey> {
    if keys.len() > limit { keys[..limit].last() } else { None }
}

/// How many documents of a selection the log, given as SQL names it, has of the contract in this parameter: those of status success, failed and
/// skipped, as cells of 64 bits. Where keys are no integers, only of
/// the whole ([`is_whole`]). Keys of others may be of any type that holds them.
///
/// # Errors
/// When an end of the range is no integer.
pub(crate) fn count_logged(
    dialect: &Dialect,
    log: &str,
    key: &str,
    selection: &Selection,
    contract: &str,
) -> Result<String, PortError> {
    let Selection { range, share, failed: _ } = selection;
    let KeyRange { start, end } =
        range.adopted(KeyType::Integer).map_err(|error| PortError::new(Fault::Other, error.to_string()))?;
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
    Ok(sql)
}

/// Whether a selection is that of all keys.
pub(crate) fn is_whole(selection: &Selection) -> bool {
    let Selection { range, share, failed: _ } = selection;
    *range == KeyRange::default() && *share == Share::WHOLE
}

/// Some rows of the log: keys with their status.
pub(crate) type LoggedKeys = Vec<(DocumentKey, String)>;

/// Reads rows of the log: those after this key, at most so many.
type LoggedPage<'p> = dyn FnMut(Option<&DocumentKey>, usize) -> Result<LoggedKeys, PortError> + 'p;

/// Counts what the log has of a selection, where keys are no integers. `page` gives rows in order of the log's index: those after this key, at
/// most so many.
///
/// # Errors
/// When an end of the range is no key, or a page cannot be read.
pub(crate) fn count_logged_pages(
    key_type: KeyType,
    selection: &Selection,
    page: &mut LoggedPage<'_>,
) -> Result<Logged, PortError> {
    const PAGE: usize = 10_000;
    let Selection { range, share, failed: _ } = selection;
    let range = range.adopted(key_type).map_err(|error| PortError::new(Fault::Other, error.to_string()))?;
    let (mut logged, mut last) = (Logged::default(), None);
    loop {
        let rows = page(last.as_ref(), PAGE)?;
        for (_, status) in rows.iter().filter(|(key, _)| range.contains(key) && share.contains(key)) {
            match status.as_str() {
                SUCCESS => logged.success_count += 1,
                FAILED => logged.failed_count += 1,
                SKIPPED => logged.skipped_count += 1,
                _ => {}
            }
        }
        if rows.len() < PAGE {
            return Ok(logged);
        }
        last = rows.into_iter().next_back().map(|(key, _)| key);
    }
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
        FailedDocuments::Replace => " AND 1 = 0".to_owned(),
    }
}

/// How many rows a page's query asks for. One more than the page holds where a key may stand twice: it may do so on both sides of the page's
/// end. No more where it cannot: a page of one then is the way to a single row, when the next ones cannot be read.
pub(crate) fn rows_wanted(limit: usize, has_unique_keys: bool) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(i64::from(!has_unique_keys))
}

/// The last key that a page's query has looked at: that of the page, or the end of the range where there are no more. `keys` are as read, one
/// more than `limit` where there are more.
pub(crate) fn end_of_page(keys: &[i64], limit: usize, end: i64) -> i64 {
    if keys.len() > limit { keys[..limit].last().copied().unwrap_or(end) } else { end }
}

/// The column is of a type that keys do not have.
pub(crate) fn no_key_type(spec: &SourceSpec, found: &str) -> PortError {
    let message =
        format!("the key column {}.{} is of type {found}, which is none of a key", spec.table, spec.key);
    PortError::new(Fault::WrongTable { table: spec.table.clone() }, message).with_hint(
        "`source.key` must name a column of integers, decimals without fraction, text or uuids, best the primary key: other types are not \
         exact, or do not order in the same way everywhere; a view can give it as text",
    )
}

/// A row has a key that is none.
pub(crate) fn no_key(spec: &SourceSpec, error: KeyError) -> PortError {
    let message = format!("the key column {}.{} has a value that is {error}", spec.table, spec.key);
    PortError::new(Fault::WrongTable { table: spec.table.clone() }, message).with_hint(
        "every row of the source needs a key that all databases can keep and tell apart; leave such rows out with `source.where`, or mend them",
    )
}

/// Somebody has asked for keys that there cannot be.
fn wrong_range(spec: &SourceSpec, error: KeyError) -> PortError {
    let message = format!(
        "the range of keys does not fit the key column {}.{}: its ends are {error}",
        spec.table, spec.key
    );
    PortError::new(Fault::WrongTable { table: spec.table.clone() }, message)
        .with_hint("give `--key-start` and `--key-end` as keys of the source")
}

/// What is read of keys that are no integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenKeys {
    /// So many, in the column's order.
    First(i64),
    /// One that stands twice.
    Twice,
}

impl OpenKeys {
    /// For messages.
    pub(crate) fn during(self) -> &'static str {
        match self {
            Self::First(_) => "reading keys of documents",
            Self::Twice => "looking for repeated keys",
        }
    }
}

/// Reads what is wanted of the keys within bounds.
pub(crate) type ReadOpenKeys<'a> =
    &'a mut dyn FnMut(&OpenBounds, OpenKeys) -> Result<Vec<DocumentKey>, PortError>;

/// The next keys that are no integers. Which keys are one, the column says: that is asked of it, page by page, where nothing promises that there are none.
///
/// # Errors
/// When `read` gives one, or a key stands twice.
pub(crate) fn open_page(
    spec: &SourceSpec,
    bounds: OpenBounds,
    limit: usize,
    has_unique_keys: bool,
    read: ReadOpenKeys<'_>,
) -> Result<Vec<DocumentKey>, PortError> {
    let mut keys = read(&bounds, OpenKeys::First(rows_wanted(limit, has_unique_keys)))?;
    if !has_unique_keys {
        let page = bounds.up_to(last_of_page(&keys, limit));
        if let Some(twice) = read(&page, OpenKeys::Twice)?.first() {
            return Err(not_unique(spec, twice));
        }
    }
    keys.truncate(limit);
    Ok(keys)
}

/// Two rows with one key share one log row: the second document would never be processed, and nobody told.
pub(crate) fn not_unique(spec: &SourceSpec, key: &DocumentKey) -> PortError {
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
    let SourceSpec { schema, table, key, where_sql, .. } = spec;
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
