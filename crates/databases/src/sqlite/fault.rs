//! SQLite's error codes as faults.

use rusqlite::{Error, ffi};
use xmlshred_engine::ports::{Fault, PortError};

/// The error of an access that did not touch one table's rows in particular.
pub(super) fn port_error(during: &str, error: Error) -> PortError {
    table_error(during, None, error)
}

/// The error of loading rows into `table`.
pub(super) fn table_error(during: &str, table: Option<&str>, error: Error) -> PortError {
    let fault = fault(table, &error);
    let hint = hint(&fault).map(Into::into);
    // SQLite's messages name tables and columns, never values; the words of a trigger are its author's, who may have put
    // values of the row into them.
    if error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_CONSTRAINT_TRIGGER) {
        return PortError {
            fault,
            message: format!("{during}: refused by a trigger"),
            hint,
            suspect: None,
            source: None,
        };
    }
    let message = match &error {
        Error::SqlInputError { msg, .. } => format!("{during}: {msg}"),
        _ => format!("{during}: {error}"),
    };
    PortError { fault, message, hint, suspect: None, source: Some(Box::new(error)) }
}

fn fault(table: Option<&str>, error: &Error) -> Fault {
    let table = table.map(str::to_owned);
    let Error::SqliteFailure(failure, message) = error else {
        return match error {
            Error::SqlInputError { msg, .. } => missing(msg),
            _ => Fault::Other,
        };
    };
    match failure.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            return Fault::UniqueViolation { table };
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => return Fault::ForeignKeyViolation { table },
        ffi::SQLITE_CONSTRAINT_NOTNULL => return Fault::NotNullViolation { table },
        ffi::SQLITE_CONSTRAINT_CHECK | ffi::SQLITE_CONSTRAINT_TRIGGER => {
            return Fault::CheckViolation { table };
        }
        ffi::SQLITE_CONSTRAINT_DATATYPE => return Fault::ValueRejected { table },
        // Errors of the disk itself, most often that it is full: SQLite cannot always tell.
        ffi::SQLITE_IOERR_WRITE
        | ffi::SQLITE_IOERR_FSYNC
        | ffi::SQLITE_IOERR_SHMSIZE
        | ffi::SQLITE_IOERR_TRUNCATE => {
            return Fault::DiskFull;
        }
        _ => {}
    }
    match failure.code {
        rusqlite::ErrorCode::DatabaseBusy
        | rusqlite::ErrorCode::DatabaseLocked
        // A reader found no place in the write-ahead log's index, many times: too many come and go.
        | rusqlite::ErrorCode::FileLockingProtocolFailed => Fault::Busy,
        rusqlite::ErrorCode::DiskFull => Fault::DiskFull,
        rusqlite::ErrorCode::ReadOnly => Fault::ReadOnly,
        rusqlite::ErrorCode::PermissionDenied | rusqlite::ErrorCode::AuthorizationForStatementDenied => {
            Fault::AccessDenied
        }
        rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::NotADatabase => Fault::CannotConnect,
        rusqlite::ErrorCode::DatabaseCorrupt => Fault::Corrupt,
        rusqlite::ErrorCode::TooBig
        | rusqlite::ErrorCode::TypeMismatch
        | rusqlite::ErrorCode::ParameterOutOfRange => Fault::ValueRejected { table },
        rusqlite::ErrorCode::ConstraintViolation => Fault::CheckViolation { table },
        _ => message.as_deref().map_or(Fault::Other, missing),
    }
}

fn missing(message: &str) -> Fault {
    let name_after = |words: &str| message.split_once(words).map(|(_, name)| name.trim().to_owned());
    if let Some(table) = name_after("no such table:") {
        Fault::MissingTable { table }
    } else if let Some(table) = name_after("no such column:").or_else(|| name_after("has no column named")) {
        Fault::WrongTable { table }
    } else {
        Fault::Other
    }
}

fn hint(fault: &Fault) -> Option<&'static str> {
    Some(match fault {
        Fault::CannotConnect => "is this a SQLite database, and may it be read?",
        Fault::Busy => "another program holds the file's lock for very long: look who has it open",
        Fault::DiskFull => "make room on the disk, then start again: what was committed stays",
        Fault::ReadOnly => "check the rights of the file and its folder: SQLite writes files beside it, too",
        Fault::Corrupt => "check the file with `PRAGMA integrity_check`, and restore it from a backup",
        Fault::MissingTable { .. } | Fault::WrongTable { .. } => {
            "create missing tables with `--create-tables`, or look at `xmlshred ddl`"
        }
        _ => return None,
    })
}
