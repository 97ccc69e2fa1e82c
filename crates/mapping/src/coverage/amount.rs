//! How much data there is at a path, what became of it, and where to look for some of it.

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

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A column of a row that was made read it.
    Read,
    /// The contract ignores it.
    Ignored,
    /// A path of a column leads there, but no row that was made read it.
    InNoRow,
    /// A condition looks at it, and nothing else.
    ConditionOnly,
    /// No path leads there.
    NoPath,
}

impl Fate {
    pub(super) const COUNT: usize = 5;
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.occurrences += other.occurrences;
        self.bytes += other.bytes;
    }
}
