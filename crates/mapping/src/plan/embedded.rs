//! Elements whose text is a document, as an automaton of their own: they are found before the document is read as a whole.

use super::automaton::{Automaton, Reading};
use super::compiled::{CompiledPath, Test, compile};
use super::location::{Location, Move};
use super::symbols::Symbols;
use crate::path::Path;

/// The elements that a contract embeds.
#[derive(Debug)]
pub(crate) struct Embedded {
    pub(super) automaton: Automaton,
    /// From the document.
    pub(crate) wanted: Vec<CompiledPath>,
}

impl Embedded {
    pub(super) fn of(paths: &[Path], symbols: &Symbols) -> Option<Self> {
        if paths.is_empty() {
            return None;
        }
        let mut automaton = Automaton::new();
        let document = Location::new();
        let wanted = paths.iter().map(|path| {
            let path = CompiledPath { absolute: false, ..compile(path, symbols) };
            let mut location = automaton.add(&document, &document, &path, Reading::Text);
            // Whether it has elements instead.
            location.push(Move::Child(Test::Any));
            automaton.keep(&location);
            path
        });
        let wanted = wanted.collect();
        Some(Self { automaton, wanted })
    }
}
