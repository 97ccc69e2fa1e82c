//! Problems of a contract, and the one table of their codes.

use std::cell::Cell;
use std::ops::Range;

use xmlshred_model::shown;

use super::excerpt;

/// A problem of a contract, at a place in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which mistake.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// Byte range in the contract's text.
    pub span: Range<usize>,
    /// What to do.
    pub hint: String,
}

impl Diagnostic {
    /// A problem whose message and hint are cut to what a person reads and do nothing to a terminal, whatever the contract's words in them. All are made by this.
    pub fn new(code: Code, span: Range<usize>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        let told = |text: String| excerpt::message(shown(&text).into_owned());
        Self { code, message: told(message.into()), span, hint: told(hint.into()) }
    }

    /// Whether the contract cannot be used.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The contract cannot be used.
    Error,
    /// The contract can be used.
    Warning,
}

macro_rules! codes {
    ($($variant:ident $number:literal $name:literal $explanation:literal,)*) => {
        /// A stable code of a problem. Numbers are never used again for something else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $explanation] $variant,)* }

        impl Code {
            /// Every code, in order of number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Such as `E0107`; warnings begin with `W`.
            pub fn number(self) -> &'static str {
                match self { $(Self::$variant => $number,)* }
            }

            /// Such as `unknown-codes`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// One sentence about it.
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$variant => $explanation,)* }
            }
        }
    };
}

codes! {
    YamlSyntax "E0101" "yaml-syntax" "The file is neither YAML nor JSON.",
    DuplicateKey "E0102" "duplicate-key" "A key stands twice in the same place.",
    UnknownKey "E0103" "unknown-key" "A key has no meaning in its place.",
    MissingKey "E0104" "missing-key" "A key that is needed is not there.",
    WrongShape "E0105" "wrong-shape" "A list, map or text stands where another was expected.",
    UnknownValue "E0106" "unknown-value" "A word is none of those that the key takes.",
    UnknownCodes "E0107" "unknown-codes" "No code list has this name.",
    WrongVersion "E0108" "wrong-version" "The contract is written in a version of the language that this program does not know.",
    InvalidName "E0109" "invalid-name" "A name that no database or expression takes.",
    DuplicateName "E0110" "duplicate-name" "Two tables, columns or `let`s have names that differ by case at most.",
    InvalidPath "E0201" "invalid-path" "A path is not of the subset of XPath that contracts use.",
    InvalidRoot "E0202" "invalid-root" "The root is not an absolute path of plain names, or no document can have exactly one of several.",
    NotAnElement "E0203" "not-an-element" "A row is made from something that is no element.",
    InvalidType "E0301" "invalid-type" "No data type has this name, or its arguments are wrong.",
    MissingType "E0302" "missing-type" "The type of a column is not stated and cannot be inferred.",
    InvalidConstant "E0303" "invalid-constant" "A constant of the contract is no value of its column's type, or has a character that no value has.",
    InvalidFormat "E0304" "invalid-format" "A pattern for dates has a directive that is not known, or stands on another type.",
    MissingDefault "E0305" "missing-default" "A policy asks for a default that the column does not have.",
    ExpressionSyntax "E0401" "expression-syntax" "An expression is not SQL, or not of the supported part.",
    UnknownExpressionName "E0402" "unknown-name" "An expression uses a name that is not defined where it stands.",
    UnknownFunction "E0403" "unknown-function" "An expression calls a function that is not known.",
    WrongArgumentCount "E0404" "wrong-argument-count" "A function gets too few or too many arguments.",
    ExpressionType "E0405" "expression-type" "Types in an expression, or of its result, do not fit.",
    MissingSource "E0501" "missing-source" "A column does not say where its value comes from.",
    SeveralSources "E0502" "several-sources" "A column says twice where its value comes from.",
    UnknownTable "E0503" "unknown-table" "A table that is referred to is not defined before.",
    UnknownColumn "E0504" "unknown-column" "A column that is referred to does not exist.",
    UnreachableParent "E0505" "unreachable-parent" "A column refers to a table of which no single row belongs to this one.",
    ConflictingRows "E0506" "conflicting-rows" "What a table says about its rows contradicts itself.",
    NoColumns "E0507" "no-columns" "A table without columns.",
    UntracedRows "E0508" "untraced-rows" "Rows that cannot be replaced with their document: nothing in them tells whose they are, or documents share them.",
    UnusedCodes "W0601" "unused-codes" "A code list that no column uses.",
    UnusedLet "W0602" "unused-let" "A `let` that no expression uses.",
    UselessSetting "W0603" "useless-setting" "A setting that can have no effect where it stands.",
    OrderDecides "W0604" "order-decides" "Documents that share a row have no rank: the order of loading decides which row stays.",
    PathRepeatsRoot "W0605" "path-repeats-root" "An absolute path begins with the name of the root, below which it starts.",
    KeyLacksParent "W0606" "key-lacks-parent" "The key of a table within another does not have that table's key: rows of two parents may have one key.",
    MissingEach "W0607" "missing-each" "A table without `each` reads what another table makes rows of: one of several would be taken.",
    NeverBlank "W0608" "never-blank" "A comparison with the empty text of a value that is null where it is blank.",
    PathNeverMatches "W0701" "path-never-matches" "A path that matches nothing in the sample documents.",
    CodesNeverUsed "W0702" "codes-never-used" "Codes that are in none of the sample documents.",
    CodesAlwaysMissing "W0703" "codes-always-missing" "A code list that has none of a column's values in the sample documents.",
    ColumnAlwaysNull "W0704" "column-always-null" "A column that is null in all rows of the sample documents.",
    ValueTooLong "W0705" "value-too-long" "Values of the sample documents that are longer than their column.",
    TargetMissing "E0801" "target-missing" "The target has no such table or column.",
    TargetTypeDiffers "E0802" "target-type-differs" "A column of the target would change values of the contract's type.",
    TargetNeedsValue "E0803" "target-needs-value" "The target has a column that takes no null, and the contract does not fill it.",
    TargetMayRefuse "W0804" "target-may-refuse" "The target takes less than the contract allows: some documents may fail.",
    TargetKeyDiffers "W0805" "target-key-differs" "Keys of the target are not those of the contract.",
    TargetParentLater "W0806" "target-parent-later" "A foreign key of the target refers to a table that is loaded later or not at all.",
    SourceKeyRepeatable "W0807" "source-key-repeatable" "Nothing in the source's catalog keeps two documents from having one key.",
    TargetName "E0808" "target-name" "A name that the target would cut off, or take for another.",
    DocumentKeyType "E0809" "document-key-type" "A column for the document's key is of a type that holds none of the source's keys.",
    DocumentKeyMayNotFit "W0810" "document-key-may-not-fit" "A column for the document's key is of a type that holds some of the source's keys only: the others fail their documents.",
    RowsNotReplaceable "W0811" "rows-not-replaceable" "Rows that `retry` cannot replace with their document: nothing in them tells whose they are, or documents share them.",
}

impl Code {
    /// Whether the contract alone is enough to tell; else it takes sample documents (`07`) or a target (`08`).
    pub fn is_of_contract(self) -> bool {
        !self.number()[1..].starts_with("07") && !self.number()[1..].starts_with("08")
    }

    /// Warnings begin with `W`.
    pub fn severity(self) -> Severity {
        if self.number().starts_with('W') { Severity::Warning } else { Severity::Error }
    }
}

/// Pairs of characters that looking for what was meant may compare, of all problems together: who has that many has other worries.
const MAX_COMPARED_PAIRS: usize = 50_000_000;
/// Words that are compared with one that is not known.
pub(super) const MAX_COMPARED: usize = 1_000;
/// Longer words are not compared, which takes the square of their length.
const MAX_COMPARED_CHARS: usize = 128;

/// Collects problems while a contract is read.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<Diagnostic>,
    error_count: usize,
    compared_pairs: Cell<usize>,
}

impl Problems {
    pub(super) fn report(
        &mut self,
        code: Code,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.error_count += usize::from(code.severity() == Severity::Error);
        self.found.push(Diagnostic::new(code, span, message, hint));
    }

    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    pub(super) fn has_errors(&self) -> bool {
        self.error_count > 0
    }

    /// "did you mean `x`?", when one of the known words is close, else the list of them when it is short. Nothing any more after many.
    pub(super) fn suggestion<'w>(
        &self,
        word: &str,
        known: impl IntoIterator<Item = &'w str>,
    ) -> Option<String> {
        if !self.may_compare(word) {
            return None;
        }
        let known: Vec<&str> = known.into_iter().take(MAX_COMPARED).collect();
        known.iter().for_each(|known| self.count_compared(word, known));
        let word = word.to_lowercase();
        let comparable = known.iter().filter(|known| known.len() <= 4 * MAX_COMPARED_CHARS);
        let distances =
            comparable.map(|known| (strsim::damerau_levenshtein(&word, &known.to_lowercase()), *known));
        let (distance, nearest) = distances.min_by_key(|&(distance, _)| distance)?;
        let allowed = word.chars().count().max(nearest.chars().count()) / 3;
        if distance <= allowed {
            return Some(format!("did you mean `{nearest}`?"));
        }
        (known.len() <= 12).then(|| format!("it can be {}", listed(&known)))
    }

    /// Whether a search for what was meant by a word is worth its time.
    pub(super) fn may_compare(&self, word: &str) -> bool {
        self.compared_pairs.get() <= MAX_COMPARED_PAIRS && word.chars().count() <= MAX_COMPARED_CHARS
    }

    /// Counts the comparison of two words.
    pub(super) fn count_compared(&self, word: &str, known: &str) {
        self.compared_pairs.update(|pairs| pairs.saturating_add(word.len().saturating_mul(known.len())));
    }

    /// All problems in order of place, none twice, at whole characters of the text.
    pub(super) fn into_sorted(self, text: &str) -> Vec<Diagnostic> {
        let mut found = self.found;
        for problem in &mut found {
            let start = text.floor_char_boundary(problem.span.start);
            problem.span = start..text.ceil_char_boundary(problem.span.end).max(start);
        }
        found.sort_by_key(|problem| (problem.span.start, problem.span.end, problem.code));
        found.dedup();
        found
    }
}

/// `a`, `b` or `c`
pub(super) fn listed(words: &[&str]) -> String {
    let quoted = words.iter().map(|word| format!("`{}`", excerpt::word(word))).collect::<Vec<_>>();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} or {last}", first.join(", ")),
        None => String::new(),
    }
}
