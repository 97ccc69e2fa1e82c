//! The promises that every database keeps, as tests over a [`Bench`].
//!
//! A database's own test runs [`cases`] one by one: `for (name, case) in cases() { case(&bench) }`, with a fresh
//! fixture made by each case.

use crate::testing::fixture::Bench;

/// A promise and the test that would fail without it: panics when it is broken.
pub type Case = (&'static str, fn(&dyn Bench));

/// All promises.
pub fn cases() -> Vec<Case> {
    Vec::new()
}
