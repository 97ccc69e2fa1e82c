//! A document as the source of a round has it.

/// A word that stands in every document, as value, name or label, and never in anything that the program says.
pub(super) const SENTINEL: &str = "S078051120";

/// A document as the source has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Null,
    Text(String),
    /// Bytes of any encoding, or of none.
    Bytes(Vec<u8>),
}

impl Content {
    /// As bytes, for files.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Null => b"",
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// What the source's column takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Text,
    Binary,
}
