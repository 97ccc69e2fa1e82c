//! `xmlshred retry`: documents that the log has are processed again, or removed where the source has them no more.
//!
//! The log and the source say which they are ([`crate::retry`]); a dry run says what would come of them; then an ordinary run processes them,
//! which replaces what they were. Until then the first Ctrl-C ends the process.

use std::io::{BufRead, IsTerminal, Write};
use std::num::NonZeroU32;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use xmlshred_engine::ports::{FailedDocuments, Ports};
use xmlshred_engine::{DryRun, Event, MaxFailures, Observer, RunSettings, StopSignal};
use xmlshred_mapping::Plan;
use xmlshred_model::shown_lines;

use super::run::{self, Job};
use crate::args::{DriftSampleArg, InstanceArgs, RetryArgs, RunArgs, WorkArgs};
use crate::console::{self, count};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::failures::Cause;
use crate::retry::{self, Chosen, Trial, Vanished, Wanted};
use crate::settings::SettingsError;
use crate::signals;

/// Documents that the dry run tries.
const TRIED: u64 = 1_000;
/// Documents that are removed in one transaction.
const REMOVED_TOGETHER: NonZeroUsize = NonZeroUsize::new(500).expect("500 is not zero");

/// Plans, asks, and does it.
pub(crate) fn retry(args: &RetryArgs) -> Result<Exit, CommandError> {
    let job = Job::new(&as_run(args))?;
    let plan = Arc::clone(&job.plan);
    let ports: Arc<dyn Ports> = job.ports_to_look()?.into();
    let wanted = Wanted::new(args, &plan, &mut || ports.source())?;
    if args.vanished {
        return remove_vanished(args, &wanted, job, &*ports);
    }
    let chosen = retry::choose(&wanted, &*ports, &plan)?;
    drop(ports);
    if chosen.keys.is_empty() {
        if let Some(doubt) = wanted.filter.into_doubt() {
            return Err(doubt.into());
        }
        tell(args, &chosen, None, &plan)?;
        return Ok(Exit::Done);
    }
    refuse_untraced(chosen.success, &plan)?;
    // Failed documents have no rows: their log rows alone are replaced, unless somebody has loaded them in the meantime.
    let mode = if wanted.is_of_any_outcome() { FailedDocuments::Replace } else { FailedDocuments::Retry };
    let job = job.choose(chosen.keys.clone(), mode, args.json);
    let trial = try_out(&job)?;
    tell(args, &chosen, Some(&trial), &plan)?;
    let what = "What they were is replaced, each document in one transaction: rows, issues, log row.";
    if !is_agreed(args, what, "Process them again?")? {
        return Ok(Exit::Done);
    }
    run::execute(job, &signals::stop_on_ctrl_c())
}

/// The run that processes the documents; which, is decided later.
fn as_run(args: &RetryArgs) -> RunArgs {
    let RetryArgs {
        which: _,
        contract_changed: _,
        document_changed: _,
        all: _,
        vanished: _,
        yes: _,
        json: _,
        pace,
        max_failures,
        contract,
        database,
        report,
    } = args;
    RunArgs {
        contract: contract.clone(),
        database: database.clone(),
        instance: InstanceArgs { instance_id: None, instance_count: None },
        work: WorkArgs {
            pace: *pace,
            key_start: None,
            key_end: None,
            limit: None,
            retry_failed: false,
            max_failures: *max_failures,
            create_tables: false,
            adopt_log: false,
            dry_run: false,
            drift_sample: DriftSampleArg(NonZeroU32::new(100)),
            drift_known: None,
            follow: None,
        },
        report: report.clone(),
        json: false,
        stop_with_stdin: false,
    }
}

/// Documents with rows can be replaced only where every table tells whose its rows are.
fn refuse_untraced(documents: u64, plan: &Plan) -> Result<(), CommandError> {
    match retry::untraced(plan.contract()).filter(|_| documents > 0) {
        None => Ok(()),
        Some((tables, remedy)) => Err(CommandError::Untraced { tables, documents, remedy }),
    }
}

fn tell(args: &RetryArgs, chosen: &Chosen, trial: Option<&Trial>, plan: &Plan) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", retry::json(chosen, trial, plan).map_err(std::io::Error::from)?)?;
        return Ok(());
    }
    write!(out, "{}", shown_lines(&retry::text(chosen, trial, plan, console::columns())))?;
    Ok(())
}

/// Whether it may be done.
fn is_agreed(args: &RetryArgs, what: &str, question: &str) -> Result<bool, CommandError> {
    if args.yes {
        return Ok(true);
    }
    if args.json || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(SettingsError::NeedsYes.into());
    }
    console::note(format_args!("{what}"));
    write!(anstream::stderr(), "{question} [y/N] ")?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    let is_agreed = matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes");
    if !is_agreed {
        console::note("Nothing was changed");
    }
    Ok(is_agreed)
}

/// Shreds the first of the documents, and writes nothing.
fn try_out(job: &Job) -> Result<Trial, CommandError> {
    let ports = job.ports_to_look()?;
    let settings = RunSettings {
        dry_run: DryRun::WithTarget,
        limit: Some(TRIED),
        max_failures: MaxFailures::Percent { percent: 100.0, after: u64::MAX },
        ..job.settings.clone()
    };
    let listener = Listener::default();
    xmlshred_engine::run(&*ports, &job.plan, &job.identity, &settings, &listener, &StopSignal::new())?;
    Ok(listener.0.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Counts what would come of documents; tells of faults that pass.
#[derive(Default)]
struct Listener(Mutex<Trial>);

impl Observer for Listener {
    fn observe(&self, event: &Event) {
        let mut trial = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::DocumentFailed { key: _, failure } => {
                let cause = Cause {
                    stage: failure.stage.to_string(),
                    code: failure.code.to_string(),
                    table: failure.place.table.clone(),
                    column: failure.place.column.clone(),
                };
                *trial.failures.entry(cause).or_default() += 1;
            }
            Event::Committed { success_count, skipped_count, .. } => {
                trial.success += success_count;
                trial.skipped += skipped_count;
            }
            Event::Retrying { reason, delay, .. } => {
                console::warn(format_args!("{reason}; another try follows in {delay:.1?}"));
            }
            _ => {}
        }
    }
}

/// Removes what documents left that the source has no more.
fn remove_vanished(
    args: &RetryArgs,
    wanted: &Wanted,
    job: Job,
    ports: &dyn Ports,
) -> Result<Exit, CommandError> {
    let Vanished { keys, success, logged } = retry::vanished(&wanted.filter, ports)?;
    let number = keys.len() as u64;
    tell_vanished(args, "vanished", number, logged)?;
    if keys.is_empty() {
        return Ok(Exit::Done);
    }
    if number == logged && !args.all {
        return Err(SettingsError::AllVanished.into());
    }
    refuse_untraced(success, &job.plan)?;
    if !is_agreed(args, "What they left is removed: rows, issues, log rows.", "Remove it?")? {
        return Ok(Exit::Done);
    }
    let job = job.choose(keys.clone(), FailedDocuments::Replace, args.json);
    let (ports, listener) = (job.ports()?, Listener::default());
    let stop = signals::stop_on_ctrl_c().stop;
    xmlshred_engine::remove(&*ports, &keys, REMOVED_TOGETHER, &job.settings.retry, &listener, &stop)?;
    tell_vanished(args, "removed", number, logged - number)?;
    Ok(Exit::Done)
}

fn tell_vanished(args: &RetryArgs, kind: &str, number: u64, logged: u64) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    if args.json {
        let line = serde_json::json!({ "version": 1, "kind": kind, "documents": number, "logged": logged });
        writeln!(out, "{line}")?;
    } else if kind == "removed" {
        writeln!(out, "{} removed, {} left in the log", retry::documents(number), count(logged))?;
    } else {
        let (number, logged) = (count(number), count(logged));
        writeln!(out, "{number} of {logged} documents of the log are not in the source any more")?;
    }
    Ok(())
}
