//! What declarations mean for the document.

/// Whether a reference to an entity that is not predefined could mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entities {
    None,
    /// There is a declaration of one, or a place outside where there might be.
    Possible,
}

/// Whether a declaration that is well-formed may stand in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Permitted,
    Refused,
}
