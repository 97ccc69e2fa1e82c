//! Where rows differ from the old program's on purpose, and what was kept of it although it is odd.

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Difference {
    LeadingZeros,
    Numbers,
    NoCut,
    RequiredFails,
    TypedExpressions,
    NamesInExpressions,
    OneRuleForContacts,
    UnescapedOnce,
    DefaultsPerRow,
    InsertOrder,
    DefaultOfEmptyRecord,
    KeyMismatch,
    EmptyIsNull,
    DigitsThenBit,
    SalaryOfZero,
    SecondContactWithoutId,
    BitsOfTemplates,
    NeverBlank,
    DefaultsOfAddresses,
    DateAddDropsTime,
    HistoryOfEarlierContacts,
    InvalidIsNull,
    SecondsAboveFiftyNine,
    InvalidSeconds,
    TrimmedAfterCut,
    ExactCase,
    UncutText,
    ExactNumbers,
}

impl Difference {
    /// Section and item of the description of the old format.
    pub(crate) fn number(self) -> &'static str {
        self.entry().0
    }

    /// Whether rows are other ones than before: else the contract keeps what the old program did.
    pub(crate) fn is_changed(self) -> bool {
        self.entry().0.starts_with("4.") || matches!(self, Self::ExactNumbers | Self::InvalidSeconds)
    }

    /// What it is, in a sentence.
    pub(crate) fn meaning(self) -> &'static str {
        self.entry().1
    }

    fn entry(self) -> (&'static str, &'static str) {
        match self {
            Self::LeadingZeros => ("4.1", "digits that go into text keep their leading zeros"),
            Self::Numbers => {
                ("4.2", "numbers keep their sign, thousands separators are understood, decimals are exact")
            }
            Self::NoCut => ("4.3", "a length of -1 does not cut text"),
            Self::RequiredFails => (
                "4.4",
                "a column that must not be null, without value, fails the document instead of losing the row",
            ),
            Self::TypedExpressions => (
                "4.5",
                "expressions compare numbers and dates as such, with SQL's precedence and null, and leave the case of text alone",
            ),
            Self::NamesInExpressions => (
                "4.6",
                "element.attribute is looked up in the main part of the document, not in whatever element comes last",
            ),
            Self::OneRuleForContacts => ("4.7", "one rule selects the contacts of all tables"),
            Self::UnescapedOnce => ("4.8", "text is unescaped once"),
            Self::DefaultsPerRow => ("4.9", "defaults apply row by row"),
            Self::InsertOrder => ("4.10", "tables are filled in the contract's own order"),
            Self::DefaultOfEmptyRecord => {
                ("4.11", "exclude_default_when_record_empty works: a default alone makes no row")
            }
            Self::KeyMismatch => ("4.13", "a document whose key differs from its row's fails"),
            Self::EmptyIsNull => ("4.14", "empty text is null everywhere"),
            Self::DigitsThenBit => ("5.1", "digits before a bit conversion: a missing value stays null"),
            Self::SalaryOfZero => ("5.2", "a salary of 0 alone makes no employment"),
            Self::SecondContactWithoutId => {
                ("5.3", "authu_contact takes the last contact of the second type, with or without con_id")
            }
            Self::BitsOfTemplates => {
                ("5.4", "the default of a bit that must not be null holds for all numbered rows of its table")
            }
            Self::NeverBlank => {
                ("5.5", "a table with a bit, or an enum with a fallback, has a row for every document")
            }
            Self::DefaultsOfAddresses => ("5.6", "addresses of a table with defaults are never blank"),
            Self::DateAddDropsTime => ("5.7", "DATEADD drops the time of day"),
            Self::HistoryOfEarlierContacts => {
                ("5.8", "history of the last primary contact comes from the last one that has the attribute")
            }
            Self::InvalidIsNull => {
                ("5.9", "an invalid value in a column that may be null becomes null, its default is not used")
            }
            Self::SecondsAboveFiftyNine => ("5.10", "seconds above 59 become 59"),
            Self::InvalidSeconds => ("5.10", "a date with seconds above 59 is invalid"),
            Self::TrimmedAfterCut => ("5.11", "text is trimmed again after a cut"),
            Self::ExactCase => ("5.12", "names in arithmetic are matched in exact case"),
            Self::UncutText => ("5.13", "text of collateral and warranty rows is not cut"),
            Self::ExactNumbers => {
                ("5.14", "numbers are rounded half up and read exactly, or the cell is invalid")
            }
        }
    }
}
