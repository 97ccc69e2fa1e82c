//! Predicates as text again, for messages that tell which of them removed an element.

use std::fmt;

use super::{Comparison, Condition, Operand, Predicate};

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Position(position) => write!(f, "[{position}]"),
            Self::Last => f.write_str("[last()]"),
            Self::Condition(condition) => write!(f, "[{condition}]"),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `or` binds weaker than `and`.
        let within_and = |f: &mut fmt::Formatter<'_>, inner: &Self| match inner {
            Self::Or(..) => write!(f, "({inner})"),
            inner => write!(f, "{inner}"),
        };
        match self {
            Self::And(left, right) => {
                within_and(f, left)?;
                f.write_str(" and ")?;
                within_and(f, right)
            }
            Self::Or(left, right) => write!(f, "{left} or {right}"),
            Self::Not(inner) => write!(f, "not({inner})"),
            Self::Exists(path) => f.write_str(&path.text),
            Self::Compare { left, operator, right } => write!(f, "{left} {operator} {right}"),
            Self::In(left, texts) => {
                let texts = texts.iter().map(|text| quoted(text)).collect::<Vec<_>>();
                write!(f, "{left} in ({})", texts.join(", "))
            }
            Self::StartsWith(of, start) => write!(f, "starts-with({of}, {start})"),
            Self::EndsWith(of, end) => write!(f, "ends-with({of}, {end})"),
            Self::Contains(of, part) => write!(f, "contains({of}, {part})"),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => f.write_str(&path.text),
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::Number(number) => write!(f, "{number}"),
            Self::Normalized(inner) => write!(f, "normalize-space({inner})"),
            Self::Length(inner) => write!(f, "string-length({inner})"),
            Self::Count(path) => write!(f, "count({})", path.text),
            Self::Variable(variable) => write!(f, "${}", variable.name),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        })
    }
}

fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
