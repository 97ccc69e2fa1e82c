//! Syntax tree to program: names become slots, every part gets a type, constant parts get their value.
//!
//! A mistake is reported and its part has the type [`Type::Wrong`] from then on, so that the check goes on and reports the
//! other mistakes, but none that only follows from another.

mod agreement;
mod checker;
mod functions;
mod hint;
mod literal;
mod name;
mod operators;
mod signatures;
mod temporal;
mod types;

use std::collections::HashMap;
use std::ops::Range;

use sqlparser::ast::{Expr, InTarget, Spanned};
use xmlshred_model::{DataType, Work};

use crate::like::LetterCase;
use crate::names::Names;
use crate::node::{Node, Truth};
use crate::parse::Source;
use crate::problem::{Problem, ProblemKind};

pub(crate) use signatures::names as function_names;

use checker::{Checker, MAX_DEPTH};
use types::Typed;

/// What the check makes of a syntax tree.
pub(crate) struct Checked {
    pub(crate) node: Node,
    pub(crate) data_type: Option<DataType>,
    pub(crate) inputs: Vec<String>,
    /// Inputs that are compared with the empty text, and where.
    pub(crate) compared_with_blank: Vec<(usize, Range<usize>)>,
}

/// Checks a whole expression.
pub(crate) fn check(
    expr: &Expr,
    source: &Source,
    text: &str,
    names: &dyn Names,
    work: &Work<'_>,
) -> Result<Checked, Vec<Problem>> {
    let mut checker = Checker {
        names,
        source,
        text,
        work,
        inputs: HashMap::new(),
        compared_with_blank: Vec::new(),
        problems: Vec::new(),
        level: 0,
    };
    let Typed { node, data_type, .. } = checker.check(expr);
    let Checker { inputs, compared_with_blank, mut problems, .. } = checker;
    if problems.is_empty() {
        let mut inputs = inputs.into_iter().collect::<Vec<_>>();
        inputs.sort_unstable_by_key(|&(_, slot)| slot);
        let inputs = inputs.into_iter().map(|(name, _)| name.to_owned()).collect();
        return Ok(Checked { node, data_type: data_type.known(), inputs, compared_with_blank });
    }
    problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
    problems.dedup();
    Err(problems)
}

impl Checker<'_> {
    pub(super) fn check(&mut self, expr: &Expr) -> Typed {
        if self.level >= MAX_DEPTH {
            return self.too_deep();
        }
        self.level += 1;
        let part = self.check_any(expr);
        self.level -= 1;
        part
    }

    fn check_any(&mut self, expr: &Expr) -> Typed {
        match expr {
            Expr::Identifier(name) => self.name(&name.value, self.source.range(name.span)),
            Expr::CompoundIdentifier(parts) => self.compound_name(parts),
            Expr::Value(value) => self.literal(value),
            Expr::TypedString(literal) => self.typed_literal(literal),
            Expr::Nested(inner) => {
                let part = self.check(inner);
                let span = self.source.with_parentheses(&part.span);
                // `('2024-01-31')` is no longer a plain literal next to something, but it is harmless to read it as one.
                Typed { span, ..part }
            }
            Expr::BinaryOp { .. } => self.binary_chain(expr),
            Expr::UnaryOp { op, expr } => self.unary(op, expr),
            Expr::IsNull(operand) => self.is_null(operand, false),
            Expr::IsNotNull(operand) => self.is_null(operand, true),
            Expr::IsTrue(operand) => self.is_bool(operand, Truth::True, false),
            Expr::IsNotTrue(operand) => self.is_bool(operand, Truth::True, true),
            Expr::IsFalse(operand) => self.is_bool(operand, Truth::False, false),
            Expr::IsNotFalse(operand) => self.is_bool(operand, Truth::False, true),
            Expr::IsUnknown(operand) => self.is_unknown(operand, false),
            Expr::IsNotUnknown(operand) => self.is_unknown(operand, true),
            Expr::IsDistinctFrom(left, right) => self.distinct(left, right, false),
            Expr::IsNotDistinctFrom(left, right) => self.distinct(left, right, true),
            Expr::In { expr, target, negated, global: false } => self.is_in(expr, target, *negated),
            Expr::Between { expr, negated, low, high } => self.between(expr, low, high, *negated),
            Expr::Like { negated, any: false, expr, pattern, escape_char } => {
                self.like(expr, pattern, escape_char.as_deref(), LetterCase::Sensitive, *negated)
            }
            Expr::ILike { negated, any: false, expr, pattern, escape_char } => {
                self.like(expr, pattern, escape_char.as_deref(), LetterCase::Insensitive, *negated)
            }
            Expr::Case { case_token, end_token, operand, conditions, else_result } => {
                let start = self.source.range(case_token.0.span).start;
                let end = self.source.range(end_token.0.span).end;
                self.case(operand.as_deref(), conditions, else_result.as_deref(), start..end.max(start))
            }
            Expr::Cast { .. }
            | Expr::Extract { .. }
            | Expr::Ceil { .. }
            | Expr::Floor { .. }
            | Expr::Position { .. }
            | Expr::Substring { .. }
            | Expr::Trim { .. }
            | Expr::Function(_) => self.call(expr),
            other => self.unsupported(other),
        }
    }

    pub(super) fn unsupported(&mut self, expr: &Expr) -> Typed {
        let (what, hint) = match expr {
            Expr::Subquery(_) | Expr::Exists { .. } | Expr::In { target: InTarget::Subquery(_), .. } => {
                ("a query", "an expression sees one row; use `source.where` to choose documents by query")
            }
            Expr::Interval(_) => ("INTERVAL", "use `DATEADD(unit, count, x)`"),
            Expr::Convert { .. } => ("CONVERT", "use `CAST(x AS type)`"),
            Expr::RLike { .. } | Expr::SimilarTo { .. } => {
                ("a regular expression", "use `LIKE`; `%` is any text, `_` any character")
            }
            Expr::Collate { .. } => ("COLLATE", "text compares by code point; use `UPPER(x)` on both sides"),
            Expr::AtTimeZone { .. } => ("AT TIME ZONE", "use `CAST(x AS timestamp)`, which is in UTC"),
            Expr::Tuple(_) => ("a list of values", "lists stand behind `IN`"),
            Expr::Wildcard(_) | Expr::QualifiedWildcard(..) => {
                ("`*`", "write the names of columns or `let`s")
            }
            Expr::Array(_) => {
                ("an array", "names stand as they are, or in double quotes when they have blanks")
            }
            Expr::CompoundFieldAccess { .. } | Expr::JsonAccess { .. } => (
                "looking into a value by `[…]`",
                "take the part in a column or `let` of its own, with its own path",
            ),
            _ => ("this form of expression", "`xmlshred help expressions` shows what is"),
        };
        // Only forms that the parser nests no deeper than parentheses come here, so that their span is cheap to ask for.
        let span = match expr {
            Expr::Collate { .. } | Expr::CompoundFieldAccess { .. } | Expr::JsonAccess { .. } => {
                self.source.whole()
            }
            other => self.source.range(other.span()),
        };
        self.problem(ProblemKind::Unsupported, span, format!("{what} is not available"), hint)
    }
}
