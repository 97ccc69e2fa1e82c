//! The address of a database, as `--url` takes it.

use std::fmt;
use std::path::PathBuf;

use super::SettingsError;

/// A database that this version speaks to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// `sqlite:FILE`
    Sqlite(PathBuf),
}

impl Address {
    /// Reads a URL.
    ///
    /// # Errors
    /// When it is none, or of a database that this version does not speak to. No message quotes it: it may hold a
    /// password.
    pub(crate) fn parse(url: &str) -> Result<Self, SettingsError> {
        let Some((scheme, rest)) = url.split_once(':') else { return Err(SettingsError::Url) };
        match scheme.to_ascii_lowercase().as_str() {
            "sqlite" => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                if path.is_empty() { Err(SettingsError::Url) } else { Ok(Self::Sqlite(PathBuf::from(path))) }
            }
            "postgres" | "postgresql" => Err(SettingsError::LaterVersion { database: "PostgreSQL" }),
            "sqlserver" | "mssql" => Err(SettingsError::LaterVersion { database: "SQL Server" }),
            _ => Err(SettingsError::Url),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
        }
    }
}
