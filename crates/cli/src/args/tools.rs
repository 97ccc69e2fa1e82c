//! Arguments of the commands around a run.

use clap::{Args, ValueEnum};
use clap_complete::Shell;
use xmlshred_model::DocumentKey;

use super::documents::document_key;
use super::{ContractArgs, DatabaseArgs, DocumentArgs, KeyArgs};

/// Arguments of `xmlshred check`.
#[derive(Args)]
pub(crate) struct CheckArgs {
    /// Sample documents to try the contract on: files, patterns of them, or `-`
    #[arg(value_name = "DOC")]
    pub(crate) samples: Vec<std::path::PathBuf>,
    #[command(flatten)]
    pub(crate) keys: KeyArgs,

    #[command(flatten)]
    pub(crate) contract: ContractArgs,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,

    /// Print the problems to standard output as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `xmlshred preview`.
#[derive(Args)]
pub(crate) struct PreviewArgs {
    #[command(flatten)]
    pub(crate) documents: DocumentArgs,

    /// `table` masks columns that the contract calls sensitive; `json` has one object per document and line
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: PreviewFormat,

    /// As --format json
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,

    /// Show all columns, however wide the terminal is
    #[arg(long)]
    pub(crate) wide: bool,

    /// The SQL of --format sql
    #[arg(long, value_name = "DIALECT", default_value = "sqlite")]
    pub(crate) dialect: DialectArg,

    /// Show values of sensitive columns in tables, too
    #[arg(long)]
    pub(crate) show_sensitive: bool,

    #[command(flatten)]
    pub(crate) contract: ContractArgs,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

/// Arguments of `xmlshred infer`.
#[derive(Args)]
pub(crate) struct InferArgs {
    /// Files with one document each, or patterns such as 'documents/*.xml'; `-` is standard input
    #[arg(value_name = "DOC")]
    pub(crate) documents: Vec<std::path::PathBuf>,

    /// Documents of the source, by key; may be given several times, numbers and uuids also as a list: `--key 1,2,3`
    #[arg(long, value_name = "KEY", allow_negative_numbers = true, value_parser = document_key)]
    pub(crate) key: Vec<DocumentKey>,

    /// The first N documents of the source
    #[arg(long, value_name = "N")]
    pub(crate) sample: Option<usize>,

    /// Write the contract to this file [default: standard output]
    #[arg(long, short = 'o', value_name = "FILE")]
    pub(crate) out: Option<std::path::PathBuf>,

    /// Replace the file of --out
    #[arg(long, requires = "out")]
    pub(crate) force: bool,

    /// Name of the contract [default: after the root element]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Take only documents with this root element; of a schema without documents, its root element. Several, with documents, make one contract
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) root: Vec<String>,

    /// Where documents hold their key, as in '@ID' [default: the one value that is the key of all of them, if there is one]
    #[arg(long, value_name = "PATH")]
    pub(crate) key_path: Option<String>,

    /// An XML Schema that corrects types, lengths, order, and what is repeated or required; without documents, the contract is for all
    /// that the schema allows
    #[arg(long, value_name = "FILE")]
    pub(crate) xsd: Option<std::path::PathBuf>,

    /// Let short codes of the documents stand in the contract, as `codes:` lists; without it, no value does
    #[arg(long)]
    pub(crate) show_values: bool,

    /// Table of documents, for `source:`
    #[arg(long, value_name = "TABLE", default_value = "app_xml")]
    pub(crate) source_table: String,

    /// Its key column
    #[arg(long, value_name = "COLUMN", default_value = "app_id")]
    pub(crate) source_key: String,

    /// Its column of documents
    #[arg(long, value_name = "COLUMN", default_value = "xml")]
    pub(crate) source_xml: String,

    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

/// Arguments of `xmlshred import-legacy`.
#[derive(Args)]
pub(crate) struct ImportLegacyArgs {
    /// The old contract, JSON; `-` is standard input
    #[arg(value_name = "CONTRACT.json")]
    pub(crate) contract: std::path::PathBuf,

    /// Write the contract to this file [default: standard output]
    #[arg(long, short = 'o', value_name = "FILE")]
    pub(crate) out: Option<std::path::PathBuf>,

    /// Replace the file of --out
    #[arg(long, requires = "out")]
    pub(crate) force: bool,

    /// Name of the contract [default: that of the old file]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// `text` goes to standard error; `json`, one object on standard output, needs --out
    #[arg(long, value_name = "FORMAT", default_value = "text", requires_if("json", "out"))]
    pub(crate) report: ReportFormat,
}

/// How `import-legacy` reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people.
    Text,
    /// One object.
    Json,
}

/// How rows are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PreviewFormat {
    /// For people.
    Table,
    /// One object per document and line.
    Json,
    /// INSERT statements.
    Sql,
}

/// Arguments of `xmlshred explain`.
#[derive(Args)]
pub(crate) struct ExplainArgs {
    /// A file with one document, or `-` for standard input (with --key neither); then a table, or a column of it
    #[arg(
        value_names = ["DOC", "TABLE[.COLUMN]"],
        num_args = 1..=2,
        required = true,
        add = crate::offered::documents_and_columns()
    )]
    pub(crate) names: Vec<String>,

    /// A document of the source, by key, in place of DOC
    #[arg(long, value_name = "KEY", allow_negative_numbers = true, value_parser = document_key)]
    pub(crate) key: Option<DocumentKey>,

    /// Only this row of the table, from 1
    #[arg(long, value_name = "N")]
    pub(crate) row: Option<usize>,

    /// Rows that are told of, and as many that were not made; the others are counted
    #[arg(long, value_name = "N", default_value_t = 100, conflicts_with = "row")]
    pub(crate) max_rows: usize,

    /// Show values of sensitive columns, too
    #[arg(long)]
    pub(crate) show_sensitive: bool,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) contract: ContractArgs,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

/// Arguments of `xmlshred explore`.
#[derive(Args)]
pub(crate) struct ExploreArgs {
    #[command(flatten)]
    pub(crate) documents: DocumentArgs,

    /// Write the page to this file; an earlier page of `explore` is replaced
    #[arg(long, short = 'o', value_name = "FILE", default_value = "explore.html")]
    pub(crate) out: std::path::PathBuf,

    /// Replace the file of --out whatever it is
    #[arg(long)]
    pub(crate) force: bool,

    /// Rows of each table that are told of, and as many that were not made; the others are counted
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub(crate) max_rows: usize,

    /// Show values of sensitive columns, too
    #[arg(long)]
    pub(crate) show_sensitive: bool,

    /// Print what the page shows as one JSON object, and write no page
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) contract: ContractArgs,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

/// Arguments of `xmlshred coverage`.
#[derive(Args)]
pub(crate) struct CoverageArgs {
    #[command(flatten)]
    pub(crate) documents: DocumentArgs,

    /// List every attribute and text, also those of elements of which nothing is read
    #[arg(long)]
    pub(crate) all: bool,

    /// Add what no path of the contract leads to in these documents to this list of what is known: runs do not tell of it. They look for
    /// contract.known beside contract.yaml
    #[arg(long, value_name = "FILE")]
    pub(crate) accept: Option<std::path::PathBuf>,

    /// Show all columns, however wide the terminal is
    #[arg(long)]
    pub(crate) wide: bool,

    /// End with 3 when columns read less than this share of the attributes and texts
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) fail_under: Option<f64>,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) contract: ContractArgs,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

/// `80`, `99.5` or `99.5%`
fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim_end().parse::<f64>();
    number
        .ok()
        .filter(|percent| (0.0..=100.0).contains(percent))
        .ok_or_else(|| "not from 0 to 100".to_owned())
}

/// Arguments of `xmlshred ddl`.
#[derive(Args)]
pub(crate) struct DdlArgs {
    #[command(flatten)]
    pub(crate) contract: ContractArgs,

    /// Which database's SQL [default: that of the target that is set, else sqlite]
    #[arg(long, value_name = "DIALECT")]
    pub(crate) dialect: Option<DialectArg>,

    #[command(flatten)]
    pub(crate) database: DatabaseArgs,

    /// What the keys of the source are: the type of the log's key column [default: `source.key_type` of the contract, else what the source that is set says, else integer]
    #[arg(long, value_name = "TYPE")]
    pub(crate) key_type: Option<KeyTypeArg>,

    /// Statements that leave existing tables alone
    #[arg(long)]
    pub(crate) if_not_exists: bool,

    /// Instead: statements that bring an earlier log up, with its rows: of layout version 1 (xmlshred 0.1), whose rows become
    /// those of this contract, or `--upgrade=2`
    #[arg(
        long,
        value_name = "FROM",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1",
        value_parser = clap::value_parser!(u32).range(1..i64::from(xmlshred_model::log_table::VERSION)),
        conflicts_with = "if_not_exists"
    )]
    pub(crate) upgrade: Option<u32>,

    /// Print the statements as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Types of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyTypeArg {
    /// 64-bit integers.
    Integer,
    /// Decimals without fraction.
    Decimal,
    /// Uuids.
    Uuid,
    /// Text.
    Text,
}

/// Databases, as SQL dialects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DialectArg {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    #[value(alias = "postgresql")]
    Postgres,
    /// SQL Server.
    #[value(aliases = ["mssql", "sql-server"])]
    Sqlserver,
}

/// Arguments of `xmlshred status`.
#[derive(Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(crate) contract: ContractArgs,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,

    /// Look again and again, every so many seconds [default: 2]; q ends it
    #[arg(long, short = 'w', value_name = "SECONDS", num_args = 0..=1, default_missing_value = "2", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) watch: Option<u32>,

    /// List every session of the log, with each instance
    #[arg(long)]
    pub(crate) sessions: bool,

    /// Show all columns, however wide the terminal is
    #[arg(long)]
    pub(crate) wide: bool,

    /// Print one JSON object, with --watch one a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `xmlshred help`.
#[derive(Args)]
pub(crate) struct HelpArgs {
    #[arg(value_name = "ABOUT", help = about(), add = crate::offered::topics())]
    pub(crate) about: Option<String>,
}

fn about() -> String {
    let topics = crate::manual::topics().collect::<Vec<_>>().join(", ");
    format!("A page of the manual ({topics}); a command; a code such as E0107 or key-mismatch")
}

/// Arguments of `xmlshred man`.
#[derive(Args)]
pub(crate) struct ManArgs {
    /// Where they go; made if it is not there, pages of before are replaced
    pub(crate) dir: std::path::PathBuf,
}

/// Arguments of `xmlshred completions`.
#[derive(Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: Shell,
}
