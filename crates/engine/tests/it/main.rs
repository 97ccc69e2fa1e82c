//! Runs of the pipeline over a database in memory, with and without faults.

#![expect(clippy::unwrap_used, reason = "what a test builds upon must be there, or the test fails")]

mod blame;
mod conformance;
mod documents;
mod faults;
mod instances;
mod limits;
mod memory_bound;
mod reading;
mod scene;
mod sharing;
mod stopping;
