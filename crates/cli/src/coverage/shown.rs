//! What is shown of a coverage.

use xmlshred_mapping::coverage::Report;

/// What is shown.
pub(crate) struct Shown<'a> {
    /// What was found.
    pub(crate) report: &'a Report,
    /// Names of the documents measured, which examples refer to.
    pub(crate) documents: &'a [String],
    /// Documents that failed, and are not measured.
    pub(crate) failed_count: usize,
    /// Documents that the contract skips.
    pub(crate) skipped_count: usize,
}
