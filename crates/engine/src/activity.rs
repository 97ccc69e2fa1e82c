//! What a run does at its ports.

use std::fmt;

/// What a run was doing at a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Opening the source.
    ConnectSource,
    /// Opening the target.
    ConnectTarget,
    /// Creating tables.
    CreateTables,
    /// Counting what is left.
    Count,
    /// Reading a page of keys.
    ReadKeys,
    /// Asking the log which documents are done.
    ReadLog,
    /// Reading documents.
    Fetch,
    /// Loading a batch.
    Load,
    /// Removing documents.
    Remove,
}

impl Activity {
    /// Whether it is the source that is asked.
    pub fn is_of_source(self) -> bool {
        matches!(self, Self::ConnectSource | Self::Count | Self::ReadKeys | Self::Fetch)
    }

    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConnectSource => "connecting to the source",
            Self::ConnectTarget => "connecting to the target",
            Self::CreateTables => "creating tables",
            Self::Count => "counting documents",
            Self::ReadKeys => "reading keys",
            Self::ReadLog => "reading the log",
            Self::Fetch => "reading documents",
            Self::Load => "loading rows",
            Self::Remove => "removing documents",
        }
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
