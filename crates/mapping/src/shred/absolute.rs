//! Absolute paths of conditions: where they lead depends on the document alone, so that each is followed once per document.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::plan::CompiledPath;

/// What absolute paths of one document led to: places of type `T`, in document order.
#[derive(Debug)]
pub(super) struct Absolute<T> {
    /// By the place of the path in the plan, which stays where it is as long as this lives.
    found: RefCell<HashMap<*const CompiledPath, Rc<[T]>, foldhash::fast::FixedState>>,
}

impl<T> Default for Absolute<T> {
    fn default() -> Self {
        Self { found: RefCell::default() }
    }
}

impl<T> Absolute<T> {
    /// Where a path led, when it was followed before.
    pub(super) fn get(&self, path: &CompiledPath) -> Option<Rc<[T]>> {
        self.found.borrow().get(&std::ptr::from_ref(path)).cloned()
    }

    /// Keeps where a path led.
    pub(super) fn keep(&self, path: &CompiledPath, found: Vec<T>) -> Rc<[T]> {
        let found: Rc<[T]> = found.into();
        self.found.borrow_mut().insert(path, Rc::clone(&found));
        found
    }
}
