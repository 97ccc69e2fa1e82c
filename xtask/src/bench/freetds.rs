//! FreeTDS's programs on a TDS server: `bsqldb` for statements, `freebcp` for bulk loads that ours are measured against.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::place::folder;
use crate::workspace::Error;

/// Name of the server in FreeTDS's configuration.
const SERVER: &str = "bench";
/// More than any table here has: everything is one transaction.
const ROWS_PER_BATCH: &str = "100000000";

/// A server as FreeTDS and the product's addresses name it. Has no `Debug`: there is a password in it.
pub(super) struct FreeTds {
    login: String,
    place: String,
    options: String,
    configuration: PathBuf,
}

impl FreeTds {
    /// The server at `sqlserver://USER:PASSWORD@HOST:PORT?OPTIONS`; the error says what is missing here.
    pub(super) fn new(address: &str) -> Result<Self, String> {
        let server = Self::parse(address)
            .ok_or("the address is not of the form sqlserver://USER:PASSWORD@HOST:PORT")?;
        let has = |program: &str| {
            Command::new(program).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
        };
        if !has("freebcp") || !has("bsqldb") {
            return Err("there is no freebcp or bsqldb (install Debian's package freetds-bin)".to_owned());
        }
        fs::write(&server.configuration, server.to_configuration()).map_err(|error| error.to_string())?;
        Ok(server)
    }

    fn parse(address: &str) -> Option<Self> {
        let (login, place) = address.strip_prefix("sqlserver://")?.rsplit_once('@')?;
        let (place, options) = place.split_once('?').unwrap_or((place, ""));
        login.split_once(':')?;
        let [login, place, options] = [login, place.trim_end_matches('/'), options].map(str::to_owned);
        Some(Self { login, place, options, configuration: folder().join("freetds.conf") })
    }

    /// Encrypted where the product's connection is.
    fn to_configuration(&self) -> String {
        let (host, port) = self.place.rsplit_once(':').unwrap_or((&self.place, "1433"));
        let is_open = ["encrypt=optional", "encrypt=false", "encrypt=no"];
        let encryption =
            if is_open.iter().any(|option| self.options.contains(option)) { "off" } else { "require" };
        format!(
            "[{SERVER}]\nhost = {host}\nport = {port}\ntds version = 7.4\nclient charset = UTF-8\nencryption = {encryption}\n"
        )
    }

    /// The product's address of a database of the server.
    pub(super) fn url(&self, database: &str) -> String {
        let Self { login, place, options, configuration: _ } = self;
        format!("sqlserver://{login}@{place}/{database}?{options}")
    }

    fn connecting(&self, mut command: Command, database: &str) -> Command {
        let (username, password) = self.login.split_once(':').expect("it was parsed");
        command
            .args(["-S", SERVER, "-D", database, "-U", username, "-P", password])
            .env("FREETDSCONF", &self.configuration)
            .stdin(Stdio::null());
        command
    }

    /// Runs one statement; answers what it prints, without headings.
    ///
    /// # Errors
    /// When there is an error message of the server among what is said.
    pub(super) fn run(&self, database: &str, sql: &str) -> Result<String, Error> {
        let file = folder().join("statement.sql");
        fs::write(&file, format!("{sql}\ngo\n"))?;
        let mut command = self.connecting(Command::new("bsqldb"), database);
        let output = command.arg("-q").arg("-i").arg(&file).output()?;
        match complaint(&String::from_utf8_lossy(&output.stderr)) {
            None => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            Some(message) => Err(format!("{sql}: {message}").into()),
        }
    }

    /// Rows of a table, or of a column those that are not null.
    ///
    /// # Errors
    /// When the server does not tell.
    pub(super) fn count(&self, database: &str, table: &str, column: &str) -> Result<u64, Error> {
        Ok(self.run(database, &format!("SELECT count({column}) FROM {table}"))?.parse()?)
    }

    /// Loads a text file, one line per row and tabs between cells, as one transaction; from start to exit of `freebcp`.
    ///
    /// # Errors
    /// When it cannot be started, or the server complains. `freebcp` ends well in any case: whether all rows are there, the
    /// table tells.
    pub(super) fn load(&self, database: &str, table: &str, file: &Path) -> Result<Duration, Error> {
        let mut command = Command::new("freebcp");
        command.arg(format!("dbo.{table}")).arg("in").arg(file).args(["-c", "-b", ROWS_PER_BATCH]);
        let started = Instant::now();
        let output = self.connecting(command, database).output()?;
        let duration = started.elapsed();
        match complaint(&String::from_utf8_lossy(&output.stderr)) {
            None => Ok(duration),
            Some(message) => Err(format!("freebcp: {message}").into()),
        }
    }
}

/// The first error message of the server among what a program says.
fn complaint(said: &str) -> Option<String> {
    // Level 0 is for information, such as the name of the database.
    let mut lines = said.lines().skip_while(|line| !line.starts_with("Msg ") || line.contains("Level 0,"));
    let (numbers, _server, words) = (lines.next()?, lines.next(), lines.next().unwrap_or_default());
    Some(format!("{numbers}: {}", words.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_and_freetds_are_led_to_the_same_server() {
        let server = FreeTds::parse("sqlserver://sa:se:cret@127.0.0.1:1533?encrypt=optional").unwrap();
        assert_eq!(server.url("db"), "sqlserver://sa:se:cret@127.0.0.1:1533/db?encrypt=optional");
        assert!(server.to_configuration().contains("host = 127.0.0.1\nport = 1533\n"));
        assert!(server.to_configuration().ends_with("encryption = off\n"));
        assert!(FreeTds::parse("postgres://me:secret@host/db").is_none());
        assert!(FreeTds::parse("sqlserver://host").is_none());
    }

    #[test]
    fn information_of_the_server_is_no_complaint() {
        let information = "Msg 0, Level 0, State 1\nServer 'S', \n\tChanged database context to 'db'.\n";
        let error = "Msg 208, Level 16, State 1\nServer 'S', Line 1\n\tno such table\n";
        assert_eq!(complaint(information), None);
        let both = format!("{information}{error}");
        assert_eq!(complaint(&both).as_deref(), Some("Msg 208, Level 16, State 1: no such table"));
    }
}
