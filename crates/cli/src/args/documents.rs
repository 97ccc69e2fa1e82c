//! Which documents a command looks at.

use std::path::PathBuf;

use clap::Args;
use xmlshred_model::DocumentKey;

/// Documents of files, standard input or the source; at least one.
#[derive(Args)]
pub(crate) struct DocumentArgs {
    /// Files with one document each, or patterns of them such as 'samples/*.xml'; `-` is standard input
    #[arg(value_name = "DOC", required_unless_present_any = ["key", "sample"])]
    pub(crate) documents: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) keys: KeyArgs,
}

/// Documents of the source.
#[derive(Args)]
pub(crate) struct KeyArgs {
    /// Documents of the source, by key; may be given several times, numbers and uuids also as a list: `--key 1,2,3`
    #[arg(long, value_name = "KEY", allow_negative_numbers = true, value_parser = document_key)]
    pub(crate) key: Vec<DocumentKey>,

    /// The first N documents of the source
    #[arg(long, value_name = "N")]
    pub(crate) sample: Option<usize>,
}

impl KeyArgs {
    /// Whether documents of the source are meant.
    pub(crate) fn names_any(&self) -> bool {
        !self.key.is_empty() || self.sample.is_some()
    }
}

/// A key as it is typed: only the source knows of which type its keys are.
pub(super) fn document_key(text: &str) -> Result<DocumentKey, std::convert::Infallible> {
    Ok(DocumentKey::typed(text))
}
