//! The address of a database, as `--url` takes it.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::address::{AddressError, Environment, Login, holds_login};
use crate::postgres::PostgresAddress;
use crate::sql::dialect::{Dialect, POSTGRES, SQL_SERVER, SQLITE};
use crate::sqlserver::SqlServerAddress;

const JDBC: &str = "jdbc:";

/// A database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite:FILE`; also `sqlite://FILE`. The rest of the text is the path as it stands: no query, no escapes.
    Sqlite(PathBuf),
    /// `postgres://USER@HOST:PORT/DATABASE?OPTIONS`, parts that are left out as libpq fills them in.
    Postgres(Box<PostgresAddress>),
    /// `sqlserver://USER@HOST:PORT/DATABASE?OPTIONS`, or as JDBC writes it.
    SqlServer(Box<SqlServerAddress>),
}

impl DatabaseUrl {
    /// The address in `text`. What it leaves out comes from the environment, as the database's own tools do it.
    ///
    /// # Errors
    /// When the text is no address.
    pub fn parse(text: &str, environment: Environment<'_>) -> Result<Self, AddressError> {
        let text = text.trim();
        // Addresses are copied from programs in Java, too.
        let text = match text.split_at_checked(JDBC.len()) {
            Some((start, rest)) if start.eq_ignore_ascii_case(JDBC) => rest,
            _ => text,
        };
        let (scheme, rest) = text.split_once(':').ok_or(AddressError::NoScheme)?;
        match scheme.to_ascii_lowercase().as_str() {
            "sqlite" => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                match path {
                    "" => Err(AddressError::NoFile),
                    ":memory:" => Err(AddressError::InMemory),
                    // Messages show the path.
                    _ if holds_login(path) => Err(AddressError::Malformed {
                        database: "SQLite",
                        problem: "files have no login and no password".to_owned(),
                    }),
                    _ => Ok(Self::Sqlite(Path::new(path).to_owned())),
                }
            }
            "postgres" | "postgresql" => {
                Self::Postgres(Box::new(PostgresAddress::parse(text, environment)?)).with_names_checked()
            }
            "sqlserver" | "mssql" => {
                Self::SqlServer(Box::new(SqlServerAddress::parse(text)?)).with_names_checked()
            }
            // One letter is a drive of Windows, a slash or dot a path: the kind was forgotten.
            name if name.len() < 2 || name.contains(['/', '\\', '.', '@', ' ']) => {
                Err(AddressError::NoScheme)
            }
            // Options with a password may come first.
            name if !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-')) => {
                Err(AddressError::NoScheme)
            }
            _ => Err(AddressError::UnknownScheme { scheme: scheme.to_owned() }),
        }
    }

    /// The same address for this login; what the login leaves open stays as it is. SQLite knows no logins.
    #[must_use]
    pub fn with_login(self, login: &Login) -> Self {
        match self {
            Self::Sqlite(file) => Self::Sqlite(file),
            Self::Postgres(address) => Self::Postgres(Box::new(address.with_login(login))),
            Self::SqlServer(address) => Self::SqlServer(Box::new(address.with_login(login))),
        }
    }

    /// The same address, if its names can be shown.
    ///
    /// # Errors
    /// When a password has come into the name of a user or database.
    pub fn with_names_checked(self) -> Result<Self, AddressError> {
        match &self {
            Self::Sqlite(_) => {}
            Self::Postgres(address) => address.check_names()?,
            Self::SqlServer(address) => address.check_names()?,
        }
        Ok(self)
    }

    /// Whether a login by name lacks its password, for certain: PostgreSQL has more places for it, and servers that ask for none.
    pub fn lacks_password(&self) -> bool {
        match self {
            Self::Sqlite(_) | Self::Postgres(_) => false,
            Self::SqlServer(address) => address.lacks_password(),
        }
    }

    /// How its SQL is written.
    pub fn dialect(&self) -> &'static Dialect {
        match self {
            Self::Sqlite(_) => &SQLITE,
            Self::Postgres(_) => &POSTGRES,
            Self::SqlServer(_) => &SQL_SERVER,
        }
    }

    /// Whether both lead to one database, so that a query can join the source with the log.
    pub(crate) fn is_same_database(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sqlite(one), Self::Sqlite(other)) => match (one.canonicalize(), other.canonicalize()) {
                (Ok(one), Ok(other)) => one == other,
                _ => one == other,
            },
            (Self::Postgres(one), Self::Postgres(other)) => one.is_same_database(other),
            (Self::SqlServer(one), Self::SqlServer(other)) => one.is_same_database(other),
            _ => false,
        }
    }
}

/// Shows no password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(address) => address.fmt(f),
            Self::SqlServer(address) => address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = match DatabaseUrl::parse(text, &|_| None) {
            Ok(url) => url.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn sqlite_takes_a_path_as_it_stands() {
        check("sqlite:demo.db", "sqlite:demo.db");
        check("SQLite:/var/x y?.db", "sqlite:/var/x y?.db");
        check("sqlite:///var/demo.db", "sqlite:/var/demo.db");
        check("sqlite://demo.db", "sqlite:demo.db");
        check(r"sqlite:C:\data\demo.db", r"sqlite:C:\data\demo.db");
    }

    #[test]
    fn a_database_in_memory_is_refused_with_the_reason() {
        check(
            "sqlite::memory:",
            "a database in memory cannot be shared by the connections of a run, and ends with it",
        );
        check("sqlite:", "`sqlite:` without a file");
    }

    #[test]
    fn a_login_or_password_where_a_file_should_be_is_refused_without_showing_it() {
        for text in [
            "sqlite:x.db?password=Q7x",
            "sqlite:file:x.db?mode=ro&Pwd=Q7x",
            "sqlite:x.db;Password = Q7x",
            "sqlite:x.db?pass%77ord=Q7x",
            "sqlite:x.db?key=Q7x",
            "sqlite://me:Q7x@host/x.db",
        ] {
            check(text, "this is no address of a SQLite database: files have no login and no password");
        }
        check("sqlite:C:/me@home/x.db", "sqlite:C:/me@home/x.db");
        check("sqlite:monkey=1/x.db", "sqlite:monkey=1/x.db");
    }

    #[test]
    fn passwords_are_not_shown() {
        check("postgres://me:secret@host/db", "postgres://me@host:5432/db");
        check("me:secret@host/db", "unknown kind of database `me`");
    }

    #[test]
    fn addresses_of_java_programs_are_taken() {
        check("jdbc:sqlserver://db1;user=sa;password=secret", "sqlserver://sa@db1:1433");
        check("JDBC:postgresql://db1/x?user=me&password=secret", "postgres://me@db1:5432/x");
    }

    #[test]
    fn a_login_that_cannot_be_told_from_the_host_is_refused_without_showing_it() {
        for text in [
            "postgres://me:P@Q7x@host/db",
            "postgres://me:P/Q7x@host/db",
            "postgres://me:1/Q7x@host/db",
            "postgres://me:1?Q7x@host/db",
            "sqlserver://me:P@Q7x@host/db",
            "sqlserver://me:1/Q7x@host/db",
            "sqlserver://me:1?Q7x@host/db",
            "sqlserver://me:Q7x@host;databaseName=db",
        ] {
            let error = DatabaseUrl::parse(text, &|_| None).unwrap_err();
            assert!(matches!(error, AddressError::At { .. }), "{text}: {error}");
            assert!(error.hint().contains("%40"), "{text}");
            assert!(!error.to_string().contains("Q7x"), "{text}: {error}");
        }
    }

    mod secrets {
        use proptest::prelude::*;

        use super::*;

        const SECRET: &str = "Zq7";

        /// A password with whatever ends a part of some address, and the secret in every part.
        fn password() -> impl Strategy<Value = String> {
            let part = prop::sample::select(vec![
                "", "@", "/", "?", "#", ":", ";", "&", "=", "{", "}", "}}", "%", " ", "'", "\"", ",", "\\",
            ]);
            prop::collection::vec(part, 1..4).prop_map(|parts| {
                format!("{SECRET}{}", parts.iter().map(|part| format!("{part}{SECRET}")).collect::<String>())
            })
        }

        fn address() -> impl Strategy<Value = String> {
            let shape = prop::sample::select(vec![
                "postgres://me:***@host/db",
                "postgres://me:***@host:5432/db?sslmode=require",
                "postgres://host/db?user=me&password=***",
                "postgres://host/db?password=***&sslmode=require",
                "postgresql://host,other/db?PASSWORD=***&frob=1",
                "postgres:host=h password=*** dbname=x",
                "postgres:host=h password='***' dbname=x",
                "host=h password=*** dbname=x",
                "password=*** host=h",
                "Server=tcp:h,1433;Database=d;User Id=u;Password=***",
                "Password=***;Server=tcp:h,1433",
                "sqlserver://me:***@host/db",
                "sqlserver://me:***@host\\inst:1433/db?encrypt=true",
                "sqlserver://host;user=me;password=***",
                "sqlserver://host:1433;user=me;Password={***};encrypt=true",
                "sqlserver://host;pwd=***;frob=1",
                "sqlserver://host;PWD={***;user=me",
                "sqlserver://host/db?user=me&password=***&frob=1",
                "sqlserver://host/db?user=me&p%61ssword=***",
                "jdbc:sqlserver://host;user=me;password=***;",
                "jdbc:postgresql://host/db?user=me&password=***",
                "mssql:me:***@host/db",
                "mysql://me:***@host/db",
                "me:***@host/db",
                "//me:***@host/db",
                "postgres//me:***@host/db",
                "postgres:/me:***@host/db",
                "postgres://me@host/db;password=***",
                "postgres://host/db%3Bpassword=***",
                "postgres://host/db password = ***",
                "postgres://host/db&pwd=***",
                "postgres://me;password=***@host/db",
                "postgres://host/?user=me;password=***",
                "sqlserver://me@host/db;password=***",
                "sqlserver://me;pwd=***@host/db",
                "sqlserver://host/db,passwd:***",
                "sqlserver://host;databaseName=db?password=***",
            ]);
            (shape, password()).prop_map(|(shape, password)| shape.replace("***", &password))
        }

        proptest! {
            #[test]
            fn no_message_and_no_address_shows_a_part_of_a_password(text in address()) {
                let shown = match DatabaseUrl::parse(&text, &|_| None) {
                    Ok(url) => format!("{url} {url:?}"),
                    Err(error) => format!("{error} {} {error:?}", error.hint()),
                };
                prop_assert!(!shown.contains(SECRET), "{text}: {shown}");
            }
        }
    }

    #[test]
    fn a_bare_file_name_is_refused() {
        for text in ["demo.db", r"C:\demo.db", "./a:b.db"] {
            check(text, "a database address begins with its kind, as in `sqlite:FILE`");
        }
    }
}
