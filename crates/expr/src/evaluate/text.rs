//! Functions of text. Lengths and places count characters (Unicode scalar values), places from 1.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;
use xmlshred_model::{Value, lexical};

use super::Evaluated;
use crate::EvaluationError;
use crate::like::Pattern;
use crate::node::{Function, LetterCase, TrimSide};

/// Whether a value is null or text of blanks (XML white space) only.
pub(crate) fn is_blank(value: &Value<'_>) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')),
        _ => false,
    }
}

/// The canonical text of a value that is not null.
pub(super) fn canonical<'a>(value: Value<'a>, arena: &'a Bump) -> &'a str {
    match value {
        Value::Text(text) => text,
        other => {
            let mut text = String::new();
            lexical::format(&other, &mut text);
            arena.alloc_str(&text)
        }
    }
}

/// `a || b || …`: null when one of them is.
pub(super) fn concatenate<'a>(parts: impl Iterator<Item = Evaluated<'a>>, arena: &'a Bump) -> Evaluated<'a> {
    let mut text = ArenaString::new_in(arena);
    for part in parts {
        match part? {
            Value::Null => return Ok(Value::Null),
            value => text.push_str(canonical(value, arena)),
        }
    }
    Ok(Value::Text(text.into_bump_str()))
}

/// `CONCAT(a, b, …)`: nulls are skipped.
pub(super) fn join<'a>(parts: impl Iterator<Item = Evaluated<'a>>, arena: &'a Bump) -> Evaluated<'a> {
    let mut text = ArenaString::new_in(arena);
    for part in parts {
        match part? {
            Value::Null => {}
            value => text.push_str(canonical(value, arena)),
        }
    }
    Ok(Value::Text(text.into_bump_str()))
}

/// `text LIKE pattern ESCAPE escape`, all of them known only now.
pub(super) fn like(
    text: &str,
    pattern: &str,
    escape: Option<&str>,
    case: LetterCase,
) -> Result<bool, EvaluationError> {
    let escape = match escape {
        None => None,
        Some(escape) => Some(single_character(escape).ok_or(EvaluationError::InvalidPattern)?),
    };
    let pattern = Pattern::new(pattern, escape, case).map_err(|_| EvaluationError::InvalidPattern)?;
    Ok(pattern.matches(text))
}

/// The character that a text consists of.
pub(crate) fn single_character(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// A function over text whose arguments are not null; those not given are.
pub(super) fn call<'a>(function: Function, arguments: [Value<'a>; 3], arena: &'a Bump) -> Evaluated<'a> {
    let [Value::Text(text), second, third] = arguments else { return Ok(Value::Null) };
    let result = match (function, second, third) {
        (Function::Upper, ..) => change_case(text, arena, str::to_ascii_uppercase, str::to_uppercase),
        (Function::Lower, ..) => change_case(text, arena, str::to_ascii_lowercase, str::to_lowercase),
        (Function::Trim(side), Value::Text(set), _) => trim(text, side, |character| set.contains(character)),
        (Function::Trim(side), ..) => trim(text, side, |character| character == ' '),
        (Function::Length, ..) => return Ok(Value::Int(count(text))),
        (Function::Substring, Value::Int(start), Value::Int(length)) => {
            if length < 0 {
                return Err(EvaluationError::NegativeLength);
            }
            between(text, start, start.saturating_add(length))
        }
        (Function::Substring, Value::Int(start), _) => between(text, start, i64::MAX),
        (Function::Left, Value::Int(length), _) => {
            let end = length.saturating_add(1);
            if length < 0 {
                return Err(EvaluationError::NegativeLength);
            }
            between(text, 1, end)
        }
        (Function::Right, Value::Int(length), _) => {
            if length < 0 {
                return Err(EvaluationError::NegativeLength);
            }
            between(text, count(text).saturating_sub(length).saturating_add(1), i64::MAX)
        }
        (Function::Replace, Value::Text(""), _) => text,
        (Function::Replace, Value::Text(from), Value::Text(to)) => replace(text, from, to, arena),
        (Function::Position, Value::Text(searched), _) => {
            let place = searched.find(text).map_or(0, |at| count(&searched[..at]) + 1);
            return Ok(Value::Int(place));
        }
        _ => return Ok(Value::Null),
    };
    Ok(Value::Text(result))
}

fn count(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

fn change_case<'a>(
    text: &'a str,
    arena: &'a Bump,
    ascii: impl Fn(&str) -> String,
    any: impl Fn(&str) -> String,
) -> &'a str {
    let changed = if text.is_ascii() { ascii(text) } else { any(text) };
    if changed == text { text } else { arena.alloc_str(&changed) }
}

fn trim(text: &str, side: TrimSide, is_trimmed: impl Fn(char) -> bool) -> &str {
    match side {
        TrimSide::Both => text.trim_matches(is_trimmed),
        TrimSide::Leading => text.trim_start_matches(is_trimmed),
        TrimSide::Trailing => text.trim_end_matches(is_trimmed),
    }
}

/// The characters with numbers `start..end`, counted from 1; those before the first are empty.
fn between(text: &str, start: i64, end: i64) -> &str {
    let skipped = usize::try_from(start.max(1) - 1).unwrap_or(usize::MAX);
    let wanted = usize::try_from(end.saturating_sub(start.max(1))).unwrap_or(0);
    let from = byte_of(text, skipped);
    let rest = &text[from..];
    &rest[..byte_of(rest, wanted)]
}

fn byte_of(text: &str, characters: usize) -> usize {
    text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
}

fn replace<'a>(text: &'a str, from: &str, to: &str, arena: &'a Bump) -> &'a str {
    let mut parts = text.split(from);
    let first = parts.next().unwrap_or("");
    if first.len() == text.len() {
        return text;
    }
    let mut result = ArenaString::new_in(arena);
    result.push_str(first);
    for part in parts {
        result.push_str(to);
        result.push_str(part);
    }
    result.into_bump_str()
}
