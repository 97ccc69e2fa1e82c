//! The two parts of a row.

/// Which `let`s and columns are made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// What `where` needs.
    Early,
    /// What it does not need.
    Late,
}
