//! SQL Server's error numbers as faults:
//! <https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors>

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{TableSchema, TargetSchema};

use crate::catalog::known_names::KnownNames;

use super::address::SqlServerAddress;
use super::driver::DriverError;

/// What Babelfish, which is PostgreSQL behind the protocol of SQL Server, gives errors that it has no number for.
const BABELFISH_NUMBER: u32 = 33_557_097;

/// The error of an access that did not touch one table's rows in particular.
pub(super) fn port_error(during: &str, error: DriverError) -> PortError {
    error_among(during, KnownNames::LOG, error)
}

/// The error of something that may concern any table of the target.
pub(super) fn target_error(during: &str, schema: &TargetSchema, error: DriverError) -> PortError {
    error_among(during, KnownNames::of(schema), error)
}

/// The error of reading from the source table.
pub(super) fn source_error(during: &str, spec: &SourceSpec, error: DriverError) -> PortError {
    error_among(during, KnownNames::source(spec), error)
}

/// The error of loading or reading rows of `table`.
pub(super) fn table_error(during: &str, table: &TableSchema, error: DriverError) -> PortError {
    error_among(during, KnownNames::table(table), error)
}

/// The server's own words are not passed on: they may quote values. Names pass that are known.
fn error_among(during: &str, known: KnownNames<'_>, error: DriverError) -> PortError {
    let table = known.table_or_at_hand(None);
    match error {
        DriverError::Server { number, message } => {
            let fault = fault(known, number, &message).of_column(told_column(known, &message));
            let hint = hint(&fault, number);
            let error = format!("{during}: {} ({number})", meaning(&fault));
            let error = PortError::new(fault, error);
            let error = error.with_words(message);
            match hint {
                Some(hint) => error.with_hint(hint),
                None => error,
            }
        }
        DriverError::Value => {
            let fault = Fault::ValueRejected { table, column: None };
            PortError::new(
                fault,
                format!("{during}: a value does not fit its column's type, length or code page"),
            )
        }
        DriverError::Null => {
            let fault = Fault::NotNullViolation { table, column: None };
            PortError::new(fault, format!("{during}: a column takes no null"))
        }
        DriverError::Timeout => PortError::new(Fault::Timeout, format!("{during}: no answer in time"))
            .with_hint(
                "the address's CommandTimeout ended it: look into sys.dm_exec_requests for what it waits for",
            ),
        DriverError::Broken(words) => PortError::new(Fault::ConnectionLost, format!("{during}: {words}")),
        DriverError::Other(words) => PortError::new(Fault::Other, format!("{during}: {words}")),
    }
}

/// The error of a connection that did not come about.
pub(super) fn connect_error(address: &SqlServerAddress, error: DriverError) -> PortError {
    let during = format!("connecting to {address}");
    match error {
        DriverError::Server { .. } | DriverError::Value | DriverError::Null => port_error(&during, error),
        DriverError::Broken(words) if words.starts_with("TLS") => {
            PortError::new(Fault::CannotConnect, format!("{during}: {words}")).with_hint(
                "the server's certificate is not trusted: give it one, name it with ServerCertificate=FILE, or, where nobody \
                 can come between, say TrustServerCertificate=true in the address or --trust-server-certificate",
            )
        }
        DriverError::Timeout => {
            let seconds = address.connect_timeout.as_secs();
            PortError::new(Fault::CannotConnect, format!("{during}: no login within {seconds} s"))
                .with_hint(format!("{WHERE_TO_LOOK}; ConnectTimeout=SECONDS in the address allows more time"))
        }
        DriverError::Broken(words) | DriverError::Other(words) => {
            PortError::new(Fault::CannotConnect, format!("{during}: {words}")).with_hint(
                if words.contains("Kerberos") { "say --username, and the password in XMLSHRED_PASSWORD or --password-file" } else { WHERE_TO_LOOK },
            )
        }
    }
}

const WHERE_TO_LOOK: &str = "is the server up, does it listen on TCP at this port (SQL Server Configuration Manager), and does a \
                             firewall let you through? Named instances need SQL Server Browser, UDP port 1434, or HOST,PORT";

/// The column that words such as `…, column 'note'. Truncated value: …` name.
fn told_column<'k>(known: KnownNames<'k>, message: &str) -> Option<&'k str> {
    let (_, behind) = message.split_once("column ")?;
    known.column(quoted(behind)?)
}

fn fault(known: KnownNames<'_>, number: u32, message: &str) -> Fault {
    let table = || known.table_or_at_hand(None);
    let named = || quoted(message).and_then(|name| known.found(name)).unwrap_or("?").to_owned();
    match number {
        2627 | 2601 => Fault::UniqueViolation { table: table() },
        547 if message.contains("CHECK") || message.contains("check constraint") => {
            Fault::CheckViolation { table: table() }
        }
        547 => Fault::ForeignKeyViolation { table: table() },
        515 => Fault::NotNullViolation { table: table(), column: None },
        // Raised by triggers and procedures of the target, or a view's WITH CHECK OPTION.
        50_000.. if number != BABELFISH_NUMBER => Fault::CheckViolation { table: table() },
        550 | 3609 => Fault::CheckViolation { table: table() },
        // Truncated, out of range, not of the type, XML that is none, a row that is too long, a bulk load's cell that is invalid.
        220
        | 232
        | 241
        | 242
        | 244
        | 245
        | 248
        | 295
        | 296
        | 511
        | 517
        | 535
        | 1946
        | 2628
        | 4815
        | 4863
        | 4864
        | 7339
        | 8114
        | 8115
        | 8152
        | 8169
        | 9400..=9499
        | 9803 => Fault::ValueRejected { table: table(), column: None },
        // A deadlock's victim, a lock not given in time, out of memory or sessions, a snapshot in conflict; Azure's "try again".
        1204
        | 1205
        | 1222
        | 701
        | 3960
        | 8645
        | 8651
        | 10_928
        | 10_929
        | 40_501
        | 41_302
        | 41_305
        | 41_325
        | 41_839
        | 49_918..=49_920 => Fault::Busy,
        // The server stops, starts, fails over, or ended the session.
        596
        | 921
        | 922
        | 924
        | 926
        | 927
        | 942
        | 945
        | 952
        | 976
        | 978
        | 983
        | 6005
        | 6006
        | 9001
        | 10_053
        | 10_054
        | 10_060
        | 17_142..=17_148
        | 18_401
        | 18_451
        | 40_197
        | 40_613 => Fault::ConnectionLost,
        1101 | 1105 | 9002 => Fault::DiskFull,
        3906 | 3908 | 5063 => Fault::ReadOnly,
        229 | 230 | 262 | 297 | 300 | 916 | 1088 | 4834 | 15_247 | 18_452 | 18_456 | 18_470 | 18_486
        | 18_487 | 18_488 => Fault::AccessDenied,
        4060 | 4062..=4064 | 911 => Fault::CannotConnect,
        208 => Fault::MissingTable { table: named() },
        // No such column or schema, another type, an identity or computed column that takes no values, a collation in conflict.
        207 | 264 | 2705 | 2760 | 206 | 213 | 271 | 468 | 544 | 545 | 8101 | 8102 => {
            Fault::WrongTable { table: named() }
        }
        823..=825 | 5242 | 5243 => Fault::Corrupt,
        BABELFISH_NUMBER => babelfish(known, message),
        _ => Fault::Refused { code: format!("error {number}"), table: table(), column: None },
    }
}

/// Words of PostgreSQL, where there is no number.
fn babelfish(known: KnownNames<'_>, message: &str) -> Fault {
    let table = known.table_or_at_hand(None);
    let named = || quoted(message).and_then(|name| known.found(name)).unwrap_or("?").to_owned();
    let says = |words: &str| message.contains(words);
    if says("does not exist") && says("column") {
        Fault::WrongTable { table: named() }
    } else if says("does not exist") && says("database") {
        Fault::CannotConnect
    } else if says("does not exist") && says("relation") {
        Fault::MissingTable { table: named() }
    } else if says("lock timeout") || says("deadlock") || says("could not obtain lock") {
        Fault::Busy
    } else if says("permission denied") {
        Fault::AccessDenied
    } else if says("terminating connection")
        || says("shutting down")
        || says("starting up")
        || says("recovery mode")
    {
        Fault::ConnectionLost
    } else if says("violates foreign key") {
        Fault::ForeignKeyViolation { table }
    } else if says("violates check constraint") {
        Fault::CheckViolation { table }
    } else if says("violates not-null") {
        Fault::NotNullViolation { table, column: None }
    } else if says("duplicate key") {
        Fault::UniqueViolation { table }
    } else if says("too long for type")
        || says("out of range")
        || says("invalid input")
        || says("overflow")
        || says("truncated")
    {
        Fault::ValueRejected { table, column: None }
    } else if says("No space left") || says("disk full") {
        Fault::DiskFull
    } else {
        Fault::Refused { code: format!("error {BABELFISH_NUMBER}"), table, column: None }
    }
}

/// Whether the server does not understand a statement, or does not know a name in it.
pub(super) fn is_misunderstood(number: u32, message: &str) -> bool {
    match number {
        102 | 105 | 156 | 170 | 195 | 207 | 208 | 4104 => true,
        BABELFISH_NUMBER => message.contains("syntax error") || message.contains("does not exist"),
        _ => false,
    }
}

/// The name in quotes of a message such as `Invalid object name 'dbo.t'.`
fn quoted(message: &str) -> Option<&str> {
    message.split(['\'', '"']).nth(1)
}

/// What happened, in words of ours.
fn meaning(fault: &Fault) -> &'static str {
    match fault {
        Fault::UniqueViolation { .. } => "a unique key has this value already",
        Fault::ForeignKeyViolation { .. } => "a foreign key refers to nothing",
        Fault::NotNullViolation { .. } => "a column takes no null",
        Fault::CheckViolation { .. } => "a check constraint or trigger refuses a row",
        Fault::ValueRejected { .. } => "the server refuses a value",
        Fault::Busy => "others hold locks, or the server is busy",
        Fault::ConnectionLost => "the server ended the connection, or is stopping or starting",
        Fault::Timeout => "no answer in time",
        Fault::DiskFull => "no room is left",
        Fault::ReadOnly => "the database takes no writes",
        Fault::AccessDenied => "the login is refused, or a right is missing",
        Fault::MissingTable { .. } => "a table is missing",
        Fault::WrongTable { .. } => "a column or schema is missing, or of another kind",
        Fault::CannotConnect => "there is no such database, or it cannot be opened",
        Fault::Corrupt => "the server found damaged data",
        Fault::Refused { .. } | Fault::Other => "the server refuses the statement",
    }
}

fn hint(fault: &Fault, number: u32) -> Option<&'static str> {
    Some(match fault {
        Fault::AccessDenied if number >= 18_000 => {
            "check user and password: --username, and XMLSHRED_PASSWORD or --password-file; the server's log says which state \
             the refusal had"
        }
        Fault::AccessDenied => "docs/databases.md lists the rights that a run needs, as GRANT statements",
        Fault::CannotConnect => {
            "create the database, correct its name in --database or the address, or grant access to it"
        }
        Fault::Busy => {
            "other sessions hold locks for very long: look into sys.dm_exec_requests and sys.dm_tran_locks"
        }
        Fault::DiskFull => {
            "make room on the server's disk or let the file grow, then start again: what was committed stays"
        }
        Fault::ReadOnly => "this database takes no writes: is it a secondary replica?",
        Fault::Corrupt => "the server found damaged data: run DBCC CHECKDB",
        Fault::MissingTable { .. } | Fault::WrongTable { .. } => {
            "create missing tables with `--create-tables`, or look at `xmlshred ddl --dialect sqlserver`"
        }
        Fault::Refused { .. } => "the server's own log, or the statement run by hand, tells more",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(number: u32, message: &str, expected: &Fault) {
        let column = xmlshred_model::ColumnSchema {
            name: "note".to_owned(),
            data_type: xmlshred_model::DataType::Text,
            nullable: true,
            sensitive: false,
        };
        let table = TableSchema {
            name: "t".to_owned(),
            columns: vec![column],
            primary_key: Vec::new(),
            foreign_keys: Vec::new(),
        };
        let server = DriverError::Server { number, message: message.to_owned() };
        let error = table_error("loading table t", &table, server);
        assert_eq!(&error.fault, expected, "{number}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert!(error.to_string().ends_with(&format!("({number})")));
    }

    #[test]
    fn numbers_are_sorted_and_no_value_is_passed_on() {
        let table = || Some("t".to_owned());
        check(
            2627,
            "Violation of PRIMARY KEY constraint 'PK'. The duplicate key value is (hunter2).",
            &Fault::UniqueViolation { table: table() },
        );
        check(
            547,
            "The INSERT statement conflicted with the CHECK constraint \"c\" with hunter2",
            &Fault::CheckViolation { table: table() },
        );
        check(
            547,
            "The INSERT statement conflicted with the FOREIGN KEY constraint \"f\".",
            &Fault::ForeignKeyViolation { table: table() },
        );
        check(
            2628,
            "String or binary data would be truncated in table 'd.dbo.t', column 'note'. Truncated value: 'hunter2'.",
            &Fault::ValueRejected { table: table(), column: Some("note".to_owned()) },
        );
        check(
            515,
            "Cannot insert the value NULL into column 'hunter2', table 'd.dbo.hunter2'; column does not allow nulls.",
            &Fault::NotNullViolation { table: table(), column: None },
        );
        check(
            245,
            "Conversion failed when converting the nvarchar value 'hunter2' to data type int.",
            &Fault::ValueRejected { table: table(), column: None },
        );
        check(50_001, "our trigger does not like hunter2", &Fault::CheckViolation { table: table() });
        let refused = Fault::Refused { code: "error 12345".to_owned(), table: table(), column: None };
        check(12_345, "something about hunter2", &refused);
        check(1205, "Transaction (Process ID 52) was deadlocked", &Fault::Busy);
        check(208, "Invalid object name 'dbo.T'.", &Fault::MissingTable { table: "t".to_owned() });
        check(208, "Invalid object name 'hunter2'.", &Fault::MissingTable { table: "?".to_owned() });
        check(
            BABELFISH_NUMBER,
            "relation \"dbo.t\" does not exist",
            &Fault::MissingTable { table: "t".to_owned() },
        );
    }
}
