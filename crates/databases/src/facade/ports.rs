//! From addresses to ports: any source with any target.

use std::ops::ControlFlow;
use std::sync::Arc;

use xmlshred_engine::ports::{Fault, Fetched, Journal, PortError, Ports, Sink, Source};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DocumentKey, TargetSchema};

use crate::address::OpenOptions;
use crate::files::FilesSource;
use crate::postgres::{PostgresJournal, PostgresSink, PostgresSource};
use crate::sqlite::{SqliteJournal, SqliteSink, SqliteSource};
use crate::sqlserver::{SqlServerJournal, SqlServerSink, SqlServerSource};

use super::url::DatabaseUrl;

/// Where documents come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceAddress {
    /// The contract's source table in this database.
    Database(DatabaseUrl),
    /// The files that match this pattern.
    Files(String),
}

/// Loaders that a server takes at the same time with profit: beyond a few, one core of the server each, they wait for each other.
const MAX_SERVER_LOADERS: usize = 4;

/// Ports for a run.
///
/// # Errors
/// When the files of the source cannot be listed. Databases are reached later, by the ports.
pub fn open(
    source: &SourceAddress,
    target: &DatabaseUrl,
    spec: &SourceSpec,
    schema: &Arc<TargetSchema>,
    options: OpenOptions,
) -> Result<Box<dyn Ports>, PortError> {
    let from = match source {
        SourceAddress::Database(url) => From::Table(url.clone(), spec.clone()),
        SourceAddress::Files(pattern) => From::Files(FilesSource::list(pattern)?),
    };
    Ok(Box::new(DatabasePorts { from, target: target.clone(), schema: Arc::clone(schema), options }))
}

/// Where the documents of a run come from.
#[derive(Debug)]
enum From {
    Table(DatabaseUrl, SourceSpec),
    Files(FilesSource),
}

/// Ports of a run.
#[derive(Debug)]
struct DatabasePorts {
    from: From,
    target: DatabaseUrl,
    schema: Arc<TargetSchema>,
    options: OpenOptions,
}

impl Ports for DatabasePorts {
    fn source(&self) -> Result<Box<dyn Source>, PortError> {
        match &self.from {
            From::Table(url, spec) => {
                let log = url.is_same_database(&self.target).then_some(&self.schema);
                open_table(url, spec, log, &self.options)
            }
            From::Files(files) => Ok(Box::new(files.clone())),
        }
    }

    fn sink(&self) -> Result<Box<dyn Sink>, PortError> {
        let Self { from: _, target, schema, options } = self;
        Ok(match target {
            DatabaseUrl::Sqlite(file) => Box::new(SqliteSink::open(file, schema, options)?),
            DatabaseUrl::Postgres(address) => Box::new(PostgresSink::open(address, schema, options)?),
            DatabaseUrl::SqlServer(address) => Box::new(SqlServerSink::open(address, schema, options)?),
        })
    }

    fn journal(&self) -> Result<Box<dyn Journal>, PortError> {
        let Self { from: _, target, schema, options } = self;
        Ok(match target {
            DatabaseUrl::Sqlite(file) => {
                Box::new(SqliteJournal::new(file.clone(), Arc::clone(schema), options.clone()))
            }
            DatabaseUrl::Postgres(address) => Box::new(PostgresJournal::open(address, schema, options)?),
            DatabaseUrl::SqlServer(address) => Box::new(SqlServerJournal::open(address, schema, options)?),
        })
    }

    fn max_loaders(&self) -> usize {
        match self.target {
            DatabaseUrl::Sqlite(_) => 1,
            DatabaseUrl::Postgres(_) | DatabaseUrl::SqlServer(_) => MAX_SERVER_LOADERS,
        }
    }
}

/// The source table of a database; `log` is given when the log is in the same database.
fn open_table(
    url: &DatabaseUrl,
    spec: &SourceSpec,
    log: Option<&Arc<TargetSchema>>,
    options: &OpenOptions,
) -> Result<Box<dyn Source>, PortError> {
    Ok(match url {
        DatabaseUrl::Sqlite(file) => Box::new(SqliteSource::open(file, spec, log)?),
        DatabaseUrl::Postgres(address) => Box::new(PostgresSource::open(address, spec, log, options)?),
        DatabaseUrl::SqlServer(address) => Box::new(SqlServerSource::open(address, spec, log, options)?),
    })
}

/// The source alone, without a log.
///
/// # Errors
/// When it cannot be reached, or lacks what the contract names.
pub fn open_source(source: &SourceAddress, spec: &SourceSpec) -> Result<Box<dyn Source>, PortError> {
    match source {
        SourceAddress::Database(url) => open_table(url, spec, None, &OpenOptions::default()),
        SourceAddress::Files(pattern) => Ok(Box::new(FilesSource::list(pattern)?)),
    }
}

/// One document of the source.
///
/// # Errors
/// Any fault, and when there is no such document.
pub fn read_document(
    source: &mut dyn Source,
    key: DocumentKey,
    max_bytes: u64,
) -> Result<Fetched, PortError> {
    let mut found = None;
    source.fetch(&[key], max_bytes, &mut |_, fetched| {
        found = Some(fetched);
        ControlFlow::Break(())
    })?;
    found.ok_or_else(|| {
        PortError::new(Fault::Other, format!("the source has no document with key {key}"))
            .with_hint("list the keys of the source table to see which there are")
    })
}
