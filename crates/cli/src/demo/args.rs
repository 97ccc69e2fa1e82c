//! What `xmlshred demo` can be told.

use std::path::PathBuf;

use crate::args::DatabaseArgs;

/// Arguments of `xmlshred demo`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// Folder for the database, the contract, logs and metrics; databases of an earlier demo in it are replaced
    #[arg(long, value_name = "DIR", default_value = "demo")]
    pub(crate) dir: PathBuf,

    /// How many documents
    #[arg(long, value_name = "N", default_value_t = 3_000, value_parser = clap::value_parser!(u32).range(1..=20_000_000))]
    pub(crate) documents: u32,

    /// Average size; most documents are smaller, a few up to thirty times as large (1 MB at most)
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(5_000..=1_000_000))]
    pub(crate) bytes_per_document: u32,

    /// The same seed gives the same documents
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,

    /// How many instances share the work
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(crate) instances: u32,

    #[command(flatten)]
    pub(crate) server: ServerArgs,

    /// Write database and contract, and stop there
    #[arg(long)]
    pub(crate) prepare_only: bool,
}

/// A server to prepare and run on.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Server (else a SQLite file)")]
pub(crate) struct ServerArgs {
    /// Prepare and run there: postgres://USER@HOST/DATABASE or sqlserver://USER@HOST/DATABASE; its schema xmlshred_demo is
    /// replaced, nothing else is touched
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,

    /// SQL Server: HOST, HOST\INSTANCE or HOST,PORT
    #[arg(long, value_name = "HOST", conflicts_with = "url")]
    pub(crate) server: Option<String>,

    /// SQL Server: the database
    #[arg(long, value_name = "NAME", requires = "server")]
    pub(crate) database: Option<String>,

    /// SQL Server: take the server's word for who it is
    #[arg(long, requires = "server")]
    pub(crate) trust_server_certificate: bool,

    /// The login; the password comes from XMLSHRED_PASSWORD or --password-file
    #[arg(long, value_name = "NAME", env = "XMLSHRED_USERNAME")]
    pub(crate) username: Option<String>,

    /// A file whose first line is the password
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

impl ServerArgs {
    /// The same as commands take it.
    pub(crate) fn to_database_args(&self) -> DatabaseArgs {
        let Self { url, server, database, trust_server_certificate, username, password_file } = self.clone();
        DatabaseArgs {
            url,
            server,
            database,
            trust_server_certificate,
            username,
            password_file,
            ..DatabaseArgs::default()
        }
    }

    /// What other instances of this program are told, besides an address, which goes through their environment.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let Self { url: _, server, database, trust_server_certificate, username, password_file } = self;
        let mut arguments = Vec::new();
        let password_file = password_file.as_ref().map(|file| file.display().to_string());
        for (flag, value) in [
            ("--server", server),
            ("--database", database),
            ("--username", username),
            ("--password-file", &password_file),
        ] {
            arguments.extend(value.as_ref().map(|value| format!("{flag}={value}")));
        }
        if *trust_server_certificate {
            arguments.push("--trust-server-certificate".to_owned());
        }
        arguments
    }
}
