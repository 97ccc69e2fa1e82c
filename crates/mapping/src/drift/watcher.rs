//! Looks at one document after the other.

use std::sync::Arc;

use xmlshred_model::DocumentKey;

use crate::coverage::{Counts, Datum, Fate, Measurer, NameId, Parts, Sheet};
use crate::limits::Limits;
use crate::shred::Content;
use crate::xml::{RawAttribute, StartTag};

use super::watch::Watch;

/// One per thread: has buffers that are used again.
pub struct Watcher {
    watch: Arc<Watch>,
    measurer: Measurer,
}

impl Watcher {
    /// Adds to what this watch sees.
    pub fn new(watch: &Arc<Watch>) -> Self {
        let measurer = Measurer::new(Arc::clone(watch.plan()), Limits::unlimited());
        Self { watch: Arc::clone(watch), measurer }
    }

    /// Looks at a document of the sample, which has given its rows. Cost: one or two scans of it.
    pub fn look_at(&mut self, key: &DocumentKey, content: Content<'_>) {
        let Self { watch, measurer } = self;
        let reading = content.of_shredded(watch.plan());
        // It was scanned before, by other rules for what it may hold: what cannot be said is left out.
        let Ok(ignored) = measurer.ignored(&reading) else { return };
        let mut seen = watch.seen();
        let document = seen.document_count + 1;
        seen.document_count = document;
        let counts = Counts::of(&mut seen.outline, document, &reading);
        let mut sheet = Unread { counts, is_first: false };
        // What was read is not asked: where a path leads is not unread, whatever became of it.
        measurer.walk(&reading, &Parts::default(), &ignored, &mut sheet);
        if sheet.is_first {
            seen.firsts.insert(document - 1, key.clone());
        }
    }
}

/// Counts what no path leads to.
struct Unread<'c, 'd> {
    counts: Counts<'c, 'd>,
    /// Whether something was met that no document had before.
    is_first: bool,
}

impl<'d> Sheet<'d> for Unread<'_, 'd> {
    type Name = NameId;

    fn top(&self) -> NameId {
        self.counts.top()
    }

    fn element(&mut self, parent: NameId, tag: &StartTag<'_, 'd>) -> NameId {
        self.counts.element(parent, tag)
    }

    fn attribute(&mut self, element: NameId, attribute: &RawAttribute<'d>) -> NameId {
        self.counts.attribute(element, attribute)
    }

    fn value(&mut self, datum: Datum<'d, NameId>) {
        if datum.fate == Fate::NoPath {
            self.is_first |= !self.counts.outline.name(datum.name).is_unread();
            self.counts.value(datum);
        }
    }
}
