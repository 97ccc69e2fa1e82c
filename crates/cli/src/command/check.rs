//! `xmlshred check`: every problem of a contract at once.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use xmlshred_databases::{Difference, DifferenceKind};
use xmlshred_mapping::contract::{self, Code, Diagnostic, Loaded, Places, Severity, SourceSpec, Step};
use xmlshred_mapping::samples::Samples;
use xmlshred_mapping::{DocumentContext, Lines, Plan};

use crate::args::{CheckArgs, KeyArgs};
use crate::console;
use crate::database;
use crate::documents;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::{Connection, ContractFile, has};

/// What `--json` prints.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    file: String,
    name: Option<&'a str>,
    hash: Option<&'a str>,
    error_count: usize,
    warning_count: usize,
    /// Documents that the contract was tried on.
    sample_count: usize,
    failed_sample_count: usize,
    problems: Vec<ProblemAnswer<'a>>,
}

#[derive(Serialize)]
struct ProblemAnswer<'a> {
    severity: &'static str,
    code: &'a str,
    name: &'a str,
    message: &'a str,
    hint: &'a str,
    /// From 1.
    line: usize,
    /// From 1, in characters.
    column: usize,
    /// Byte range in the file.
    start: usize,
    end: usize,
}

/// Checks a contract; on sample documents, when there are some; against the tables of a database, when there is one.
pub(crate) fn check(args: &CheckArgs) -> Result<Exit, CommandError> {
    let CheckArgs { samples, keys, contract: contract_args, database, json } = args;
    let connection = database::resolve_if_any(database)?;
    let file = ContractFile::read(contract_args)?;
    let Loaded { contract, mut diagnostics } = file.load();
    let plan = contract.map(|contract| Arc::new(Plan::new(contract)));
    let mut tried = Tried::default();
    if let Some(plan) = &plan {
        if !samples.is_empty() || !keys.key.is_empty() {
            tried = try_on(plan, samples, keys, connection.as_ref(), &mut diagnostics, &file)?;
        }
        if let Some(connection) = &connection {
            let places = Places::of(&file.text);
            let differences = database::differences(connection, plan)?.into_iter();
            let differences = differences.filter(|found| {
                let Difference { kind, table, column, .. } = found;
                let is_filled = |&column: &usize| contract::is_always_filled(plan.contract(), *table, column);
                *kind != DifferenceKind::MayBeNull || !column.as_ref().is_some_and(is_filled)
            });
            diagnostics.extend(differences.map(|found| in_contract(found, plan, &places)));
            // A source that cannot be opened is told below.
            if database::source(connection, plan).is_ok_and(|source| !source.promises_unique_keys()) {
                diagnostics.push(repeatable_key(plan, &places));
            }
        }
    }
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end, diagnostic.code));
    tell(&file, plan.as_deref(), &diagnostics, &tried, *json)?;
    let has_errors = diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error);
    let Some(plan) = plan.filter(|_| !has_errors) else { return Ok(Exit::Usage) };
    if let Some(connection) = connection {
        // Rights, the source, the log: what else a run would find out at its start.
        database::check(&connection, &plan)?;
        console::note(format_args!("{} has what the contract needs", connection.target_text()));
    }
    Ok(if tried.failed_count > 0 { Exit::SomeFailed } else { Exit::Done })
}

/// How many samples there were.
#[derive(Default)]
struct Tried {
    document_count: usize,
    failed_count: usize,
}

fn try_on(
    plan: &Arc<Plan>,
    paths: &[PathBuf],
    keys: &KeyArgs,
    connection: Option<&Connection>,
    diagnostics: &mut Vec<Diagnostic>,
    file: &ContractFile,
) -> Result<Tried, CommandError> {
    let limits = plan.contract().document.limits;
    let mut samples = Samples::new(Arc::clone(plan), limits);
    let mut tried = Tried::default();
    let now = jiff::Timestamp::now().as_microsecond();
    documents::each(paths, keys, connection, plan, &limits, &mut |document| {
        let context = DocumentContext { key: document.key, session: "check", now, must_end: None };
        tried.document_count += 1;
        let added = document.content(plan, &limits).and_then(|content| samples.add(content, &context));
        if let Err(failure) = added {
            tried.failed_count += 1;
            console::warn(format_args!("sample {} failed: {failure}", document.name));
        }
        Ok(())
    })?;
    diagnostics.extend(samples.findings(&file.text));
    Ok(tried)
}

/// A difference between contract and target, at the place of the contract that says otherwise.
fn in_contract(difference: Difference, plan: &Plan, places: &Places) -> Diagnostic {
    let Difference { kind, table, column, message, remedy } = difference;
    let code = match kind {
        DifferenceKind::Missing => Code::TargetMissing,
        DifferenceKind::TypeDiffers => Code::TargetTypeDiffers,
        DifferenceKind::NeedsValue => Code::TargetNeedsValue,
        DifferenceKind::MayRefuse | DifferenceKind::MayBeNull => Code::TargetMayRefuse,
        DifferenceKind::KeyDiffers => Code::TargetKeyDiffers,
        DifferenceKind::ParentLater => Code::TargetParentLater,
    };
    let table = &plan.schema().tables[table];
    let to_table = [Step::Key("tables"), Step::Key(&table.name)];
    let span = match column.map(|column| Step::Key(&table.columns[column].name)) {
        None => places.first_of(&[&to_table]),
        Some(column) => {
            let [tables, table] = to_table;
            let to_column = [tables, table, Step::Key("columns"), column];
            let to_type = [tables, table, Step::Key("columns"), column, Step::Key("type")];
            let is_about_type = matches!(kind, DifferenceKind::TypeDiffers | DifferenceKind::MayRefuse);
            let first = if is_about_type { &to_type[..] } else { &to_column[..] };
            places.first_of(&[first, &to_column, &to_table])
        }
    };
    Diagnostic::new(code, span, message, remedy)
}

/// The source does not promise that keys are unique.
fn repeatable_key(plan: &Plan, places: &Places) -> Diagnostic {
    let SourceSpec { table, key, .. } = &plan.contract().source;
    Diagnostic::new(
        Code::SourceKeyRepeatable,
        places.first_of(&[&[Step::Key("source"), Step::Key("key")], &[Step::Key("source")]]),
        format!("nothing in the database keeps two rows of {table} from having one {key}"),
        format!(
            "a run stops at a key that stands twice, and scans the keys once more to see it: make {key} the primary key, or unique"
        ),
    )
}

fn tell(
    file: &ContractFile,
    plan: Option<&Plan>,
    diagnostics: &[Diagnostic],
    tried: &Tried,
    json: bool,
) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    if !json {
        console::note(file.render(diagnostics, console::render_style()).trim_end());
        writeln!(out, "{} {}", file.path.display(), has(diagnostics))?;
        return Ok(());
    }
    let is_error = |diagnostic: &&Diagnostic| diagnostic.severity() == Severity::Error;
    let error_count = diagnostics.iter().filter(is_error).count();
    let mut lines = Lines::of(&file.text);
    let answer = Answer {
        version: 1,
        file: file.path.display().to_string(),
        name: plan.map(|plan| plan.contract().name.as_str()),
        hash: plan.map(|plan| plan.contract().hash.as_str()),
        error_count,
        warning_count: diagnostics.len() - error_count,
        sample_count: tried.document_count,
        failed_sample_count: tried.failed_count,
        problems: diagnostics.iter().map(|diagnostic| problem(diagnostic, &mut lines)).collect(),
    };
    let text = serde_json::to_string(&answer).map_err(std::io::Error::from)?;
    writeln!(out, "{text}")?;
    Ok(())
}

fn problem<'a>(diagnostic: &'a Diagnostic, lines: &mut Lines<'_>) -> ProblemAnswer<'a> {
    let Diagnostic { code, message, span, hint } = diagnostic;
    let (line, column) = lines.place(span.start);
    ProblemAnswer {
        severity: match diagnostic.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        code: code.number(),
        name: code.name(),
        message,
        hint,
        line,
        column,
        start: span.start,
        end: span.end,
    }
}
