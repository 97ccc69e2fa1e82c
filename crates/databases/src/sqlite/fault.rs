//! SQLite's error codes as faults.

use rusqlite::{Error, ffi};
use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::TableSchema;

use crate::catalog::known_names::{KnownNames, UNKNOWN, UNKNOWN_TABLE_HINT};

/// The error of an access that did not touch one table's rows in particular.
pub(super) fn port_error(during: &str, error: Error) -> PortError {
    error_among(during, KnownNames::LOG, error)
}

/// The error of reading from the source table.
pub(super) fn source_error(during: &str, spec: &SourceSpec, error: Error) -> PortError {
    error_among(during, KnownNames::source(spec), error)
}

/// The error of loading or reading rows of `table`.
pub(super) fn table_error(during: &str, table: &TableSchema, error: Error) -> PortError {
    error_among(during, KnownNames::table(table), error)
}

/// SQLite's own words are not passed on: functions of an index, a trigger or a generated column quote values in them.
#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn error_among(during: &str, known: KnownNames<'_>, error: Error) -> PortError {
    let (code, words) = match &error {
        Error::SqliteFailure(failure, words) => (Some(failure.extended_code), words.as_deref()),
        Error::SqlInputError { error, msg, .. } => (Some(error.extended_code), Some(msg.as_str())),
        _ => (None, None),
    };
    let fault = fault(known, &error).of_column(words.and_then(|words| known.column_at_the_end_of(words)));
    let hint = hint(&fault);
    let message = match code {
        Some(code) => format!("{during}: {} (SQLite {code})", meaning(&fault, code)),
        None => format!("{during}: SQLite answers something that was not expected"),
    };
    let error =
        PortError::new(fault, message).with_words(words.map_or_else(|| error.to_string(), str::to_owned));
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

/// What happened, in words of ours.
fn meaning(fault: &Fault, code: i32) -> &'static str {
    match fault {
        Fault::UniqueViolation { .. } => "a unique key has this value already",
        Fault::ForeignKeyViolation { .. } => "a foreign key refers to nothing",
        Fault::NotNullViolation { .. } => "a column takes no null",
        Fault::CheckViolation { .. } if code == ffi::SQLITE_CONSTRAINT_TRIGGER => "refused by a trigger",
        Fault::CheckViolation { .. } => "a check refuses a row",
        Fault::ValueRejected { .. } => "a value does not fit its column",
        Fault::Busy | Fault::Deadlock => "the file is locked",
        Fault::DiskFull => "the disk is full",
        Fault::ReadOnly => "the file cannot be written",
        Fault::AccessDenied => "a right is missing",
        Fault::MissingTable { .. } => "a table is missing",
        Fault::WrongTable { .. } => "a column is missing",
        Fault::CannotConnect => "the file cannot be opened, or is no database",
        Fault::Corrupt => "the file is damaged",
        Fault::Refused { .. } | Fault::Other | Fault::ConnectionLost | Fault::Timeout => match code & 0xff {
            ffi::SQLITE_ERROR => "a function, a trigger or a statement fails",
            ffi::SQLITE_NOMEM => "memory is used up",
            ffi::SQLITE_INTERRUPT => "a statement took too long",
            ffi::SQLITE_IOERR => "the file cannot be read or written",
            ffi::SQLITE_SCHEMA => "the tables have changed",
            _ => "it is refused",
        },
    }
}

fn fault(known: KnownNames<'_>, error: &Error) -> Fault {
    let table = known.table_or_at_hand(None);
    let (failure, words) = match error {
        Error::SqliteFailure(failure, words) => (failure, words.as_deref()),
        Error::SqlInputError { error, msg, .. } => (error, Some(msg.as_str())),
        _ => return Fault::Other,
    };
    match failure.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            return Fault::UniqueViolation { table };
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => return Fault::ForeignKeyViolation { table },
        ffi::SQLITE_CONSTRAINT_NOTNULL => return Fault::NotNullViolation { table, column: None },
        ffi::SQLITE_CONSTRAINT_CHECK | ffi::SQLITE_CONSTRAINT_TRIGGER => {
            return Fault::CheckViolation { table };
        }
        ffi::SQLITE_CONSTRAINT_DATATYPE => return Fault::ValueRejected { table, column: None },
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
        rusqlite::ErrorCode::OperationInterrupted => Fault::Timeout,
        rusqlite::ErrorCode::TooBig
        | rusqlite::ErrorCode::TypeMismatch
        | rusqlite::ErrorCode::ParameterOutOfRange => Fault::ValueRejected { table, column: None },
        rusqlite::ErrorCode::ConstraintViolation => Fault::CheckViolation { table },
        _ => {
            let missing = words.and_then(|words| missing(known, words));
            let code = format!("SQLite {}", failure.extended_code);
            missing.unwrap_or(Fault::Refused { code, table, column: None })
        }
    }
}

fn missing(known: KnownNames<'_>, words: &str) -> Option<Fault> {
    let named = |name: &str| known.found(name.trim()).unwrap_or(UNKNOWN).to_owned();
    if let Some(name) = words.strip_prefix("no such table:") {
        Some(Fault::MissingTable { table: named(name) })
    } else if words.starts_with("no such column:") || words.contains(" has no column named ") {
        Some(Fault::WrongTable { table: known.table_or_at_hand(None).unwrap_or_else(|| UNKNOWN.to_owned()) })
    } else {
        None
    }
}

fn hint(fault: &Fault) -> Option<&'static str> {
    Some(match fault {
        Fault::CannotConnect => "is this a SQLite database, and may it be read?",
        Fault::Busy => "another program holds the file's lock for very long: look who has it open",
        Fault::DiskFull => "make room on the disk, then start again: what was committed stays",
        Fault::ReadOnly => "check the rights of the file and its folder: SQLite writes files beside it, too",
        Fault::Timeout => "look for a trigger, a view or a recursive query that does not end",
        Fault::Corrupt => "check the file with `PRAGMA integrity_check`, and restore it from a backup",
        Fault::MissingTable { table } if table == UNKNOWN => UNKNOWN_TABLE_HINT,
        Fault::MissingTable { .. } | Fault::WrongTable { .. } => {
            "create missing tables with `--create-tables`, or look at `xmlshred ddl`"
        }
        _ => return None,
    })
}
