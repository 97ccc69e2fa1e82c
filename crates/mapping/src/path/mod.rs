//! Paths: a compact subset of XPath 1.0 with its syntax and meaning.

mod syntax;

pub use syntax::*;
