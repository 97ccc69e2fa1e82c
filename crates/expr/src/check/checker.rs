//! What every part of the check works with: the names, the text, the problems found so far, and how parts are made.

use std::collections::HashMap;
use std::ops::Range;

use xmlshred_model::{OwnedValue, Work};

use super::types::{Type, Typed};
use crate::error::EvaluationError;
use crate::evaluate::evaluate_constant;
use crate::names::Names;
use crate::node::Node;
use crate::parse::{Source, too_large};
use crate::problem::{Problem, ProblemKind};

/// Levels of the syntax tree that the check goes down, and levels of the tree that it makes.
pub(super) const MAX_DEPTH: usize = 250;

/// The check of one expression.
pub(super) struct Checker<'a> {
    pub(super) names: &'a dyn Names,
    pub(super) source: &'a Source,
    pub(super) text: &'a str,
    /// What constants may cost.
    pub(super) work: &'a Work<'a>,
    /// Names that are read, with their slots.
    pub(super) inputs: HashMap<&'a str, usize>,
    /// Inputs that are compared with a blank text, and where.
    pub(super) compared_with_blank: Vec<(usize, Range<usize>)>,
    pub(super) problems: Vec<Problem>,
    pub(super) level: usize,
}

impl Checker<'_> {
    /// A part with its node; constants are computed. Nothing is deeper than the evaluation can go.
    pub(super) fn typed(&mut self, node: Node, data_type: Type, span: Range<usize>, depth: usize) -> Typed {
        if depth > MAX_DEPTH {
            return self.too_deep();
        }
        let node = if data_type == Type::Wrong { Node::NULL } else { self.fold(node, &span) };
        let depth = if matches!(node, Node::Constant(_)) { 1 } else { depth };
        Typed { node, data_type, span, depth, literal: None }
    }

    /// The node, or its value when it depends on nothing. An operation that fails stays: it may never be reached.
    pub(super) fn fold(&mut self, node: Node, span: &Range<usize>) -> Node {
        if matches!(node, Node::Constant(_)) || !node.has_only_constants() {
            return node;
        }
        match self.computed(&node, span) {
            Ok(value) => Node::Constant(value),
            Err(_) => node,
        }
    }

    /// The value of a node of constants, for which the contract has a budget.
    pub(super) fn computed(
        &mut self,
        node: &Node,
        span: &Range<usize>,
    ) -> Result<OwnedValue, EvaluationError> {
        let value = evaluate_constant(node, self.work);
        if let Err(EvaluationError::TooMuchWork(_)) = value {
            let message =
                "the constants make more text than a contract may hold, or take too long".to_owned();
            let hint = "write the text that is meant, or take it from a column".to_owned();
            self.problems.push(Problem { kind: ProblemKind::Unsupported, span: span.clone(), message, hint });
        }
        value
    }

    /// A node around one operand.
    pub(super) fn wrap(&mut self, operand: Typed, data_type: Type, make: impl FnOnce(Node) -> Node) -> Typed {
        if operand.is_wrong() {
            return operand;
        }
        self.typed(make(operand.node), data_type, operand.span, operand.depth + 1)
    }

    pub(super) fn too_deep(&mut self) -> Typed {
        let whole = self.source.whole();
        let problem = too_large(whole.clone(), "nested too deeply");
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
        self.wrong(whole)
    }

    #[expect(clippy::unused_self, reason = "reads like the other makers of parts")]
    pub(super) fn wrong(&self, span: Range<usize>) -> Typed {
        Typed { node: Node::NULL, data_type: Type::Wrong, span, depth: 1, literal: None }
    }

    pub(super) fn problem(
        &mut self,
        kind: ProblemKind,
        span: Range<usize>,
        message: String,
        hint: impl Into<String>,
    ) -> Typed {
        self.problems.push(Problem { kind, span: span.clone(), message, hint: hint.into() });
        self.wrong(span)
    }

    pub(super) fn wrong_type(&mut self, span: Range<usize>, message: String, hint: impl Into<String>) {
        self.problems.push(Problem { kind: ProblemKind::WrongType, span, message, hint: hint.into() });
    }

    /// Notes an input that is compared with a blank literal: it may be null where it would be blank, which only its owner knows.
    pub(super) fn note_blank(&mut self, one: &Typed, other: &Typed, span: &Range<usize>) {
        let input = match (&one.node, &other.node) {
            (Node::Input(input), _) if is_blank(other) => *input,
            (_, Node::Input(input)) if is_blank(one) => *input,
            _ => return,
        };
        self.compared_with_blank.push((input, span.clone()));
    }

    pub(super) fn text(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or("")
    }
}

fn is_blank(part: &Typed) -> bool {
    part.literal.as_ref().is_some_and(|text| text.trim().is_empty())
}

pub(super) fn join(left: &Range<usize>, right: &Range<usize>) -> Range<usize> {
    left.start.min(right.start)..left.end.max(right.end)
}
