//! The coverage of documents, shown: a table for people, JSON for programs. No value of a document is in either.

mod json;
mod table;

pub(crate) use json::json;
pub(crate) use table::table;

use xmlshred_mapping::coverage::Report;

/// What is shown.
pub(crate) struct Shown<'a> {
    /// What was found.
    pub(crate) report: &'a Report,
    /// Names of the documents measured, which examples refer to.
    pub(crate) documents: &'a [String],
    /// Documents that failed, and are not measured.
    pub(crate) failed_count: usize,
}
