//! What a plan holds, whoever builds it.

use std::sync::Arc;

use xmlshred_model::TargetSchema;

use crate::contract::Contract;

use super::automaton::Automaton;
use super::compiled::CompiledPath;
use super::embedded::Embedded;
use super::symbols::Symbols;
use super::table::{PlanColumn, PlanTable};

/// Everything a [`crate::Shredder`] needs.
#[derive(Debug)]
pub struct Plan {
    pub(super) contract: Contract,
    pub(super) schema: Arc<TargetSchema>,
    pub(super) symbols: Symbols,
    pub(super) automaton: Automaton,
    /// Steps from the document node to the main element, one of which a document has.
    pub(super) roots: Box<[CompiledPath]>,
    pub(super) key: Option<CompiledPath>,
    pub(super) require: Vec<CompiledPath>,
    pub(super) lets: Vec<PlanColumn>,
    pub(super) tables: Vec<PlanTable>,
    /// Elements whose text is a document.
    pub(super) embedded: Option<Embedded>,
    /// What paths of attributes begin with; `PlanSource::Attribute` has indices.
    pub(super) prefixes: Vec<CompiledPath>,
    pub(super) once_count: u32,
}

/// Paths of a plan as an automaton over its names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paths<'p> {
    pub(crate) symbols: &'p Symbols,
    pub(crate) automaton: &'p Automaton,
}

impl Plan {
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

    pub(crate) fn roots(&self) -> &[CompiledPath] {
        &self.roots
    }

    pub(crate) fn key(&self) -> Option<&CompiledPath> {
        self.key.as_ref()
    }

    /// Elements whose text is a document, where there are some.
    pub(crate) fn embedded(&self) -> Option<&Embedded> {
        self.embedded.as_ref()
    }

    /// The paths of these.
    pub(crate) fn paths_of<'p>(&'p self, embedded: &'p Embedded) -> Paths<'p> {
        Paths { symbols: &self.symbols, automaton: &embedded.automaton }
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
