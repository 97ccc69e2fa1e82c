//! What a sink says to a SQLite file.

use rusqlite::{Connection, Transaction, params};
use xmlshred_engine::ports::PortError;
use xmlshred_model::{DocumentKey, TargetSchema};

use crate::sql::dialect::SQLITE;
use crate::sql::replacing::delete_rows;
use crate::sql::statement;

use super::fault::port_error;
use super::inserter::replaces_by_itself;
use super::key::KeyParameter;
use super::rows::theirs;
use super::statement_time::StatementTime;

/// Every statement, as text.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) rows: Vec<String>,
    /// Whether a row that was not inserted is there; none where it must be.
    pub(super) found: Vec<Option<String>>,
    pub(super) log: String,
    pub(super) issue: String,
    pub(super) find: String,
    delete_log: String,
    delete_issues: String,
    /// For documents that others take the place of.
    delete_rows: Vec<String>,
}

impl Statements {
    pub(super) fn new(connection: &Connection, schema: &TargetSchema) -> Self {
        Self {
            rows: (0..schema.tables.len()).map(|table| insert_row(connection, schema, table)).collect(),
            found: schema.tables.iter().map(|table| statement::find_row(&SQLITE, schema, table)).collect(),
            log: statement::insert_log(&SQLITE, schema),
            issue: statement::insert_issue(&SQLITE, schema),
            find: statement::select_log(&SQLITE, schema),
            delete_log: statement::delete_log(&SQLITE, schema),
            delete_issues: statement::delete_issues(&SQLITE, schema),
            delete_rows: delete_rows(&SQLITE, schema, &|column, _| theirs(schema, column)),
        }
    }

    /// Removes the rows of a document.
    pub(super) fn remove_rows(
        &self,
        transaction: &Transaction<'_>,
        time: &StatementTime,
        key: &DocumentKey,
    ) -> Result<(), PortError> {
        let error =
            |error| port_error("removing the rows of the document of before", error).about(Some(key.clone()));
        for sql in &self.delete_rows {
            time.begin();
            let mut statement = transaction.prepare_cached(sql).map_err(error)?;
            statement.execute([KeyParameter(key)]).map_err(error)?;
        }
        Ok(())
    }

    /// Removes its log row and its issues.
    pub(super) fn remove_entry(
        &self,
        transaction: &Transaction<'_>,
        key: &DocumentKey,
        contract_name: &str,
    ) -> Result<(), PortError> {
        let error = |error| port_error("replacing a log entry", error);
        for sql in [&self.delete_issues, &self.delete_log] {
            let mut statement = transaction.prepare_cached(sql).map_err(error)?;
            statement.execute(params![KeyParameter(key), contract_name]).map_err(error)?;
        }
        Ok(())
    }
}

/// The statement that inserts a row. A table that by its own definition lets a row take the place of another (`ON CONFLICT REPLACE`) refuses
/// it: what becomes of a row that is there is the contract's to say.
fn insert_row(connection: &Connection, schema: &TargetSchema, table: usize) -> String {
    let sql = statement::insert_row(&SQLITE, schema, table);
    match replaces_by_itself(connection, &schema.tables[table].name) {
        true => sql.replacen("INSERT INTO", "INSERT OR ABORT INTO", 1),
        false => sql,
    }
}
