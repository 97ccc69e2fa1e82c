//! Connections, with everything that several processes on one file need.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use xmlshred_engine::ports::{Fault, PortError};

use crate::open::OpenOptions;

use super::fault::port_error;

/// Tries of the busy handler; with the pauses below about a minute.
const MAX_TRIES: i32 = 15_000;
const SHORTEST_PAUSE_MICROS: u64 = 500;
const LONGEST_PAUSE_MICROS: u64 = 8_000;

/// Pages of the write-ahead log before it is written back: larger than SQLite's 1,000, so that bulk loads copy pages less often.
const CHECKPOINT_PAGES: u32 = 4_000;

/// Kibibytes of page cache (SQLite counts them negative): documents are read once, rows are looked up by key when they are loaded.
const READING_CACHE_KIB: i32 = -2_000;
const WRITING_CACHE_KIB: i32 = -16_000;

/// A connection that reads. The file must be there.
pub(crate) fn open_for_reading(file: &Path) -> Result<Connection, PortError> {
    must_exist(file, "source")?;
    let connection = connect(file, OpenFlags::empty())?;
    connection
        .pragma_update(None, "query_only", true)
        .map_err(|error| port_error("opening the file", error))?;
    Ok(connection)
}

/// A connection that writes. The file must be there, unless tables may be created.
pub(super) fn open_for_writing(file: &Path, options: OpenOptions) -> Result<Connection, PortError> {
    let OpenOptions { create } = options;
    if !create {
        must_exist(file, "target")?;
    }
    let flags = if create { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
    let connection = connect(file, flags)?;
    let failed = |error| port_error("preparing the file for writing", error);
    if connection.is_readonly(rusqlite::MAIN_DB).map_err(failed)? {
        let message = format!("the target {} cannot be written", file.display());
        let hint = "check the rights of the file and its folder: SQLite writes files beside it, too";
        return Err(PortError::new(Fault::ReadOnly, message).with_hint(hint));
    }
    let mode: String =
        connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).map_err(failed)?;
    }
    // A power failure may undo the last commits, but whole ones, rows and log together: the next run does them again.
    connection.pragma_update(None, "synchronous", "NORMAL").map_err(failed)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES).map_err(failed)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
    connection.pragma_update(None, "cache_size", WRITING_CACHE_KIB).map_err(failed)?;
    Ok(connection)
}

fn connect(file: &Path, more: OpenFlags) -> Result<Connection, PortError> {
    let failed = |error| port_error(&format!("opening {}", file.display()), error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let mut connection = Connection::open_with_flags(file, flags).map_err(failed)?;
    connection.busy_handler(Some(wait_for_lock)).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(256);
    connection.pragma_update(None, "cache_size", READING_CACHE_KIB).map_err(failed)?;
    // The first look into the file: tells whether it is a database at all.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(failed)?;
    Ok(connection)
}

fn must_exist(file: &Path, role: &str) -> Result<(), PortError> {
    if file.exists() {
        return Ok(());
    }
    let message = format!("the {role} {} does not exist", file.display());
    let hint = match role {
        "target" => "check the path, or create the file and its tables with `--create-tables`",
        _ => "check the path; `xmlshred demo` makes a database to try",
    };
    Err(PortError::new(Fault::CannotConnect, message).with_hint(hint))
}

/// Waits a little for another process's transaction. SQLite's own handler sleeps up to 100 ms, far longer than a transaction of ours
/// lasts, and would leave the file idle.
fn wait_for_lock(tries: i32) -> bool {
    if tries >= MAX_TRIES {
        return false;
    }
    let longest = (SHORTEST_PAUSE_MICROS << tries.clamp(0, 4)).min(LONGEST_PAUSE_MICROS);
    std::thread::sleep(Duration::from_micros(fastrand::u64(SHORTEST_PAUSE_MICROS..=longest)));
    true
}
