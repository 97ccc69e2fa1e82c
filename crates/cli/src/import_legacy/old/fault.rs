//! What is wrong with an old contract.

use crate::import_legacy::json::Place;

/// Something that cannot be translated: no contract is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) place: Place,
    pub(crate) message: String,
    pub(crate) hint: String,
}

/// Something that the old program read past, or that cannot have been meant: the contract is written, and this is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    pub(crate) place: Place,
    pub(crate) message: String,
}

/// Kinds of faults, with names for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FaultKind {
    UnknownKey,
    DuplicateKey,
    MissingKey,
    UnknownType,
    PathTwice,
    ColumnTwice,
    UnusedEnum,
    UnknownEnum,
    UnusableCode,
    UnusableDefault,
    UnusableLiteral,
    TableWithoutMappings,
    TableNotInOrder,
    ParentAfterChild,
    NothingToRead,
}

impl FaultKind {
    /// In reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::UnknownKey => "unknown-key",
            Self::DuplicateKey => "duplicate-key",
            Self::MissingKey => "missing-key",
            Self::UnknownType => "unknown-type",
            Self::PathTwice => "path-twice",
            Self::ColumnTwice => "column-twice",
            Self::UnusedEnum => "unused-enum",
            Self::UnknownEnum => "unknown-enum",
            Self::UnusableCode => "unusable-code",
            Self::UnusableDefault => "unusable-default",
            Self::UnusableLiteral => "unusable-literal",
            Self::TableWithoutMappings => "table-without-mappings",
            Self::TableNotInOrder => "table-not-in-order",
            Self::ParentAfterChild => "parent-after-child",
            Self::NothingToRead => "nothing-to-read",
        }
    }
}
