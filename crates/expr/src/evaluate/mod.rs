//! Evaluation of a compiled expression for one row: no names, no type checks. What it makes lives in the arena and is counted before;
//! what it reads is counted, too.

mod call;
mod cast;
mod condition;
mod maker;
mod number;
mod order;
mod temporal;
mod text;

use bumpalo::Bump;
use xmlshred_model::{DataType, OwnedValue, Value, Work};

use crate::error::{Evaluated, EvaluationError};
use crate::node::{ArithmeticOperator, CastFailure, Node};

use cast::cast;
use maker::Maker;
pub(crate) use text::single_character;

/// What a row gives to the evaluation.
#[derive(Clone, Copy)]
struct Row<'a, 'i> {
    inputs: &'i [Value<'a>],
    maker: Maker<'a, 'i>,
}

/// The value of the tree for these inputs.
#[inline]
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

    /// Every operation is a function of its own: what each needs to begin and to end would be a burden for the others.
    fn operation(&self, node: &'a Node) -> Evaluated<'a> {
        self.maker.step()?;
        match node {
            Node::Constant(value) => Ok(value.as_value()),
            Node::Input(slot) => Ok(self.input(*slot)),
            Node::Negate(operand) => number::negate(self.value(operand)?),
            Node::Arithmetic(first, rest) => self.arithmetic(first, rest),
            Node::Concatenate(parts) => self.concatenate(parts),
            Node::Join(parts) => self.join(parts),
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
            | Node::IsBlank(_) => self.condition_value(node),
            Node::Case { branches, otherwise } => self.case(branches, otherwise),
            Node::Switch { operand, branches, otherwise } => self.switch(operand, branches, otherwise),
            Node::Coalesce(parts) => self.coalesce(parts),
            Node::NullIf(left, right) => self.null_if(left, right),
            Node::Widen(target, operand) => cast::widen(self.value(operand)?, *target, self.maker),
            Node::Cast { target, failure, operand } => self.cast(*target, *failure, operand),
            Node::Call(function, arguments) => self.call(*function, arguments),
        }
    }

    #[inline(never)]
    fn arithmetic(&self, first: &'a Node, rest: &'a [(ArithmeticOperator, Node)]) -> Evaluated<'a> {
        let mut result = self.value(first)?;
        for (operator, node) in rest {
            result = number::calculate(*operator, result, self.value(node)?)?;
        }
        Ok(result)
    }

    #[inline(never)]
    fn concatenate(&self, parts: &'a [Node]) -> Evaluated<'a> {
        text::concatenate(self.values(parts), self.maker)
    }

    #[inline(never)]
    fn join(&self, parts: &'a [Node]) -> Evaluated<'a> {
        text::join(self.values(parts), self.maker)
    }

    #[inline(never)]
    fn condition_value(&self, node: &'a Node) -> Evaluated<'a> {
        Ok(self.condition(node)?.map_or(Value::Null, Value::Bool))
    }

    #[inline(never)]
    fn case(&self, branches: &'a [(Node, Node)], otherwise: &'a Node) -> Evaluated<'a> {
        for (condition, result) in branches {
            if self.truth(condition)? == Some(true) {
                return self.value(result);
            }
        }
        self.value(otherwise)
    }

    #[inline(never)]
    fn switch(&self, operand: &'a Node, branches: &'a [(Node, Node)], otherwise: &'a Node) -> Evaluated<'a> {
        let operand = self.value(operand)?;
        for (value, result) in branches {
            if self.are_equal(&operand, &self.value(value)?)? == Some(true) {
                return self.value(result);
            }
        }
        self.value(otherwise)
    }

    #[inline(never)]
    fn coalesce(&self, parts: &'a [Node]) -> Evaluated<'a> {
        for part in parts {
            let value = self.value(part)?;
            if !value.is_null() {
                return Ok(value);
            }
        }
        Ok(Value::Null)
    }

    #[inline(never)]
    fn null_if(&self, left: &'a Node, right: &'a Node) -> Evaluated<'a> {
        let left = self.value(left)?;
        let same = self.are_equal(&left, &self.value(right)?)? == Some(true);
        Ok(if same { Value::Null } else { left })
    }

    #[inline(never)]
    fn cast(&self, target: DataType, failure: CastFailure, operand: &'a Node) -> Evaluated<'a> {
        let result = cast(self.value(operand)?, target, self.maker);
        match (failure, result) {
            // What is too much is no fault of the value.
            (CastFailure::Error, result) | (_, result @ Err(EvaluationError::TooMuchWork(_))) => result,
            (CastFailure::Null, result) => Ok(result.unwrap_or(Value::Null)),
        }
    }

    fn values(&self, nodes: &'a [Node]) -> impl ExactSizeIterator<Item = Evaluated<'a>> {
        nodes.iter().map(|node| self.value(node))
    }

    /// The text of a node; `None` where it is null.
    #[inline]
    fn text(&self, node: &'a Node) -> Result<Option<&'a str>, EvaluationError> {
        let value = match node {
            Node::Call(function, arguments) if function.is_text() => {
                self.maker.step()?;
                return self.call_text(*function, arguments);
            }
            node => self.value(node)?,
        };
        match value {
            Value::Text(text) => Ok(Some(text)),
            _ => Ok(None),
        }
    }

    /// The integer of a node; `None` where it is null.
    #[inline]
    fn int(&self, node: &'a Node) -> Result<Option<i64>, EvaluationError> {
        match self.value(node)? {
            Value::Int(number) => Ok(Some(number)),
            _ => Ok(None),
        }
    }
}
