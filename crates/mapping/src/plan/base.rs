//! Where the paths of a row begin: at an element, or at an attribute.

use crate::path::Naming;

use super::automaton::{Automaton, Reading};
use super::compiled::{CompiledPath, Test};
use super::location::{Location, Move};

pub(super) struct Base {
    /// The element, or the one that has the attribute.
    pub(super) location: Location,
    pub(super) is_attribute: bool,
}

impl Base {
    pub(super) fn element(location: Location) -> Self {
        Self { location, is_attribute: false }
    }

    /// Adds a path that begins here, or at the main element.
    pub(super) fn add(
        &self,
        automaton: &mut Automaton,
        main: &Location,
        path: &CompiledPath,
        reading: Reading,
    ) {
        if !self.is_attribute {
            automaton.add(main, &self.location, path, reading);
            return;
        }
        // An attribute stands below its element, so that `..` leads there.
        let mut below = self.location.clone();
        below.push(Move::Child(Test::Text));
        automaton.add(main, &below, path, reading);
        if path.steps.is_empty() && path.naming() == Some(Naming::Namespace) {
            // Its declarations are those of its element.
            automaton.add(main, &self.location, path, reading);
        }
    }
}
