//! The address of a database, as `--url` takes it.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::address::{AddressError, Environment, Login};
use crate::postgres::PostgresAddress;
use crate::sql::dialect::{Dialect, POSTGRES, SQL_SERVER, SQLITE};
use crate::sqlserver::SqlServerAddress;

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
        let (scheme, rest) = text.split_once(':').ok_or(AddressError::NoScheme)?;
        match scheme.to_ascii_lowercase().as_str() {
            "sqlite" => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                match path {
                    "" => Err(AddressError::NoFile),
                    ":memory:" => Err(AddressError::InMemory),
                    _ => Ok(Self::Sqlite(Path::new(path).to_owned())),
                }
            }
            "postgres" | "postgresql" => {
                Ok(Self::Postgres(Box::new(PostgresAddress::parse(text, environment)?)))
            }
            "sqlserver" | "mssql" => Ok(Self::SqlServer(Box::new(SqlServerAddress::parse(text)?))),
            // One letter is a drive of Windows, a slash or dot a path: the kind was forgotten.
            name if name.len() < 2 || name.contains(['/', '\\', '.', '@', ' ']) => {
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
    fn passwords_are_not_shown() {
        check("postgres://me:secret@host/db", "postgres://me@host:5432/db");
        check("me:secret@host/db", "unknown kind of database `me`");
    }

    #[test]
    fn a_bare_file_name_is_refused() {
        for text in ["demo.db", r"C:\demo.db", "./a:b.db"] {
            check(text, "a database address begins with its kind, as in `sqlite:FILE`");
        }
    }
}
