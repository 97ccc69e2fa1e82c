//! A look at log, source and server.

use std::time::{Duration, Instant};

use xmlshred_databases::Overview;
use xmlshred_engine::ports::{
    CauseTally, FailedDocuments, Fault, Journal, LogTally, PortError, Ports, RunSession, Selection, Source,
};
use xmlshred_mapping::Plan;
use xmlshred_model::{KeyRange, KeyType, Share, UtcMicros};

use crate::database::{self, NoFiles};
use crate::error::CommandError;
use crate::settings::Connection;

/// What is left is counted anew after this time; meanwhile the log tells.
const COUNTED_ANEW_AFTER: Duration = Duration::from_secs(60);
/// Instances whose shares are counted one by one.
pub(super) const MAX_INSTANCES: u32 = 256;

/// What a look has found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Facts {
    pub(crate) now: UtcMicros,
    pub(crate) tallies: Vec<LogTally>,
    /// Contracts of which the log has rows; `None` where there is no log.
    pub(crate) contracts: Option<Vec<(String, u64)>>,
    pub(crate) causes: Vec<CauseTally>,
    /// Of this contract's runs; `None` where they cannot be seen.
    pub(crate) sessions: Option<Vec<RunSession>>,
    /// Documents of all instances that are not processed; `None` where they cannot be counted.
    pub(crate) left: Option<u64>,
    /// How many instances there are now, or were last.
    pub(crate) instance_count: Option<u32>,
    /// The same for each instance, as far as that can be told.
    pub(crate) left_of: Vec<Option<u64>>,
    pub(crate) bytes: Option<u64>,
    /// Why what is left is not counted.
    pub(crate) uncounted: Option<String>,
}

/// Looks again and again.
pub(crate) struct Looker<'a> {
    connection: &'a Connection,
    plan: &'a Plan,
    ports: Box<dyn Ports>,
    journal: Option<Box<dyn Journal>>,
    overview: Option<Box<dyn Overview>>,
    counted: Option<Counted>,
}

/// What was left at some moment, and what was done then.
struct Counted {
    at: Instant,
    instance_count: Option<u32>,
    left: Option<u64>,
    done: u64,
    of: Vec<(Option<u64>, u64)>,
    uncounted: Option<String>,
}

impl<'a> Looker<'a> {
    /// One that has not looked yet.
    ///
    /// # Errors
    /// When the files of the source cannot be listed.
    pub(crate) fn new(connection: &'a Connection, plan: &'a Plan) -> Result<Self, CommandError> {
        let ports = database::open_to_read(connection, plan, NoFiles::Refuse)?;
        Ok(Self { connection, plan, ports, journal: None, overview: None, counted: None })
    }

    /// Looks.
    ///
    /// # Errors
    /// When target or source cannot be reached, or lack what the contract names. The next look begins anew.
    pub(crate) fn look(&mut self) -> Result<Facts, CommandError> {
        let looked = self.try_look();
        if looked.is_err() {
            (self.journal, self.overview) = (None, None);
        }
        looked
    }

    fn try_look(&mut self) -> Result<Facts, CommandError> {
        let of_log = |error| CommandError::port("cannot read the log", error);
        let overview = match self.overview.take() {
            Some(overview) => overview,
            None => database::overview(self.connection)?,
        };
        let overview = self.overview.insert(overview);
        let contract_name = &self.plan.schema().contract_name;
        // Who may not ask for it sees the rest.
        let sessions = overview.sessions().or_else(unless_gone)?.map(|mut sessions| {
            sessions.retain(|session| session.name.is_of(contract_name));
            sessions
        });
        let bytes = overview.byte_count(self.plan.schema()).or_else(unless_gone)?;
        let journal = match self.journal.take() {
            Some(journal) => journal,
            None => self.ports.journal().map_err(of_log)?,
        };
        let journal = self.journal.insert(journal);
        let contracts = journal.contracts().map_err(of_log)?;
        let tallies = if contracts.is_some() { journal.tally().map_err(of_log)? } else { Vec::new() };
        let causes = match tallies.iter().any(|tally| tally.failed_count > 0) {
            true => journal.causes().map_err(of_log)?,
            false => Vec::new(),
        };
        let now = jiff::Timestamp::now().as_microsecond();
        let instance_count = instance_count(sessions.as_deref(), &tallies);
        let mut facts =
            Facts { now, tallies, contracts, causes, sessions, bytes, instance_count, ..Facts::default() };
        self.count_what_is_left(&mut facts)?;
        Ok(facts)
    }

    fn count_what_is_left(&mut self, facts: &mut Facts) -> Result<(), CommandError> {
        let is_fresh = |counted: &Counted| {
            counted.instance_count == facts.instance_count && counted.at.elapsed() < COUNTED_ANEW_AFTER
        };
        let counted = match self.counted.take().filter(is_fresh) {
            Some(counted) => counted,
            None => self.counted(facts)?,
        };
        let since = |left: Option<u64>, then: u64, now: u64| {
            left.map(|left| left.saturating_sub(now.saturating_sub(then)))
        };
        facts.left = since(counted.left, counted.done, done(&facts.tallies));
        let of = counted.of.iter().zip(0..);
        facts.left_of = of.map(|((left, then), index)| since(*left, *then, done_by(facts, index))).collect();
        facts.uncounted.clone_from(&counted.uncounted);
        self.counted = Some(counted);
        Ok(())
    }

    fn counted(&mut self, facts: &Facts) -> Result<Counted, CommandError> {
        let failed = |error| CommandError::port("cannot count the documents", error);
        let (instance_count, done) = (facts.instance_count, done(&facts.tallies));
        let nothing =
            Counted { at: Instant::now(), instance_count, left: None, done, of: Vec::new(), uncounted: None };
        let mut source = match self.ports.source() {
            Ok(source) => source,
            // The log tells what it knows, also where documents come from elsewhere.
            Err(error) if matches!(error.fault, Fault::MissingTable { .. }) => {
                let uncounted = Some(format!(
                    "{error}: what is left is not counted; name the source as for the run, with --files or --source-url"
                ));
                return Ok(Counted { uncounted, ..nothing });
            }
            Err(error) => return Err(CommandError::port("cannot open the source", error)),
        };
        let journal = self.journal.as_mut().expect("the log was read a moment ago");
        let left = left(&mut *source, &mut **journal, Share::WHOLE).map_err(failed)?;
        let mut of = Vec::new();
        for index in 0..instance_count.unwrap_or(0).min(MAX_INSTANCES) {
            let counted = match (instance_count, left) {
                (Some(1), _) | (_, Some(0) | None) => left,
                // Of other keys, a share is counted by walking through all of them.
                _ if source.key_type() != KeyType::Integer => None,
                (count, _) => match Share::new(index, count.unwrap_or(1)) {
                    Ok(share) => self::left(&mut *source, &mut **journal, share).map_err(failed)?,
                    Err(_) => None,
                },
            };
            of.push((counted, done_by(facts, index)));
        }
        Ok(Counted { left, of, ..nothing })
    }
}

/// What only decorates may be refused; a server that is gone is gone.
fn unless_gone<T>(error: PortError) -> Result<Option<T>, CommandError> {
    match error.fault {
        Fault::ConnectionLost | Fault::CannotConnect | Fault::Timeout => {
            Err(CommandError::port("cannot look at the target", error))
        }
        _ => Ok(None),
    }
}

/// Documents of a share that are not processed.
fn left(source: &mut dyn Source, journal: &mut dyn Journal, share: Share) -> Result<Option<u64>, PortError> {
    let selection = Selection { range: KeyRange::default(), share, failed: FailedDocuments::Leave };
    let Some(counted) = source.count(&selection)? else { return Ok(None) };
    if source.sees_journal() {
        return Ok(Some(counted));
    }
    Ok(Some(counted.saturating_sub(journal.logged(&selection)?.processed(selection.failed))))
}

/// That of those who are at work, or else of who has written into the log last.
fn instance_count(sessions: Option<&[RunSession]>, tallies: &[LogTally]) -> Option<u32> {
    let at_work = sessions.into_iter().flatten().map(|session| session.name.share.count()).max();
    at_work.or_else(|| Some(tallies.iter().max_by_key(|tally| tally.last)?.instance_count))
}

fn done(tallies: &[LogTally]) -> u64 {
    tallies.iter().map(LogTally::document_count).sum()
}

/// Documents that an instance of the present count has done, in all sessions.
pub(super) fn done_by(facts: &Facts, index: u32) -> u64 {
    let is_of =
        |tally: &&LogTally| tally.instance_id == index && Some(tally.instance_count) == facts.instance_count;
    facts.tallies.iter().filter(is_of).map(LogTally::document_count).sum()
}
