//! Connections, and what holds in each of their sessions.

use postgres::Client;
use tokio_postgres::config::SslMode;
use xmlshred_engine::ports::PortError;

use super::address::{PostgresAddress, host_name};
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
const FIXED_SETTINGS: &[(&str, &str)] = &[
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
];

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

/// A connection whose session is named and set up.
pub(super) fn connect(
    address: &PostgresAddress,
    application_name: &str,
    purpose: Purpose,
) -> Result<Client, PortError> {
    let mut config = address.config.clone();
    if config.get_application_name().is_none() {
        config.application_name(application_name);
    }
    if config.get_password().is_none()
        && let Some(password) = password_from_file(address)
    {
        config.password(password);
    }
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
             WHERE source NOT IN ('client', 'user', 'database', 'database user')",
            &[&names, &values],
        )
        .map(drop)
        .map_err(|error| port_error("setting up the session", error))
}

fn password_from_file(address: &PostgresAddress) -> Option<String> {
    let PostgresAddress { config, password_file, .. } = address;
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
    password_file::password(password_file.as_deref()?, &wanted)
}
