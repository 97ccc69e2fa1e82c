//! Keeps the write-ahead log short.
//!
//! SQLite copies it back into the database by itself after some commits, but starts it anew only at a moment when everything is
//! copied back and nobody reads from it. With several writers that moment never comes: while one copies, the others append.
//! So a log that has become long is emptied with the writers' lock held.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;

use super::connect::{LONGEST_WAIT, wait_for_lock};

/// A log of this many bytes is emptied.
const LIMIT: u64 = 64 << 20;
/// When somebody was in the way, it is tried again after the log has grown by this many bytes.
const STEP: u64 = 16 << 20;
/// How long others are waited for. Somebody may read for hours; writers wait meanwhile.
const PATIENCE: Duration = Duration::from_millis(500);

/// The write-ahead log beside a database file.
#[derive(Debug)]
pub(super) struct LogFile {
    path: Option<PathBuf>,
    limit: u64,
    step: u64,
    next_try: u64,
}

impl LogFile {
    /// That of the connection's file.
    pub(super) fn of(connection: &Connection) -> Self {
        Self::with_limit(connection, LIMIT, STEP)
    }

    fn with_limit(connection: &Connection, limit: u64, step: u64) -> Self {
        let path = connection.path().map(|file| PathBuf::from(format!("{file}-wal")));
        Self { path, limit, step, next_try: limit }
    }

    /// Empties the log when it is long; to be called between transactions. It may fail to, and be tried again later.
    pub(super) fn shorten(&mut self, connection: &mut Connection) {
        let Some(length) = self.length().filter(|&length| length >= self.next_try) else { return };
        let is_emptied = connection.busy_handler(Some(wait_for_lock(PATIENCE))).is_ok()
            && connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
                .is_ok_and(|busy| busy == 0);
        self.next_try = if is_emptied { self.limit } else { length + self.step };
        // Cannot fail; if it did, locks would be waited for less long.
        let _ = connection.busy_handler(Some(wait_for_lock(LONGEST_WAIT)));
    }

    fn length(&self) -> Option<u64> {
        Some(self.path.as_ref()?.metadata().ok()?.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &tempfile::TempDir) -> Connection {
        let connection = Connection::open(folder.path().join("test.db")).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.execute_batch("CREATE TABLE IF NOT EXISTS t (bytes BLOB)").unwrap();
        connection
    }

    #[test]
    fn a_long_log_is_emptied_as_soon_as_nobody_is_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let (mut writer, reader) = (open(&folder), open(&folder));
        let mut log = LogFile::with_limit(&writer, 100_000, 50_000);
        let write = |writer: &mut Connection, log: &mut LogFile| {
            writer.execute("INSERT INTO t VALUES (zeroblob(60000))", []).unwrap();
            log.shorten(writer);
            log.length().unwrap()
        };
        reader.execute_batch("BEGIN; SELECT count(*) FROM t;").unwrap();
        assert!(write(&mut writer, &mut log) > 0, "shorter than the limit");
        for _ in 0..3 {
            assert!(write(&mut writer, &mut log) > 100_000, "kept for the reader");
        }
        reader.execute_batch("COMMIT").unwrap();
        assert_eq!(write(&mut writer, &mut log), 0);
        assert!(write(&mut writer, &mut log) > 0, "shorter than the limit");
    }
}
