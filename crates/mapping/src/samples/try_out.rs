//! A contract is tried on documents, one after the other.

use std::sync::Arc;

use xmlshred_model::BatchBuilder;

use crate::contract::Diagnostic;
use crate::infer::{Profile, ProfileLimits};
use crate::limits::Limits;
use crate::plan::{Ignored, Plan};
use crate::shred::{Content, DocumentContext, Finder, NoRows, Shredder};

use super::findings::findings;
use super::observe::Seen;

/// Documents that a contract is tried on. Memory does not grow with their number.
pub struct Samples {
    plan: Arc<Plan>,
    shredder: Shredder,
    rows: BatchBuilder,
    seen: Seen,
    finder: Finder,
    ignored: Ignored,
    /// Of each path of `ignore`: whether it led to something.
    ignored_seen: Vec<bool>,
    document_count: u64,
    /// How things are called in the first documents, for paths that match nothing.
    names: Profile,
}

/// Documents whose names are looked at.
const NAMED_DOCUMENTS: u64 = 100;

impl Samples {
    /// No document yet.
    pub fn new(plan: Arc<Plan>, limits: Limits) -> Self {
        let ignored = Ignored::of(&plan);
        Self {
            finder: Finder::new(ignored.paths(&plan)),
            ignored_seen: vec![false; ignored.paths.len()],
            ignored,
            shredder: Shredder::new(Arc::clone(&plan), limits),
            rows: BatchBuilder::new(Arc::clone(plan.schema())),
            seen: Seen::nothing(&plan),
            document_count: 0,
            names: Profile::new(ProfileLimits::default()),
            plan,
        }
    }

    /// Takes in a document.
    ///
    /// # Errors
    /// When it fails, as in a run; what happened before that counts. When it is skipped: it says nothing about the contract.
    pub fn add(&mut self, content: Content<'_>, context: &DocumentContext<'_>) -> Result<(), NoRows> {
        let shredded = self.shredder.shred_traced(content, context, &mut self.rows, &self.seen);
        self.rows.discard_rows();
        self.seen.end_document();
        if let Err(NoRows::Skipped(_)) = &shredded {
            return shredded.map(drop);
        }
        self.document_count += 1;
        if self.document_count <= NAMED_DOCUMENTS {
            // A document that is no XML was told already.
            let _ = self.names.observe(content, None);
        }
        shredded?;
        if !self.ignored_seen.iter().all(|&is_seen| is_seen) {
            let reading = content.of_shredded(&self.plan);
            let paths = self.ignored.paths(&self.plan);
            let seen = &mut self.ignored_seen;
            self.finder
                .find(&self.plan, paths, &self.ignored.paths, &reading, &mut |at, _| seen[at] = true)?;
        }
        Ok(())
    }

    /// Warnings at places of the contract's text; none before the first document.
    pub fn findings(&self, contract_text: &str) -> Vec<Diagnostic> {
        if self.document_count == 0 {
            return Vec::new();
        }
        findings(&self.plan, &self.seen, &self.ignored_seen, &self.names.local_names(), contract_text)
    }
}
