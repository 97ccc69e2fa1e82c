//! Asking a run to stop, from a signal handler or another thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A request to stop, made at most once and kept. What was begun is then finished or rolled back; whatever the run was
/// waiting for, it wakes at once.
#[derive(Debug, Default)]
pub struct StopSignal {
    requested: AtomicBool,
    gate: Mutex<()>,
    changed: Condvar,
}

impl StopSignal {
    /// A signal that nobody has given yet.
    pub const fn new() -> Self {
        Self { requested: AtomicBool::new(false), gate: Mutex::new(()), changed: Condvar::new() }
    }

    /// Asks to stop. May be called from any thread and more than once.
    pub fn request(&self) {
        self.requested.store(true, Ordering::Release);
        self.wake();
    }

    /// Whether somebody asked.
    pub fn is_requested(&self) -> bool {
        self.requested.load(Ordering::Acquire)
    }

    /// What becomes true when somebody asks.
    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.requested
    }

    /// Makes everybody in [`StopSignal::sleep`] look at their reasons again.
    pub(crate) fn wake(&self) {
        // Without the lock, a sleeper between its look and its wait would miss this.
        let _gate = self.gate();
        self.changed.notify_all();
    }

    /// Waits this long, or until a stop is requested. Says whether the whole time went by.
    pub fn wait(&self, duration: Duration) -> bool {
        self.sleep(duration, || false)
    }

    /// Waits this long, or until a stop is requested or `cancelled` says so after a [`StopSignal::wake`]. Says whether
    /// the whole time went by.
    pub(crate) fn sleep(&self, duration: Duration, cancelled: impl Fn() -> bool) -> bool {
        let end = Instant::now().checked_add(duration);
        let mut gate = self.gate();
        loop {
            if self.is_requested() || cancelled() {
                return false;
            }
            let left = match end {
                Some(end) => end.saturating_duration_since(Instant::now()),
                None => duration,
            };
            if left.is_zero() {
                return true;
            }
            gate = self.changed.wait_timeout(gate, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn gate(&self) -> MutexGuard<'_, ()> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleeper_wakes_as_soon_as_a_stop_is_requested() {
        let signal = StopSignal::new();
        std::thread::scope(|scope| {
            let sleeper = scope.spawn(|| signal.sleep(Duration::from_secs(3600), || false));
            signal.request();
            assert!(!sleeper.join().unwrap());
        });
        assert!(signal.is_requested());
    }

    #[test]
    fn a_sleeper_wakes_when_its_own_reason_comes_true() {
        let signal = StopSignal::new();
        let cancelled = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let sleeper =
                scope.spawn(|| signal.sleep(Duration::from_secs(3600), || cancelled.load(Ordering::Acquire)));
            cancelled.store(true, Ordering::Release);
            signal.wake();
            assert!(!sleeper.join().unwrap());
        });
        assert!(!signal.is_requested());
    }

    #[test]
    fn no_time_is_slept_at_once() {
        assert!(StopSignal::new().sleep(Duration::ZERO, || false));
    }
}
