//! Expressions of the old format as trees. What they mean in ours is said by `translate`.

mod lex;
mod parse;
mod syntax;

pub(super) use parse::parse;
pub(super) use syntax::{Expr, ExprError};
