//! Every expected way to fail, with the exit code and the hint that go with it.

use std::path::PathBuf;

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_engine::{Activity, RunError};
use xmlshred_mapping::infer::{InferError, XsdError};
use xmlshred_model::{DocumentKey, KeyError};

use crate::demo::DemoError;
use crate::exit::Exit;
use crate::settings::{ContractProblems, SettingsError};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    /// Arguments that cannot be meant.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A contract that cannot be used.
    #[error(transparent)]
    Contract(#[from] Box<ContractProblems>),
    /// A file or folder of ours.
    #[error("cannot {doing} {}", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A document for `preview`.
    #[error("cannot read document {name}")]
    Document {
        /// File, `-` or key.
        name: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file that is no schema.
    #[error("cannot read schema {}: {error}", path.display())]
    Schema {
        /// Which.
        path: PathBuf,
        /// Why.
        error: XsdError,
    },
    /// No contract can be made of the samples.
    #[error("{error}{where_}")]
    Infer {
        /// Why.
        error: InferError,
        /// Which documents, when that helps.
        where_: String,
    },
    /// A file that is no contract of the predecessor.
    #[error("{}: {message}", path.display())]
    LegacyFile {
        /// Which.
        path: PathBuf,
        /// Why.
        message: String,
        /// What to do.
        hint: &'static str,
    },
    /// `--out` of a file that is there.
    #[error("{} exists", path.display())]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// `retry` of documents whose rows nobody can find.
    #[error("{documents} of these documents have rows, and nothing tells whose document's the rows of {} are", tables.join(", "))]
    Untraced {
        /// Tables.
        tables: Vec<String>,
        /// Documents with rows.
        documents: u64,
        /// What makes them traceable.
        remedy: &'static str,
    },
    /// `--export` of a document whose file is there.
    #[error("{} exists", path.display())]
    ExportExists {
        /// Which.
        path: PathBuf,
    },
    /// `--key` of a document that the source does not have.
    #[error("the source has no document with key {key}")]
    NoSuchKey {
        /// As typed.
        key: DocumentKey,
    },
    /// `--key` of what can be no key of the source.
    #[error("the source has no document with key {key}: it is {reason}")]
    NoKey {
        /// As typed.
        key: DocumentKey,
        /// Why.
        reason: KeyError,
    },
    /// `--session` of a run that the log does not have.
    #[error("the log has no session {session}")]
    NoSuchSession {
        /// As typed.
        session: String,
        /// The last ones that it has.
        last: Vec<String>,
    },
    /// `help` about something that the program does not know.
    #[error("no help about `{about}`")]
    NoSuchTopic {
        /// As typed.
        about: String,
    },
    /// The Prometheus endpoint.
    #[error("cannot serve metrics at {address}: {problem}")]
    MetricsListen {
        /// As typed.
        address: std::net::SocketAddr,
        /// Why.
        problem: String,
    },
    /// A database, outside a run.
    #[error("{during}")]
    Port {
        /// What was being done, on what.
        during: String,
        /// The fault.
        #[source]
        error: Box<PortError>,
    },
    /// A run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A run that had committed something when it was stopped by this: no mistake in what was asked for can be the only reason.
    #[error(transparent)]
    Begun(Box<CommandError>),
    /// The demo.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// An instance that cannot be started.
    #[error("cannot start instance {instance} of {count}")]
    Launch {
        /// From 1.
        instance: u32,
        /// Of how many.
        count: u32,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Standard output.
    #[error("cannot write to standard output")]
    Output(#[from] std::io::Error),
    /// The system.
    #[error("cannot watch for Ctrl-C: {0}")]
    Signals(#[from] ctrlc::Error),
}

impl CommandError {
    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Settings(_)
            | Self::Demo(DemoError::NoServer)
            | Self::Contract(_)
            | Self::File { .. }
            | Self::Document { .. }
            | Self::Infer { .. }
            | Self::Schema { .. }
            | Self::Exists { .. }
            | Self::ExportExists { .. }
            | Self::Untraced { .. }
            | Self::LegacyFile { .. }
            | Self::NoSuchKey { .. }
            | Self::NoKey { .. }
            | Self::NoSuchSession { .. }
            | Self::NoSuchTopic { .. }
            | Self::MetricsListen { .. } => Exit::Usage,
            Self::Port { error, .. } => exit_of(&error.fault),
            // A condition, a view or a policy that fails for a row, a table that takes none: the same command would meet it again.
            Self::Run(RunError::Port {
                during: Activity::ReadKeys | Activity::ConnectSource | Activity::ConnectTarget,
                error,
            }) if matches!(
                error.fault,
                Fault::Refused { .. } | Fault::ValueRejected { .. } | Fault::CheckViolation { .. }
            ) =>
            {
                Exit::Usage
            }
            Self::Run(RunError::Port { error, .. }) | Self::Demo(DemoError::Database(error)) => {
                exit_of(&error.fault)
            }
            Self::Run(RunError::Interrupted) => Exit::Interrupted,
            Self::Begun(error) => match error.exit() {
                Exit::Usage => Exit::Stopped,
                exit => exit,
            },
            Self::Run(_) | Self::Demo(_) | Self::Launch { .. } | Self::Output(_) | Self::Signals(_) => {
                Exit::Stopped
            }
        }
    }

    /// A fault of a database, outside a run. One about reaching it, or about rights, speaks for itself: it says nothing about what would
    /// have been done.
    pub(crate) fn port(during: &str, error: PortError) -> Self {
        let during = match error.fault {
            Fault::AccessDenied | Fault::CannotConnect => error.to_string(),
            _ => during.to_owned(),
        };
        Self::Port { during, error: Box::new(error) }
    }

    /// Whether a database could not be reached.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(self, Self::Port { error, .. } if error.fault == Fault::CannotConnect)
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Settings(error) => error.hint(),
            Self::Port { error, .. } => error.hint.as_deref().map(str::to_owned),
            Self::Demo(error) => error.hint(),
            Self::Run(error) => error.hint().map(str::to_owned),
            Self::Begun(error) => error.hint(),
            Self::MetricsListen { .. } => Some("choose a free port; every instance needs its own".to_owned()),
            Self::NoSuchSession { last, .. } if last.is_empty() => {
                Some("it has no document of this contract at all".to_owned())
            }
            Self::NoSuchSession { last, .. } => Some(format!("the last ones are {}", last.join(", "))),
            Self::NoSuchTopic { .. } => {
                let topics = crate::manual::topics().collect::<Vec<_>>().join(", ");
                Some(format!(
                    "there is help about {topics}, every command, and every code such as E0107 or key-mismatch"
                ))
            }
            Self::Infer { error, .. } => error.hint().map(str::to_owned),
            Self::Schema { error, .. } => error.hint(),
            Self::LegacyFile { hint, .. } => Some((*hint).to_owned()),
            Self::Untraced { remedy, .. } => Some(format!(
                "`retry` without --all, --key and the like tries failed documents alone; else {remedy}"
            )),
            Self::ExportExists { .. } => {
                Some("no document is replaced: choose a new folder, or move the old one away".to_owned())
            }
            Self::NoSuchKey { key: DocumentKey::Text(text) } if text.contains(',') => {
                Some("keys of text may hold commas: give `--key` once for each".to_owned())
            }
            Self::Exists { .. } => Some("choose another name, or say --force to replace it".to_owned()),
            Self::Contract(_)
            | Self::File { .. }
            | Self::Document { .. }
            | Self::NoSuchKey { .. }
            | Self::NoKey { .. }
            | Self::Launch { .. }
            | Self::Output(_)
            | Self::Signals(_) => None,
        }
    }
}

/// Starting the same command again helps after some faults (1); others are mistakes in what was asked for (2).
fn exit_of(fault: &Fault) -> Exit {
    match fault {
        Fault::CannotConnect
        | Fault::AccessDenied
        | Fault::MissingTable { .. }
        | Fault::WrongTable { .. }
        | Fault::ReadOnly => Exit::Usage,
        Fault::UniqueViolation { .. }
        | Fault::ForeignKeyViolation { .. }
        | Fault::NotNullViolation { .. }
        | Fault::CheckViolation { .. }
        | Fault::ValueRejected { .. }
        | Fault::Refused { .. }
        | Fault::Busy
        | Fault::Deadlock
        | Fault::ConnectionLost
        | Fault::Timeout
        | Fault::DiskFull
        | Fault::Corrupt
        | Fault::Other => Exit::Stopped,
    }
}
