//! What is noticed on the way, for the report.

use std::collections::{BTreeMap, BTreeSet};

use super::differences::Difference;
use super::json::Place;
use super::old::{Fault, FaultKind, Problem};

/// Everything that the report tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) problems: Vec<Problem>,
    pub(crate) faults: Vec<Fault>,
    /// The mappings, by their index, that a difference concerns; none where it is about the whole contract.
    pub(crate) differences: BTreeMap<Difference, BTreeSet<usize>>,
}

impl Notes {
    pub(crate) fn problem(&mut self, place: &Place, message: impl Into<String>, hint: impl Into<String>) {
        let problem = Problem { place: place.clone(), message: message.into(), hint: hint.into() };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    pub(crate) fn fault(&mut self, kind: FaultKind, place: &Place, message: impl Into<String>) {
        let fault = Fault { kind, place: place.clone(), message: message.into() };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// A difference matters for this mapping.
    pub(crate) fn concern(&mut self, difference: Difference, mapping: usize) {
        self.differences.entry(difference).or_default().insert(mapping);
    }
}
