//! Where documents come from and rows go to.

use std::path::PathBuf;

use xmlshred_databases::{DatabaseUrl, Environment, Login, Password, SourceAddress, SqlServerAddress};
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
    /// The password that no argument or variable gave.
    pub(crate) asked_password: Option<Password>,
}

impl Connection {
    /// What the arguments name, or `None` when they name nothing, for commands that can do without.
    ///
    /// # Errors
    /// When they name half of it, or a password file that cannot be read.
    pub(crate) fn if_any(
        args: &DatabaseArgs,
        environment: Environment<'_>,
    ) -> Result<Option<Self>, SettingsError> {
        match Self::sides(args, environment)? {
            (Some(source), Some(target)) => Ok(Some(Self { source, target, asked_password: None })),
            (None, None) => Ok(None),
            (Some(SourceAddress::Files(_)), None) => Err(SettingsError::NoTarget),
            (Some(SourceAddress::Database(_)), None) => {
                Err(SettingsError::NoSide { side: "target", other: "source" })
            }
            (None, Some(_)) => Err(SettingsError::NoSide { side: "source", other: "target" }),
        }
    }

    /// The target that the arguments name, for commands that need no source.
    ///
    /// # Errors
    /// When an address is none.
    pub(crate) fn target_if_any(
        args: &DatabaseArgs,
        environment: Environment<'_>,
    ) -> Result<Option<DatabaseUrl>, SettingsError> {
        Self::sides(args, environment).map(|(_, target)| target)
    }

    /// Source and target, as far as the arguments name them.
    fn sides(
        args: &DatabaseArgs,
        environment: Environment<'_>,
    ) -> Result<(Option<SourceAddress>, Option<DatabaseUrl>), SettingsError> {
        let DatabaseArgs {
            url,
            source_url,
            target_url,
            files,
            server,
            database,
            trust_server_certificate,
            username,
            password,
            password_file,
        } = args;
        let password = match (password, password_file) {
            (Some(password), _) => Some(password.clone()),
            (None, Some(path)) => Some(password_of(path)?),
            (None, None) => environment("XMLSHRED_PASSWORD").map(Password::from),
        };
        let username = username.clone().or_else(|| environment("XMLSHRED_USERNAME"));
        let login = Login { username, password };
        let parse = |url: &Option<String>| match url {
            Some(url) => {
                Ok(Some(DatabaseUrl::parse(url, environment)?.with_login(&login).with_names_checked()?))
            }
            None => Ok::<_, SettingsError>(None),
        };
        let both = match server {
            None if database.is_some() => return Err(SettingsError::NoServer { given: "database" }),
            None if *trust_server_certificate => {
                return Err(SettingsError::NoServer { given: "trust-server-certificate" });
            }
            None => parse(url)?,
            Some(server) => {
                let mut address = SqlServerAddress::from_server(server, database.as_deref())?;
                if *trust_server_certificate {
                    address.trust_server_certificate();
                }
                Some(DatabaseUrl::SqlServer(Box::new(address)).with_login(&login).with_names_checked()?)
            }
        };
        let source = match files {
            Some(pattern) => Some(SourceAddress::Files(pattern.clone())),
            None => parse(source_url)?.or_else(|| both.clone()).map(SourceAddress::Database),
        };
        let target = parse(target_url)?.or(both);
        Ok((source, target))
    }

    /// Whether somebody logs in by name without a password.
    pub(crate) fn lacks_password(&self) -> bool {
        let source = match &self.source {
            SourceAddress::Database(url) => url.lacks_password(),
            SourceAddress::Files(_) => false,
        };
        source || self.target.lacks_password()
    }

    /// The same with this password where one is missing.
    pub(crate) fn with_password(self, password: &Password) -> Self {
        let complete = |url: DatabaseUrl| match url.lacks_password() {
            true => url.with_login(&Login { username: None, password: Some(password.clone()) }),
            false => url,
        };
        let source = match self.source {
            SourceAddress::Database(url) => SourceAddress::Database(complete(url)),
            files @ SourceAddress::Files(_) => files,
        };
        Self { source, target: complete(self.target), asked_password: Some(password.clone()) }
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

/// The first line of the file.
fn password_of(path: &std::path::Path) -> Result<Password, SettingsError> {
    let text = std::fs::read_to_string(path).map_err(SettingsError::NoPasswordFile)?;
    Ok(Password::from(text.lines().next().unwrap_or_default().to_owned()))
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
        let found = match Connection::if_any(&args, &|_| None)
            .and_then(|found| found.ok_or(SettingsError::NoDatabase))
        {
            Ok(Connection { source: SourceAddress::Database(source), target, .. }) => {
                format!("{source} > {target}")
            }
            Ok(Connection { source: SourceAddress::Files(pattern), target, .. }) => {
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
    fn a_server_is_named_as_the_predecessor_named_it() {
        check(
            |args| {
                args.server = some(r"localhost\SQLEXPRESS");
                args.database = some("XmlConversionDB");
            },
            r"sqlserver://localhost\SQLEXPRESS/XmlConversionDB > sqlserver://localhost\SQLEXPRESS/XmlConversionDB",
        );
        check(
            |args| {
                args.server = some("db1,1444");
                args.username = some("sa");
                args.target_url = some("sqlite:a.db");
            },
            "sqlserver://sa@db1:1444 > sqlite:a.db",
        );
    }

    #[test]
    fn a_password_within_a_name_is_refused_without_showing_it() {
        let error = "this is no address of a SQL Server database: an option for a password is part of a name: options follow `?` or, for SQL Server, `;` behind the host";
        check(
            |args| {
                args.server = some("db1");
                args.database = some("loans;Password=Q7x");
            },
            error,
        );
        check(
            |args| {
                args.server = some("db1");
                args.username = some("sa;pwd=Q7x");
            },
            error,
        );
    }

    #[test]
    fn a_password_behind_a_user_is_refused_without_showing_it() {
        let of = |database: &str| {
            format!("the name of the {database} user has a `:`, and what follows it may be a password")
        };
        for url in ["postgres://host/db", "postgres://boss%3AQ7x@host/db", "postgres://host/db?user=boss:Q7x"]
        {
            check(
                |args| {
                    args.url = some(url);
                    args.username = some("boss:Q7x").filter(|_| !url.contains("boss"));
                },
                &of("PostgreSQL"),
            );
        }
        check(
            |args| {
                args.server = some("db1");
                args.username = some("sa:Q7x");
            },
            &of("SQL Server"),
        );
        check(|args| args.url = some("sqlserver://db1/loans;user=sa:Q7x"), &of("SQL Server"));
    }

    #[test]
    fn a_login_apart_from_the_address_is_taken_in() {
        check(
            |args| {
                args.url = some("postgres://someone@host/db");
                args.username = some("loader");
                args.password = Some(Password::from("secret".to_owned()));
            },
            "postgres://loader@host:5432/db > postgres://loader@host:5432/db",
        );
    }
}
