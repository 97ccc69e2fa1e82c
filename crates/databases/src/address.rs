//! The address of a database, as `--url` takes it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::dialect::{Dialect, SQLITE};

/// A database that this version can open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite:FILE`; also `sqlite://FILE`. The rest of the text is the path as it stands: no query, no escapes.
    Sqlite(PathBuf),
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
    /// A kind of database that a later version will open.
    #[error("{database} is not supported by this version of xmlshred yet")]
    LaterVersion {
        /// Its name.
        database: &'static str,
    },
    /// `sqlite:` and nothing else.
    #[error("`sqlite:` without a file")]
    NoFile,
    /// `sqlite::memory:`
    #[error("a database in memory cannot be shared by the connections of a run, and ends with it")]
    InMemory,
}

impl AddressError {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoScheme => "this version opens `sqlite:FILE`, such as `sqlite:demo.db`",
            Self::UnknownScheme { .. } | Self::LaterVersion { .. } => {
                "this version opens `sqlite:FILE`; `xmlshred ddl` writes tables for PostgreSQL and SQL Server too"
            }
            Self::NoFile | Self::InMemory => "name a file, as in `sqlite:demo.db`",
        }
    }
}

impl DatabaseUrl {
    /// How its SQL is written.
    pub fn dialect(&self) -> &'static Dialect {
        match self {
            Self::Sqlite(_) => &SQLITE,
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
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
            "postgres" | "postgresql" => Err(AddressError::LaterVersion { database: "PostgreSQL" }),
            "sqlserver" | "mssql" => Err(AddressError::LaterVersion { database: "SQL Server" }),
            // One letter is a drive of Windows, a slash or dot a path: the kind was forgotten.
            name if name.len() < 2 || name.contains(['/', '\\', '.', '@', ' ']) => {
                Err(AddressError::NoScheme)
            }
            _ => Err(AddressError::UnknownScheme { scheme: scheme.to_owned() }),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = match text.parse::<DatabaseUrl>() {
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
    fn databases_of_later_versions_are_recognised_and_passwords_not_shown() {
        check("postgres://me:secret@host/db", "PostgreSQL is not supported by this version of xmlshred yet");
        check("sqlserver://sa:secret@host", "SQL Server is not supported by this version of xmlshred yet");
        check("me:secret@host/db", "unknown kind of database `me`");
    }

    #[test]
    fn a_bare_file_name_is_refused() {
        for text in ["demo.db", r"C:\demo.db", "./a:b.db"] {
            check(text, "a database address begins with its kind, as in `sqlite:FILE`");
        }
    }
}
