//! Functions of dates and times, and the units that they name.

use std::ops::Range;

use sqlparser::ast::{DateTimeField, Expr};
use xmlshred_model::DataType;

use super::agreement::{a, can_cast};
use super::checker::Checker;
use super::hint;
use super::types::{Type, Typed};
use crate::calendar::Unit;
use crate::node::Function;

impl Checker<'_> {
    pub(super) fn unit(&mut self, argument: &Expr) -> Option<Unit> {
        let (written, span) = match argument {
            Expr::Identifier(name) => (name.value.clone(), self.source.range(name.span)),
            other => {
                let part = self.check(other);
                (self.text(&part.span).to_owned(), part.span)
            }
        };
        self.unit_named(&written, span)
    }

    pub(super) fn unit_of_field(&mut self, field: &DateTimeField, span: &Range<usize>) -> Option<Unit> {
        let written = field.to_string().to_lowercase();
        let words = &self.text(span).to_lowercase();
        let start = words.find(&written).map_or(span.start, |at| span.start + at);
        let end = start + written.len();
        let place = if self.text.get(start..end).is_some() { start..end } else { span.clone() };
        self.unit_named(&written, place)
    }

    fn unit_named(&mut self, written: &str, span: Range<usize>) -> Option<Unit> {
        let unit = Unit::named(written);
        if unit.is_none() {
            let hint =
                hint::did_you_mean(written, Unit::NAMES.iter().map(|(name, _)| *name)).unwrap_or_else(|| {
                    let names: Vec<&str> = Unit::NAMES.iter().map(|(name, _)| *name).collect();
                    format!("units: {}", names.join(", "))
                });
            self.wrong_type(span, format!("no unit of time `{written}`"), hint);
        }
        unit
    }

    /// Checks that values of the type have this part.
    fn has_part(&mut self, unit: Unit, part: Typed, rule: PartRule) -> Typed {
        let fits = match part.data_type.known() {
            None => return part,
            Some(DataType::Timestamp | DataType::TimestampTz) => true,
            Some(DataType::Date) => !unit.is_of_time() || rule == PartRule::Count,
            Some(DataType::Time) => unit.is_of_time(),
            Some(_) => false,
        };
        if fits {
            return part;
        }
        let data_type = part.data_type.known().unwrap_or(DataType::Text);
        let text = self.text(&part.span);
        let (message, target) = match data_type {
            DataType::Date | DataType::Time => (format!("a {data_type} has no {}", unit.name()), "timestamp"),
            _ => (format!("a date, time or timestamp is expected, this is {}", a(data_type)), "timestamp"),
        };
        let hint = match (&part.literal, data_type) {
            (Some(_), _) => format!("write `DATE {text}` or `TIMESTAMP {text}`"),
            (None, DataType::Time) => "a time has hours, minutes and seconds only".to_owned(),
            (None, _) if can_cast(data_type, DataType::Timestamp) => {
                format!("write `CAST({text} AS {target})`")
            }
            _ => "take a column that is a date or timestamp".to_owned(),
        };
        self.wrong_type(part.span.clone(), message, hint);
        self.wrong(part.span)
    }

    pub(super) fn extract(&mut self, unit: Unit, part: Typed, span: Range<usize>) -> Typed {
        let part = self.has_part(unit, part, PartRule::Has);
        self.make_call(Function::Extract(unit), vec![part], Type::INT, span)
    }

    pub(super) fn date_function(
        &mut self,
        name: &str,
        unit: Unit,
        mut arguments: Vec<Typed>,
        span: Range<usize>,
    ) -> Typed {
        if !unit.is_countable() {
            let message = format!("`{name}` does not count in `{}`", unit.name());
            self.wrong_type(span.clone(), message, "use `day`");
            return self.wrong(span);
        }
        let second = arguments.pop().expect("the number of arguments was checked");
        let first = arguments.pop().expect("the number of arguments was checked");
        if name == "DATEADD" {
            let count = self.int(first);
            let value = self.has_part(unit, second, PartRule::Has);
            let data_type = value.data_type;
            return self.make_call(Function::DateAdd(unit), vec![count, value], data_type, span);
        }
        let (first, second) = self.adapt_pair(first, second);
        let first = self.has_part(unit, first, PartRule::Count);
        let second = self.has_part(unit, second, PartRule::Count);
        if !first.is_wrong() && !second.is_wrong() && !self.check_comparable(&first, &second, &span) {
            return self.wrong(span);
        }
        self.make_call(Function::DateDiff(unit), vec![first, second], Type::INT, span)
    }
}

/// Whether a unit must be a part of a date or time, or may also be counted between two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PartRule {
    Has,
    Count,
}
