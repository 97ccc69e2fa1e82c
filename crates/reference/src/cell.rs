//! One value of one column: pick → clean → blank → codes → type → default → required.

use xmlshred_mapping::contract::{Blank, Clean, CodeList, Column, ColumnSource, OnInvalid, OnTooLong, Pick};
use xmlshred_mapping::path::Path;
use xmlshred_model::lexical::{self, LexicalError};
use xmlshred_model::{DataType, FailureCode, IssueCode, OwnedValue, Value};

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
}

/// A value before `default` and `required`: what it is, and an issue when it is not what the document has.
type Converted = Result<(OwnedValue, Option<IssueCode>), FailureCode>;

/// The cell of a column with a path that matched these nodes.
pub(crate) fn from_nodes(
    column: &Column,
    path: &Path,
    nodes: &[NodeId],
    view: View<'_>,
) -> Result<Cell, FailureCode> {
    let texts = nodes.iter().map(|&node| text_at(column, path, node, view)).collect::<Vec<_>>();
    if column.pick == Some(Pick::Only) && texts.len() > 1 {
        let converted = invalid(column.on_invalid, FailureCode::InvalidValue, IssueCode::InvalidValue)?;
        return finish(column, converted, true);
    }
    if let Some(Pick::Join(separator)) = &column.pick {
        let items =
            texts.into_iter().filter_map(|text| cleaned(column, text)).filter(|item| is_kept(column, item));
        let items = items.collect::<Vec<_>>();
        return from_cleaned(column, (!items.is_empty()).then(|| items.join(separator)));
    }
    let text = match &column.pick {
        Some(Pick::Last) => texts.last().cloned(),
        _ => texts.first().cloned(),
    };
    let mut cell = from_text(column, text)?;
    if column.pick.is_none() && texts.len() > 1 {
        cell.issues.insert(0, IssueCode::RepeatedValue);
    }
    Ok(cell)
}

fn text_at(column: &Column, path: &Path, node: NodeId, view: View<'_>) -> String {
    if column.data_type == DataType::Xml && path.naming.is_none() {
        view.document.markup(node)
    } else {
        view.text_of(path, node)
    }
}

fn from_text(column: &Column, text: Option<String>) -> Result<Cell, FailureCode> {
    from_cleaned(column, text.and_then(|text| cleaned(column, text)))
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

fn from_cleaned(column: &Column, text: Option<String>) -> Result<Cell, FailureCode> {
    let text = text.filter(|text| is_kept(column, text));
    let has_text = text.as_ref().is_some_and(|text| !is_blank(text));
    let converted = match (&column.codes, text) {
        (Some(codes), text) => coded(column, codes, text)?,
        (None, None) => (NULL, None),
        (None, Some(text)) => typed(column, &text, parse(&text, column))?,
    };
    finish(column, converted, has_text)
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

/// The cell of a column whose value is not text of the document.
pub(crate) fn from_value(column: &Column, value: &OwnedValue) -> Result<Cell, FailureCode> {
    let is_expression = matches!(column.source, ColumnSource::Expression(_));
    let value = match value {
        OwnedValue::Text(text) if is_expression && !is_kept(column, text) => &NULL,
        value => value,
    };
    let converted = typed(column, &text_of(value), coerce(value, column))?;
    finish(column, converted, false)
}

/// The cell of a column whose expression has no value.
pub(crate) fn without_value(column: &Column) -> Result<Cell, FailureCode> {
    let converted = invalid(column.on_invalid, FailureCode::ExpressionError, IssueCode::InvalidValue)?;
    finish(column, converted, false)
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
    // `null` as a policy means null, not the default.
    let policy = match issue {
        Some(IssueCode::InvalidValue) => Some(column.on_invalid),
        Some(IssueCode::UnmappedCode) => Some(column.on_unmapped_code),
        _ => None,
    };
    let value = match (&value, &column.default) {
        (OwnedValue::Inline(Value::Null), Some(default)) if policy != Some(OnInvalid::Null) => {
            default.clone()
        }
        _ => value,
    };
    if column.required && value == NULL {
        return Err(FailureCode::MissingValue);
    }
    Ok(Cell { value, issues: issue.into_iter().collect(), is_from_document })
}

fn is_blank(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' ' | '\t' | '\r' | '\n'))
}
