//! Arguments of the commands that look after what runs have done: `failures`, `retry`, `verify`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use xmlshred_model::{DocumentKey, FailureCode};

use super::documents::document_key;
use super::{ContractArgs, DatabaseArgs, MaxFailuresArg, PaceArgs, ReportArgs};

/// Which failed documents.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct FailureArgs {
    /// Only documents that failed for this cause, such as invalid-value; may be given several times
    #[arg(long, value_name = "CAUSE", value_delimiter = ',', hide_possible_values = true, value_parser = causes())]
    pub(crate) cause: Vec<String>,

    /// Only documents that failed in this table, or in this column of it
    #[arg(long, value_name = "TABLE[.COLUMN]", add = crate::offered::columns())]
    pub(crate) column: Option<String>,

    /// Only documents of this session
    #[arg(long, value_name = "ID")]
    pub(crate) session: Option<String>,

    /// Only these documents, by key; may be given several times, numbers and uuids also as a list: `--key 1,2,3`
    #[arg(long, value_name = "KEY", allow_negative_numbers = true, value_parser = document_key)]
    pub(crate) key: Vec<DocumentKey>,
}

fn causes() -> PossibleValuesParser {
    PossibleValuesParser::new(FailureCode::ALL.iter().map(|code| code.as_str()))
}

/// Arguments of `xmlshred failures`.
#[derive(Args)]
pub(crate) struct FailuresArgs {
    #[command(flatten)]
    pub(crate) which: FailureArgs,

    /// Print the keys of the documents, one a line, and nothing else
    #[arg(long, conflicts_with_all = ["json", "export"])]
    pub(crate) keys: bool,

    /// Write the documents themselves to this folder, as KEY.xml; no file is replaced
    #[arg(long, value_name = "DIR")]
    pub(crate) export: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) contract: ContractArgs,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

/// Arguments of `xmlshred retry`.
#[derive(Args)]
pub(crate) struct RetryArgs {
    #[command(flatten)]
    pub(crate) which: FailureArgs,

    /// Documents that were processed with another text of the contract, successful ones too
    #[arg(long, conflicts_with_all = ["cause", "column"])]
    pub(crate) contract_changed: bool,

    /// Documents that are not what they were when they were processed: by `source.version`, or else by their hash, which reads them all
    #[arg(long, conflicts_with_all = ["cause", "column"])]
    pub(crate) document_changed: bool,

    /// Every document that the log has, successful ones too
    #[arg(long, conflicts_with_all = ["cause", "column"])]
    pub(crate) all: bool,

    /// Instead: remove rows, issues and log rows of documents that the source has no more
    #[arg(long, conflicts_with_all = ["cause", "column", "contract_changed", "document_changed"])]
    pub(crate) vanished: bool,

    /// Do it without asking, as scripts must
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,

    /// Print the plan, and what came of it, as one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) pace: PaceArgs,

    /// Stop when more documents fail than this many, or than this share once 1,000 are processed
    #[arg(long, value_name = "N|P%", default_value = "100%")]
    pub(crate) max_failures: MaxFailuresArg,

    #[command(flatten)]
    pub(crate) contract: ContractArgs,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

/// Arguments of `xmlshred report`.
#[derive(Args)]
pub(crate) struct ReportPageArgs {
    /// Only this session; without it, all that the log has
    #[arg(long, value_name = "ID")]
    pub(crate) session: Option<String>,

    /// Write the page to this file; an earlier page of `report` is replaced
    #[arg(long, short = 'o', value_name = "FILE", default_value = "report.html")]
    pub(crate) out: PathBuf,

    /// Replace the file of --out whatever it is
    #[arg(long)]
    pub(crate) force: bool,

    /// Open the page in the browser
    #[arg(long, conflicts_with = "json")]
    pub(crate) open: bool,

    /// Print what the page shows as one JSON object, and write no page
    #[arg(long)]
    pub(crate) json: bool,

    /// Where the runs wrote their log files
    #[arg(long, value_name = "DIR", default_value = "logs")]
    pub(crate) log_dir: PathBuf,

    /// Where they wrote their metrics files
    #[arg(long, value_name = "DIR", default_value = "metrics")]
    pub(crate) metrics_dir: PathBuf,

    #[command(flatten)]
    pub(crate) contract: ContractArgs,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

/// Arguments of `xmlshred verify`.
#[derive(Args)]
pub(crate) struct VerifyArgs {
    /// Documents, drawn by chance, that are shredded again and compared cell by cell
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) sample: usize,

    /// Shred and compare all documents
    #[arg(long, conflicts_with = "sample")]
    pub(crate) all: bool,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) contract: ContractArgs,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}
