//! A PostgreSQL server of Debian's binaries, started for one test or benchmark.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

/// The folder of `postgres` and `initdb`, where they are not found otherwise.
const FOLDER_VARIABLE: &str = "XMLSHRED_TEST_POSTGRES_BIN";
/// Where Debian puts them, one folder per version.
const DEBIAN_FOLDER: &str = "/usr/lib/postgresql";
/// What a server says when it can be used.
const READY: &str = "database system is ready to accept connections";
/// The superuser's name and password.
const USER: &str = "xmlshred";
const PASSWORD: &str = "xmlshred";

/// There is no PostgreSQL here; tests print this and end well.
#[derive(Debug)]
pub struct Unavailable(String);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(reason) = self;
        write!(
            f,
            "{reason} (install Debian's package postgresql, or set {FOLDER_VARIABLE} to the folder of initdb)"
        )
    }
}

/// A running server; dropping it stops it and removes its data.
#[derive(Debug)]
pub struct PostgresServer {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    settings: Vec<String>,
    process: Mutex<Option<Child>>,
}

impl PostgresServer {
    /// Starts a server whose data lives as long as this. `settings` are `name=value`, in addition to those of tests: nothing waits
    /// for the disk, but what was committed survives the server's crash.
    ///
    /// # Errors
    /// When there are no binaries.
    ///
    /// # Panics
    /// When there are, and they do not work.
    pub fn start(settings: &[&str]) -> Result<Self, Unavailable> {
        let programs = programs()?;
        let folder = tempfile::Builder::new().prefix("xmlshred-pg").tempdir().expect("a temporary folder");
        let settings = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let mut server = Self { programs, folder, port: free_port(), settings, process: Mutex::new(None) };
        server.create_data();
        // Another may take the port between the look and the start.
        while let Err(said) = server.try_up() {
            assert!(said.contains("Address already in use"), "PostgreSQL does not start: {said}");
            server.port = free_port();
        }
        Ok(server)
    }

    /// The address of a database of this server, for its superuser.
    pub fn url(&self, database: &str) -> String {
        self.url_at(self.port, database)
    }

    /// The same through another port, where a [`crate::Proxy`] listens.
    pub fn url_at(&self, port: u16, database: &str) -> String {
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{port}/{database}")
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its folder: data in `data`, and room for files of tests that the server can read.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file that only the server may read, such as a private key; answers its path.
    ///
    /// # Panics
    /// When the temporary folder takes no files.
    pub fn write_private(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("the temporary folder takes files");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("the file is ours");
        if let Some((user, group)) = other_user() {
            std::os::unix::fs::chown(&path, Some(user), Some(group)).expect("root may give files away");
        }
        path
    }

    /// Stops the server as `pg_ctl stop -m immediate` does: every connection breaks, nothing is finished; a crash as far as clients
    /// and data are concerned.
    pub fn crash(&self) {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut child) = process.take() else { return };
        let status = self
            .command("pg_ctl")
            .args(["stop", "-m", "immediate", "-s", "-D"])
            .arg(self.data())
            .status()
            .expect("pg_ctl runs");
        assert!(status.success(), "pg_ctl stop: {status}");
        child.wait().expect("the server's process ends");
    }

    /// Starts the server again after [`PostgresServer::crash`], on the same data and port; waits until it is ready.
    ///
    /// # Panics
    /// When it does not start.
    pub fn up(&self) {
        self.try_up().unwrap_or_else(|said| panic!("PostgreSQL does not start: {said}"));
    }

    /// As [`PostgresServer::up`]; the error is what the server said.
    fn try_up(&self) -> Result<(), String> {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        if process.is_some() {
            return Ok(());
        }
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data()).stderr(Stdio::piped()).stdin(Stdio::null());
        let sockets = format!("unix_socket_directories={}", self.folder.path().display());
        let port = format!("port={}", self.port);
        let defaults = [
            "listen_addresses=127.0.0.1",
            "fsync=off",
            "full_page_writes=off",
            "max_connections=100",
            "shared_buffers=128MB",
            "max_wal_size=2GB",
            "log_min_messages=warning",
            "lc_messages=C",
        ];
        let settings = self.settings.iter().map(String::as_str);
        for setting in [sockets.as_str(), port.as_str()].into_iter().chain(defaults).chain(settings) {
            command.args(["-c", setting]);
        }
        let mut child = command.spawn().expect("postgres starts");
        let mut lines = BufReader::new(child.stderr.take().expect("standard error is piped")).lines();
        let mut said = Vec::new();
        loop {
            match lines.next() {
                Some(Ok(line)) if line.contains(READY) => break,
                Some(Ok(line)) => said.push(line),
                Some(Err(_)) | None => {
                    child.wait().expect("a process that said its last is waited for");
                    return Err(said.join("\n"));
                }
            }
        }
        // What it says later nobody reads, but the pipe must not fill up.
        std::thread::spawn(move || lines.for_each(drop));
        *process = Some(child);
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn create_data(&self) {
        let password_file = self.folder.path().join("password");
        fs::write(&password_file, PASSWORD).expect("the temporary folder takes files");
        if let Some((user, group)) = other_user() {
            for path in [self.folder.path(), &password_file] {
                std::os::unix::fs::chown(path, Some(user), Some(group)).expect("root may give files away");
            }
        }
        let output = self
            .command("initdb")
            .args([
                "--no-sync",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--auth=scram-sha-256",
                "--username",
                USER,
            ])
            .arg("--pwfile")
            .arg(&password_file)
            .arg("-D")
            .arg(self.data())
            .output()
            .expect("initdb runs");
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// A program of the server, run as somebody whom it does not refuse: it refuses root.
    fn command(&self, program: &str) -> Command {
        use std::os::unix::process::CommandExt as _;
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(self.folder.path()).env("LC_ALL", "C.UTF-8");
        if let Some((user, group)) = other_user() {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.crash();
    }
}

/// User and group that take root's place: PostgreSQL does not run as root.
fn other_user() -> Option<(u32, u32)> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| {
        use std::os::unix::fs::MetadataExt as _;
        process.uid() == 0
    });
    if !is_root {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    ["postgres", "nobody"].iter().find_map(|wanted| {
        users.lines().find_map(|line| {
            let fields: Vec<_> = line.split(':').collect();
            let [name, _, user, group, ..] = fields[..] else { return None };
            (name == *wanted).then_some((user.parse().ok()?, group.parse().ok()?))
        })
    })
}

/// The folder of the programs.
fn programs() -> Result<PathBuf, Unavailable> {
    if let Some(folder) = std::env::var_os(FOLDER_VARIABLE).map(PathBuf::from) {
        return match folder.join("initdb").is_file() {
            true => Ok(folder),
            false => Err(Unavailable(format!("{} has no initdb", folder.display()))),
        };
    }
    let version = |folder: &Path| folder.file_name().and_then(OsStr::to_str)?.parse::<u32>().ok();
    let debian = fs::read_dir(DEBIAN_FOLDER).into_iter().flatten().filter_map(Result::ok);
    let mut folders: Vec<_> =
        debian.map(|entry| entry.path()).filter(|path| version(path).is_some()).collect();
    folders.sort_by_key(|folder| std::cmp::Reverse(version(folder)));
    let mut folders = folders.into_iter().map(|folder| folder.join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders
        .find(|folder| has_programs(folder))
        .or_else(|| std::env::split_paths(&path).find(|folder| has_programs(folder)))
        .ok_or_else(|| Unavailable("there are no PostgreSQL binaries".to_owned()))
}

fn has_programs(folder: &Path) -> bool {
    ["postgres", "initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file())
}

fn free_port() -> u16 {
    let listen = || -> io::Result<u16> { Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port()) };
    listen().expect("loopback has a free port")
}
