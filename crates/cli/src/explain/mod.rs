//! How the rows of a table come about, shown: text for people, JSON for programs. Values of sensitive columns are masked in both unless the
//! user asks for them.

mod json;
mod shown;
mod text;
mod words;

pub(crate) use json::json;
pub(crate) use shown::{Selection, Shown};
pub(crate) use text::text;
pub(crate) use words::{BLANK_LINE, masked_value, predicate_line, step_line, where_line};
