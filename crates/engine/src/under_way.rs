//! What the ports are doing, and since when: so that what takes long can be told while it lasts.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::activity::Activity;

/// What takes longer is told.
const TOLD_AFTER: Duration = Duration::from_secs(5);
/// And again when twice as much time has passed, or so much more.
const TOLD_AGAIN_AFTER: Duration = Duration::from_secs(30);

/// Operations of ports that have begun and not ended.
#[derive(Debug, Default)]
pub(crate) struct UnderWay {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    last: u64,
    operations: BTreeMap<u64, Operation>,
    has_ended: bool,
}

#[derive(Clone, Copy, Debug)]
struct Operation {
    during: Activity,
    /// Since when nothing came of it, tries included.
    since: Instant,
    told_at: Instant,
    /// Whether it waits for its next try, which is told by another event.
    rests: bool,
}

/// An operation under way; it has ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Begun<'a> {
    under_way: &'a UnderWay,
    number: u64,
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.under_way.state().operations.remove(&self.number);
    }
}

impl Begun<'_> {
    /// Notes that it waits for its next try, or does no more.
    pub(crate) fn rests(&self, rests: bool) {
        let mut state = self.under_way.state();
        if let Some(operation) = state.operations.get_mut(&self.number) {
            operation.rests = rests;
            operation.told_at = operation.told_at.max(Instant::now());
        }
        drop(state);
        self.under_way.changed.notify_all();
    }
}

impl UnderWay {
    /// Notes that an operation begins.
    pub(crate) fn begin(&self, during: Activity) -> Begun<'_> {
        let now = Instant::now();
        let mut state = self.state();
        state.last += 1;
        let number = state.last;
        let was_idle = state.operations.is_empty();
        state.operations.insert(number, Operation { during, since: now, told_at: now, rests: false });
        drop(state);
        if was_idle {
            self.changed.notify_all();
        }
        Begun { under_way: self, number }
    }

    /// Lets the watch end.
    pub(crate) fn end(&self) {
        self.state().has_ended = true;
        self.changed.notify_all();
    }

    /// Waits until something takes long; `None` when the watch is to end.
    pub(crate) fn next(&self) -> Option<(Activity, Duration)> {
        let mut state = self.state();
        loop {
            if state.has_ended {
                return None;
            }
            let due = |operation: &Operation| {
                let before = operation.told_at - operation.since;
                operation.told_at + before.clamp(TOLD_AFTER, TOLD_AGAIN_AFTER)
            };
            let active = state.operations.values_mut().filter(|operation| !operation.rests);
            // Of several that wait, the first one stands for all.
            let Some(oldest) = active.min_by_key(|operation| operation.since) else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let (now, due) = (Instant::now(), due(oldest));
            if due <= now {
                oldest.told_at = now;
                return Some((oldest.during, now - oldest.since));
            }
            state = self.changed.wait_timeout(state, due - now).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
