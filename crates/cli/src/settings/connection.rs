//! Where documents come from and rows go to.

use std::path::PathBuf;

use xmlshred_databases::{DatabaseUrl, SourceAddress};
use xmlshred_mapping::contract::SourceSpec;

use super::SettingsError;
use crate::args::DatabaseArgs;

/// Source and target of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Connection {
    /// Where documents come from.
    pub(crate) source: SourceAddress,
    /// Where rows and log go.
    pub(crate) target: DatabaseUrl,
}

impl Connection {
    /// What the arguments name, or `None` when they name nothing, for commands that can do without.
    ///
    /// # Errors
    /// When they name half of it, or a database that this version does not speak to.
    pub(crate) fn if_any(args: &DatabaseArgs) -> Result<Option<Self>, SettingsError> {
        let DatabaseArgs {
            url,
            source_url,
            target_url,
            files,
            server,
            database,
            username,
            password: _,
            password_file,
        } = args;
        if let Some(path) = password_file {
            // No database of this version takes a password; a file that is not there is a mistake all the same.
            std::fs::File::open(path).map_err(|source| SettingsError::Unreadable {
                what: "password file",
                path: path.clone(),
                source,
            })?;
        }
        if server.is_some() {
            return Err(SettingsError::LaterVersion { database: "SQL Server" });
        }
        for (flag, value) in [("database", database), ("username", username)] {
            if value.is_some() {
                return Err(SettingsError::NoServer { given: flag });
            }
        }
        let parse = |url: &Option<String>| url.as_deref().map(str::parse::<DatabaseUrl>).transpose();
        let both = parse(url)?;
        let source = match files {
            Some(pattern) => Some(SourceAddress::Files(pattern.clone())),
            None => parse(source_url)?.or_else(|| both.clone()).map(SourceAddress::Database),
        };
        let target = parse(target_url)?.or(both);
        match (source, target) {
            (Some(source), Some(target)) => Ok(Some(Self { source, target })),
            (None, None) => Ok(None),
            (Some(SourceAddress::Files(_)), None) => Err(SettingsError::NoTarget),
            (Some(SourceAddress::Database(_)), None) => {
                Err(SettingsError::NoSide { side: "target", other: "source" })
            }
            (None, Some(_)) => Err(SettingsError::NoSide { side: "source", other: "target" }),
        }
    }

    /// The source for people. Shows no password.
    pub(crate) fn source_text(&self, spec: &SourceSpec) -> String {
        match &self.source {
            SourceAddress::Database(address) => match &spec.schema {
                Some(schema) => format!("{address}, table {schema}.{}", spec.table),
                None => format!("{address}, table {}", spec.table),
            },
            SourceAddress::Files(pattern) => format!("files {pattern}"),
        }
    }

    /// The target for people. Shows no password.
    pub(crate) fn target_text(&self) -> String {
        self.target.to_string()
    }
}

/// The path of a file that an argument named, for messages.
pub(crate) fn absolute(path: &std::path::Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: impl FnOnce(&mut DatabaseArgs), expected: &str) {
        let mut args = DatabaseArgs::default();
        change(&mut args);
        let found = match Connection::if_any(&args).and_then(|found| found.ok_or(SettingsError::NoDatabase)) {
            Ok(Connection { source: SourceAddress::Database(source), target }) => {
                format!("{source} > {target}")
            }
            Ok(Connection { source: SourceAddress::Files(pattern), target }) => {
                format!("{pattern} > {target}")
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn one_url_is_source_and_target() {
        check(|args| args.url = some("sqlite:a.db"), "sqlite:a.db > sqlite:a.db");
    }

    #[test]
    fn source_and_target_override_it() {
        check(
            |args| {
                args.url = some("sqlite:a.db");
                args.target_url = some("sqlite:b.db");
            },
            "sqlite:a.db > sqlite:b.db",
        );
        check(
            |args| {
                args.url = some("sqlite:a.db");
                args.files = some("x/*.xml");
            },
            "x/*.xml > sqlite:a.db",
        );
    }

    #[test]
    fn half_an_address_is_refused() {
        check(|_| (), "no database given");
        check(
            |args| args.source_url = some("sqlite:a.db"),
            "no target given: --source-url names the source only",
        );
        check(|args| args.database = some("x"), "--database needs --server");
    }

    #[test]
    fn databases_of_later_versions_are_named_without_their_passwords() {
        check(
            |args| args.server = some(r"localhost\SQLEXPRESS"),
            "SQL Server is not supported by this version of xmlshred",
        );
        check(
            |args| args.url = some("postgres://me:secret@host/db"),
            "PostgreSQL is not supported by this version of xmlshred yet",
        );
        check(
            |args| args.url = some("sqlserver://me:secret@host/db"),
            "SQL Server is not supported by this version of xmlshred yet",
        );
    }
}
