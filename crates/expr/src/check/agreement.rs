//! Where types meet: what can be compared with what, and the common type of alternatives.

use std::ops::Range;

use xmlshred_model::{DataType, OwnedValue, Value, lexical};

use super::checker::Checker;
use super::types::{Class, Type, Typed, is_int, scale};
use crate::decimal::{self, MAX_DIGITS};
use crate::node::Node;

impl Checker<'_> {
    /// Reads a string literal as the type of the part next to it.
    pub(super) fn adapt(&mut self, part: Typed, neighbour: Type) -> Typed {
        let (Some(text), Some(data_type)) = (&part.literal, neighbour.known()) else { return part };
        if data_type.is_text() {
            return part;
        }
        match read_literal(text, data_type) {
            Some((value, data_type)) => {
                Typed { node: Node::Constant(value), data_type: Type::Is(data_type), literal: None, ..part }
            }
            None => {
                let message = format!("`{}` is no value of type {}", self.text(&part.span), plain(data_type));
                self.wrong_type(part.span.clone(), message, literal_hint(data_type));
                self.wrong(part.span)
            }
        }
    }

    /// Reads whichever of the two is a string literal as the type of the other.
    pub(super) fn adapt_pair(&mut self, left: Typed, right: Typed) -> (Typed, Typed) {
        let (left_type, right_type) = (left.data_type, right.data_type);
        let left = if right.literal.is_none() { self.adapt(left, right_type) } else { left };
        let right = if left.literal.is_none() { self.adapt(right, left_type) } else { right };
        (left, right)
    }

    /// Checks that two parts can be compared, after literals were adapted.
    pub(super) fn check_comparable(&mut self, left: &Typed, right: &Typed, span: &Range<usize>) -> bool {
        let (Some(left_type), Some(right_type)) = (left.data_type.known(), right.data_type.known()) else {
            return !left.is_wrong() && !right.is_wrong();
        };
        if Class::of(left_type) == Class::of(right_type) {
            return true;
        }
        let message = format!("{} cannot be compared with {}", a(left_type), a(right_type));
        let hint = self.cast_hint(left, right);
        self.wrong_type(span.clone(), message, hint);
        false
    }

    /// Which of the two to cast: the text, else the second.
    pub(super) fn cast_hint(&self, left: &Typed, right: &Typed) -> String {
        let [left_type, right_type] =
            [left, right].map(|part| part.data_type.known().expect("parts without a type fit anything"));
        let (part, target) = if left_type.is_text() { (left, right_type) } else { (right, left_type) };
        let from = part.data_type.known().expect("it was found above");
        if can_cast(from, target) {
            return format!("write `CAST({} AS {})`", self.text(&part.span), plain(target));
        }
        let other = if left_type.is_text() { right } else { left };
        match literal_hint(target) {
            hint if matches!(part.node, Node::Constant(_)) => hint,
            _ => format!(
                "cast both to a type that they share, such as `CAST({} AS text)`",
                self.text(&other.span)
            ),
        }
    }

    /// The nodes of alternatives (branches of `CASE`, arguments of `COALESCE`), all of one type.
    pub(super) fn unify(&mut self, parts: Vec<Typed>) -> (Vec<Node>, Type) {
        let guide = parts.iter().find(|part| part.literal.is_none() && part.data_type.known().is_some());
        let guiding =
            guide.map(|part| (part.data_type, part.span.clone(), matches!(part.node, Node::Constant(_))));
        let parts: Vec<Typed> = parts
            .into_iter()
            .map(|part| match &guiding {
                Some((data_type, span, true)) if self.is_other_text(&part, *data_type) => {
                    let message = format!(
                        "alternatives of types text and {}",
                        data_type.known().map_or_else(String::new, plain)
                    );
                    let hint = format!("write `'{}'` where text is meant", self.text(span));
                    self.wrong_type(part.span.clone(), message, hint);
                    self.wrong(part.span)
                }
                Some((data_type, ..)) => self.adapt(part, *data_type),
                None => part,
            })
            .collect();
        let mut common = Type::Null;
        let mut first_known: Option<&Typed> = None;
        let mut is_wrong = false;
        for part in &parts {
            match (common, part.data_type) {
                (_, Type::Wrong) => is_wrong = true,
                (_, Type::Null) => {}
                (Type::Is(so_far), Type::Is(next)) => match common_type(so_far, next) {
                    Some(data_type) => common = Type::Is(data_type),
                    None => {
                        let message = format!("alternatives of types {} and {}", plain(so_far), plain(next));
                        let first = first_known.expect("something had the common type");
                        let hint = self.cast_hint(first, part);
                        self.wrong_type(part.span.clone(), message, hint);
                        is_wrong = true;
                    }
                },
                (_, next) => {
                    common = next;
                    first_known = Some(part);
                }
            }
        }
        if is_wrong {
            return (parts.into_iter().map(|_| Node::NULL).collect(), Type::Wrong);
        }
        let nodes = parts.into_iter().map(|part| self.widen(part, common)).collect();
        (nodes, common)
    }

    /// Whether a part is text that is no value of a type, which is not one of text.
    fn is_other_text(&self, part: &Typed, data_type: Type) -> bool {
        match (&part.literal, data_type.known()) {
            (Some(text), Some(data_type)) => !data_type.is_text() && read_literal(text, data_type).is_none(),
            _ => false,
        }
    }

    /// The part's node as a value of the common type.
    pub(super) fn widen(&mut self, part: Typed, common: Type) -> Node {
        let (Some(from), Some(to)) = (part.data_type.known(), common.known()) else { return part.node };
        let changes = match (from, to) {
            (DataType::Decimal { scale: from, .. }, DataType::Decimal { scale: to, .. }) => from != to,
            (from, DataType::Decimal { .. } | DataType::Double | DataType::Timestamp) => from != to,
            _ => false,
        };
        if !changes {
            return part.node;
        }
        self.fold(Node::Widen(to, Box::new(part.node)), &part.span)
    }
}

/// The type that holds the values of both.
fn common_type(left: DataType, right: DataType) -> Option<DataType> {
    if left == right {
        return Some(left);
    }
    if Class::of(left) != Class::of(right) {
        return None;
    }
    Some(match (left, right) {
        (DataType::Double, _) | (_, DataType::Double) => DataType::Double,
        (DataType::TinyInt, other @ (DataType::SmallInt | DataType::Int))
        | (other @ (DataType::SmallInt | DataType::Int), DataType::TinyInt) => other,
        (DataType::SmallInt, DataType::Int) | (DataType::Int, DataType::SmallInt) => DataType::Int,
        _ if is_int(left) && is_int(right) => DataType::BigInt,
        (DataType::VarChar(left), DataType::VarChar(right)) => DataType::VarChar(left.max(right)),
        _ if Class::of(left) == Class::Number => {
            let scale = scale(left).max(scale(right));
            let whole = whole_digits(left).max(whole_digits(right));
            DataType::Decimal { precision: (whole + scale).min(MAX_DIGITS), scale }
        }
        _ if left.is_text() => DataType::Text,
        _ => DataType::Timestamp,
    })
}

fn whole_digits(data_type: DataType) -> u8 {
    match data_type {
        DataType::Decimal { precision, scale } => precision - scale,
        _ => 19,
    }
}

/// Whether values of one type can be cast to another.
pub(super) fn can_cast(from: DataType, to: DataType) -> bool {
    let is_structured = |data_type| matches!(data_type, DataType::Xml | DataType::Json);
    match (Class::of(from), Class::of(to)) {
        (Class::Text, _) | (Class::Instant | Class::TimestampTz, Class::Instant | Class::TimestampTz) => true,
        (_, Class::Text) => !is_structured(to),
        (Class::Bool, Class::Number) => is_int(to),
        (Class::Number, Class::Bool) => is_int(from),
        (Class::Instant | Class::TimestampTz, Class::Time) => from != DataType::Date,
        (from, to) => from == to,
    }
}

/// The value of a string literal read as a type, and the type that it then has.
pub(super) fn read_literal(text: &str, data_type: DataType) -> Option<(OwnedValue, DataType)> {
    let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
    let read = |data_type: DataType| read_as(trimmed, data_type).map(|value| (value, data_type));
    match data_type {
        DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt => read(DataType::BigInt),
        DataType::Decimal { .. } => {
            let value = decimal::parse(trimmed)?;
            let data_type = decimal_type(value.unscaled, value.scale);
            Some((OwnedValue::Inline(Value::Decimal(value)), data_type))
        }
        DataType::Date => read(DataType::Date).or_else(|| read(DataType::Timestamp)),
        DataType::Timestamp => read(DataType::Timestamp).or_else(|| read(DataType::Date)),
        other => read(other),
    }
}

/// The type of a decimal literal.
pub(super) fn decimal_type(unscaled: i128, scale: u8) -> DataType {
    let digits = unscaled.unsigned_abs().checked_ilog10().map_or(1, |log| log as u8 + 1);
    DataType::Decimal { precision: digits.max(scale).max(1), scale }
}

fn read_as(text: &str, data_type: DataType) -> Option<OwnedValue> {
    if data_type == DataType::Binary {
        return lexical::parse_binary(text).ok().map(OwnedValue::Binary);
    }
    lexical::parse(text, data_type, &[]).ok().map(|value| value.to_owned_value())
}

pub(super) fn literal_hint(data_type: DataType) -> String {
    let form = match data_type {
        DataType::Bool => "true or false",
        DataType::Date => "'2024-01-31'",
        DataType::Time => "'13:45:00'",
        DataType::Timestamp => "'2024-01-31 13:45:00'",
        DataType::TimestampTz => "'2024-01-31T13:45:00Z'",
        DataType::Uuid => "'00000000-0000-0000-0000-000000000000'",
        DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt => "42",
        DataType::Decimal { .. } => "12.50",
        DataType::Double => "1.5e3",
        DataType::Char(length) | DataType::VarChar(length) => {
            return format!("it may have {length} characters; `LEFT(x, {length})` takes the first ones");
        }
        DataType::Binary => "'aGVsbG8=' (base64) or '\\x68656c6c6f'",
        DataType::Text | DataType::Xml | DataType::Json => "'text'",
    };
    format!("write it as {form}")
}

/// The name of a type in messages: without the numbers that a reader did not write.
pub(super) fn plain(data_type: DataType) -> String {
    match data_type {
        DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt => "bigint".to_owned(),
        DataType::Decimal { precision: MAX_DIGITS, scale } => format!("decimal({MAX_DIGITS},{scale})"),
        DataType::Char(_) | DataType::VarChar(_) => "text".to_owned(),
        other => other.to_string(),
    }
}

/// The type in a sentence.
pub(super) fn a(data_type: DataType) -> String {
    match Class::of(data_type) {
        Class::Number => "a number".to_owned(),
        Class::Text => "text".to_owned(),
        Class::Binary => "binary".to_owned(),
        Class::Uuid => "a uuid".to_owned(),
        Class::Bool | Class::Instant | Class::Time | Class::TimestampTz => format!("a {data_type}"),
    }
}
