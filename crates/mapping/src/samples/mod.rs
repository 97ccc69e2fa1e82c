//! A contract against sample documents: what it says that never happens, and what happens that it does not provide for.
//!
//! [`Samples`] shreds documents as a run does (`try_out`), counts what becomes of each path, code and column (`observe`), and puts what is suspicious
//! into warnings at the places of the contract (`findings`).

mod findings;
mod observe;
mod try_out;

pub use try_out::Samples;
