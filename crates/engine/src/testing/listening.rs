//! Observers for tests.

use std::sync::{Mutex, PoisonError};

use crate::event::{Event, Observer};

/// Keeps every event.
#[derive(Debug, Default)]
pub struct Recorder {
    events: Mutex<Vec<Event>>,
}

impl Recorder {
    /// One that has heard nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was heard, in order.
    pub fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Observer for Recorder {
    fn observe(&self, event: &Event) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(event.clone());
    }
}

/// Calls a function for every event.
pub struct Listener<F>(pub F);

impl<F: Fn(&Event) + Sync> Observer for Listener<F> {
    fn observe(&self, event: &Event) {
        (self.0)(event);
    }
}

/// Hears nothing.
#[derive(Clone, Copy, Debug)]
pub struct Deaf;

impl Observer for Deaf {
    fn observe(&self, _event: &Event) {}
}
