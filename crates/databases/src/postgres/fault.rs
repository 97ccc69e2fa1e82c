//! PostgreSQL's error codes as faults: <https://www.postgresql.org/docs/current/errcodes-appendix.html>

use postgres::Error;
use postgres::error::DbError;
use xmlshred_engine::ports::{Fault, PortError};

use super::address::PostgresAddress;

/// The error of an access that did not touch one table's rows in particular.
pub(super) fn port_error(during: &str, error: Error) -> PortError {
    table_error(during, None, error)
}

/// The error of loading rows into `table`.
#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
pub(super) fn table_error(during: &str, table: Option<&str>, error: Error) -> PortError {
    let Some(refusal) = error.as_db_error() else { return broken(during, &error) };
    let fault = fault(table, refusal);
    let hint = hint(&fault, refusal).map(Into::into);
    // The server's error is not passed on: its details, and some messages, quote values.
    PortError { message: format!("{during}: {}", words(refusal)), fault, hint, suspect: None, source: None }
}

/// The error of a connection that did not come about.
pub(super) fn connect_error(address: &PostgresAddress, error: Error) -> PortError {
    let during = format!("connecting to {address}");
    if error.as_db_error().is_some() {
        return port_error(&during, error);
    }
    let hint = "is the server up, and does it listen there? `psql` with the same address tells more; \
                passwords come from --password-file, XMLSHRED_PASSWORD, PGPASSWORD or ~/.pgpass";
    let message = format!("{during}: {}", causes(&error));
    PortError::new(Fault::CannotConnect, message).with_hint(hint)
}

/// An error of the connection or the driver.
fn broken(during: &str, error: &Error) -> PortError {
    let is_connection = error.is_closed()
        || std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
    let fault = if is_connection { Fault::ConnectionLost } else { Fault::Other };
    PortError {
        message: format!("{during}: {}", causes(error)),
        fault,
        hint: None,
        suspect: None,
        source: None,
    }
}

/// The words of an error and of those behind it, none twice.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let words = error.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        source = error.source();
    }
    text
}

/// The server's words, where they name no values.
fn words(refusal: &DbError) -> String {
    let code = refusal.code().code();
    match code.get(..2) {
        // Data exceptions quote what they do not understand, and functions and triggers of the target say what they like.
        Some("22" | "P0") => format!("the server refuses a value ({})", condition(code)),
        _ => format!("{} ({code})", refusal.message()),
    }
}

/// What a data exception is called.
fn condition(code: &str) -> String {
    let name = match code {
        "22001" => "too long for its column",
        "22003" => "number out of range",
        "22007" | "22008" => "no date or time",
        "22021" => "not in the encoding of the database",
        "22P02" | "22P03" => "not of the column's type",
        "2200M" | "2200N" | "2200S" | "2200T" => "no XML",
        "22030" | "22032" => "no JSON",
        "P0001" => "by a trigger or function of the target",
        _ => return format!("SQLSTATE {code}"),
    };
    format!("{name}, SQLSTATE {code}")
}

fn fault(table: Option<&str>, refusal: &DbError) -> Fault {
    let code = refusal.code().code();
    let table = || refusal.table().or(table).map(str::to_owned);
    let named = |what: Option<&str>| what.unwrap_or("?").to_owned();
    match code {
        // An exclusion constraint is a unique key of another kind.
        "23505" | "23P01" => Fault::UniqueViolation { table: table() },
        "23503" => Fault::ForeignKeyViolation { table: table() },
        "23502" => Fault::NotNullViolation { table: table() },
        "23514" | "44000" | "P0001" => Fault::CheckViolation { table: table() },
        // A row or an index entry that is too large for a page.
        "54000" | "54001" | "54011" => Fault::ValueRejected { table: table() },
        "40001" | "40P01" | "55P03" | "55006" | "53300" => Fault::Busy,
        "57014" => Fault::Timeout,
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" => Fault::ConnectionLost,
        "53100" => Fault::DiskFull,
        "25006" => Fault::ReadOnly,
        "42501" => Fault::AccessDenied,
        "3D000" => Fault::CannotConnect,
        "42P01" => Fault::MissingTable { table: named(quoted(refusal.message())) },
        // A schema; a column; the unique key of the log; a type.
        "3F000" | "42703" | "42P10" | "42804" => {
            Fault::WrongTable { table: named(quoted(refusal.message())) }
        }
        "XX001" | "XX002" => Fault::Corrupt,
        _ => match code.get(..2) {
            Some("22") => Fault::ValueRejected { table: table() },
            Some("23") => Fault::CheckViolation { table: table() },
            Some("08") => Fault::ConnectionLost,
            Some("28") => Fault::AccessDenied,
            _ => Fault::Other,
        },
    }
}

/// The number of the row that a `COPY` ended at, from 0. The server's words about it are in any language: `COPY t, line 7, column c`.
pub(super) fn refused_row(error: &Error, table: &str) -> Option<u64> {
    let place = error.as_db_error()?.where_()?;
    let behind = place.split_once(table)?.1;
    let digits = behind.trim_start_matches(|character: char| !character.is_ascii_digit());
    let end = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse::<u64>().ok()?.checked_sub(1)
}

/// The name in quotes of a message such as `relation "t" does not exist`.
fn quoted(message: &str) -> Option<&str> {
    message.split('"').nth(1)
}

fn hint(fault: &Fault, refusal: &DbError) -> Option<&'static str> {
    Some(match fault {
        Fault::AccessDenied if refusal.code().code().starts_with("28") => {
            "check user and password: --username, and --password-file, XMLSHRED_PASSWORD, PGPASSWORD or ~/.pgpass; the \
             server's pg_hba.conf says who may come from where"
        }
        Fault::AccessDenied => "docs/databases.md lists the rights that a run needs, as GRANT statements",
        Fault::CannotConnect => "create the database, or correct its name in the address",
        Fault::Busy if refusal.code().code() == "53300" => {
            "raise max_connections: a run needs one connection for reading, one for the log and one per loader"
        }
        Fault::Busy => "another session holds locks for very long: look into pg_stat_activity and pg_locks",
        Fault::DiskFull => "make room on the server's disk, then start again: what was committed stays",
        Fault::ReadOnly => "this server or session takes no writes: is it a standby?",
        Fault::Timeout => "statement_timeout ended it: look into pg_stat_activity for what it waits for",
        Fault::Corrupt => "the server found damaged data: look into its log",
        Fault::WrongTable { .. } if refusal.code().code() == "42P10" => {
            "the log must have a unique constraint on its key: compare it with `xmlshred ddl`"
        }
        Fault::MissingTable { .. } | Fault::WrongTable { .. } => {
            "create missing tables with `--create-tables`, or look at `xmlshred ddl`"
        }
        _ => return None,
    })
}
