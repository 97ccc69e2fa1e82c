//! Functions of values none of which is null: arguments from left to right, and nothing behind one that is.

use xmlshred_model::Value;

use super::{Row, number, temporal, text};
use crate::error::{Evaluated, EvaluationError};
use crate::node::{Function, Node};

impl<'a> Row<'a, '_> {
    /// A call, which is counted already.
    #[inline(never)]
    pub(super) fn call(&self, function: Function, arguments: &'a [Node]) -> Evaluated<'a> {
        let Some((first, others)) = arguments.split_first() else { return Ok(Value::Null) };
        match function {
            Function::Upper
            | Function::Lower
            | Function::Trim(_)
            | Function::Substring
            | Function::Replace
            | Function::Left
            | Function::Right => Ok(self.call_text(function, arguments)?.map_or(Value::Null, Value::Text)),
            Function::Length => Ok(match self.text(first)? {
                None => Value::Null,
                Some(text) => {
                    self.maker.reads(text.len())?;
                    Value::Int(text::count(text))
                }
            }),
            Function::Position => {
                let Some(text) = self.text(first)? else { return Ok(Value::Null) };
                let Some(searched) = self.optional_text(others.first())? else { return Ok(Value::Null) };
                text::position(text, searched, self.maker)
            }
            Function::Absolute
            | Function::Round { .. }
            | Function::Floor
            | Function::Ceiling
            | Function::DateAdd(_)
            | Function::DateDiff(_)
            | Function::Extract(_) => self.call_values(function, first, others.first()),
        }
    }

    /// A function of values of any type.
    fn call_values(&self, function: Function, first: &'a Node, second: Option<&'a Node>) -> Evaluated<'a> {
        let first = self.value(first)?;
        if first.is_null() {
            return Ok(Value::Null);
        }
        let second = match second {
            None => Value::Null,
            Some(second) => match self.value(second)? {
                Value::Null => return Ok(Value::Null),
                second => second,
            },
        };
        match function {
            Function::Absolute => number::absolute(first),
            Function::Round { scale } => number::round(first, second, scale),
            Function::Floor => number::floor(first),
            Function::Ceiling => number::ceiling(first),
            Function::DateAdd(unit) => temporal::add(unit, first, second),
            Function::DateDiff(unit) => Ok(temporal::difference(unit, first, second)),
            Function::Extract(unit) => Ok(temporal::extract(unit, first)),
            _ => Ok(Value::Null),
        }
    }

    /// A function from text to text; `None` where an argument is null.
    pub(super) fn call_text(
        &self,
        function: Function,
        arguments: &'a [Node],
    ) -> Result<Option<&'a str>, EvaluationError> {
        let Some((first, others)) = arguments.split_first() else { return Ok(None) };
        let Some(text) = self.text(first)? else { return Ok(None) };
        let maker = self.maker;
        let result = match (function, others) {
            (Function::Upper, _) => {
                maker.reads(text.len())?;
                text::upper(text, maker)?
            }
            (Function::Lower, _) => {
                maker.reads(text.len())?;
                text::lower(text, maker)?
            }
            (Function::Trim(side), []) => {
                maker.reads(text.len())?;
                text::trim(text, side, |character| character == ' ')
            }
            (Function::Trim(side), [set, ..]) => {
                let Some(set) = self.text(set)? else { return Ok(None) };
                maker.reads(text.len())?;
                text::trim_set(text, side, set, maker)?
            }
            (Function::Replace, [from, to, ..]) => {
                let Some(from) = self.text(from)? else { return Ok(None) };
                let Some(to) = self.text(to)? else { return Ok(None) };
                maker.reads(text.len())?;
                if from.is_empty() { text } else { text::replace(text, from, to, maker)? }
            }
            (Function::Substring | Function::Left | Function::Right, [number, more @ ..]) => {
                let Some(number) = self.int(number)? else { return Ok(None) };
                let length = match more {
                    [] => None,
                    [length, ..] => match self.int(length)? {
                        None => return Ok(None),
                        length => length,
                    },
                };
                maker.reads(text.len())?;
                text::part(function, text, number, length)?
            }
            _ => return Ok(None),
        };
        Ok(Some(result))
    }

    fn optional_text(&self, node: Option<&'a Node>) -> Result<Option<&'a str>, EvaluationError> {
        node.map_or(Ok(None), |node| self.text(node))
    }
}
