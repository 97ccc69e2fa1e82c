//! The seam between the pipeline and the shredder.

use std::sync::Arc;

use xmlshred_mapping::{Content, DocumentContext, Limits, Plan, ShredError, Shredded, Shredder};
use xmlshred_model::{BatchBuilder, TargetSchema};

/// Turns one document after the other into rows. One per worker.
pub trait DocumentShredder: Send {
    /// Appends the rows of a document; the caller ends the document in `rows`.
    ///
    /// # Errors
    /// When the document is not what it should be, or the run must end; rows pushed so far are dropped by the caller.
    fn shred(
        &mut self,
        content: Content<'_>,
        context: &DocumentContext<'_>,
        rows: &mut BatchBuilder,
    ) -> Result<Shredded, ShredError>;

    /// May look once more at a document that has just given its rows; no part of the time that these took.
    fn look_again(&mut self, _content: Content<'_>, _context: &DocumentContext<'_>) {}
}

impl DocumentShredder for Shredder {
    fn shred(
        &mut self,
        content: Content<'_>,
        context: &DocumentContext<'_>,
        rows: &mut BatchBuilder,
    ) -> Result<Shredded, ShredError> {
        Shredder::shred(self, content, context, rows)
    }
}

/// Makes shredders, and knows what they make.
pub trait Shredders: Sync {
    /// A new shredder.
    fn shredder(&self, limits: Limits) -> Box<dyn DocumentShredder>;

    /// The tables that rows are for.
    fn schema(&self) -> &Arc<TargetSchema>;

    /// Documents with fewer bytes fail as too short.
    fn min_bytes(&self) -> u64;
}

impl Shredders for Arc<Plan> {
    fn shredder(&self, limits: Limits) -> Box<dyn DocumentShredder> {
        Box::new(Shredder::new(Self::clone(self), limits))
    }

    fn schema(&self) -> &Arc<TargetSchema> {
        Plan::schema(self)
    }

    fn min_bytes(&self) -> u64 {
        self.contract().source.min_bytes
    }
}
