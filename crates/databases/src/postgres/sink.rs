//! Rows and log into PostgreSQL.

use std::sync::Arc;

use postgres::Client;
use xmlshred_engine::ports::{Commit, FailedDocuments, Fault, PortError, RunIdentity, Sink};
use xmlshred_model::{Batch, DocumentKey, Outcome, TargetSchema};

use crate::address::OpenOptions;
use crate::transfer::dropped::Dropped;
use crate::transfer::runs::runs;

use super::address::PostgresAddress;
use super::catalog::{Column, check_target, ways_in};
use super::connect::{Purpose, connect};
use super::conversion::{Conversion, conversions};
use super::fault::{port_error, target_error};
use super::log::LogWriter;
use super::preflight;
use super::rejected_column::rejected_column;
use super::session::SessionSettings;
use super::table_loader::TableLoader;

/// A writing connection to the target.
pub(crate) struct PostgresSink {
    address: PostgresAddress,
    schema: Arc<TargetSchema>,
    options: OpenOptions,
    client: Client,
    settings: SessionSettings,
    log: LogWriter,
    tables: Vec<TableLoader>,
    target: Target,
    buffer: Vec<u8>,
}

/// What is known of the target's columns, table by table.
struct Target {
    columns: Vec<Vec<Column>>,
    conversions: Vec<Vec<Conversion>>,
}

impl Target {
    /// The error with the column that refused a value of the only document of this batch, where the server does not say it.
    fn with_column(&self, client: &mut Client, batch: &Batch, index: usize, error: PortError) -> PortError {
        if !matches!(error.fault, Fault::ValueRejected { column: None, .. }) || batch.documents().len() > 1 {
            return error;
        }
        let column = rejected_column(client, batch, index, &self.conversions[index], &self.columns[index]);
        PortError { fault: error.fault.of_column(column.as_deref()), ..error }
    }
}

impl PostgresSink {
    /// Connects, and sees whether the database has what will be loaded into.
    pub(crate) fn open(
        address: &PostgresAddress,
        schema: &Arc<TargetSchema>,
        options: &OpenOptions,
    ) -> Result<Self, PortError> {
        let mut client = connect(address, &options.application_name, Purpose::Write)?;
        let columns = check_target(&mut client, schema, options)?;
        let ways_in = ways_in(&mut client, schema)?;
        let conversions = conversions(schema, &columns)?;
        let tables = conversions.iter().zip(ways_in).enumerate();
        let tables: Vec<_> = tables
            .map(|(at, (conversions, way_in))| TableLoader::new(schema, at, conversions, way_in))
            .collect();
        preflight::check(&mut client, schema, &tables)?;
        let settings = SessionSettings::of(&mut client)?;
        Ok(Self {
            address: address.clone(),
            schema: Arc::clone(schema),
            options: options.clone(),
            client,
            settings,
            log: LogWriter::new(schema),
            tables,
            target: Target { columns, conversions },
            buffer: Vec::new(),
        })
    }
}

impl Sink for PostgresSink {
    fn commit(
        &mut self,
        batch: &Batch,
        identity: &RunIdentity,
        failed: FailedDocuments,
    ) -> Result<Commit, PortError> {
        if self.tables.iter().any(TableLoader::is_out_of_step) {
            *self = Self::open(&self.address, &self.schema, &self.options)?;
        }
        loop {
            match self.try_commit(batch, identity, failed)? {
                Tried::Committed(commit) => return Ok(commit),
                // Once for each table in the life of a connection.
                Tried::Dropped { table } => self.tables[table].by_document = true,
            }
        }
    }

    fn remove(&mut self, keys: &[DocumentKey]) -> Result<(), PortError> {
        let Self { client, schema, log, .. } = self;
        let mut transaction =
            client.transaction().map_err(|error| port_error("beginning a transaction", error))?;
        log.remove(&mut transaction, keys, &schema.contract_name)?;
        transaction.commit().map_err(|error| target_error("committing", schema, error))
    }
}

/// What came of a transaction.
enum Tried {
    Committed(Commit),
    /// The target dropped rows of this table, and nobody knows whose. Nothing is committed.
    Dropped {
        table: usize,
    },
}

impl PostgresSink {
    fn try_commit(
        &mut self,
        batch: &Batch,
        identity: &RunIdentity,
        failed: FailedDocuments,
    ) -> Result<Tried, PortError> {
        let Self { address: _, schema: _, options: _, client, settings, log, tables, target, buffer } = self;
        let mut transaction =
            client.transaction().map_err(|error| port_error("beginning a transaction", error))?;
        let (already_done, remaining) = log.insert(&mut transaction, batch, identity, failed)?;
        // A document that failed late still has its rows in the batch.
        let is_done = |key: &DocumentKey| already_done.iter().any(|done| done.key == *key);
        let successful =
            runs(batch, |document| document.outcome == Outcome::Success && !is_done(&document.key));
        let mut table_row_counts = Vec::with_capacity(tables.len());
        let mut dropped = Dropped::default();
        let is_alone = batch.documents().len() == 1;
        for (index, table) in tables.iter_mut().enumerate() {
            let notes = (&mut *buffer, &mut dropped);
            let loaded = match table.by_document {
                true => table.load_by_document(&mut transaction, batch, index, &successful, notes),
                false => table.load(&mut transaction, batch, index, &successful, notes.0),
            };
            let loaded = match loaded {
                Ok(loaded) => loaded,
                Err(error) => {
                    drop(transaction);
                    return Err(target.with_column(client, batch, index, error));
                }
            };
            if is_alone && loaded.row_count > 0 {
                settings.check(&mut transaction, is_alone)?;
            }
            match &successful[..] {
                _ if loaded.dropped_count == 0 => {}
                [one] if one.len() == 1 => dropped.add(index, one.start, loaded.dropped_count),
                _ => return Ok(Tried::Dropped { table: index }),
            }
            table_row_counts.push(loaded.row_count);
        }
        log.take_off(&mut transaction, batch, &dropped)?;
        log.insert_issues(&mut transaction, batch, &remaining)?;
        settings.check(&mut transaction, is_alone)?;
        transaction.commit().map_err(|error| target_error("committing", batch.schema(), error))?;
        let dropped_row_counts = dropped.table_row_counts(tables.len());
        Ok(Tried::Committed(Commit { already_done, table_row_counts, dropped_row_counts }))
    }
}
