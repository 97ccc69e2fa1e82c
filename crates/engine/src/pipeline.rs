//! The run itself: threads, the channels between them, and how they end.
//!
//! Life of a document:
//! 1. the reader asks the source for a page of keys of this instance's share that the log does not have;
//! 2. it fetches them in chunks, and puts each chunk into the first queue, waiting while that is full;
//! 3. a worker takes the chunk and shreds each document into its batch: rows, or the reason of a failure;
//! 4. a batch that is full goes into the second queue;
//! 5. a loader commits it: rows and log rows in one transaction;
//! 6. a batch that is refused is split until the guilty document stands alone, which is then logged as failed.
//!
//! Whoever ends drops its ends of the queues, and so ends its neighbours; nobody can wait for someone who is gone.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{Builder, Scope};
use std::time::Instant;

use crossbeam_channel::bounded;
use xmlshred_mapping::Plan;
use xmlshred_model::{DocumentKey, KeyType};

use crate::activity::Activity;
use crate::connection::{Connection, Refusal};
use crate::control::Control;
use crate::error::RunError;
use crate::event::{Event, Observer, Remaining};
use crate::loader::Loader;
use crate::ports::{Journal, Ports, RunIdentity, Selection, Sink, Source};
use crate::reader::{Reader, ReaderEnd};
use crate::settings::{DryRun, MaxFailures, RetrySettings, RunSettings};
use crate::shredding::Shredders;
use crate::stop::StopSignal;
use crate::summary::{Ended, RunSummary, Totals};
use crate::watch::watched;
use crate::worker::Worker;

/// Processes every document of the instance's share (`identity.share`) within `settings.range` that the log does not
/// have. May be killed at any moment and called again.
///
/// Blocks until the run has ended. A requested stop ends it early without error: documents not begun are left, batches
/// that were begun are committed if that takes one try. [`Event::Started`] comes first and [`Event::Finished`] last,
/// both only when the databases could be reached.
///
/// # Errors
/// When a database cannot be reached or fails for good, when too many documents fail, or for a defect. What is committed
/// stays.
pub fn run(
    ports: &dyn Ports,
    plan: &Arc<Plan>,
    identity: &RunIdentity,
    settings: &RunSettings,
    observer: &dyn Observer,
    stop: &StopSignal,
) -> Result<RunSummary, RunError> {
    run_with(ports, plan, identity, settings, observer, stop)
}

/// [`run`] with any shredder.
///
/// # Errors
/// As [`run`].
pub fn run_with(
    ports: &dyn Ports,
    shredders: &dyn Shredders,
    identity: &RunIdentity,
    settings: &RunSettings,
    observer: &dyn Observer,
    stop: &StopSignal,
) -> Result<RunSummary, RunError> {
    let control = Control::new(observer, stop, settings.retry, settings.max_failures);
    watched(&control, ports, || run_watched(&control, ports, shredders, identity, settings))
}

fn run_watched(
    control: &Control<'_>,
    ports: &dyn Ports,
    shredders: &dyn Shredders,
    identity: &RunIdentity,
    settings: &RunSettings,
) -> Result<RunSummary, RunError> {
    let started = Instant::now();
    let selection =
        Selection { range: settings.range.clone(), share: identity.share, failed: settings.failed };
    let before = settings.reached_before;
    let mut source = Connection::new(Activity::ConnectSource, || ports.source()).reached(before);
    let mut sink = (settings.dry_run != DryRun::WithoutTarget)
        .then(|| Connection::new(Activity::ConnectTarget, || ports.sink()).reached(before));
    let mut journal = Connection::new(Activity::ReadLog, || ports.journal()).reached_before();
    let interrupted = |elapsed| RunSummary { ended: Ended::Interrupted, totals: Totals::default(), elapsed };
    if control.stop_requested() {
        return Ok(interrupted(started.elapsed()));
    }
    let prepared = prepare(control, &mut source, sink.as_mut(), &mut journal, &selection);
    let (key_type, remaining) = match prepared {
        Ok(prepared) => prepared,
        Err(Refusal::Ended) => return Ok(interrupted(started.elapsed())),
        Err(Refusal::Fatal(error)) => return Err(error),
        Err(Refusal::Document(_, error)) => return Err(RunError::Port { during: Activity::Count, error }),
    };
    control.emit(&Event::Started { key_type, remaining });
    let sink = sink.filter(|_| settings.dry_run.writes());
    let end = flow(control, ports, shredders, identity, settings, selection, source, journal, sink);
    control.emit(&Event::Finished);
    let totals = control.finish()?;
    let ended = match end {
        _ if control.was_cut_short() => Ended::Interrupted,
        ReaderEnd::Exhausted => Ended::Completed,
        ReaderEnd::LimitReached => Ended::LimitReached,
        ReaderEnd::Ended => Ended::Interrupted,
    };
    Ok(RunSummary { ended, totals, elapsed: started.elapsed() })
}

/// Creates missing target, log and issue tables, with the patience that `retry` says.
///
/// # Errors
/// When that cannot be done, or a stop is requested while waiting.
pub fn create_tables(
    ports: &dyn Ports,
    retry: &RetrySettings,
    observer: &dyn Observer,
    stop: &StopSignal,
) -> Result<(), RunError> {
    let control = Control::new(observer, stop, *retry, MaxFailures::default());
    let mut journal = Connection::new(Activity::ConnectTarget, || ports.journal());
    let created =
        watched(&control, ports, || journal.with(&control, Activity::CreateTables, Journal::create_tables));
    created.map_err(|refusal| match refusal {
        Refusal::Ended => RunError::Interrupted,
        Refusal::Fatal(error) => error,
        Refusal::Document(_, error) => RunError::Port { during: Activity::CreateTables, error },
    })
}

/// Removes documents from the target, with their rows, issues and log rows: so many in one transaction, with the patience that `retry` says.
/// Can be repeated.
///
/// # Errors
/// When that cannot be done, or a stop is requested between two transactions.
pub fn remove(
    ports: &dyn Ports,
    keys: &[DocumentKey],
    batch_size: NonZeroUsize,
    retry: &RetrySettings,
    observer: &dyn Observer,
    stop: &StopSignal,
) -> Result<(), RunError> {
    let control = Control::new(observer, stop, *retry, MaxFailures::default());
    let mut source = Connection::new(Activity::ConnectSource, || ports.source());
    let mut sink = Connection::new(Activity::ConnectTarget, || ports.sink());
    let mut removed = || {
        // It knows what keys are.
        source.connect(&control)?;
        for part in keys.chunks(batch_size.get()) {
            if control.stop_requested() {
                return Err(Refusal::Ended);
            }
            sink.with(&control, Activity::Remove, |sink| sink.remove(part))?;
        }
        Ok(())
    };
    removed().map_err(|refusal| match refusal {
        Refusal::Ended => RunError::Interrupted,
        Refusal::Fatal(error) => error,
        Refusal::Document(_, error) => RunError::Port { during: Activity::Remove, error },
    })
}

/// Finds out that both databases answer, before anything is begun, and how much there is to do.
fn prepare<'a>(
    control: &Control<'_>,
    source: &mut Connection<'a, dyn Source>,
    sink: Option<&mut Connection<'a, dyn Sink>>,
    journal: &mut Connection<'a, dyn Journal>,
    selection: &Selection,
) -> Result<(KeyType, Option<Remaining>), Refusal> {
    let key_type = source.with(control, Activity::ConnectSource, |source| Ok(source.key_type()))?;
    if let Some(sink) = sink {
        sink.connect(control)?;
    }
    let remaining = match count(control, source, journal, selection) {
        // It is for the progress bar alone: whatever stands in the way of reading documents, reading them tells.
        Err(Refusal::Fatal(RunError::Port { during: Activity::Count, .. })) => None,
        counted => counted?,
    };
    Ok((key_type, remaining))
}

/// How many documents there are to do.
fn count<'a>(
    control: &Control<'_>,
    source: &mut Connection<'a, dyn Source>,
    journal: &mut Connection<'a, dyn Journal>,
    selection: &Selection,
) -> Result<Option<Remaining>, Refusal> {
    let (counted, sees_journal) = source
        .with(control, Activity::Count, |source| Ok((source.count(selection)?, source.sees_journal())))?;
    let Some(counted) = counted else { return Ok(None) };
    if sees_journal {
        return Ok(Some(Remaining::Counted(counted)));
    }
    let logged = journal.with(control, Activity::Count, |journal| journal.logged(selection))?;
    Ok(Some(match logged.processed(selection.failed) {
        0 => Remaining::Counted(counted),
        processed => Remaining::Estimated(counted.saturating_sub(processed)),
    }))
}

/// Runs reader, workers and loaders until all have ended.
#[expect(clippy::too_many_arguments, reason = "the whole context of a run, used once")]
fn flow<'a>(
    control: &'a Control<'a>,
    ports: &'a dyn Ports,
    shredders: &'a dyn Shredders,
    identity: &'a RunIdentity,
    settings: &'a RunSettings,
    selection: Selection,
    source: Connection<'a, dyn Source>,
    journal: Connection<'a, dyn Journal>,
    sink: Option<Connection<'a, dyn Sink>>,
) -> ReaderEnd {
    let loaders = ports.max_loaders().clamp(1, settings.workers.get());
    control.begins_with_loaders(u32::try_from(loaders).unwrap_or(u32::MAX));
    let (chunks_in, chunks_out) = bounded(settings.chunk_queue_length());
    let (batches_in, batches_out) = bounded(loaders);
    let reader = Reader::new(control, source, journal, selection, settings, chunks_in);
    let mut first_sink = sink;
    std::thread::scope(|scope| {
        for _ in 0..loaders {
            let sink = settings.dry_run.writes().then(|| {
                first_sink.take().unwrap_or_else(|| {
                    Connection::new(Activity::ConnectTarget, || ports.sink()).reached_before()
                })
            });
            let batches = batches_out.clone();
            let loader = Loader { control, sink, identity, failed: settings.failed, batches };
            spawn(scope, control, "loader", move || loader.run());
        }
        for _ in 0..settings.workers.get() {
            let (chunks, batches) = (chunks_out.clone(), batches_in.clone());
            spawn(scope, control, "worker", move || {
                Worker::new(control, shredders, &identity.session_id, settings, chunks, batches).run();
            });
        }
        // The threads have their own ends; these would keep them waiting for each other.
        drop((chunks_out, batches_in, batches_out));
        guarded(control, "reader", || reader.run()).unwrap_or(ReaderEnd::Ended)
    })
}

fn spawn<'scope>(
    scope: &'scope Scope<'scope, '_>,
    control: &'scope Control<'scope>,
    thread: &'static str,
    body: impl FnOnce() + Send + 'scope,
) {
    let body = move || {
        guarded(control, thread, body);
    };
    if let Err(error) = Builder::new().name(thread.to_owned()).spawn_scoped(scope, body) {
        control.fail(RunError::NoThread { thread, error });
    }
}

/// Turns a panic into the run's error. What `body` owned is dropped by then, its ends of the queues included.
fn guarded<T>(control: &Control<'_>, thread: &'static str, body: impl FnOnce() -> T) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(body));
    if result.is_err() {
        control.fail(RunError::ThreadPanicked { thread });
    }
    result.ok()
}
