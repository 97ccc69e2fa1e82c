//! From text or a value to a value of a column's type, one rule after the other (contract language, section 3).

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;
use xmlshred_model::lexical::{self, Leniency, LexicalError, MICROS_PER_DAY};
use xmlshred_model::{DataType, Decimal, FailureCode, IssueCode, OwnedValue, Value, WorkEnd};

use crate::contract::{Blank, Clean, CodeList, Column, ColumnDefault, OnInvalid, OnTooLong};

use super::cell::{Cell, Refusal};
use super::clean::clean;
use super::room::Room;
use super::trace::{CodeEntry, Step, Trace};

/// Text of the document, if there is any, to a cell: clean, blank rule, codes, type, default, required.
#[inline(always)]
pub(super) fn from_text_at_once<'a>(
    column: &'a Column,
    text: Option<&'a str>,
    room: Room<'a, '_>,
    trace: &impl Trace,
) -> Result<Cell<'a>, Box<Refusal>> {
    let text = match text {
        Some(text) if column.is_cleaned => cleaned(column, text, room, trace)?,
        text => text,
    };
    from_clean_text_at_once(column, text, room, trace)
}

/// [`from_text_at_once`] behind `clean`.
pub(super) fn from_clean_text<'a>(
    column: &'a Column,
    text: Option<&'a str>,
    room: Room<'a, '_>,
    trace: &impl Trace,
) -> Result<Cell<'a>, Box<Refusal>> {
    from_clean_text_at_once(column, text, room, trace)
}

/// [`from_clean_text`], for where it is worth its code.
#[inline(always)]
fn from_clean_text_at_once<'a>(
    column: &'a Column,
    text: Option<&'a str>,
    room: Room<'a, '_>,
    trace: &impl Trace,
) -> Result<Cell<'a>, Box<Refusal>> {
    let text = unless_blank(column, text, trace);
    let is_from_document = text.is_some_and(|text| column.blank == Blank::Null || !is_blank(text));
    let (value, issue) = match (text, &column.codes) {
        (None, None) => (Value::Null, None),
        (text, Some(codes)) => coded(column, codes, text, trace)?,
        (Some(text), None) => typed(column, text, room, trace)?,
    };
    finish(column, value, issue, is_from_document, trace)
}

/// The text under the blank rule.
#[inline(always)]
pub(super) fn unless_blank<'a>(
    column: &Column,
    text: Option<&'a str>,
    trace: &impl Trace,
) -> Option<&'a str> {
    text.filter(|text| {
        let is_kept = column.blank == Blank::Keep || !is_blank(text);
        if !is_kept {
            trace.step(column, Step::Blank);
        }
        is_kept
    })
}

/// The text after `clean`; none when it means null.
#[inline(never)]
pub(super) fn cleaned<'a>(
    column: &'a Column,
    text: &'a str,
    room: Room<'a, '_>,
    trace: &impl Trace,
) -> Result<Option<&'a str>, WorkEnd> {
    let text = column.clean.iter().try_fold(text, |text, &step| {
        if step != Clean::Trim {
            room.reads(text.len())?;
            room.makes(text.len())?;
        }
        let text = clean(step, text, room.arena);
        trace.step(column, Step::Cleaned(step, text));
        Ok(text)
    })?;
    let means_null = !column.null_values.is_empty() && {
        room.reads(text.len())?;
        means_null(column, text)
    };
    if means_null {
        trace.step(column, Step::NullValue);
    }
    Ok((!means_null).then_some(text))
}

/// What a code list has for a text, or for none.
#[inline(never)]
fn coded<'a>(
    column: &'a Column,
    codes: &'a CodeList,
    text: Option<&'a str>,
    trace: &impl Trace,
) -> Result<(Value<'a>, Option<IssueCode>), Box<Refusal>> {
    let blank = || codes.blank.as_ref().map(|value| (CodeEntry::Blank, value));
    let found = match text {
        None => blank(),
        Some(text) => {
            let entry = codes.entries.get(text).map(|value| (CodeEntry::Text(text), value));
            let entry = entry.or_else(|| without_case(codes, text));
            let entry = if is_blank(text) { entry.or_else(blank) } else { entry };
            entry.or_else(|| codes.other.as_ref().map(|value| (CodeEntry::Other, value)))
        }
    };
    match (found, text) {
        (Some((entry, value)), _) => {
            trace.step(column, Step::Coded { list: codes, entry, value: value.as_value() });
            Ok((value.as_value(), None))
        }
        (None, None) => Ok((Value::Null, None)),
        (None, Some(_)) => {
            trace.step(column, Step::Unmapped { list: codes });
            invalid(column.on_unmapped_code, IssueCode::UnmappedCode, || Refusal {
                code: FailureCode::UnmappedCode,
                message: format!("the value is not in code list `{}`", codes.name),
            })
        }
    }
}

/// The entry that differs from a text by case only, where that is asked for.
fn without_case<'a>(codes: &'a CodeList, text: &str) -> Option<(CodeEntry<'a>, &'a OwnedValue)> {
    let entry = codes.without_case.as_ref()?.get(&text.to_lowercase())?;
    Some((CodeEntry::Text(entry), codes.entries.get(entry)?))
}

/// A value that is one of the column's type already.
#[inline]
pub(super) fn from_exact<'a>(
    column: &'a Column,
    value: Value<'a>,
    trace: &impl Trace,
) -> Result<Cell<'a>, Box<Refusal>> {
    trace.step(column, Step::Assigned(value));
    finish(column, value, None, false, trace)
}

/// A value of a parent or constant to a cell.
pub(super) fn from_value<'a>(
    column: &'a Column,
    value: Value<'a>,
    room: Room<'a, '_>,
    trace: &impl Trace,
) -> Result<Cell<'a>, Box<Refusal>> {
    let (value, issue) = assigned(column, value, room, trace)?;
    finish(column, value, issue, false, trace)
}

/// A value of an expression to a cell: the blank rule and codes hold for it, too. `is_from_document` is whether the document had the text that
/// the expression stands beside.
pub(super) fn from_expression<'a>(
    column: &'a Column,
    value: Value<'a>,
    is_from_document: bool,
    room: Room<'a, '_>,
    trace: &impl Trace,
) -> Result<Cell<'a>, Box<Refusal>> {
    let value = blanked(column, value, trace);
    let (value, issue) = match &column.codes {
        None => assigned(column, value, room, trace)?,
        Some(codes) => {
            let text = (!value.is_null()).then(|| value_text(value, room.arena));
            text.map_or(Ok(()), |text| room.reads(text.len()))?;
            coded(column, codes, text, trace)?
        }
    };
    finish(column, value, issue, is_from_document, trace)
}

/// A value as one of the column's type.
fn assigned<'a>(
    column: &'a Column,
    value: Value<'a>,
    room: Room<'a, '_>,
    trace: &impl Trace,
) -> Result<(Value<'a>, Option<IssueCode>), Box<Refusal>> {
    match value {
        Value::Binary(bytes) => room.makes(bytes.len() * 2)?,
        Value::Text(text) if column.data_type == DataType::Binary => room.makes(text.len())?,
        _ => {}
    }
    match coerce(value, column, room.arena) {
        Ok(value) => {
            trace.step(column, Step::Assigned(value));
            Ok((value, None))
        }
        Err(error) => lexical_error(column, value_text(value, room.arena), error, trace),
    }
}

/// What `on_invalid` says about an expression without a value.
pub(super) fn without_value<'a>(
    column: &'a Column,
    message: String,
    is_from_document: bool,
    trace: &impl Trace,
) -> Result<Cell<'a>, Box<Refusal>> {
    let refusal = || Refusal { code: FailureCode::ExpressionError, message };
    let (value, issue) = invalid(column.on_invalid, IssueCode::InvalidValue, refusal)?;
    finish(column, value, issue, is_from_document, trace)
}

/// What `on_invalid` says about a path that should have one match and has several.
pub(super) fn not_the_only_one<'a>(column: &'a Column, trace: &impl Trace) -> Result<Cell<'a>, Box<Refusal>> {
    let refusal = || Refusal {
        code: FailureCode::InvalidValue,
        message: "the path matches several nodes, and `pick: only` allows one".to_owned(),
    };
    let (value, issue) = invalid(column.on_invalid, IssueCode::InvalidValue, refusal)?;
    finish(column, value, issue, true, trace)
}

#[inline(always)]
fn finish<'a>(
    column: &'a Column,
    value: Value<'a>,
    issue: Option<IssueCode>,
    is_from_document: bool,
    trace: &impl Trace,
) -> Result<Cell<'a>, Box<Refusal>> {
    let value = match (value, &column.default) {
        (Value::Null, Some(ColumnDefault::Value(default))) if !stays_null(column, issue) => {
            trace.step(column, Step::Default(default.as_value()));
            default.as_value()
        }
        // It is made by who knows the row.
        (Value::Null, Some(ColumnDefault::Generate(_))) if !stays_null(column, issue) => {
            return Ok(Cell { value, issue, is_from_document });
        }
        (value, _) => value,
    };
    if column.required && value.is_null() {
        return Err(missing_value());
    }
    Ok(Cell { value, issue, is_from_document })
}

/// A value that was there and became null because `on_invalid` says so stays null: the default is for missing ones.
fn stays_null(column: &Column, issue: Option<IssueCode>) -> bool {
    match issue {
        Some(IssueCode::InvalidValue) => column.on_invalid == OnInvalid::Null,
        Some(IssueCode::UnmappedCode) => column.on_unmapped_code == OnInvalid::Null,
        Some(
            IssueCode::RepeatedValue
            | IssueCode::Truncated
            | IssueCode::Inexact
            | IssueCode::InvalidCharacter,
        )
        | None => false,
    }
}

/// Whether a cell is to have the column's default.
pub(super) fn takes_default(column: &Column, cell: &Cell<'_>) -> bool {
    cell.value.is_null() && !stays_null(column, cell.issue)
}

/// A cell that is null with a default that was made for it.
pub(super) fn defaulted<'a>(
    column: &'a Column,
    cell: Cell<'a>,
    value: Value<'a>,
    room: Room<'a, '_>,
    trace: &impl Trace,
) -> Result<Cell<'a>, Box<Refusal>> {
    let (value, issue) = match coerce(value, column, room.arena) {
        Ok(value) => (value, None),
        Err(error) => lexical_error(column, value_text(value, room.arena), error, trace)?,
    };
    trace.step(column, Step::Default(value));
    if column.required && value.is_null() {
        return Err(missing_value());
    }
    Ok(Cell { value, issue: cell.issue.or(issue), ..cell })
}

#[cold]
fn missing_value() -> Box<Refusal> {
    Box::new(Refusal { code: FailureCode::MissingValue, message: "null in a required column".to_owned() })
}

#[inline(always)]
fn typed<'a>(
    column: &'a Column,
    text: &'a str,
    room: Room<'a, '_>,
    trace: &impl Trace,
) -> Result<(Value<'a>, Option<IssueCode>), Box<Refusal>> {
    if column.data_type == DataType::Binary {
        room.makes(text.len())?;
    }
    match parse(text, column, room.arena) {
        Ok(value) => {
            trace.step(column, Step::Parsed(value));
            Ok((value, None))
        }
        Err(error) => lexical_error(column, text, error, trace),
    }
}

#[inline(always)]
fn parse<'a>(text: &'a str, column: &Column, arena: &'a Bump) -> Result<Value<'a>, LexicalError> {
    match column.data_type {
        DataType::VarChar(max) | DataType::Char(max) if text.len() <= max as usize => Ok(Value::Text(text)),
        DataType::Binary => lexical::parse_bytes(text, column.binary_format)
            .map(|bytes| Value::Binary(arena.alloc_slice_copy(&bytes))),
        data_type => lexical::parse(text, data_type, &column.formats),
    }
}

#[cold]
fn lexical_error<'a>(
    column: &'a Column,
    text: &'a str,
    error: LexicalError,
    trace: &impl Trace,
) -> Result<(Value<'a>, Option<IssueCode>), Box<Refusal>> {
    let (value, error) = match error {
        LexicalError::Inexact(_) | LexicalError::Zone(_) if column.leniency != Leniency::STRICT => {
            match lexical::parse_leniently(text, column.data_type, &column.formats, column.leniency) {
                Ok(found) => (Some(found), error),
                Err(error) => (None, error),
            }
        }
        error => (None, error),
    };
    if let Some((value, is_inexact)) = value {
        trace.step(column, Step::Parsed(value));
        return Ok((value, is_inexact.then_some(IssueCode::Inexact)));
    }
    trace.step(column, Step::Invalid(&error));
    if let LexicalError::TooLong { max, .. } = error {
        return match column.on_too_long {
            OnTooLong::Truncate => {
                let end = text.char_indices().nth(max as usize).map_or(text.len(), |(at, _)| at);
                let is_trimmed = |clean: &Clean| matches!(clean, Clean::Trim | Clean::CollapseSpaces);
                let cut = &text[..end];
                let cut = if column.clean.iter().any(is_trimmed) { cut.trim_end() } else { cut };
                trace.step(column, Step::Truncated(cut));
                Ok((Value::Text(cut), Some(IssueCode::Truncated)))
            }
            OnTooLong::Fail => {
                Err(Box::new(Refusal { code: FailureCode::TooLong, message: error.to_string() }))
            }
        };
    }
    invalid(column.on_invalid, IssueCode::InvalidValue, || Refusal {
        code: FailureCode::InvalidValue,
        message: error.to_string(),
    })
}

/// What a policy makes of something that is no value.
fn invalid<'a>(
    policy: OnInvalid,
    issue: IssueCode,
    refusal: impl FnOnce() -> Refusal,
) -> Result<(Value<'a>, Option<IssueCode>), Box<Refusal>> {
    match policy {
        OnInvalid::Fail => Err(Box::new(refusal())),
        OnInvalid::Null | OnInvalid::Default => Ok((Value::Null, Some(issue))),
    }
}

/// Assignment of a value to a column: exact or not at all. Numbers change type when nothing is lost, dates become timestamps at
/// midnight, text is read as the type, everything can be written as text.
fn coerce<'a>(value: Value<'a>, column: &Column, arena: &'a Bump) -> Result<Value<'a>, LexicalError> {
    let data_type = column.data_type;
    let out_of_range = LexicalError::OutOfRange(data_type);
    match (value, data_type) {
        (Value::Null, _)
        | (Value::Bool(_), DataType::Bool)
        | (Value::Double(_), DataType::Double)
        | (Value::Date(_), DataType::Date)
        | (Value::Time(_), DataType::Time)
        | (Value::Timestamp(_), DataType::Timestamp)
        | (Value::TimestampTz(_), DataType::TimestampTz)
        | (Value::Uuid(_), DataType::Uuid)
        | (Value::Binary(_), DataType::Binary) => Ok(value),
        (Value::Int(number), _) => integer(number, data_type, arena),
        (Value::Decimal(number), DataType::Decimal { precision, scale }) => {
            number.rescale(precision, scale).map(Value::Decimal).ok_or_else(|| loss(number, data_type, scale))
        }
        (Value::Decimal(number), DataType::Double) => {
            let mut text = BumpString::new_in(arena);
            push_formatted(&mut text, Value::Decimal(number));
            text.parse().map(Value::Double).map_err(|_| out_of_range)
        }
        (
            Value::Decimal(number),
            DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt,
        ) => {
            let whole = number.rescale(38, 0).and_then(|whole| i64::try_from(whole.unscaled).ok());
            whole.map_or_else(|| Err(loss(number, data_type, 0)), |whole| integer(whole, data_type, arena))
        }
        (Value::Date(days), DataType::Timestamp) => Ok(Value::Timestamp(i64::from(days) * MICROS_PER_DAY)),
        (Value::Timestamp(micros), DataType::Date) if micros.rem_euclid(MICROS_PER_DAY) == 0 => {
            Ok(Value::Date(micros.div_euclid(MICROS_PER_DAY) as i32))
        }
        (Value::Text(text), _) => parse(text, column, arena),
        (value, data_type) if data_type.is_text() => parse(value_text(value, arena), column, arena),
        _ => Err(LexicalError::NotA(data_type)),
    }
}

/// Why a number does not fit: it has digits behind this scale, or too many before.
#[cold]
fn loss(number: Decimal, data_type: DataType, scale: u8) -> LexicalError {
    match number.rescale(Decimal::MAX_PRECISION, scale) {
        None if number.scale > scale => LexicalError::Inexact(data_type),
        _ => LexicalError::OutOfRange(data_type),
    }
}

fn integer(number: i64, data_type: DataType, arena: &Bump) -> Result<Value<'_>, LexicalError> {
    let fits = |is_in_range: bool| {
        is_in_range.then_some(Value::Int(number)).ok_or(LexicalError::OutOfRange(data_type))
    };
    match data_type {
        DataType::TinyInt => fits(u8::try_from(number).is_ok()),
        DataType::SmallInt => fits(i16::try_from(number).is_ok()),
        DataType::Int => fits(i32::try_from(number).is_ok()),
        DataType::BigInt => Ok(Value::Int(number)),
        DataType::Decimal { precision, scale } => Decimal { unscaled: number.into(), scale: 0 }
            .rescale(precision, scale)
            .map(Value::Decimal)
            .ok_or(LexicalError::OutOfRange(data_type)),
        DataType::Double => Ok(Value::Double(number as f64)),
        data_type if data_type.is_text() => {
            lexical::parse(value_text(Value::Int(number), arena), data_type, &[])
        }
        _ => Err(LexicalError::NotA(data_type)),
    }
}

/// The canonical text of a value; text itself as it is.
fn value_text<'a>(value: Value<'a>, arena: &'a Bump) -> &'a str {
    if let Value::Text(text) = value {
        return text;
    }
    let mut text = BumpString::new_in(arena);
    push_formatted(&mut text, value);
    text.into_bump_str()
}

fn push_formatted(out: &mut BumpString<'_>, value: Value<'_>) {
    let mut text = String::new();
    lexical::format(&value, &mut text);
    out.push_str(&text);
}

/// Whether a text is one of `null_values`. Around values of types other than text white space means nothing.
#[cold]
fn means_null(column: &Column, text: &str) -> bool {
    let text = if column.data_type.is_text() { text } else { text.trim_matches([' ', '\t', '\r', '\n']) };
    column.null_values.contains(&text.to_lowercase())
}

/// An expression's text under the blank rule.
#[inline]
pub(super) fn blanked<'a>(column: &Column, value: Value<'a>, trace: &impl Trace) -> Value<'a> {
    match value {
        Value::Text(text) if column.blank == Blank::Null && is_blank(text) => {
            trace.step(column, Step::Blank);
            Value::Null
        }
        value => value,
    }
}

/// XML white space only, or nothing.
#[inline]
pub(super) fn is_blank(text: &str) -> bool {
    if text.as_bytes().first().is_some_and(|&first| first > b' ') {
        return false;
    }
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}
