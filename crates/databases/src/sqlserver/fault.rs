//! The server's errors as faults, in words of ours.

use std::borrow::Cow;

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{TableSchema, TargetSchema};

use crate::catalog::known_names::{KnownNames, UNKNOWN, UNKNOWN_TABLE_HINT};
use crate::sql::dialect::SQL_SERVER;

use super::address::SqlServerAddress;
use super::driver::{DriverError, NoTls};
use super::numbers::{Kind, fault, kind, quoted};

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
            let denied = (fault == Fault::AccessDenied).then(|| denied(known, &message)).flatten();
            let (meaning, hint) = match denied {
                Some((right, table)) => {
                    let table = SQL_SERVER.quote(table);
                    (
                        format!("the right to {right} is missing on the table {table}"),
                        Some(Cow::Owned(format!(
                            "GRANT {right} ON OBJECT::{table}, with its schema, to the user of this login; docs/databases.md lists \
                             all rights that a run needs"
                        ))),
                    )
                }
                None => (meaning(&fault, number).to_owned(), hint(&fault, number).map(Cow::Borrowed)),
            };
            let error = format!("{during}: {meaning} ({number})");
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
        DriverError::Tls(reason) => {
            PortError::new(Fault::ConnectionLost, format!("{during}: {}", no_tls(reason).0))
        }
        DriverError::Broken(words) => PortError::new(Fault::ConnectionLost, format!("{during}: {words}")),
        DriverError::Other(words) => PortError::new(Fault::Other, format!("{during}: {words}")),
    }
}

/// The error of a connection that did not come about.
pub(super) fn connect_error(address: &SqlServerAddress, error: DriverError) -> PortError {
    let during = format!("connecting to {address}");
    match error {
        DriverError::Server { .. } | DriverError::Value | DriverError::Null => port_error(&during, error),
        DriverError::Tls(reason) => {
            let (words, hint) = no_tls(reason);
            PortError::new(Fault::CannotConnect, format!("{during}: {words}")).with_hint(hint)
        }
        DriverError::Timeout => {
            let seconds = address.connect_timeout.as_secs();
            PortError::new(Fault::CannotConnect, format!("{during}: no login within {seconds} s"))
                .with_hint(format!("{WHERE_TO_LOOK}; ConnectTimeout=SECONDS in the address allows more time"))
        }
        DriverError::Broken(words) | DriverError::Other(words) => {
            PortError::new(Fault::CannotConnect, format!("{during}: {words}")).with_hint(
                if words.contains("Kerberos") {
                    "say --username, and the password in XMLSHRED_PASSWORD or --password-file"
                } else {
                    WHERE_TO_LOOK
                },
            )
        }
    }
}

/// Why there is no encrypted connection, and what to do.
fn no_tls(reason: NoTls) -> (&'static str, &'static str) {
    match reason {
        NoTls::Unknown => (
            "nobody whom this machine knows vouches for the server's certificate",
            "name that certificate, or its authority's, with ServerCertificate=FILE in the address; or, where nobody can come \
             between, say TrustServerCertificate=true or --trust-server-certificate",
        ),
        NoTls::WrongName => (
            "the server's certificate is for other names",
            "reach the server by a name that its certificate is for, or say which that is with HostNameInCertificate=NAME; `*.` may \
             stand for its first label",
        ),
        NoTls::WrongTime => (
            "the server's certificate is not valid today",
            "give the server a new one; ServerCertificate=FILE with that very certificate takes it as it is",
        ),
        NoTls::OldForm => (
            "the server's certificate is of an old form that cannot be examined (X.509 version 1)",
            "give the server another one, as SQL Server makes them itself since 2019; or, where nobody can come between, say \
             TrustServerCertificate=true or --trust-server-certificate",
        ),
        NoTls::Handshake => (
            "no encrypted connection came about",
            "does the server take TLS 1.2 or later? Encrypt=strict in the address is for servers of TDS 8.0 (SQL Server 2022, Azure)",
        ),
        NoTls::NotOffered => (
            "the server offers no encryption",
            "let it have a certificate; or, where nobody can listen, say Encrypt=disabled in the address",
        ),
    }
}

const WHERE_TO_LOOK: &str = "is the server up, does it listen on TCP at this port (SQL Server Configuration Manager), and does a \
                             firewall let you through? Named instances need SQL Server Browser, UDP port 1434, or HOST,PORT";

/// The right, and the known table, that words such as `The SELECT permission was denied on the object 't'` name.
fn denied<'k>(known: KnownNames<'k>, message: &str) -> Option<(&'static str, &'k str)> {
    let right = ["SELECT", "INSERT", "UPDATE", "DELETE", "ALTER"]
        .into_iter()
        .find(|right| message.split(' ').any(|word| word == *right))?;
    Some((right, known.found(quoted(message)?)?))
}

/// The column that words such as `…, column 'note'. Truncated value: …` name.
fn told_column<'k>(known: KnownNames<'k>, message: &str) -> Option<&'k str> {
    let (_, behind) = message.split_once("column ")?;
    known.column(quoted(behind)?)
}

/// What happened, in words of ours.
fn meaning(fault: &Fault, number: u32) -> &'static str {
    match fault {
        Fault::UniqueViolation { .. } => "a unique key has this value already",
        Fault::ForeignKeyViolation { .. } => "a foreign key refers to nothing",
        Fault::NotNullViolation { .. } => "a column takes no null",
        Fault::CheckViolation { .. } => "a check constraint or trigger refuses a row",
        Fault::ValueRejected { .. } => "the server refuses a value",
        Fault::Deadlock => "another transaction and this one waited for each other",
        Fault::Busy => "others hold locks, or the server is busy",
        Fault::ConnectionLost => "the server ended the connection, or is stopping or starting",
        Fault::Timeout => "no answer in time",
        Fault::DiskFull if kind(number) == Kind::Quota => "the database has reached its size quota",
        Fault::DiskFull => "no room is left",
        Fault::ReadOnly => "the database takes no writes",
        Fault::AccessDenied => match kind(number) {
            Kind::Login if number == 18_456 => "the login is refused: the user or the password is wrong",
            Kind::Login => "the login is refused",
            Kind::Firewall => "the server's firewall refuses this machine",
            Kind::Quota | Kind::Other => "a right is missing",
        },
        Fault::MissingTable { .. } => "a table is missing",
        Fault::WrongTable { .. } => "a column or schema is missing, or of another kind",
        Fault::CannotConnect => "there is no such database, or it cannot be opened",
        Fault::Corrupt => "the server found damaged data",
        Fault::Refused { .. } | Fault::Other => "the server refuses the statement",
    }
}

fn hint(fault: &Fault, number: u32) -> Option<&'static str> {
    Some(match fault {
        Fault::AccessDenied => match kind(number) {
            Kind::Login => {
                "check user and password: --username, and XMLSHRED_PASSWORD or --password-file; the server's log says which state \
                 the refusal had"
            }
            Kind::Firewall => {
                "let this machine's address through: the server's firewall rules, or a private endpoint"
            }
            Kind::Quota | Kind::Other => {
                "docs/databases.md lists the rights that a run needs, as GRANT statements"
            }
        },
        Fault::CannotConnect => {
            "create the database, correct its name in --database or the address, or grant access to it"
        }
        Fault::Deadlock => {
            "fewer --workers stand less in each other's way; docs/databases.md says what to do about locks on SQL Server"
        }
        Fault::Busy => {
            "other sessions hold locks for very long: look into sys.dm_exec_requests and sys.dm_tran_locks"
        }
        Fault::DiskFull if kind(number) == Kind::Quota => {
            "raise the database's (or its elastic pool's) maximum size, or delete what is not needed, then start again: what was \
             committed stays"
        }
        Fault::DiskFull => {
            "make room on the server's disk or let the file grow, then start again: what was committed stays"
        }
        Fault::ReadOnly => "this database takes no writes: is it a secondary replica?",
        Fault::Corrupt => "the server found damaged data: run DBCC CHECKDB",
        Fault::MissingTable { table } if table == UNKNOWN => UNKNOWN_TABLE_HINT,
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
    use crate::sqlserver::numbers::BABELFISH_NUMBER;

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
        check(1205, "Transaction (Process ID 52) was deadlocked", &Fault::Deadlock);
        check(208, "Invalid object name 'dbo.T'.", &Fault::MissingTable { table: "t".to_owned() });
        check(208, "Invalid object name 'hunter2'.", &Fault::MissingTable { table: "?".to_owned() });
        check(
            BABELFISH_NUMBER,
            "relation \"dbo.t\" does not exist",
            &Fault::MissingTable { table: "t".to_owned() },
        );
    }
}
