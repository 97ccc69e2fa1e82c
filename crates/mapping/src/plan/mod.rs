//! A checked contract made ready to run: names as symbols, all paths in one automaton, the target's schema.
//!
//! Built once by [`Plan::new`], shared by all workers, never changed.

mod automaton;
mod build;
mod compiled;
mod later;
mod reach;
mod symbols;
mod table;

use std::sync::Arc;

use xmlshred_model::TargetSchema;

use crate::contract::Contract;

pub(crate) use automaton::Automaton;
pub(crate) use compiled::{
    CompiledCondition, CompiledOperand, CompiledPath, CompiledPredicate, CompiledStep, Test,
};
pub(crate) use reach::{Ignored, Stored, columns as column_automaton};
pub(crate) use symbols::{OTHER, Symbol, Symbols};
pub(crate) use table::{
    Anchor, OnceFrom, PlanColumn, PlanEach, PlanOnePer, PlanSource, PlanTable, PlanTemplate,
};

/// Everything a [`crate::Shredder`] needs.
#[derive(Debug)]
pub struct Plan {
    contract: Contract,
    schema: Arc<TargetSchema>,
    symbols: Symbols,
    automaton: Automaton,
    /// Steps from the document node to the main element.
    root: CompiledPath,
    key: Option<CompiledPath>,
    require: Vec<CompiledPath>,
    lets: Vec<PlanColumn>,
    tables: Vec<PlanTable>,
    /// What paths of attributes begin with; [`PlanSource::Attribute`] has indices.
    prefixes: Vec<CompiledPath>,
    once_count: u32,
}

/// Paths of a plan as an automaton over its names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paths<'p> {
    pub(crate) symbols: &'p Symbols,
    pub(crate) automaton: &'p Automaton,
}

impl Plan {
    /// Compiles a contract.
    pub fn new(contract: Contract) -> Self {
        build::plan(contract)
    }

    /// The contract.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The target's tables.
    pub fn schema(&self) -> &Arc<TargetSchema> {
        &self.schema
    }

    pub(crate) fn symbols(&self) -> &Symbols {
        &self.symbols
    }

    /// All paths that documents are shredded by.
    pub(crate) fn paths(&self) -> Paths<'_> {
        Paths { symbols: &self.symbols, automaton: &self.automaton }
    }

    pub(crate) fn root(&self) -> &CompiledPath {
        &self.root
    }

    pub(crate) fn key(&self) -> Option<&CompiledPath> {
        self.key.as_ref()
    }

    /// With the index into `contract().document.require`.
    pub(crate) fn require(&self) -> &[CompiledPath] {
        &self.require
    }

    pub(crate) fn lets(&self) -> &[PlanColumn] {
        &self.lets
    }

    pub(crate) fn prefixes(&self) -> &[CompiledPath] {
        &self.prefixes
    }

    /// How many columns have one value for many rows.
    pub(crate) fn once_count(&self) -> usize {
        self.once_count as usize
    }

    pub(crate) fn tables(&self) -> &[PlanTable] {
        &self.tables
    }
}
