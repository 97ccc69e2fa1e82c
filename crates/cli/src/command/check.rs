//! `xmlshred check`: every problem of a contract at once.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use xmlshred_databases::{DifferenceKind, SourceAddress, name_diagnostics, without_passwords};
use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_mapping::contract::{Diagnostic, Loaded, Places, Severity};
use xmlshred_mapping::samples::Samples;
use xmlshred_mapping::{DocumentContext, Lines, NoRows, Plan};
use xmlshred_model::shown;

use crate::args::{CheckArgs, KeyArgs};
use crate::console;
use crate::database;
use crate::documents;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::failed_samples::FailedSamples;
use crate::settings::{Connection, ContractFile, has};
use crate::target_findings;

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
    skipped_sample_count: usize,
    problems: Vec<ProblemAnswer<'a>>,
    /// What is wrong with source and target and stands at no line of the contract.
    faults: Vec<FaultAnswer>,
}

#[derive(Serialize)]
struct FaultAnswer {
    message: String,
    hint: Option<String>,
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

/// Checks a contract; on sample documents, when there are some; against source and target, when they are named.
pub(crate) fn check(args: &CheckArgs) -> Result<Exit, CommandError> {
    let CheckArgs { samples, keys, contract: contract_args, database, json } = args;
    documents::refuse_contracts(samples)?;
    let connection = database::resolve_if_any(database)?;
    let file = ContractFile::read(contract_args)?;
    let Loaded { contract, mut diagnostics } = file.load();
    let plan = contract.map(|contract| Arc::new(Plan::new(contract)));
    let mut tried = Tried::default();
    let mut faults = Faults::default();
    if let Some(plan) = &plan {
        if !samples.is_empty() || keys.names_any() {
            tried = try_on(plan, samples, keys, connection.as_ref(), &mut diagnostics, &file)?;
        }
        let places = Places::of(&file.text);
        match (&connection, plan.contract().source.key_type) {
            (Some(connection), _) => {
                if let Some(schema) = database::ignored_schema(connection, plan) {
                    console::warn(format_args!(
                        "SQLite has no schemas: `target.schema: {schema}` is left out"
                    ));
                }
                look_at_databases(connection, plan, &places, &mut diagnostics, &mut faults);
            }
            (None, Some(said)) => diagnostics.extend(target_findings::document_keys(plan, said, &places)),
            (None, None) => {}
        }
    }
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end, diagnostic.code));
    tell(&file, plan.as_deref(), &diagnostics, &tried, &faults, *json)?;
    let has_errors = diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error);
    faults.tell()?;
    if plan.is_none() || has_errors {
        return Ok(Exit::Usage);
    }
    if let Some(connection) = connection {
        console::note(format_args!("{} has what the contract needs", connection.target_text()));
    }
    Ok(if tried.failed_count > 0 { Exit::SomeFailed } else { Exit::Done })
}

/// Everything that a run would find out at its start: names, tables, the source with its key, rights on all that is read and written.
fn look_at_databases(
    connection: &Connection,
    plan: &Plan,
    places: &Places,
    diagnostics: &mut Vec<Diagnostic>,
    faults: &mut Faults,
) {
    let dialect = connection.target.dialect();
    let mut found = name_diagnostics(dialect, plan.schema(), plan.contract(), places);
    let takes_names = found.is_empty();
    found.extend(target_findings::not_replaceable(plan, places));
    // A server that cannot be reached is not waited for again.
    let mut is_reached = true;
    // A target without the contract's tables may have a log.
    let mut is_empty = false;
    match database::differences(connection, plan) {
        Ok(differences) => {
            is_empty = matches!(&differences[..], [only] if only.kind == DifferenceKind::NoTables);
            found.extend(target_findings::differences(differences, plan, places));
        }
        Err(error) => {
            is_reached = !error.is_unreachable();
            faults.add(error);
        }
    }
    let is_one = matches!(&connection.source, SourceAddress::Database(url) if *url == connection.target);
    let is_fit = !found.iter().any(|diagnostic| diagnostic.severity() == Severity::Error);
    if takes_names {
        match database::open_to_check(connection, plan) {
            Ok(ports) => {
                match (is_reached || !is_one).then(|| ports.source()).transpose() {
                    Ok(None) => {}
                    Ok(Some(mut source)) => {
                        if let Err(error) = source.check_keys() {
                            faults.port("the source does not fit the contract", error);
                        }
                        found.extend(target_findings::document_keys(plan, source.key_type(), places));
                        if !source.promises_unique_keys() {
                            found.push(target_findings::repeatable_key(plan, places));
                        }
                    }
                    Err(error) => {
                        is_reached &= !(is_one && error.fault == Fault::CannotConnect);
                        faults.port("the source does not fit the contract", error);
                    }
                }
                // What is told already is not told again.
                if (is_fit || is_empty)
                    && is_reached
                    && let Err(error) = ports.sink()
                    && (is_fit || !matches!(error.fault, Fault::MissingTable { .. }))
                {
                    faults.port("the target does not fit the contract", error);
                }
            }
            Err(error) => faults.add(error),
        }
    }
    diagnostics.extend(found);
}

/// What is wrong with databases, none twice: source and target may be one.
#[derive(Default)]
struct Faults {
    found: Vec<CommandError>,
}

impl Faults {
    fn add(&mut self, error: CommandError) {
        let text = console::with_causes(&error);
        if self.found.iter().all(|known| console::with_causes(known) != text) {
            self.found.push(error);
        }
    }

    fn port(&mut self, during: &str, error: PortError) {
        self.add(CommandError::port(during, error));
    }

    /// Tells all of them; the last as the error of the command.
    fn tell(mut self) -> Result<(), CommandError> {
        let Some(last) = self.found.pop() else { return Ok(()) };
        self.found.iter().for_each(console::tell);
        Err(last)
    }
}

/// How many samples there were.
#[derive(Default)]
struct Tried {
    document_count: usize,
    failed_count: usize,
    skipped_count: usize,
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
    let mut failed = FailedSamples::default();
    let (mut document_count, mut skipped_count) = (0, 0);
    let now = jiff::Timestamp::now().as_microsecond();
    documents::each(paths, keys, connection, plan, &limits, &mut |document| {
        let source_columns = &document.source_columns[..];
        let context = DocumentContext {
            key: document.key.as_ref(),
            session: "check",
            now,
            source_columns,
            must_end: None,
        };
        document_count += 1;
        let content = document.content(plan, &limits).map_err(NoRows::from);
        match content.and_then(|content| samples.add(content, &context)) {
            Ok(()) => {}
            Err(NoRows::Skipped(_)) => skipped_count += 1,
            Err(NoRows::Failed(failure)) => failed.add(&document.name, &failure),
        }
        Ok(())
    })?;
    let failed_count = failed.count();
    failed.lines().iter().for_each(console::warn);
    if skipped_count > 0 {
        let are = if skipped_count == 1 { "is" } else { "are" };
        console::note(format_args!(
            "{skipped_count} of {document_count} samples {are} skipped, as `document.on_wrong_root` says"
        ));
    }
    diagnostics.extend(samples.findings(&file.text));
    Ok(Tried { document_count, failed_count, skipped_count })
}

fn tell(
    file: &ContractFile,
    plan: Option<&Plan>,
    diagnostics: &[Diagnostic],
    tried: &Tried,
    faults: &Faults,
    json: bool,
) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    if !json {
        console::note_rendered(&file.render(diagnostics, console::render_style()));
        let mut line = format!("{} {}", shown(&file.path.display().to_string()), has(diagnostics));
        if tried.failed_count > 0 {
            line.push_str(&format!("; {} of {} samples failed", tried.failed_count, tried.document_count));
        }
        match faults.found.len() {
            0 => {}
            1 => line.push_str("; source and target have 1 error"),
            count => line.push_str(&format!("; source and target have {count} errors")),
        }
        writeln!(out, "{line}")?;
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
        skipped_sample_count: tried.skipped_count,
        problems: diagnostics.iter().map(|diagnostic| problem(diagnostic, &mut lines)).collect(),
        faults: faults.found.iter().map(fault).collect(),
    };
    let text = serde_json::to_string(&answer).map_err(std::io::Error::from)?;
    writeln!(out, "{text}")?;
    Ok(())
}

fn fault(error: &CommandError) -> FaultAnswer {
    let plain = |text: String| without_passwords(&text).into_owned();
    FaultAnswer { message: plain(console::with_causes(error)), hint: error.hint().map(plain) }
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
