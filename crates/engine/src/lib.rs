//! Many documents, safely. Names no database, prints nothing, reads no environment.
//!
//! Data goes one way: [`ports::Source`] → reader → bounded channel → workers (shred) → bounded channel → loaders →
//! [`ports::Sink`] (rows and log in one transaction). Everything that happens is an [`Event`]; metrics, progress and
//! reports are folds over it.

pub mod activity;
pub mod arrived;
pub mod batching;
pub mod chosen;
pub mod documents;
pub mod error;
pub mod event;
pub mod pipeline;
pub mod policy;
pub mod ports;
pub mod settings;
pub mod shredding;
pub mod stop;
pub mod summary;
pub mod testing;
pub mod watching;

mod backoff;
mod connection;
mod control;
mod failure_guard;
mod in_a_row;
mod loader;
mod reader;
mod repeated_keys;
mod under_way;
mod watch;
mod worker;

pub use activity::Activity;
pub use error::RunError;
pub use event::{Event, Observer, Remaining, Trouble};
pub use pipeline::{create_tables, remove, run, run_with};
pub use settings::{BatchLimits, ChunkLimits, DryRun, MaxFailures, RetrySettings, RunSettings};
pub use stop::StopSignal;
pub use summary::{Ended, RunSummary, Totals};
