//! Tests of the mapping crate from outside.
#![expect(clippy::unwrap_used, reason = "these are tests: a failed unwrap is a failed test")]

mod contract;
mod coverage;
mod errors_page;
mod explain;
mod infer;
mod samples;
mod shred;
mod wellformed;
