//! Functions of text. Lengths and places count characters (Unicode scalar values), places from 1.

use std::collections::HashSet;

use xmlshred_model::{Value, lexical};

use super::maker::Maker;
use crate::error::{Evaluated, EvaluationError};
use crate::like::{LetterCase, Pattern};
use crate::node::{Function, TrimSide};

/// A set of characters of more bytes than this is looked up in a table.
const MAX_WALKED_SET: usize = 32;

/// In text of more bytes than this a byte is searched by vectors, which takes its time to begin.
const MAX_WALKED_TEXT: usize = 64;

/// Whether a value is null or text of blanks (XML white space) only.
pub(crate) fn is_blank(value: &Value<'_>) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')),
        _ => false,
    }
}

/// The canonical text of a value that is not null.
pub(super) fn canonical<'a>(value: Value<'a>, maker: Maker<'a, '_>) -> Result<&'a str, EvaluationError> {
    match value {
        Value::Text(text) => return Ok(text),
        // Base64, which is made beside the arena before it is copied there.
        Value::Binary(bytes) => maker.work.value_bytes(bytes.len().div_ceil(3) * 8)?,
        // Short.
        _ => {}
    }
    let mut text = String::new();
    lexical::format(&value, &mut text);
    Ok(maker.copy(&text)?)
}

/// `a || b || …`: null when one of them is.
pub(super) fn concatenate<'a>(
    parts: impl ExactSizeIterator<Item = Evaluated<'a>>,
    maker: Maker<'a, '_>,
) -> Evaluated<'a> {
    let mut texts = maker.list(parts.len())?;
    for part in parts {
        match part? {
            Value::Null => return Ok(Value::Null),
            value => texts.push(canonical(value, maker)?),
        }
    }
    joined(&texts, maker)
}

/// `CONCAT(a, b, …)`: nulls are skipped.
pub(super) fn join<'a>(
    parts: impl ExactSizeIterator<Item = Evaluated<'a>>,
    maker: Maker<'a, '_>,
) -> Evaluated<'a> {
    let mut texts = maker.list(parts.len())?;
    for part in parts {
        match part? {
            Value::Null => {}
            value => texts.push(canonical(value, maker)?),
        }
    }
    joined(&texts, maker)
}

/// The texts one after the other, in memory taken once.
fn joined<'a>(texts: &[&str], maker: Maker<'a, '_>) -> Evaluated<'a> {
    let bytes = texts.iter().map(|text| text.len()).fold(0, usize::saturating_add);
    let mut joined = maker.text(bytes)?;
    texts.iter().for_each(|text| joined.push_str(text));
    Ok(Value::Text(joined.into_bump_str()))
}

/// `text LIKE pattern ESCAPE escape`, all of them known only now.
pub(super) fn like(
    text: &str,
    pattern: &str,
    escape: Option<&str>,
    case: LetterCase,
    maker: Maker<'_, '_>,
) -> Result<bool, EvaluationError> {
    let escape = match escape {
        None => None,
        Some(escape) => Some(single_character(escape).ok_or(EvaluationError::InvalidPattern)?),
    };
    maker.work.steps(pattern.len() as u64)?;
    maker.work.value_bytes(Pattern::bytes_for(pattern))?;
    let pattern = Pattern::new(pattern, escape, case).map_err(|_| EvaluationError::InvalidPattern)?;
    Ok(pattern.matches(text, maker.work)?)
}

/// The character that a text consists of.
pub(crate) fn single_character(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// `POSITION(text IN searched)`: from 1; 0 when it is not there.
pub(super) fn position<'a>(text: &str, searched: &str, maker: Maker<'_, '_>) -> Evaluated<'a> {
    maker.reads(text.len())?;
    maker.reads(searched.len())?;
    Ok(Value::Int(find(searched, text).map_or(0, |at| count(&searched[..at]) + 1)))
}

/// `SUBSTRING(text, number[, length])`, `LEFT(text, number)` or `RIGHT(text, number)`.
pub(super) fn part(
    function: Function,
    text: &str,
    number: i64,
    length: Option<i64>,
) -> Result<&str, EvaluationError> {
    let taken = if function == Function::Substring { length } else { Some(number) };
    if taken.is_some_and(|length| length < 0) {
        return Err(EvaluationError::NegativeLength);
    }
    Ok(match (function, length) {
        (Function::Left, _) => between(text, 1, number.saturating_add(1)),
        (Function::Right, _) => between(text, count(text).saturating_sub(number).saturating_add(1), i64::MAX),
        (_, Some(length)) => between(text, number, number.saturating_add(length)),
        (_, None) => between(text, number, i64::MAX),
    })
}

/// Where a text is found first.
fn find(searched: &str, text: &str) -> Option<usize> {
    match text.as_bytes() {
        [byte] => find_byte(searched, *byte),
        _ => searched.find(text),
    }
}

/// Where an ASCII character is found first.
#[inline]
fn find_byte(searched: &str, byte: u8) -> Option<usize> {
    if searched.len() > MAX_WALKED_TEXT {
        return searched.find(char::from(byte));
    }
    searched.bytes().position(|found| found == byte)
}

pub(super) fn count(text: &str) -> i64 {
    if text.is_ascii() {
        return text.len() as i64;
    }
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

pub(super) fn upper<'a>(text: &'a str, maker: Maker<'a, '_>) -> Result<&'a str, EvaluationError> {
    if text.is_ascii() {
        if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
            return Ok(text);
        }
        let copy = maker.copy(text)?;
        copy.make_ascii_uppercase();
        return Ok(copy);
    }
    let bytes = text.chars().flat_map(char::to_uppercase).map(char::len_utf8).sum();
    let mut changed = maker.text(bytes)?;
    changed.extend(text.chars().flat_map(char::to_uppercase));
    Ok(changed.into_bump_str())
}

pub(super) fn lower<'a>(text: &'a str, maker: Maker<'a, '_>) -> Result<&'a str, EvaluationError> {
    if text.is_ascii() {
        if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Ok(text);
        }
        let copy = maker.copy(text)?;
        copy.make_ascii_lowercase();
        return Ok(copy);
    }
    let bytes = text.chars().flat_map(char::to_lowercase).map(char::len_utf8).sum();
    maker.work.value_bytes(bytes)?;
    // A sigma at the end of a word has a form of its own, which only the whole text tells.
    Ok(maker.arena.alloc_str(&text.to_lowercase()))
}

pub(super) fn trim(text: &str, side: TrimSide, is_trimmed: impl Fn(char) -> bool) -> &str {
    match side {
        TrimSide::Both => text.trim_matches(is_trimmed),
        TrimSide::Leading => text.trim_start_matches(is_trimmed),
        TrimSide::Trailing => text.trim_end_matches(is_trimmed),
    }
}

/// Takes time in proportion to text and set, and not to both.
pub(super) fn trim_set<'a>(
    text: &'a str,
    side: TrimSide,
    set: &str,
    maker: Maker<'_, '_>,
) -> Result<&'a str, EvaluationError> {
    if set.len() <= MAX_WALKED_SET {
        return Ok(trim(text, side, |character| set.contains(character)));
    }
    maker.work.steps(set.len() as u64)?;
    // No larger than Unicode.
    let set: HashSet<char> = set.chars().collect();
    Ok(trim(text, side, |character| set.contains(&character)))
}

/// The characters with numbers `start..end`, counted from 1; those before the first are empty.
fn between(text: &str, start: i64, end: i64) -> &str {
    let skipped = usize::try_from(start.max(1) - 1).unwrap_or(usize::MAX);
    let wanted = usize::try_from(end.saturating_sub(start.max(1))).unwrap_or(0);
    if text.is_ascii() {
        let rest = text.get(skipped..).unwrap_or("");
        return rest.get(..wanted).unwrap_or(rest);
    }
    let from = byte_of(text, skipped);
    let rest = &text[from..];
    &rest[..byte_of(rest, wanted)]
}

fn byte_of(text: &str, characters: usize) -> usize {
    text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
}

pub(super) fn replace<'a>(
    text: &'a str,
    from: &str,
    to: &str,
    maker: Maker<'a, '_>,
) -> Result<&'a str, EvaluationError> {
    if let ([from], [to]) = (from.as_bytes(), to.as_bytes()) {
        return replace_byte(text, *from, *to, maker);
    }
    let found = text.matches(from).count();
    if found == 0 {
        return Ok(text);
    }
    let kept = text.len() - found * from.len();
    let mut result = maker.text(found.saturating_mul(to.len()).saturating_add(kept))?;
    for (at, part) in text.split(from).enumerate() {
        if at > 0 {
            result.push_str(to);
        }
        result.push_str(part);
    }
    Ok(result.into_bump_str())
}

/// [`replace`] of one ASCII character by another.
fn replace_byte<'a>(
    text: &'a str,
    from: u8,
    to: u8,
    maker: Maker<'a, '_>,
) -> Result<&'a str, EvaluationError> {
    let Some(mut at) = find_byte(text, from) else { return Ok(text) };
    let mut result = maker.text(text.len())?;
    let mut rest = text;
    loop {
        result.push_str(&rest[..at]);
        result.push(char::from(to));
        rest = &rest[at + 1..];
        match find_byte(rest, from) {
            Some(next) => at = next,
            None => break,
        }
    }
    result.push_str(rest);
    Ok(result.into_bump_str())
}
