//! Where each value of a table's rows comes from, and why other rows were not made.
//!
//! [`explain`] shreds one document as a run does, twice: one listener finds out which rows are told of (`census`), as many as were asked for,
//! and another takes down every step of theirs (`record`). Then it walks over the document once more to name the places (`places`);
//! `words` has the names of things. Nothing of the semantics is written a second time.

mod census;
mod explanation;
mod lets;
mod notes;
mod places;
mod record;
mod shortener;
mod words;

pub use explanation::*;
pub use lets::LetSet;
pub use record::explain;
