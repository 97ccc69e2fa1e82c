//! How the shredding or loading of one document ended, in words that name no value of it.

use std::fmt;
use std::time::Duration;

use crate::log_table::{FAILED, SKIPPED, SUCCESS};

/// Where a document failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Reading it from the source, and its encoding.
    Fetch,
    /// XML itself: well-formedness, limits, root.
    Parse,
    /// From elements to rows: selection, conversion, checks.
    Shred,
    /// The target refused its rows.
    Load,
}

impl Stage {
    /// The word used in logs and in `failure_reason`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Parse => "parse",
            Self::Shred => "shred",
            Self::Load => "load",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! codes {
    ($(#[$outer:meta])* $name:ident { $(#[doc = $explanation:literal] $variant:ident = $text:literal,)* }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $(#[doc = $explanation] $variant,)* }

        impl $name {
            /// Every code, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stable code, as logs and tables show it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// One sentence about it, for the manual.
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$variant => $explanation.trim_ascii(),)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

codes! {
    /// Why a document failed.
    FailureCode {
        /// The source row has a null where the document should be.
        DocumentMissing = "document-missing",
        /// Shorter than `source.min_bytes`.
        DocumentTooShort = "document-too-short",
        /// Longer than the configured limit.
        DocumentTooLarge = "document-too-large",
        /// Bytes that are not text in the document's encoding, or an encoding that is not known.
        InvalidEncoding = "invalid-encoding",
        /// Breaks a rule of XML 1.0 or of Namespaces in XML.
        NotWellFormed = "not-well-formed",
        /// Elements nested deeper than the configured limit.
        TooDeep = "too-deep",
        /// More attributes on one element than the configured limit.
        TooManyAttributes = "too-many-attributes",
        /// A document type declaration that declares entities, attribute defaults, or attribute types other than `CDATA`.
        DoctypeRefused = "doctype-refused",
        /// The root is not the one of the contract.
        WrongRoot = "wrong-root",
        /// The document has no key where the contract reads it.
        KeyMissing = "key-missing",
        /// The key in the document is not the key of its row.
        KeyMismatch = "key-mismatch",
        /// An element or attribute of `document.require` is absent.
        MissingElement = "missing-element",
        /// Text that is not a value of its column's type.
        InvalidValue = "invalid-value",
        /// Text longer than its column.
        TooLong = "too-long",
        /// A code that is in no list.
        UnmappedCode = "unmapped-code",
        /// Null in a column that is required.
        MissingValue = "missing-value",
        /// A row refers to a row of a parent table that was not produced.
        MissingParent = "missing-parent",
        /// An expression cannot be evaluated: division by zero, overflow and the like.
        ExpressionError = "expression-error",
        /// One document makes more rows or bytes than a batch may hold.
        TooManyRows = "too-many-rows",
        /// Its rows take more steps, or make more bytes of values, than the configured limits.
        TooMuchWork = "too-much-work",
        /// The shredder itself failed: a defect of xmlshred, reported as such.
        InternalError = "internal-error",
        /// The target has a row with this key already, or the document makes two.
        UniqueViolation = "unique-violation",
        /// The target misses the row that a foreign key refers to.
        ForeignKeyViolation = "foreign-key-violation",
        /// The target refuses a null.
        NotNullViolation = "not-null-violation",
        /// A check constraint or a trigger of the target refuses the row.
        CheckViolation = "check-violation",
        /// The target refuses a value: its type, length or range.
        ValueRejected = "value-rejected",
        /// The target refuses the document's rows with an error that no rule knows: of a trigger, a policy, a function. It takes its log row.
        RefusedByTarget = "refused-by-target",
        /// The source does not hand over this document alone, though it hands over others.
        RefusedBySource = "refused-by-source",
    }
}

codes! {
    /// A departure from a clean conversion that did not fail the document.
    IssueCode {
        /// A path matched several nodes and the column has no `pick`: the first was taken.
        RepeatedValue = "repeated-value",
        /// A value of the wrong type became null or the default, as `on_invalid` says.
        InvalidValue = "invalid-value",
        /// Text was cut to the length of its column, as `on_too_long` says.
        Truncated = "truncated",
        /// A code that is in no list became null or the default, as `on_unmapped_code` says.
        UnmappedCode = "unmapped-code",
        /// Digits of a fraction, or a time of day, were rounded or cut, as `on_inexact` says.
        Inexact = "inexact",
        /// Characters that no document may have were replaced or dropped, as `document.invalid_characters` says; counted at the first column of the first table.
        InvalidCharacter = "invalid-character",
    }
}

/// The reason of a failed document. `message` names places, types and counts, never a value of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where it failed.
    pub stage: Stage,
    /// The cause.
    pub code: FailureCode,
    /// The particulars: table and column, line and column of the document, limits.
    pub message: String,
    /// What it is about.
    pub place: FailurePlace,
}

/// The table that a failure is about, and its column; neither where it is about the document as a whole. Only names that the contract or the
/// target's catalog has.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FailurePlace {
    /// Unquoted name.
    pub table: Option<String>,
    /// Unquoted name: of a column, or of a `let` of the contract.
    pub column: Option<String>,
}

impl Failure {
    /// About the document as a whole.
    pub fn new(stage: Stage, code: FailureCode, message: impl Into<String>) -> Self {
        Self { stage, code, message: message.into(), place: FailurePlace::default() }
    }

    /// The same about this table, and this column of it.
    #[must_use]
    pub fn at(self, table: Option<&str>, column: Option<&str>) -> Self {
        let named = |name: Option<&str>| name.map(str::to_owned);
        Self { place: FailurePlace { table: named(table), column: named(column) }, ..self }
    }
}

impl fmt::Display for Failure {
    /// `<stage>: <code>: <message>`, as `processing_log.failure_reason` has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.stage, self.code, self.message)
    }
}

/// Issues of one document in one column: indices into the target schema, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Index of the table.
    pub table: u32,
    /// Index of the column in it.
    pub column: u32,
    /// What happened.
    pub code: IssueCode,
    /// How often in this document.
    pub count: u32,
}

/// How the shredding of a document ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its rows are in the batch.
    Success,
    /// It has no rows in the batch; this is why.
    Failed(Failure),
    /// It has no rows in the batch, because the contract leaves it out.
    Skipped,
}

impl Outcome {
    /// What the log says.
    pub fn status(&self) -> &'static str {
        match self {
            Self::Success => SUCCESS,
            Self::Failed(_) => FAILED,
            Self::Skipped => SKIPPED,
        }
    }

    /// Why it failed.
    pub fn failure(&self) -> Option<&Failure> {
        if let Self::Failed(failure) = self { Some(failure) } else { None }
    }
}

/// Microseconds since 1970-01-01T00:00:00Z.
pub type UtcMicros = i64;

/// A duration in whole milliseconds, rounded up, and at least one: no document took no time.
pub fn millis_ceil(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(i64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_rounded_up_and_never_none() {
        let check =
            |nanos, expected| assert_eq!(millis_ceil(Duration::from_nanos(nanos)), expected, "{nanos} ns");
        check(0, 1);
        check(1, 1);
        check(1_000_000, 1);
        check(1_000_001, 2);
    }
}
