//! From documents to batches: one thread, one shredder, one batch at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crossbeam_channel::{Receiver, Sender};
use xmlshred_mapping::{Content, DocumentContext, Limits, NoRows, ShredError};
use xmlshred_model::{
    Batch, BatchBuilder, DocumentKey, DocumentRecord, Failure, FailureCode, Issue, Outcome, Stage, UtcMicros,
};
use xxhash_rust::xxh3::xxh3_128;

use crate::control::Control;
use crate::event::Event;
use crate::ports::{Fetched, FetchedRow};
use crate::reader::Chunk;
use crate::settings::{BatchLimits, RunSettings};
use crate::shredding::{DocumentShredder, Shredders};

/// Shreds chunk after chunk. Dropping it lets reader and loaders end.
pub(crate) struct Worker<'a> {
    control: &'a Control<'a>,
    shredders: &'a dyn Shredders,
    shredder: Box<dyn DocumentShredder>,
    session: &'a str,
    limits: Limits,
    batch_limits: BatchLimits,
    rows: BatchBuilder,
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
            shredders,
            shredder: shredders.shredder(settings.limits),
            session,
            limits: settings.limits,
            batch_limits: settings.batch,
            rows: BatchBuilder::new(shredders.schema().clone()),
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
        let started = Instant::now();
        let processed_at = utc_now();
        let fetched = row.as_ref().map(|row| &row.document);
        let (byte_count, document_hash) = match fetched {
            Ok(Fetched::Text(text)) => (text.len() as u64, xxh3_128(text.as_bytes())),
            Ok(Fetched::Bytes(bytes)) => (bytes.len() as u64, xxh3_128(bytes)),
            // Nothing was read, so there is nothing to hash.
            Ok(Fetched::Null) | Err(_) => (0, 0),
            Ok(Fetched::TooLarge(byte_count)) => (*byte_count, 0),
        };
        let shredded = match row {
            Ok(row) => self.shred(&key, row, processed_at),
            Err(failure) => Err(failure.clone().into()),
        };
        let (outcome, issues) = match shredded {
            Ok(issues) => (Outcome::Success, issues),
            Err(ShredError::NoRows(NoRows::Failed(failure))) => (Outcome::Failed(failure), Vec::new()),
            Err(ShredError::NoRows(NoRows::Skipped(_))) => (Outcome::Skipped, Vec::new()),
            Err(ShredError::Interrupted) => {
                self.rows.discard_rows();
                return Err(Ended::Interrupted);
            }
        };
        let duration = started.elapsed();
        self.byte_count += if matches!(fetched, Ok(Fetched::TooLarge(_))) { 0 } else { byte_count };
        self.busy += duration;
        self.rows.finish_document(DocumentRecord {
            key,
            outcome,
            issues,
            document_hash,
            source_version: row.as_ref().ok().and_then(|row| row.version.clone()),
            byte_count,
            duration,
            processed_at,
        });
        let BatchLimits { documents, rows, bytes } = self.batch_limits;
        if self.rows.document_count() >= documents
            || self.rows.row_count() >= rows
            || self.rows.byte_count() >= bytes
        {
            self.flush()?;
        }
        Ok(())
    }

    fn shred(
        &mut self,
        key: &DocumentKey,
        row: &FetchedRow,
        now: UtcMicros,
    ) -> Result<Vec<Issue>, ShredError> {
        let content = match &row.document {
            Fetched::Text(text) => Content::Text(text),
            Fetched::Bytes(bytes) => Content::Bytes(bytes),
            Fetched::Null => {
                return Err(
                    fetch_failure(FailureCode::DocumentMissing, "the column is null".to_owned()).into()
                );
            }
            Fetched::TooLarge(byte_count) => {
                let message = format!("{byte_count} bytes, the limit is {}", self.limits.max_bytes);
                return Err(fetch_failure(FailureCode::DocumentTooLarge, message).into());
            }
        };
        let byte_count = match content {
            Content::Text(text) => text.len(),
            Content::Bytes(bytes) => bytes.len(),
        };
        let min_bytes = self.shredders.min_bytes();
        if (byte_count as u64) < min_bytes {
            let message = format!("{byte_count} bytes, the contract asks for {min_bytes}");
            return Err(fetch_failure(FailureCode::DocumentTooShort, message).into());
        }
        let must_end = Some(self.control.stop_flag());
        let (session, source_columns) = (self.session, &row.columns[..]);
        let context = DocumentContext { key: Some(key), session, now, source_columns, must_end };
        let Self { shredder, rows, .. } = self;
        match catch_unwind(AssertUnwindSafe(|| shredder.shred(content, &context, rows))) {
            Ok(shredded) => shredded.map(|shredded| shredded.issues),
            Err(_panic) => {
                // Its message may quote the document, so it goes nowhere; the buffers may be half-written.
                self.shredder = self.shredders.shredder(self.limits);
                let message = "the shredder panicked: a defect of xmlshred".to_owned();
                let code = FailureCode::InternalError;
                Err(Failure { stage: Stage::Shred, code, message }.into())
            }
        }
    }

    /// Hands the batch on, if there is anything in it.
    fn flush(&mut self) -> Result<(), Ended> {
        if self.rows.document_count() == 0 {
            return Ok(());
        }
        let batch = self.rows.finish();
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

fn fetch_failure(code: FailureCode, message: String) -> Failure {
    Failure { stage: Stage::Fetch, code, message }
}

fn utc_now() -> UtcMicros {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros),
    }
}
