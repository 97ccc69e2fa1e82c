//! What documents hold that a contract neither reads nor ignores, and that nobody has accepted: watched while a run goes on, on a sample of its
//! documents.
//!
//! [`Watch`] is one per process. It says which documents are of the sample, by their keys alone, and counts what its [`Watcher`]s, one per thread, see in
//! them: the walk of `coverage` over a document that has given its rows, without shredding it again. [`Known`] is what was accepted. [`Drift`] is what is told.
//! Names of elements and attributes are told, values never.

mod known;
mod watch;
mod watcher;

pub use known::{Known, KnownError};
pub use watch::{Drift, DriftPath, Watch};
pub use watcher::Watcher;
