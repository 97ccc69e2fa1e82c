//! Absolute paths of conditions: where they lead depends on the document alone, so that each is followed once per document.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use xmlshred_model::WorkEnd;

use crate::plan::CompiledPath;

use super::select::{Item, View};

/// What absolute paths of one document led to.
#[derive(Debug, Default)]
pub(super) struct Absolute {
    /// By the place of the path in the plan, which stays where it is as long as this lives.
    found: RefCell<HashMap<*const CompiledPath, Rc<[Item]>, foldhash::fast::FixedState>>,
}

impl Absolute {
    /// All matches of an absolute path, in document order.
    pub(super) fn matches(&self, view: &View<'_>, path: &CompiledPath) -> Result<Rc<[Item]>, WorkEnd> {
        view.work.steps(1)?;
        let known = self.found.borrow().get(&std::ptr::from_ref(path)).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let found: Rc<[Item]> = view.select_all(path, view.main)?.into();
        self.found.borrow_mut().insert(path, Rc::clone(&found));
        Ok(found)
    }
}
