//! `xmlshred run`: process what is not yet processed.
//!
//! [`Job`] (everything resolved) → [`start`] (log, ports, first lines) → engine, with [`RunObserver`] listening →
//! [`mod@finish`] (metrics file, summary, exit code).

mod finish;
mod job;
mod observer;
mod start;
mod started;

use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded, select};
use indicatif::MultiProgress;
use tracing::{info, warn};
use xmlshred_engine::ports::{FailedDocuments, Ports};
use xmlshred_engine::shredding::Shredders;
use xmlshred_engine::watching::Watched;
use xmlshred_engine::{Ended, RunError, RunSettings, RunSummary, StopSignal};

use self::finish::finish;
pub(super) use self::job::Job;
use self::observer::RunObserver;
use self::started::Started;
use crate::args::RunArgs;
use crate::console;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::report::{self, Prometheus};
use crate::sessions;
use crate::signals::{self, Interruption};

/// How long a stop waits for what was begun. What takes longer, a server that does not answer or a statement that waits for locks, is
/// left alone: its connection ends with the process, and the database rolls it back.
const GRACE: Duration = Duration::from_millis(1_500);

/// Processes what is not yet processed.
pub(crate) fn run(args: &RunArgs) -> Result<Exit, CommandError> {
    let job = Job::new(args)?;
    let interruption = signals::stop_on_ctrl_c();
    if args.stop_with_stdin {
        signals::stop_with_stdin(&interruption)?;
    }
    execute(job, &interruption)
}

/// Runs what is resolved, and tells how it ended.
///
/// # Errors
/// Those of the run.
pub(super) fn execute(job: Job, interruption: &Interruption) -> Result<Exit, CommandError> {
    let job = Arc::new(job);
    report::prepare(&job.reporting.metrics_file(job.identity.share))?;
    sessions::keep(&job.contract_file, job.plan.contract(), &job.reporting.metrics_dir)?;
    let bars = MultiProgress::new();
    console::log_to(&job.reporting.log_file(job.identity.share), job.reporting.level, &bars)?;
    let started = Started::now();
    start::say_what_begins(&job);
    let prometheus = match job.reporting.metrics_listen {
        None => None,
        Some(address) => {
            let schema = Arc::clone(job.plan.schema());
            Some(Prometheus::listen(address, &job.identity, schema)?)
        }
    };
    let observer = Arc::new(RunObserver::new(&job, prometheus, &bars));
    let ended = process_unless_stopped(&job, &observer, interruption);
    let _ = bars.clear();
    finish(&job, started, &observer.tally(), ended)
}

/// [`process`] on a thread that is left alone when it does not end soon after a stop.
fn process_unless_stopped(
    job: &Arc<Job>,
    observer: &Arc<RunObserver>,
    interruption: &Interruption,
) -> Result<RunSummary, CommandError> {
    let (done, ended) = bounded(1);
    let (its_job, its_observer) = (Arc::clone(job), Arc::clone(observer));
    let stop = Arc::clone(&interruption.stop);
    let body = move || {
        // Nobody may listen any more.
        let _ = done.send(process(&its_job, &its_observer, &stop));
    };
    Builder::new()
        .name("run".to_owned())
        .spawn(body)
        .map_err(|error| RunError::NoThread { thread: "run", error })?;
    let gone = || CommandError::Run(RunError::ThreadPanicked { thread: "run" });
    select! {
        recv(ended) -> end => return end.unwrap_or_else(|_| Err(gone())),
        recv(interruption.requested) -> _ => {}
    }
    match ended.recv_timeout(GRACE) {
        Ok(end) => end,
        Err(RecvTimeoutError::Disconnected) => Err(gone()),
        Err(RecvTimeoutError::Timeout) => {
            warn!(
                "What was begun takes too long and is left: the database rolls it back, the next run does it"
            );
            Ok(interrupted())
        }
    }
}

fn process(job: &Job, observer: &RunObserver, stop: &StopSignal) -> Result<RunSummary, CommandError> {
    let ports: Arc<dyn Ports> = job.ports()?.into();
    observer.name_documents_by(&ports);
    start::refuse_unfit_keys(&*ports, job)?;
    if job.create_tables {
        match xmlshred_engine::create_tables(&*ports, &job.settings.retry, observer, stop) {
            Err(RunError::Interrupted) => return Ok(interrupted()),
            created => created?,
        }
    }
    if job.chosen.is_none() {
        start::say_what_the_log_holds(&*ports, &job.identity);
    }
    if job.settings.failed == FailedDocuments::Leave {
        observer.note_failed_before(start::failed_before(&*ports, job));
    }
    let watched = job.watch.as_ref().map(|watch| Watched { plan: &job.plan, watch });
    let shredders: &dyn Shredders = match &watched {
        Some(watched) => watched,
        None => &job.plan,
    };
    let once = |ports: &dyn Ports, settings: &RunSettings| {
        xmlshred_engine::run_with(ports, shredders, &job.identity, settings, observer, stop)
    };
    let ended = once(&*ports, &job.settings);
    let mut summary = ended.map_err(|error| start::with_all_differences(error.into(), job))?;
    let Some(pause) = job.follow else { return Ok(summary) };
    info!("Everything is processed; looks for new and changed documents every {} s", pause.as_secs());
    let settings = RunSettings { reached_before: true, ..job.settings.clone() };
    // On servers, who has no session is gone for those who look on.
    let mut seen = ports.journal();
    while summary.ended == Ended::Completed && stop.wait(pause) {
        // Opened anew: files are listed, and nothing stays open for hours.
        let ports: Arc<dyn Ports> = job.ports()?.into();
        observer.name_documents_by(&ports);
        summary = once(&*ports, &settings)?;
        seen = ports.journal();
    }
    drop(seen);
    Ok(summary)
}

fn interrupted() -> RunSummary {
    RunSummary {
        ended: Ended::Interrupted,
        totals: xmlshred_engine::Totals::default(),
        elapsed: Duration::ZERO,
    }
}
