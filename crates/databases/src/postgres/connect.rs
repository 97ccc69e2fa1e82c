//! Connections, and what holds in each of their sessions.

use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use postgres::Client;
use tokio_postgres::Config;
use tokio_postgres::config::{LoadBalanceHosts, SslMode};
use xmlshred_engine::ports::{Fault, PortError};

use super::address::{LoginLimit, PostgresAddress, host_name};
use super::fault::{connect_error, port_error};
use super::password_file::{self, Wanted};
use super::tls;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Documents, read in key order.
    Read,
    /// Rows, the log, tables.
    Write,
}

/// Settings of every session, whatever the user, the role or the database say: with others, the server would read and write the same values
/// otherwise (times by another zone, `01/02` as February, fewer digits), and nobody would be told.
pub(super) const FIXED_SETTINGS: &[(&str, &str)] = &[
    ("TimeZone", "UTC"),
    ("DateStyle", "ISO, MDY"),
    ("IntervalStyle", "postgres"),
    ("extra_float_digits", "1"),
    ("standard_conforming_strings", "on"),
    ("xmloption", "content"),
];

/// Settings of every session, unless the user set them: in the address, for the role or for the database.
const SETTINGS: &[(&str, &str)] = &[
    // A page or a commit takes seconds; one that takes minutes waits for something that will not come.
    ("statement_timeout", "600s"),
    // Longer than transactions of ours last; then the engine tries again, with patience, and can be interrupted.
    ("lock_timeout", "30s"),
    // An instance that was frozen must not hold its locks for ever.
    ("idle_in_transaction_session_timeout", "600s"),
    ("client_min_messages", "warning"),
    // A run that was killed while it waited for a lock must not be seen for longer, nor get the lock: see `set_up`.
    (DEAD_CLIENTS, "5s"),
];

/// Since PostgreSQL 14, and where the system tells it: elsewhere it takes no value but 0.
const DEAD_CLIENTS: &str = "client_connection_check_interval";

/// Settings of sessions that page: pages are small ranges of an index however much is done already. A planner that expects few
/// documents to be left would rather read the whole table and sort it, once per page.
const READING_SETTINGS: &[(&str, &str)] = &[
    ("default_transaction_read_only", "on"),
    ("enable_seqscan", "off"),
    ("enable_sort", "off"),
    ("enable_bitmapscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_material", "off"),
    ("plan_cache_mode", "force_custom_plan"),
    ("max_parallel_workers_per_gather", "0"),
    ("jit", "off"),
];

/// A connection whose session is named and set up, within the address's limit.
pub(super) fn connect(
    address: &PostgresAddress,
    application_name: &str,
    purpose: Purpose,
) -> Result<Client, PortError> {
    let hosts = hosts(address, application_name);
    let since = Instant::now();
    let mut refusal = None;
    for (at, config) in hosts.iter().enumerate() {
        let hosts_left = u32::try_from(hosts.len() - at).unwrap_or(u32::MAX);
        let limit = match address.login_limit {
            LoginLimit::Shared(limit) => Some(limit.saturating_sub(since.elapsed()) / hosts_left),
            LoginLimit::PerHost(limit) => Some(limit),
            LoginLimit::None => None,
        };
        match log_in(address, config, purpose, limit) {
            Ok(client) => return Ok(client),
            // What a server says tells more than the silence of another.
            Err(error) => match &refusal {
                Some(PortError { fault, .. }) if *fault != Fault::CannotConnect => {}
                _ => refusal = Some(error),
            },
        }
    }
    Err(refusal.unwrap_or_else(|| PortError::new(Fault::CannotConnect, "the address names no host")))
}

/// One configuration for each host of the list, in the order in which they are tried: the driver limits the way to the port, and
/// not what a host that took the connection does then.
fn hosts(address: &PostgresAddress, application_name: &str) -> Vec<Config> {
    let config = &address.config;
    let mut hosts = match config.get_hosts().len().max(config.get_hostaddrs().len()) {
        0 | 1 => vec![config.clone()],
        count => (0..count).map(|at| address.only_host(at)).collect(),
    };
    if config.get_load_balance_hosts() == LoadBalanceHosts::Random {
        fastrand::shuffle(&mut hosts);
    }
    for config in &mut hosts {
        if config.get_application_name().is_none() {
            config.application_name(application_name);
        }
        if config.get_password().is_none()
            && let Some(password) = password_from_file(address.password_file.as_deref(), config)
        {
            config.password(password);
        }
    }
    hosts
}

/// Logs in on a thread of its own, which is left alone when the limit is over: nobody can interrupt the driver.
fn log_in(
    address: &PostgresAddress,
    config: &Config,
    purpose: Purpose,
    limit: Option<Duration>,
) -> Result<Client, PortError> {
    let (done, outcome) = mpsc::sync_channel(1);
    let (owned_address, owned_config) = (address.clone(), config.clone());
    let body = move || {
        // Nobody may listen any more.
        let _ = done.send(connected(&owned_address, owned_config, purpose));
    };
    let failed =
        |words: String| PortError::new(Fault::CannotConnect, format!("connecting to {address}: {words}"));
    thread::Builder::new()
        .name("connecting".to_owned())
        .spawn(body)
        .map_err(|error| failed(format!("no thread: {error}")))?;
    let answer = match limit {
        Some(limit) => outcome.recv_timeout(limit),
        None => outcome.recv().map_err(Into::into),
    };
    match (answer, limit) {
        (Ok(connected), _) => connected,
        (Err(mpsc::RecvTimeoutError::Timeout), Some(limit)) => {
            let seconds = limit.as_secs_f64().ceil();
            Err(failed(format!("no login within {seconds} s")).with_hint(
                "something takes connections there, or swallows them, and does not answer: is the port that of PostgreSQL, and does \
                 a firewall let you through? connect_timeout=SECONDS in the address allows more time",
            ))
        }
        (Err(_), _) => Err(failed("the driver ended without an answer".to_owned())),
    }
}

fn connected(address: &PostgresAddress, config: Config, purpose: Purpose) -> Result<Client, PortError> {
    let is_plain = config.get_ssl_mode() == SslMode::Disable;
    let config = postgres::Config::from(config);
    let connected = match is_plain {
        true => config.connect(postgres::NoTls),
        false => config.connect(tls::connector(&address.tls)?),
    };
    let mut client = connected.map_err(|error| connect_error(address, error))?;
    let failed = |error| port_error("setting up the session", error);
    let fixed = FIXED_SETTINGS.iter().map(|(name, value)| format!("SET SESSION {name} = '{value}'; "));
    client.batch_execute(&fixed.collect::<String>()).map_err(failed)?;
    set_up(&mut client, SETTINGS)?;
    if purpose == Purpose::Read {
        set_up(&mut client, READING_SETTINGS)?;
    }
    Ok(client)
}

fn set_up(client: &mut Client, settings: &[(&str, &str)]) -> Result<(), PortError> {
    let (names, values): (Vec<_>, Vec<_>) = settings.iter().copied().unzip();
    client
        .execute(
            "SELECT set_config(name, value, false) FROM unnest($1::text[], $2::text[]) AS wanted (name, value) \
             JOIN pg_catalog.pg_settings USING (name) \
             WHERE source NOT IN ('client', 'user', 'database', 'database user') \
             AND (name <> $3 OR pg_catalog.version() LIKE '%linux%')",
            &[&names, &values, &DEAD_CLIENTS],
        )
        .map(drop)
        .map_err(|error| port_error("setting up the session", error))
}

fn password_from_file(file: Option<&Path>, config: &Config) -> Option<String> {
    let host = match config.get_hosts().first() {
        Some(host) => host_name(host),
        None => config.get_hostaddrs().first()?.to_string(),
    };
    let wanted = Wanted {
        host: if host.starts_with('/') { "localhost" } else { &host },
        port: config.get_ports().first().copied().unwrap_or(5432),
        database: config.get_dbname()?,
        user: config.get_user()?,
    };
    password_file::password(file?, &wanted)
}
