//! The coverage of documents, shown: a table for people, JSON for programs. No value of a document is in either.

mod json;
mod shown;
mod table;

pub(crate) use json::json;
pub(crate) use shown::Shown;
pub(crate) use table::table;
