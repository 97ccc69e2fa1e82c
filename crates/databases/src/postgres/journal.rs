//! The log of PostgreSQL, read; and the tables, created.

use std::sync::Arc;

use postgres::types::ToSql;
use postgres::{Client, Row, Transaction};
use xmlshred_engine::ports::{
    CauseTally, Entries, FailedDocuments, IssueTally, Journal, LogEntry, LogTally, Logged, PortError,
    Selection,
};
use xmlshred_model::{DocumentKey, KeyType, TargetSchema};

use crate::address::OpenOptions;
use crate::catalog::log_layout::{Layout, OldRows};
use crate::sql::ddl::{self, Existing};
use crate::sql::dialect::POSTGRES;
use crate::sql::entries::{EntryPart, EntryQuery};
use crate::sql::issues::IssueQuery;
use crate::sql::log_queries;
use crate::sql::log_upgrade::{self, OldTable};
use crate::sql::paging::{LoggedKeys, count_logged, count_logged_pages, done, is_whole, of_these_versions};
use xmlshred_model::log_table::{CONTRACT_NAME, FAILED, ISSUE, LOG, SKIPPED, SOURCE_VERSION, SUCCESS};

use super::address::PostgresAddress;
use super::catalog::{has_all_tables, has_log, has_schema, layouts, qualified, target_tables_there};
use super::connect::{Purpose, connect};
use super::fault::port_error;
use super::file_names::has_file_table;
use super::key::KeySql;
use super::rights;

/// Instances that create tables take turns by this advisory lock: `IF NOT EXISTS` alone lets two of them collide. Chosen at random.
const CREATION_LOCK: i64 = 0x786d_6c73_6872_6564;

/// A connection for the log.
pub(crate) struct PostgresJournal {
    client: Client,
    schema: Arc<TargetSchema>,
    adopt_log: bool,
    binds_files: bool,
}

impl PostgresJournal {
    pub(crate) fn open(
        address: &PostgresAddress,
        schema: &Arc<TargetSchema>,
        options: &OpenOptions,
    ) -> Result<Self, PortError> {
        let client = connect(address, &options.application_name, Purpose::Write)?;
        let OpenOptions { adopt_log, binds_files, .. } = *options;
        Ok(Self { client, schema: Arc::clone(schema), adopt_log, binds_files })
    }
}

impl PostgresJournal {
    /// Rows of the log after this key.
    fn logged_keys(&mut self, after: Option<&DocumentKey>, limit: usize) -> Result<LoggedKeys, PortError> {
        let key = POSTGRES.quote(&self.schema.key_column);
        let key_sql = KeySql::of_log(self.schema.key_type);
        let behind = after.map_or_else(String::new, |_| format!(" AND {key} > {}", key_sql.one(2)));
        let sql = format!(
            "SELECT {}, status::text FROM {} WHERE {CONTRACT_NAME} = $1{behind} ORDER BY {key} LIMIT {limit}",
            key_sql.read(&key),
            qualified(&self.schema, LOG)
        );
        let after = after.map(DocumentKey::spelled);
        let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![&self.schema.contract_name];
        parameters.extend(after.as_ref().map(|after| after as &(dyn ToSql + Sync)));
        let rows =
            self.client.query(&sql, &parameters).map_err(|error| port_error("reading the log", error))?;
        Ok(rows.iter().map(|row| (key_sql.logged(row, 0), row.get(1))).collect())
    }

    /// Rows of the log; the keys of the part are the second parameter.
    fn read_entries(
        &mut self,
        which: Entries,
        part: EntryPart<'_>,
        keys: Option<&(dyn ToSql + Sync)>,
    ) -> Result<Vec<LogEntry>, PortError> {
        if !has_log(&mut self.client, &self.schema)? {
            return Ok(Vec::new());
        }
        let key_sql = KeySql::of_log(self.schema.key_type);
        let key = POSTGRES.quote(&self.schema.key_column);
        let sql = EntryQuery {
            dialect: &POSTGRES,
            log: &qualified(&self.schema, LOG),
            key: &key,
            key_read: &key_sql.read(&key),
            time: "(extract(epoch FROM processing_time) * 1000000)::bigint",
            contract: "$1",
            which,
            part,
        }
        .sql();
        let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![&self.schema.contract_name];
        parameters.extend(keys);
        let rows =
            self.client.query(&sql, &parameters).map_err(|error| port_error("reading the log", error))?;
        Ok(rows.iter().map(|row| entry(row, key_sql)).collect())
    }
}

impl Journal for PostgresJournal {
    fn create_tables(&mut self) -> Result<(), PortError> {
        let failed = |error| port_error("creating tables", error);
        // Even `IF NOT EXISTS` takes the right to create: who has only the right to load must not need it.
        let Self { client, schema, adopt_log, binds_files } = self;
        if has_all_tables(client, schema)? && (!*binds_files || has_file_table(client, schema)?) {
            return Ok(());
        }
        let mut transaction = client.transaction().map_err(failed)?;
        transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&CREATION_LOCK]).map_err(failed)?;
        upgrade(&mut transaction, schema, *adopt_log)?;
        // Even of a schema that is there, the statement asks for the right to make schemas.
        let is_there = has_schema(&mut transaction, schema)?;
        rights::check_creation(&mut transaction, schema, is_there)?;
        let left_out = ddl::create_schema(&POSTGRES, schema).filter(|_| is_there);
        let statements = ddl::statements(&POSTGRES, schema, Existing::Keep).into_iter();
        for sql in statements.filter(|sql| left_out.as_ref() != Some(sql)) {
            transaction.batch_execute(&sql).map_err(failed)?;
        }
        transaction.commit().map_err(failed)
    }

    fn processed(
        &mut self,
        keys: &[DocumentKey],
        versions: Option<&[Option<String>]>,
        failed: FailedDocuments,
    ) -> Result<Vec<DocumentKey>, PortError> {
        if !has_log(&mut self.client, &self.schema)? {
            return Ok(Vec::new());
        }
        let key = POSTGRES.quote(&self.schema.key_column);
        let done = done("status", failed);
        let key_sql = KeySql::of_log(self.schema.key_type);
        let sql = format!(
            "SELECT {}, {SOURCE_VERSION} FROM {} WHERE {CONTRACT_NAME} = $2 AND {key} = ANY ({}){done}",
            key_sql.read(&key),
            qualified(&self.schema, LOG),
            key_sql.many(1)
        );
        let rows = self
            .client
            .query(&sql, &[key_sql.list(keys).as_sql(), &self.schema.contract_name])
            .map_err(|error| port_error("reading the log", error))?;
        let logged = rows.iter().map(|row| (key_sql.logged(row, 0), row.get(1)));
        Ok(of_these_versions(keys, versions, logged))
    }

    fn logged(&mut self, selection: &Selection) -> Result<Logged, PortError> {
        if !has_log(&mut self.client, &self.schema)? {
            return Ok(Logged::default());
        }
        let (log, key) = (qualified(&self.schema, LOG), &self.schema.key_column);
        let key_type = self.schema.key_type;
        if key_type != KeyType::Integer && !is_whole(selection) {
            let mut page = |after: Option<&DocumentKey>, limit| self.logged_keys(after, limit);
            return count_logged_pages(key_type, selection, &mut page);
        }
        let sql = count_logged(&POSTGRES, &log, key, selection, "$1")?;
        let row = self.client.query_one(&sql, &[&self.schema.contract_name]);
        let row = row.map_err(|error| port_error("reading the log", error))?;
        let count = |at| row.get::<_, i64>(at).unsigned_abs();
        Ok(Logged { success_count: count(0), failed_count: count(1), skipped_count: count(2) })
    }

    fn tally(&mut self) -> Result<Vec<LogTally>, PortError> {
        if !has_log(&mut self.client, &self.schema)? {
            return Ok(Vec::new());
        }
        // Others may have written rows, too: apart from key and status nothing must be as we write it.
        let sql = format!(
            "SELECT coalesce(session_id, ''), coalesce(instance_id, 0)::bigint, coalesce(instance_count, 1)::bigint, \
             coalesce(contract_hash, ''), count(*) FILTER (WHERE status = '{SUCCESS}'), \
             count(*) FILTER (WHERE status = '{FAILED}'), count(*) FILTER (WHERE status = '{SKIPPED}'), \
             coalesce((extract(epoch FROM min(processing_time)) * 1000000)::bigint, 0), \
             coalesce((extract(epoch FROM max(processing_time)) * 1000000)::bigint, 0) \
             FROM {} WHERE {CONTRACT_NAME} = $1 GROUP BY 1, 2, 3, 4 ORDER BY min(processing_time), 1, 2",
            qualified(&self.schema, LOG)
        );
        let rows = self
            .client
            .query(&sql, &[&self.schema.contract_name])
            .map_err(|error| port_error("reading the log", error))?;
        let number = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(rows
            .iter()
            .map(|row| LogTally {
                session_id: row.get(0),
                instance_id: number(row.get(1)),
                instance_count: number(row.get(2)),
                contract_hash: row.get(3),
                success_count: row.get::<_, i64>(4).unsigned_abs(),
                failed_count: row.get::<_, i64>(5).unsigned_abs(),
                skipped_count: row.get::<_, i64>(6).unsigned_abs(),
                first: row.get(7),
                last: row.get(8),
            })
            .collect())
    }

    fn contracts(&mut self) -> Result<Option<Vec<(String, u64)>>, PortError> {
        if !has_log(&mut self.client, &self.schema)? {
            return Ok(None);
        }
        let rows = self.client.query(&log_queries::contracts(&qualified(&self.schema, LOG)), &[]);
        let rows = rows.map_err(|error| port_error("reading the log", error))?;
        let counted = |row: &Row| (row.get(0), row.get::<_, i64>(1).unsigned_abs());
        Ok(Some(rows.iter().map(counted).collect()))
    }

    fn causes(&mut self) -> Result<Vec<CauseTally>, PortError> {
        if !has_log(&mut self.client, &self.schema)? {
            return Ok(Vec::new());
        }
        let sql = log_queries::causes(&POSTGRES, &qualified(&self.schema, LOG), "$1");
        let rows = self.client.query(&sql, &[&self.schema.contract_name]);
        let rows = rows.map_err(|error| port_error("reading the log", error))?;
        let cause = |row: &Row| CauseTally {
            code: row.get(0),
            table: row.get(1),
            column: row.get(2),
            count: row.get::<_, i64>(3).unsigned_abs(),
        };
        Ok(rows.iter().map(cause).collect())
    }

    fn entries(
        &mut self,
        which: Entries,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<LogEntry>, PortError> {
        let (number, text) = match after {
            Some(DocumentKey::Int(number)) => (Some(*number), None),
            after => (None, after.map(DocumentKey::spelled)),
        };
        let number = number.as_ref().map(|number| number as &(dyn ToSql + Sync));
        let text = text.as_ref().map(|text| text as &(dyn ToSql + Sync));
        let behind = after.map(|_| KeySql::of_log(self.schema.key_type).one(2));
        self.read_entries(which, EntryPart::Page { after: behind.as_deref(), limit }, number.or(text))
    }

    fn entries_of(&mut self, which: Entries, keys: &[DocumentKey]) -> Result<Vec<LogEntry>, PortError> {
        let key_sql = KeySql::of_log(self.schema.key_type);
        let condition = format!("= ANY ({})", key_sql.many(2));
        self.read_entries(which, EntryPart::Keys(&condition), Some(key_sql.list(keys).as_sql()))
    }

    fn issues(&mut self, session: Option<&str>) -> Result<Vec<IssueTally>, PortError> {
        if !has_log(&mut self.client, &self.schema)? {
            return Ok(Vec::new());
        }
        let sql = IssueQuery {
            dialect: &POSTGRES,
            issues: &qualified(&self.schema, ISSUE),
            log: &qualified(&self.schema, LOG),
            key: &POSTGRES.quote(&self.schema.key_column),
            contract: "$1",
            session: session.map(|_| "$2"),
        }
        .sql();
        let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![&self.schema.contract_name];
        parameters.extend(session.as_ref().map(|session| session as &(dyn ToSql + Sync)));
        let rows =
            self.client.query(&sql, &parameters).map_err(|error| port_error("reading the issues", error))?;
        let tally = |row: &Row| IssueTally {
            table: row.get(0),
            column: row.get(1),
            code: row.get(2),
            count: row.get::<_, i64>(3).unsigned_abs(),
            document_count: row.get::<_, i64>(4).unsigned_abs(),
        };
        Ok(rows.iter().map(tally).collect())
    }
}

/// A row of an [`EntryQuery`].
fn entry(row: &Row, key_sql: KeySql) -> LogEntry {
    let text = |at| row.get::<_, Option<String>>(at).unwrap_or_default();
    let number = |at| row.get::<_, Option<i64>>(at).unwrap_or(0);
    let small = |at| u32::try_from(number(at)).unwrap_or(u32::MAX);
    LogEntry {
        key: key_sql.logged(row, 0),
        status: text(1),
        failure_reason: row.get(2),
        failure_code: row.get(3),
        failure_table: row.get(4),
        failure_column: row.get(5),
        processed_at: number(6),
        session_id: text(7),
        row_count: u64::try_from(number(8)).unwrap_or(0),
        contract_hash: text(9),
        document_hash: text(10),
        source_version: row.get(11),
        instance_id: small(12),
        instance_count: small(13),
        duration_ms: u64::try_from(number(14)).unwrap_or(0),
    }
}

/// Brings a log of an earlier version up. Who waited for the lock finds it done.
fn upgrade(
    transaction: &mut Transaction<'_>,
    schema: &TargetSchema,
    adopt_log: bool,
) -> Result<(), PortError> {
    let failed = |error| port_error("bringing the log up", error);
    let [log, issues] = layouts(transaction, schema)?;
    if log == Layout::Version1 && !adopt_log {
        let sql =
            format!("SELECT DISTINCT coalesce(contract_hash, '') FROM {} ORDER BY 1", qualified(schema, LOG));
        let rows = transaction.query(&sql, &[]).map_err(failed)?;
        let old = OldRows {
            hashes: rows.iter().map(|row| row.get(0)).collect(),
            has_target_tables: target_tables_there(transaction, schema)?.contains(&true),
        };
        old.check_owner(&schema.contract_name)?;
    }
    for (layout, table) in [(log, OldTable::Log), (issues, OldTable::Issue)] {
        if let Some(version) = layout.outdated() {
            for sql in log_upgrade::statements(&POSTGRES, schema, table, version) {
                transaction.batch_execute(&sql).map_err(failed)?;
            }
        }
    }
    Ok(())
}
