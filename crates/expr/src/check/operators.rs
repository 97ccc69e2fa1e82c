//! Operators: arithmetic, comparison, logic, `||`, `IN`, `BETWEEN`, `LIKE`, `IS`, `CASE`.

use std::ops::Range;

use sqlparser::ast::{BinaryOperator, CaseWhen, Expr, InTarget, UnaryOperator};
use xmlshred_model::{DataType, OwnedValue};

use super::agreement::a;
use super::checker::{Checker, join};
use super::types::{Class, Type, Typed, is_int, scale};
use crate::decimal::{MAX_DIGITS, MIN_QUOTIENT_SCALE};
use crate::evaluate::single_character;
use crate::like::{LetterCase, Pattern};
use crate::mistake::operator_hint;
use crate::node::{ArithmeticOperator, Comparison, LikePattern, Negation, Node, Truth};
use crate::problem::ProblemKind;

impl Checker<'_> {
    /// A chain of binary operators. Chains lean to the left, as deep as they are long: they are walked, not recursed into.
    pub(super) fn binary_chain(&mut self, expr: &Expr) -> Typed {
        let mut chain = Vec::new();
        let mut first = expr;
        while let Expr::BinaryOp { left, op, right } = first {
            chain.push((op, right));
            first = left;
        }
        let mut left = self.check(first);
        for (operator, right) in chain.into_iter().rev() {
            let right = self.check(right);
            left = self.binary(left, operator, right);
        }
        left
    }

    fn binary(&mut self, left: Typed, operator: &BinaryOperator, right: Typed) -> Typed {
        let arithmetic = |operator| BinaryKind::Arithmetic(operator);
        let kind = match operator {
            BinaryOperator::Plus => arithmetic(ArithmeticOperator::Add),
            BinaryOperator::Minus => arithmetic(ArithmeticOperator::Subtract),
            BinaryOperator::Multiply => arithmetic(ArithmeticOperator::Multiply),
            BinaryOperator::Divide => arithmetic(ArithmeticOperator::Divide),
            BinaryOperator::Modulo => arithmetic(ArithmeticOperator::Remainder),
            BinaryOperator::Eq => BinaryKind::Comparison(Comparison::Equal),
            BinaryOperator::NotEq => BinaryKind::Comparison(Comparison::NotEqual),
            BinaryOperator::Lt => BinaryKind::Comparison(Comparison::Less),
            BinaryOperator::LtEq => BinaryKind::Comparison(Comparison::LessOrEqual),
            BinaryOperator::Gt => BinaryKind::Comparison(Comparison::Greater),
            BinaryOperator::GtEq => BinaryKind::Comparison(Comparison::GreaterOrEqual),
            BinaryOperator::And => BinaryKind::And,
            BinaryOperator::Or => BinaryKind::Or,
            BinaryOperator::StringConcat => BinaryKind::Concatenate,
            other => {
                let span = join(&left.span, &right.span);
                let message = format!("operator `{other}` is not available");
                let hint = operator_hint(&other.to_string());
                return self.problem(ProblemKind::Unsupported, span, message, hint);
            }
        };
        match kind {
            BinaryKind::Arithmetic(operator) => self.arithmetic(left, operator, right),
            BinaryKind::Comparison(comparison) => {
                if comparison == Comparison::Equal {
                    self.note_blank(&left, &right, &join(&left.span, &right.span));
                }
                self.compared(left, right, |left, right| Node::Compare(comparison, left, right))
            }
            BinaryKind::And | BinaryKind::Or => {
                let (left, right) = (self.condition(left), self.condition(right));
                let is_and = matches!(kind, BinaryKind::And);
                self.chained(
                    left,
                    right,
                    Type::BOOL,
                    move |node| match node {
                        Node::And(parts) if is_and => Ok(parts),
                        Node::Or(parts) if !is_and => Ok(parts),
                        other => Err(other),
                    },
                    if is_and { Node::And } else { Node::Or },
                )
            }
            BinaryKind::Concatenate => {
                let (left, right) = (self.joined(left), self.joined(right));
                let open = |node| match node {
                    Node::Concatenate(parts) => Ok(parts),
                    other => Err(other),
                };
                self.chained(left, right, Type::TEXT, open, Node::Concatenate)
            }
        }
    }

    /// A part of `||`, which is "or" in other languages: conditions on its sides are a mistake.
    fn joined(&mut self, part: Typed) -> Typed {
        if part.data_type.known() != Some(DataType::Bool) {
            return part;
        }
        let hint = format!("write `OR` between conditions, or `CAST({} AS text)`", self.text(&part.span));
        self.wrong_type(part.span.clone(), "`||` joins text, this is a condition".to_owned(), hint);
        self.wrong(part.span)
    }

    /// Joins two parts of an associative operator into one list, so that a chain of it is flat.
    fn chained(
        &mut self,
        left: Typed,
        right: Typed,
        data_type: Type,
        open: impl Fn(Node) -> Result<Vec<Node>, Node>,
        close: fn(Vec<Node>) -> Node,
    ) -> Typed {
        let span = join(&left.span, &right.span);
        if left.is_wrong() || right.is_wrong() {
            return self.wrong(span);
        }
        let (mut parts, depth) = match open(left.node) {
            Ok(parts) => (parts, left.depth.max(right.depth + 1)),
            Err(node) => (vec![node], left.depth.max(right.depth) + 1),
        };
        parts.push(right.node);
        self.typed(close(parts), data_type, span, depth)
    }

    fn arithmetic(&mut self, left: Typed, operator: ArithmeticOperator, right: Typed) -> Typed {
        let span = join(&left.span, &right.span);
        let (left, right) = self.adapt_pair(left, right);
        let (left, right) = (self.number(left), self.number(right));
        if left.is_wrong() || right.is_wrong() {
            return self.wrong(span);
        }
        let data_type = arithmetic_type(operator, left.data_type, right.data_type);
        let depth = left.depth.max(right.depth) + 1;
        let (first, mut rest, depth) = match left.node {
            Node::Arithmetic(first, rest) => (first, rest, left.depth.max(right.depth + 1)),
            node => (Box::new(node), Vec::new(), depth),
        };
        rest.push((operator, right.node));
        self.typed(Node::Arithmetic(first, rest), data_type, span, depth)
    }

    /// The part, when it is a number.
    pub(super) fn number(&mut self, part: Typed) -> Typed {
        let Some(data_type) = part.data_type.known() else { return part };
        let hint = match Class::of(data_type) {
            Class::Number => return part,
            Class::Instant | Class::Time | Class::TimestampTz => {
                "use `DATEADD(unit, count, x)` or `DATEDIFF(unit, from, to)`".to_owned()
            }
            Class::Text => {
                format!("write `CAST({} AS decimal(18,2))`, or another type of number", self.text(&part.span))
            }
            Class::Bool => format!("write `CASE WHEN {} THEN 1 ELSE 0 END`", self.text(&part.span)),
            Class::Binary | Class::Uuid => "take a column that is a number".to_owned(),
        };
        self.wrong_type(part.span.clone(), format!("a number is expected, this is {}", a(data_type)), hint);
        self.wrong(part.span)
    }

    /// The part, when it is a condition.
    pub(super) fn condition(&mut self, part: Typed) -> Typed {
        let part = self.adapt(part, Type::BOOL);
        let Some(data_type) = part.data_type.known() else { return part };
        if data_type == DataType::Bool {
            return part;
        }
        let hint = format!("compare it, as in `{} = …`", self.text(&part.span));
        self.wrong_type(
            part.span.clone(),
            format!("a condition is expected, this is {}", a(data_type)),
            hint,
        );
        self.wrong(part.span)
    }

    pub(super) fn compared(
        &mut self,
        left: Typed,
        right: Typed,
        make: impl FnOnce(Box<Node>, Box<Node>) -> Node,
    ) -> Typed {
        let span = join(&left.span, &right.span);
        let (left, right) = self.adapt_pair(left, right);
        if !self.check_comparable(&left, &right, &span) {
            return self.wrong(span);
        }
        let depth = left.depth.max(right.depth) + 1;
        self.typed(make(Box::new(left.node), Box::new(right.node)), Type::BOOL, span, depth)
    }

    pub(super) fn unary(&mut self, operator: &UnaryOperator, operand: &Expr) -> Typed {
        match operator {
            UnaryOperator::Not => {
                let operand = self.check(operand);
                let operand = self.condition(operand);
                self.wrap(operand, Type::BOOL, |node| Node::Not(Box::new(node)))
            }
            UnaryOperator::Plus => {
                let operand = self.check(operand);
                self.number(operand)
            }
            UnaryOperator::Minus => {
                if let Some(literal) = self.negative_literal(operand) {
                    return literal;
                }
                let operand = self.check(operand);
                let operand = self.number(operand);
                let data_type = match operand.data_type {
                    Type::Is(data_type) if is_int(data_type) => Type::INT,
                    other => other,
                };
                self.wrap(operand, data_type, |node| Node::Negate(Box::new(node)))
            }
            other => {
                let operand = self.check(operand);
                let message = format!("operator `{other}` is not available");
                let hint = operator_hint(&other.to_string());
                self.problem(ProblemKind::Unsupported, operand.span, message, hint)
            }
        }
    }

    pub(super) fn is_null(&mut self, operand: &Expr, negated: bool) -> Typed {
        let operand = self.check(operand);
        self.wrap(operand, Type::BOOL, |node| Node::IsNull {
            negated: negated.into(),
            operand: Box::new(node),
        })
    }

    pub(super) fn is_bool(&mut self, operand: &Expr, expected: Truth, negated: bool) -> Typed {
        let operand = self.check(operand);
        let operand = self.condition(operand);
        self.wrap(operand, Type::BOOL, |node| Node::IsBool {
            negated: negated.into(),
            expected,
            operand: Box::new(node),
        })
    }

    pub(super) fn is_unknown(&mut self, operand: &Expr, negated: bool) -> Typed {
        let operand = self.check(operand);
        let operand = self.condition(operand);
        self.wrap(operand, Type::BOOL, |node| Node::IsNull {
            negated: negated.into(),
            operand: Box::new(node),
        })
    }

    pub(super) fn distinct(&mut self, left: &Expr, right: &Expr, negated: bool) -> Typed {
        let (left, right) = (self.check(left), self.check(right));
        let negated = Negation::from(negated);
        self.compared(left, right, |left, right| Node::Distinct { negated, left, right })
    }

    pub(super) fn is_in(&mut self, operand: &Expr, target: &InTarget, negated: bool) -> Typed {
        let operand = self.check(operand);
        let InTarget::List(list) = target else {
            let message = "IN takes a list of expressions".to_owned();
            let span = operand.span;
            return self.problem(ProblemKind::Unsupported, span, message, "write `x IN (1, 2, 3)`");
        };
        let mut list: Vec<Typed> = list.iter().map(|item| self.check(item)).collect();
        let span = list.iter().fold(operand.span.clone(), |span, item| join(&span, &item.span));
        if !negated {
            list.iter().for_each(|item| self.note_blank(&operand, item, &item.span));
        }
        let guide = list.iter().find(|item| item.literal.is_none()).map_or(Type::Null, |item| item.data_type);
        let operand = self.adapt(operand, guide);
        list = list
            .into_iter()
            .map(|item| if operand.literal.is_none() { self.adapt(item, operand.data_type) } else { item })
            .collect();
        let mut fits = true;
        for item in &list {
            fits &= self.check_comparable(&operand, item, &item.span);
        }
        if !fits {
            return self.wrong(span);
        }
        let depth = list.iter().fold(operand.depth, |depth, item| depth.max(item.depth)) + 1;
        let node = Node::In {
            negated: negated.into(),
            operand: Box::new(operand.node),
            list: list.into_iter().map(|item| item.node).collect(),
        };
        self.typed(node, Type::BOOL, span, depth)
    }

    pub(super) fn between(&mut self, operand: &Expr, low: &Expr, high: &Expr, negated: bool) -> Typed {
        let (operand, low, high) = (self.check(operand), self.check(low), self.check(high));
        let span = join(&operand.span, &high.span);
        let guide = if low.literal.is_none() { low.data_type } else { high.data_type };
        let operand = if low.literal.is_none() || high.literal.is_none() {
            self.adapt(operand, guide)
        } else {
            operand
        };
        let (mut low, mut high) = (low, high);
        if operand.literal.is_none() {
            low = self.adapt(low, operand.data_type);
            high = self.adapt(high, operand.data_type);
        }
        let fits = [&low, &high].map(|bound| self.check_comparable(&operand, bound, &bound.span));
        if fits.contains(&false) {
            return self.wrong(span);
        }
        let depth = operand.depth.max(low.depth).max(high.depth) + 1;
        let node = Node::Between {
            negated: negated.into(),
            operand: Box::new(operand.node),
            low: Box::new(low.node),
            high: Box::new(high.node),
        };
        self.typed(node, Type::BOOL, span, depth)
    }

    pub(super) fn like(
        &mut self,
        operand: &Expr,
        pattern: &Expr,
        escape: Option<&Expr>,
        case: LetterCase,
        negated: bool,
    ) -> Typed {
        let operand = self.text_part(operand);
        let pattern = self.text_part(pattern);
        let escape = escape.map(|escape| self.text_part(escape));
        let span = join(&operand.span, &pattern.span);
        if operand.is_wrong() || pattern.is_wrong() || escape.as_ref().is_some_and(Typed::is_wrong) {
            return self.wrong(span);
        }
        let depth =
            operand.depth.max(pattern.depth).max(escape.as_ref().map_or(0, |escape| escape.depth)) + 1;
        let pattern = match (&pattern.node, escape.as_ref().map(|escape| &escape.node)) {
            (Node::Constant(OwnedValue::Text(text)), None) => {
                Pattern::new(text, None, case).map(LikePattern::Compiled).ok()
            }
            (Node::Constant(OwnedValue::Text(text)), Some(Node::Constant(OwnedValue::Text(escape)))) => {
                single_character(escape)
                    .and_then(|escape| Pattern::new(text, Some(escape), case).ok())
                    .map(LikePattern::Compiled)
            }
            _ => Some(LikePattern::Computed {
                pattern: Box::new(pattern.node),
                escape: escape.map(|escape| Box::new(escape.node)),
                case,
            }),
        };
        let Some(pattern) = pattern else {
            let message = "the pattern does not fit its escape character".to_owned();
            let hint = "the escape is one character and stands before `%`, `_` or itself".to_owned();
            return self.problem(ProblemKind::WrongType, span, message, hint);
        };
        let node = Node::Like { negated: negated.into(), operand: Box::new(operand.node), pattern };
        self.typed(node, Type::BOOL, span, depth)
    }

    pub(super) fn case(
        &mut self,
        operand: Option<&Expr>,
        conditions: &[CaseWhen],
        otherwise: Option<&Expr>,
        span: Range<usize>,
    ) -> Typed {
        let operand = operand.map(|operand| self.check(operand));
        let mut operand = operand.map(|operand| self.guided_by_whens(operand, conditions));
        let mut whens = Vec::with_capacity(conditions.len());
        let mut results = Vec::with_capacity(conditions.len() + 1);
        for CaseWhen { condition, result } in conditions {
            let when = self.check(condition);
            whens.push(match &mut operand {
                None => self.condition(when),
                Some(operand) => {
                    self.note_blank(operand, &when, &when.span);
                    let when =
                        if operand.literal.is_none() { self.adapt(when, operand.data_type) } else { when };
                    let when_span = when.span.clone();
                    if self.check_comparable(operand, &when, &when_span) {
                        when
                    } else {
                        self.wrong(when_span)
                    }
                }
            });
            results.push(self.check(result));
        }
        results.push(match otherwise {
            Some(otherwise) => self.check(otherwise),
            None => self.typed(Node::NULL, Type::Null, span.clone(), 1),
        });
        let is_wrong = whens.iter().any(Typed::is_wrong) || operand.as_ref().is_some_and(Typed::is_wrong);
        let depth =
            whens.iter().chain(&results).chain(&operand).map(|part| part.depth).max().unwrap_or(0) + 1;
        let (mut nodes, data_type) = self.unify(results);
        if is_wrong || data_type == Type::Wrong {
            return self.wrong(span);
        }
        let otherwise = Box::new(nodes.pop().expect("the alternative was pushed"));
        let branches = whens.into_iter().map(|when| when.node).zip(nodes).collect();
        let node = match operand {
            None => Node::Case { branches, otherwise },
            Some(operand) => Node::Switch { operand: Box::new(operand.node), branches, otherwise },
        };
        self.typed(node, data_type, span, depth)
    }

    /// `CASE 'a' WHEN x …`: the literal is read as the type of the first value that is not a literal.
    fn guided_by_whens(&mut self, operand: Typed, conditions: &[CaseWhen]) -> Typed {
        if operand.literal.is_none() {
            return operand;
        }
        let guide = conditions.iter().find_map(|when| self.type_of_name(&when.condition));
        self.adapt(operand, guide.map_or(Type::Null, Type::Is))
    }
}

enum BinaryKind {
    Arithmetic(ArithmeticOperator),
    Comparison(Comparison),
    And,
    Or,
    Concatenate,
}

fn arithmetic_type(operator: ArithmeticOperator, left: Type, right: Type) -> Type {
    let (left, right) = match (left, right) {
        (Type::Is(left), Type::Is(right)) => (left, right),
        (Type::Is(known), _) | (_, Type::Is(known)) => (known, known),
        _ => return Type::Null,
    };
    if left == DataType::Double || right == DataType::Double {
        return Type::Is(DataType::Double);
    }
    if is_int(left) && is_int(right) {
        return Type::INT;
    }
    let (left, right) = (scale(left), scale(right));
    Type::decimal(match operator {
        ArithmeticOperator::Add | ArithmeticOperator::Subtract | ArithmeticOperator::Remainder => {
            left.max(right)
        }
        ArithmeticOperator::Multiply => (left + right).min(MAX_DIGITS),
        ArithmeticOperator::Divide => left.max(MIN_QUOTIENT_SCALE),
    })
}
