//! How much data there is at a path, and where to look for some of it.

use std::ops::AddAssign;

use crate::xml::Place;

/// How much data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Attributes and texts.
    pub occurrences: u64,
    /// UTF-8 bytes of them, as the documents have them.
    pub bytes: u64,
}

/// Where to look for an example. Not the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// Number of the document among those measured, from 0.
    pub document: u64,
    /// Line and column.
    pub place: Place,
    /// Characters of the value.
    pub char_count: usize,
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.occurrences += other.occurrences;
        self.bytes += other.bytes;
    }
}
