//! Tests of the mapping crate from outside.
#![expect(clippy::unwrap_used, reason = "these are tests: a failed unwrap is a failed test")]

mod conformance;
mod contract;
mod contract_limits;
mod coverage;
mod errors_page;
mod examples;
mod explain;
mod foreign_words;
mod infer;
mod infer_schema;
mod large_contracts;
mod manual;
mod messages;
mod samples;
mod shred;
mod wellformed;
