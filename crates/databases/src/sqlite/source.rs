//! Documents in a table of a SQLite file.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, OptionalExtension, params, params_from_iter};
use xmlshred_engine::ports::{Fault, Fetched, FetchedRow, PortError, Selection, Source};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DocumentKey, KeyError, KeyRange, KeyType, TargetSchema};

use crate::catalog::source_names::{no_column, no_table, wrong_condition};
use crate::sql::dialect::SQLITE;
use crate::sql::paging::{
    OpenBounds, OpenKeys, bounds, done, end_of_page, no_key, not_unique, open_page, rows_wanted,
};
use xmlshred_model::log_table::{CONTRACT_NAME, LOG, MAX_SOURCE_VERSION, SOURCE_VERSION};

use super::catalog::{is_unique, layout, names};
use super::connect::{SOURCE, open_for_reading};
use super::fault::{port_error, source_error};
use super::key::{KeyParameter, key_type, other_kind};
use super::statement_time::{LONGEST_READ, StatementTime};
use crate::transfer::fetching::hexadecimal;

/// A reading connection to the source table.
#[derive(Debug)]
pub(crate) struct SqliteSource {
    connection: Connection,
    time: StatementTime,
    spec: SourceSpec,
    contract_name: String,
    sees_journal: bool,
    /// The log is there; without it nothing is processed yet.
    has_log: bool,
    has_unique_keys: bool,
    key_type: KeyType,
}

impl SqliteSource {
    /// Opens the file. `log` is given when the log is in the same file.
    pub(crate) fn open(
        file: &Path,
        spec: &SourceSpec,
        log: Option<&Arc<TargetSchema>>,
    ) -> Result<Self, PortError> {
        let mut connection = open_for_reading(file, SOURCE)?;
        check_table(&connection, spec)?;
        let key_type = key_type(&connection, spec)?;
        // Of text the reader asks the log itself.
        let log = log.filter(|_| key_type == KeyType::Integer);
        let has_log = log.is_some() && layout(&connection, LOG)?.is_there()?;
        let contract_name = log.map_or_else(String::new, |schema| schema.contract_name.clone());
        let has_unique_keys = is_unique(&connection, &spec.table, &spec.key)?;
        let (spec, sees_journal) = (spec.clone(), log.is_some());
        let time = StatementTime::limit(&mut connection, LONGEST_READ)
            .map_err(|error| port_error("opening the file", error))?;
        let source =
            Self { connection, time, spec, contract_name, sees_journal, has_log, has_unique_keys, key_type };
        source.check_condition()?;
        Ok(source)
    }

    /// That the contract's own condition is SQL, before anybody relies on it.
    fn check_condition(&self) -> Result<(), PortError> {
        if self.spec.where_sql.is_none() {
            return Ok(());
        }
        let from = if self.key_type == KeyType::Integer {
            self.selecting(&Selection::ALL)
        } else {
            OpenBounds::of(&self.spec, self.key_type, &Selection::ALL, None)?
                .selecting(&SQLITE, &self.spec, &parameter)
        };
        let sql = format!("SELECT 1 {from}");
        let failed = |error| selection_error("looking at `source.where`", &self.spec, error);
        self.connection.prepare(&sql).map(drop).map_err(failed)
    }

    /// `FROM … WHERE …` of a selection, with the parameters `?1`, `?2` and `?3`: first and last key, the contract's name. Without an end of the range
    /// there is no upper bound: SQLite sorts text behind all numbers, and keys that are text must be told, not left out.
    fn selecting(&self, selection: &Selection) -> String {
        self.selecting_with(selection, self.has_log)
    }

    fn selecting_with(&self, selection: &Selection, has_log: bool) -> String {
        let SourceSpec { table, key, where_sql, .. } = &self.spec;
        let (table, key) = (SQLITE.quote(table), SQLITE.quote(key));
        let mut sql = format!("FROM {table} WHERE {table}.{key} >= ?1");
        sql += &match selection.range.end {
            Some(_) => format!(" AND {table}.{key} <= ?2"),
            // The parameters stay the same.
            None => " AND ?2 IS NOT NULL".to_owned(),
        };
        sql += " AND ?3 IS NOT NULL";
        let (index, count) = (selection.share.index(), selection.share.count());
        if count > 1 {
            sql += &format!(" AND (({table}.{key} % {count}) + {count}) % {count} = {index}");
        }
        if has_log {
            let done = done("log.status", selection.failed);
            let same_version =
                self.version().map(|version| format!(" AND log.{SOURCE_VERSION} IS {version}"));
            let same_version = same_version.unwrap_or_default();
            let log = SQLITE.quote(LOG);
            sql += &format!(
                " AND NOT EXISTS (SELECT 1 FROM {log} AS log WHERE log.{CONTRACT_NAME} = ?3 AND log.{key} = {table}.{key}{done}{same_version})"
            );
        }
        if let Some(condition) = where_sql {
            sql += &format!(" AND ({condition}\n)");
        }
        sql
    }

    /// The version of a row as the log keeps it, where documents have versions.
    fn version(&self) -> Option<String> {
        let SourceSpec { table, version, .. } = &self.spec;
        let column = format!("{}.{}", SQLITE.quote(table), SQLITE.quote(version.as_ref()?));
        Some(format!(
            "substr(CASE typeof({column}) WHEN 'blob' THEN '\\x' || lower(hex({column})) ELSE CAST({column} AS TEXT) END, 1, {MAX_SOURCE_VERSION})"
        ))
    }

    /// Length, version and document of the row with the key `?1`, and its columns; only length and version, when all of it is longer than `?2`.
    fn fetching(&self) -> String {
        let SourceSpec { table, key, xml, columns, .. } = &self.spec;
        let version = self.version().unwrap_or_else(|| "NULL".to_owned());
        let columns = columns.iter().map(|name| SQLITE.quote(name)).collect::<Vec<_>>();
        let xml = SQLITE.quote(xml);
        let beside = columns.iter().map(|name| format!(" + coalesce(octet_length({name}), 0)"));
        let length = format!("octet_length({xml}){}", beside.collect::<String>());
        let cells = std::iter::once(&xml).chain(&columns);
        let cells = cells.map(|name| format!(", CASE WHEN {length} <= ?2 THEN {name} END"));
        format!(
            "SELECT {length}, {version}{} FROM {} WHERE {} = ?1",
            cells.collect::<String>(),
            SQLITE.quote(table),
            SQLITE.quote(key)
        )
    }

    /// Sees that no key of these stands twice: the log may have it, and leave out both rows.
    fn check_repeated(&self, selection: &Selection, [start, end]: [i64; 2]) -> Result<(), PortError> {
        let failed = |error| selection_error("looking for repeated keys", &self.spec, error);
        let key = SQLITE.quote(&self.spec.key);
        let sql = format!(
            "SELECT {key} {} GROUP BY {key} HAVING count(*) > 1 LIMIT 1",
            self.selecting_with(selection, false)
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(failed)?;
        let repeated: Option<i64> = statement
            .query_row(params![start, end, self.contract_name], |row| row.get(0))
            .optional()
            .map_err(failed)?;
        repeated.map_or(Ok(()), |key| Err(not_unique(&self.spec, &DocumentKey::Int(key))))
    }

    /// The next keys that are text, as the column sorts them.
    fn text_keys(
        &self,
        selection: &Selection,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<DocumentKey>, PortError> {
        let bounds = OpenBounds::of(&self.spec, self.key_type, selection, after)?;
        open_page(&self.spec, bounds, limit, self.has_unique_keys, &mut |bounds, wanted| {
            self.read_text_keys(bounds, wanted)
        })
    }

    fn read_text_keys(&self, bounds: &OpenBounds, wanted: OpenKeys) -> Result<Vec<DocumentKey>, PortError> {
        let key = SQLITE.quote(&self.spec.key);
        let from = bounds.selecting(&SQLITE, &self.spec, &parameter);
        let sql = match wanted {
            OpenKeys::First(count) => format!("SELECT {key} {from} ORDER BY {key} LIMIT {count}"),
            OpenKeys::Twice => format!("SELECT {key} {from} GROUP BY {key} HAVING count(*) > 1 LIMIT 1"),
        };
        let failed = |error| selection_error(wanted.during(), &self.spec, error);
        let mut statement = self.connection.prepare_cached(&sql).map_err(failed)?;
        let mut rows = statement
            .query(params_from_iter(bounds.parameters().into_iter().map(KeyParameter)))
            .map_err(failed)?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let ValueRef::Text(bytes) = row.get_ref(0).map_err(failed)? else {
                return Err(no_key(&self.spec, KeyError::NotA(self.key_type)));
            };
            let text = std::str::from_utf8(bytes).map_err(|_| no_key(&self.spec, KeyError::NotText))?;
            keys.push(self.key_type.parse(text).map_err(|error| no_key(&self.spec, error))?);
        }
        Ok(keys)
    }
}

/// A parameter by its number.
fn parameter(number: usize) -> String {
    format!("?{number}")
}

impl Source for SqliteSource {
    fn keys(
        &mut self,
        selection: &Selection,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<DocumentKey>, PortError> {
        let failed = |error| selection_error("reading keys of documents", &self.spec, error);
        self.time.begin();
        if self.key_type != KeyType::Integer {
            return self.text_keys(selection, after, limit);
        }
        let key = SQLITE.quote(&self.spec.key);
        let Some([start, end]) = bounds(&self.spec, selection, after)? else { return Ok(Vec::new()) };
        let sql = format!("SELECT {key} {} ORDER BY {key} LIMIT ?4", self.selecting(selection));
        let mut statement = self.connection.prepare_cached(&sql).map_err(failed)?;
        let rows_wanted = rows_wanted(limit, self.has_unique_keys);
        let mut rows =
            statement.query(params![start, end, self.contract_name, rows_wanted]).map_err(failed)?;
        let mut keys: Vec<i64> = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let ValueRef::Integer(key) = row.get_ref(0).map_err(failed)? else {
                return Err(no_key(&self.spec, KeyError::NotA(KeyType::Integer)));
            };
            if keys.last() == Some(&key) {
                return Err(not_unique(&self.spec, &DocumentKey::Int(key)));
            }
            keys.push(key);
        }
        if self.has_log && !self.has_unique_keys {
            let end = end_of_page(&keys, limit, end);
            let range = KeyRange { start: None, end: Some(DocumentKey::Int(end)) };
            let selection = Selection { range, ..selection.clone() };
            self.check_repeated(&selection, [start, end])?;
        }
        keys.truncate(limit);
        Ok(keys.into_iter().map(DocumentKey::Int).collect())
    }

    fn key_type(&self) -> KeyType {
        self.key_type
    }

    fn check_keys(&mut self) -> Result<(), PortError> {
        self.time.begin();
        let other = other_kind(&self.connection, &self.spec, self.key_type);
        match other.map_err(|error| selection_error("looking at the keys", &self.spec, error)) {
            // Who has so many rows that it takes long is told by the run.
            Ok(None) | Err(PortError { fault: Fault::Timeout, .. }) => Ok(()),
            Ok(Some(row)) => {
                let error = no_key(&self.spec, KeyError::NotA(self.key_type));
                let place = row.map_or_else(String::new, |row| format!(", in the row with rowid {row}"));
                Err(PortError { message: format!("{}{place}", error.message), ..error })
            }
            Err(error) => Err(error),
        }
    }

    fn promises_unique_keys(&self) -> bool {
        self.has_unique_keys
    }

    fn versions(&mut self, keys: &[DocumentKey]) -> Result<Option<Vec<Option<String>>>, PortError> {
        let failed = |error| source_error("reading versions of documents", &self.spec, error);
        let Some(version) = self.version() else { return Ok(None) };
        let (table, key) = (SQLITE.quote(&self.spec.table), SQLITE.quote(&self.spec.key));
        let sql = format!("SELECT {version} FROM {table} WHERE {key} = ?1");
        let mut statement = self.connection.prepare_cached(&sql).map_err(failed)?;
        let versions = keys.iter().map(|key| {
            self.time.begin();
            Ok(statement
                .query_row([KeyParameter(key)], |row| row.get(0))
                .optional()
                .map_err(failed)?
                .flatten())
        });
        versions.collect::<Result<_, _>>().map(Some)
    }

    fn sees_journal(&self) -> bool {
        self.sees_journal
    }

    fn fetch(
        &mut self,
        keys: &[DocumentKey],
        max_bytes: u64,
        take: &mut dyn FnMut(DocumentKey, FetchedRow) -> ControlFlow<()>,
    ) -> Result<(), PortError> {
        let failed = |error| source_error("reading a document", &self.spec, error);
        let sql = self.fetching();
        let column_count = self.spec.columns.len();
        let mut statement = self.connection.prepare_cached(&sql).map_err(failed)?;
        let max_bytes = i64::try_from(max_bytes).unwrap_or(i64::MAX);
        for key in keys {
            self.time.begin();
            let fetched = statement
                .query_row(params![KeyParameter(key), max_bytes], |row| {
                    let length: Option<i64> = row.get(0)?;
                    let document = match (length, row.get_ref(2)?) {
                        (None, _) => Fetched::Null,
                        (Some(length), ValueRef::Null) => Fetched::TooLarge(length.unsigned_abs()),
                        // Text that is not UTF-8 goes on as bytes: the shredder says what is wrong with it.
                        (_, ValueRef::Text(bytes)) => match String::from_utf8(bytes.to_vec()) {
                            Ok(text) => Fetched::Text(text),
                            Err(error) => Fetched::Bytes(error.into_bytes()),
                        },
                        (_, ValueRef::Blob(bytes)) => Fetched::Bytes(bytes.to_vec()),
                        (_, ValueRef::Integer(number)) => Fetched::Text(number.to_string()),
                        (_, ValueRef::Real(number)) => Fetched::Text(number.to_string()),
                    };
                    let columns = (3..3 + column_count).map(|at| Ok(text_of(row.get_ref(at)?)));
                    let columns = columns.collect::<rusqlite::Result<_>>()?;
                    Ok(FetchedRow { document, columns, version: row.get(1)? })
                })
                .optional()
                .map_err(failed)?;
            if let Some(fetched) = fetched
                && take(key.clone(), fetched).is_break()
            {
                break;
            }
        }
        Ok(())
    }

    fn count(&mut self, selection: &Selection) -> Result<Option<u64>, PortError> {
        let failed = |error| selection_error("counting documents", &self.spec, error);
        self.time.begin();
        let counted = if self.key_type == KeyType::Integer {
            let Some([start, end]) = bounds(&self.spec, selection, None)? else { return Ok(Some(0)) };
            let sql = format!("SELECT count(*) {}", self.selecting(selection));
            self.connection.query_row(&sql, params![start, end, self.contract_name], |row| row.get(0))
        } else {
            if selection.share.count() > 1 {
                return Ok(None);
            }
            let bounds = OpenBounds::of(&self.spec, self.key_type, selection, None)?;
            let sql = format!("SELECT count(*) {}", bounds.selecting(&SQLITE, &self.spec, &parameter));
            let parameters = params_from_iter(bounds.parameters().into_iter().map(KeyParameter));
            self.connection.query_row(&sql, parameters, |row| row.get(0))
        };
        match counted.map_err(failed) {
            Ok(count) => Ok(Some(i64::unsigned_abs(count))),
            Err(PortError { fault: Fault::Timeout, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A column beside a document as text. Bytes are hexadecimal.
fn text_of(cell: ValueRef<'_>) -> Option<String> {
    match cell {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Some(hexadecimal(bytes)),
    }
}

/// The error of a query that contains the contract's own condition, which is the one part that can be wrong SQL.
fn selection_error(during: &str, spec: &SourceSpec, error: Error) -> PortError {
    match (&spec.where_sql, &error) {
        (Some(_), Error::SqlInputError { msg, error, .. }) => {
            wrong_condition("SQLite", spec, msg, &format!("SQLite {}", error.extended_code))
        }
        _ => source_error(during, spec, error),
    }
}

/// That table and columns of the contract are there.
fn check_table(connection: &Connection, spec: &SourceSpec) -> Result<(), PortError> {
    let SourceSpec {
        schema: _,
        table,
        key,
        key_type: _,
        xml,
        min_bytes: _,
        where_sql: _,
        version,
        columns: others,
    } = spec;
    let columns = names(connection, "column", Some(table))?;
    if columns.is_empty() {
        return Err(no_table(spec, &names(connection, "table", None)?));
    }
    for column in [key, xml].into_iter().chain(version).chain(others) {
        if !columns.iter().any(|known| known.eq_ignore_ascii_case(column)) {
            return Err(no_column(spec, column, &columns));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use xmlshred_engine::ports::FailedDocuments;
    use xmlshred_model::{OnExisting, Share};

    #[test]
    fn paging_is_a_range_scan_of_the_keys_with_a_look_into_the_logs_index() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("test.db");
        let setup = Connection::open(&file).unwrap();
        setup.execute("CREATE TABLE app_xml (app_id INTEGER PRIMARY KEY, xml TEXT)", []).unwrap();
        setup
            .execute("CREATE TABLE processing_log (app_id BIGINT, contract_name TEXT, status TEXT, source_version TEXT, UNIQUE (contract_name, app_id))", [])
            .unwrap();
        let spec = SourceSpec {
            schema: None,
            table: "app_xml".to_owned(),
            key: "app_id".to_owned(),
            key_type: None,
            xml: "xml".to_owned(),
            min_bytes: 0,
            where_sql: None,
            version: None,
            columns: Vec::new(),
        };
        let schema = Arc::new(TargetSchema {
            namespace: None,
            on_existing: OnExisting::Fail,
            tables: Vec::new(),
            key_column: "app_id".to_owned(),
            key_type: KeyType::Integer,
            ranking_columns: Vec::new(),
            owners: Vec::new(),
            has_versions: false,
            contract_name: "contract".to_owned(),
        });
        let source = SqliteSource::open(&file, &spec, Some(&schema)).unwrap();
        let all = FailedDocuments::Leave;
        for (failed, end, first_step) in [
            (all, None, "SEARCH app_xml USING INTEGER PRIMARY KEY (rowid>?)"),
            (
                all,
                Some(DocumentKey::Int(7)),
                "SEARCH app_xml USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
            ),
            (FailedDocuments::Retry, None, "SEARCH app_xml USING INTEGER PRIMARY KEY (rowid>?)"),
        ] {
            let range = KeyRange { start: Some(DocumentKey::Int(1)), end };
            let selection = Selection { range, share: Share::new(1, 3).unwrap(), failed };
            let sql = format!(
                "EXPLAIN QUERY PLAN SELECT app_id {} ORDER BY app_id LIMIT ?4",
                source.selecting(&selection)
            );
            let mut statement = source.connection.prepare(&sql).unwrap();
            let steps =
                statement.query_map(params![1, 9, "contract", 9], |row| row.get::<_, String>(3)).unwrap();
            let steps = steps.collect::<Result<Vec<_>, _>>().unwrap();
            assert_eq!(steps[0], first_step, "{steps:?}");
            assert!(
                steps.iter().all(|step| !step.starts_with("SCAN") && !step.contains("TEMP")),
                "{steps:?}"
            );
        }
    }
}
