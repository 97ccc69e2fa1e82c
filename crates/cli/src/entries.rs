//! The log, read page by page, or by keys.

use xmlshred_engine::ports::{Entries, Journal, LogEntry};
use xmlshred_model::DocumentKey;

use crate::error::CommandError;

/// Rows per page.
const PAGE: usize = 10_000;

/// Hands over the rows of the log with these keys, which are looked up; where none are named, all.
///
/// # Errors
/// When the log cannot be read, or `visit` says so.
pub(crate) fn named(
    journal: &mut dyn Journal,
    which: Entries,
    keys: &[DocumentKey],
    visit: &mut dyn FnMut(&[LogEntry]) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    if keys.is_empty() {
        return pages(journal, which, visit);
    }
    for part in keys.chunks(PAGE) {
        let mut found = journal
            .entries_of(which, part)
            .map_err(|error| CommandError::port("cannot read the log", error))?;
        found.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        visit(&found)?;
    }
    Ok(())
}

/// Hands over the rows of the log.
///
/// # Errors
/// When the log cannot be read, or `visit` says so.
pub(crate) fn pages(
    journal: &mut dyn Journal,
    which: Entries,
    visit: &mut dyn FnMut(&[LogEntry]) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let mut after = None;
    loop {
        let page = journal.entries(which, after.as_ref(), PAGE);
        let page = page.map_err(|error| CommandError::port("cannot read the log", error))?;
        visit(&page)?;
        if page.len() < PAGE {
            return Ok(());
        }
        after = page.into_iter().next_back().map(|entry| entry.key);
    }
}
