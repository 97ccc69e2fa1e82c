//! The rows that single documents would give, and three ways to show them. Writes to no database.

mod document;
mod json;
mod sql;
mod table;

pub(crate) use document::{Preview, Previewer};
pub(crate) use json::json;
pub(crate) use sql::sql;
pub(crate) use table::{MASK, Sensitive, table};
