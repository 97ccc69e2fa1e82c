//! XML Schema, as far as it helps a contract: order of elements, what may stand several times, what is required, simple types with
//! their lengths and digits.
//!
//! [`XsdFile::read`] reads one file, whose [`XsdFile::locations`] name others; [`Schema::new`] takes all of them together (`schema`).
//! `hints` walks the documents' elements and the schema's declarations side by side. Where the documents do not fit the schema, the
//! documents are believed. What is not understood (wildcards, substitution groups, redefinition, unions, lists, `xsi:type`) is
//! counted and said, and changes nothing.

mod file;
mod hints;
mod schema;
mod simple;

pub use file::{XsdError, XsdFile};
pub use schema::Schema;

pub(super) use hints::{Hints, hints};
pub(super) use simple::{Family, SimpleType};
