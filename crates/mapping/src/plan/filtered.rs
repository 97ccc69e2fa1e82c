//! Paths to elements that the projection writes down, of which predicates leave some: what is left is found in the list and not in the
//! tree.

use crate::path::Axis;

use super::anchor::Anchor;
use super::compiled::{CompiledPath, CompiledPredicate, CompiledStep, Test};
use super::symbols::Symbol;

/// Elements that are written down, as far as predicates let them pass, and what is taken of each.
#[derive(Debug)]
pub(crate) struct Filtered {
    pub(crate) anchor: Anchor,
    pub(crate) predicates: Box<[CompiledPredicate]>,
    /// Predicates count the elements of one parent.
    pub(crate) counts: bool,
    pub(crate) taken: TakenOf,
}

/// What is taken of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TakenOf {
    /// All of it.
    Element,
    Attribute(Symbol),
    /// Its text nodes, one by one.
    Texts,
}

/// How a path could be followed so.
pub(super) struct Filter<'p> {
    /// The steps to the elements.
    pub(super) elements: &'p [CompiledStep],
    pub(super) predicates: &'p [CompiledPredicate],
    pub(super) counts: bool,
    pub(super) taken: TakenOf,
}

impl<'p> Filter<'p> {
    /// `None`: what a list of elements tells is not enough.
    pub(super) fn of(path: &'p CompiledPath) -> Option<Self> {
        let (last, before) = path.steps.split_last()?;
        let (elements, taken) = match (last.axis, &last.test, &*last.predicates) {
            (Axis::Attribute, Test::Symbol(symbol), []) => (before, TakenOf::Attribute(*symbol)),
            (Axis::Child, Test::Text, []) => (before, TakenOf::Texts),
            _ => (&*path.steps, TakenOf::Element),
        };
        let (filtered, plain) = elements.split_last()?;
        if plain.iter().any(|step| !step.predicates.is_empty()) {
            return None;
        }
        let counts = filtered.counts();
        let are_children = elements.iter().all(|step| step.axis == Axis::Child);
        // Elements of one parent stand together, and texts in order, only where none lies within another.
        if !are_children && (counts || taken == TakenOf::Texts) {
            return None;
        }
        Some(Self { elements, predicates: &filtered.predicates, counts, taken })
    }
}
