//! The sample, and what was seen in it.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use xmlshred_model::DocumentKey;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::coverage::{Detail, Lost, Outline, Report, Why};
use crate::plan::Plan;
use crate::words::told;

use super::known::Known;

/// Names of elements and attributes that are told apart, and bytes of them. What comes behind is counted by the element that it is in.
const MAX_NAMES: usize = 20_000;
const MAX_NAME_BYTES: usize = 4 << 20;
/// Paths that are told.
const MAX_PATHS: usize = 100;
/// Draws the sample otherwise than keys are shared among instances.
const SEED: u64 = 0x6472_6966_7421;

/// One per process.
pub struct Watch {
    plan: Arc<Plan>,
    every: NonZeroU32,
    known: Known,
    seen: Mutex<Seen>,
}

/// What was seen so far.
pub(super) struct Seen {
    pub(super) outline: Outline,
    /// Documents that were looked at.
    pub(super) document_count: u64,
    /// Keys of documents, by number, in which something was met first that nobody reads: no more of them than there are names.
    pub(super) firsts: HashMap<u64, DocumentKey>,
}

/// What the sample holds that nobody reads, ignores or has accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Documents of the sample.
    pub document_count: u64,
    /// Paths that were accepted and met.
    pub accepted_count: u64,
    /// Paths that were not.
    pub path_count: u64,
    /// The first of them: those of most documents.
    pub paths: Vec<DriftPath>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftPath {
    /// From the main element; `…` is a name with so many digits that it could be a number of somebody's.
    pub path: String,
    /// Documents of the sample that have it.
    pub document_count: u64,
    /// Attributes or texts.
    pub occurrences: u64,
    /// A document that has it.
    pub example: Option<DocumentKey>,
}

impl Watch {
    /// Of one document in so many.
    pub fn new(plan: Arc<Plan>, every: NonZeroU32, known: Known) -> Self {
        let outline = Outline::bounded(plan.contract().document.case, MAX_NAMES, MAX_NAME_BYTES);
        let seen = Seen { outline, document_count: 0, firsts: HashMap::new() };
        Self { plan, every, known, seen: Mutex::new(seen) }
    }

    /// Whether a document is of the sample: the same whichever instance, thread or run has it.
    pub fn takes(&self, key: &DocumentKey) -> bool {
        let every = u64::from(self.every.get());
        every == 1 || xxh3_64_with_seed(key.spelled().as_bytes(), SEED).is_multiple_of(every)
    }

    /// What was accepted.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// How often something new came up: while that stays, so does [`Drift::path_count`].
    pub fn news(&self) -> usize {
        self.seen().firsts.len()
    }

    pub(super) fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What came up so far. Cost: in proportion to the names that were met.
    pub fn drift(&self) -> Drift {
        let document = &self.plan.contract().document;
        let seen = self.seen();
        let report = Report::new(&seen.outline, &document.roots, seen.document_count, Detail::Names);
        let unread = report.lost.into_iter().filter(|lost| lost.why == Why::NoPath);
        let (accepted, mut lost): (Vec<_>, Vec<_>) =
            unread.partition(|lost| self.known.has(&lost.path, document.case));
        lost.sort_by(|one, other| {
            other.document_count.cmp(&one.document_count).then_with(|| one.path.cmp(&other.path))
        });
        let of_sample = |lost: &Lost| DriftPath {
            path: told(&lost.path),
            document_count: lost.document_count,
            occurrences: lost.amount.occurrences,
            example: seen.firsts.get(&lost.example.document).cloned(),
        };
        Drift {
            document_count: seen.document_count,
            accepted_count: accepted.len() as u64,
            path_count: lost.len() as u64,
            paths: lost.iter().take(MAX_PATHS).map(of_sample).collect(),
        }
    }
}
