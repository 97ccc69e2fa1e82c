//! Documents within documents.

/// A document within an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part {
    /// Offset of the element's `<`.
    pub(super) host: u32,
    pub(super) start: u32,
    pub(super) stop: u32,
}
