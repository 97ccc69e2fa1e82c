//! The words that keys take, with what they mean: for the reader, the JSON Schema and the manual.

use xmlshred_model::lexical::{BinaryFormat, OnInexact, OnZone};
use xmlshred_model::{KeyType, OnExisting};

use super::checked::{
    Blank, Case, Clean, DecimalSign, Generate, InvalidCharacters, Keep, OnInvalid, OnTooLong, OnWrongRoot,
    Pick, SkipRow,
};

pub(super) const ON_EXISTING: [(&str, OnExisting); 3] =
    [("fail", OnExisting::Fail), ("skip", OnExisting::Skip), ("replace", OnExisting::Replace)];
pub(super) const KEY_TYPES: [(&str, KeyType); 4] = [
    ("integer", KeyType::Integer),
    ("decimal", KeyType::Decimal),
    ("uuid", KeyType::Uuid),
    ("text", KeyType::Text),
];
pub(super) const CASES: [(&str, Case); 2] =
    [("sensitive", Case::Sensitive), ("insensitive", Case::Insensitive)];
pub(super) const POLICIES: [(&str, OnInvalid); 3] =
    [("fail", OnInvalid::Fail), ("null", OnInvalid::Null), ("default", OnInvalid::Default)];
pub(super) const LENGTH_POLICIES: [(&str, OnTooLong); 2] =
    [("fail", OnTooLong::Fail), ("truncate", OnTooLong::Truncate)];
pub(super) const INEXACT_POLICIES: [(&str, OnInexact); 3] =
    [("fail", OnInexact::Fail), ("round", OnInexact::Round), ("truncate", OnInexact::Truncate)];
pub(super) const ZONE_POLICIES: [(&str, OnZone); 3] =
    [("fail", OnZone::Fail), ("ignore", OnZone::Ignore), ("utc", OnZone::Utc)];
pub(super) const BINARY_FORMATS: [(&str, BinaryFormat); 2] =
    [("base64", BinaryFormat::Base64), ("hex", BinaryFormat::Hex)];
pub(super) const INVALID_CHARACTERS: [(&str, InvalidCharacters); 3] = [
    ("fail", InvalidCharacters::Fail),
    ("replace", InvalidCharacters::Replace),
    ("drop", InvalidCharacters::Drop),
];
pub(super) const WRONG_ROOTS: [(&str, OnWrongRoot); 2] =
    [("fail", OnWrongRoot::Fail), ("skip", OnWrongRoot::Skip)];
/// What `defaults` may say of `pick`: what to join with is a column's own business.
pub(super) const DEFAULT_PICKS: [(&str, Pick); 3] =
    [("first", Pick::First), ("last", Pick::Last), ("only", Pick::Only)];
pub(super) const BLANKS: [(&str, Blank); 2] = [("null", Blank::Null), ("keep", Blank::Keep)];

pub(super) const GENERATORS: [(&str, Generate); 5] = [
    ("row_number", Generate::RowNumber),
    ("document_key", Generate::DocumentKey),
    ("session", Generate::Session),
    ("now", Generate::Now),
    ("uuid", Generate::Uuid),
];

/// What a `default` may be made as.
pub(super) const DEFAULT_GENERATORS: [(&str, Generate); 4] = [
    ("document_key", Generate::DocumentKey),
    ("session", Generate::Session),
    ("now", Generate::Now),
    ("uuid", Generate::Uuid),
];

pub(crate) const CLEANERS: [(&str, Clean); 10] = [
    ("trim", Clean::Trim),
    ("upper", Clean::Upper),
    ("lower", Clean::Lower),
    ("digits", Clean::Digits),
    ("number", Clean::Number(DecimalSign::Point)),
    ("number('.')", Clean::Number(DecimalSign::Point)),
    ("number(',')", Clean::Number(DecimalSign::Comma)),
    ("first_number", Clean::FirstNumber(DecimalSign::Point)),
    ("first_number(',')", Clean::FirstNumber(DecimalSign::Comma)),
    ("collapse_spaces", Clean::CollapseSpaces),
];

pub(super) const SKIPS: [(&str, SkipRow); 2] = [("never", SkipRow::Never), ("blank", SkipRow::Blank)];
pub(super) const KEEPS: [(&str, Keep); 2] = [("first", Keep::First), ("last", Keep::Last)];
