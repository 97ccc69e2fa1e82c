//! Any database, with faults at scripted moments.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};
use xmlshred_model::{Batch, DocumentKey, DocumentRecord, KeyType, Outcome};

use crate::ports::{
    CauseTally, Commit, Entries, FailedDocuments, Fault, FetchedRow, IssueTally, Journal, LogEntry, LogTally,
    Logged, PortError, Ports, RunIdentity, Selection, Sink, Source,
};

/// A moment at which something can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Opening the source.
    OpenSource,
    /// Opening the sink.
    OpenSink,
    /// Opening the journal.
    OpenJournal,
    /// Before counting.
    Count,
    /// Before a page of keys is read.
    Keys,
    /// Before documents are read.
    Fetch,
    /// After a document was handed over, before the next.
    BetweenDocuments,
    /// Before a transaction begins.
    BeforeCommit,
    /// After a transaction was committed, before its answer arrives.
    AfterCommit,
    /// Before the log is asked.
    Processed,
    /// Before tables are created.
    CreateTables,
    /// After tables were created, before the answer.
    AfterCreateTables,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 12] = [
        Self::OpenSource,
        Self::OpenSink,
        Self::OpenJournal,
        Self::Count,
        Self::Keys,
        Self::Fetch,
        Self::BetweenDocuments,
        Self::BeforeCommit,
        Self::AfterCommit,
        Self::Processed,
        Self::CreateTables,
        Self::AfterCreateTables,
    ];
}

/// What happens at a step.
enum Act {
    Fail(Fault),
    Crash,
    Panic,
    Hold { reached: Sender<()>, release: Receiver<()> },
}

/// When what goes wrong. Shared by all ports of one [`FaultyPorts`].
#[derive(Default)]
pub struct Script {
    state: Mutex<State>,
    refused: Option<Refused>,
    unreadable: Option<Refused>,
    spoiling: Option<Refused>,
    unlisted: Option<(DocumentKey, Fault)>,
}

/// What a database refuses.
struct Refused {
    keys: HashSet<DocumentKey>,
    fault: Fault,
    telling: Telling,
    rows: RefusedRows,
}

/// Which rows of a document the target refuses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RefusedRows {
    Documents,
    DocumentsAndLog,
}

impl Refused {
    fn new(keys: impl IntoIterator<Item = DocumentKey>, fault: Fault) -> Self {
        Self {
            keys: keys.into_iter().collect(),
            fault,
            telling: Telling::Nothing,
            rows: RefusedRows::Documents,
        }
    }
}

/// What the target tells of whom it refuses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Telling {
    Nothing,
    FirstGuilty,
}

#[derive(Default)]
struct State {
    calls: HashMap<Step, u64>,
    acts: HashMap<(Step, u64), Act>,
    chance: Option<(fastrand::Rng, f64)>,
    has_crashed: bool,
}

impl State {
    fn act_by_chance(&mut self) -> Option<Act> {
        let (rng, probability) = self.chance.as_mut()?;
        let faults = [Fault::Busy, Fault::ConnectionLost, Fault::Timeout];
        (rng.f64() < *probability).then(|| Act::Fail(faults[rng.usize(..faults.len())].clone()))
    }
}

impl Script {
    /// Nothing goes wrong.
    pub fn new() -> Self {
        Self::default()
    }

    /// The `nth` time (from 1) that this step is reached, this fault.
    #[must_use]
    pub fn fail(self, step: Step, nth: u64, fault: Fault) -> Self {
        self.act(step, nth, Act::Fail(fault))
    }

    /// The first `count` times that this step is reached, this fault.
    #[must_use]
    pub fn fail_first(self, step: Step, count: u64, fault: &Fault) -> Self {
        (1..=count).fold(self, |script, nth| script.fail(step, nth, fault.clone()))
    }

    /// The `nth` time that this step is reached, the process is killed: from then on, no call does anything.
    #[must_use]
    pub fn crash(self, step: Step, nth: u64) -> Self {
        self.act(step, nth, Act::Crash)
    }

    /// The `nth` time that this step is reached, a panic.
    #[must_use]
    pub fn panic(self, step: Step, nth: u64) -> Self {
        self.act(step, nth, Act::Panic)
    }

    /// The `nth` time that this step is reached, nothing happens until the hold is released or dropped.
    pub fn hold(self, step: Step, nth: u64) -> (Self, Hold) {
        let (reached, is_reached) = bounded(1);
        let (releases, release) = bounded(1);
        (self.act(step, nth, Act::Hold { reached, release }), Hold { is_reached, releases })
    }

    /// At every step, with this probability, a fault that passes. The sequence depends on the seed alone.
    #[must_use]
    pub fn by_chance(self, seed: u64, probability: f64) -> Self {
        self.state().chance = Some((fastrand::Rng::with_seed(seed), probability));
        self
    }

    /// The target refuses rows of these documents.
    #[must_use]
    pub fn refuse(self, keys: impl IntoIterator<Item = DocumentKey>, fault: Fault) -> Self {
        Self { refused: Some(Refused::new(keys, fault)), ..self }
    }

    /// The same, and it tells which document of a batch is the first.
    #[must_use]
    pub fn refuse_and_tell(self, keys: impl IntoIterator<Item = DocumentKey>, fault: Fault) -> Self {
        let refused = Refused { telling: Telling::FirstGuilty, ..Refused::new(keys, fault) };
        Self { refused: Some(refused), ..self }
    }

    /// The target refuses rows of these documents, and their log rows too.
    #[must_use]
    pub fn refuse_with_log(self, keys: impl IntoIterator<Item = DocumentKey>, fault: Fault) -> Self {
        let refused = Refused { rows: RefusedRows::DocumentsAndLog, ..Refused::new(keys, fault) };
        Self { refused: Some(refused), ..self }
    }

    /// The source refuses any request for several documents of which one is among these.
    #[must_use]
    pub fn refuse_to_read(self, keys: impl IntoIterator<Item = DocumentKey>, fault: Fault) -> Self {
        Self { unreadable: Some(Refused::new(keys, fault)), ..self }
    }

    /// After a transaction with one of these documents, whatever came of it, its session refuses everything.
    #[must_use]
    pub fn spoil_session(self, keys: impl IntoIterator<Item = DocumentKey>, fault: Fault) -> Self {
        Self { spoiling: Some(Refused::new(keys, fault)), ..self }
    }

    /// No page of keys that reaches to this one can be read.
    #[must_use]
    pub fn refuse_to_list(self, key: DocumentKey, fault: Fault) -> Self {
        Self { unlisted: Some((key, fault)), ..self }
    }

    /// How often a step was reached.
    pub fn calls(&self, step: Step) -> u64 {
        self.state().calls.get(&step).copied().unwrap_or(0)
    }

    /// Whether the process was killed.
    pub fn has_crashed(&self) -> bool {
        self.state().has_crashed
    }

    fn act(self, step: Step, nth: u64, act: Act) -> Self {
        self.state().acts.insert((step, nth), act);
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reach(&self, step: Step) -> Result<(), PortError> {
        let act = {
            let mut state = self.state();
            if state.has_crashed {
                return Err(crashed());
            }
            let calls = state.calls.entry(step).or_default();
            *calls += 1;
            let nth = *calls;
            let act = state.acts.remove(&(step, nth));
            if matches!(act, Some(Act::Crash)) {
                state.has_crashed = true;
            }
            act.or_else(|| state.act_by_chance())
        };
        match act {
            None => Ok(()),
            Some(Act::Fail(fault)) => {
                Err(PortError::new(fault.clone(), format!("scripted fault {fault:?} at {step:?}")))
            }
            Some(Act::Crash) => Err(crashed()),
            Some(Act::Panic) => panic!("scripted panic at {step:?}"),
            Some(Act::Hold { reached, release }) => {
                let _ = reached.send(());
                let _ = release.recv();
                Ok(())
            }
        }
    }

    fn check_refused(&self, batch: &Batch) -> Result<(), PortError> {
        let Some(Refused { keys, fault, telling, rows }) = &self.refused else { return Ok(()) };
        let is_guilty = |document: &&DocumentRecord| {
            let is_meant = document.outcome == Outcome::Success || *rows == RefusedRows::DocumentsAndLog;
            is_meant && keys.contains(&document.key)
        };
        let Some(guilty) = batch.documents().iter().find(is_guilty) else { return Ok(()) };
        let suspect = (*telling == Telling::FirstGuilty).then(|| guilty.key.clone());
        Err(PortError::new(fault.clone(), "scripted refusal").about(suspect))
    }

    fn check_readable(&self, wanted: &[DocumentKey]) -> Result<(), PortError> {
        match &self.unreadable {
            Some(Refused { keys, fault, .. }) if wanted.iter().any(|key| keys.contains(key)) => {
                Err(PortError::new(fault.clone(), "scripted refusal to read"))
            }
            _ => Ok(()),
        }
    }
}

fn crashed() -> PortError {
    PortError::new(Fault::Other, "the process was killed")
}

/// Holds back a call until it is released.
#[derive(Debug)]
pub struct Hold {
    is_reached: Receiver<()>,
    releases: Sender<()>,
}

impl Hold {
    /// Waits until the step is reached. Says false when it never will be.
    pub fn wait(&self) -> bool {
        self.is_reached.recv().is_ok()
    }

    /// Lets the call go on.
    pub fn release(self) {
        let _ = self.releases.send(());
    }
}

/// Ports with faults.
pub struct FaultyPorts<'a> {
    inner: &'a dyn Ports,
    script: Arc<Script>,
}

impl<'a> FaultyPorts<'a> {
    /// These ports, with these faults.
    pub fn new(inner: &'a dyn Ports, script: Script) -> Self {
        Self { inner, script: Arc::new(script) }
    }

    /// What was reached so far.
    pub fn script(&self) -> &Script {
        &self.script
    }
}

impl Ports for FaultyPorts<'_> {
    fn source(&self) -> Result<Box<dyn Source>, PortError> {
        self.script.reach(Step::OpenSource)?;
        Ok(Box::new(Faulty::new(self.inner.source()?, &self.script)))
    }

    fn sink(&self) -> Result<Box<dyn Sink>, PortError> {
        self.script.reach(Step::OpenSink)?;
        Ok(Box::new(Faulty::new(self.inner.sink()?, &self.script)))
    }

    fn journal(&self) -> Result<Box<dyn Journal>, PortError> {
        self.script.reach(Step::OpenJournal)?;
        Ok(Box::new(Faulty::new(self.inner.journal()?, &self.script)))
    }

    fn max_loaders(&self) -> usize {
        self.inner.max_loaders()
    }
}

struct Faulty<P: ?Sized> {
    script: Arc<Script>,
    inner: Box<P>,
    is_spoiled: bool,
}

impl<P: ?Sized> Faulty<P> {
    fn new(inner: Box<P>, script: &Arc<Script>) -> Self {
        Self { script: Arc::clone(script), inner, is_spoiled: false }
    }
}

impl Source for Faulty<dyn Source> {
    fn keys(
        &mut self,
        selection: &Selection,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<DocumentKey>, PortError> {
        self.script.reach(Step::Keys)?;
        let keys = self.inner.keys(selection, after, limit)?;
        match &self.script.unlisted {
            Some((key, fault)) if keys.contains(key) => {
                Err(PortError::new(fault.clone(), "scripted refusal to list"))
            }
            _ => Ok(keys),
        }
    }

    fn sees_journal(&self) -> bool {
        self.inner.sees_journal()
    }

    fn key_type(&self) -> KeyType {
        self.inner.key_type()
    }

    fn promises_unique_keys(&self) -> bool {
        self.inner.promises_unique_keys()
    }

    fn versions(&mut self, keys: &[DocumentKey]) -> Result<Option<Vec<Option<String>>>, PortError> {
        self.inner.versions(keys)
    }

    fn fetch(
        &mut self,
        keys: &[DocumentKey],
        max_bytes: u64,
        take: &mut dyn FnMut(DocumentKey, FetchedRow) -> ControlFlow<()>,
    ) -> Result<(), PortError> {
        let Self { script, inner, is_spoiled: _ } = self;
        script.reach(Step::Fetch)?;
        script.check_readable(keys)?;
        let mut fault = None;
        inner.fetch(keys, max_bytes, &mut |key, fetched| {
            take(key, fetched)?;
            match script.reach(Step::BetweenDocuments) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    fault = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        fault.map_or(Ok(()), Err)
    }

    fn count(&mut self, selection: &Selection) -> Result<Option<u64>, PortError> {
        self.script.reach(Step::Count)?;
        self.inner.count(selection)
    }
}

impl Sink for Faulty<dyn Sink> {
    fn commit(
        &mut self,
        batch: &Batch,
        identity: &RunIdentity,
        failed: FailedDocuments,
    ) -> Result<Commit, PortError> {
        self.script.reach(Step::BeforeCommit)?;
        if let Some(Refused { keys, fault, .. }) = &self.script.spoiling {
            if self.is_spoiled {
                return Err(PortError::new(fault.clone(), "scripted refusal of the session").of_log());
            }
            // Its own log row alone spoils nothing: no trigger of its rows runs.
            self.is_spoiled = batch
                .documents()
                .iter()
                .any(|document| document.outcome == Outcome::Success && keys.contains(&document.key));
        }
        self.script.check_refused(batch)?;
        let commit = self.inner.commit(batch, identity, failed)?;
        self.script.reach(Step::AfterCommit)?;
        Ok(commit)
    }

    fn remove(&mut self, keys: &[DocumentKey]) -> Result<(), PortError> {
        self.script.reach(Step::BeforeCommit)?;
        self.inner.remove(keys)?;
        self.script.reach(Step::AfterCommit)
    }
}

impl Journal for Faulty<dyn Journal> {
    fn create_tables(&mut self) -> Result<(), PortError> {
        self.script.reach(Step::CreateTables)?;
        self.inner.create_tables()?;
        self.script.reach(Step::AfterCreateTables)
    }

    fn processed(
        &mut self,
        keys: &[DocumentKey],
        versions: Option<&[Option<String>]>,
        failed: FailedDocuments,
    ) -> Result<Vec<DocumentKey>, PortError> {
        self.script.reach(Step::Processed)?;
        self.inner.processed(keys, versions, failed)
    }

    fn logged(&mut self, selection: &Selection) -> Result<Logged, PortError> {
        self.inner.logged(selection)
    }

    fn tally(&mut self) -> Result<Vec<LogTally>, PortError> {
        self.inner.tally()
    }

    fn contracts(&mut self) -> Result<Option<Vec<(String, u64)>>, PortError> {
        self.inner.contracts()
    }

    fn causes(&mut self) -> Result<Vec<CauseTally>, PortError> {
        self.inner.causes()
    }

    fn entries(
        &mut self,
        which: Entries,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<LogEntry>, PortError> {
        self.inner.entries(which, after, limit)
    }

    fn issues(&mut self, session: Option<&str>) -> Result<Vec<IssueTally>, PortError> {
        self.inner.issues(session)
    }

    fn entries_of(&mut self, which: Entries, keys: &[DocumentKey]) -> Result<Vec<LogEntry>, PortError> {
        self.inner.entries_of(which, keys)
    }
}
