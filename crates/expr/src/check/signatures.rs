//! The functions that are called as `name(argument, …)`: how many arguments they take, and how they are written.

use std::ops::RangeInclusive;

/// A function.
#[derive(Debug)]
pub(super) struct Signature {
    /// In upper case.
    pub(super) name: &'static str,
    /// How many arguments.
    pub(super) counts: RangeInclusive<usize>,
    /// As a reader would write it.
    pub(super) usage: &'static str,
}

const fn function(name: &'static str, counts: RangeInclusive<usize>, usage: &'static str) -> Signature {
    Signature { name, counts, usage }
}

const FUNCTIONS: [Signature; 33] = [
    function("ABS", 1..=1, "ABS(number)"),
    function("BTRIM", 1..=2, "BTRIM(text, characters)"),
    function("CAST", 1..=1, "CAST(x AS type)"),
    function("CEIL", 1..=1, "CEIL(number)"),
    function("CEILING", 1..=1, "CEILING(number)"),
    function("CHARACTER_LENGTH", 1..=1, "CHARACTER_LENGTH(text)"),
    function("CHAR_LENGTH", 1..=1, "CHAR_LENGTH(text)"),
    function("COALESCE", 1..=usize::MAX, "COALESCE(x, y, …)"),
    function("CONCAT", 1..=usize::MAX, "CONCAT(x, y, …)"),
    function("DATEADD", 3..=3, "DATEADD(unit, count, x)"),
    function("DATEDIFF", 3..=3, "DATEDIFF(unit, from, to)"),
    function("DAY", 1..=1, "DAY(x)"),
    function("EXTRACT", 1..=1, "EXTRACT(part FROM x)"),
    function("FLOOR", 1..=1, "FLOOR(number)"),
    function("IS_BLANK", 1..=1, "IS_BLANK(x)"),
    function("LEFT", 2..=2, "LEFT(text, count)"),
    function("LEN", 1..=1, "LEN(text)"),
    function("LENGTH", 1..=1, "LENGTH(text)"),
    function("LOWER", 1..=1, "LOWER(text)"),
    function("LTRIM", 1..=2, "LTRIM(text, characters)"),
    function("MONTH", 1..=1, "MONTH(x)"),
    function("NULLIF", 2..=2, "NULLIF(x, y)"),
    function("POSITION", 2..=2, "POSITION(sought IN text)"),
    function("REPLACE", 3..=3, "REPLACE(text, sought, replacement)"),
    function("RIGHT", 2..=2, "RIGHT(text, count)"),
    function("ROUND", 1..=2, "ROUND(number, digits)"),
    function("RTRIM", 1..=2, "RTRIM(text, characters)"),
    function("SUBSTR", 2..=3, "SUBSTR(text, start, count)"),
    function("SUBSTRING", 2..=3, "SUBSTRING(text FROM start FOR count)"),
    function("TRIM", 1..=1, "TRIM(BOTH characters FROM text)"),
    function("TRY_CAST", 1..=1, "TRY_CAST(x AS type)"),
    function("UPPER", 1..=1, "UPPER(text)"),
    function("YEAR", 1..=1, "YEAR(x)"),
];

/// Not functions, but what looks like one when it is misspelt.
const NO_FUNCTIONS: [&str; 5] = ["CASE", "BETWEEN", "DATE", "TIME", "TIMESTAMP"];

/// The function of this name, in upper case.
pub(super) fn named(name: &str) -> Option<&'static Signature> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// The names of all functions, in upper case.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}

/// What a misspelt name of a function may have been.
pub(super) fn names_alike() -> impl Iterator<Item = &'static str> {
    names().chain(NO_FUNCTIONS)
}
