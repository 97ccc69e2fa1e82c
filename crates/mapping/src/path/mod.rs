//! Paths: a compact subset of XPath 1.0 with its syntax and meaning.
//!
//! [`Path::parse`] reads text into a [`Path`]; `plan` compiles it, `shred::select` follows it. What is in the subset:
//! child steps, `@attribute`, `text()`, `.`, `..`, `//`, `*`, a leading `/` (from `document.root`), positions `[1]` and
//! `[last()]`, and conditions over relative paths with `= != < <= > >=`, `and`, `or`, `not()`, `in (…)`,
//! `starts-with()`, `contains()` and existence. `in (…)` is ours; the rest reads as XPath 1.0 defines it.

mod display;
mod lex;
mod parse;
mod syntax;

pub use syntax::*;
