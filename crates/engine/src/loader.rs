//! From batches to the target: one transaction each, split when the target refuses a document.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use xmlshred_model::{Batch, DocumentRecord, Failure, FailureCode, IssueCode, Outcome};

use crate::activity::Activity;
use crate::connection::{Connection, Refusal};
use crate::control::Control;
use crate::error::RunError;
use crate::event::Event;
use crate::policy::{REFUSED_IN_A_ROW, Subject, is_of_the_database, is_told_by_opening, load_failure};
use crate::ports::{Commit, FailedDocuments, PortError, RunIdentity, Sink};
use crate::repeated_keys;
use crate::summary::Totals;

/// Loads batch after batch. Dropping it lets the workers end.
pub(crate) struct Loader<'a> {
    pub(crate) control: &'a Control<'a>,
    /// `None` in a dry run.
    pub(crate) sink: Option<Connection<'a, dyn Sink>>,
    pub(crate) identity: &'a RunIdentity,
    pub(crate) failed: FailedDocuments,
    pub(crate) batches: Receiver<Batch>,
}

impl Loader<'_> {
    /// Loads until there are no more batches, or the run ends.
    pub(crate) fn run(mut self) {
        let batches = self.batches.clone();
        for batch in &batches {
            if self.control.has_failed() {
                return;
            }
            match self.load(&batch) {
                Ok(()) if self.control.gives_a_loader_up() => return,
                Ok(()) => {}
                Err(Refusal::Ended) => return self.control.cut_short(),
                Err(Refusal::Fatal(error)) => return self.control.fail(error),
                Err(Refusal::Document(_, error)) => {
                    return self.control.fail(RunError::Port { during: Activity::Load, error });
                }
            }
        }
    }

    /// Loads all documents of the batch; those that the target refuses are logged as failed.
    fn load(&mut self, batch: &Batch) -> Result<(), Refusal> {
        let cuts = repeated_keys::documents(batch).into_iter().flat_map(|suspect| [suspect, suspect + 1]);
        let parts = parts_between(std::iter::once(0).chain(cuts).chain([batch.documents().len()]));
        // The next part is at the end, so that documents are loaded in order.
        let mut parts: Vec<_> = parts.into_iter().rev().map(|range| batch.slice(range)).collect();
        while let Some(part) = parts.pop() {
            match self.commit(&part) {
                Ok((commit, duration)) => self.report(&part, &commit, duration),
                Err(Refusal::Document(code, error)) => self.divide(&part, code, error, &mut parts)?,
                Err(refusal) => return Err(refusal),
            }
            // The batch as a whole is tried once even then; finding guilty documents is left to the next run.
            if !parts.is_empty() && self.control.must_end() {
                return Err(Refusal::Ended);
            }
        }
        Ok(())
    }

    fn commit(&mut self, batch: &Batch) -> Result<(Commit, Duration), Refusal> {
        let Self { control, sink, identity, failed, .. } = self;
        let Some(sink) = sink else {
            let table_row_counts =
                (0..batch.schema().tables.len()).map(|t| batch.table_row_count(t)).collect();
            return Ok((Commit { table_row_counts, ..Commit::default() }, Duration::ZERO));
        };
        let subject = match batch.documents() {
            [DocumentRecord { outcome: Outcome::Failed(_) | Outcome::Skipped, .. }] => Subject::Nobody,
            [_] => Subject::One,
            _ => Subject::Several,
        };
        sink.with_documents(control, Activity::Load, subject, |sink| {
            let started = Instant::now();
            let commit = sink.commit(batch, identity, *failed)?;
            Ok((commit, started.elapsed()))
        })
    }

    /// What to try instead of a refused part: smaller parts, or the log row alone.
    fn divide(
        &mut self,
        part: &Batch,
        code: FailureCode,
        error: PortError,
        parts: &mut Vec<Batch>,
    ) -> Result<(), Refusal> {
        let document_count = part.documents().len();
        if document_count > 1 {
            let reason = error.to_string();
            self.control.quote(&error);
            self.control.emit(&Event::BatchSplit { document_count: document_count as u64, reason });
            let suspect =
                part.documents().iter().position(|document| Some(&document.key) == error.suspect.as_deref());
            parts.extend(
                smaller_parts(document_count, suspect).into_iter().rev().map(|range| part.slice(range)),
            );
            return Ok(());
        }
        let key = match part.documents() {
            [DocumentRecord { key, outcome: Outcome::Failed(_) | Outcome::Skipped, .. }] => key.clone(),
            _ => {
                let failure = load_failure(code, &error);
                self.control.quote(&error);
                if code == FailureCode::RefusedByTarget {
                    self.suspect_the_target(error)?;
                }
                parts.push(part.without_rows().with_records(|record| {
                    Some(DocumentRecord {
                        outcome: Outcome::Failed(failure.clone()),
                        issues: Vec::new(),
                        ..record.clone()
                    })
                }));
                return Ok(());
            }
        };
        Err(Refusal::Fatal(match is_of_the_database(&error.fault) {
            true => RunError::Port { during: Activity::Load, error },
            false => RunError::LogRefused { key: Box::new(key), error },
        }))
    }

    /// Sees whether the target is to blame for an error that no rule knows, and not the document that stands alone.
    fn suspect_the_target(&mut self, error: PortError) -> Result<(), Refusal> {
        let Self { control, sink, .. } = self;
        if let Some(sink) = sink
            && is_told_by_opening(&error.fault)
        {
            sink.reopen(control)?;
        }
        let count = control.refused(&error.fault);
        if count < REFUSED_IN_A_ROW {
            return Ok(());
        }
        Err(Refusal::Fatal(RunError::RefusedInARow { during: Activity::Load, count, error }))
    }

    fn report(&self, batch: &Batch, commit: &Commit, duration: Duration) {
        let already_done: HashMap<_, _> =
            commit.already_done.iter().map(|done| (&done.key, done.by_this_run)).collect();
        let mut totals = Totals { table_row_counts: commit.table_row_counts.clone(), ..Totals::default() };
        let mut issues = BTreeMap::<(u32, u32, IssueCode), u64>::new();
        for (index, record) in batch.documents().iter().enumerate() {
            totals.byte_count += bytes_read(record);
            match already_done.get(&record.key) {
                Some(false) => {
                    totals.already_done_count += 1;
                    continue;
                }
                // An earlier try had succeeded and its answer was lost: its rows are this run's.
                Some(true) => {
                    for (table, count) in totals.table_row_counts.iter_mut().enumerate() {
                        *count += batch.rows_of(table, index..index + 1).num_rows() as u64;
                    }
                }
                None => {}
            }
            for issue in &record.issues {
                *issues.entry((issue.table, issue.column, issue.code)).or_default() += u64::from(issue.count);
                totals.issue_count += u64::from(issue.count);
            }
            match &record.outcome {
                Outcome::Success => totals.success_count += 1,
                Outcome::Skipped => totals.skipped_count += 1,
                Outcome::Failed(failure) => {
                    totals.failed_count += 1;
                    self.control
                        .emit(&Event::DocumentFailed { key: record.key.clone(), failure: failure.clone() });
                }
            }
        }
        let issues =
            issues.into_iter().map(|((table, column, code), count)| (table, column, code, count)).collect();
        self.control.emit(&Event::Committed {
            success_count: totals.success_count,
            failed_count: totals.failed_count,
            skipped_count: totals.skipped_count,
            already_done_count: totals.already_done_count,
            byte_count: totals.byte_count,
            table_row_counts: totals.table_row_counts.clone(),
            issues,
            duration,
        });
        if commit.dropped_row_counts.iter().any(|count| *count > 0) {
            self.control.emit(&Event::RowsDropped { table_row_counts: commit.dropped_row_counts.clone() });
        }
        self.control.account(&totals);
    }
}

/// What to try instead of this many documents: the halves, so that a guilty one stands alone after as many steps as halving takes; or
/// the suspect alone at once. What follows it is halved even then: it may have guilty documents of its own, up to all of them.
fn smaller_parts(document_count: usize, suspect: Option<usize>) -> Vec<Range<usize>> {
    let middle = |start: usize| start + (document_count - start) / 2;
    match suspect {
        Some(at) => parts_between([0, at, at + 1, middle(at + 1), document_count]),
        None => parts_between([0, middle(0), document_count]),
    }
}

/// The parts between ascending cuts, without empty ones.
fn parts_between(cuts: impl IntoIterator<Item = usize>) -> Vec<Range<usize>> {
    let cuts: Vec<_> = cuts.into_iter().collect();
    cuts.windows(2).map(|cut| cut[0]..cut[1]).filter(|part| !part.is_empty()).collect()
}

/// A document that is too large was not read, and must not look like throughput.
fn bytes_read(record: &DocumentRecord) -> u64 {
    match &record.outcome {
        Outcome::Failed(Failure { code: FailureCode::DocumentTooLarge, .. }) => 0,
        Outcome::Failed(_) | Outcome::Skipped | Outcome::Success => record.byte_count,
    }
}
