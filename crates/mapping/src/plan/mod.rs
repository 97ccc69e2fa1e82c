//! A checked contract made ready to run: names as symbols, all paths in one automaton, the target's schema.
//!
//! Built once by [`Plan::new`], shared by all workers, never changed.

mod anchor;
mod automaton;
mod base;
mod build;
mod compiled;
mod embedded;
mod filtered;
mod later;
mod location;
mod prepared;
mod quick;
mod reach;
mod symbols;
mod table;

use crate::contract::Contract;

pub(crate) use anchor::Anchor;
pub(crate) use automaton::Automaton;
pub(crate) use compiled::{
    CompiledCondition, CompiledOperand, CompiledPath, CompiledPredicate, CompiledStep, Lookup, Test, Whole,
};
pub(crate) use embedded::Embedded;
pub(crate) use filtered::{Filtered, TakenOf};
pub(crate) use prepared::Paths;
pub use prepared::Plan;
pub(crate) use quick::{Form, Quick};
pub(crate) use reach::{Ignored, PathOf, Stored, columns as column_automaton, of_some as some_columns};
pub(crate) use symbols::{OTHER, Symbol, Symbols};
pub(crate) use table::{OnceFrom, PlanColumn, PlanEach, PlanOnePer, PlanSource, PlanTable};

impl Plan {
    /// Compiles a contract.
    pub fn new(contract: Contract) -> Self {
        build::plan(contract)
    }
}
