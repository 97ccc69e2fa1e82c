//! What the threads of one run share: who listens, whether to end, and what was done so far.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::RunError;
use crate::event::{Event, Observer};
use crate::failure_guard;
use crate::in_a_row::InARow;
use crate::ports::{Fault, PortError};
use crate::settings::{MaxFailures, RetrySettings};
use crate::stop::StopSignal;
use crate::summary::Totals;
use crate::under_way::UnderWay;

/// So many deadlocks of loaders, and there are too many of them.
const DEADLOCKS_PER_LOADER: u32 = 5;

/// The common ground of a run's threads. The first error wins; every thread that meets [`Control::must_end`] ends.
pub(crate) struct Control<'a> {
    observer: &'a dyn Observer,
    stop: &'a StopSignal,
    retry: RetrySettings,
    max_failures: MaxFailures,
    stop_was_said: AtomicBool,
    was_cut_short: AtomicBool,
    has_failed: AtomicBool,
    error: Mutex<Option<RunError>>,
    totals: Mutex<Totals>,
    refused: Mutex<InARow>,
    crowd: Mutex<Crowd>,
    under_way: UnderWay,
}

/// Loaders that go on, and how often they stood in each other's way since there was one more.
#[derive(Default)]
struct Crowd {
    loader_count: u32,
    deadlock_count: u32,
}

impl<'a> Control<'a> {
    pub(crate) fn new(
        observer: &'a dyn Observer,
        stop: &'a StopSignal,
        retry: RetrySettings,
        max_failures: MaxFailures,
    ) -> Self {
        Self {
            observer,
            stop,
            retry,
            max_failures,
            stop_was_said: AtomicBool::new(false),
            was_cut_short: AtomicBool::new(false),
            has_failed: AtomicBool::new(false),
            error: Mutex::default(),
            totals: Mutex::default(),
            refused: Mutex::default(),
            crowd: Mutex::default(),
            under_way: UnderWay::default(),
        }
    }

    /// Notes how many loaders begin.
    pub(crate) fn begins_with_loaders(&self, count: u32) {
        *lock(&self.crowd) = Crowd { loader_count: count, deadlock_count: 0 };
    }

    /// Notes that a transaction of a loader was a deadlock's victim.
    pub(crate) fn met_deadlock(&self) {
        lock(&self.crowd).deadlock_count += 1;
    }

    /// Whether the loader that asks shall end, because loaders stand in each other's way: never the last.
    pub(crate) fn gives_a_loader_up(&self) -> bool {
        let left = {
            let mut crowd = lock(&self.crowd);
            if crowd.deadlock_count < DEADLOCKS_PER_LOADER || crowd.loader_count < 2 {
                return false;
            }
            *crowd = Crowd { loader_count: crowd.loader_count - 1, deadlock_count: 0 };
            crowd.loader_count
        };
        self.emit(&Event::LoaderGivenUp { left });
        true
    }

    /// What the ports are doing.
    pub(crate) fn under_way(&self) -> &UnderWay {
        &self.under_way
    }

    pub(crate) fn retry(&self) -> &RetrySettings {
        &self.retry
    }

    pub(crate) fn emit(&self, event: &Event) {
        self.observer.observe(event);
    }

    /// Passes on what the database said of a fault that does not end the run; one that does carries it along.
    pub(crate) fn quote(&self, error: &PortError) {
        if let Some(words) = &error.words {
            self.emit(&Event::DatabaseSaid { words: words.clone() });
        }
    }

    /// Whether a stop was asked for; the first to notice says so.
    pub(crate) fn stop_requested(&self) -> bool {
        let requested = self.stop.is_requested();
        if requested && !self.stop_was_said.swap(true, Ordering::AcqRel) {
            self.emit(&Event::Stopping);
        }
        requested
    }

    /// What becomes true when a stop is asked for, for those who look at it often.
    pub(crate) fn stop_flag(&self) -> &AtomicBool {
        self.stop.flag()
    }

    /// Whether the run is lost.
    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Acquire)
    }

    /// Whether nothing new may be begun.
    pub(crate) fn must_end(&self) -> bool {
        self.has_failed() || self.stop_requested()
    }

    /// Ends the run with this error, unless there is one already.
    pub(crate) fn fail(&self, error: RunError) {
        lock(&self.error).get_or_insert(error);
        self.has_failed.store(true, Ordering::Release);
        self.stop.wake();
    }

    /// Ends the run with this error once the others have done what they have, unless there is one already.
    pub(crate) fn fail_at_the_end(&self, error: RunError) {
        lock(&self.error).get_or_insert(error);
    }

    /// Notes that documents were left because of a stop.
    pub(crate) fn cut_short(&self) {
        self.was_cut_short.store(true, Ordering::Release);
    }

    pub(crate) fn was_cut_short(&self) -> bool {
        self.was_cut_short.load(Ordering::Acquire)
    }

    /// Waits; says whether the run still goes on then.
    pub(crate) fn sleep(&self, delay: Duration) -> bool {
        self.stop.sleep(delay, || self.has_failed()) && !self.must_end()
    }

    /// Notes that the target refused one document alone; answers how many it refused in a row for this reason, whoever loaded them.
    pub(crate) fn refused(&self, fault: &Fault) -> u32 {
        lock(&self.refused).refused(fault)
    }

    /// Adds to the totals and ends the run when too many documents failed.
    pub(crate) fn account(&self, part: &Totals) {
        let Totals {
            success_count,
            failed_count,
            skipped_count,
            already_done_count,
            byte_count,
            table_row_counts,
            issue_count,
        } = part;
        if *success_count > 0 {
            lock(&self.refused).went_through();
        }
        let (failed, processed) = {
            let mut totals = lock(&self.totals);
            totals.success_count += success_count;
            totals.failed_count += failed_count;
            totals.skipped_count += skipped_count;
            totals.already_done_count += already_done_count;
            totals.byte_count += byte_count;
            totals.issue_count += issue_count;
            if totals.table_row_counts.len() < table_row_counts.len() {
                totals.table_row_counts.resize(table_row_counts.len(), 0);
            }
            for (total, count) in totals.table_row_counts.iter_mut().zip(table_row_counts) {
                *total += count;
            }
            (totals.failed_count, totals.success_count + totals.failed_count)
        };
        if failure_guard::too_many(self.max_failures, failed, processed) {
            self.fail(RunError::TooManyFailures { failed, processed, limit: self.max_failures });
        }
    }

    /// What the run came to.
    pub(crate) fn finish(&self) -> Result<Totals, RunError> {
        match lock(&self.error).take() {
            Some(error) => Err(error),
            None => Ok(std::mem::take(&mut *lock(&self.totals))),
        }
    }
}

/// A panic elsewhere cannot leave these values half-changed in a way that matters: the run is lost then.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
