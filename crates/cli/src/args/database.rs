//! Where the contract, the documents and the rows are.

use std::path::PathBuf;

use clap::Args;
use xmlshred_databases::Password;

/// Which contract.
#[derive(Args, Clone)]
pub(crate) struct ContractArgs {
    /// The contract, YAML or JSON [default: contract.yaml]
    #[arg(long, short = 'c', value_name = "FILE", env = "XMLSHRED_CONTRACT")]
    pub(crate) contract: Option<PathBuf>,
}

/// Which databases or files.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Database")]
pub(crate) struct DatabaseArgs {
    /// Source and target: sqlite:FILE, postgres://USER@HOST/DATABASE or sqlserver://USER@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "XMLSHRED_URL", hide_env_values = true)]
    pub(crate) url: Option<String>,

    /// The source, where it is not the target
    #[arg(long, value_name = "URL", env = "XMLSHRED_SOURCE_URL", hide_env_values = true)]
    pub(crate) source_url: Option<String>,

    /// The target, where it is not the source
    #[arg(long, value_name = "URL", env = "XMLSHRED_TARGET_URL", hide_env_values = true)]
    pub(crate) target_url: Option<String>,

    /// Read the documents from files: 17.xml has the key 17; other names get a key that the target keeps for them
    #[arg(long, value_name = "GLOB", conflicts_with = "source_url")]
    pub(crate) files: Option<String>,

    /// SQL Server: HOST, HOST\INSTANCE or HOST,PORT; takes the place of --url
    #[arg(long, value_name = "HOST")]
    pub(crate) server: Option<String>,

    /// SQL Server: the database
    #[arg(long, value_name = "NAME")]
    pub(crate) database: Option<String>,

    /// SQL Server: take the server's word for who it is, encrypted all the same; on this machine that is the default
    #[arg(long)]
    pub(crate) trust_server_certificate: bool,

    /// The login; without it, SQL Server takes the Windows or Kerberos login, PostgreSQL what PGUSER or the address says
    #[arg(long, value_name = "NAME", env = "XMLSHRED_USERNAME")]
    pub(crate) username: Option<String>,

    /// The password; other users of this machine can see it here, better use XMLSHRED_PASSWORD or --password-file
    #[arg(long, value_name = "PASSWORD", conflicts_with = "password_file")]
    pub(crate) password: Option<Password>,

    /// A file whose first line is the password
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}
