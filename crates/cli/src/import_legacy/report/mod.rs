//! What became of an old contract, for people and for programs.

mod json;
mod shown;
mod text;

pub(crate) use json::json;
pub(crate) use shown::Shown;
pub(crate) use text::text;
