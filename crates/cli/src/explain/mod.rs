//! How the rows of a table come about, shown: text for people, JSON for programs. Values of sensitive columns are masked in both unless the
//! user asks for them.

mod json;
mod shown;
mod text;

pub(crate) use json::json;
pub(crate) use shown::{Selection, Shown};
pub(crate) use text::text;
