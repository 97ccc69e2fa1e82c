//! Documents to batches on several threads, in the order of the documents.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arrow_array::ArrayRef;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use pyo3::prelude::*;
use xmlshred_engine::BatchLimits;
use xmlshred_engine::batching::{Batching, Given, Interrupted};
use xmlshred_mapping::Plan;
use xmlshred_model::Batch;

use crate::documents::{Documents, Portion, PortionDocuments};
use crate::texts::Beside;

/// How often Python is asked whether somebody wishes to end (Ctrl-C).
const SIGNALS_EVERY: Duration = Duration::from_millis(100);

/// A portion, by its number, and what became of it.
type Done = (usize, Vec<Batch>);

/// Shreds all documents; to be called without the interpreter's lock. Holds, besides the batches, `2 × threads` portions at most.
///
/// # Errors
/// What taking the documents raised, or a signal's handler.
pub(crate) fn shred(
    plan: &Arc<Plan>,
    documents: &mut Documents,
    session: &str,
    threads: NonZeroUsize,
) -> PyResult<Vec<Batch>> {
    let (portions, waiting) = bounded(threads.get());
    let (done, finished) = unbounded();
    let must_end = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..threads.get() {
            let (waiting, done, must_end) = (waiting.clone(), done.clone(), &must_end);
            scope.spawn(move || work(plan, session, &waiting, &done, must_end));
        }
        drop((waiting, done));
        let fed = feed(documents, &portions);
        // Threads end when there are no more.
        drop(portions);
        let fed = fed.and_then(|()| all_of(&finished));
        if fed.is_err() {
            must_end.store(true, Ordering::Relaxed);
        }
        fed
    })
}

/// Lets Python act on signals, as Ctrl-C.
#[expect(clippy::redundant_closure_for_method_calls, reason = "the method is of one lifetime")]
pub(crate) fn heed_signals() -> PyResult<()> {
    Python::attach(|py| py.check_signals())
}

/// Hands out the documents.
fn feed(documents: &mut Documents, portions: &Sender<(usize, Portion)>) -> PyResult<()> {
    for number in 0.. {
        heed_signals()?;
        let Some(portion) = documents.next()? else { break };
        if portions.send((number, portion)).is_err() {
            break;
        }
    }
    Ok(())
}

/// What became of them, in their order.
fn all_of(finished: &Receiver<Done>) -> PyResult<Vec<Batch>> {
    let mut all = Vec::new();
    loop {
        match finished.recv_timeout(SIGNALS_EVERY) {
            Ok(done) => all.push(done),
            Err(RecvTimeoutError::Timeout) => heed_signals()?,
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    all.sort_unstable_by_key(|(number, _)| *number);
    Ok(all.into_iter().flat_map(|(_, batches)| batches).collect())
}

/// A thread.
fn work(
    plan: &Arc<Plan>,
    session: &str,
    waiting: &Receiver<(usize, Portion)>,
    done: &Sender<Done>,
    must_end: &AtomicBool,
) {
    let mut batching = Batching::new(plan, session, plan.contract().document.limits);
    for (number, portion) in waiting {
        let mut batches = Vec::new();
        let ended = take(&mut batching, portion, must_end, &mut batches);
        if ended.is_err() || done.send((number, batches)).is_err() {
            return;
        }
    }
}

fn take(
    batching: &mut Batching<'_>,
    portion: Portion,
    must_end: &AtomicBool,
    batches: &mut Vec<Batch>,
) -> Result<(), Interrupted> {
    let Portion { keys, documents } = portion;
    let mut shred = |given: Given<'_>| {
        if must_end.load(Ordering::Relaxed) {
            return Err(Interrupted);
        }
        batching.take(given, Some(must_end))?;
        if batching.is_full(BatchLimits::default()) {
            batches.extend(batching.finish());
        }
        Ok(())
    };
    let (beside, version) = match &documents {
        PortionDocuments::Python(_) => (&[][..], None),
        PortionDocuments::Arrow { documents: _, beside, version } => (&beside[..], version.as_ref()),
    };
    let beside: Vec<_> = beside.iter().map(|array| array.as_ref().map(read)).collect();
    let version = version.map(read);
    for (row, (key, arrived)) in keys.into_iter().zip(documents.arrived()).enumerate() {
        let columns: Vec<_> =
            beside.iter().map(|column| column.as_ref().and_then(|column| column.get(row))).collect();
        let version = version.as_ref().and_then(|version| version.get(row));
        shred(Given { key, document: Ok(arrived), columns: &columns, version: version.as_deref() })?;
    }
    batches.extend(batching.finish());
    Ok(())
}

fn read(array: &ArrayRef) -> Beside<'_> {
    Beside::of(array).expect("the type was looked at")
}
