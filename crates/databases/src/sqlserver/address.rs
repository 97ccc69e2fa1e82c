//! Where a SQL Server is and how to log in: `--server` and `--database`, URLs, and the options of Microsoft's drivers.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::address::Password;
use crate::address::{
    AddressError, Login, check_host, check_login_ends, check_name, check_user, percent_decoded,
    unknown_option,
};

use super::option_values::{is_certificate_name, is_of_no_consequence, number, truth, wrong};
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
    /// Whether the address asks for the login of the user of this process.
    pub(super) is_integrated: bool,
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
            return address.with_one_login();
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
        address.with_one_login()
    }

    /// The address, if it does not ask for two logins.
    fn with_one_login(self) -> Result<Self, AddressError> {
        if self.is_integrated && self.username.is_some() {
            return Err(wrong("integratedSecurity", "false, though the address names a user"));
        }
        Ok(self)
    }

    pub(crate) fn check_names(&self) -> Result<(), AddressError> {
        self.username.as_deref().map_or(Ok(()), |name| check_user(DATABASE, name))?;
        self.database.as_deref().map_or(Ok(()), |name| check_name(DATABASE, name))
    }

    /// The same for where a server sends us. It tells the port, so that there is no instance to look up; a name of one is not the host's.
    ///
    /// # Errors
    /// When that is no host.
    pub(super) fn routed(&self, host: &str, port: u16) -> Result<Self, AddressError> {
        let host = host.split('\\').next().unwrap_or(host).trim();
        check_host(DATABASE, host)?;
        if host.is_empty() || port == 0 {
            let problem = "the server sends us on, and does not say where".to_owned();
            return Err(AddressError::Malformed { database: DATABASE, problem });
        }
        Ok(Self { host: host.to_owned(), port: Some(port), instance: None, ..self.clone() })
    }

    /// The names of which the server's certificate must be for one. `*.` instead of the first label is met by a certificate for `*.`, which
    /// is for any name of one label more; and by one for the host itself where that is of the kind, as it is of Azure's after a
    /// redirection; and by one for any one name of [`Self::certificate_parent`].
    pub(super) fn certificate_names(&self) -> Vec<String> {
        let Some(name) = &self.host_name_in_certificate else { return vec![self.host.clone()] };
        let Some(parent) = name.strip_prefix('*') else { return vec![name.clone()] };
        let is_below =
            |(label, rest): (&str, &str)| !label.is_empty() && ends_with(&format!(".{rest}"), parent);
        let host = self.host.split_once('.').is_some_and(is_below).then(|| self.host.clone());
        std::iter::once(format!("{ANY_LABEL}{parent}")).chain(host).collect()
    }

    /// What the name of the server's certificate ends with behind its first label, where that may be any.
    pub(super) fn certificate_parent(&self) -> Option<&str> {
        self.host_name_in_certificate.as_deref()?.strip_prefix('*')
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
        // Programs and shells double the backslash.
        let (host, instance) = match place.split_once('\\') {
            Some((host, instance)) => (host, Some(instance.trim_start_matches('\\').trim().to_owned())),
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
            is_integrated: false,
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
            "server" | "servername" | "datasource" | "addr" | "address" | "networkaddress" => {
                let Self { host, instance, port, .. } = Self::at(value)?;
                self.host = host;
                self.instance = instance.or(self.instance.take());
                self.port = port.or(self.port);
            }
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
            "hostnameincertificate" => {
                if !is_certificate_name(value) {
                    return Err(wrong(name, "a host name, or one with `*.` instead of its first label"));
                }
                self.host_name_in_certificate = text();
            }
            "servercertificate" | "trustservercertificateca" => {
                self.server_certificate = text().map(PathBuf::from);
            }
            "applicationname" | "app" | "programname" => self.application_name = text(),
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
                // JDBC says -1 for as long as it takes.
                let value = if value.trim() == "-1" { "0" } else { value };
                self.command_timeout = Duration::from_secs(number(name, value)?);
            }
            // So it is anyway when nobody logs in by name.
            "integratedsecurity" | "trustedconnection" => {
                self.is_integrated = value.eq_ignore_ascii_case("sspi") || truth(name, value)?;
            }
            "authentication" => match value.to_lowercase().as_str() {
                "" | "notspecified" | "sqlpassword" | "sql password" => {}
                _ => return Err(wrong(name, "SqlPassword: xmlshred has no logins of Microsoft Entra")),
            },
            "columnencryptionsetting" | "columnencryption" => match value.to_lowercase().as_str() {
                "disabled" => {}
                _ => return Err(wrong(name, "disabled: xmlshred cannot read encrypted columns")),
            },
            _ if is_of_no_consequence(&plain) => {}
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

/// Stands for the first label where only the others are known: no certificate has this one but those that have any.
const ANY_LABEL: &str = "xmlshred-any";

/// Whether the text ends so, in any case.
fn ends_with(text: &str, end: &str) -> bool {
    text.len() >= end.len()
        && text.is_char_boundary(text.len() - end.len())
        && text[text.len() - end.len()..].eq_ignore_ascii_case(end)
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
        // As Azure and Java programs show theirs.
        let azure = "sqlserver://x.database.windows.net:1433;database=X;user=me@x;password={a;b}}c};encrypt=true;\
                     trustServerCertificate=false;hostNameInCertificate=*.database.windows.net;loginTimeout=30;";
        check_url(azure, "sqlserver://me@x@x.database.windows.net:1433/X");
        check_url(
            r"sqlserver://db1\\INST;DatabaseName=X;integratedSecurity=true;",
            r"sqlserver://db1\INST/X",
        );
        check_url(
            "sqlserver://;serverName=db1\\INST;portNumber=1444;Initial Catalog=X;selectMethod=cursor;queryTimeout=-1",
            "sqlserver://db1:1444/X",
        );
        check_url("sqlserver://db1;instanceName=INST;applicationIntent=readonly", r"sqlserver://db1\INST");
    }

    #[test]
    fn what_cannot_be_done_is_refused_and_not_passed_over() {
        check_url(
            "sqlserver://db1;user=sa;integratedSecurity=true",
            "integratedSecurity of the address is not false, though the address names a user",
        );
        check_url(
            "sqlserver://db1;authentication=ActiveDirectoryPassword",
            "authentication of the address is not SqlPassword: xmlshred has no logins of Microsoft Entra",
        );
        let one_label = "hostNameInCertificate of the address is not a host name, or one with `*.` instead of its first label";
        for name in ["*", "*.net", "db*.example.org", "db1.*.org", "*.*.org", "**.example.org"] {
            check_url(&format!("sqlserver://db1;hostNameInCertificate={name}"), one_label);
        }
    }

    #[test]
    fn a_star_stands_for_one_label_or_the_host_itself() {
        let check = |host: &str, name: &str, expected: &[&str]| {
            let url = format!("sqlserver://{host};hostNameInCertificate={name}");
            assert_eq!(SqlServerAddress::parse(&url).unwrap().certificate_names(), expected, "{url}");
        };
        let any = "xmlshred-any.database.windows.net";
        check("x.Database.windows.net", "*.database.windows.net", &[any, "x.Database.windows.net"]);
        check("a.b.database.windows.net", "*.database.windows.net", &[any, "a.b.database.windows.net"]);
        for other in ["10.0.0.1", "database.windows.net", "x.evildatabase.windows.net"] {
            check(other, "*.database.windows.net", &[any]);
        }
        check("db1", "other", &["other"]);
        let address = SqlServerAddress::parse("sqlserver://x.database.windows.net;instanceName=I").unwrap();
        let routed = address.routed(r"y.database.windows.net\I", 11_000).unwrap();
        assert_eq!(routed.to_string(), "sqlserver://y.database.windows.net:11000");
        assert!(
            address.routed("", 1).is_err()
                && address.routed("y", 0).is_err()
                && address.routed("y;z", 1).is_err()
        );
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
