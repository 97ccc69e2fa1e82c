//! `xmlshred check`: every problem of a contract at once.

use std::io::Write;

use serde::Serialize;
use xmlshred_mapping::Plan;
use xmlshred_mapping::contract::{Diagnostic, Severity};

use crate::args::CheckArgs;
use crate::console;
use crate::database;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::{ContractFile, has};

/// What `--json` prints.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    file: String,
    name: Option<&'a str>,
    hash: Option<&'a str>,
    error_count: usize,
    warning_count: usize,
    problems: Vec<ProblemAnswer<'a>>,
}

#[derive(Serialize)]
struct ProblemAnswer<'a> {
    severity: &'static str,
    code: &'a str,
    name: &'a str,
    message: &'a str,
    hint: Option<&'a str>,
    /// From 1.
    line: usize,
    /// From 1, in characters.
    column: usize,
    /// Byte range in the file.
    start: usize,
    end: usize,
}

/// Checks a contract; with a database also what it finds there.
pub(crate) fn check(args: &CheckArgs) -> Result<Exit, CommandError> {
    let CheckArgs { contract, database, json } = args;
    let connection = database::resolve_if_any(database)?;
    let file = ContractFile::read(contract)?;
    let loaded = file.load();
    let diagnostics = &loaded.diagnostics;
    let is_error = |diagnostic: &&Diagnostic| diagnostic.severity() == Severity::Error;
    let error_count = diagnostics.iter().filter(is_error).count();
    if *json {
        let answer = Answer {
            version: 1,
            file: file.path.display().to_string(),
            name: loaded.contract.as_ref().map(|contract| contract.name.as_str()),
            hash: loaded.contract.as_ref().map(|contract| contract.hash.as_str()),
            error_count,
            warning_count: diagnostics.len() - error_count,
            problems: diagnostics.iter().map(|diagnostic| problem(diagnostic, &file.text)).collect(),
        };
        let text = serde_json::to_string(&answer).map_err(std::io::Error::from)?;
        writeln!(std::io::stdout().lock(), "{text}")?;
    } else {
        console::note(file.render(diagnostics, console::render_style()).trim_end());
        writeln!(std::io::stdout().lock(), "{} {}", file.path.display(), has(diagnostics))?;
    }
    let Some(contract) = loaded.contract else { return Ok(Exit::Usage) };
    if let Some(connection) = connection {
        database::check(&connection, &Plan::new(contract))?;
        console::note(format_args!("{} has what the contract needs", connection.target_text()));
    }
    Ok(Exit::Done)
}

fn problem<'a>(diagnostic: &'a Diagnostic, text: &str) -> ProblemAnswer<'a> {
    let Diagnostic { code, message, span, hint } = diagnostic;
    let before = text.get(..span.start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    ProblemAnswer {
        severity: match diagnostic.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        code: code.number(),
        name: code.name(),
        message,
        hint: hint.as_deref(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        start: span.start,
        end: span.end,
    }
}
