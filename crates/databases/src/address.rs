//! The address of a database, as `--url` takes it.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::dialect::{Dialect, POSTGRES, SQL_SERVER, SQLITE};
use crate::password::Password;
use crate::postgres::PostgresAddress;
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

/// Looks an environment variable up.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Who connects, where that is said apart from the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Login {
    /// Name.
    pub username: Option<String>,
    /// Password.
    pub password: Option<Password>,
}

/// Why text is no address. No message quotes the text: it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not of the form `scheme:rest`.
    #[error("a database address begins with its kind, as in `sqlite:FILE`")]
    NoScheme,
    /// A kind of database that xmlshred does not know.
    #[error("unknown kind of database `{scheme}`")]
    UnknownScheme {
        /// The text before the colon.
        scheme: String,
    },
    /// `sqlite:` and nothing else.
    #[error("`sqlite:` without a file")]
    NoFile,
    /// `sqlite::memory:`
    #[error("a database in memory cannot be shared by the connections of a run, and ends with it")]
    InMemory,
    /// An option of the address, or a variable that stands for it, has a value that cannot be.
    #[error("{name} of the address is not {expected}")]
    Option {
        /// The option.
        name: String,
        /// What it could be.
        expected: &'static str,
    },
    /// The address does not follow the form of its kind.
    #[error("this is no address of a {database} database: {problem}")]
    Malformed {
        /// The kind.
        database: &'static str,
        /// In the parser's words, which name options but no values.
        problem: String,
    },
}

impl AddressError {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoScheme | Self::UnknownScheme { .. } => {
                "addresses look like `sqlite:demo.db`, `postgres://USER@HOST:5432/DATABASE` or `sqlserver://USER@HOST:1433/DATABASE`"
            }
            Self::NoFile | Self::InMemory => "name a file, as in `sqlite:demo.db`",
            Self::Option { .. } | Self::Malformed { .. } => {
                "docs/databases.md lists the options; write `%40` for an `@` and `%2F` for a `/` in names and passwords"
            }
        }
    }
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

/// `%40` as `@`, and so on.
pub(crate) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
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
