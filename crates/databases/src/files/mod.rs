//! Documents in files: `--files GLOB`. A file is a document, its name is bound to a key for good.

mod keys;
mod links;
mod listing;
mod pattern;
mod source;

pub use listing::matching as matching_files;
pub(crate) use source::{FilesSource, Listing};
