//! From documents to batches: one thread, one batch at a time.

use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};
use xmlshred_model::{Batch, DocumentKey, Failure};

use crate::batching::{Batching, Given, GivenKey, Interrupted, Taken};
use crate::control::Control;
use crate::event::Event;
use crate::ports::FetchedRow;
use crate::reader::Chunk;
use crate::settings::{BatchLimits, RunSettings};
use crate::shredding::Shredders;

/// Shreds chunk after chunk. Dropping it lets reader and loaders end.
pub(crate) struct Worker<'a> {
    control: &'a Control<'a>,
    batching: Batching<'a>,
    batch_limits: BatchLimits,
    byte_count: u64,
    busy: Duration,
    chunks: Receiver<Chunk>,
    batches: Sender<Batch>,
}

/// Why a worker ends before there are no more documents.
enum Ended {
    /// Nobody takes batches any more.
    Abandoned,
    /// A stop came in the middle of a document.
    Interrupted,
}

impl<'a> Worker<'a> {
    pub(crate) fn new(
        control: &'a Control<'a>,
        shredders: &'a dyn Shredders,
        session: &'a str,
        settings: &RunSettings,
        chunks: Receiver<Chunk>,
        batches: Sender<Batch>,
    ) -> Self {
        Self {
            control,
            batching: Batching::new(shredders, session, settings.limits),
            batch_limits: settings.batch,
            byte_count: 0,
            busy: Duration::ZERO,
            chunks,
            batches,
        }
    }

    /// Shreds until there are no more documents, or the run ends.
    pub(crate) fn run(mut self) {
        let chunks = self.chunks.clone();
        for chunk in &chunks {
            for (key, fetched) in chunk {
                if self.control.has_failed() {
                    return;
                }
                if self.control.stop_requested() {
                    return self.end_early();
                }
                match self.take(key, &fetched) {
                    Ok(()) => {}
                    Err(Ended::Abandoned) => return,
                    Err(Ended::Interrupted) => return self.end_early(),
                }
            }
        }
        let _ = self.flush();
    }

    /// Ends because of a stop.
    fn end_early(mut self) {
        self.control.cut_short();
        let _ = self.flush();
        // The reader may be waiting for room in the queue.
        self.chunks.iter().for_each(drop);
    }

    /// Shreds a document. One that a stop interrupts leaves nothing behind: it is as if it had not been begun.
    fn take(&mut self, key: DocumentKey, row: &Result<FetchedRow, Failure>) -> Result<(), Ended> {
        let key = GivenKey::OfRow(key);
        let given = match row {
            Ok(FetchedRow { document, columns, version }) => Given {
                key,
                document: Ok(document.arrived()),
                columns: &columns[..],
                version: version.as_deref(),
            },
            Err(failure) => Given { key, document: Err(failure), columns: &[], version: None },
        };
        let taken = self.batching.take(given, Some(self.control.stop_flag()));
        let Taken { byte_count, duration } = taken.map_err(|Interrupted| Ended::Interrupted)?;
        self.byte_count += byte_count;
        self.busy += duration;
        if self.batching.is_full(self.batch_limits) {
            self.flush()?;
        }
        Ok(())
    }

    /// Hands the batch on, if there is anything in it.
    fn flush(&mut self) -> Result<(), Ended> {
        let Some(batch) = self.batching.finish() else { return Ok(()) };
        self.control.emit(&Event::Shredded {
            document_count: batch.documents().len() as u64,
            byte_count: std::mem::take(&mut self.byte_count),
            duration: std::mem::take(&mut self.busy),
        });
        self.batches.send(batch).map_err(|_| {
            self.control.cut_short();
            Ended::Abandoned
        })
    }
}
