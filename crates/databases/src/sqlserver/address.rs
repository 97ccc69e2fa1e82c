//! Where a SQL Server is and how to log in: `--server` and `--database`, URLs, and the options of Microsoft's drivers.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::address::Password;
use crate::address::{AddressError, Login, check_host, check_login_ends, percent_decoded, unknown_option};

use super::options;

const DATABASE: &str = "SQL Server";
const DEFAULT_PORT: u16 = 1433;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// A page or a commit takes seconds; one that takes minutes waits for something that will not come.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(600);

/// A SQL Server database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlServerAddress {
    pub(super) host: String,
    /// A named instance, whose port SQL Server Browser tells.
    pub(super) instance: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) database: Option<String>,
    pub(super) username: Option<String>,
    pub(super) password: Option<Password>,
    pub(super) encrypt: Encrypt,
    /// `None`: as [`SqlServerAddress::trusts_any_certificate`] says.
    pub(super) trust_server_certificate: Option<bool>,
    /// Another name that the certificate is for.
    pub(super) host_name_in_certificate: Option<String>,
    /// A certificate that is trusted besides those of the system.
    pub(super) server_certificate: Option<PathBuf>,
    pub(super) application_name: Option<String>,
    pub(super) intent: Option<Intent>,
    pub(super) multi_subnet_failover: bool,
    pub(super) connect_timeout: Duration,
    pub(super) command_timeout: Duration,
}

/// `Encrypt`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encrypt {
    /// Nothing, not even the login: for servers that cannot.
    Disabled,
    /// Only the login.
    Optional,
    /// Everything.
    Mandatory,
    /// Everything, from the first byte on (TDS 8.0).
    Strict,
}

/// `ApplicationIntent`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    ReadOnly,
    ReadWrite,
}

impl SqlServerAddress {
    /// From `--server` (`HOST`, `HOST\INSTANCE`, `HOST,PORT`, with or without `tcp:`; `.` and `(local)` are this machine).
    ///
    /// # Errors
    /// When the port is no number.
    pub fn from_server(server: &str, database: Option<&str>) -> Result<Self, AddressError> {
        let mut address = Self::at(server)?;
        address.database = database.map(str::to_owned);
        Ok(address)
    }

    /// `sqlserver://USER:PASSWORD@HOST\INSTANCE:PORT/DATABASE?OPTION=VALUE&…`, or as JDBC has it:
    /// `sqlserver://HOST:PORT;OPTION=VALUE;…`.
    pub(crate) fn parse(text: &str) -> Result<Self, AddressError> {
        let (_, rest) = text.split_once("://").ok_or_else(|| AddressError::Malformed {
            database: DATABASE,
            problem: "`//` is missing".to_owned(),
        })?;
        if let Some((server, options)) = rest.split_once(';')
            && !server.contains('?')
        {
            let mut address = Self::at(server.trim_end_matches('/'))?;
            for option in options::split(options)? {
                let (name, value) = option;
                address.set(name, &value).map_err(|error| named(error, rest, name))?;
            }
            check_host(DATABASE, &address.host)?;
            return Ok(address);
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        check_login_ends(DATABASE, database, query)?;
        let (login, server) = match authority.rsplit_once('@') {
            Some((login, server)) if !login.contains('@') => (Some(login), server),
            Some(_) => return Err(AddressError::At { database: DATABASE }),
            None => (None, authority),
        };
        let mut address = Self::at(&percent_decoded(server))?;
        if let Some(login) = login {
            let (username, password) = match login.split_once(':') {
                Some((username, password)) => (username, Some(password)),
                None => (login, None),
            };
            address.username = Some(percent_decoded(username)).filter(|name| !name.is_empty());
            address.password = password.map(|password| Password::from(percent_decoded(password)));
        }
        if !database.is_empty() {
            address.database = Some(percent_decoded(database));
        }
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = percent_decoded(name);
            address.set(&name, &percent_decoded(value)).map_err(|error| named(error, query, &name))?;
        }
        Ok(address)
    }

    /// A server, everything else as usual.
    fn at(server: &str) -> Result<Self, AddressError> {
        let server = server.trim();
        let server = server.strip_prefix("tcp:").unwrap_or(server);
        check_host(DATABASE, &server.split(',').map(str::trim).collect::<Vec<_>>().join(","))?;
        let (place, port) = match server.rsplit_once([',', ':']) {
            // The colons of an IPv6 address are no ports.
            Some((_, port)) if port.contains(']') || server.parse::<IpAddr>().is_ok() => (server, None),
            Some((place, port)) => {
                let port = port.trim().parse().map_err(|_| AddressError::Option {
                    name: "the port".to_owned(),
                    expected: "a number from 1 to 65535",
                })?;
                (place, Some(port))
            }
            None => (server, None),
        };
        let (host, instance) = match place.split_once('\\') {
            Some((host, instance)) => (host, Some(instance.trim().to_owned())),
            None => (place, None),
        };
        let host = host.trim().trim_start_matches('[').trim_end_matches(']');
        let host = match host {
            "" | "." | "(local)" | "localhost" => "localhost",
            host => host,
        };
        Ok(Self {
            host: host.to_owned(),
            instance: instance.filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("MSSQLSERVER")),
            port,
            database: None,
            username: None,
            password: None,
            encrypt: Encrypt::Mandatory,
            trust_server_certificate: None,
            host_name_in_certificate: None,
            server_certificate: None,
            application_name: None,
            intent: None,
            multi_subnet_failover: false,
            connect_timeout: CONNECT_TIMEOUT,
            command_timeout: COMMAND_TIMEOUT,
        })
    }

    /// One option; names as in ADO.NET, ODBC and JDBC, in any case and with or without blanks.
    fn set(&mut self, name: &str, value: &str) -> Result<(), AddressError> {
        let plain: String =
            name.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).collect::<String>().to_lowercase();
        let text = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match plain.as_str() {
            "database" | "databasename" | "initialcatalog" => self.database = text(),
            "user" | "username" | "uid" | "userid" => self.username = text(),
            "password" | "pwd" => self.password = text().map(Password::from),
            "instancename" | "instance" => self.instance = text(),
            "port" | "portnumber" => self.port = Some(number(name, value)?),
            "encrypt" => {
                self.encrypt = match value.to_lowercase().as_str() {
                    "strict" => Encrypt::Strict,
                    "mandatory" | "true" | "yes" => Encrypt::Mandatory,
                    "optional" | "false" | "no" => Encrypt::Optional,
                    "disabled" => Encrypt::Disabled,
                    _ => return Err(wrong(name, "strict, mandatory (true), optional (false) or disabled")),
                };
            }
            "trustservercertificate" => self.trust_server_certificate = Some(truth(name, value)?),
            "hostnameincertificate" => self.host_name_in_certificate = text(),
            "servercertificate" | "trustservercertificateca" => {
                self.server_certificate = text().map(PathBuf::from);
            }
            "applicationname" | "app" => self.application_name = text(),
            "applicationintent" => {
                self.intent = Some(match value.to_lowercase().as_str() {
                    "readonly" => Intent::ReadOnly,
                    "readwrite" => Intent::ReadWrite,
                    _ => return Err(wrong(name, "ReadOnly or ReadWrite")),
                });
            }
            "multisubnetfailover" => self.multi_subnet_failover = truth(name, value)?,
            "connecttimeout" | "connectiontimeout" | "logintimeout" | "timeout" => {
                self.connect_timeout = Duration::from_secs(number(name, value)?);
            }
            "commandtimeout" | "querytimeout" => {
                self.command_timeout = Duration::from_secs(number(name, value)?);
            }
            // What is so anyway when nobody logs in by name.
            "integratedsecurity" | "trustedconnection" => {}
            // Whoever knows the whole address says which.
            _ => return Err(unknown_option(DATABASE, "", name)),
        }
        Ok(())
    }

    /// Takes the server's word for who it is.
    pub fn trust_server_certificate(&mut self) {
        self.trust_server_certificate = Some(true);
    }

    pub(crate) fn with_login(mut self, login: &Login) -> Self {
        let Login { username, password } = login;
        if username.is_some() {
            self.username.clone_from(username);
        }
        if password.is_some() {
            self.password.clone_from(password);
        }
        self
    }

    /// Whether a login by name lacks its password.
    pub fn lacks_password(&self) -> bool {
        self.username.is_some() && self.password.is_none()
    }

    pub(crate) fn is_same_database(&self, other: &Self) -> bool {
        let place = |address: &Self| {
            let instance = address.instance.as_deref().map(str::to_lowercase);
            let database = address.database.as_deref().map(str::to_lowercase);
            (address.host.to_lowercase(), instance, address.port.unwrap_or(DEFAULT_PORT), database)
        };
        place(self) == place(other)
    }

    /// Whether the server need not prove who it is. Nobody stands between two programs of one machine, and a SQL Server that nobody
    /// gave a certificate made one itself, which nothing vouches for: there, asking for proof would only ever fail.
    pub(super) fn trusts_any_certificate(&self) -> bool {
        let is_this_machine = self.host == "localhost"
            || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        self.trust_server_certificate.unwrap_or(
            is_this_machine && self.server_certificate.is_none() && self.encrypt != Encrypt::Strict,
        )
    }
}

/// Shows no password.
impl fmt::Display for SqlServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sqlserver://")?;
        if let Some(username) = &self.username {
            write!(f, "{username}@")?;
        }
        f.write_str(&self.host)?;
        match (&self.instance, self.port) {
            (Some(instance), None) => write!(f, "\\{instance}")?,
            (_, port) => write!(f, ":{}", port.unwrap_or(DEFAULT_PORT))?,
        }
        match &self.database {
            Some(database) => write!(f, "/{database}"),
            None => Ok(()),
        }
    }
}

/// The same error with the name of an unknown option, where it may be shown.
fn named(error: AddressError, address: &str, name: &str) -> AddressError {
    match error {
        AddressError::Malformed { .. } => unknown_option(DATABASE, address, name),
        other => other,
    }
}

fn wrong(name: &str, expected: &'static str) -> AddressError {
    AddressError::Option { name: name.to_owned(), expected }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, AddressError> {
    value.trim().parse().map_err(|_| wrong(name, "a number in its range"))
}

fn truth(name: &str, value: &str) -> Result<bool, AddressError> {
    match value.to_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(wrong(name, "true or false")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_server(server: &str, expected: &str) {
        let found = match SqlServerAddress::from_server(server, Some("X")) {
            Ok(address) => address.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{server}");
    }

    fn check_url(url: &str, expected: &str) {
        let found = match SqlServerAddress::parse(url) {
            Ok(address) => address.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{url}");
    }

    #[test]
    fn servers_are_named_as_people_are_used_to() {
        check_server("db1", "sqlserver://db1:1433/X");
        check_server(r"localhost\SQLEXPRESS", r"sqlserver://localhost\SQLEXPRESS/X");
        check_server("127.0.0.1,1433", "sqlserver://127.0.0.1:1433/X");
        check_server("tcp:db1.example, 1444", "sqlserver://db1.example:1444/X");
        check_server(r".\MSSQLSERVER", "sqlserver://localhost:1433/X");
        check_server("(local)", "sqlserver://localhost:1433/X");
        check_server("::1", "sqlserver://::1:1433/X");
        check_server("[::1]:1434", "sqlserver://::1:1434/X");
        check_server("db1,x", "the port of the address is not a number from 1 to 65535");
    }

    #[test]
    fn urls_of_both_kinds_are_understood() {
        check_url(
            "sqlserver://sa:secret%40x@db1:1444/Xml%20Db?encrypt=optional",
            "sqlserver://sa@db1:1444/Xml Db",
        );
        check_url(r"mssql://db1\INST/X", r"sqlserver://db1\INST/X");
        let jdbc = "sqlserver://db1:1444;databaseName=X;user=sa;password=secret;trustServerCertificate=true";
        check_url(jdbc, "sqlserver://sa@db1:1444/X");
    }

    #[test]
    fn no_message_shows_a_value() {
        check_url(
            "sqlserver://sa:secret@h/d?encrypt=secret",
            "encrypt of the address is not strict, mandatory (true), optional (false) or disabled",
        );
        check_url(
            "sqlserver://h;frob=secret",
            "this is no address of a SQL Server database: unknown option `frob`",
        );
        assert!(
            !format!("{:?}", SqlServerAddress::parse("sqlserver://sa:secret@h").unwrap()).contains("secret")
        );
    }

    #[test]
    fn any_certificate_is_trusted_on_this_machine_only_unless_asked_otherwise() {
        let trusts = |url: &str| SqlServerAddress::parse(url).unwrap().trusts_any_certificate();
        assert!(trusts("sqlserver://localhost") && trusts("sqlserver://127.0.0.1:1433"));
        assert!(!trusts("sqlserver://db1") && !trusts("sqlserver://localhost?trustServerCertificate=false"));
        assert!(
            trusts("sqlserver://db1;TrustServerCertificate=True")
                && !trusts("sqlserver://localhost?encrypt=strict")
        );
    }
}
