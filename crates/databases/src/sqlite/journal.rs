//! The log of a SQLite file, read; and the tables, created.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use xmlshred_engine::ports::{FailedDocuments, Journal, LogTally, PortError};
use xmlshred_model::{DataType, DocumentKey, OwnedValue, TargetSchema, UtcMicros, Value, lexical};

use crate::address::OpenOptions;
use crate::sql::ddl::{self, Existing};
use crate::sql::dialect::SQLITE;
use crate::sql::statement;
use xmlshred_model::log_table::{FAILED, LOG, SUCCESS};

use super::catalog::names;
use super::connect::{open_for_reading, open_for_writing};
use super::fault::port_error;

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
            None => open_for_reading(&self.target)?,
        };
        let connection = self.reading.insert(connection);
        let has_log = names(connection, "table", None)?.iter().any(|name| name.eq_ignore_ascii_case(LOG));
        Ok(has_log.then_some(&*connection))
    }
}

impl Journal for SqliteJournal {
    fn create_tables(&mut self) -> Result<(), PortError> {
        let failed = |error| port_error("creating tables", error);
        let mut connection = open_for_writing(&self.target, &self.options)?;
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        for sql in ddl::statements(&SQLITE, &self.schema, Existing::Keep) {
            transaction.execute(&sql, []).map_err(failed)?;
        }
        transaction.commit().map_err(failed)
    }

    fn processed(
        &mut self,
        keys: &[DocumentKey],
        failed: FailedDocuments,
    ) -> Result<Vec<DocumentKey>, PortError> {
        let error = |error| port_error("reading the log", error);
        let sql = statement::select_log(&SQLITE, &self.schema);
        let Some(connection) = self.log()? else { return Ok(Vec::new()) };
        let mut find = connection.prepare_cached(&sql).map_err(error)?;
        let mut processed = Vec::new();
        for &key in keys {
            let status: Option<String> =
                find.query_row([key.0], |row| row.get(0)).optional().map_err(error)?;
            let counts = status.is_some_and(|status| failed == FailedDocuments::Leave || status == SUCCESS);
            processed.extend(counts.then_some(key));
        }
        Ok(processed)
    }

    fn tally(&mut self) -> Result<Vec<LogTally>, PortError> {
        let error = |error| port_error("reading the log", error);
        let Some(connection) = self.log()? else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT coalesce(session_id, ''), coalesce(instance_id, 0), coalesce(instance_count, 1), \
             coalesce(contract_hash, ''), count(*) FILTER (WHERE status = '{SUCCESS}'), \
             count(*) FILTER (WHERE status = '{FAILED}'), min({TIME}) || 'Z', max({TIME}) || 'Z' \
             FROM {LOG} GROUP BY 1, 2, 3, 4 ORDER BY min({TIME}), 1, 2"
        );
        let mut statement = connection.prepare(&sql).map_err(error)?;
        let tallies = statement
            .query_map([], |row| {
                Ok(LogTally {
                    session_id: row.get(0)?,
                    instance_id: row.get(1)?,
                    instance_count: row.get(2)?,
                    contract_hash: row.get(3)?,
                    success_count: row.get::<_, i64>(4)?.unsigned_abs(),
                    failed_count: row.get::<_, i64>(5)?.unsigned_abs(),
                    first: utc_micros(row.get(6)?),
                    last: utc_micros(row.get(7)?),
                })
            })
            .map_err(error)?;
        tallies.collect::<Result<_, _>>().map_err(error)
    }
}

/// A time that somebody else wrote in another form counts as the beginning of time: it is only shown.
fn utc_micros(text: Option<String>) -> UtcMicros {
    match text.map(|text| lexical::parse(&text, DataType::TimestampTz, &[]).map(|time| time.to_owned_value()))
    {
        Some(Ok(OwnedValue::Inline(Value::TimestampTz(micros)))) => micros,
        _ => 0,
    }
}
