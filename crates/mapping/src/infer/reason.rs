//! Why an element is kept as markup.

/// Why an element is kept as markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    Mixed,
    Xhtml,
    Prose,
    /// Beside those that have tables.
    OtherKinds,
    NestedInItself,
    TooManyNames,
    /// The schema lets anything be in it.
    Anything,
    /// The schema has more elements below than a contract names.
    BeyondBounds,
}

impl Reason {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Mixed => "text mixed with elements",
            Self::Xhtml => "XHTML",
            Self::Prose => "mostly text mixed with elements",
            Self::OtherKinds => "whatever else there is",
            Self::NestedInItself => "an element within itself",
            Self::TooManyNames => "more names than can be told apart",
            Self::Anything => "the schema lets anything be in it",
            Self::BeyondBounds => "beyond the paths of elements that the contract has",
        }
    }
}
