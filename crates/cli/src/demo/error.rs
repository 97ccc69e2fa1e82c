//! Why there is no demo.

use std::io;
use std::path::{Path, PathBuf};

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
    pub(super) fn file(path: &Path, source: io::Error) -> Self {
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
