//! Syntax tree to program: names become slots, every part gets a type, constant parts get their value.
//!
//! A mistake is reported and its part has the type [`Type::Wrong`] from then on, so that the check goes on and reports the
//! other mistakes, but none that only follows from another.

mod agreement;
mod functions;
mod hint;
mod operators;
mod temporal;
mod types;

use std::ops::Range;

use sqlparser::ast::{Expr, Ident, InTarget, Spanned, TypedString, Value as SqlValue, ValueWithSpan};
use xmlshred_model::{DataType, OwnedValue, Value};

use crate::evaluate::evaluate_constant;
use crate::node::{LetterCase, Node, Truth};
use crate::parse::{Source, too_large};
use crate::{Names, Problem, ProblemKind, decimal};

pub(crate) use functions::names as function_names;

use agreement::{decimal_type, plain, read_literal};
use types::{Type, Typed};

/// Levels of the syntax tree that the check goes down, and levels of the tree that it makes.
const MAX_DEPTH: usize = 250;

/// What the check makes of a syntax tree.
pub(crate) struct Checked {
    pub(crate) node: Node,
    pub(crate) data_type: Option<DataType>,
    pub(crate) inputs: Vec<String>,
}

/// Checks a whole expression.
pub(crate) fn check(
    expr: &Expr,
    source: &Source,
    text: &str,
    names: &dyn Names,
) -> Result<Checked, Vec<Problem>> {
    let mut checker = Checker {
        names,
        known_names: names.names(),
        source,
        text,
        inputs: Vec::new(),
        problems: Vec::new(),
        level: 0,
    };
    let Typed { node, data_type, .. } = checker.check(expr);
    let Checker { inputs, mut problems, .. } = checker;
    if problems.is_empty() {
        return Ok(Checked { node, data_type: data_type.known(), inputs });
    }
    problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
    problems.dedup();
    Err(problems)
}

struct Checker<'a> {
    names: &'a dyn Names,
    known_names: Vec<String>,
    source: &'a Source,
    text: &'a str,
    inputs: Vec<String>,
    problems: Vec<Problem>,
    level: usize,
}

impl Checker<'_> {
    fn check(&mut self, expr: &Expr) -> Typed {
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

    fn name(&mut self, written: &str, span: Range<usize>) -> Typed {
        let Some(data_type) = self.names.type_of(written) else {
            let hint = hint::did_you_mean(written, self.known_names.iter().map(String::as_str))
                .or_else(|| self.available_names());
            return self.problem(ProblemKind::UnknownName, span, format!("no name `{written}` here"), hint);
        };
        let folded = written.to_lowercase();
        let spelled = match self.known_names.iter().find(|known| known.to_lowercase() == folded) {
            Some(known) => known.clone(),
            None => folded,
        };
        let slot = match self.inputs.iter().position(|input| *input == spelled) {
            Some(slot) => slot,
            None => {
                self.inputs.push(spelled);
                self.inputs.len() - 1
            }
        };
        self.typed(Node::Input(slot), Type::Is(data_type), span, 1)
    }

    fn compound_name(&mut self, parts: &[Ident]) -> Typed {
        let written = parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".");
        let spans = parts.iter().map(|part| self.source.range(part.span));
        let span = spans.reduce(|whole, next| join(&whole, &next)).unwrap_or_else(|| self.source.whole());
        self.name(&written, span)
    }

    fn available_names(&self) -> Option<String> {
        const SHOWN: usize = 8;
        let names: Vec<String> =
            self.known_names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
        let more = if self.known_names.len() > SHOWN { ", …" } else { "" };
        (!names.is_empty()).then(|| format!("names here: {}{more}", names.join(", ")))
    }

    /// The type of a part that is nothing but a name; reports nothing.
    fn type_of_name(&self, expr: &Expr) -> Option<DataType> {
        match expr {
            Expr::Identifier(name) => self.names.type_of(&name.value),
            Expr::Nested(inner) => self.type_of_name(inner),
            Expr::Value(ValueWithSpan { value: SqlValue::Number(..), .. }) => Some(DataType::BigInt),
            Expr::Value(ValueWithSpan { value: SqlValue::Boolean(_), .. }) => Some(DataType::Bool),
            Expr::TypedString(literal) => types::from_sql(&literal.data_type),
            _ => None,
        }
    }

    fn literal(&mut self, literal: &ValueWithSpan) -> Typed {
        let span = self.source.range(literal.span);
        match &literal.value {
            SqlValue::Null => self.typed(Node::NULL, Type::Null, span, 1),
            SqlValue::Boolean(value) => self.constant(Value::Bool(*value), DataType::Bool, span),
            SqlValue::Number(digits, _) => self.number_literal(digits, span),
            SqlValue::SingleQuotedString(text) | SqlValue::NationalStringLiteral(text) => Typed {
                node: Node::Constant(OwnedValue::Text(text.clone())),
                data_type: Type::TEXT,
                span,
                depth: 1,
                literal: Some(text.clone()),
            },
            _ => {
                let message = "this form of literal is not available".to_owned();
                let hint = "write text as `'text'`, names as `\"name\"`".to_owned();
                self.problem(ProblemKind::Unsupported, span, message, Some(hint))
            }
        }
    }

    fn number_literal(&mut self, digits: &str, span: Range<usize>) -> Typed {
        if digits.contains(['e', 'E']) {
            if let Some(value) = digits.parse::<f64>().ok().filter(|value| value.is_finite()) {
                return self.constant(Value::Double(value), DataType::Double, span);
            }
        } else if let Ok(value) = digits.parse::<i64>() {
            return self.constant(Value::Int(value), DataType::BigInt, span);
        } else if let Some(value) = decimal::parse(digits) {
            let data_type = decimal_type(value.unscaled, value.scale);
            return self.constant(Value::Decimal(value), data_type, span);
        }
        self.wrong_type(
            span.clone(),
            "number out of range".to_owned(),
            Some("a number has at most 38 digits".to_owned()),
        );
        self.wrong(span)
    }

    /// `-5`: the sign belongs to the number, or the smallest integer could not be written.
    fn negative_literal(&mut self, operand: &Expr) -> Option<Typed> {
        let Expr::Value(ValueWithSpan { value: SqlValue::Number(digits, _), span }) = operand else {
            return None;
        };
        let number = self.source.range(*span);
        let sign = self.text[..number.start].rfind('-').unwrap_or(number.start);
        Some(self.number_literal(&format!("-{digits}"), sign..number.end))
    }

    /// `DATE '2024-01-31'`
    fn typed_literal(&mut self, literal: &TypedString) -> Typed {
        let value = self.source.range(literal.value.span);
        let TypedString {
            data_type: sql_type,
            value: ValueWithSpan { value: text, .. },
            uses_odbc_syntax: _,
        } = literal;
        let span = self.source.with_word_before(&value);
        let (Some(data_type), SqlValue::SingleQuotedString(text)) = (types::from_sql(sql_type), text) else {
            return self.problem(
                ProblemKind::Unsupported,
                span,
                "this form of literal is not available".to_owned(),
                Some(
                    "write `DATE '2024-01-31'`, `TIMESTAMP '2024-01-31 13:45:00'` or `TIME '13:45:00'`"
                        .to_owned(),
                ),
            );
        };
        match read_literal(text, data_type) {
            Some((value, data_type)) => self.typed(Node::Constant(value), Type::Is(data_type), span, 1),
            None => {
                let message = format!("`{}` is no value of type {}", self.text(&value), plain(data_type));
                self.wrong_type(span.clone(), message, agreement::literal_hint(data_type));
                self.wrong(span)
            }
        }
    }

    fn constant(&mut self, value: Value<'static>, data_type: DataType, span: Range<usize>) -> Typed {
        self.typed(Node::Constant(OwnedValue::Inline(value)), Type::Is(data_type), span, 1)
    }

    fn unsupported(&mut self, expr: &Expr) -> Typed {
        let (what, hint) = match expr {
            Expr::Subquery(_) | Expr::Exists { .. } | Expr::In { target: InTarget::Subquery(_), .. } => (
                "a query",
                Some("an expression sees one row; use `source.where` to choose documents by query"),
            ),
            Expr::Interval(_) => ("INTERVAL", Some("use `DATEADD(unit, count, x)`")),
            Expr::Convert { .. } => ("CONVERT", Some("use `CAST(x AS type)`")),
            Expr::RLike { .. } | Expr::SimilarTo { .. } => ("a regular expression", Some("use `LIKE`")),
            Expr::Collate { .. } => {
                ("COLLATE", Some("text compares by code point; use `UPPER(x)` on both sides"))
            }
            Expr::AtTimeZone { .. } => ("AT TIME ZONE", Some("use `CAST(x AS timestamp)`, which is in UTC")),
            Expr::Tuple(_) => ("a list of values", Some("lists stand behind `IN`")),
            Expr::Wildcard(_) | Expr::QualifiedWildcard(..) => ("`*`", None),
            _ => ("this form of expression", None),
        };
        // Only forms that the parser nests no deeper than parentheses come here, so that their span is cheap to ask for.
        let span = match expr {
            Expr::Collate { .. } | Expr::CompoundFieldAccess { .. } | Expr::JsonAccess { .. } => {
                self.source.whole()
            }
            other => self.source.range(other.span()),
        };
        self.problem(
            ProblemKind::Unsupported,
            span,
            format!("{what} is not available"),
            hint.map(str::to_owned),
        )
    }

    /// A part with its node; constants are computed. Nothing is deeper than the evaluation can go.
    fn typed(&mut self, node: Node, data_type: Type, span: Range<usize>, depth: usize) -> Typed {
        if depth > MAX_DEPTH {
            return self.too_deep();
        }
        let node = if data_type == Type::Wrong { Node::NULL } else { fold(node) };
        let depth = if matches!(node, Node::Constant(_)) { 1 } else { depth };
        Typed { node, data_type, span, depth, literal: None }
    }

    /// A node around one operand.
    fn wrap(&mut self, operand: Typed, data_type: Type, make: impl FnOnce(Node) -> Node) -> Typed {
        if operand.is_wrong() {
            return operand;
        }
        self.typed(make(operand.node), data_type, operand.span, operand.depth + 1)
    }

    fn too_deep(&mut self) -> Typed {
        let whole = self.source.whole();
        let problem = too_large(whole.clone(), "nested too deeply");
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
        self.wrong(whole)
    }

    #[expect(clippy::unused_self, reason = "reads like the other makers of parts")]
    fn wrong(&self, span: Range<usize>) -> Typed {
        Typed { node: Node::NULL, data_type: Type::Wrong, span, depth: 1, literal: None }
    }

    fn problem(
        &mut self,
        kind: ProblemKind,
        span: Range<usize>,
        message: String,
        hint: Option<String>,
    ) -> Typed {
        self.problems.push(Problem { kind, span: span.clone(), message, hint });
        self.wrong(span)
    }

    fn wrong_type(&mut self, span: Range<usize>, message: String, hint: Option<String>) {
        self.problems.push(Problem { kind: ProblemKind::WrongType, span, message, hint });
    }

    fn text(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or("")
    }
}

/// The node, or its value when it depends on nothing. An operation that fails stays: it may never be reached.
fn fold(node: Node) -> Node {
    if matches!(node, Node::Constant(_)) || !node.has_only_constants() {
        return node;
    }
    evaluate_constant(&node).map_or(node, Node::Constant)
}

fn join(left: &Range<usize>, right: &Range<usize>) -> Range<usize> {
    left.start.min(right.start)..left.end.max(right.end)
}
