//! Evaluation of a compiled expression for one row: no names, no type checks. What it makes lives in the arena and is counted before;
//! what it reads is counted, too.

mod cast;
mod maker;
mod number;
mod order;
mod temporal;
mod text;

use std::cmp::Ordering;

use bumpalo::Bump;
use xmlshred_model::{OwnedValue, Value, Work};

use crate::error::{Evaluated, EvaluationError};
use crate::node::{CastFailure, Function, LikePattern, Node, Truth};

use cast::cast;
use maker::Maker;
pub(crate) use text::{is_blank, single_character};

/// What a row gives to the evaluation.
#[derive(Clone, Copy)]
struct Row<'a, 'i> {
    inputs: &'i [Value<'a>],
    maker: Maker<'a, 'i>,
}

/// The value of the tree for these inputs.
pub(crate) fn evaluate<'a>(
    node: &'a Node,
    inputs: &[Value<'a>],
    arena: &'a Bump,
    work: &Work<'_>,
) -> Evaluated<'a> {
    Row { inputs, maker: Maker { arena, work } }.value(node)
}

/// The value of a tree without inputs.
pub(crate) fn evaluate_constant(node: &Node, work: &Work<'_>) -> Result<OwnedValue, EvaluationError> {
    let arena = Bump::new();
    evaluate(node, &[], &arena, work).map(|value| value.to_owned_value())
}

impl<'a> Row<'a, '_> {
    /// The value of a node. Most are inputs and constants, for which nobody is called.
    #[inline(always)]
    fn value(&self, node: &'a Node) -> Evaluated<'a> {
        match node {
            Node::Input(slot) => {
                self.maker.step()?;
                Ok(self.input(*slot))
            }
            Node::Constant(value) => {
                self.maker.step()?;
                Ok(value.as_value())
            }
            operation => self.operation(operation),
        }
    }

    #[inline(always)]
    fn input(&self, slot: usize) -> Value<'a> {
        self.inputs.get(slot).copied().unwrap_or(Value::Null)
    }

    fn operation(&self, node: &'a Node) -> Evaluated<'a> {
        self.maker.step()?;
        match node {
            Node::Constant(value) => Ok(value.as_value()),
            Node::Input(slot) => Ok(self.input(*slot)),
            Node::Negate(operand) => number::negate(self.value(operand)?),
            Node::Arithmetic(first, rest) => {
                let mut result = self.value(first)?;
                for (operator, node) in rest {
                    result = number::calculate(*operator, result, self.value(node)?)?;
                }
                Ok(result)
            }
            Node::Concatenate(parts) => text::concatenate(self.values(parts), self.maker),
            Node::Join(parts) => text::join(self.values(parts), self.maker),
            Node::Compare(comparison, left, right) => {
                let ordering = self.compare(&self.value(left)?, &self.value(right)?)?;
                Ok(ordering.map_or(Value::Null, |ordering| Value::Bool(comparison.holds(ordering))))
            }
            Node::Distinct { negated, left, right } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                let same = match (left.is_null(), right.is_null()) {
                    (false, false) => self.are_equal(&left, &right)? == Some(true),
                    (left, right) => left == right,
                };
                Ok(Value::Bool(negated.apply(!same)))
            }
            Node::And(parts) => self.connect(parts, false),
            Node::Or(parts) => self.connect(parts, true),
            Node::Not(operand) => Ok(match self.value(operand)? {
                Value::Bool(value) => Value::Bool(!value),
                other => other,
            }),
            Node::IsNull { negated, operand } => {
                Ok(Value::Bool(negated.apply(self.value(operand)?.is_null())))
            }
            Node::IsBool { negated, expected, operand } => {
                let holds = self.value(operand)? == Value::Bool(*expected == Truth::True);
                Ok(Value::Bool(negated.apply(holds)))
            }
            Node::In { negated, operand, list } => {
                let found = self.is_in(operand, list)?;
                Ok(found.map_or(Value::Null, |found| Value::Bool(negated.apply(found))))
            }
            Node::Between { negated, operand, low, high } => {
                let operand = self.value(operand)?;
                let above = self.compare(&operand, &self.value(low)?)?.map(Ordering::is_ge);
                let below = self.compare(&operand, &self.value(high)?)?.map(Ordering::is_le);
                Ok(match (above, below) {
                    (Some(false), _) | (_, Some(false)) => Value::Bool(negated.apply(false)),
                    (Some(true), Some(true)) => Value::Bool(negated.apply(true)),
                    _ => Value::Null,
                })
            }
            Node::Like { negated, operand, pattern } => {
                let found = self.is_like(operand, pattern)?;
                Ok(found.map_or(Value::Null, |found| Value::Bool(negated.apply(found))))
            }
            Node::Case { branches, otherwise } => {
                for (condition, result) in branches {
                    if self.value(condition)? == Value::Bool(true) {
                        return self.value(result);
                    }
                }
                self.value(otherwise)
            }
            Node::Switch { operand, branches, otherwise } => {
                let operand = self.value(operand)?;
                for (value, result) in branches {
                    if self.are_equal(&operand, &self.value(value)?)? == Some(true) {
                        return self.value(result);
                    }
                }
                self.value(otherwise)
            }
            Node::Coalesce(parts) => {
                for part in parts {
                    let value = self.value(part)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Ok(Value::Null)
            }
            Node::NullIf(left, right) => {
                let left = self.value(left)?;
                let same = self.are_equal(&left, &self.value(right)?)? == Some(true);
                Ok(if same { Value::Null } else { left })
            }
            Node::Widen(target, operand) => cast(self.value(operand)?, *target, self.maker),
            Node::Cast { target, failure, operand } => {
                let result = cast(self.value(operand)?, *target, self.maker);
                match (failure, result) {
                    // What is too much is no fault of the value.
                    (CastFailure::Error, result) | (_, result @ Err(EvaluationError::TooMuchWork(_))) => {
                        result
                    }
                    (CastFailure::Null, result) => Ok(result.unwrap_or(Value::Null)),
                }
            }
            Node::Call(function, arguments) => self.call(*function, arguments),
            Node::IsBlank(operand) => {
                let value = self.value(operand)?;
                self.maker.reads(length(&value))?;
                Ok(Value::Bool(is_blank(&value)))
            }
        }
    }

    fn values(&self, nodes: &'a [Node]) -> impl ExactSizeIterator<Item = Evaluated<'a>> {
        nodes.iter().map(|node| self.value(node))
    }

    #[inline]
    fn compare(&self, left: &Value<'_>, right: &Value<'_>) -> Result<Option<Ordering>, EvaluationError> {
        self.maker.reads(length(left).min(length(right)))?;
        Ok(order::compare(left, right))
    }

    #[inline]
    fn are_equal(&self, left: &Value<'_>, right: &Value<'_>) -> Result<Option<bool>, EvaluationError> {
        // Those of different lengths are not read.
        let length = length(left);
        if length == self::length(right) {
            self.maker.reads(length)?;
        }
        Ok(order::are_equal(left, right))
    }

    /// `AND` (decided by false) or `OR` (decided by true); an operand behind the deciding one is not evaluated.
    fn connect(&self, parts: &'a [Node], deciding: bool) -> Evaluated<'a> {
        let mut result = Value::Bool(!deciding);
        for value in self.values(parts) {
            match value? {
                Value::Bool(value) if value == deciding => return Ok(Value::Bool(deciding)),
                Value::Bool(_) => {}
                _ => result = Value::Null,
            }
        }
        Ok(result)
    }

    fn is_in(&self, operand: &'a Node, list: &'a [Node]) -> Result<Option<bool>, EvaluationError> {
        let operand = self.value(operand)?;
        if operand.is_null() {
            return Ok(None);
        }
        let mut answer = Some(false);
        for value in self.values(list) {
            match self.are_equal(&operand, &value?)? {
                Some(true) => return Ok(Some(true)),
                Some(false) => {}
                None => answer = None,
            }
        }
        Ok(answer)
    }

    fn is_like(&self, operand: &'a Node, pattern: &'a LikePattern) -> Result<Option<bool>, EvaluationError> {
        let Value::Text(text) = self.value(operand)? else { return Ok(None) };
        match pattern {
            LikePattern::Compiled(pattern) => Ok(Some(pattern.matches(text, self.maker.work)?)),
            LikePattern::Computed { pattern, escape, case } => {
                let Value::Text(pattern) = self.value(pattern)? else { return Ok(None) };
                let escape = match escape {
                    None => None,
                    Some(escape) => match self.value(escape)? {
                        Value::Text(escape) => Some(escape),
                        _ => return Ok(None),
                    },
                };
                text::like(text, pattern, escape, *case, self.maker).map(Some)
            }
        }
    }

    fn call(&self, function: Function, arguments: &'a [Node]) -> Evaluated<'a> {
        let Some((first, others)) = arguments.split_first() else { return Ok(Value::Null) };
        let first = self.value(first)?;
        if first.is_null() {
            return Ok(Value::Null);
        }
        let mut values = [Value::Null; 2];
        for (slot, argument) in values.iter_mut().zip(others) {
            *slot = self.value(argument)?;
            if slot.is_null() {
                return Ok(Value::Null);
            }
        }
        let [second, third] = values;
        match function {
            Function::Upper
            | Function::Lower
            | Function::Trim(_)
            | Function::Length
            | Function::Substring
            | Function::Replace
            | Function::Left
            | Function::Right
            | Function::Position => text::call(function, [first, second, third], self.maker),
            Function::Absolute => number::absolute(first),
            Function::Round { scale } => number::round(first, second, scale),
            Function::Floor => number::floor(first),
            Function::Ceiling => number::ceiling(first),
            Function::DateAdd(unit) => temporal::add(unit, first, second),
            Function::DateDiff(unit) => Ok(temporal::difference(unit, first, second)),
            Function::Extract(unit) => Ok(temporal::extract(unit, first)),
        }
    }
}

/// Bytes that a comparison may have to read.
fn length(value: &Value<'_>) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Binary(bytes) => bytes.len(),
        _ => 0,
    }
}
