//! SQLite: source, target and log. Several processes share one file: write-ahead logging lets readers and one writer work
//! side by side, writers take turns with short transactions that begin with the lock they need.

mod connect;
mod fault;
mod journal;
mod log_file;
mod sink;
mod source;
mod target_check;

use std::path::PathBuf;
use std::sync::Arc;

use xmlshred_engine::ports::{Journal, PortError, Ports, Sink, Source};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::TargetSchema;

use crate::files::FilesSource;
use crate::open::OpenOptions;

pub(crate) use source::SqliteSource;

/// Where the documents of a run with a SQLite target come from.
#[derive(Debug)]
pub(crate) enum From {
    /// A table of this file.
    Table(PathBuf, SourceSpec),
    /// Files.
    Files(FilesSource),
}

/// Ports to a SQLite target.
#[derive(Debug)]
pub(crate) struct SqlitePorts {
    pub(crate) from: From,
    pub(crate) target: PathBuf,
    pub(crate) schema: Arc<TargetSchema>,
    pub(crate) options: OpenOptions,
}

impl Ports for SqlitePorts {
    fn source(&self) -> Result<Box<dyn Source>, PortError> {
        match &self.from {
            From::Table(file, spec) => {
                let sees_journal = is_same_file(file, &self.target);
                let source = SqliteSource::open(file, spec, sees_journal.then_some(&self.schema))?;
                Ok(Box::new(source))
            }
            From::Files(files) => Ok(Box::new(files.clone())),
        }
    }

    fn sink(&self) -> Result<Box<dyn Sink>, PortError> {
        let connection = connect::open_for_writing(&self.target, self.options)?;
        target_check::check(&connection, &self.schema)?;
        Ok(Box::new(sink::SqliteSink::new(connection, &self.schema)))
    }

    fn journal(&self) -> Result<Box<dyn Journal>, PortError> {
        Ok(Box::new(journal::SqliteJournal::new(self.target.clone(), Arc::clone(&self.schema), self.options)))
    }

    fn max_loaders(&self) -> usize {
        1
    }
}

fn is_same_file(one: &std::path::Path, other: &std::path::Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
