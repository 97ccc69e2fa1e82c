//! Many documents, safely. Names no database, prints nothing, reads no environment.
//!
//! Data goes one way: [`ports::Source`] → reader → bounded channel → workers (shred) → bounded channel → loaders →
//! [`ports::Sink`] (rows and log in one transaction). Everything that happens is an [`Event`]; metrics, progress and
//! reports are folds over it.

pub mod event;
pub mod ports;

pub use event::{Event, Observer};
