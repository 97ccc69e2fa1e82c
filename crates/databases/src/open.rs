//! From addresses to ports.

use std::ops::ControlFlow;
use std::sync::Arc;

use xmlshred_engine::ports::{Fault, Fetched, PortError, Ports, Source};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DocumentKey, TargetSchema};

use crate::address::DatabaseUrl;
use crate::files::FilesSource;
use crate::sqlite::{From, SqlitePorts, SqliteSource};

/// Where documents come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceAddress {
    /// The contract's source table in this database.
    Database(DatabaseUrl),
    /// The files that match this pattern.
    Files(String),
}

/// How the target is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// Whether a missing target file may be made. Tables are made by `Journal::create_tables` only.
    pub create: bool,
}

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
    let DatabaseUrl::Sqlite(target) = target;
    let from = match source {
        SourceAddress::Database(DatabaseUrl::Sqlite(file)) => From::Table(file.clone(), spec.clone()),
        SourceAddress::Files(pattern) => From::Files(FilesSource::list(pattern)?),
    };
    Ok(Box::new(SqlitePorts { from, target: target.clone(), schema: Arc::clone(schema), options }))
}

/// The source alone, without a log.
///
/// # Errors
/// When it cannot be reached, or lacks what the contract names.
pub fn open_source(source: &SourceAddress, spec: &SourceSpec) -> Result<Box<dyn Source>, PortError> {
    match source {
        SourceAddress::Database(DatabaseUrl::Sqlite(file)) => {
            Ok(Box::new(SqliteSource::open(file, spec, None)?))
        }
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
