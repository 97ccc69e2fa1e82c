//! One value of one column: pick → clean → blank → codes → type → default → required.

use xmlshred_mapping::contract::{Blank, Clean, CodeList, Column, ColumnDefault, OnInvalid, OnTooLong, Pick};
use xmlshred_mapping::path::Path;
use xmlshred_model::lexical::{self, LexicalError};
use xmlshred_model::{FailureCode, IssueCode, OwnedValue, Value};

use crate::clean::clean;
use crate::coerce::{coerce, parse, text_of};
use crate::document::NodeId;
use crate::path::View;

pub(crate) const NULL: OwnedValue = OwnedValue::Inline(Value::Null);

/// A value, and what is to be said about it.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) value: OwnedValue,
    pub(crate) issues: Vec<IssueCode>,
    /// A path found something that is not blank, whatever became of it.
    pub(crate) is_from_document: bool,
    /// It was not null before its default, or should not have been.
    pub(crate) had_value: bool,
}

/// What a path gives: text after `pick`, `clean`, `null_values` and the blank rule.
#[derive(Debug, Default)]
pub(crate) struct Picked {
    pub(crate) text: Option<String>,
    pub(crate) issue: Option<IssueCode>,
    pub(crate) is_not_the_only_one: bool,
}

impl Picked {
    pub(crate) fn has_text(&self) -> bool {
        self.text.as_ref().is_some_and(|text| !is_blank(text))
    }
}

/// A value before `default` and `required`: what it is, and an issue when it is not what the document has.
type Converted = Result<(OwnedValue, Option<IssueCode>), FailureCode>;

/// What a path of a column gives that matched these nodes.
pub(crate) fn picked(column: &Column, path: &Path, nodes: &[NodeId], view: View<'_>) -> Picked {
    if column.pick == Some(Pick::Only) && nodes.len() > 1 {
        return Picked { is_not_the_only_one: true, ..Picked::default() };
    }
    let mut texts = nodes.iter().map(|&node| {
        let text =
            (!view.document.is_nil(node) || path.naming.is_some()).then(|| text_at(column, path, node, view));
        text.and_then(|text| cleaned(column, text)).filter(|text| is_kept(column, text))
    });
    let text = match &column.pick {
        Some(Pick::Join(separator)) => {
            let items = texts.flatten().collect::<Vec<_>>();
            (!items.is_empty()).then(|| items.join(separator))
        }
        Some(Pick::Last) => texts.next_back().flatten(),
        _ => texts.next().flatten(),
    };
    // The blank rule holds for what was joined, too.
    let text = text.filter(|text| is_kept(column, text));
    let is_repeated = column.pick.is_none() && nodes.len() > 1;
    Picked { text, issue: is_repeated.then_some(IssueCode::RepeatedValue), is_not_the_only_one: false }
}

/// What the document's row in the source has, as a path would give it.
pub(crate) fn of_source(column: &Column, text: Option<&String>) -> Picked {
    let text = text.and_then(|text| cleaned(column, text.clone())).filter(|text| is_kept(column, text));
    Picked { text, ..Picked::default() }
}

/// The cell of a column with what its path gives.
pub(crate) fn from_picked(column: &Column, picked: Picked) -> Result<Cell, FailureCode> {
    if picked.is_not_the_only_one {
        let converted = invalid(column.on_invalid, FailureCode::InvalidValue, IssueCode::InvalidValue)?;
        return finish(column, converted, true);
    }
    let has_text = picked.has_text();
    let converted = match (&column.codes, picked.text) {
        (Some(codes), text) => coded(column, codes, text)?,
        (None, None) => (NULL, None),
        (None, Some(text)) => typed(column, &text, parse(&text, column))?,
    };
    let mut cell = finish(column, converted, has_text)?;
    cell.issues.splice(0..0, picked.issue);
    Ok(cell)
}

fn text_at(column: &Column, path: &Path, node: NodeId, view: View<'_>) -> String {
    if column.reads_markup() && path.naming.is_none() {
        view.document.markup(node)
    } else {
        view.text_of(path, node)
    }
}

/// The text after `clean`; none when it means null.
fn cleaned(column: &Column, text: String) -> Option<String> {
    let text = column.clean.iter().fold(text, |text, &step| clean(step, &text));
    let compared =
        if column.data_type.is_text() { &text } else { text.trim_matches([' ', '\t', '\r', '\n']) };
    let means_null = column.null_values.contains(&compared.to_lowercase());
    (!means_null).then_some(text)
}

fn is_kept(column: &Column, text: &str) -> bool {
    column.blank == Blank::Keep || !is_blank(text)
}

fn coded(column: &Column, codes: &CodeList, text: Option<String>) -> Converted {
    let Some(text) = text else { return Ok((codes.blank.clone().unwrap_or(NULL), None)) };
    let for_blank = codes.blank.as_ref().filter(|_| is_blank(&text));
    let without_case =
        codes.without_case.as_ref().and_then(|texts| codes.entries.get(texts.get(&text.to_lowercase())?));
    match codes.entries.get(&text).or(without_case).or(for_blank).or(codes.other.as_ref()) {
        Some(value) => Ok((value.clone(), None)),
        None => invalid(column.on_unmapped_code, FailureCode::UnmappedCode, IssueCode::UnmappedCode),
    }
}

/// The cell of a column whose value is that of a parent, a constant or generated.
pub(crate) fn from_value(column: &Column, value: &OwnedValue) -> Result<Cell, FailureCode> {
    let converted = typed(column, &text_of(value), coerce(value, column))?;
    finish(column, converted, false)
}

/// The cell of a column whose expression has this value, or none.
pub(crate) fn from_expression(
    column: &Column,
    value: Option<OwnedValue>,
    is_from_document: bool,
) -> Result<Cell, FailureCode> {
    let Some(value) = value else {
        let converted = invalid(column.on_invalid, FailureCode::ExpressionError, IssueCode::InvalidValue)?;
        return finish(column, converted, is_from_document).map(|cell| Cell { had_value: true, ..cell });
    };
    let value = match value {
        OwnedValue::Text(text) if !is_kept(column, &text) => NULL,
        value => value,
    };
    let had_value = value != NULL;
    let converted = match &column.codes {
        Some(codes) => coded(column, codes, had_value.then(|| text_of(&value)))?,
        None => typed(column, &text_of(&value), coerce(&value, column))?,
    };
    finish(column, converted, is_from_document).map(|cell| Cell { had_value, ..cell })
}

/// A cell with a default that was made for it, where it is null.
pub(crate) fn with_default(column: &Column, mut cell: Cell, value: &OwnedValue) -> Result<Cell, FailureCode> {
    if cell.value == NULL && !stays_null(column, cell.issues.last()) {
        let (value, issue) = typed(column, &text_of(value), coerce(value, column))?;
        cell.value = value;
        if cell.issues.iter().all(|&known| known == IssueCode::RepeatedValue) {
            cell.issues.extend(issue);
        }
    }
    if column.required && cell.value == NULL { Err(FailureCode::MissingValue) } else { Ok(cell) }
}

/// What the policies say about the attempt to read a text as the column's type.
fn typed(column: &Column, text: &str, attempt: Result<OwnedValue, LexicalError>) -> Converted {
    match attempt {
        Ok(value) => Ok((value, None)),
        Err(LexicalError::Inexact(_) | LexicalError::Zone(_)) => lenient(column, text),
        Err(LexicalError::TooLong { max, .. }) => match column.on_too_long {
            OnTooLong::Fail => Err(FailureCode::TooLong),
            OnTooLong::Truncate => {
                let cut = text.chars().take(max as usize).collect::<String>();
                let trims =
                    column.clean.contains(&Clean::Trim) || column.clean.contains(&Clean::CollapseSpaces);
                let cut = if trims { cut.trim_end().to_owned() } else { cut };
                Ok((OwnedValue::Text(cut), Some(IssueCode::Truncated)))
            }
        },
        Err(_) => invalid(column.on_invalid, FailureCode::InvalidValue, IssueCode::InvalidValue),
    }
}

/// What the policies make of digits or a zone that the type does not keep.
fn lenient(column: &Column, text: &str) -> Converted {
    match lexical::parse_leniently(text, column.data_type, &column.formats, column.leniency) {
        Ok((value, is_inexact)) => Ok((OwnedValue::Inline(value), is_inexact.then_some(IssueCode::Inexact))),
        Err(_) => invalid(column.on_invalid, FailureCode::InvalidValue, IssueCode::InvalidValue),
    }
}

fn invalid(policy: OnInvalid, failure: FailureCode, issue: IssueCode) -> Converted {
    match policy {
        OnInvalid::Fail => Err(failure),
        OnInvalid::Null | OnInvalid::Default => Ok((NULL, Some(issue))),
    }
}

fn finish(
    column: &Column,
    (value, issue): (OwnedValue, Option<IssueCode>),
    is_from_document: bool,
) -> Result<Cell, FailureCode> {
    let had_value = value != NULL;
    let value = match &column.default {
        Some(ColumnDefault::Value(default)) if !had_value && !stays_null(column, issue.as_ref()) => {
            default.clone()
        }
        Some(ColumnDefault::Generate(_)) | Some(ColumnDefault::Value(_)) | None => value,
    };
    let is_made = matches!(column.default, Some(ColumnDefault::Generate(_)));
    if column.required && value == NULL && !is_made {
        return Err(FailureCode::MissingValue);
    }
    Ok(Cell { value, issues: issue.into_iter().collect(), is_from_document, had_value })
}

/// `null` as a policy means null, not the default.
fn stays_null(column: &Column, issue: Option<&IssueCode>) -> bool {
    match issue {
        Some(IssueCode::InvalidValue) => column.on_invalid == OnInvalid::Null,
        Some(IssueCode::UnmappedCode) => column.on_unmapped_code == OnInvalid::Null,
        _ => false,
    }
}

fn is_blank(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' ' | '\t' | '\r' | '\n'))
}
