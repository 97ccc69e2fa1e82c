//! Rows and log into PostgreSQL.

use std::sync::Arc;

use postgres::Client;
use xmlshred_engine::ports::{Commit, FailedDocuments, PortError, RunIdentity, Sink};
use xmlshred_model::{Batch, Outcome, TargetSchema};

use crate::address::OpenOptions;
use crate::transfer::dropped::Dropped;
use crate::transfer::runs::runs;

use super::address::PostgresAddress;
use super::catalog::check_target;
use super::connect::{Purpose, connect};
use super::conversion::conversions;
use super::fault::{port_error, target_error};
use super::log::LogWriter;
use super::table_loader::TableLoader;

/// A writing connection to the target.
pub(crate) struct PostgresSink {
    client: Client,
    log: LogWriter,
    tables: Vec<TableLoader>,
    buffer: Vec<u8>,
}

impl PostgresSink {
    /// Connects, and sees whether the database has what will be loaded into.
    pub(crate) fn open(
        address: &PostgresAddress,
        schema: &Arc<TargetSchema>,
        options: &OpenOptions,
    ) -> Result<Self, PortError> {
        let mut client = connect(address, &options.application_name, Purpose::Write)?;
        let columns = check_target(&mut client, schema)?;
        let tables = conversions(schema, &columns)?
            .iter()
            .enumerate()
            .map(|(index, conversions)| TableLoader::new(schema, index, conversions))
            .collect();
        Ok(Self { client, log: LogWriter::new(schema), tables, buffer: Vec::new() })
    }
}

impl Sink for PostgresSink {
    fn commit(
        &mut self,
        batch: &Batch,
        identity: &RunIdentity,
        failed: FailedDocuments,
    ) -> Result<Commit, PortError> {
        loop {
            match self.try_commit(batch, identity, failed)? {
                Tried::Committed(commit) => return Ok(commit),
                // Once for each table in the life of a connection.
                Tried::Dropped { table } => self.tables[table].by_document = true,
            }
        }
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
        let Self { client, log, tables, buffer } = self;
        let mut transaction =
            client.transaction().map_err(|error| port_error("beginning a transaction", error))?;
        let (already_done, remaining) = log.insert(&mut transaction, batch, identity, failed)?;
        // A document that failed late still has its rows in the batch.
        let is_done = |key| already_done.iter().any(|done| done.key == key);
        let successful =
            runs(batch, |document| document.outcome == Outcome::Success && !is_done(document.key));
        let mut table_row_counts = Vec::with_capacity(tables.len());
        let mut dropped = Dropped::default();
        for (index, table) in tables.iter_mut().enumerate() {
            table_row_counts.push(if table.by_document {
                let notes = (&mut *buffer, &mut dropped);
                table.load_by_document(&mut transaction, batch, index, &successful, notes)?
            } else {
                let loaded = table.load(&mut transaction, batch, index, &successful, buffer)?;
                match &successful[..] {
                    _ if loaded.dropped_count == 0 => {}
                    [one] if one.len() == 1 => dropped.add(index, one.start, loaded.dropped_count),
                    _ => return Ok(Tried::Dropped { table: index }),
                }
                loaded.row_count
            });
        }
        log.take_off(&mut transaction, batch, &dropped)?;
        log.insert_issues(&mut transaction, batch, &remaining)?;
        transaction.commit().map_err(|error| target_error("committing", batch.schema(), error))?;
        let dropped_row_counts = dropped.table_row_counts(tables.len());
        Ok(Tried::Committed(Commit { already_done, table_row_counts, dropped_row_counts }))
    }
}
