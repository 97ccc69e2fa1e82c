//! `xmlshred demo`: a database of invented loan applications, a contract, several instances at work, and the proof that
//! they did what one would have done.
//!
//! Life of a demo: [`generate`] makes documents → [`prepare`] writes `DIR/demo.db` (or the schema of a server) and
//! `DIR/contract.yaml` → [`show`]
//! launches the instances, then one instance into `DIR/demo-single.db` → [`compare`] compares the two → [`show`] tells.

mod args;
mod compare;
mod contract;
mod generate;
mod place;
mod prepare;
mod show;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(crate) use args::DemoArgs;

use crate::error::CommandError;

use xmlshred_engine::ports::PortError;

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// A file or folder cannot be written.
    #[error("cannot write {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A database cannot be written or read.
    #[error("cannot use the demo's database: {0}")]
    Database(#[from] PortError),
    /// The rows to look at cannot be read.
    #[error("cannot read {}", path.display())]
    Samples {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// `--url` names a SQLite file, which the demo would replace.
    #[error("--url is for servers: the demo makes its SQLite files in --dir")]
    NoServer,
    /// Another instance of this program cannot be started.
    #[error("cannot start {}", program.display())]
    Start {
        /// Path of this program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The console is gone.
    #[error("cannot write to the console")]
    Console(#[from] io::Error),
}

impl DemoError {
    fn file(path: &Path, source: io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Database(error) => error.hint.as_deref().map(str::to_owned),
            Self::NoServer => {
                Some("leave --url out, or name a server, as in postgres://USER@HOST/DATABASE".to_owned())
            }
            Self::File { .. } | Self::Samples { .. } | Self::Start { .. } | Self::Console(_) => None,
        }
    }
}

/// How a demo ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DemoEnding {
    /// As it should.
    Good,
    /// What came out is not what should have: a defect of xmlshred.
    Wrong,
    /// The instances ended with this exit code.
    Stopped(u8),
}

/// Runs the demo; its report goes to `out`.
///
/// # Errors
/// When files, databases or processes cannot be had.
pub(crate) fn run(args: &DemoArgs, out: &mut dyn Write) -> Result<DemoEnding, CommandError> {
    let place = place::Place::new(args)?;
    let prepared = prepare::prepare(args, &place)?;
    show::prepared(&prepared, &place, out)?;
    if args.prepare_only {
        show::commands(&place, args.instances, out)?;
        return Ok(DemoEnding::Good);
    }
    Ok(show::instances(&prepared, &place, args.instances, out)?)
}
