//! The compiled form of an expression: a tree whose names are slot numbers, whose types were checked, and whose
//! constant parts were evaluated.

use std::cmp::Ordering;

use xmlshred_model::{DataType, OwnedValue};

use crate::calendar::Unit;
use crate::like::{LetterCase, Pattern};

/// One operation with its operands.
#[derive(Clone, Debug)]
#[repr(u8)]
pub(crate) enum Node {
    Constant(OwnedValue),
    /// The input with this number.
    Input(usize),
    Negate(Box<Node>),
    /// Operators of any kind one after the other, as `((a + b) - c) * d`.
    Arithmetic(Box<Node>, Vec<(ArithmeticOperator, Node)>),
    /// `||`: null when an operand is.
    Concatenate(Vec<Node>),
    /// `CONCAT`: nulls are skipped.
    Join(Vec<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    /// `IS [NOT] DISTINCT FROM`
    Distinct {
        negated: Negation,
        left: Box<Node>,
        right: Box<Node>,
    },
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    /// `IS [NOT] NULL`
    IsNull {
        negated: Negation,
        operand: Box<Node>,
    },
    /// `IS [NOT] TRUE` or `FALSE`
    IsBool {
        negated: Negation,
        expected: Truth,
        operand: Box<Node>,
    },
    In {
        negated: Negation,
        operand: Box<Node>,
        list: Vec<Node>,
    },
    Between {
        negated: Negation,
        operand: Box<Node>,
        low: Box<Node>,
        high: Box<Node>,
    },
    Like {
        negated: Negation,
        operand: Box<Node>,
        pattern: LikePattern,
    },
    /// `CASE WHEN condition THEN result … ELSE otherwise END`
    Case {
        branches: Vec<(Node, Node)>,
        otherwise: Box<Node>,
    },
    /// `CASE operand WHEN value THEN result … ELSE otherwise END`
    Switch {
        operand: Box<Node>,
        branches: Vec<(Node, Node)>,
        otherwise: Box<Node>,
    },
    Coalesce(Vec<Node>),
    NullIf(Box<Node>, Box<Node>),
    /// Conversion of a value that every value of its type allows, such as of an integer to a decimal.
    Widen(DataType, Box<Node>),
    Cast {
        target: DataType,
        failure: CastFailure,
        operand: Box<Node>,
    },
    /// A function of values none of which is null; null otherwise.
    Call(Function, Vec<Node>),
    IsBlank(Box<Node>),
}

/// Whether an operator is turned around by `NOT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Negation {
    Plain,
    Negated,
}

impl Negation {
    pub(crate) fn apply(self, value: bool) -> bool {
        value != (self == Self::Negated)
    }
}

impl From<bool> for Negation {
    fn from(negated: bool) -> Self {
        if negated { Self::Negated } else { Self::Plain }
    }
}

/// What `IS` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    True,
    False,
}

/// What becomes of a value that cannot be cast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CastFailure {
    Error,
    /// `TRY_CAST`
    Null,
}

/// `+ - * / %`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArithmeticOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// `= <> < <= > >=`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(crate) fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// The pattern of a `LIKE`.
#[derive(Clone, Debug)]
pub(crate) enum LikePattern {
    /// Known when the expression was compiled.
    Compiled(Pattern),
    /// Compiled for every row; `None` as escape means that there is none.
    Computed { pattern: Box<Node>, escape: Option<Box<Node>>, case: LetterCase },
}

/// Functions that are null when an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Upper,
    Lower,
    /// Argument 1, if there, is the set of characters to trim; blank otherwise.
    Trim(TrimSide),
    Length,
    /// Text, start, optionally length.
    Substring,
    Replace,
    Left,
    Right,
    /// The text sought, the text searched.
    Position,
    Absolute,
    /// Number, digits; the result has this scale when it is a decimal.
    Round {
        scale: u8,
    },
    Floor,
    Ceiling,
    /// Count, then date, time or timestamp.
    DateAdd(Unit),
    DateDiff(Unit),
    Extract(Unit),
}

impl Function {
    /// Whether its value is text.
    pub(crate) fn is_text(self) -> bool {
        matches!(
            self,
            Self::Upper
                | Self::Lower
                | Self::Trim(_)
                | Self::Substring
                | Self::Replace
                | Self::Left
                | Self::Right
        )
    }
}

/// Where `TRIM` trims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TrimSide {
    Both,
    Leading,
    Trailing,
}

impl Node {
    pub(crate) const NULL: Self = Self::Constant(OwnedValue::Inline(xmlshred_model::Value::Null));

    /// Whether the node and everything below it is known without a row. Children are folded first, so that one level is
    /// enough to look at.
    pub(crate) fn has_only_constants(&self) -> bool {
        let constant = |node: &Self| matches!(node, Self::Constant(_));
        match self {
            Self::Constant(_) => true,
            Self::Input(_) => false,
            Self::Negate(operand)
            | Self::Not(operand)
            | Self::IsNull { operand, .. }
            | Self::IsBool { operand, .. }
            | Self::Widen(_, operand)
            | Self::Cast { operand, .. }
            | Self::IsBlank(operand) => constant(operand),
            Self::Arithmetic(first, rest) => constant(first) && rest.iter().all(|(_, node)| constant(node)),
            Self::Concatenate(parts)
            | Self::Join(parts)
            | Self::And(parts)
            | Self::Or(parts)
            | Self::Coalesce(parts)
            | Self::Call(_, parts) => parts.iter().all(constant),
            Self::Compare(_, left, right)
            | Self::Distinct { left, right, .. }
            | Self::NullIf(left, right) => constant(left) && constant(right),
            Self::In { operand, list, .. } => constant(operand) && list.iter().all(constant),
            Self::Between { operand, low, high, .. } => constant(operand) && constant(low) && constant(high),
            Self::Like { operand, pattern, .. } => {
                constant(operand)
                    && match pattern {
                        LikePattern::Compiled(_) => true,
                        LikePattern::Computed { pattern, escape, .. } => {
                            constant(pattern) && escape.as_deref().is_none_or(constant)
                        }
                    }
            }
            Self::Case { branches, otherwise } => {
                constant(otherwise) && branches.iter().all(|(when, then)| constant(when) && constant(then))
            }
            Self::Switch { operand, branches, otherwise } => {
                constant(operand)
                    && constant(otherwise)
                    && branches.iter().all(|(when, then)| constant(when) && constant(then))
            }
        }
    }
}
