//! How long one statement may run: a trigger or a view without an end is ended, and the document that it stands for can be told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;

/// A statement that writes stands for one row, and no wait for locks is in it.
pub(super) const LONGEST_WRITE: Duration = Duration::from_secs(60);
/// One that reads may go through a whole table that has no index. What servers are given, too.
pub(super) const LONGEST_READ: Duration = Duration::from_secs(600);

/// Steps of SQLite's machine between two looks at the clock: less than a tenth of a second, and no ordinary statement comes so far.
const STEPS_PER_LOOK: i32 = 1_000_000;

/// The time of the statement that runs on a connection.
#[derive(Debug)]
pub(super) struct StatementTime {
    begins: Arc<AtomicBool>,
}

impl StatementTime {
    /// Ends statements of this connection that take longer than `limit`, which SQLite then tells as interrupted.
    pub(super) fn limit(connection: &mut Connection, limit: Duration) -> rusqlite::Result<Self> {
        let begins = Arc::new(AtomicBool::new(true));
        let is_new = Arc::clone(&begins);
        let mut since = Instant::now();
        let look = move || {
            if is_new.swap(false, Ordering::Relaxed) {
                since = Instant::now();
            }
            since.elapsed() >= limit
        };
        connection.progress_handler(STEPS_PER_LOOK, Some(look))?;
        Ok(Self { begins })
    }

    /// To be called before a statement, which is then given the whole time.
    pub(super) fn begin(&self) {
        self.begins.store(true, Ordering::Relaxed);
    }
}
