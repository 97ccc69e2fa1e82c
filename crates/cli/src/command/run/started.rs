//! When a run began.

use std::time::Instant;

/// When the run began: for people, and for measuring.
#[derive(Clone, Copy, Debug)]
pub(super) struct Started {
    pub(super) at: jiff::Timestamp,
    pub(super) clock: Instant,
}

impl Started {
    /// This moment.
    pub(super) fn now() -> Self {
        Self { at: jiff::Timestamp::now(), clock: Instant::now() }
    }
}
