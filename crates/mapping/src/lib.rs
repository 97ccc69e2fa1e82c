//! From a contract to the rows of one document. Pure: no I/O, threads, clock.
//!
//! Life of a contract: text → [`contract::load`] (every problem at once) → [`contract::Contract`] (checked) → [`Plan`]
//! (paths compiled into one automaton) → [`Shredder`] (one per thread) → rows in a `BatchBuilder`. The other way round, [`infer`]
//! makes a contract's text from sample documents.

pub mod contract;
pub mod coverage;
pub mod drift;
pub mod explain;
pub mod explore;
pub mod infer;
mod limits;
mod lines;
pub mod path;
pub mod plan;
pub mod samples;
pub mod shred;
mod words;
pub mod xml;

pub use limits::Limits;
pub use lines::Lines;
pub use plan::Plan;
pub use shred::{Content, Cost, DocumentContext, NoRows, ShredError, Shredded, Shredder};
