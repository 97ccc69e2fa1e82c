//! Who wants to know what predicates remove.

use crate::plan::CompiledStep;

use super::view::Item;

/// Is told what predicates remove.
pub(super) trait Watch {
    const IS_TOLD: bool;

    /// The step, which of its predicates, what.
    fn removed(&mut self, step: &CompiledStep, predicate: usize, item: Item);
}

/// Need not be told.
pub(super) struct Nobody;

impl Watch for Nobody {
    const IS_TOLD: bool = false;

    fn removed(&mut self, _: &CompiledStep, _: usize, _: Item) {}
}

impl<F: FnMut(&CompiledStep, usize, Item)> Watch for F {
    const IS_TOLD: bool = true;

    fn removed(&mut self, step: &CompiledStep, predicate: usize, item: Item) {
        self(step, predicate, item);
    }
}
