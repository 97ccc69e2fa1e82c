//! Documents in files: `--files GLOB`. A file is a document, its name is bound to a key for good.

mod keys;
mod listing;
mod source;

pub(crate) use source::{FilesSource, Listing};
