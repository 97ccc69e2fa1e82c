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

use indicatif::MultiProgress;
use xmlshred_engine::{Ended, RunError, RunSummary, StopSignal};

use self::finish::finish;
use self::job::Job;
use self::observer::RunObserver;
use self::started::Started;
use super::signals;
use crate::args::RunArgs;
use crate::console;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::report::{self, Prometheus};

/// Processes what is not yet processed.
pub(crate) fn run(args: &RunArgs) -> Result<Exit, CommandError> {
    let job = Job::new(args)?;
    let stop = signals::stop_on_ctrl_c()?;
    if args.stop_with_stdin {
        signals::stop_with_stdin(&stop)?;
    }
    report::prepare(&job.reporting.metrics_file(job.identity.share))?;
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
    let observer = RunObserver::new(&job, prometheus, &bars);
    let ended = process(&job, &observer, &stop);
    finish(&job, started, &observer.into_tally(), ended)
}

fn process(job: &Job, observer: &RunObserver<'_>, stop: &StopSignal) -> Result<RunSummary, CommandError> {
    let ports = job.ports()?;
    if job.create_tables {
        match xmlshred_engine::create_tables(&*ports, &job.settings.retry, observer, stop) {
            Err(RunError::Interrupted) => {
                return Ok(RunSummary {
                    ended: Ended::Interrupted,
                    totals: xmlshred_engine::Totals::default(),
                    elapsed: std::time::Duration::ZERO,
                });
            }
            created => created?,
        }
    }
    start::say_what_the_log_holds(&*ports, &job.identity);
    Ok(xmlshred_engine::run(&*ports, &job.plan, &job.identity, &job.settings, observer, stop)?)
}
