//! Ctrl-C in a demo: instances at work are stopped in order, anything else ends at once.

use std::process::{Child, ChildStdin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::signals;

/// The pipe to the instances that are at work: they stop when it is closed, also when this process dies.
#[derive(Clone, Debug, Default)]
pub(super) struct Line(Arc<Mutex<Option<ChildStdin>>>);

impl Line {
    /// Closed by the first Ctrl-C (or SIGTERM); without instances, and at the second one, the process ends. What a demo had begun
    /// to prepare is replaced by the next one.
    pub(super) fn closed_by_ctrl_c() -> Self {
        let line = Self::default();
        let held = line.clone();
        signals::on_ctrl_c(move || {
            if held.lock().take().is_none() {
                signals::end();
            }
        });
        line
    }

    /// Waits for the end of a process that was started with `--stop-with-stdin`.
    ///
    /// # Errors
    /// When the system does not tell.
    pub(super) fn wait(&self, child: &mut Child) -> std::io::Result<std::process::ExitStatus> {
        // `Child::wait` would close it.
        *self.lock() = child.stdin.take();
        let status = child.wait();
        *self.lock() = None;
        status
    }

    fn lock(&self) -> MutexGuard<'_, Option<ChildStdin>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
