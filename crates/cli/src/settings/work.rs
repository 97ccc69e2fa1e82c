//! What a run does, in the engine's terms.

use std::num::NonZeroUsize;

use xmlshred_engine::ports::FailedDocuments;
use xmlshred_engine::{BatchLimits, DryRun, MaxFailures, RunSettings};
use xmlshred_model::{DocumentKey, KeyRange};

use super::SettingsError;
use crate::args::{MaxFailuresArg, PaceArgs, WorkArgs};

/// A percentage means nothing before this many documents.
const PERCENT_AFTER: u64 = 1000;

/// The engine's settings for these arguments.
///
/// # Errors
/// When the range of keys is upside down.
pub(crate) fn run_settings(args: &WorkArgs) -> Result<RunSettings, SettingsError> {
    let WorkArgs {
        pace: PaceArgs { workers, batch_size },
        key_start,
        key_end,
        limit,
        retry_failed,
        max_failures,
        create_tables,
        adopt_log: _,
        dry_run,
        drift_sample: _,
        drift_known: _,
        follow: _,
    } = args;
    // How other keys sort, the source knows.
    if let (Some(DocumentKey::Int(start)), Some(DocumentKey::Int(end))) = (key_start, key_end)
        && start > end
    {
        return Err(SettingsError::EmptyKeyRange { start: *start, end: *end });
    }
    let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let not_zero = |number: u32| {
        NonZeroUsize::new(number as usize).expect("the arguments take no zero, and a usize holds 32 bits")
    };
    let batch_size = not_zero(*batch_size);
    let defaults = RunSettings::default();
    Ok(RunSettings {
        workers: workers.map_or_else(cores, not_zero),
        batch_size,
        // Who asks for small fetches, because locks must be short, does not want large transactions.
        batch: BatchLimits { documents: batch_size.get(), ..defaults.batch },
        range: KeyRange { start: key_start.clone(), end: key_end.clone() },
        failed: if *retry_failed { FailedDocuments::Retry } else { FailedDocuments::Leave },
        limit: *limit,
        max_failures: match *max_failures {
            MaxFailuresArg::Count(count) => MaxFailures::Count(count),
            MaxFailuresArg::Percent(percent) => MaxFailures::Percent { percent, after: PERCENT_AFTER },
        },
        dry_run: match (dry_run, create_tables) {
            (false, _) => DryRun::No,
            (true, false) => DryRun::WithTarget,
            (true, true) => DryRun::WithoutTarget,
        },
        ..defaults
    })
}
