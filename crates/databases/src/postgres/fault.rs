//! PostgreSQL's error codes as faults: <https://www.postgresql.org/docs/current/errcodes-appendix.html>

use postgres::Error;
use postgres::error::DbError;
use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{TableSchema, TargetSchema};

use crate::catalog::known_names::{KnownNames, UNKNOWN, UNKNOWN_TABLE_HINT};

use super::address::PostgresAddress;

/// The error of an access that did not touch one table's rows in particular.
pub(super) fn port_error(during: &str, error: Error) -> PortError {
    error_among(during, KnownNames::LOG, error)
}

/// The error of something that may concern any table of the target.
pub(super) fn target_error(during: &str, schema: &TargetSchema, error: Error) -> PortError {
    error_among(during, KnownNames::of(schema), error)
}

/// The error of reading from the source table.
pub(super) fn source_error(during: &str, spec: &SourceSpec, error: Error) -> PortError {
    error_among(during, KnownNames::source(spec), error)
}

/// The error of loading or reading rows of `table`.
pub(super) fn table_error(during: &str, table: &TableSchema, error: Error) -> PortError {
    error_among(during, KnownNames::table(table), error)
}

/// The server's own words are not passed on: they may quote values. Names pass that are known.
#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn error_among(during: &str, known: KnownNames<'_>, error: Error) -> PortError {
    let Some(refusal) = error.as_db_error() else { return broken(during, &error) };
    let code = refusal.code().code();
    let column = refusal.column().and_then(|name| known.column(name));
    let column = column.or_else(|| copied_column(refusal, known));
    let fault = fault(known, refusal).of_column(column);
    let hint = hint(&fault, code);
    let denied =
        (fault == Fault::AccessDenied).then(|| known.found_at_the_end_of(refusal.message())).flatten();
    let meaning = match denied {
        // The server's function that checks rows against policies: the user has every right on the table.
        _ if code == "42501" && refusal.routine() == Some("ExecWithCheckOptions") => {
            "row-level security refuses a row".to_owned()
        }
        Some(table) => format!("a right is missing on the table {table}"),
        None => meaning(code).to_owned(),
    };
    let error = PortError::new(fault, format!("{during}: {meaning} (SQLSTATE {code})"));
    let error = error.with_words(all_words(refusal));
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

/// Everything that the server says, for those who may see it.
fn all_words(refusal: &DbError) -> String {
    let parts = [("; ", refusal.detail()), ("; ", refusal.hint()), ("; ", refusal.where_())];
    let mut text = refusal.message().to_owned();
    for (before, part) in parts {
        text.extend(part.map(|part| format!("{before}{part}")));
    }
    text
}

/// The error of a connection that did not come about.
pub(super) fn connect_error(address: &PostgresAddress, error: Error) -> PortError {
    let during = format!("connecting to {address}");
    if error.as_db_error().is_some() {
        let error = port_error(&during, error);
        return match error.fault {
            // Whatever else stands in the way of a login stands in the address or in the server's settings.
            Fault::Refused { .. } | Fault::ValueRejected { .. } | Fault::Other => {
                PortError { fault: Fault::CannotConnect, ..error }.with_hint(
                    "the server refuses the session before it begins: does the database allow connections, and does it know the `options` \
                     of the address?",
                )
            }
            _ => error,
        };
    }
    // The driver has no kind of error for it, but it says this before it would have to send one.
    if causes(&error).contains("password missing") {
        let message = format!("{during}: the server asks for a password, and none is given");
        return PortError::new(Fault::AccessDenied, message).with_hint(
            "give it with --password-file or XMLSHRED_PASSWORD; PGPASSWORD and ~/.pgpass (which only its owner may read) are taken, too",
        );
    }
    let causes = causes(&error);
    let hint = match causes.contains("does not support TLS") {
        true => {
            "say sslmode=prefer or sslmode=disable in the address, or turn `ssl` on in the server's configuration"
        }
        false => "is the server up, and does it listen there? `psql` with the same address tells more",
    };
    let words = causes.strip_prefix("error connecting to server: ").unwrap_or(&causes);
    PortError::new(Fault::CannotConnect, format!("{during}: {words}")).with_hint(hint)
}

/// An error of the connection or the driver.
fn broken(during: &str, error: &Error) -> PortError {
    let is_connection = error.is_closed()
        || std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
    let fault = if is_connection { Fault::ConnectionLost } else { Fault::Other };
    PortError::new(fault, format!("{during}: {}", causes(error)))
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

/// What a code says, in words of ours.
fn meaning(code: &str) -> &'static str {
    match code {
        "21000" => "a query of a trigger or function gives more than one row",
        "22001" => "the server refuses a value: too long for its column",
        "22003" => "the server refuses a value: number out of range",
        "22007" | "22008" => "the server refuses a value: no date or time",
        "22021" | "22P05" => "the server refuses a value: not in the encoding of the database",
        "22P02" | "22P03" => "the server refuses a value: not of the column's type",
        "2200M" | "2200N" | "2200S" | "2200T" => "the server refuses a value: no XML",
        "22030" | "22032" => "the server refuses a value: no JSON",
        "23502" => "a column takes no null",
        "23503" => "a foreign key refers to nothing",
        "23505" => "a unique key has this value already",
        "23514" | "44000" => "a check refuses a row",
        "28000" => "the login is refused: there is no such user, or pg_hba.conf lets nobody in like this",
        "23P01" => "an exclusion constraint refuses a row",
        "25006" => "the session takes no writes",
        "26000" => "a prepared statement is gone from the session",
        "28P01" => "the user or the password is wrong",
        "3D000" => "there is no such database",
        "3F000" => "there is no such schema",
        "40001" => "another transaction changed the same rows",
        "40P01" => "a deadlock",
        "42501" => "a right is missing, or row-level security refuses",
        "42703" => "a column is missing",
        "42P01" => "a table is missing",
        "42P10" => "a unique constraint is missing",
        "42804" => "a column has another type",
        "53100" => "the disk is full",
        "53300" => "too many connections",
        "55P03" => "a lock was not given in time",
        "57014" => "the statement was cancelled, or took too long",
        "57P01" | "57P02" | "57P03" => "the server is stopping or starting",
        "P0001" => "a trigger or function of the target refuses",
        "XX001" | "XX002" => "the server found damaged data",
        _ => meaning_of_class(code),
    }
}

fn meaning_of_class(code: &str) -> &'static str {
    match code.get(..2) {
        Some("08") => "the connection failed",
        Some("22") => "the server refuses a value",
        Some("23") => "a constraint refuses a row",
        Some("28") => "the login is refused",
        Some("40") => "the transaction was rolled back",
        Some("42") => "the server does not take a statement",
        Some("53") => "the server lacks resources",
        Some("54") => "a limit of the server is exceeded",
        Some("55") => "something is not in the state that is needed",
        Some("57") => "the server was told to stop this",
        Some("58") => "the server's system failed",
        Some("P0") => "a trigger or function refuses",
        Some("XX") => "an internal error of the server",
        _ => "the server refuses",
    }
}

fn fault(known: KnownNames<'_>, refusal: &DbError) -> Fault {
    let code = refusal.code().code();
    let table = || known.table_or_at_hand(refusal.table());
    let refused = || Fault::Refused { code: format!("SQLSTATE {code}"), table: table(), column: None };
    let named = || quoted(refusal.message()).and_then(|name| known.found(name)).unwrap_or(UNKNOWN).to_owned();
    match code {
        // An exclusion constraint is a unique key of another kind.
        "23505" | "23P01" => Fault::UniqueViolation { table: table() },
        "23503" => Fault::ForeignKeyViolation { table: table() },
        "23502" => Fault::NotNullViolation { table: table(), column: None },
        "23514" | "44000" | "P0001" => Fault::CheckViolation { table: table() },
        // A row or an index entry that is too large for a page.
        "54000" | "54001" | "54011" => Fault::ValueRejected { table: table(), column: None },
        _ if code.starts_with("22") => Fault::ValueRejected { table: table(), column: None },
        _ if code.starts_with("23") => Fault::CheckViolation { table: table() },
        // A trigger chose the code: neither is the disk full nor the server gone.
        _ if is_raised(refusal) => refused(),
        "40P01" => Fault::Deadlock,
        // Not 55006: nobody else is in the way of a trigger that changes the very table that is being loaded.
        "40001" | "55P03" | "53300" => Fault::Busy,
        "57014" => Fault::Timeout,
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" => Fault::ConnectionLost,
        "53100" => Fault::DiskFull,
        "25006" => Fault::ReadOnly,
        "42501" => Fault::AccessDenied,
        "3D000" => Fault::CannotConnect,
        "42P01" => Fault::MissingTable { table: named() },
        // A schema; a column; the unique key of the log; a type.
        "3F000" | "42703" | "42P10" | "42804" => Fault::WrongTable { table: named() },
        "XX001" | "XX002" => Fault::Corrupt,
        // A prepared statement of ours is gone from the session.
        "26000" => Fault::Other,
        _ if code.starts_with("08") => Fault::ConnectionLost,
        _ if code.starts_with("28") => Fault::AccessDenied,
        _ => refused(),
    }
}

/// Whether the error is no finding of the server's: somebody's code raised it, with a code of its choice.
fn is_raised(refusal: &DbError) -> bool {
    // The functions of the server behind `RAISE` of PL/pgSQL, `plpy.error` and `elog` of PL/Perl; those that pass on what another server
    // says, dblink and foreign tables.
    const RAISING: [&str; 6] = [
        "exec_stmt_raise",
        "PLy_output",
        "PLy_elog_impl",
        "do_util_elog",
        "dblink_res_error",
        "pgfdw_report_error",
    ];
    refusal.routine().is_some_and(|routine| RAISING.contains(&routine))
}

/// The number of the row that a `COPY` ended at, from 0. The server's words about it are in any language: `COPY t, line 7, column c`.
pub(super) fn refused_row(error: &Error, table: &str) -> Option<u64> {
    let place = error.as_db_error()?.where_()?;
    let behind = place.split_once(table)?.1;
    let digits = behind.trim_start_matches(|character: char| !character.is_ascii_digit());
    let end = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse::<u64>().ok()?.checked_sub(1)
}

/// The column that a `COPY` ended at: the last word of its place.
fn copied_column<'k>(refusal: &DbError, known: KnownNames<'k>) -> Option<&'k str> {
    let place = refusal.where_()?.lines().last()?;
    known.column_at_the_end_of(place.split(": ").next().unwrap_or(place))
}

/// The name in quotes of a message such as `relation "t" does not exist`.
fn quoted(message: &str) -> Option<&str> {
    message.split('"').nth(1)
}

fn hint(fault: &Fault, code: &str) -> Option<&'static str> {
    Some(match fault {
        Fault::AccessDenied if code.starts_with("28") => {
            "check user and password: --username, and --password-file, XMLSHRED_PASSWORD, PGPASSWORD or ~/.pgpass; the \
             server's pg_hba.conf says who may come from where"
        }
        Fault::AccessDenied => "docs/databases.md lists the rights that a run needs, as GRANT statements",
        Fault::CannotConnect => "create the database, or correct its name in the address",
        Fault::Busy if code == "53300" => {
            "raise max_connections: a run needs one connection for reading, one for the log and one per loader"
        }
        Fault::Deadlock => {
            "sessions change the same rows in another order: look into the server's log, which names them"
        }
        Fault::Busy => "another session holds locks for very long: look into pg_stat_activity and pg_locks",
        Fault::DiskFull => "make room on the server's disk, then start again: what was committed stays",
        Fault::ReadOnly => "this server or session takes no writes: is it a standby?",
        Fault::Timeout => "statement_timeout ended it: look into pg_stat_activity for what it waits for",
        Fault::Corrupt => "the server found damaged data: look into its log",
        Fault::WrongTable { .. } if code == "42P10" => {
            "the log must have a unique constraint on its key: compare it with `xmlshred ddl`"
        }
        Fault::MissingTable { table } if table == UNKNOWN => UNKNOWN_TABLE_HINT,
        Fault::MissingTable { .. } | Fault::WrongTable { .. } => {
            "create missing tables with `--create-tables`, or look at `xmlshred ddl`"
        }
        _ => return None,
    })
}
