//! Arguments that cannot be meant.

use std::path::PathBuf;

use xmlshred_databases::AddressError;
use xmlshred_model::ShareError;

/// Arguments that cannot be meant. Every one ends with exit code 2.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// No share of the work has these numbers.
    #[error("{0}")]
    Share(#[from] ShareError),
    /// Numbers that no instance can have.
    #[error("instance id {id} and instance count {count} name no instance: it takes 0 <= id < count")]
    ShareOutOfRange {
        /// As typed.
        id: i64,
        /// As typed.
        count: i64,
    },
    /// `--instance-id auto`, and no variable to read it from.
    #[error("--instance-id auto, but none of {looked_for} is set")]
    NoScheduler {
        /// The variables.
        looked_for: String,
    },
    /// `--instance-id auto`, and the scheduler does not tell how many instances there are.
    #[error("{index} gives the instance id, but nothing gives the instance count")]
    NoInstanceCount {
        /// The variable.
        index: &'static str,
    },
    /// A scheduler's variable holds something else.
    #[error("environment variable {name} is not a whole number")]
    SchedulerVariable {
        /// The variable.
        name: &'static str,
    },
    /// A variable that is meant for the program and is no text.
    #[error("environment variable {name} is not UTF-8")]
    VariableNotText {
        /// The variable.
        name: String,
    },
    /// No key lies in the range.
    #[error("--key-start {start} is larger than --key-end {end}: no document has such a key")]
    EmptyKeyRange {
        /// As typed.
        start: i64,
        /// As typed.
        end: i64,
    },
    /// A session id that cannot be part of a file name.
    #[error(
        "--session-id must be 1 to 64 letters, digits, `_`, `-` or `.`, and begin with a letter or digit"
    )]
    SessionId,
    /// No database at all.
    #[error("no database given")]
    NoDatabase,
    /// Only one side of the job.
    #[error("no {side} given: --{other}-url names the {other} only")]
    NoSide {
        /// What is missing.
        side: &'static str,
        /// What is there.
        other: &'static str,
    },
    /// Half of a SQL Server address.
    #[error("--{given} needs --server")]
    NoServer {
        /// The flag that was given.
        given: &'static str,
    },
    /// An address that is none.
    #[error("{0}")]
    Url(#[from] AddressError),
    /// Documents from files, and nowhere to put them.
    #[error("no target given: --files names the source only")]
    NoTarget,
    /// `explain` without a document, or without a table.
    #[error("explain takes a document and a table")]
    ExplainWhat,
    /// A table that the contract does not have.
    #[error("the contract has no table {name}")]
    NoSuchTable {
        /// As typed.
        name: String,
        /// What was meant, or those it has.
        instead: String,
    },
    /// A column that the table does not have.
    #[error("table {table} has no column {name}")]
    NoSuchColumn {
        /// The table.
        table: String,
        /// As typed.
        name: String,
        /// What was meant, or those it has.
        instead: String,
    },
    /// `explain --row` of a row that the document does not have.
    #[error("{document} has no row {row} of {table}: it has {count}")]
    NoSuchRow {
        /// The document.
        document: String,
        /// The table.
        table: String,
        /// As typed.
        row: usize,
        /// Rows that it has.
        count: usize,
    },
    /// A contract where documents are named.
    #[error("{} looks like a contract, and documents are asked for here", path.display())]
    ContractAsDocument {
        /// As typed.
        path: PathBuf,
    },
    /// `infer` without a document.
    #[error("infer needs documents")]
    NoSamples,
    /// `infer --xsd` with several roots and no document.
    #[error("a schema without documents makes a contract for one root element")]
    SeveralRootsOfSchema,
    /// `--instance-count` without `--instance-id`.
    #[error("--instance-count {count} without --instance-id: which of the {count} instances is this?")]
    WhichInstance {
        /// As typed.
        count: i64,
    },
    /// What `--password-file` names cannot be read. It may be the password itself, and is not shown.
    #[error("cannot read the file that --password-file names")]
    NoPasswordFile(#[source] std::io::Error),
    /// A file that cannot be read.
    #[error("cannot read {what} {}", path.display())]
    Unreadable {
        /// What it is for.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A list of known paths that is none.
    #[error("{}: {error}", path.display())]
    KnownFile {
        /// Which.
        path: PathBuf,
        /// Why.
        error: xmlshred_mapping::drift::KnownError,
    },
    /// `retry` without `--yes` where nobody can be asked.
    #[error("nothing was changed: nobody can be asked here")]
    NeedsYes,
    /// `retry --vanished` that would empty the target.
    #[error("the source has none of the documents of the log")]
    AllVanished,
    /// No contract.
    #[error("no contract: there is no file {}", looked_at.display())]
    NoContract {
        /// The whole path.
        looked_at: PathBuf,
    },
}

impl SettingsError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Share(_) | Self::ShareOutOfRange { .. } => {
                "three instances are --instance-count 3 with --instance-id 0, 1 and 2; `xmlshred launch` starts them all"
            }
            Self::NoScheduler { .. } => "give --instance-id a number, or run under one of these schedulers",
            Self::NoInstanceCount { .. } => "add --instance-count N, the same for all instances",
            Self::SchedulerVariable { .. } => "give --instance-id and --instance-count as numbers",
            Self::VariableNotText { .. } => {
                "set it in UTF-8, or unset it; the password can also come from a file: --password-file"
            }
            Self::EmptyKeyRange { .. } => "swap the two",
            Self::SessionId => "leave it out to have one made, such as 20261123_184012_7f3a",
            Self::NoDatabase => {
                "say --url sqlite:FILE, --url postgres://… or --server HOST --database NAME, or set XMLSHRED_URL; `xmlshred demo` makes a database to try it on"
            }
            Self::NoSide { side, .. } => {
                return Some(format!("add --{side}-url, or use --url for both"));
            }
            Self::NoServer { .. } => {
                "SQL Server takes --server and --database; PostgreSQL and SQLite take --url"
            }
            Self::Url(error) => error.hint(),
            Self::NoTarget => "add --url sqlite:FILE or --target-url sqlite:FILE",
            Self::ExplainWhat => {
                "say `xmlshred explain DOC TABLE.COLUMN`, or `xmlshred explain --key KEY TABLE.COLUMN`"
            }
            Self::NeedsYes => "say --yes, as scripts must",
            Self::AllVanished => {
                "is it the right source? if it is, and the target is to be emptied, say --all beside --vanished"
            }
            Self::NoSuchTable { instead, .. } | Self::NoSuchColumn { instead, .. } => {
                return Some(instead.clone());
            }
            Self::ContractAsDocument { path } => {
                return Some(format!("did you mean `--contract {}`?", path.display()));
            }
            Self::NoSamples => {
                "name files, as in `xmlshred infer 'samples/*.xml'`, take some of the source: `xmlshred infer --sample 500 --url …`, or give a schema: `xmlshred infer --xsd FILE`"
            }
            Self::SeveralRootsOfSchema => {
                "name one with --root, or give documents of each: `xmlshred infer 'samples/*.xml' --xsd FILE --root NAME,NAME`"
            }
            Self::WhichInstance { count } => {
                return Some(format!(
                    "add --instance-id 0 to {}, or let `xmlshred launch --instances {count}` start them all",
                    count.saturating_sub(1)
                ));
            }
            Self::NoSuchRow { .. } => {
                "rows are counted from 1; without --row, the first of them are explained"
            }
            Self::KnownFile { .. } => "`xmlshred coverage DOC… --accept FILE` writes such a list",
            Self::NoPasswordFile(_) => {
                "--password-file takes the path of a file whose first line is the password, not the password itself"
            }
            Self::Unreadable { .. } => return None,
            Self::NoContract { .. } => {
                "name one with --contract FILE or XMLSHRED_CONTRACT; `xmlshred demo --prepare-only` writes an example to start from"
            }
        };
        Some(hint.to_owned())
    }
}
