//! A shredder beside which a [`Watch`] looks at a sample of the documents.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use xmlshred_mapping::drift::{Watch, Watcher};
use xmlshred_mapping::{Content, DocumentContext, Limits, Plan, ShredError, Shredded, Shredder};
use xmlshred_model::{BatchBuilder, TargetSchema};

use crate::shredding::{DocumentShredder, Shredders};

/// A plan, watched.
pub struct Watched<'a> {
    /// What is shredded by.
    pub plan: &'a Arc<Plan>,
    /// Who looks.
    pub watch: &'a Arc<Watch>,
}

impl Shredders for Watched<'_> {
    fn shredder(&self, limits: Limits) -> Box<dyn DocumentShredder> {
        Box::new(WatchedShredder {
            shredder: Shredder::new(Arc::clone(self.plan), limits),
            watcher: Some(Watcher::new(self.watch)),
            watch: Arc::clone(self.watch),
        })
    }

    fn schema(&self) -> &Arc<TargetSchema> {
        self.plan.schema()
    }

    fn min_bytes(&self) -> u64 {
        Shredders::min_bytes(self.plan)
    }
}

struct WatchedShredder {
    shredder: Shredder,
    watch: Arc<Watch>,
    /// None once it has panicked: nobody's document fails by being looked at.
    watcher: Option<Watcher>,
}

impl DocumentShredder for WatchedShredder {
    fn shred(
        &mut self,
        content: Content<'_>,
        context: &DocumentContext<'_>,
        rows: &mut BatchBuilder,
    ) -> Result<Shredded, ShredError> {
        self.shredder.shred(content, context, rows)
    }

    fn look_again(&mut self, content: Content<'_>, context: &DocumentContext<'_>) {
        let Some(key) = context.key.filter(|key| self.watch.takes(key)) else { return };
        let Some(mut watcher) = self.watcher.take() else { return };
        let looked = catch_unwind(AssertUnwindSafe(move || {
            watcher.look_at(key, content);
            watcher
        }));
        self.watcher = looked.ok();
    }
}
