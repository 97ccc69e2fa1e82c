//! Failed documents, from the log: which, by cause and column, and what to do about them.

mod cause;
mod filter;
mod groups;
mod json;
mod text;

pub(crate) use cause::Cause;
pub(crate) use filter::Filter;
pub(crate) use groups::{Group, Groups};
pub(crate) use json::{GroupAnswer, answers, json};
pub(crate) use text::text;
