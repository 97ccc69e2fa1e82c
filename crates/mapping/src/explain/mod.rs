//! Where each value of a table's rows comes from, and why other rows were not made.
//!
//! [`explain`] shreds one document as a run does, with a listener (`record`) that takes down every step; then it walks over the document
//! once more to name the places (`places`); `words` has the names of things. Nothing of the semantics is written a second time.

mod explanation;
mod lets;
mod places;
mod record;
mod shortener;
mod words;

pub use explanation::*;
pub use lets::LetSet;
pub use record::explain;
