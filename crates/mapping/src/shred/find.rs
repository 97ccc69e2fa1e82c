//! Where the nodes are that paths from the main element lead to.

use xmlshred_model::Work;

use crate::Plan;
use crate::plan::{CompiledPath, Paths};

use super::document::{Buffers, main_element, too_much_work};
use super::findings::Findings;
use super::markup::Extent;
use super::no_rows::NoRows;
use super::reading::Reading;
use super::texts::Texts;
use super::view::View;
use crate::limits::Limits;

/// Finds nodes in documents, with buffers that are used again.
pub(crate) struct Finder {
    buffers: Buffers,
}

impl Finder {
    pub(crate) fn new(paths: Paths<'_>) -> Self {
        Self { buffers: Buffers::new(paths) }
    }

    /// Tells `found` every node that one of `wanted` leads to; `paths` are all of them.
    ///
    /// # Errors
    /// As [`super::Shredder::shred`], for documents that have no main element.
    pub(crate) fn find(
        &mut self,
        plan: &Plan,
        paths: Paths<'_>,
        wanted: &[CompiledPath],
        reading: &Reading<'_>,
        found: &mut dyn FnMut(usize, Extent),
    ) -> Result<(), NoRows> {
        let limits = Limits::unlimited();
        let work = Work::new(Limits::default().max_steps, u64::MAX, None);
        self.buffers.project(paths, &limits, &work, reading).map_err(|failure| *failure)?;
        let (texts, findings) = (Texts::default(), Findings::default());
        let view = self.buffers.view(paths, reading, &texts, &findings, &work);
        let view = View { main: main_element(plan, view).map_err(|no_rows| *no_rows)?, ..view };
        for (at, path) in wanted.iter().enumerate() {
            let items = view.select_all(path, view.main).map_err(|end| *too_much_work(end))?;
            items.iter().for_each(|&item| found(at, view.extent(item)));
        }
        Ok(())
    }
}
