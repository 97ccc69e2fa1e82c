//! The documents of the log that are wanted, and what they were.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use xmlshred_engine::chosen::listed;
use xmlshred_engine::ports::{Entries, Journal, LogEntry, Ports, Source};
use xmlshred_mapping::Plan;
use xmlshred_model::{DocumentKey, KeyType};

use super::Wanted;
use super::wanted::Takes;
use crate::entries;
use crate::error::CommandError;
use crate::failures::Filter;

/// Documents that are read at once.
const READ_TOGETHER: usize = 64;

/// Documents that are to be processed again.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    /// Sorted.
    pub(crate) keys: Vec<DocumentKey>,
    /// Of these, by what they came to.
    pub(crate) success: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
    /// By the hash of the contract's text at that time.
    pub(crate) contracts: BTreeMap<String, u64>,
    /// Wanted, and not in the source any more.
    pub(crate) gone: u64,
    /// Keys that were named, and that the log does not have.
    pub(crate) unlogged: u64,
}

impl Chosen {
    fn add(&mut self, entry: &LogEntry) {
        match (entry.is_success(), entry.is_failed()) {
            (true, _) => self.success += 1,
            (_, true) => self.failed += 1,
            _ => self.skipped += 1,
        }
        *self.contracts.entry(entry.contract_hash.clone()).or_default() += 1;
        self.keys.push(entry.key.clone());
    }
}

/// The documents that are wanted and that the source has. Memory grows with the keys of those.
///
/// # Errors
/// When log or source cannot be read.
pub(crate) fn choose(wanted: &Wanted, ports: &dyn Ports, plan: &Plan) -> Result<Chosen, CommandError> {
    let log_failed = |error| CommandError::port("cannot read the log", error);
    let source_failed = |error| CommandError::port("cannot read the source", error);
    let mut journal = ports.journal().map_err(log_failed)?;
    let mut source = ports.source().map_err(source_failed)?;
    let mut chosen = Chosen::default();
    let mut found_count = 0;
    each_page(&mut *journal, wanted, &mut |page| {
        found_count += page.len();
        let (mut sure, mut unsure) = (Vec::new(), Vec::new());
        for entry in page {
            match wanted.takes(entry, plan) {
                Takes::Yes => sure.push(entry),
                Takes::IfChanged => unsure.push(entry),
                Takes::No => {}
            }
        }
        if !unsure.is_empty() {
            sure.extend(changed(&mut *source, &unsure, plan)?);
        }
        // Keys of another type are none of the source.
        let key_type = source.key_type();
        sure.retain(|entry| KeyType::of(&entry.key) == key_type);
        sure.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        let keys: Vec<_> = sure.iter().map(|entry| entry.key.clone()).collect();
        let is_there = listed(&mut *source, &keys).map_err(source_failed)?;
        for (entry, is_there) in sure.into_iter().zip(is_there) {
            if is_there {
                chosen.add(entry);
            } else {
                chosen.gone += 1;
            }
        }
        Ok(())
    })?;
    chosen.keys.sort_unstable();
    chosen.unlogged = wanted.filter.keys().len().saturating_sub(found_count) as u64;
    if wanted.filter.is_of_failures() || !wanted.is_of_any_outcome() {
        chosen.unlogged = 0;
    }
    Ok(chosen)
}

/// Hands over the rows of the log that are to be looked at.
fn each_page(
    journal: &mut dyn Journal,
    wanted: &Wanted,
    visit: &mut dyn FnMut(&[LogEntry]) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let failed = |error| CommandError::port("cannot read the log", error);
    // Keys that are named are looked for one by one, where the key before is known.
    let numbers: Option<Vec<i64>> = wanted
        .filter
        .keys()
        .iter()
        .map(|key| match key {
            DocumentKey::Int(number) => number.checked_sub(1),
            _ => None,
        })
        .collect();
    if let Some(before) = numbers.filter(|before| !before.is_empty()) {
        let mut found = Vec::new();
        for before in before {
            let page =
                journal.entries(wanted.entries(), Some(&DocumentKey::Int(before)), 1).map_err(failed)?;
            found.extend(page.into_iter().filter(|entry| wanted.filter.takes_key(&entry.key)));
        }
        found.dedup_by(|one, other| one.key == other.key);
        return visit(&found);
    }
    entries::pages(journal, wanted.entries(), visit)
}

/// Those of these documents that are not what they were: by their version, where documents have some, or else by their hash.
fn changed<'e>(
    source: &mut dyn Source,
    entries: &[&'e LogEntry],
    plan: &Plan,
) -> Result<Vec<&'e LogEntry>, CommandError> {
    let failed = |error| CommandError::port("cannot read the source", error);
    let keys: Vec<_> = entries.iter().map(|entry| entry.key.clone()).collect();
    if plan.contract().source.version.is_some() {
        let versions = source.versions(&keys).map_err(failed)?.unwrap_or_default();
        let both = entries.iter().zip(versions);
        return Ok(both
            .filter(|(entry, version)| entry.source_version != *version)
            .map(|(entry, _)| *entry)
            .collect());
    }
    let max_bytes = plan.contract().document.limits.max_bytes;
    let mut hashes: HashMap<DocumentKey, u128> = HashMap::new();
    for part in keys.chunks(READ_TOGETHER) {
        let read = source.fetch(part, max_bytes, &mut |key, row| {
            hashes.insert(key, row.document.arrived().hash());
            ControlFlow::Continue(())
        });
        read.map_err(failed)?;
    }
    let is_another = |entry: &&&LogEntry| {
        let hash = hashes.get(&entry.key);
        hash.is_none_or(|hash| format!("{hash:032x}") != entry.document_hash)
    };
    Ok(entries.iter().filter(is_another).copied().collect())
}

/// The documents of the log that the source has no more.
#[derive(Debug, Default)]
pub(crate) struct Vanished {
    /// Sorted.
    pub(crate) keys: Vec<DocumentKey>,
    /// Of these, those that have rows.
    pub(crate) success: u64,
    /// Documents that the log has in all.
    pub(crate) logged: u64,
}

impl Vanished {
    /// Adds those of these, given with whether they have rows, that the source has not.
    fn sift(
        &mut self,
        source: &mut dyn Source,
        logged: &mut Vec<(DocumentKey, bool)>,
    ) -> Result<(), CommandError> {
        logged.sort_unstable();
        // What is of another type is none of the source's keys.
        let key_type = source.key_type();
        let mut rest = std::mem::take(logged)
            .into_iter()
            .partition::<Vec<_>, _>(|(key, _)| KeyType::of(key) == key_type);
        let keys: Vec<_> = rest.0.iter().map(|(key, _)| key.clone()).collect();
        let is_there =
            listed(source, &keys).map_err(|error| CommandError::port("cannot read the source", error))?;
        let mut is_there = is_there.into_iter();
        rest.0.retain(|_| is_there.next() == Some(false));
        for (key, is_success) in rest.0.into_iter().chain(rest.1) {
            self.success += u64::from(is_success);
            self.keys.push(key);
        }
        Ok(())
    }
}

/// Looks for them, among the documents that the filter takes. Keys that are no integers are all held at once.
///
/// # Errors
/// When log or source cannot be read.
pub(crate) fn vanished(filter: &Filter, ports: &dyn Ports) -> Result<Vanished, CommandError> {
    let mut journal = ports.journal().map_err(|error| CommandError::port("cannot read the log", error))?;
    let mut source = ports.source().map_err(|error| CommandError::port("cannot read the source", error))?;
    let is_integer = source.key_type() == KeyType::Integer;
    let (mut vanished, mut held) = (Vanished::default(), Vec::new());
    entries::pages(&mut *journal, Entries::All, &mut |page| {
        vanished.logged += page.len() as u64;
        let session = filter.session();
        let is_meant = |entry: &&LogEntry| {
            filter.takes_key(&entry.key) && session.is_none_or(|session| session == entry.session_id)
        };
        held.extend(page.iter().filter(is_meant).map(|entry| (entry.key.clone(), entry.is_success())));
        if is_integer { vanished.sift(&mut *source, &mut held) } else { Ok(()) }
    })?;
    vanished.sift(&mut *source, &mut held)?;
    vanished.keys.sort_unstable();
    Ok(vanished)
}
