//! Paths: a compact subset of XPath 1.0 with its syntax and meaning.
//!
//! [`Path::parse`] reads text into a [`Path`]; `plan` compiles it, `shred::select` follows it. What is in the subset:
//! child steps, `@attribute`, `text()`, `.`, `..`, `//`, `*`, `p:*`, the axes of siblings, ancestors, parent and self, a leading `/` (from
//! `document.root`), positions `[1]` and `[last()]`, and conditions over relative paths with `= != < <= > >=`, `and`, `or`, `not()`,
//! `in (…)`, some functions and existence. `in (…)` is ours and `ends-with()` XPath 2.0's; the rest reads as XPath 1.0 defines it.

mod conditions;
mod display;
mod lex;
mod parse;
mod syntax;
mod visit;

pub use syntax::*;
