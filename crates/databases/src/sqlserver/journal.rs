//! The log of SQL Server, read; and the tables, created.

use std::sync::Arc;

use xmlshred_engine::ports::{
    CauseTally, Entries, FailedDocuments, Fault, IssueTally, Journal, LogEntry, LogTally, Logged, PortError,
    Selection,
};
use xmlshred_model::{DocumentKey, KeyType, OwnedValue, TargetSchema, Value};

use crate::address::OpenOptions;
use crate::catalog::log_layout::{Layout, OldRows};
use crate::sql::ddl::{self, Existing};
use crate::sql::dialect::SQL_SERVER;
use crate::sql::entries::{EntryPart, EntryQuery};
use crate::sql::issues::IssueQuery;
use crate::sql::log_queries;
use crate::sql::log_upgrade::{self, OldTable};
use crate::sql::paging::{LoggedKeys, count_logged, count_logged_pages, done, is_whole, of_these_versions};
use xmlshred_model::log_table::{CONTRACT_NAME, FAILED, ISSUE, LOG, SKIPPED, SOURCE_VERSION, SUCCESS};

use super::address::{Intent, SqlServerAddress};
use super::catalog::{has_all_tables, has_log, layouts, qualified, target_tables_there};
use super::connect::connect;
use super::driver::{Driver, NoUnicode};
use super::fault::port_error;
use super::file_names::has_file_table;
use super::key::{KeySql, seeking};
use super::key_list;

/// Instances that create tables take turns by this lock: `IF OBJECT_ID(…) IS NULL` alone lets two of them collide.
/// It answers whether it was given (0 or 1), and is no error when not.
const CREATION_LOCK: &str = "DECLARE @given int; EXEC @given = sp_getapplock @Resource = N'xmlshred tables', \
                             @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 60000; SELECT @given";

/// A connection for the log.
pub(crate) struct SqlServerJournal {
    driver: Box<dyn Driver>,
    schema: Arc<TargetSchema>,
    adopt_log: bool,
    binds_files: bool,
    /// What is said behind the log's name; none until the log is there.
    hint: Option<&'static str>,
}

impl SqlServerJournal {
    pub(crate) fn open(
        address: &SqlServerAddress,
        schema: &Arc<TargetSchema>,
        options: &OpenOptions,
    ) -> Result<Self, PortError> {
        let driver = connect(address, &options.application_name, Intent::ReadWrite, NoUnicode::Refused)?;
        let OpenOptions { adopt_log, binds_files, .. } = *options;
        Ok(Self { driver, schema: Arc::clone(schema), adopt_log, binds_files, hint: None })
    }

    /// Brings a log of an earlier version up. Who waited for the lock finds it done.
    fn upgrade(&mut self) -> Result<(), PortError> {
        let failed = |error| port_error("bringing the log up", error);
        let Self { driver, schema, adopt_log, binds_files: _, hint: _ } = self;
        let driver = &mut **driver;
        let [log, issues] = layouts(driver, schema)?;
        if log == Layout::Version1 && !*adopt_log {
            let mut old = OldRows {
                hashes: Vec::new(),
                has_target_tables: target_tables_there(driver, schema)?.contains(&true),
            };
            let sql = format!("SELECT DISTINCT coalesce(contract_hash, N'') FROM {}", qualified(schema, LOG));
            driver
                .query(&sql, &[], &mut |row| {
                    if let Some(OwnedValue::Text(hash)) = row.into_iter().next() {
                        old.hashes.push(hash);
                    }
                })
                .map_err(failed)?;
            old.check_owner(&schema.contract_name)?;
        }
        for (layout, table) in [(log, OldTable::Log), (issues, OldTable::Issue)] {
            if let Some(version) = layout.outdated() {
                for sql in log_upgrade::statements(&SQL_SERVER, schema, table, version) {
                    driver.batch(&sql).map_err(failed)?;
                }
            }
        }
        Ok(())
    }
}

impl SqlServerJournal {
    /// The log's name with what is said behind it where rows are looked up by their key.
    fn sought_log(&mut self) -> Result<String, PortError> {
        let log = qualified(&self.schema, LOG);
        let hint = match self.hint {
            Some(hint) => hint,
            None => {
                let key_sql = KeySql::of_log(self.schema.key_type);
                seeking(&mut *self.driver, &log, (&self.schema.key_column, key_sql))?
            }
        };
        self.hint = Some(hint);
        Ok(log + hint)
    }

    /// Rows of the log after this key.
    fn logged_keys(&mut self, after: Option<&DocumentKey>, limit: usize) -> Result<LoggedKeys, PortError> {
        let key = SQL_SERVER.quote(&self.schema.key_column);
        let key_sql = KeySql::of_log(self.schema.key_type);
        let behind = after.map_or_else(String::new, |_| format!(" AND {key} > {}", key_sql.parameter(2)));
        let sql = format!(
            "SELECT TOP ({limit}) {}, status FROM {} WHERE {CONTRACT_NAME} = @P1{behind} ORDER BY {key}",
            key_sql.read(&key),
            qualified(&self.schema, LOG)
        );
        let after = after.map(|after| key_sql.value(after));
        let mut parameters = vec![Value::Text(&self.schema.contract_name)];
        parameters.extend(after.as_ref().map(OwnedValue::as_value));
        let mut logged = Vec::new();
        let mut add = |row: Vec<OwnedValue>| {
            let mut cells = row.into_iter();
            if let (Some(key), Some(OwnedValue::Text(status))) = (cells.next(), cells.next()) {
                logged.extend(key_sql.key(&key).ok().map(|key| (key, status)));
            }
        };
        self.driver
            .query(&sql, &parameters, &mut add)
            .map_err(|error| port_error("reading the log", error))?;
        Ok(logged)
    }
}

impl Journal for SqlServerJournal {
    fn create_tables(&mut self) -> Result<(), PortError> {
        let failed = |error| port_error("creating tables", error);
        // Who has only the right to load must not need more when everything is there.
        if has_all_tables(&mut *self.driver, &self.schema)?
            && (!self.binds_files || has_file_table(&mut *self.driver, &self.schema)?)
        {
            return Ok(());
        }
        self.driver.begin().map_err(failed)?;
        let mut given = None;
        let asked = self.driver.query(CREATION_LOCK, &[], &mut |row| given = row.into_iter().next());
        asked.map_err(failed)?;
        if !matches!(given, Some(OwnedValue::Inline(Value::Int(0..)))) {
            self.driver.batch("ROLLBACK").map_err(failed)?;
            return Err(PortError::new(Fault::Busy, "creating tables: others have been at it for a minute"));
        }
        self.upgrade()?;
        for sql in ddl::statements(&SQL_SERVER, &self.schema, Existing::Keep) {
            self.driver.batch(&sql).map_err(failed)?;
        }
        self.driver.commit().map_err(failed)
    }

    fn processed(
        &mut self,
        keys: &[DocumentKey],
        versions: Option<&[Option<String>]>,
        failed: FailedDocuments,
    ) -> Result<Vec<DocumentKey>, PortError> {
        if !has_log(&mut *self.driver, &self.schema)? {
            return Ok(Vec::new());
        }
        let (log, key) = (self.sought_log()?, SQL_SERVER.quote(&self.schema.key_column));
        let key_sql = KeySql::of_log(self.schema.key_type);
        let done = done("status", failed);
        let wanted: Vec<_> = keys.iter().collect();
        let mut logged = Vec::new();
        for part in key_list::parts(key_sql, &wanted) {
            let sql = format!(
                "SELECT {}, {SOURCE_VERSION} FROM {log} WHERE {} AND {key} IN ({}){done}",
                key_sql.read(&key),
                part.of_contract(),
                part.placeholders()
            );
            self.driver
                .query(&sql, &part.parameters_with(&self.schema.contract_name), &mut |row| {
                    let mut cells = row.into_iter();
                    let Some(Ok(key)) = cells.next().map(|key| key_sql.key(&key)) else { return };
                    let version =
                        if let Some(OwnedValue::Text(text)) = cells.next() { Some(text) } else { None };
                    logged.push((key, version));
                })
                .map_err(|error| port_error("reading the log", error))?;
        }
        Ok(of_these_versions(keys, versions, logged))
    }

    fn logged(&mut self, selection: &Selection) -> Result<Logged, PortError> {
        if !has_log(&mut *self.driver, &self.schema)? {
            return Ok(Logged::default());
        }
        let (log, key) = (qualified(&self.schema, LOG), &self.schema.key_column);
        let key_type = self.schema.key_type;
        if key_type != KeyType::Integer && !is_whole(selection) {
            let mut page = |after: Option<&DocumentKey>, limit| self.logged_keys(after, limit);
            return count_logged_pages(key_type, selection, &mut page);
        }
        let sql = count_logged(&SQL_SERVER, &log, key, selection, "@P1")?;
        let mut logged = Logged::default();
        let read = self.driver.query(&sql, &[Value::Text(&self.schema.contract_name)], &mut |row| {
            if let [success, failed, skipped] = &row[..] {
                logged = Logged {
                    success_count: count_of(success),
                    failed_count: count_of(failed),
                    skipped_count: count_of(skipped),
                };
            }
        });
        read.map_err(|error| port_error("reading the log", error))?;
        Ok(logged)
    }

    fn tally(&mut self) -> Result<Vec<LogTally>, PortError> {
        if !has_log(&mut *self.driver, &self.schema)? {
            return Ok(Vec::new());
        }
        // Others may have written rows, too: apart from key and status nothing must be as we write it.
        let sql = format!(
            "SELECT coalesce(session_id, N''), CAST(coalesce(instance_id, 0) AS bigint), \
             CAST(coalesce(instance_count, 1) AS bigint), coalesce(contract_hash, N''), \
             CAST(sum(CASE WHEN status = '{SUCCESS}' THEN 1 ELSE 0 END) AS bigint), \
             CAST(sum(CASE WHEN status = '{FAILED}' THEN 1 ELSE 0 END) AS bigint), \
             CAST(sum(CASE WHEN status = '{SKIPPED}' THEN 1 ELSE 0 END) AS bigint), \
             min(processing_time), max(processing_time) FROM {} WHERE {CONTRACT_NAME} = @P1 \
             GROUP BY coalesce(session_id, N''), coalesce(instance_id, 0), coalesce(instance_count, 1), \
             coalesce(contract_hash, N'') ORDER BY min(processing_time)",
            qualified(&self.schema, LOG)
        );
        let mut tallies = Vec::new();
        let number = |cell: &OwnedValue| match cell.as_value() {
            Value::Int(number) => number,
            _ => 0,
        };
        let text = |cell: &OwnedValue| match cell {
            OwnedValue::Text(text) => text.clone(),
            _ => String::new(),
        };
        let time = |cell: &OwnedValue| match cell.as_value() {
            Value::Timestamp(micros) | Value::TimestampTz(micros) => micros,
            _ => 0,
        };
        self.driver
            .query(&sql, &[Value::Text(&self.schema.contract_name)], &mut |row| {
                let [session, index, count, contract, success, failed, skipped, first, last] = &row[..]
                else {
                    return;
                };
                let small = |cell| u32::try_from(number(cell)).unwrap_or(u32::MAX);
                tallies.push(LogTally {
                    session_id: text(session),
                    instance_id: small(index),
                    instance_count: small(count),
                    contract_hash: text(contract),
                    success_count: number(success).unsigned_abs(),
                    failed_count: number(failed).unsigned_abs(),
                    skipped_count: number(skipped).unsigned_abs(),
                    first: time(first),
                    last: time(last),
                });
            })
            .map_err(|error| port_error("reading the log", error))?;
        Ok(tallies)
    }

    fn contracts(&mut self) -> Result<Option<Vec<(String, u64)>>, PortError> {
        if !has_log(&mut *self.driver, &self.schema)? {
            return Ok(None);
        }
        let mut contracts = Vec::new();
        let sql = log_queries::contracts(&qualified(&self.schema, LOG));
        let asked = self.driver.query(&sql, &[], &mut |row| {
            if let [OwnedValue::Text(name), count] = &row[..] {
                contracts.push((name.clone(), count_of(count)));
            }
        });
        asked.map_err(|error| port_error("reading the log", error))?;
        Ok(Some(contracts))
    }

    fn causes(&mut self) -> Result<Vec<CauseTally>, PortError> {
        if !has_log(&mut *self.driver, &self.schema)? {
            return Ok(Vec::new());
        }
        let sql = log_queries::causes(&SQL_SERVER, &qualified(&self.schema, LOG), "@P1");
        let mut causes = Vec::new();
        let text = |cell: &OwnedValue| match cell {
            OwnedValue::Text(text) => Some(text.clone()),
            _ => None,
        };
        let asked = self.driver.query(&sql, &[Value::Text(&self.schema.contract_name)], &mut |row| {
            if let [code, table, column, count] = &row[..] {
                let (code, table, column) = (text(code), text(table), text(column));
                causes.push(CauseTally { code, table, column, count: count_of(count) });
            }
        });
        asked.map_err(|error| port_error("reading the log", error))?;
        Ok(causes)
    }

    fn entries(
        &mut self,
        which: Entries,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<LogEntry>, PortError> {
        if !has_log(&mut *self.driver, &self.schema)? {
            return Ok(Vec::new());
        }
        let key_sql = KeySql::of_log(self.schema.key_type);
        let behind = after.map(|_| key_sql.parameter(2));
        let part = EntryPart::Page { after: behind.as_deref(), limit };
        let after = after.map(|after| key_sql.value(after));
        let mut parameters = vec![Value::Text(&self.schema.contract_name)];
        parameters.extend(after.as_ref().map(OwnedValue::as_value));
        let log = qualified(&self.schema, LOG);
        read_entries(&mut *self.driver, &self.schema, (&log, "@P1"), which, part, &parameters)
    }

    fn entries_of(&mut self, which: Entries, keys: &[DocumentKey]) -> Result<Vec<LogEntry>, PortError> {
        if !has_log(&mut *self.driver, &self.schema)? {
            return Ok(Vec::new());
        }
        let log = self.sought_log()?;
        let keys: Vec<_> = keys.iter().collect();
        let mut entries = Vec::new();
        for part in key_list::parts(KeySql::of_log(self.schema.key_type), &keys) {
            let parameters = part.parameters_with(&self.schema.contract_name);
            let names = (&*log, &*part.contract());
            let keys = format!("IN ({})", part.placeholders());
            let keys = EntryPart::Keys(&keys);
            entries.extend(read_entries(&mut *self.driver, &self.schema, names, which, keys, &parameters)?);
        }
        Ok(entries)
    }

    fn issues(&mut self, session: Option<&str>) -> Result<Vec<IssueTally>, PortError> {
        if !has_log(&mut *self.driver, &self.schema)? {
            return Ok(Vec::new());
        }
        let sql = IssueQuery {
            dialect: &SQL_SERVER,
            issues: &qualified(&self.schema, ISSUE),
            log: &qualified(&self.schema, LOG),
            key: &SQL_SERVER.quote(&self.schema.key_column),
            contract: "@P1",
            session: session.map(|_| "@P2"),
        }
        .sql();
        let mut parameters = vec![Value::Text(&self.schema.contract_name)];
        parameters.extend(session.map(Value::Text));
        let mut tallies = Vec::new();
        let mut add = |row: Vec<OwnedValue>| {
            let mut row = row.into_iter();
            let [table, column, code] = [(); 3].map(|()| match row.next() {
                Some(OwnedValue::Text(text)) => text,
                _ => String::new(),
            });
            let [count, document_count] =
                [(); 2].map(|()| match row.next().as_ref().map(OwnedValue::as_value) {
                    Some(Value::Int(count)) => count.unsigned_abs(),
                    _ => 0,
                });
            tallies.push(IssueTally { table, column, code, count, document_count });
        };
        self.driver
            .query(&sql, &parameters, &mut add)
            .map_err(|error| port_error("reading the issues", error))?;
        Ok(tallies)
    }
}

/// Rows of the log, which has this name, of the contract in this parameter.
fn read_entries(
    driver: &mut dyn Driver,
    schema: &TargetSchema,
    (log, contract): (&str, &str),
    which: Entries,
    part: EntryPart<'_>,
    parameters: &[Value<'_>],
) -> Result<Vec<LogEntry>, PortError> {
    let key_sql = KeySql::of_log(schema.key_type);
    let key = SQL_SERVER.quote(&schema.key_column);
    let sql = EntryQuery {
        dialect: &SQL_SERVER,
        log,
        key: &key,
        key_read: &key_sql.read(&key),
        time: "processing_time",
        contract,
        which,
        part,
    }
    .sql();
    let mut entries = Vec::new();
    driver
        .query(&sql, parameters, &mut |row| entries.extend(entry(row, key_sql)))
        .map_err(|error| port_error("reading the log", error))?;
    Ok(entries)
}

fn count_of(cell: &OwnedValue) -> u64 {
    match cell.as_value() {
        Value::Int(count) => count.unsigned_abs(),
        _ => 0,
    }
}

/// A row of an [`EntryQuery`].
fn entry(row: Vec<OwnedValue>, key_sql: KeySql) -> Option<LogEntry> {
    let mut row = row.into_iter();
    let key = row.next()?;
    let key = key_sql.key(&key).ok().or(match key {
        OwnedValue::Text(text) => Some(DocumentKey::Text(text.into())),
        _ => None,
    })?;
    let text = |row: &mut std::vec::IntoIter<OwnedValue>| match row.next() {
        Some(OwnedValue::Text(text)) => Some(text),
        _ => None,
    };
    let status = text(&mut row).unwrap_or_default();
    let [failure_reason, failure_code, failure_table, failure_column] = [(); 4].map(|()| text(&mut row));
    let processed_at = match row.next()?.as_value() {
        Value::Timestamp(micros) | Value::TimestampTz(micros) => micros,
        _ => 0,
    };
    let session_id = text(&mut row).unwrap_or_default();
    let number =
        |row: &mut std::vec::IntoIter<OwnedValue>| match row.next().as_ref().map(OwnedValue::as_value) {
            Some(Value::Int(count)) => count,
            _ => 0,
        };
    let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let row_count = u64::try_from(number(&mut row)).unwrap_or(0);
    Some(LogEntry {
        key,
        status,
        failure_reason,
        failure_code,
        failure_table,
        failure_column,
        processed_at,
        session_id,
        row_count,
        contract_hash: text(&mut row).unwrap_or_default(),
        document_hash: text(&mut row).unwrap_or_default(),
        source_version: text(&mut row),
        instance_id: small(number(&mut row)),
        instance_count: small(number(&mut row)),
        duration_ms: u64::try_from(number(&mut row)).unwrap_or(0),
    })
}
