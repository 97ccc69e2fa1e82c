//! Connections, with everything that several processes on one file need.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use xmlshred_engine::ports::{Fault, PortError};

use crate::address::OpenOptions;

use super::fault::port_error;

/// How long a lock is waited for before it is a [`Fault::Busy`]. Not longer, because nobody can interrupt the wait: the engine
/// tries again for minutes, and looks in between whether the run is to stop.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(5);
const SHORTEST_PAUSE_MICROS: u64 = 500;
const LONGEST_PAUSE_MICROS: u64 = 8_000;

/// Pages of the write-ahead log before it is written back: larger than SQLite's 1,000, so that bulk loads copy pages less often.
const CHECKPOINT_PAGES: u32 = 4_000;

/// Kibibytes of page cache (SQLite counts them negative): documents are read once, rows are looked up by key when they are loaded.
const READING_CACHE_KIB: i32 = -2_000;
const WRITING_CACHE_KIB: i32 = -16_000;

/// What a file is for, in words.
pub(super) const SOURCE: &str = "source";
pub(super) const TARGET: &str = "target";

/// A connection that reads. The file must be there; `role` says what it is for.
pub(super) fn open_for_reading(file: &Path, role: &str) -> Result<Connection, PortError> {
    must_exist(file, role)?;
    let connection = connect(file, OpenFlags::empty())?;
    connection
        .pragma_update(None, "query_only", true)
        .map_err(|error| port_error("opening the file", error))?;
    Ok(connection)
}

/// A connection that writes. The file must be there, unless tables may be created.
pub(super) fn open_for_writing(file: &Path, options: &OpenOptions) -> Result<Connection, PortError> {
    let OpenOptions { create, .. } = options;
    if !create {
        must_exist(file, TARGET)?;
    }
    let flags = if *create { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
    let connection = connect(file, flags)?;
    let failed = |error| port_error("preparing the file for writing", error);
    if connection.is_readonly(rusqlite::MAIN_DB).map_err(failed)? {
        let message = format!("the target {} cannot be written", file.display());
        let hint = "check the rights of the file and its folder: SQLite writes files beside it, too";
        return Err(PortError::new(Fault::ReadOnly, message).with_hint(hint));
    }
    // With a write-ahead log, NORMAL means that a power failure may undo the last commits, but whole ones, rows and log
    // together: the next run does them again. Some network file systems cannot have one; without it, only FULL is as safe.
    let synchronous = if use_write_ahead_log(&connection).map_err(failed)? { "NORMAL" } else { "FULL" };
    connection.pragma_update(None, "synchronous", synchronous).map_err(failed)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES).map_err(failed)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
    connection.pragma_update(None, "cache_size", WRITING_CACHE_KIB).map_err(failed)?;
    Ok(connection)
}

/// Whether the file has a write-ahead log now. It is kept in the file: the first to come switches it on.
fn use_write_ahead_log(connection: &Connection) -> rusqlite::Result<bool> {
    let mode = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    if connection.pragma_query_value(None, "journal_mode", mode)? == "wal" {
        return Ok(true);
    }
    let mut wait = wait_for_lock(LONGEST_WAIT);
    let mut tries = 0;
    loop {
        // SQLite does not ask the busy handler here, because two that switch at once would wait for each other.
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", mode) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && wait(tries) => {
                tries += 1;
            }
            result => return Ok(result? == "wal"),
        }
    }
}

fn connect(file: &Path, more: OpenFlags) -> Result<Connection, PortError> {
    let failed = |error| port_error(&format!("opening {}", file.display()), error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    // The bundled SQLite reads names that begin with `file:` as URIs; no absolute path does.
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_handler(Some(wait_for_lock(LONGEST_WAIT))).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(256);
    connection.pragma_update(None, "cache_size", READING_CACHE_KIB).map_err(failed)?;
    // The first look into the file: tells whether it is a database at all.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(failed)?;
    Ok(connection)
}

pub(super) fn must_exist(file: &Path, role: &str) -> Result<(), PortError> {
    if file.exists() {
        return Ok(());
    }
    let message = format!("the {role} {} does not exist", file.display());
    let hint = match role {
        TARGET => "check the path, or create the file and its tables with `--create-tables`",
        _ => "check the path; `xmlshred demo` makes a database to try",
    };
    Err(PortError::new(Fault::CannotConnect, message).with_hint(hint))
}

/// That a file could be made here: a folder that is missing does not come to be while somebody waits for it.
pub(crate) fn folder_must_exist(file: &Path) -> Result<(), PortError> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.exists() => {
            let message = format!("the folder of {} does not exist", file.display());
            Err(PortError::new(Fault::CannotConnect, message)
                .with_hint("check the path, or create the folder"))
        }
        _ => Ok(()),
    }
}

/// Waits a little for another process's transaction, and says whether to try once more, until it took too long; called with
/// the number of tries so far. SQLite's own handler sleeps up to 100 ms, far longer than a transaction of ours lasts, and would leave the file idle.
pub(super) fn wait_for_lock(longest_wait: Duration) -> impl FnMut(i32) -> bool + Send + 'static {
    let mut since = Instant::now();
    move |tries| {
        if tries == 0 {
            since = Instant::now();
        } else if since.elapsed() >= longest_wait {
            return false;
        }
        let longest = (SHORTEST_PAUSE_MICROS << tries.clamp(0, 4)).min(LONGEST_PAUSE_MICROS);
        std::thread::sleep(Duration::from_micros(fastrand::u64(SHORTEST_PAUSE_MICROS..=longest)));
        true
    }
}
