//! What is wrong with a bad document, and where it must be noticed.

/// A defect that the generator builds into a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Ends in the middle.
    Truncated,
    /// An end tag of another name.
    WrongEndTag,
    /// The same attribute twice.
    DuplicateAttribute,
    /// `&` by itself.
    BareAmpersand,
    /// A second root.
    SecondRoot,
    /// A character that XML has not.
    ControlCharacter,
    /// A prefix without a namespace.
    UnboundPrefix,
    /// A document type declaration that declares entities inside each other.
    EntityBomb,
    /// Elements within elements, without end.
    TooDeep,
    /// Another kind of document.
    WrongRoot,
    /// No key.
    KeyMissing,
    /// The key of another document.
    KeyMismatch,
    /// No main element.
    NoApplication,
    /// 30 February.
    ImpossibleDate,
    /// Words instead of an amount.
    WordsForAmount,
    /// A text longer than its column.
    TooLong,
    /// A code that no list has.
    UnknownCode,
    /// No last name.
    NoLastName,
    /// A collateral value of zero, by which the contract divides.
    ZeroValue,
    /// The same option twice: two rows with one key, which only the database notices.
    OptionTwice,
    /// A few bytes.
    TooShort,
    /// No document at all: the column is null.
    Null,
}

/// One document in this many is bad.
const ONE_IN: i64 = 50;

impl Fault {
    /// Every fault, in the order in which bad documents have them.
    pub const ALL: [Self; 22] = [
        Self::Truncated,
        Self::WrongRoot,
        Self::KeyMismatch,
        Self::ImpossibleDate,
        Self::OptionTwice,
        Self::WrongEndTag,
        Self::WordsForAmount,
        Self::UnknownCode,
        Self::EntityBomb,
        Self::NoLastName,
        Self::TooShort,
        Self::DuplicateAttribute,
        Self::ZeroValue,
        Self::KeyMissing,
        Self::BareAmpersand,
        Self::TooLong,
        Self::SecondRoot,
        Self::NoApplication,
        Self::ControlCharacter,
        Self::TooDeep,
        Self::UnboundPrefix,
        Self::Null,
    ];

    /// The fault of a document: of every 50 documents the 37th is bad, and the faults take turns.
    pub fn of(app_id: i64) -> Option<Self> {
        let index = app_id - 1;
        (index % ONE_IN == 36).then(|| {
            let turn = usize::try_from(index / ONE_IN).expect("keys start at 1");
            Self::ALL[turn % Self::ALL.len()]
        })
    }

    /// The beginning of `processing_log.failure_reason`: stage and code.
    pub fn cause(self) -> &'static str {
        match self {
            Self::Truncated
            | Self::WrongEndTag
            | Self::DuplicateAttribute
            | Self::BareAmpersand
            | Self::SecondRoot
            | Self::ControlCharacter
            | Self::UnboundPrefix => "parse: not-well-formed",
            Self::EntityBomb => "parse: doctype-refused",
            Self::TooDeep => "parse: too-deep",
            Self::WrongRoot => "parse: wrong-root",
            Self::KeyMissing => "shred: key-missing",
            Self::KeyMismatch => "shred: key-mismatch",
            Self::NoApplication => "shred: missing-element",
            Self::ImpossibleDate | Self::WordsForAmount => "shred: invalid-value",
            Self::TooLong => "shred: too-long",
            Self::UnknownCode => "shred: unmapped-code",
            Self::NoLastName => "shred: missing-value",
            Self::ZeroValue => "shred: expression-error",
            Self::OptionTwice => "load: unique-violation",
            Self::TooShort => "fetch: document-too-short",
            Self::Null => "fetch: document-missing",
        }
    }

    /// What is wrong, for people.
    pub fn description(self) -> &'static str {
        match self {
            Self::Truncated => "ends in the middle",
            Self::WrongEndTag => "an end tag of another name",
            Self::DuplicateAttribute => "an attribute twice",
            Self::BareAmpersand => "& by itself",
            Self::SecondRoot => "a second root",
            Self::ControlCharacter => "a control character",
            Self::UnboundPrefix => "a prefix without namespace",
            Self::EntityBomb => "entities inside entities",
            Self::TooDeep => "300 elements deep",
            Self::WrongRoot => "another kind of document",
            Self::KeyMissing => "no key",
            Self::KeyMismatch => "another document's key",
            Self::NoApplication => "no main element",
            Self::ImpossibleDate => "30 February",
            Self::WordsForAmount => "words for an amount",
            Self::TooLong => "a text longer than its column",
            Self::UnknownCode => "a code that no list has",
            Self::NoLastName => "no last name",
            Self::ZeroValue => "a division by zero",
            Self::OptionTwice => "two rows with one key",
            Self::TooShort => "a few bytes",
            Self::Null => "null",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_its_turn_and_two_documents_in_a_hundred_are_bad() {
        let faults: Vec<_> = (1..=1_100).filter_map(Fault::of).collect();
        assert_eq!(faults, Fault::ALL);
    }
}
