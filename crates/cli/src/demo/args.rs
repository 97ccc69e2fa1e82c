//! What `xmlshred demo` can be told.

use std::num::NonZeroU32;
use std::path::PathBuf;

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
    #[arg(long, value_name = "N", default_value = "3")]
    pub(crate) instances: NonZeroU32,

    /// Prepare and run in this database instead of a SQLite file: postgres://USER@HOST/DATABASE; its schema xmlshred_demo is
    /// replaced, nothing else is touched
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,

    /// Write database and contract, and stop there
    #[arg(long)]
    pub(crate) prepare_only: bool,
}
