//! The private PostgreSQL server that measurements are made with.

use std::process::{Command, Stdio};

use postgres::{Client, NoTls};
use xmlshred_test_servers::PostgresServer;

use crate::workspace::Error;

/// As a server is set where data matter: commits wait for the disk. Memory and write-ahead log as an administrator with a
/// small machine would have them.
pub(super) const SETTINGS: &[&str] =
    &["fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=512MB", "max_wal_size=8GB"];

/// A server with databases that come and go.
#[derive(Debug)]
pub(super) struct Server(PostgresServer);

/// A database of the server.
#[derive(Debug)]
pub(super) struct Database<'s> {
    server: &'s Server,
    name: &'s str,
}

impl Server {
    /// Starts a server; the error says why there is none.
    pub(super) fn start() -> Result<Self, String> {
        PostgresServer::start(SETTINGS).map(Self).map_err(|unavailable| unavailable.to_string())
    }

    /// An empty database in the place of an earlier one of this name. What was written before is on disk then, so that
    /// nobody pays for others.
    ///
    /// # Errors
    /// When the server refuses.
    pub(super) fn fresh<'s>(&'s self, name: &'s str) -> Result<Database<'s>, Error> {
        let mut client = Client::connect(&self.0.url("postgres"), NoTls)?;
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
        client.batch_execute(&format!("CREATE DATABASE {name}"))?;
        client.batch_execute("CHECKPOINT")?;
        Ok(Database { server: self, name })
    }
}

impl Database<'_> {
    /// Its address, with the password.
    pub(super) fn url(&self) -> String {
        self.server.0.url(self.name)
    }

    /// A new connection.
    ///
    /// # Errors
    /// When the server refuses.
    pub(super) fn client(&self) -> Result<Client, Error> {
        Ok(Client::connect(&self.url(), NoTls)?)
    }

    /// Runs a script by `psql`, as one transaction.
    ///
    /// # Errors
    /// When `psql` fails; it has said why.
    pub(super) fn psql(&self, script: &str) -> Result<(), Error> {
        let status = Command::new("psql")
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-d", &self.url()])
            .args(script.lines().flat_map(|line| ["-c", line]))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()?;
        if status.success() { Ok(()) } else { Err(format!("psql ended with {status}").into()) }
    }
}

/// Whether there is a `psql`.
pub(super) fn has_psql() -> bool {
    Command::new("psql").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}
