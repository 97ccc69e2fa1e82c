//! Arguments of `run` and `launch`.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use xmlshred_model::DocumentKey;

use super::documents::document_key;
use super::{ContractArgs, DatabaseArgs};

/// Threads that one instance may start: more than machines have cores, and less than systems refuse.
const MAX_WORKERS: i64 = 1_024;
/// Seconds between two looks at the source: a day.
const MAX_FOLLOW: i64 = 86_400;
/// Keys that are held at once.
const MAX_BATCH_SIZE: i64 = 1_000_000;

/// Arguments of `xmlshred run`.
#[derive(Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) contract: ContractArgs,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    #[command(flatten)]
    pub(crate) instance: InstanceArgs,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,

    /// Print what came of it as one JSON object, the fields of docs/metrics.md
    #[arg(long)]
    pub(crate) json: bool,

    /// Stop as on Ctrl-C when standard input ends: how `launch` stops its instances, also when it is killed
    #[arg(long, hide = true)]
    pub(crate) stop_with_stdin: bool,
}

/// Arguments of `xmlshred launch`: those of `run` but for the instance, which `launch` gives.
#[derive(Args)]
pub(crate) struct LaunchArgs {
    /// How many instances to start; each takes the keys whose remainder by N is its number
    #[arg(long, short = 'n', value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(crate) instances: u32,
    #[command(flatten)]
    pub(crate) contract: ContractArgs,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,

    /// Print what came of it as one JSON object: that of every instance, and of all together, with the fields of docs/metrics.md
    #[arg(long)]
    pub(crate) json: bool,

    /// Stop as on Ctrl-C when standard input ends: how `demo` stops it
    #[arg(long, hide = true)]
    pub(crate) stop_with_stdin: bool,
}

/// Which instance among how many.
#[derive(Args, Clone)]
#[command(next_help_heading = "Instances")]
pub(crate) struct InstanceArgs {
    /// This instance, from 0; `auto` takes it from the scheduler (see --help) [default: 0]
    #[arg(long, value_name = "I", allow_negative_numbers = true)]
    pub(crate) instance_id: Option<InstanceId>,

    /// How many instances share the work; each takes the keys with key % N = I [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) instance_count: Option<i64>,
}

/// An instance id as typed. Any number, so that the message about a wrong one can name the count too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstanceId {
    /// From the scheduler's environment.
    Auto,
    /// As given.
    Number(i64),
}

impl FromStr for InstanceId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("auto") {
            return Ok(Self::Auto);
        }
        text.parse().map(Self::Number).map_err(|_| "neither a number from 0 nor `auto`".to_owned())
    }
}

/// How much at once, for whatever processes documents.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Work")]
pub(crate) struct PaceArgs {
    /// Threads that shred, at most 1,024 [default: the cores of this machine; with `launch`, divided by the instances]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MAX_WORKERS))]
    pub(crate) workers: Option<u32>,

    /// Documents per fetch, and at most per transaction; at most 1,000,000
    #[arg(long, value_name = "N", default_value = "500", value_parser = clap::value_parser!(u32).range(1..=MAX_BATCH_SIZE))]
    pub(crate) batch_size: u32,
}

/// What to process, and how.
#[derive(Args, Clone)]
#[command(next_help_heading = "Work")]
pub(crate) struct WorkArgs {
    #[command(flatten)]
    pub(crate) pace: PaceArgs,

    /// First key to process
    #[arg(long, visible_alias = "app-id-start", value_name = "KEY", allow_negative_numbers = true, value_parser = document_key)]
    pub(crate) key_start: Option<DocumentKey>,

    /// Last key to process
    #[arg(long, visible_alias = "app-id-end", value_name = "KEY", allow_negative_numbers = true, value_parser = document_key)]
    pub(crate) key_end: Option<DocumentKey>,

    /// Stop after this many documents (of each instance) [default: none]
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,

    /// Take documents that failed before, too
    #[arg(long)]
    pub(crate) retry_failed: bool,

    /// Stop when more documents fail than this many, or than this share once 1,000 are processed
    #[arg(long, value_name = "N|P%", default_value = "50%")]
    pub(crate) max_failures: MaxFailuresArg,

    /// Create missing target, log and issue tables first; bring a log of an earlier version up
    #[arg(long)]
    pub(crate) create_tables: bool,

    /// With --create-tables: the rows of a log of version 0.1 are this contract's, though several versions of it wrote them
    #[arg(long, requires = "create_tables")]
    pub(crate) adopt_log: bool,

    /// Do everything but write
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Look for what no column reads in one document of so many, chosen by key; `off` looks in none
    #[arg(long, value_name = "N|off", default_value = "100")]
    pub(crate) drift_sample: DriftSampleArg,

    /// What is known to be read by no column, as `coverage --accept FILE` writes it [default: contract.known beside contract.yaml]
    #[arg(long, value_name = "FILE")]
    pub(crate) drift_known: Option<PathBuf>,

    /// Go on when everything is processed: look for new and changed documents every so many seconds [default: 10]
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        default_missing_value = "10",
        value_parser = clap::value_parser!(u32).range(1..=MAX_FOLLOW),
        conflicts_with_all = ["dry_run", "limit", "retry_failed"]
    )]
    pub(crate) follow: Option<u32>,
}

/// `--drift-sample` as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DriftSampleArg(pub(crate) Option<NonZeroU32>);

impl FromStr for DriftSampleArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("off") {
            return Ok(Self(None));
        }
        let every = text.parse().map_err(|_| "neither a number from 1 nor `off`".to_owned())?;
        Ok(Self(Some(every)))
    }
}

impl std::fmt::Display for DriftSampleArg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(every) => write!(f, "{every}"),
            None => f.write_str("off"),
        }
    }
}

/// `--max-failures` as typed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum MaxFailuresArg {
    /// `10`
    Count(u64),
    /// `5%`
    Percent(f64),
}

impl FromStr for MaxFailuresArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_suffix('%') {
            None => text
                .parse()
                .map(Self::Count)
                .map_err(|_| "neither a number of documents nor a percentage such as `5%`".to_owned()),
            Some(percent) => match percent.trim_end().parse::<f64>() {
                Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(Self::Percent(percent)),
                _ => Err("a percentage lies between 0% and 100%".to_owned()),
            },
        }
    }
}

impl std::fmt::Display for MaxFailuresArg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// What is said about a run, and where.
#[derive(Args, Clone)]
#[command(next_help_heading = "Reports")]
pub(crate) struct ReportArgs {
    /// How much to say, on the console and in the log file
    #[arg(long, value_name = "LEVEL", default_value = "INFO", ignore_case = true)]
    pub(crate) log_level: LogLevel,

    /// Folder of log files: run_SESSION_INSTANCEofCOUNT.log, instances counted from 1
    #[arg(long, value_name = "DIR", default_value = "logs")]
    pub(crate) log_dir: PathBuf,

    /// Folder of metrics: metrics_SESSION_INSTANCEofCOUNT.json, described in docs/metrics.md
    #[arg(long, value_name = "DIR", default_value = "metrics")]
    pub(crate) metrics_dir: PathBuf,

    /// Serve Prometheus metrics at this address, such as 127.0.0.1:9187 (with `launch`: instance I at port + I)
    #[arg(long, value_name = "ADDR")]
    pub(crate) metrics_listen: Option<SocketAddr>,

    /// A bar on a terminal and lines elsewhere, lines everywhere, or nothing
    #[arg(long, value_name = "MODE", default_value = "auto")]
    pub(crate) progress: ProgressMode,

    /// Name of this run in the log, made from time and chance if not given
    #[arg(long, value_name = "ID")]
    pub(crate) session_id: Option<String>,
}

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(crate) enum LogLevel {
    /// The run stopped.
    Critical,
    /// Something was lost or refused.
    Error,
    /// A document failed, a fault passed.
    #[value(alias = "WARN")]
    Warning,
    /// What is going on.
    Info,
    /// Every batch.
    Debug,
}

impl LogLevel {
    /// The word used in log lines and on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "CRITICAL",
            Self::Error => "ERROR",
            Self::Warning => "WARNING",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
        }
    }
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressMode {
    /// A bar on a terminal, lines elsewhere.
    Auto,
    /// Lines.
    Plain,
    /// Nothing.
    Off,
    /// Lines for `launch`.
    #[value(hide = true)]
    Beats,
}

impl ProgressMode {
    /// The word used on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Plain => "plain",
            Self::Off => "off",
            Self::Beats => "beats",
        }
    }
}
