//! `processing_file` in a SQLite file.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, TransactionBehavior, params};
use xmlshred_engine::ports::PortError;
use xmlshred_model::TargetSchema;
use xmlshred_model::log_table::{CONTRACT_NAME, FILE, LOG};

use crate::address::OpenOptions;
use crate::sql::dialect::SQLITE;
use crate::transfer::{Binding, FileNames, KnownFiles, name_hash, no_file_table};

use super::catalog::{layout, names};
use super::connect::{TARGET, open_for_reading, open_for_writing};
use super::fault::port_error;
use super::key::KeyParameter;

/// Opens a connection when it is needed.
#[derive(Debug)]
pub(crate) struct SqliteFileNames {
    target: PathBuf,
    schema: Arc<TargetSchema>,
    options: OpenOptions,
}

impl SqliteFileNames {
    pub(crate) fn new(target: PathBuf, schema: Arc<TargetSchema>, options: OpenOptions) -> Self {
        Self { target, schema, options }
    }
}

impl FileNames for SqliteFileNames {
    fn known(&mut self) -> Result<KnownFiles, PortError> {
        if !self.target.exists() {
            return Ok(KnownFiles::default());
        }
        known(&open_for_reading(&self.target, TARGET)?, &self.schema)
    }

    /// The file's own rights are seen when it is opened for writing.
    fn check_rights(&mut self) -> Result<(), PortError> {
        Ok(())
    }

    fn bind(
        &mut self,
        decide: &mut dyn FnMut(&KnownFiles) -> Result<Vec<Binding>, PortError>,
    ) -> Result<Vec<Binding>, PortError> {
        let failed = |error| port_error("binding names of files", error);
        let mut connection = open_for_writing(&self.target, &self.options)?;
        if !has_table(&connection)? {
            return Err(no_file_table());
        }
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let KnownFiles { mut bound, has_log_rows } = known(&transaction, &self.schema)?;
        let new = decide(&KnownFiles { bound: bound.clone(), has_log_rows })?;
        let (file, key) = (SQLITE.quote(FILE), SQLITE.quote(&self.schema.key_column));
        let sql = format!(
            "INSERT INTO {file} ({key}, {CONTRACT_NAME}, file_name, file_name_hash) VALUES (?1, ?2, ?3, ?4)"
        );
        for Binding { key, name } in &new {
            let row = params![KeyParameter(key), self.schema.contract_name, name, name_hash(name)];
            transaction.prepare_cached(&sql).and_then(|mut insert| insert.execute(row)).map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
        bound.extend(new);
        Ok(bound)
    }
}

fn has_table(connection: &Connection) -> Result<bool, PortError> {
    Ok(!names(connection, "column", Some(FILE))?.is_empty())
}

fn known(connection: &Connection, schema: &TargetSchema) -> Result<KnownFiles, PortError> {
    let failed = |error| port_error("reading names of files", error);
    let contract_name = [&schema.contract_name];
    let mut known = KnownFiles::default();
    if has_table(connection)? {
        let (file, key) = (SQLITE.quote(FILE), SQLITE.quote(&schema.key_column));
        let sql = format!("SELECT CAST({key} AS TEXT), file_name FROM {file} WHERE {CONTRACT_NAME} = ?1");
        let mut read = connection.prepare(&sql).map_err(failed)?;
        let mut rows = read.query(contract_name).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let (key, name): (String, String) =
                row.get(0).and_then(|key| Ok((key, row.get(1)?))).map_err(failed)?;
            known.bound.push(Binding::read(schema.key_type, &key, name)?);
        }
    }
    if layout(connection, LOG)?.is_there()? {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {} WHERE {CONTRACT_NAME} = ?1)", SQLITE.quote(LOG));
        known.has_log_rows = connection.query_row(&sql, contract_name, |row| row.get(0)).map_err(failed)?;
    }
    Ok(known)
}
