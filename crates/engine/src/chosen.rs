//! Documents that somebody has chosen, in place of all that are not yet processed.

use std::ops::ControlFlow;
use std::sync::Arc;

use xmlshred_model::{DocumentKey, KeyRange, KeyType, Share};

use crate::activity::Activity;
use crate::ports::{
    FailedDocuments, FetchedRow, Journal, LockHolder, PortError, Ports, Selection, Sink, Source,
};

/// Ports whose source has the chosen documents only, whatever the log says of them.
pub struct ChosenPorts {
    ports: Arc<dyn Ports>,
    /// Sorted.
    keys: Arc<[DocumentKey]>,
}

impl ChosenPorts {
    /// Those of `ports`, to these documents.
    pub fn new(ports: Arc<dyn Ports>, mut keys: Vec<DocumentKey>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        Self { ports, keys: keys.into() }
    }
}

impl Ports for ChosenPorts {
    fn source(&self) -> Result<Box<dyn Source>, PortError> {
        Ok(Box::new(ChosenSource { source: self.ports.source()?, keys: Arc::clone(&self.keys) }))
    }

    fn sink(&self) -> Result<Box<dyn Sink>, PortError> {
        self.ports.sink()
    }

    fn journal(&self) -> Result<Box<dyn Journal>, PortError> {
        self.ports.journal()
    }

    fn lock_holder(&self, during: Activity) -> Result<Option<LockHolder>, PortError> {
        self.ports.lock_holder(during)
    }

    fn max_loaders(&self) -> usize {
        self.ports.max_loaders()
    }

    fn name(&self, key: &DocumentKey) -> Option<String> {
        self.ports.name(key)
    }
}

struct ChosenSource {
    source: Box<dyn Source>,
    keys: Arc<[DocumentKey]>,
}

impl Source for ChosenSource {
    /// In the order of this program: nothing but the next page follows from it.
    fn keys(
        &mut self,
        _: &Selection,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<DocumentKey>, PortError> {
        let start = after.map_or(0, |after| self.keys.partition_point(|key| key <= after));
        Ok(self.keys[start..].iter().take(limit).cloned().collect())
    }

    fn key_type(&self) -> KeyType {
        self.source.key_type()
    }

    /// What is done is chosen, too.
    fn sees_journal(&self) -> bool {
        true
    }

    fn promises_unique_keys(&self) -> bool {
        self.source.promises_unique_keys()
    }

    fn name(&self, key: &DocumentKey) -> Option<String> {
        self.source.name(key)
    }

    fn versions(&mut self, keys: &[DocumentKey]) -> Result<Option<Vec<Option<String>>>, PortError> {
        self.source.versions(keys)
    }

    fn fetch(
        &mut self,
        keys: &[DocumentKey],
        max_bytes: u64,
        take: &mut dyn FnMut(DocumentKey, FetchedRow) -> ControlFlow<()>,
    ) -> Result<(), PortError> {
        self.source.fetch(keys, max_bytes, take)
    }

    fn count(&mut self, selection: &Selection) -> Result<Option<u64>, PortError> {
        Ok(Some(self.keys.iter().filter(|key| selection.share.contains(key)).count() as u64))
    }
}

/// Keys that are looked for one by one; for more of them, the source's keys are walked.
const MAX_LOOKED_FOR: usize = 1_000;
/// Keys per page of a walk.
const PAGE: usize = 10_000;

/// Per key of these, in ascending order, whether the source lists it, as for a run to which nothing is done. Cost: a look for each of a few
/// keys; for many, one scan of the source's keys, of integers from the first to the last.
///
/// # Errors
/// Any fault of the source.
pub fn listed(source: &mut dyn Source, keys: &[DocumentKey]) -> Result<Vec<bool>, PortError> {
    debug_assert!(keys.is_sorted(), "keys are looked up by halving");
    let selection = |range| Selection { range, share: Share::WHOLE, failed: FailedDocuments::Replace };
    if keys.len() <= MAX_LOOKED_FOR {
        let is_listed = |key| Ok(source.keys(&selection(KeyRange::only(key)), None, 1)?.contains(key));
        return keys.iter().map(is_listed).collect();
    }
    let range = match source.key_type() {
        KeyType::Integer => KeyRange { start: keys.first().cloned(), end: keys.last().cloned() },
        KeyType::Decimal | KeyType::Uuid | KeyType::Text => KeyRange::default(),
    };
    let mut found = vec![false; keys.len()];
    each_key(source, &selection(range), &mut |page| {
        for key in page {
            if let Ok(at) = keys.binary_search(key) {
                found[at] = true;
            }
        }
        Ok(())
    })?;
    Ok(found)
}

/// Hands over all keys of a selection, page by page.
///
/// # Errors
/// Any fault of the source, and what `visit` says.
pub fn each_key(
    source: &mut dyn Source,
    selection: &Selection,
    visit: &mut dyn FnMut(&[DocumentKey]) -> Result<(), PortError>,
) -> Result<(), PortError> {
    let mut after = None;
    loop {
        let page = source.keys(selection, after.as_ref(), PAGE)?;
        visit(&page)?;
        if page.len() < PAGE {
            return Ok(());
        }
        after = page.into_iter().next_back();
    }
}
