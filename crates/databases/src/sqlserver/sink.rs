//! Rows and log into SQL Server.

use std::sync::Arc;

use xmlshred_engine::ports::{Commit, FailedDocuments, Fault, PortError, RunIdentity, Sink};
use xmlshred_model::{Batch, DocumentKey, Outcome, TargetSchema};

use crate::address::OpenOptions;
use crate::catalog::rights::{Needed, Right, Why};
use crate::transfer::dropped::Dropped;
use crate::transfer::runs::runs;
use xmlshred_model::log_table::{LOG, issue_table, log_table};

use super::address::{Intent, SqlServerAddress};
use super::catalog::{check_target, qualified};
use super::connect::connect;
use super::conversion::{Staging, ways};
use super::driver::{Driver, NoUnicode};
use super::fault::{port_error, target_error};
use super::key::{KeySql, seeking};
use super::log::LogWriter;
use super::rights;
use super::table_loader::TableLoader;

/// How often rows that may be there already are tried when they turn up at the very moment of inserting them.
const MAX_RACES: u32 = 3;

/// A writing connection to the target, opened again after every error: a failed bulk load leaves the driver's connection in a state
/// that nobody promises anything about.
pub(crate) struct SqlServerSink {
    address: SqlServerAddress,
    application_name: String,
    driver: Option<Box<dyn Driver>>,
    schema: Arc<TargetSchema>,
    log: LogWriter,
    tables: Vec<TableLoader>,
}

impl SqlServerSink {
    /// Connects, and sees whether the database has what will be loaded into.
    pub(crate) fn open(
        address: &SqlServerAddress,
        schema: &Arc<TargetSchema>,
        options: &OpenOptions,
    ) -> Result<Self, PortError> {
        let mut driver = connect(address, &options.application_name, Intent::ReadWrite, NoUnicode::Refused)?;
        let columns = check_target(&mut *driver, schema, options)?;
        let (log, issue) = (
            log_table(&schema.key_column, schema.key_type),
            issue_table(&schema.key_column, schema.key_type),
        );
        let tables = schema.tables.iter().map(|table| (table, Staging::Possible));
        let ways = ways(tables.chain([&log, &issue].map(|table| (table, Staging::Impossible))), &columns)?;
        let (ways, log_ways) = ways.split_at(schema.tables.len());
        let identities = schema.tables.iter().zip(ways).filter(|(_, way)| way.sets_identity);
        let needed = identities.map(|(table, _)| Needed {
            table: &table.name,
            right: Right::Alter,
            why: Why::EveryRun,
        });
        rights::check(&mut *driver, schema, &needed.collect::<Vec<_>>())?;
        let [log, issue] = log_ways else { unreachable!("there is a way into each table") };
        let key_sql = KeySql::of_log(schema.key_type);
        let hint = seeking(&mut *driver, &qualified(schema, LOG), (&schema.key_column, key_sql))?;
        let tables = ways.iter().enumerate();
        let tables = tables.map(|(index, way)| TableLoader::new(schema, index, way)).collect();
        Ok(Self {
            address: address.clone(),
            application_name: options.application_name.clone(),
            driver: Some(driver),
            schema: Arc::clone(schema),
            log: LogWriter::new(schema, log, issue, hint),
            tables,
        })
    }

    /// Everything up to the commit.
    fn load(
        &self,
        driver: &mut dyn Driver,
        batch: &Batch,
        identity: &RunIdentity,
        failed: FailedDocuments,
    ) -> Result<Tried, PortError> {
        driver.begin().map_err(|error| port_error("beginning a transaction", error))?;
        let (already_done, remaining) = self.log.insert(driver, batch, identity, failed)?;
        // A document that failed late still has its rows in the batch.
        let is_done = |key: &DocumentKey| already_done.iter().any(|done| done.key == *key);
        let successful =
            runs(batch, |document| document.outcome == Outcome::Success && !is_done(&document.key));
        let mut table_row_counts = Vec::with_capacity(self.tables.len());
        let mut dropped = Dropped::default();
        for (index, table) in self.tables.iter().enumerate() {
            table_row_counts.push(if table.by_document {
                table.load_by_document(driver, batch, index, &successful, &mut dropped)?
            } else {
                let loaded = table.load(driver, batch, index, &successful)?;
                match &successful[..] {
                    _ if loaded.dropped_count == 0 => {}
                    [one] if one.len() == 1 => dropped.add(index, one.start, loaded.dropped_count),
                    _ => return Ok(Tried::Dropped { table: index }),
                }
                loaded.row_count
            });
        }
        self.log.take_off(driver, batch, &dropped)?;
        self.log.insert_issues(driver, batch, &remaining)?;
        driver.commit().map_err(|error| target_error("committing", batch.schema(), error))?;
        let dropped_row_counts = dropped.table_row_counts(self.tables.len());
        Ok(Tried::Committed(Commit { already_done, table_row_counts, dropped_row_counts }))
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

impl Sink for SqlServerSink {
    fn commit(
        &mut self,
        batch: &Batch,
        identity: &RunIdentity,
        failed: FailedDocuments,
    ) -> Result<Commit, PortError> {
        let mut tries = 1;
        loop {
            let mut driver = match self.driver.take() {
                Some(driver) => driver,
                None => {
                    connect(&self.address, &self.application_name, Intent::ReadWrite, NoUnicode::Refused)?
                }
            };
            match self.load(&mut *driver, batch, identity, failed) {
                Ok(Tried::Committed(commit)) => {
                    self.driver = Some(driver);
                    return Ok(commit);
                }
                // Once for each table in the life of a sink.
                Ok(Tried::Dropped { table }) => self.tables[table].by_document = true,
                // The connection is dropped with its transaction, which the server then rolls back.
                Err(error) if tries < MAX_RACES && self.may_have_raced(batch.schema(), &error) => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn remove(&mut self, keys: &[DocumentKey]) -> Result<(), PortError> {
        let mut driver = match self.driver.take() {
            Some(driver) => driver,
            None => connect(&self.address, &self.application_name, Intent::ReadWrite, NoUnicode::Refused)?,
        };
        driver.begin().map_err(|error| port_error("beginning a transaction", error))?;
        self.log.remove(&mut *driver, &self.schema, keys)?;
        driver.commit().map_err(|error| target_error("committing", &self.schema, error))?;
        self.driver = Some(driver);
        Ok(())
    }
}

impl SqlServerSink {
    /// Whether another session may have inserted a row between our look for it and our insert: the next look will find it.
    fn may_have_raced(&self, schema: &TargetSchema, error: &PortError) -> bool {
        let Fault::UniqueViolation { table: Some(name) } = &error.fault else { return false };
        let mut tables = schema.tables.iter().zip(&self.tables);
        tables.any(|(table, loader)| table.name == *name && loader.may_exist)
    }
}
