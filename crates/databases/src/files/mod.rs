//! Documents in files: `--files GLOB`. A file is a document, its name is bound to a key for good.

mod links;
mod listing;
mod names_as_keys;
mod numbers_as_keys;
mod pattern;
mod source;

pub use listing::matching as matching_files;
pub use names_as_keys::name_as_key;
pub(crate) use source::{FilesSource, Listing};
