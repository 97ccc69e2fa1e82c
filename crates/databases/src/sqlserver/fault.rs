//! SQL Server's error numbers as faults:
//! <https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors>

use xmlshred_engine::ports::{Fault, PortError};

use super::address::SqlServerAddress;
use super::driver::DriverError;

/// What Babelfish, which is PostgreSQL behind the protocol of SQL Server, gives errors that it has no number for.
const BABELFISH_NUMBER: u32 = 33_557_097;

/// The error of an access that did not touch one table's rows in particular.
pub(super) fn port_error(during: &str, error: DriverError) -> PortError {
    table_error(during, None, error)
}

/// The error of loading rows into `table`.
pub(super) fn table_error(during: &str, table: Option<&str>, error: DriverError) -> PortError {
    match error {
        DriverError::Server { number, message } => {
            let fault = fault(table, number, &message);
            let hint = hint(&fault, number).map(Into::into);
            // The server's words are not passed on where they may quote values.
            let words = if quotes_values(&fault) { refusal(&fault).to_owned() } else { message };
            PortError {
                message: format!("{during}: {words} ({number})"),
                fault,
                hint,
                suspect: None,
                source: None,
            }
        }
        DriverError::Value => {
            let fault = Fault::ValueRejected { table: table.map(str::to_owned) };
            PortError::new(
                fault,
                format!("{during}: a value does not fit its column's type, length or code page"),
            )
        }
        DriverError::Null => {
            let fault = Fault::NotNullViolation { table: table.map(str::to_owned) };
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

fn fault(table: Option<&str>, number: u32, message: &str) -> Fault {
    let table = || table.map(str::to_owned);
    let named = || quoted(message).unwrap_or("?").to_owned();
    match number {
        2627 | 2601 => Fault::UniqueViolation { table: table() },
        547 if message.contains("CHECK") || message.contains("check constraint") => {
            Fault::CheckViolation { table: table() }
        }
        547 => Fault::ForeignKeyViolation { table: table() },
        515 => Fault::NotNullViolation { table: table() },
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
        | 9803 => Fault::ValueRejected { table: table() },
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
        BABELFISH_NUMBER => babelfish(message, table()),
        _ => Fault::Other,
    }
}

/// Words of PostgreSQL, where there is no number.
fn babelfish(message: &str, table: Option<String>) -> Fault {
    let named = || quoted(message).unwrap_or("?").to_owned();
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
        Fault::NotNullViolation { table }
    } else if says("duplicate key") {
        Fault::UniqueViolation { table }
    } else if says("too long for type")
        || says("out of range")
        || says("invalid input")
        || says("overflow")
        || says("truncated")
    {
        Fault::ValueRejected { table }
    } else if says("No space left") || says("disk full") {
        Fault::DiskFull
    } else {
        Fault::Other
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

/// 2627 shows the key, 2628 the value, 245 the text that is no number, a trigger what it likes.
fn quotes_values(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::UniqueViolation { .. }
            | Fault::ForeignKeyViolation { .. }
            | Fault::NotNullViolation { .. }
            | Fault::CheckViolation { .. }
            | Fault::ValueRejected { .. }
            | Fault::Other
    )
}

fn refusal(fault: &Fault) -> &'static str {
    match fault {
        Fault::UniqueViolation { .. } => "a unique key has this value already",
        Fault::ForeignKeyViolation { .. } => "a foreign key refers to nothing",
        Fault::NotNullViolation { .. } => "a column takes no null",
        Fault::CheckViolation { .. } => "a check constraint or trigger refuses a row",
        Fault::ValueRejected { .. } => "the server refuses a value",
        _ => {
            "the server refuses the statement; its words may quote values and are not shown, its error number is"
        }
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
        Fault::Other => "the server's own log, or the statement run by hand, tells more",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(number: u32, message: &str, expected: &Fault) {
        let error = table_error(
            "loading table t",
            Some("t"),
            DriverError::Server { number, message: message.to_owned() },
        );
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
            "String or binary data would be truncated. Truncated value: 'hunter2'.",
            &Fault::ValueRejected { table: table() },
        );
        check(
            245,
            "Conversion failed when converting the nvarchar value 'hunter2' to data type int.",
            &Fault::ValueRejected { table: table() },
        );
        check(50_001, "our trigger does not like hunter2", &Fault::CheckViolation { table: table() });
        check(12_345, "something about hunter2", &Fault::Other);
        check(1205, "Transaction (Process ID 52) was deadlocked", &Fault::Busy);
        check(
            208,
            "Invalid object name 'dbo.person'.",
            &Fault::MissingTable { table: "dbo.person".to_owned() },
        );
        check(
            BABELFISH_NUMBER,
            "relation \"dbo.person\" does not exist",
            &Fault::MissingTable { table: "dbo.person".to_owned() },
        );
    }
}
