//! The documents of the log that are wanted, and what they were.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use xmlshred_engine::chosen::listed;
use xmlshred_engine::documents;
use xmlshred_engine::ports::{Entries, LogEntry, PortError, Ports, Source};
use xmlshred_mapping::Plan;
use xmlshred_model::{DocumentKey, KeyType};

use super::Wanted;
use super::wanted::Takes;
use crate::entries;
use crate::error::CommandError;
use crate::failures::Filter;
use crate::unreadable::Unreadable;

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

/// What a document was when it was processed last.
struct Was {
    status: Status,
    /// The hash of the contract's text at that time.
    contract: Arc<str>,
}

/// What it came to.
#[derive(Clone, Copy)]
enum Status {
    Success,
    Failed,
    Skipped,
}

impl Was {
    /// As the log has it; documents of one contract share its hash.
    fn of(entry: &LogEntry, contracts: &mut HashSet<Arc<str>>) -> Self {
        let status = match (entry.is_success(), entry.is_failed()) {
            (true, _) => Status::Success,
            (_, true) => Status::Failed,
            _ => Status::Skipped,
        };
        let known = contracts.get(entry.contract_hash.as_str()).cloned();
        let contract = known.unwrap_or_else(|| {
            let contract: Arc<str> = entry.contract_hash.as_str().into();
            contracts.insert(Arc::clone(&contract));
            contract
        });
        Self { status, contract }
    }
}

impl Chosen {
    /// Adds those of these that the source has, and counts the others.
    fn sift(
        &mut self,
        source: &mut dyn Source,
        held: &mut Vec<(DocumentKey, Was)>,
    ) -> Result<(), CommandError> {
        let Sifted { there, gone } = sift(source, held)?;
        self.gone += gone.len() as u64;
        for (key, was) in there {
            match was.status {
                Status::Success => self.success += 1,
                Status::Failed => self.failed += 1,
                Status::Skipped => self.skipped += 1,
            }
            if let Some(count) = self.contracts.get_mut(&*was.contract) {
                *count += 1;
            } else {
                self.contracts.insert(String::from(&*was.contract), 1);
            }
            self.keys.push(key);
        }
        Ok(())
    }
}

/// The documents that are wanted and that the source has. Memory grows with the keys of those that are wanted.
///
/// # Errors
/// When log or source cannot be read.
pub(crate) fn choose(wanted: &Wanted, ports: &dyn Ports, plan: &Plan) -> Result<Chosen, CommandError> {
    let mut journal = ports.journal().map_err(|error| CommandError::port("cannot read the log", error))?;
    let mut source = ports.source().map_err(source_failed)?;
    let key_type = source.key_type();
    let mut unreadable = Unreadable::new("counts as changed");
    let (mut chosen, mut held, mut contracts) = (Chosen::default(), Vec::new(), HashSet::new());
    let mut found_count = 0;
    entries::named(&mut *journal, wanted.entries(), wanted.filter.keys(), &mut |page| {
        found_count += page.len();
        let (mut sure, mut unsure) = (Vec::new(), Vec::new());
        for entry in page {
            match wanted.takes(entry, plan) {
                Takes::Yes => sure.push(entry),
                // The source has nothing to compare with.
                Takes::IfChanged if KeyType::of(&entry.key) != key_type => sure.push(entry),
                Takes::IfChanged => unsure.push(entry),
                Takes::No => {}
            }
        }
        sure.extend(changed(ports, &mut source, &unsure, plan, &mut unreadable)?);
        held.extend(sure.iter().map(|entry| (entry.key.clone(), Was::of(entry, &mut contracts))));
        if are_sifted_by_page(key_type) { chosen.sift(&mut *source, &mut held) } else { Ok(()) }
    })?;
    chosen.sift(&mut *source, &mut held)?;
    unreadable.tell_the_rest();
    chosen.keys.sort_unstable();
    chosen.unlogged = wanted.filter.keys().len().saturating_sub(found_count) as u64;
    if wanted.filter.is_of_failures() || !wanted.is_of_any_outcome() {
        chosen.unlogged = 0;
    }
    Ok(chosen)
}

fn source_failed(error: PortError) -> CommandError {
    CommandError::port("cannot read the source", error)
}

/// Those of these documents that are not what they were: by their version, where documents have some, or else by their hash. Nobody knows of one
/// that cannot be read whether it is: it counts as changed.
fn changed<'e>(
    ports: &dyn Ports,
    source: &mut Box<dyn Source>,
    entries: &[&'e LogEntry],
    plan: &Plan,
    unreadable: &mut Unreadable,
) -> Result<Vec<&'e LogEntry>, CommandError> {
    let keys: Vec<_> = entries.iter().map(|entry| entry.key.clone()).collect();
    if plan.contract().source.version.is_some() {
        let versions = source.versions(&keys).map_err(source_failed)?.unwrap_or_default();
        let both = entries.iter().zip(versions);
        return Ok(both
            .filter(|(entry, version)| entry.source_version != *version)
            .map(|(entry, _)| *entry)
            .collect());
    }
    let max_bytes = plan.contract().document.limits.max_bytes;
    let mut hashes: HashMap<DocumentKey, u128> = HashMap::new();
    for part in keys.chunks(READ_TOGETHER) {
        let read = documents::each(ports, source, part, max_bytes, &mut |key, row| {
            match row {
                Ok(row) => {
                    hashes.insert(key.clone(), row.document.arrived().hash());
                }
                Err(error) => unreadable.tell(key, &error),
            }
            ControlFlow::Continue(())
        });
        read.map_err(source_failed)?;
    }
    let is_another = |entry: &&&LogEntry| {
        let hash = hashes.get(&entry.key);
        hash.is_none_or(|hash| format!("{hash:032x}") != entry.document_hash)
    };
    Ok(entries.iter().filter(is_another).copied().collect())
}

/// Documents of the log by whether the source has them, in the order of their keys.
struct Sifted<T> {
    there: Vec<(DocumentKey, T)>,
    gone: Vec<(DocumentKey, T)>,
}

/// Whether a page of the log is a range of the source's keys. Keys that are no integers may come in another order there: all are held, so that
/// the source is walked once and not for every page.
fn are_sifted_by_page(key_type: KeyType) -> bool {
    key_type == KeyType::Integer
}

fn sift<T>(source: &mut dyn Source, held: &mut Vec<(DocumentKey, T)>) -> Result<Sifted<T>, CommandError> {
    held.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    // What is of another type is none of the source's keys.
    let key_type = source.key_type();
    let (ours, mut gone): (Vec<_>, Vec<_>) =
        std::mem::take(held).into_iter().partition(|(key, _)| KeyType::of(key) == key_type);
    let (keys, rest): (Vec<_>, Vec<_>) = ours.into_iter().unzip();
    let is_there = listed(source, &keys).map_err(source_failed)?;
    let mut there = Vec::new();
    for ((key, rest), is_there) in keys.into_iter().zip(rest).zip(is_there) {
        if is_there { &mut there } else { &mut gone }.push((key, rest));
    }
    Ok(Sifted { there, gone })
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
        held: &mut Vec<(DocumentKey, bool)>,
    ) -> Result<(), CommandError> {
        for (key, is_success) in sift(source, held)?.gone {
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
    let mut source = ports.source().map_err(source_failed)?;
    let key_type = source.key_type();
    let (mut vanished, mut held) = (Vanished::default(), Vec::new());
    entries::pages(&mut *journal, Entries::All, &mut |page| {
        vanished.logged += page.len() as u64;
        let session = filter.session();
        let is_meant = |entry: &&LogEntry| {
            filter.takes_key(&entry.key) && session.is_none_or(|session| session == entry.session_id)
        };
        held.extend(page.iter().filter(is_meant).map(|entry| (entry.key.clone(), entry.is_success())));
        if are_sifted_by_page(key_type) { vanished.sift(&mut *source, &mut held) } else { Ok(()) }
    })?;
    vanished.sift(&mut *source, &mut held)?;
    vanished.keys.sort_unstable();
    Ok(vanished)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use xmlshred_engine::ports::{FailedDocuments, Fault, RunIdentity};
    use xmlshred_engine::shredding::Shredders as _;
    use xmlshred_engine::testing::Fixture as _;
    use xmlshred_engine::testing::faulty::{FaultyPorts, Script, Step};
    use xmlshred_engine::testing::memory::MemoryStore;
    use xmlshred_engine::testing::words::Words;
    use xmlshred_mapping::{Content, contract};
    use xmlshred_model::{BatchBuilder, DocumentRecord, Outcome, Share};

    use super::*;
    use crate::args::{Cli, Command};

    const CONTRACT: &str = "xmlshred: 1
source: { table: t, key: id, xml: xml }
document: { root: /a }
tables: { t: { columns: { id: { generate: document_key, type: text, key: true } } } }
";

    /// A log with these documents, each in the source, too, but for each tenth.
    fn store(key_type: KeyType, count: i64) -> MemoryStore {
        let words = Words::with_keys(key_type);
        let store = MemoryStore::new(words.schema()).with_tables();
        let mut batch = BatchBuilder::new(Arc::clone(words.schema()));
        for number in 0..count {
            let key = match key_type {
                KeyType::Text => DocumentKey::Text(format!("k{number}").into()),
                _ => DocumentKey::Int(number),
            };
            if number % 10 != 9 {
                store.insert_document(&key, Some(Content::Text("a")));
            }
            batch.finish_document(DocumentRecord {
                key,
                outcome: Outcome::Success,
                issues: Vec::new(),
                document_hash: 0,
                source_version: None,
                byte_count: 1,
                duration: std::time::Duration::ZERO,
                processed_at: 0,
            });
        }
        let identity = RunIdentity {
            session_id: "s".to_owned(),
            run_nonce: "n".to_owned(),
            share: Share::WHOLE,
            contract_hash: "another".to_owned(),
        };
        let mut sink = store.memory_ports().sink().unwrap();
        sink.commit(&batch.finish(), &identity, FailedDocuments::Leave).unwrap();
        store
    }

    fn chosen(ports: &FaultyPorts<'_>, which: &str) -> Chosen {
        let words = ["xmlshred", "retry"].into_iter().chain(which.split_whitespace());
        let Command::Retry(args) = Cli::parse_from(words).command else { panic!("it is a retry") };
        let plan = Plan::new(contract::load(CONTRACT).contract.unwrap());
        let wanted = Wanted::new(&args, &plan, &mut || ports.source()).unwrap();
        choose(&wanted, ports, &plan).unwrap()
    }

    #[test]
    fn the_source_is_walked_once_however_many_pages_the_log_has() {
        for (key_type, count) in [(KeyType::Text, 25_000), (KeyType::Integer, 25_000)] {
            let (store, left) = (store(key_type, count), count.cast_unsigned() / 10 * 9);
            let memory = store.memory_ports();
            let ports = FaultyPorts::new(&memory, Script::new());
            let chosen = chosen(&ports, "--contract-changed");
            assert_eq!((chosen.success, chosen.gone), (left, count.cast_unsigned() / 10));
            assert!(chosen.keys.len() as u64 == left && chosen.keys.is_sorted());
            assert_eq!(chosen.contracts, BTreeMap::from([("another".to_owned(), left)]));
            let pages = ports.script().calls(Step::Keys);
            assert!(pages <= 5, "{key_type}: {pages} pages of the source's keys");
        }
    }

    #[test]
    fn documents_that_cannot_be_read_count_as_changed() {
        let store = store(KeyType::Text, 200);
        let memory = store.memory_ports();
        let refused = ["k3", "k70"].map(|key| DocumentKey::Text(key.into()));
        let ports = FaultyPorts::new(&memory, Script::new().refuse_to_read(refused, Fault::AccessDenied));
        let chosen = chosen(&ports, "--document-changed");
        assert_eq!((chosen.success, chosen.gone), (180, 20), "no hash is that of the log");
    }
}
