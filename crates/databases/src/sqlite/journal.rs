//! The log of a SQLite file, read; and the tables, created.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use xmlshred_engine::ports::{
    CauseTally, Entries, FailedDocuments, Fault, IssueTally, Journal, LogEntry, LogTally, Logged, PortError,
    Selection,
};
use xmlshred_model::{DataType, DocumentKey, KeyType, OwnedValue, TargetSchema, UtcMicros, Value, lexical};

use crate::address::OpenOptions;
use crate::catalog::log_layout::{Layout, OldRows};
use crate::sql::ddl::{self, Existing};
use crate::sql::dialect::SQLITE;
use crate::sql::entries::{EntryPart, EntryQuery};
use crate::sql::issues::IssueQuery;
use crate::sql::log_queries;
use crate::sql::log_upgrade::{self, OldTable};
use crate::sql::names::listed;
use crate::sql::paging::{LoggedKeys, count_logged, count_logged_pages, is_whole};
use crate::sql::statement;
use xmlshred_model::log_table::{CONTRACT_NAME, FAILED, ISSUE, LOG, LOG_ID, SKIPPED, SUCCESS};

use super::catalog::{layout, names};
use super::connect::{TARGET, open_for_reading, open_for_writing};
use super::fault::port_error;
use super::key::KeyParameter;

/// Times compare as text only without the `Z`, which sorts behind the point of a fraction.
const TIME: &str = "rtrim(processing_time, 'Z')";

/// Opens a connection when it is first needed: reading takes no right to write.
#[derive(Debug)]
pub(crate) struct SqliteJournal {
    target: PathBuf,
    schema: Arc<TargetSchema>,
    options: OpenOptions,
    reading: Option<Connection>,
}

impl SqliteJournal {
    pub(crate) fn new(target: PathBuf, schema: Arc<TargetSchema>, options: OpenOptions) -> Self {
        Self { target, schema, options, reading: None }
    }

    /// A connection on which the log is there; `None` when it is not.
    fn log(&mut self) -> Result<Option<&Connection>, PortError> {
        if !self.target.exists() {
            return Ok(None);
        }
        let connection = match self.reading.take() {
            Some(connection) => connection,
            None => open_for_reading(&self.target, TARGET)?,
        };
        let connection = self.reading.insert(connection);
        let has_log = layout(connection, LOG)?.is_there()?;
        Ok(has_log.then_some(&*connection))
    }

    /// Rows of the log, asked for once with each of these keys as the second parameter.
    fn read_entries(
        &mut self,
        which: Entries,
        part: EntryPart<'_>,
        keys: &[Option<&DocumentKey>],
    ) -> Result<Vec<LogEntry>, PortError> {
        let error = |error| port_error("reading the log", error);
        let (key_type, contract_name) = (self.schema.key_type, self.schema.contract_name.clone());
        let key = SQLITE.quote(&self.schema.key_column);
        let sql = EntryQuery {
            dialect: &SQLITE,
            log: LOG,
            key: &key,
            key_read: &format!("CAST({key} AS TEXT)"),
            time: &format!("{TIME} || 'Z'"),
            contract: "?1",
            which,
            part,
        }
        .sql();
        let Some(connection) = self.log()? else { return Ok(Vec::new()) };
        let mut statement = connection.prepare_cached(&sql).map_err(error)?;
        let mut entries = Vec::new();
        for key in keys {
            statement.raw_bind_parameter(1, &contract_name).map_err(error)?;
            if let Some(key) = key {
                statement.raw_bind_parameter(2, KeyParameter(key)).map_err(error)?;
            }
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next().map_err(error)? {
                entries.push(entry(row, key_type).map_err(error)?);
            }
        }
        Ok(entries)
    }
}

impl Journal for SqliteJournal {
    fn create_tables(&mut self) -> Result<(), PortError> {
        let failed = |error| port_error("creating tables", error);
        let mut connection = open_for_writing(&self.target, &self.options)?;
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        upgrade(&transaction, &self.schema, self.options.adopt_log)?;
        for sql in ddl::statements(&SQLITE, &self.schema, Existing::Keep) {
            transaction.execute(&sql, []).map_err(failed)?;
        }
        transaction.commit().map_err(failed)
    }

    fn processed(
        &mut self,
        keys: &[DocumentKey],
        versions: Option<&[Option<String>]>,
        failed: FailedDocuments,
    ) -> Result<Vec<DocumentKey>, PortError> {
        let error = |error| port_error("reading the log", error);
        let sql = statement::select_log(&SQLITE, &self.schema);
        let contract_name = self.schema.contract_name.clone();
        let Some(connection) = self.log()? else { return Ok(Vec::new()) };
        let mut find = connection.prepare_cached(&sql).map_err(error)?;
        let mut processed = Vec::new();
        for (at, key) in keys.iter().enumerate() {
            let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(2)?));
            let entry =
                find.query_row(params![KeyParameter(key), contract_name], read).optional().map_err(error)?;
            let counts = entry.is_some_and(|(status, version)| {
                failed.leaves_out(&status) && versions.is_none_or(|versions| versions[at] == version)
            });
            processed.extend(counts.then(|| key.clone()));
        }
        Ok(processed)
    }

    fn logged(&mut self, selection: &Selection) -> Result<Logged, PortError> {
        let error = |error| port_error("reading the log", error);
        let contract_name = self.schema.contract_name.clone();
        let (key, key_type) = (self.schema.key_column.clone(), self.schema.key_type);
        if key_type != KeyType::Integer && !is_whole(selection) {
            let Some(connection) = self.log()? else { return Ok(Logged::default()) };
            return count_logged_pages(key_type, selection, &mut |after, limit| {
                logged_keys(connection, &key, key_type, &contract_name, after, limit).map_err(error)
            });
        }
        let sql = count_logged(&SQLITE, LOG, &key, selection, "?1")?;
        let Some(connection) = self.log()? else { return Ok(Logged::default()) };
        let count = |row: &Row<'_>, at| row.get(at).map(i64::unsigned_abs);
        let counted = connection.query_row(&sql, [contract_name], |row| {
            let [success_count, failed_count, skipped_count] =
                [count(row, 0)?, count(row, 1)?, count(row, 2)?];
            Ok(Logged { success_count, failed_count, skipped_count })
        });
        counted.map_err(error)
    }

    fn tally(&mut self) -> Result<Vec<LogTally>, PortError> {
        let error = |error| port_error("reading the log", error);
        let contract_name = self.schema.contract_name.clone();
        let Some(connection) = self.log()? else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT CAST(coalesce(session_id, '') AS TEXT), CAST(coalesce(instance_id, 0) AS INTEGER), \
             CAST(coalesce(instance_count, 1) AS INTEGER), CAST(coalesce(contract_hash, '') AS TEXT), count(*) FILTER (WHERE status = '{SUCCESS}'), \
             count(*) FILTER (WHERE status = '{FAILED}'), \
             count(*) FILTER (WHERE status = '{SKIPPED}'), min({TIME}) || 'Z', max({TIME}) || 'Z' \
             FROM {LOG} WHERE {CONTRACT_NAME} = ?1 GROUP BY 1, 2, 3, 4 ORDER BY min({TIME}), 1, 2"
        );
        let mut statement = connection.prepare(&sql).map_err(error)?;
        let tallies = statement
            .query_map([contract_name], |row| {
                Ok(LogTally {
                    session_id: text_of_others(row, 0)?,
                    instance_id: number_of_others(row, 1)?,
                    instance_count: number_of_others(row, 2)?,
                    contract_hash: text_of_others(row, 3)?,
                    success_count: row.get::<_, i64>(4)?.unsigned_abs(),
                    failed_count: row.get::<_, i64>(5)?.unsigned_abs(),
                    skipped_count: row.get::<_, i64>(6)?.unsigned_abs(),
                    first: utc_micros(&text_of_others(row, 7)?),
                    last: utc_micros(&text_of_others(row, 8)?),
                })
            })
            .map_err(error)?;
        tallies.collect::<Result<_, _>>().map_err(error)
    }

    fn contracts(&mut self) -> Result<Option<Vec<(String, u64)>>, PortError> {
        let error = |error| port_error("reading the log", error);
        let Some(connection) = self.log()? else { return Ok(None) };
        let mut statement = connection.prepare(&log_queries::contracts(LOG)).map_err(error)?;
        let counted = |row: &Row<'_>| Ok((text_of_others(row, 0)?, row.get::<_, i64>(1)?.unsigned_abs()));
        let contracts = statement.query_map([], counted).map_err(error)?;
        contracts.collect::<Result<_, _>>().map(Some).map_err(error)
    }

    fn causes(&mut self) -> Result<Vec<CauseTally>, PortError> {
        let error = |error| port_error("reading the log", error);
        let contract_name = self.schema.contract_name.clone();
        let Some(connection) = self.log()? else { return Ok(Vec::new()) };
        let mut statement = connection.prepare(&log_queries::causes(&SQLITE, LOG, "?1")).map_err(error)?;
        let cause = |row: &Row<'_>| {
            let [code, table, column] = [0, 1, 2].map(|at| optional_text_of_others(row, at));
            let count = row.get::<_, i64>(3)?.unsigned_abs();
            Ok(CauseTally { code: code?, table: table?, column: column?, count })
        };
        let causes = statement.query_map([contract_name], cause).map_err(error)?;
        causes.collect::<Result<_, _>>().map_err(error)
    }

    fn entries(
        &mut self,
        which: Entries,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<LogEntry>, PortError> {
        let part = EntryPart::Page { after: after.map(|_| "?2"), limit };
        self.read_entries(which, part, &[after])
    }

    fn entries_of(&mut self, which: Entries, keys: &[DocumentKey]) -> Result<Vec<LogEntry>, PortError> {
        let keys: Vec<_> = keys.iter().map(Some).collect();
        self.read_entries(which, EntryPart::Keys("= ?2"), &keys)
    }

    fn issues(&mut self, session: Option<&str>) -> Result<Vec<IssueTally>, PortError> {
        let error = |error| port_error("reading the issues", error);
        let contract_name = self.schema.contract_name.clone();
        let key = SQLITE.quote(&self.schema.key_column);
        let sql = IssueQuery {
            dialect: &SQLITE,
            issues: ISSUE,
            log: LOG,
            key: &key,
            contract: "?1",
            session: session.map(|_| "?2"),
        }
        .sql();
        let Some(connection) = self.log()? else { return Ok(Vec::new()) };
        let mut statement = connection.prepare(&sql).map_err(error)?;
        let parameters = [Some(contract_name.as_str()), session];
        let tallies = statement
            .query_map(rusqlite::params_from_iter(parameters.into_iter().flatten()), |row| {
                Ok(IssueTally {
                    table: text_of_others(row, 0)?,
                    column: text_of_others(row, 1)?,
                    code: text_of_others(row, 2)?,
                    count: row.get::<_, i64>(3)?.unsigned_abs(),
                    document_count: row.get::<_, i64>(4)?.unsigned_abs(),
                })
            })
            .map_err(error)?;
        tallies.collect::<Result<_, _>>().map_err(error)
    }
}

/// A row of an [`EntryQuery`].
fn entry(row: &Row<'_>, key_type: KeyType) -> rusqlite::Result<LogEntry> {
    let optional = |at| optional_text_of_others(row, at);
    let key = text_of_others(row, 0)?;
    Ok(LogEntry {
        key: key_type.parse(&key).unwrap_or_else(|_| DocumentKey::Text(key.into())),
        status: text_of_others(row, 1)?,
        failure_reason: optional(2)?,
        failure_code: optional(3)?,
        failure_table: optional(4)?,
        failure_column: optional(5)?,
        processed_at: utc_micros(&text_of_others(row, 6)?),
        session_id: text_of_others(row, 7)?,
        row_count: u64::try_from(row.get::<_, Option<i64>>(8)?.unwrap_or(0)).unwrap_or(0),
        contract_hash: text_of_others(row, 9)?,
        document_hash: text_of_others(row, 10)?,
        source_version: optional(11)?,
        instance_id: number_of_others(row, 12)?,
        instance_count: number_of_others(row, 13)?,
        duration_ms: u64::try_from(row.get::<_, Option<i64>>(14)?.unwrap_or(0)).unwrap_or(0),
    })
}

/// Rows of the log after this key; what is no key counts as none.
fn logged_keys(
    connection: &Connection,
    key: &str,
    key_type: KeyType,
    contract_name: &str,
    after: Option<&DocumentKey>,
    limit: usize,
) -> rusqlite::Result<LoggedKeys> {
    let key = SQLITE.quote(key);
    let behind = if after.is_some() { format!(" AND {key} > ?2") } else { String::new() };
    let sql = format!(
        "SELECT CAST({key} AS TEXT), status FROM {LOG} WHERE {CONTRACT_NAME} = ?1{behind} ORDER BY {key} LIMIT {limit}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    statement.raw_bind_parameter(1, contract_name)?;
    if let Some(after) = after {
        statement.raw_bind_parameter(2, KeyParameter(after))?;
    }
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(key_type.parse(row.get_ref(0)?.as_str()?).ok().zip(row.get(1)?));
    }
    Ok(found)
}

/// Brings a log of an earlier version up. Who waited for the file finds it done.
fn upgrade(transaction: &Transaction<'_>, schema: &TargetSchema, adopt_log: bool) -> Result<(), PortError> {
    let failed = |error| port_error("bringing the log up", error);
    let log = layout(transaction, LOG)?;
    if log == Layout::Version1 && !adopt_log {
        let sql = format!("SELECT DISTINCT coalesce(contract_hash, '') FROM {LOG} ORDER BY 1");
        let mut statement = transaction.prepare(&sql).map_err(failed)?;
        let hashes = statement.query_map([], |row| row.get(0)).map_err(failed)?;
        let tables = names(transaction, "table", None)?;
        let is_there = |name: &str| tables.iter().any(|table| table.eq_ignore_ascii_case(name));
        let old = OldRows {
            hashes: hashes.collect::<Result<_, _>>().map_err(failed)?,
            has_target_tables: schema.tables.iter().any(|table| is_there(&table.name)),
        };
        old.check_owner(&schema.contract_name)?;
    }
    for (found, table) in [(log, OldTable::Log), (layout(transaction, ISSUE)?, OldTable::Issue)] {
        if let Some(version) = found.outdated() {
            upgrade_table(transaction, schema, table, version)?;
        }
    }
    Ok(())
}

/// Makes one of the tables anew, with its rows, and with the indexes and triggers that others gave it.
fn upgrade_table(
    transaction: &Transaction<'_>,
    schema: &TargetSchema,
    table: OldTable,
    version: u32,
) -> Result<(), PortError> {
    let failed = |error| port_error("bringing the log up", error);
    let known = table.columns(schema);
    let is_known = |name: &String| {
        name.eq_ignore_ascii_case(LOG_ID) || known.iter().any(|column| column.name.eq_ignore_ascii_case(name))
    };
    let others: Vec<_> = names(transaction, "column", Some(table.name()))?
        .into_iter()
        .filter(|name| !is_known(name))
        .collect();
    if !others.is_empty() {
        let message =
            format!("{} has columns that are none of xmlshred's: {}", table.name(), listed(&others));
        return Err(PortError::new(Fault::WrongTable { table: table.name().to_owned() }, message).with_hint(
            "edit the statements that `xmlshred ddl --upgrade` prints so that they are kept, and run them",
        ));
    }
    let sql = "SELECT sql FROM sqlite_schema WHERE tbl_name = ?1 COLLATE NOCASE AND type IN ('index', 'trigger') \
               AND sql IS NOT NULL";
    let mut statement = transaction.prepare(sql).map_err(failed)?;
    let kept = statement.query_map([table.name()], |row| row.get::<_, String>(0)).map_err(failed)?;
    let kept = kept.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    drop(statement);
    let statements = log_upgrade::statements(&SQLITE, schema, table, version);
    for sql in statements.iter().chain(&kept) {
        transaction.execute(sql, []).map_err(failed)?;
    }
    Ok(())
}

/// Text that somebody else may have written: it is only shown.
fn text_of_others(row: &Row<'_>, at: usize) -> rusqlite::Result<String> {
    Ok(match row.get_ref(at)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => String::new(),
    })
}

/// The same, or nothing.
fn optional_text_of_others(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<String>> {
    match row.get_ref(at)? {
        ValueRef::Null => Ok(None),
        _ => text_of_others(row, at).map(Some),
    }
}

/// A number that somebody else may have written: 0 where there is none, the largest where no instance can have it.
fn number_of_others(row: &Row<'_>, at: usize) -> rusqlite::Result<u32> {
    Ok(u32::try_from(row.get::<_, Option<i64>>(at)?.unwrap_or(0)).unwrap_or(u32::MAX))
}

/// A time that somebody else wrote in another form counts as the beginning of time: it is only shown.
fn utc_micros(text: &str) -> UtcMicros {
    match lexical::parse(text, DataType::TimestampTz, &[]).map(|time| time.to_owned_value()) {
        Ok(OwnedValue::Inline(Value::TimestampTz(micros))) => micros,
        _ => 0,
    }
}
