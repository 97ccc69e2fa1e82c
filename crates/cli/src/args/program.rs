//! The program's commands.

use clap::{Parser, Subcommand};

use super::{
    CheckArgs, CompletionsArgs, CoverageArgs, DdlArgs, ExplainArgs, ExploreArgs, FailuresArgs, HelpArgs,
    ImportLegacyArgs, InferArgs, LaunchArgs, ManArgs, PreviewArgs, ReportPageArgs, RetryArgs, RunArgs,
    StatusArgs, VerifyArgs,
};
use crate::demo::DemoArgs;

const EXIT_CODES: &str = "Exit codes:
  0    everything asked for was processed
  1    the run stopped: database gone, disk full, too many failed documents; run the same command again
  2    usage, configuration or contract, also a wrong login, database or folder; nothing was processed
  3    finished, but some documents failed, or `coverage` is under --fail-under
  130  interrupted; what was begun is finished or rolled back

Start with `xmlshred demo`: it makes a database of documents and a contract, and shows what to try next.";

/// Shreds millions of XML documents in a database column into rows of normalized tables, exactly once.
#[derive(Parser)]
#[command(name = "xmlshred", version, propagate_version = true, after_help = EXIT_CODES, max_term_width = 120)]
#[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Show what databases say about errors, on the console only; it may quote values of documents
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) show_database_messages: bool,
}

/// What the program can do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Process every document that is not yet processed
    ///
    /// Reads the documents of the source in key order, shreds them on all cores, and commits their rows together with
    /// one row of processing_log each. Can be stopped or killed at any moment and started again.
    #[command(after_help = EXIT_CODES, after_long_help = run_help())]
    Run(Box<RunArgs>),

    /// Start several instances of `run` on this machine and show them together
    #[command(after_help = EXIT_CODES)]
    Launch(Box<LaunchArgs>),

    /// Make documents and a contract, run three instances over them, and show what to try next
    Demo(DemoArgs),

    /// How far the work is: done, failed, left; from processing_log alone
    Status(Box<StatusArgs>),

    /// Failed documents by cause: how many, which, what it means, what to do
    ///
    /// Groups them by cause and by the column that they failed in, with its line in the contract. Ends with 3 when there are some.
    #[command(after_help = EXIT_CODES)]
    Failures(Box<FailuresArgs>),

    /// Write a page about a run, or about all: verdict, throughput, instances, failures, issues, faults
    ///
    /// One HTML file that fetches nothing, from the log, log files and metrics files; also of a run that died. No value of a document is in it.
    #[command(after_help = EXIT_CODES)]
    Report(Box<ReportPageArgs>),

    /// Process documents again: failed ones, or those that contract or source have changed
    ///
    /// Says first which documents these are and how many of them would succeed now, and asks. What a document was is replaced in one
    /// transaction: rows, issues and log row. Without anything that chooses, all failed documents are meant; --key alone means documents whatever
    /// they came to.
    #[command(after_help = EXIT_CODES)]
    Retry(Box<RetryArgs>),

    /// Compare the target with log, source and contract
    ///
    /// Counts rows against the log; finds rows without a document, documents that are gone or not processed, and the texts of the contract in use;
    /// shreds some documents again, or all, and compares them with their rows cell by cell. No value is shown. Ends with 3 when something differs.
    #[command(after_help = EXIT_CODES)]
    Verify(Box<VerifyArgs>),

    /// Check a contract: every problem at once
    ///
    /// With sample documents also: paths that never match, codes that are never used or always missing, columns that are always
    /// null, values that are too long. With a database also: the target's real tables, with types, lengths, nulls, keys and
    /// foreign keys. Errors end with 2; samples that fail with 3.
    Check(Box<CheckArgs>),

    /// Show the rows that documents would give; writes nothing
    Preview(Box<PreviewArgs>),

    /// Show where each value of a table comes from, and why other rows were not made
    ///
    /// For each cell: element and attribute with positions, line and column of the document, the text there, every step of its
    /// conversion. For elements that gave no row: the predicate, where, one_per or skip_row_when that removed them.
    #[command(override_usage = "xmlshred explain [OPTIONS] <DOC|--key KEY> <TABLE[.COLUMN]>")]
    Explain(Box<ExplainArgs>),

    /// Write a page with documents beside their rows, to click through
    ///
    /// One HTML file that fetches nothing: left the document's tree with what became of each node, right the tables; a click on a node shows
    /// its cells, a click on a cell the nodes and steps that it comes from, a row that is not there the predicate that was false. For nodes that
    /// nothing reads it has the column to paste into the contract. The page holds values of the documents; sensitive ones are masked.
    #[command(after_help = EXIT_CODES)]
    Explore(Box<ExploreArgs>),

    /// Show what documents hold and no column reads
    ///
    /// Lists elements and attributes that hold data of which nothing is in a row, the largest loss first. What the contract
    /// names under `ignore` is left out. Percentages are shares of the attributes and texts that are not ignored; what only
    /// a condition looks at does not count as read.
    #[command(after_help = EXIT_CODES)]
    Coverage(Box<CoverageArgs>),

    /// Make a first contract from sample documents
    ///
    /// Repeated elements become tables, attributes and single elements columns, with types, lengths and keys: nothing of the
    /// samples is lost. No value of a document stands in the contract unless --show-values asks for codes.
    Infer(Box<InferArgs>),

    /// Make a contract of one of the Python predecessor
    ///
    /// Translates the mappings of a JSON contract of `production_processor.py`. The report says which rows differ from the old program's on
    /// purpose, what was kept of it although it is odd, and what the old contract itself has wrong. What cannot be translated is an error
    /// with its place; then nothing is written and the exit code is 2.
    ImportLegacy(ImportLegacyArgs),

    /// Print CREATE TABLE statements for the target and the log
    Ddl(Box<DdlArgs>),

    /// Print a page of the manual, the help of a command, or what a code means
    Help(HelpArgs),

    /// Print the JSON Schema of contracts, for editors
    ///
    /// With its address in the first line of a contract, `# yaml-language-server: $schema=contract.schema.json`, editors that use
    /// yaml-language-server (VS Code with the YAML extension, Vim, Emacs, Helix …) complete keys and show mistakes.
    Schema,

    /// Print what makes a shell complete commands, flags, topics, and tables and columns of the contract at hand
    ///
    /// Its first lines say where it belongs.
    Completions(CompletionsArgs),

    /// Write manual pages, one for each command, for `man`
    Man(ManArgs),
}

fn run_help() -> String {
    let mut text =
        String::from("With --instance-id auto, the instance comes from the first of these that is set:\n");
    for scheduler in crate::settings::SCHEDULERS {
        let count = scheduler.count_source();
        text.push_str(&format!("  {:<28} {}; {count}\n", scheduler.index, scheduler.name));
    }
    text.push('\n');
    text.push_str(EXIT_CODES);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_of_all_arguments_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn run_takes_the_command_line_of_its_predecessor() {
        let line = r#"xmlshred run --server localhost\SQLEXPRESS --database XmlConversionDB --workers 4 --instance-id 0 --instance-count 3 --log-level INFO"#;
        assert!(Cli::try_parse_from(line.split(' ')).is_ok());
    }

    #[test]
    fn keys_may_be_negative() {
        let line = "xmlshred run --key-start -5 --app-id-end -1 --limit 0";
        assert!(Cli::try_parse_from(line.split(' ')).is_ok());
    }
}
