//! Random contracts and documents, made of bytes: property tests and fuzzers bring the bytes. The byte 0 always chooses the
//! simplest, and bytes that are missing are 0, so that fewer and smaller bytes make simpler cases: they shrink to something readable.
//!
//! Names and values come from a small alphabet, so that paths match often.

mod choices;
mod columns;
mod contract;
mod document;
mod expression;
mod path;
mod xpath;

pub use choices::Choices;
pub use contract::contract;
pub use document::document;
pub use path::{End, path};
pub use xpath::to_xpath_from_root;
