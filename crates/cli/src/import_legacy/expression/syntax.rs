//! What expressions are made of.

/// An expression, or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    /// `attribute`, or `element.attribute`
    Name {
        element: Option<String>,
        attribute: String,
    },
    /// As written.
    Number(String),
    Text(String),
    Null,
    /// `DATE(…)`
    Date(Box<Expr>),
    /// `DATEADD(unit, count, date)`
    DateAdd {
        unit: String,
        count: Box<Expr>,
        date: Box<Expr>,
    },
    /// `+ - * /`
    Arithmetic {
        operator: char,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Negative(Box<Expr>),
    /// `= <> < > <= >=`
    Compare {
        operator: &'static str,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `IS EMPTY`, `IS NULL`, and with NOT.
    IsEmpty {
        operand: Box<Expr>,
        is_negated: bool,
    },
    Like {
        operand: Box<Expr>,
        pattern: String,
        is_negated: bool,
    },
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Case {
        branches: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
}

/// What cannot be read, or cannot be said in our language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExprError {
    /// Place in the expression, in characters from 1; none when it is about the whole.
    pub(crate) character: Option<usize>,
    pub(crate) message: String,
    pub(crate) hint: &'static str,
}

impl Expr {
    /// Whether it gives a value for every document: a CASE of constants with an ELSE.
    pub(crate) fn is_never_null(&self) -> bool {
        match self {
            Self::Number(_) => true,
            Self::Text(text) => !text.trim().is_empty(),
            Self::Case { branches, otherwise: Some(otherwise) } => {
                branches.iter().all(|(_, value)| value.is_never_null()) && otherwise.is_never_null()
            }
            _ => false,
        }
    }
}
