//! Doubles of databases and of the shredder, and the suite of promises that every database keeps.
//!
//! [`memory`] is a database in memory, [`faulty`] breaks any database at scripted moments, [`words`] is a shredder that
//! needs no contract, [`shared_rows`] a contract whose documents share rows, [`conformance`] runs over every database that is a [`Bench`].

pub mod cells;
pub mod conformance;
pub mod faulty;
pub mod fixture;
pub mod listening;
pub mod memory;
pub mod shared_rows;
pub mod words;

pub use fixture::{Bench, DocumentColumn, Fixture, IssueRow, Line, LogRow, Moment, number};
