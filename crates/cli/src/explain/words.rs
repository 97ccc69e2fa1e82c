//! Values and steps in words, for the console and for pages.

use xmlshred_mapping::explain::ExplainedStep;
use xmlshred_model::{OwnedValue, Value, lexical};

use crate::preview::{MASK, Sensitive};

/// Longer texts are cut: whole ones are in the JSON.
const MAX_CHARS: usize = 100;

/// The text of a value.
pub(crate) fn formatted(value: &Value<'_>) -> String {
    let mut text = String::new();
    lexical::format(value, &mut text);
    text
}

/// Text of the document, or what hides it.
pub(crate) fn masked_text(text: &str, sensitive: Sensitive) -> &str {
    if sensitive == Sensitive::Masked { MASK } else { text }
}

/// A value, or what hides it; `None` is null, which hides nothing.
pub(crate) fn masked_value(value: &OwnedValue, sensitive: Sensitive) -> Option<String> {
    match value.as_value() {
        Value::Null => None,
        _ if sensitive == Sensitive::Masked => Some(MASK.to_owned()),
        value => Some(formatted(&value)),
    }
}

/// One step of a value on its way to a column of a type.
pub(crate) fn step_line(step: &ExplainedStep, data_type: &str, sensitive: Sensitive) -> String {
    let text = |text| cut(masked_text(text, sensitive));
    let value = |value| quoted(masked_value(value, sensitive));
    match step {
        ExplainedStep::Cleaned(how, cleaned) => format!("clean {how}: \"{}\"", text(cleaned)),
        ExplainedStep::OfSource(found) => format!("the source's row has \"{}\"", text(found)),
        ExplainedStep::NullInSource => "the source's row has null".to_owned(),
        ExplainedStep::NoSourceRow => "no row of the source is known: null".to_owned(),
        ExplainedStep::Blank => "blank: null".to_owned(),
        ExplainedStep::NullValue => "null_values: null".to_owned(),
        ExplainedStep::Nil => "xsi:nil: null".to_owned(),
        ExplainedStep::Coded(list, entry, coded) => {
            format!("codes {list}: \"{}\" is {}", text(entry), value(coded))
        }
        ExplainedStep::Unmapped(list) => format!("codes {list}: no such entry"),
        ExplainedStep::Converted(converted) => format!("{data_type}: {}", value(converted)),
        ExplainedStep::Invalid(problem) => format!("{data_type}: {problem}"),
        ExplainedStep::Truncated(left) => format!("cut to \"{}\"", text(left)),
        ExplainedStep::Default(default) => format!("default: {}", value(default)),
    }
}

/// Why `where` made no row.
pub(crate) fn where_line(
    condition: &str,
    value: &OwnedValue,
    inputs: impl Iterator<Item = (String, Option<String>)>,
) -> String {
    let value = if value.as_value().is_null() { "null".to_owned() } else { formatted(&value.as_value()) };
    let inputs = inputs.map(|(name, value)| format!("{name} is {}", quoted(value))).collect::<Vec<_>>();
    format!("where {condition} is {value}: {}", inputs.join(", "))
}

/// Why a predicate of `each` removed an element.
pub(crate) fn predicate_line(predicate: &str, false_parts: &[String]) -> String {
    let parts = match false_parts {
        [] => String::new(),
        parts => format!(": not {}", parts.join(", not ")),
    };
    format!("each {predicate}{parts}")
}

pub(crate) const BLANK_LINE: &str = "skip_row_when: no column from a path has a value";

pub(crate) fn quoted(value: Option<String>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| cut(&value))
}

/// Control characters could steer the terminal.
pub(crate) fn cut(text: &str) -> String {
    let mut text: String = text.chars().map(|c| if c.is_control() { '␤' } else { c }).collect();
    if let Some((at, _)) = text.char_indices().nth(MAX_CHARS) {
        text.truncate(at);
        text.push('…');
    }
    text
}
