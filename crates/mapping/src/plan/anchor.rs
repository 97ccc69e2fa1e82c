//! Lists of elements.

/// A list of elements that the projection writes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Anchor {
    pub(crate) list: u32,
    /// Only those below the row's element count.
    pub(crate) is_of_row: bool,
}
