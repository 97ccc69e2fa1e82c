//! An explanation holds values of every row: whole ones up to some amount, and the beginnings of the others.

use std::cell::Cell;

use xmlshred_model::{OwnedValue, Value};

use super::explanation::ExplainedStep;

/// Bytes of values that are kept whole.
const MAX_WHOLE: usize = 64 << 20;
/// What is kept of others.
const MAX_CHARS: usize = 100;

/// Counts the values of one explanation.
pub(super) struct Shortener {
    left: Cell<usize>,
}

impl Default for Shortener {
    fn default() -> Self {
        Self { left: Cell::new(MAX_WHOLE) }
    }
}

impl Shortener {
    /// Whether a value of so many bytes is kept whole.
    fn keeps(&self, bytes: usize) -> bool {
        let left = self.left.get().checked_sub(bytes);
        left.inspect(|&left| self.left.set(left)).is_some()
    }

    /// A text, or its beginning.
    pub(super) fn text(&self, text: &str) -> String {
        match text.char_indices().nth(MAX_CHARS) {
            Some((end, _)) if !self.keeps(text.len()) => format!("{}…", &text[..end]),
            _ => text.to_owned(),
        }
    }

    /// A value, or its beginning.
    pub(super) fn value(&self, value: &Value<'_>) -> OwnedValue {
        match value {
            Value::Text(text) => OwnedValue::Text(self.text(text)),
            Value::Binary(bytes) if bytes.len() > MAX_CHARS && !self.keeps(bytes.len()) => {
                OwnedValue::Binary(bytes[..MAX_CHARS].to_vec())
            }
            value => value.to_owned_value(),
        }
    }

    /// A step that is told again.
    pub(super) fn step(&self, step: &mut ExplainedStep) {
        match step {
            ExplainedStep::OfSource(text)
            | ExplainedStep::Cleaned(_, text)
            | ExplainedStep::Truncated(text) => *text = self.text(text),
            ExplainedStep::Coded(_, entry, value) => {
                *entry = self.text(entry);
                *value = self.value(&value.as_value());
            }
            ExplainedStep::Converted(value) | ExplainedStep::Default(value) => {
                *value = self.value(&value.as_value());
            }
            ExplainedStep::NullInSource
            | ExplainedStep::NoSourceRow
            | ExplainedStep::Blank
            | ExplainedStep::NullValue
            | ExplainedStep::Nil
            | ExplainedStep::Unmapped(_)
            | ExplainedStep::Invalid(_) => {}
        }
    }
}
