//! What a look means: who is at work, who is gone, how long it will take.

use xmlshred_engine::ports::{LockHolder, LogTally, RunSession};
use xmlshred_model::UtcMicros;

use super::look::{Facts, MAX_INSTANCES, done_by};
use super::rates::Rates;
use crate::exit::Exit;

const SECOND: UtcMicros = 1_000_000;
/// Where nobody can be seen: who has not written for so long may be gone.
const SILENT_AFTER: UtcMicros = 10 * SECOND;
/// Who waits for so long stands still.
const STILL_AFTER: UtcMicros = 60 * SECOND;

/// How an instance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It has a session, and waits for no lock.
    Running,
    /// It waits for a lock.
    Waiting,
    /// Documents of its share are left, and it has no session.
    Gone,
    /// The same, and it has never begun.
    NotBegun,
    /// Nobody can see whether it lives; it has written nothing for a while.
    Silent,
    /// None of its documents is left.
    Done,
    /// It has no session; what is left of its share is not known.
    Ended,
}

impl State {
    /// In a word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Gone => "GONE",
            Self::NotBegun => "not begun",
            Self::Silent => "silent",
            Self::Done => "done",
            Self::Ended => "ended",
        }
    }
}

/// An instance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Instance {
    pub(crate) index: u32,
    pub(crate) count: u32,
    pub(crate) state: State,
    pub(crate) done: u64,
    pub(crate) left: Option<u64>,
    /// Of one that is at work.
    pub(crate) per_minute: Option<f64>,
    /// When its last document was processed.
    pub(crate) last: Option<UtcMicros>,
    pub(crate) host: Option<String>,
    pub(crate) pid: Option<u32>,
    pub(crate) lock: Option<LockHolder>,
}

/// What is told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Picture {
    pub(crate) facts: Facts,
    pub(crate) success: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
    pub(crate) instances: Vec<Instance>,
    pub(crate) per_minute: Option<f64>,
    pub(crate) seconds_left: Option<f64>,
    pub(crate) bytes_per_minute: Option<f64>,
    pub(crate) exit: Exit,
    /// What is to be told besides: what cannot be seen, or looks like a mistake.
    pub(crate) notes: Vec<String>,
}

impl Picture {
    /// What these facts mean for the contract of this name on this target.
    pub(crate) fn new(facts: Facts, rates: &Rates, contract: &str, target: &str) -> Self {
        let sum = |count: fn(&LogTally) -> u64| facts.tallies.iter().map(count).sum::<u64>();
        let instances = instances(&facts, rates);
        let (per_minute, seconds_left) = forecast(&facts, &instances);
        let mut picture = Self {
            success: sum(|tally| tally.success_count),
            failed: sum(|tally| tally.failed_count),
            skipped: sum(|tally| tally.skipped_count),
            notes: notes(&facts, contract, target),
            instances,
            per_minute,
            seconds_left,
            bytes_per_minute: rates.bytes(),
            exit: Exit::Done,
            facts,
        };
        picture.exit = picture.exit();
        picture
    }

    /// Documents that the log has.
    pub(crate) fn done(&self) -> u64 {
        self.success + self.failed + self.skipped
    }

    /// Whether somebody is at work.
    fn is_at_work(&self) -> bool {
        self.instances.iter().any(|one| matches!(one.state, State::Running | State::Waiting))
    }

    /// For cron: 0 done or running well, 1 something stands still or is gone, 3 finished and some failed.
    fn exit(&self) -> Exit {
        let stands_still = |one: &Instance| match one.state {
            State::Gone | State::NotBegun | State::Silent => true,
            State::Waiting => one.last.is_none_or(|last| self.facts.now - last > STILL_AFTER),
            State::Running | State::Done | State::Ended => false,
        };
        let nobody_begins = self.instances.is_empty() && self.facts.left.is_some_and(|left| left > 0);
        if self.instances.iter().any(stands_still) || nobody_begins {
            Exit::Stopped
        } else if self.failed > 0 && !self.is_at_work() {
            Exit::SomeFailed
        } else {
            Exit::Done
        }
    }

    /// What to type.
    pub(crate) fn next(&self) -> Vec<String> {
        let run = |one: &Instance| match one.count {
            1 => "xmlshred run".to_owned(),
            count => format!("xmlshred run --instance-id {} --instance-count {count}", one.index),
        };
        let is_missing = |one: &&Instance| matches!(one.state, State::Gone | State::NotBegun);
        let mut commands: Vec<_> =
            self.instances.iter().filter(is_missing).take(MAX_COMMANDS).map(run).collect();
        if self.instances.is_empty() && self.facts.left.is_some_and(|left| left > 0) {
            let tables = if self.facts.contracts.is_none() { " --create-tables" } else { "" };
            commands.push(format!("xmlshred run{tables}"));
        }
        if self.failed > 0 {
            commands.push("xmlshred failures".to_owned());
        }
        commands
    }
}

/// Instances that are to be started, of which so many are named.
const MAX_COMMANDS: usize = 8;

fn instances(facts: &Facts, rates: &Rates) -> Vec<Instance> {
    let Some(count) = facts.instance_count else { return Vec::new() };
    // Others may have written the log.
    let indexes: Vec<u32> = match count {
        0..=MAX_INSTANCES => (0..count).collect(),
        _ => {
            let of_tallies = facts.tallies.iter().filter(|tally| tally.instance_count == count);
            let mut seen: Vec<_> = of_tallies.map(|tally| tally.instance_id).collect();
            seen.sort_unstable();
            seen.dedup();
            seen.into_iter().take(MAX_INSTANCES as usize).collect()
        }
    };
    indexes.into_iter().map(|index| instance(facts, rates, index, count)).collect()
}

fn instance(facts: &Facts, rates: &Rates, index: u32, count: u32) -> Instance {
    let is_its =
        |session: &&RunSession| (session.name.share.index(), session.name.share.count()) == (index, count);
    let sessions: Option<Vec<_>> =
        facts.sessions.as_ref().map(|sessions| sessions.iter().filter(is_its).collect());
    let of = facts.tallies.iter().filter(|tally| (tally.instance_id, tally.instance_count) == (index, count));
    let last = of.map(|tally| tally.last).max();
    let left = facts.left_of.get(index as usize).copied().flatten();
    let lock = sessions.iter().flatten().find_map(|session| session.waits_for.clone());
    let state = match &sessions {
        Some(sessions) if !sessions.is_empty() && lock.is_some() => State::Waiting,
        Some(sessions) if !sessions.is_empty() => State::Running,
        _ if left == Some(0) => State::Done,
        Some(_) if left.is_none() => State::Ended,
        _ if last.is_none() => State::NotBegun,
        Some(_) => State::Gone,
        None if last.is_some_and(|last| facts.now - last < SILENT_AFTER) => State::Running,
        None => State::Silent,
    };
    let one = sessions.iter().flatten().next();
    let is_running = matches!(state, State::Running);
    Instance {
        index,
        count,
        state,
        done: done_by(facts, index),
        left,
        per_minute: is_running.then(|| rates.documents(facts, index)).flatten(),
        last,
        host: one.and_then(|session| session.host.clone()),
        pid: one.map(|session| session.name.pid),
        lock,
    }
}

/// Documents per minute of all, and how long they take for what they will do: nobody does the share of one who is gone.
fn forecast(facts: &Facts, instances: &[Instance]) -> (Option<f64>, Option<f64>) {
    let rates: Vec<_> = instances.iter().filter_map(|one| one.per_minute).collect();
    if rates.is_empty() {
        return (None, None);
    }
    let per_minute: f64 = rates.iter().sum();
    let is_at_work = |one: &&Instance| matches!(one.state, State::Running | State::Waiting);
    let shares = instances.iter().filter(is_at_work).map(|one| one.left);
    let left = shares.collect::<Option<Vec<_>>>().map(|left| left.iter().sum()).or(facts.left);
    let left = left.filter(|left| *left > 0);
    (Some(per_minute), left.filter(|_| per_minute > 0.0).map(|left| left as f64 * 60.0 / per_minute))
}

fn notes(facts: &Facts, contract: &str, target: &str) -> Vec<String> {
    let mut notes = Vec::new();
    match &facts.contracts {
        None => notes.push(format!(
            "There is no log in {target}: no run has begun there, or the address names another database or schema."
        )),
        Some(contracts) if facts.tallies.is_empty() && !contracts.is_empty() => {
            let named = contracts.iter().take(5).map(|(name, count)| {
                format!("{} of `{name}`", crate::console::count(*count))
            });
            let named: Vec<_> = named.collect();
            notes.push(format!(
                "The log has no row of contract `{contract}`, but {}: is it the right contract?",
                named.join(", ")
            ));
        }
        Some(_) => {}
    }
    notes.extend(facts.uncounted.clone());
    let unknown = facts.sessions.is_none() && facts.left != Some(0) && !facts.tallies.is_empty();
    if unknown {
        notes.push(format!(
            "Who is at work cannot be seen: it is told by the age of the last commit ({} s). SQL Server shows sessions to who may VIEW SERVER STATE.",
            SILENT_AFTER / SECOND
        ));
    }
    notes
}
