//! Runs of the pipeline over a database in memory, with and without faults.

mod conformance;
mod sharing;
