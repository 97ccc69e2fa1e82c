//! A document, from its text to what it gives.

use std::cell::Cell as StdCell;
use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};

use xmlshred_mapping::DocumentContext;
use xmlshred_mapping::contract::{Contract, OnWrongRoot};
use xmlshred_mapping::path::{NodeTest, Path};
use xmlshred_mapping::xml::Entities;
use xmlshred_model::{DataType, DocumentKey, FailureCode, IssueCode, KeyType, Value, lexical};

use crate::document::{DOCUMENT, Document, Reader};
use crate::path::View;
use crate::rows::{Rows, rows};

/// What a document gives.
#[derive(Debug, PartialEq)]
pub struct Shredded {
    /// Its key: of its row, else of the document.
    pub key: Option<DocumentKey>,
    /// Per table.
    pub tables: Vec<Rows>,
    /// How often, by table, column and code.
    pub issues: BTreeMap<(u32, u32, IssueCode), u32>,
}

/// Why a document gives no rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRows {
    /// The first failure.
    Failed(FailureCode),
    /// The contract skips documents with its root.
    Skipped,
}

impl From<FailureCode> for NoRows {
    fn from(code: FailureCode) -> Self {
        Self::Failed(code)
    }
}

impl Display for NoRows {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(code) => write!(f, "failed: {code}"),
            Self::Skipped => f.write_str("skipped"),
        }
    }
}

/// Shreds a document.
///
/// # Errors
/// When it gives no rows.
pub fn shred(contract: &Contract, text: &str, context: &DocumentContext<'_>) -> Result<Shredded, NoRows> {
    let replaced = StdCell::new(0);
    let mut reader = Reader {
        embedded: contract.document.embedded.iter().map(|path| names(path)).collect(),
        case: contract.document.case,
        prepare: Box::new(|text| {
            let (text, count) = repaired(contract, text);
            replaced.set(replaced.get() + count);
            with_entities(contract, text)
        }),
        is_torn: false,
    };
    if text.contains("<!ENTITY") && contract.document.entities != Entities::Internal {
        return Err(FailureCode::DoctypeRefused.into());
    }
    let document = Document::parse(text, &mut reader).ok_or(FailureCode::NotWellFormed)?;
    let is_torn = reader.is_torn;
    drop(reader);
    let replaced = replaced.get();
    if is_torn {
        return Err(FailureCode::NotWellFormed.into());
    }
    let view = View { document: &document, main: DOCUMENT, case: contract.document.case, variables: &[] };
    let mains = contract.document.roots.iter().flat_map(|root| view.select(root, DOCUMENT));
    let main = match (&mains.collect::<Vec<_>>()[..], contract.document.on_wrong_root) {
        (&[main], _) => main,
        ([], OnWrongRoot::Skip) => return Err(NoRows::Skipped),
        _ => return Err(FailureCode::WrongRoot.into()),
    };
    let view = View { main, ..view };
    let key = key(contract, view, context.key)?;
    if contract.document.require.iter().any(|path| view.select(path, main).is_empty()) {
        return Err(FailureCode::MissingElement.into());
    }
    let context = DocumentContext { key: key.as_ref(), ..*context };
    let (tables, mut issues) = rows(contract, view, &context)?;
    if replaced > 0 {
        issues.insert((0, 0, IssueCode::InvalidCharacter), replaced);
    }
    Ok(Shredded { key, tables, issues })
}

/// The names on the way from the document's root element.
fn names(path: &Path) -> Vec<&NodeTest> {
    path.steps.iter().map(|step| &step.test).collect()
}

/// The text with the entities of the contract as text. Random documents have no reference in CDATA.
fn with_entities(contract: &Contract, mut text: String) -> String {
    if let Entities::Named(named) = &contract.document.entities {
        for (name, value) in named {
            let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
            text = text.replace(&format!("&{name};"), &value.replace('\'', "&apos;"));
        }
    }
    text
}

/// The text without the characters that no document may have, written as they are or as one of the references of random documents.
fn repaired(contract: &Contract, text: &str) -> (String, u32) {
    let Some(instead) = contract.document.invalid_characters.instead() else { return (text.to_owned(), 0) };
    let mut text = text.to_owned();
    let mut count = 0;
    for forbidden in ["\u{1}", "\u{B}", "\u{FFFF}", "&#2;", "&#xB;"] {
        count += text.matches(forbidden).count() as u32;
        text = text.replace(forbidden, instead);
    }
    (text, count)
}

fn key(
    contract: &Contract,
    view: View<'_>,
    row_key: Option<&DocumentKey>,
) -> Result<Option<DocumentKey>, FailureCode> {
    let Some(path) = &contract.document.key else { return Ok(row_key.cloned()) };
    let text = view.first_text(path, view.main).unwrap_or_default();
    if text.trim().is_empty() {
        return Err(FailureCode::KeyMissing);
    }
    let text = text.trim();
    let integer = |text| match lexical::parse(text, DataType::BigInt, &[]) {
        Ok(Value::Int(key)) => Some(DocumentKey::Int(key)),
        _ => None,
    };
    let key = match row_key {
        None => integer(text).or_else(|| KeyType::Text.parse(text).ok()),
        Some(DocumentKey::Int(_)) => integer(text),
        Some(DocumentKey::Text(key)) if key.trim() == text => row_key.cloned(),
        Some(row_key) => KeyType::of(row_key).parse(text).ok(),
    };
    key.filter(|key| row_key.is_none_or(|row_key| row_key == key)).map(Some).ok_or(FailureCode::KeyMismatch)
}
