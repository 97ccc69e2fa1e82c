//! Where each value of a table's rows comes from, and why other rows were not made.
//!
//! [`explain`] shreds one document as a run does, twice: one listener finds out which rows are told of (`census`), as many as were asked for,
//! and another takes down every step of theirs (`record`). Then it walks over the document once more to name the places (`places`);
//! `words` has the names of things. Nothing of the semantics is written a second time. `explore` takes down all tables (`scope`) in the same way.

mod census;
mod explanation;
mod lets;
mod notes;
mod places;
mod record;
mod scope;
mod shortener;
mod words;

pub use explanation::*;
pub use lets::LetSet;
pub(crate) use notes::{CellRecord, Fate, Record, RowRecord};
pub use record::explain;
pub(crate) use record::{TakenDown, predicate, take_down};
pub(crate) use scope::Scope;
pub use words::source;
