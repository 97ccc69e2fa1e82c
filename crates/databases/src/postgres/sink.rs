//! Rows and log into PostgreSQL.

use std::sync::Arc;

use postgres::Client;
use xmlshred_engine::ports::{Commit, FailedDocuments, PortError, RunIdentity, Sink};
use xmlshred_model::{Batch, Outcome, TargetSchema};

use crate::address::OpenOptions;
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
        let Self { client, log, tables, buffer } = self;
        let mut transaction =
            client.transaction().map_err(|error| port_error("beginning a transaction", error))?;
        let (already_done, remaining) = log.insert(&mut transaction, batch, identity, failed)?;
        // A document that failed late still has its rows in the batch.
        let is_done = |key| already_done.iter().any(|done| done.key == key);
        let successful =
            runs(batch, |document| document.outcome == Outcome::Success && !is_done(document.key));
        let mut table_row_counts = Vec::with_capacity(tables.len());
        for (index, table) in tables.iter_mut().enumerate() {
            table_row_counts.push(table.load(&mut transaction, batch, index, &successful, buffer)?);
        }
        log.insert_issues(&mut transaction, batch, &remaining)?;
        transaction.commit().map_err(|error| target_error("committing", batch.schema(), error))?;
        Ok(Commit { already_done, table_row_counts })
    }
}
