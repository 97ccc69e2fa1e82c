//! XML Schema, as far as it says what documents are made of: elements and attributes, how often they stand where, and their types.
//!
//! [`XsdFile::read`] reads one file, whose [`XsdFile::references`] name others (`file`, `wrong_file`); [`Schema::new`] takes all of them
//! together (`schema`). What a type lets an element hold is worked out when it is asked for: simple types (`simple`, `simple_types`, `pattern`),
//! attributes (`attributes`), children (`particles`), and all of it with extension, restriction and `xsi:type` (`model`). With documents,
//! `hints` walks their elements and the schema's declarations side by side, and where they do not fit, the documents are believed. Without,
//! `roots` chooses a root element and `declared` lists the paths below it as if they had been seen.

mod attributes;
mod declared;
mod file;
mod hints;
mod model;
mod names;
mod particles;
mod pattern;
mod roots;
mod schema;
mod simple;
mod simple_types;
mod wrong_file;

pub use file::{XsdFile, XsdReference};
pub use schema::Schema;
pub use wrong_file::{OtherFile, XsdError};

pub(super) use declared::{FromSchema, from_schema};
pub(super) use hints::{Hints, hints};
pub(super) use roots::{NoRoot, choose};
pub(super) use simple::{Family, SimpleType};
