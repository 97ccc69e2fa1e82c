//! Tests of the mapping crate from outside.
#![expect(clippy::unwrap_used, reason = "these are tests: a failed unwrap is a failed test")]

mod contract;
mod infer;
mod shred;
mod wellformed;
