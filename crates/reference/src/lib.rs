//! What the shredder should do, written a second time to be obvious and not fast, for tests to compare it with. No part of the product.
//!
//! [`shred`] makes the rows of a document over a DOM, as `docs/contract.md` says, with nothing of the product but what has tests of its
//! own: the checked contract, expressions and the lexical forms of types. [`document`] is the DOM, [`path`] follows paths in it naively,
//! `cell` makes values, `rows` makes rows, `shredded` all of them of a text. [`generate`] makes random contracts and documents out of bytes, so that property tests
//! and fuzzers share them; [`compare`] runs both shredders and tells where they differ.

pub mod compare;
pub mod document;
pub mod generate;
pub mod path;

mod cell;
mod clean;
mod coerce;
mod rows;
mod shredded;

pub use rows::Rows;
pub use shredded::{NoRows, Shredded, shred};
