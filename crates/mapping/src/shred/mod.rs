//! One document to rows.
//!
//! 1. [`crate::xml::decode`]: bytes to text.
//!    [`crate::xml::resolve`], where its own DTD or the contract says so: entities and attributes that it does not show. `embedded`:
//!    documents in it (`reading`).
//! 2. [`crate::xml::scan`] with `project` as its handler: one pass, well-formedness checked, what no path reaches skipped; the rest
//!    becomes a small tree of ranges of the text (`tree`). `dfa` says what is reached.
//! 3. `rows`: tables in contract order; `cells` makes most cells at once, as the plan says. For the others `select` and `filtered` follow
//!    paths, `value` and `convert` go through the rules.
//!
//! Work is bounded: whoever loops over nodes, rows or text counts steps, and whoever makes a value counts its bytes, in the document's
//! [`xmlshred_model::Work`]. What a row needs lives in an arena that the next row uses again; the document keeps what later rows read.
//!
//! Who wants to know how rows come about listens with a `trace::Trace`.

mod absolute;
mod around;
mod beside;
mod blank;
mod bound;
mod candidate;
mod cell;
mod cells;
mod clean;
mod condition;
mod context;
mod convert;
mod dfa;
mod document;
mod each;
mod embedded;
mod filtered;
mod find;
mod findings;
mod generated;
mod inner;
mod inputs;
mod joining;
mod kept;
mod latest;
mod lookup;
mod lookups;
mod markup;
mod near;
mod no_rows;
mod number;
mod once;
mod one_per;
mod part;
mod predicate;
mod project;
mod reading;
mod room;
mod rows;
mod select;
mod shredder;
mod slots;
mod text;
mod texts;
mod told;
mod trace;
mod tree;
mod value;
mod view;
mod watch;
mod within;

pub(crate) use cell::{Cell, Refusal};
pub use context::DocumentContext;
pub(crate) use dfa::{DEAD, Dfa, START, StateId};
pub(crate) use find::Finder;
pub(crate) use latest::Latest;
pub(crate) use markup::Extent;
pub use no_rows::{NoRows, ShredError};
pub(crate) use number::number as clean_number;
pub(crate) use reading::Reading;
pub use shredder::{Content, Cost, Shredded, Shredder};
pub(crate) use trace::{
    CellPlace, CodeEntry, Filter, Matches, OnceKey, OnceTold, OnePerPath, Origin, Reason, Step, Taken, Trace,
};
pub(crate) use view::{Item, View};
