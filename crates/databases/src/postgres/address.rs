//! Where a PostgreSQL server is and how to log in, with everything that libpq takes from URL, environment and files.
//! <https://www.postgresql.org/docs/current/libpq-connect.html>

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::address::{
    AddressError, Environment, Login, check_host, check_login_ends, check_name, check_user, percent_decoded,
    unknown_option,
};

const DATABASE: &str = "PostgreSQL";
const DEFAULT_PORT: u16 = 5432;
/// What a login may take when the address does not say, all hosts of a list together.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(15);
/// A port that has not answered for this long is left for the host's next address.
const PORT_TIMEOUT: Duration = Duration::from_secs(5);
/// A network that is cut without a word is noticed after this long, not after the two hours of the system's default.
const UNANSWERED_TIMEOUT: Duration = Duration::from_secs(60);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
/// Where Debian's server listens for programs of the same machine.
const SOCKET_FOLDER: &str = "/var/run/postgresql";

/// A PostgreSQL database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresAddress {
    pub(super) config: Config,
    pub(super) tls: TlsSettings,
    pub(super) login_limit: LoginLimit,
    /// `~/.pgpass`, unless a password is known.
    pub(super) password_file: Option<PathBuf>,
}

/// How long a login may take, from the first packet to the session that is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoginLimit {
    /// All hosts together.
    Shared(Duration),
    /// Each host, as libpq has it: `connect_timeout`.
    PerHost(Duration),
    /// `connect_timeout=0`: as long as it likes.
    None,
}

/// How the server proves who it is, and how we do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TlsSettings {
    pub(super) proof: ServerProof,
    /// `sslrootcert`: certificates of authorities; `None` for those of the system.
    pub(super) root_certificates: Option<PathBuf>,
    /// `sslcert` and `sslkey`.
    pub(super) client_certificate: Option<(PathBuf, PathBuf)>,
}

/// What a server's certificate must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServerProof {
    /// `disable` to `require`: nothing; the connection is encrypted, perhaps with a stranger.
    None,
    /// `verify-ca`: that an authority signed it.
    Authority,
    /// `verify-full`: and that it is this host's.
    AuthorityAndHost,
}

/// Options whose values the driver examines.
const DRIVERS_OPTIONS: [&str; 12] = [
    "sslnegotiation",
    "host",
    "hostaddr",
    "port",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "target_session_attrs",
    "channel_binding",
    "load_balance_hosts",
];

/// Options of the URL that the driver does not know, with the variable that stands for each.
const OWN_OPTIONS: [(&str, &str); 7] = [
    ("connect_timeout", "PGCONNECT_TIMEOUT"),
    ("sslmode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("passfile", "PGPASSFILE"),
    ("application_name", "PGAPPNAME"),
];

impl PostgresAddress {
    /// `postgres://…`, with the gaps filled from `PG*` variables and then from libpq's defaults.
    pub(crate) fn parse(text: &str, environment: Environment<'_>) -> Result<Self, AddressError> {
        check(text)?;
        let (url, own) = split_options(text);
        let url = match environment("PGPORT").filter(|port| !port.is_empty()) {
            Some(port) => with_port(&url, number("PGPORT", &port)?),
            None => url,
        };
        let mut config: Config = url.parse().map_err(|error| malformed(text, error))?;
        complete(&mut config, environment)?;
        for host in config.get_hosts() {
            if let Host::Tcp(name) = host {
                check_host(DATABASE, name)?;
            }
        }
        let option = |name: &str| {
            let (_, variable) = OWN_OPTIONS.iter().find(|(known, _)| *known == name)?;
            let given = own.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            given.or_else(|| environment(variable)).filter(|value| !value.is_empty())
        };
        if let Some(name) = option("application_name") {
            config.application_name(name);
        }
        let login_limit = login_limit(option("connect_timeout").as_deref())?;
        config.connect_timeout(match login_limit {
            LoginLimit::PerHost(limit) => limit,
            LoginLimit::Shared(_) | LoginLimit::None => PORT_TIMEOUT,
        });
        let home = environment("HOME").or_else(|| environment("USERPROFILE")).map(PathBuf::from);
        let tls = tls(&mut config, option("sslmode").as_deref(), home.as_deref(), &option)?;
        let password_file = match option("passfile") {
            Some(file) => Some(PathBuf::from(file)),
            None => own_password_file(cfg!(windows), home, environment("APPDATA").map(PathBuf::from)),
        };
        Ok(Self { config, tls, login_limit, password_file })
    }

    pub(crate) fn with_login(mut self, login: &Login) -> Self {
        let Login { username, password } = login;
        if let Some(username) = username {
            self.config.user(username);
        }
        if let Some(password) = password {
            self.config.password(password.reveal());
        }
        self
    }

    pub(crate) fn check_names(&self) -> Result<(), AddressError> {
        self.config.get_user().map_or(Ok(()), |name| check_user(DATABASE, name))?;
        self.config.get_dbname().map_or(Ok(()), |name| check_name(DATABASE, name))
    }

    /// The same configuration for the host at this place of the list alone.
    pub(super) fn only_host(&self, at: usize) -> Config {
        let all = &self.config;
        let mut config = Config::new();
        match all.get_hosts().get(at) {
            Some(Host::Tcp(name)) => config.host(name),
            #[cfg(unix)]
            Some(Host::Unix(path)) => config.host_path(path),
            None => &mut config,
        };
        if let Some(address) = all.get_hostaddrs().get(at) {
            config.hostaddr(*address);
        }
        let ports = ports(all);
        config.port(ports.get(at).or(ports.first()).copied().unwrap_or(DEFAULT_PORT));
        all.get_user().map(|user| config.user(user));
        all.get_password().map(|password| config.password(password));
        all.get_dbname().map(|name| config.dbname(name));
        all.get_options().map(|options| config.options(options));
        all.get_application_name().map(|name| config.application_name(name));
        all.get_connect_timeout().map(|limit| config.connect_timeout(*limit));
        all.get_tcp_user_timeout().map(|limit| config.tcp_user_timeout(*limit));
        config.keepalives(all.get_keepalives()).keepalives_idle(all.get_keepalives_idle());
        all.get_keepalives_interval().map(|interval| config.keepalives_interval(interval));
        all.get_keepalives_retries().map(|retries| config.keepalives_retries(retries));
        config.ssl_mode(all.get_ssl_mode()).ssl_negotiation(all.get_ssl_negotiation());
        config.channel_binding(all.get_channel_binding());
        config.target_session_attrs(all.get_target_session_attrs());
        config
    }

    pub(crate) fn is_same_database(&self, other: &Self) -> bool {
        let place = |config: &Config| {
            let hosts: Vec<_> = config.get_hosts().iter().map(host_name).collect();
            (hosts, config.get_hostaddrs().to_vec(), ports(config), config.get_dbname().map(str::to_owned))
        };
        place(&self.config) == place(&other.config)
    }
}

/// Shows no password.
impl fmt::Display for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = self.config.get_user() {
            write!(f, "{user}@")?;
        }
        let ports = ports(&self.config);
        for (at, host) in self.config.get_hosts().iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            let port = ports.get(at).or(ports.first()).copied().unwrap_or(DEFAULT_PORT);
            write!(f, "{comma}{}:{port}", host_name(host))?;
        }
        for address in self.config.get_hostaddrs().iter().filter(|_| self.config.get_hosts().is_empty()) {
            write!(f, "{address}:{}", ports.first().copied().unwrap_or(DEFAULT_PORT))?;
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

/// Where libpq looks for passwords: on Windows in the folder of settings, else in the user's own.
fn own_password_file(is_windows: bool, home: Option<PathBuf>, settings: Option<PathBuf>) -> Option<PathBuf> {
    match settings {
        Some(settings) if is_windows => Some(settings.join("postgresql").join("pgpass.conf")),
        _ => home.map(|home| home.join(".pgpass")),
    }
}

pub(super) fn host_name(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    }
}

fn ports(config: &Config) -> Vec<u16> {
    match config.get_ports() {
        [] => vec![DEFAULT_PORT],
        ports => ports.to_vec(),
    }
}

/// What the driver would take in silence, and what would show a password: it ends the login at the first `@`, the hosts at the first
/// `/`, and takes what follows for other things.
fn check(text: &str) -> Result<(), AddressError> {
    let malformed =
        |problem: &str| AddressError::Malformed { database: DATABASE, problem: problem.to_owned() };
    let (_, rest) = text.split_once("://").ok_or_else(|| malformed("`//` is missing"))?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    check_login_ends(DATABASE, path, query)?;
    let hosts = match authority.split_once('@') {
        Some((_, hosts)) => hosts,
        // The driver would take everything before it for the login.
        None if rest.contains('@') || query.contains('@') => {
            return Err(AddressError::At { database: DATABASE });
        }
        None => authority,
    };
    check_host(DATABASE, &percent_decoded(hosts))
}

/// The driver's parser names options, among them unknown ones, which may be parts of a password.
fn malformed(text: &str, error: tokio_postgres::Error) -> AddressError {
    let words = error.into_source().map_or_else(String::new, |error| error.to_string());
    let option = words.split('`').nth(1).unwrap_or_default();
    if words.starts_with("unknown option") {
        return unknown_option(DATABASE, text, option);
    }
    if DRIVERS_OPTIONS.contains(&option) {
        return AddressError::Option { name: option.to_owned(), expected: "a value that it can have" };
    }
    AddressError::Malformed { database: DATABASE, problem: "it cannot be read".to_owned() }
}

/// The URL without the options that are not the driver's, and these.
fn split_options(text: &str) -> (String, Vec<(String, String)>) {
    let Some((start, query)) = text.split_once('?') else { return (text.to_owned(), Vec::new()) };
    let mut own = Vec::new();
    let mut rest = Vec::new();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some((name, value)) if OWN_OPTIONS.iter().any(|(known, _)| *known == name) => {
                own.push((name.to_owned(), percent_decoded(value)));
            }
            _ => rest.push(pair),
        }
    }
    let text = if rest.is_empty() { start.to_owned() } else { format!("{start}?{}", rest.join("&")) };
    (text, own)
}

/// The URL with this port where it names hosts and no port: the driver would take 5432.
fn with_port(url: &str, port: u16) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let is_ported = |host: &str| host.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
    if hosts.is_empty() || hosts.split(',').any(is_ported) {
        return url.to_owned();
    }
    let login = &authority[..authority.len() - hosts.len()];
    let hosts: Vec<_> = hosts.split(',').map(|host| format!("{host}:{port}")).collect();
    format!("{scheme}://{login}{}{tail}", hosts.join(","))
}

/// Fills in what the URL does not say.
fn complete(config: &mut Config, environment: Environment<'_>) -> Result<(), AddressError> {
    let variable = |name: &str| environment(name).filter(|value| !value.is_empty());
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        match (variable("PGHOST"), variable("PGHOSTADDR")) {
            (None, Some(address)) => {
                let address = address.parse().map_err(|_| AddressError::Option {
                    name: "PGHOSTADDR".to_owned(),
                    expected: "an IP address",
                })?;
                config.hostaddr(address);
            }
            (Some(hosts), _) => hosts.split(',').for_each(|host| {
                config.host(host);
            }),
            (None, None) if Path::new(SOCKET_FOLDER).is_dir() => {
                config.host(SOCKET_FOLDER);
            }
            (None, None) => {
                config.host("localhost");
            }
        }
    }
    if config.get_ports().is_empty() {
        let port = variable("PGPORT").map(|port| number("PGPORT", &port)).transpose()?;
        config.port(port.unwrap_or(DEFAULT_PORT));
    }
    if config.get_user().is_none()
        && let Some(user) = variable("PGUSER").or_else(|| variable("USER")).or_else(|| variable("USERNAME"))
    {
        config.user(user);
    }
    if config.get_dbname().is_none() {
        let name = variable("PGDATABASE").or_else(|| config.get_user().map(str::to_owned));
        config.dbname(name.unwrap_or_default());
    }
    if config.get_password().is_none()
        && let Some(password) = variable("PGPASSWORD")
    {
        config.password(password);
    }
    if config.get_options().is_none()
        && let Some(options) = variable("PGOPTIONS")
    {
        config.options(options);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNANSWERED_TIMEOUT);
    }
    if config.get_keepalives_interval().is_none() {
        let retries = 3;
        config.keepalives_idle(UNANSWERED_TIMEOUT - KEEPALIVE_INTERVAL * retries);
        config.keepalives_interval(KEEPALIVE_INTERVAL).keepalives_retries(retries);
    }
    Ok(())
}

/// `connect_timeout`, in seconds; zero and less mean none, as in libpq.
fn login_limit(seconds: Option<&str>) -> Result<LoginLimit, AddressError> {
    Ok(match seconds.map(|text| number::<i64>("connect_timeout", text)).transpose()? {
        None => LoginLimit::Shared(LOGIN_TIMEOUT),
        Some(..=0) => LoginLimit::None,
        Some(seconds) => LoginLimit::PerHost(Duration::from_secs(seconds.unsigned_abs())),
    })
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, AddressError> {
    let name = name.to_owned();
    text.trim().parse().map_err(|_| AddressError::Option { name, expected: "a number in its range" })
}

/// `sslmode` and its files. The default is `prefer`: encrypted when the server can.
fn tls(
    config: &mut Config,
    mode: Option<&str>,
    home: Option<&Path>,
    option: &dyn Fn(&str) -> Option<String>,
) -> Result<TlsSettings, AddressError> {
    let given_root = option("sslrootcert");
    let home_file = |name: &str| home.map(|home| home.join(".postgresql").join(name));
    let home_root = home_file("root.crt").filter(|file| file.is_file());
    // Certificates of authorities are given for a reason: as in libpq, `require` then asks for one.
    let require = if given_root.is_some() || home_root.is_some() {
        (SslMode::Require, ServerProof::Authority)
    } else {
        (SslMode::Require, ServerProof::None)
    };
    let (mode, proof) = match mode {
        Some("disable") => (SslMode::Disable, ServerProof::None),
        None | Some("allow" | "prefer") => (SslMode::Prefer, ServerProof::None),
        Some("require") => require,
        Some("verify-ca") => (SslMode::Require, ServerProof::Authority),
        Some("verify-full") => (SslMode::Require, ServerProof::AuthorityAndHost),
        Some(_) => {
            return Err(AddressError::Option {
                name: "sslmode".to_owned(),
                expected: "disable, allow, prefer, require, verify-ca or verify-full",
            });
        }
    };
    config.ssl_mode(mode);
    let root_certificates = match given_root.as_deref() {
        Some("system") => None,
        Some(file) => Some(PathBuf::from(file)),
        None => home_root,
    };
    let client_file = |name: &str, default: &str| {
        let given = option(name).map(PathBuf::from);
        given.or_else(|| home_file(default).filter(|file| file.is_file()))
    };
    let certificate = client_file("sslcert", "postgresql.crt");
    let client_certificate = certificate.zip(client_file("sslkey", "postgresql.key"));
    Ok(TlsSettings { proof, root_certificates, client_certificate })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str, variables: &[(&str, &str)]) -> Result<PostgresAddress, AddressError> {
        PostgresAddress::parse(text, &|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn check(text: &str, variables: &[(&str, &str)], expected: &str) {
        let found = match parsed(text, variables) {
            Ok(address) => address.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn the_url_comes_first_then_variables_then_defaults() {
        let variables = [("PGHOST", "db1"), ("PGPORT", "5433"), ("PGUSER", "loader"), ("PGDATABASE", "xml")];
        check("postgres://", &variables, "postgres://loader@db1:5433/xml");
        check("postgresql://me@db2:1/other", &variables, "postgres://me@db2:1/other");
        check("postgres://h", &[("USER", "me")], "postgres://me@h:5432/me");
        let at = "the login of this PostgreSQL address cannot be told from its host: `@`, `/`, `?`, `#` and `:` in a name or password are escaped";
        check("postgres://h/d?host=x:secret@127.0.0.1", &[], at);
        check("postgres://", &[("PGHOST", "me:secret@h")], at);
        check("postgres://", &[("PGHOST", "postgres://me:secret@h/d")], at);
        check("postgres://a,b/d", &[("USER", "me"), ("PGPORT", "7")], "postgres://me@a:7,b:7/d");
        check("postgres://a:1,b:2/d", &[("USER", "me")], "postgres://me@a:1,b:2/d");
    }

    #[test]
    fn no_message_shows_a_value() {
        check(
            "postgres://me:secret@h/d?sslmode=secret",
            &[],
            "sslmode of the address is not disable, allow, prefer, require, verify-ca or verify-full",
        );
        check(
            "postgres://h/d?frobnicate=secret",
            &[],
            "this is no address of a PostgreSQL database: unknown option `frobnicate`",
        );
        check("postgres://h", &[("PGPORT", "secret")], "PGPORT of the address is not a number in its range");
        assert!(!format!("{:?}", parsed("postgres://me:secret@h/d", &[]).unwrap()).contains("secret"));
    }

    #[test]
    fn modes_of_tls_ask_for_what_libpq_asks() {
        let mode = |text: &str| {
            let address = parsed(text, &[]).unwrap();
            (address.config.get_ssl_mode(), address.tls.proof)
        };
        assert_eq!(mode("postgres://h/d"), (SslMode::Prefer, ServerProof::None));
        assert_eq!(mode("postgres://h/d?sslmode=require"), (SslMode::Require, ServerProof::None));
        let authority = (SslMode::Require, ServerProof::Authority);
        assert_eq!(mode("postgres://h/d?sslmode=require&sslrootcert=%2Fca.pem"), authority);
        assert_eq!(mode("postgres://h/d?sslmode=verify-ca"), authority);
        let full = (SslMode::Require, ServerProof::AuthorityAndHost);
        assert_eq!(mode("postgres://h/d?connect_timeout=3&sslmode=verify-full"), full);
    }

    #[test]
    fn passwords_are_looked_for_where_libpq_does() {
        let file = |is_windows| own_password_file(is_windows, Some("home".into()), Some("settings".into()));
        assert_eq!(file(false), Some(PathBuf::from("home").join(".pgpass")));
        assert_eq!(file(true), Some(PathBuf::from("settings").join("postgresql").join("pgpass.conf")));
    }

    #[test]
    fn one_server_and_database_are_the_same_whoever_logs_in() {
        let address = |text| parsed(text, &[]).unwrap();
        assert!(address("postgres://a@h/d").is_same_database(&address("postgres://b:x@h:5432/d")));
        assert!(!address("postgres://a@h/d").is_same_database(&address("postgres://a@h/e")));
    }
}
