//! Operators whose value is true, false or null.

use std::cmp::Ordering;

use xmlshred_model::Value;

use super::text::is_blank;
use super::{Row, order, text};
use crate::error::EvaluationError;
use crate::node::{LikePattern, Node, Truth};

/// True, false, or null.
type Decided = Result<Option<bool>, EvaluationError>;

impl<'a> Row<'a, '_> {
    /// Whether a node is true; `None` where it is null.
    #[inline]
    pub(super) fn truth(&self, node: &'a Node) -> Decided {
        match node {
            Node::Compare(..)
            | Node::Distinct { .. }
            | Node::And(_)
            | Node::Or(_)
            | Node::Not(_)
            | Node::IsNull { .. }
            | Node::IsBool { .. }
            | Node::In { .. }
            | Node::Between { .. }
            | Node::Like { .. }
            | Node::IsBlank(_) => {
                self.maker.step()?;
                self.condition(node)
            }
            node => Ok(match self.value(node)? {
                Value::Bool(value) => Some(value),
                _ => None,
            }),
        }
    }

    /// Whether such an operation is true, which is counted already. What is none is null.
    pub(super) fn condition(&self, node: &'a Node) -> Decided {
        match node {
            Node::Compare(comparison, left, right) => {
                let ordering = self.compare(&self.value(left)?, &self.value(right)?)?;
                Ok(ordering.map(|ordering| comparison.holds(ordering)))
            }
            Node::Distinct { negated, left, right } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                let same = match (left.is_null(), right.is_null()) {
                    (false, false) => self.are_equal(&left, &right)? == Some(true),
                    (left, right) => left == right,
                };
                Ok(Some(negated.apply(!same)))
            }
            Node::And(parts) => self.connect(parts, false),
            Node::Or(parts) => self.connect(parts, true),
            Node::Not(operand) => Ok(self.truth(operand)?.map(|value| !value)),
            Node::IsNull { negated, operand } => Ok(Some(negated.apply(self.value(operand)?.is_null()))),
            Node::IsBool { negated, expected, operand } => {
                Ok(Some(negated.apply(self.truth(operand)? == Some(*expected == Truth::True))))
            }
            Node::In { negated, operand, list } => {
                Ok(self.is_in(operand, list)?.map(|found| negated.apply(found)))
            }
            Node::Between { negated, operand, low, high } => {
                let operand = self.value(operand)?;
                let above = self.compare(&operand, &self.value(low)?)?.map(Ordering::is_ge);
                let below = self.compare(&operand, &self.value(high)?)?.map(Ordering::is_le);
                Ok(match (above, below) {
                    (Some(false), _) | (_, Some(false)) => Some(negated.apply(false)),
                    (Some(true), Some(true)) => Some(negated.apply(true)),
                    _ => None,
                })
            }
            Node::Like { negated, operand, pattern } => {
                Ok(self.is_like(operand, pattern)?.map(|found| negated.apply(found)))
            }
            Node::IsBlank(operand) => {
                let value = self.value(operand)?;
                self.maker.reads(length(&value))?;
                Ok(Some(is_blank(&value)))
            }
            _ => Ok(None),
        }
    }

    #[inline]
    fn compare(&self, left: &Value<'_>, right: &Value<'_>) -> Result<Option<Ordering>, EvaluationError> {
        self.maker.reads(length(left).min(length(right)))?;
        Ok(order::compare(left, right))
    }

    #[inline]
    pub(super) fn are_equal(&self, left: &Value<'_>, right: &Value<'_>) -> Decided {
        // Those of different lengths are not read.
        let length = length(left);
        if length == self::length(right) {
            self.maker.reads(length)?;
        }
        Ok(order::are_equal(left, right))
    }

    /// `AND` (decided by false) or `OR` (decided by true); an operand behind the deciding one is not evaluated.
    fn connect(&self, parts: &'a [Node], deciding: bool) -> Decided {
        let mut result = Some(!deciding);
        for part in parts {
            match self.truth(part)? {
                Some(value) if value == deciding => return Ok(Some(deciding)),
                Some(_) => {}
                None => result = None,
            }
        }
        Ok(result)
    }

    fn is_in(&self, operand: &'a Node, list: &'a [Node]) -> Decided {
        let operand = self.value(operand)?;
        if operand.is_null() {
            return Ok(None);
        }
        let mut answer = Some(false);
        for value in list {
            match self.are_equal(&operand, &self.value(value)?)? {
                Some(true) => return Ok(Some(true)),
                Some(false) => {}
                None => answer = None,
            }
        }
        Ok(answer)
    }

    fn is_like(&self, operand: &'a Node, pattern: &'a LikePattern) -> Decided {
        let Some(text) = self.text(operand)? else { return Ok(None) };
        match pattern {
            LikePattern::Compiled(pattern) => Ok(Some(pattern.matches(text, self.maker.work)?)),
            LikePattern::Computed { pattern, escape, case } => {
                let Some(pattern) = self.text(pattern)? else { return Ok(None) };
                let escape = match escape {
                    None => None,
                    Some(escape) => match self.text(escape)? {
                        Some(escape) => Some(escape),
                        None => return Ok(None),
                    },
                };
                text::like(text, pattern, escape, *case, self.maker).map(Some)
            }
        }
    }
}

/// Bytes that a comparison may have to read.
#[inline]
fn length(value: &Value<'_>) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Binary(bytes) => bytes.len(),
        _ => 0,
    }
}
