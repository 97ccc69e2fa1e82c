//! What documents hold and no column reads: nothing is lost unknowingly.
//!
//! [`Coverage`] shreds each document as a run does and notes which nodes went into rows (`reads`); then it walks over the document once
//! more (`walk`, `measurer`) and asks of every attribute and text that holds something what became of it. Counts are kept per path (`outline`)
//! and told as a [`Report`].
//!
//! Exact is what rows read: an attribute of an element that a predicate, `where`, `one_per` or `skip_row_when` left out is not read, nor is
//! the second match of a path of which the first is taken. Only why something is not read is answered by path alone, without
//! predicates.

mod amount;
mod measure;
mod measurer;
mod outline;
mod reads;
mod report;
mod walk;

pub use amount::{Amount, Example, Fate};
pub(crate) use measure::Counts;
pub use measure::Coverage;
pub(crate) use measurer::Measurer;
pub(crate) use outline::{NameId, NameKind, Outline, TOP};
pub(crate) use reads::Parts;
pub use report::{Detail, Lost, Report, Why};
pub(crate) use walk::{Datum, DatumKind, Sheet};
