//! Documents into a batch, one after the other: what becomes of each is its record, whatever it was. Used by the workers of a run, and by
//! whoever has documents and no databases.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use xmlshred_mapping::{DocumentContext, Limits, NoRows, ShredError, Shredded};
use xmlshred_model::{
    Batch, BatchBuilder, DocumentKey, DocumentRecord, Failure, FailureCode, Outcome, Stage, UtcMicros,
};

use crate::arrived::Arrived;
use crate::settings::BatchLimits;
use crate::shredding::{DocumentShredder, Shredders};

/// What tells a document from others.
#[derive(Clone, Debug)]
pub enum GivenKey {
    /// It has a row in a source, with this key.
    OfRow(DocumentKey),
    /// The contract reads it in the document; where it cannot be read there, it is this one.
    InDocument(DocumentKey),
}

/// A document with all that is known of it.
#[derive(Clone, Debug)]
pub struct Given<'a> {
    /// Which one.
    pub key: GivenKey,
    /// The document, or why it could not be had.
    pub document: Result<Arrived<'a>, &'a Failure>,
    /// The text of each of the contract's `source.columns`, or null; none where there is no row.
    pub columns: &'a [Option<String>],
    /// Its version, where it has one.
    pub version: Option<&'a str>,
}

/// What taking a document was.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// Bytes that were read.
    pub byte_count: u64,
    /// Time that it took.
    pub duration: Duration,
}

/// Somebody wished to end in the middle of a document, which has left nothing behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

/// One shredder, one batch at a time. One per thread.
pub struct Batching<'a> {
    shredders: &'a dyn Shredders,
    shredder: Box<dyn DocumentShredder>,
    session: &'a str,
    limits: Limits,
    rows: BatchBuilder,
}

impl<'a> Batching<'a> {
    /// An empty batch; `session` is what `generate: session` gives.
    pub fn new(shredders: &'a dyn Shredders, session: &'a str, limits: Limits) -> Self {
        let shredder = shredders.shredder(limits);
        let rows = BatchBuilder::new(shredders.schema().clone());
        Self { shredders, shredder, session, limits, rows }
    }

    /// Shreds a document into the batch. It is given up soon after `must_end` has become true.
    ///
    /// # Errors
    /// When it was given up: it is as if it had not been begun.
    pub fn take(&mut self, given: Given<'_>, must_end: Option<&AtomicBool>) -> Result<Taken, Interrupted> {
        let started = Instant::now();
        let processed_at = utc_now();
        let Given { key, document, columns, version } = given;
        let (document_hash, byte_count) = match document {
            Ok(arrived) => (arrived.hash(), arrived.byte_count()),
            Err(_) => (0, 0),
        };
        let (row_key, key) = match key {
            GivenKey::OfRow(key) => (Some(key.clone()), key),
            GivenKey::InDocument(instead) => (None, instead),
        };
        let context = DocumentContext {
            key: row_key.as_ref(),
            session: self.session,
            now: processed_at,
            source_columns: columns,
            must_end,
        };
        let shredded = match document {
            Ok(arrived) => self.shred(arrived, &context),
            Err(failure) => Err(failure.clone().into()),
        };
        let (key, outcome, issues) = match shredded {
            Ok(Shredded { key: found, issues }) => (found.unwrap_or(key), Outcome::Success, issues),
            Err(ShredError::NoRows(NoRows::Failed(failure))) => (key, Outcome::Failed(failure), Vec::new()),
            Err(ShredError::NoRows(NoRows::Skipped(_))) => (key, Outcome::Skipped, Vec::new()),
            Err(ShredError::Interrupted) => {
                self.rows.discard_rows();
                return Err(Interrupted);
            }
        };
        let duration = started.elapsed();
        if let (Ok(Arrived::Document(content)), Outcome::Success) = (document, &outcome) {
            self.shredder.look_again(content, &context);
        }
        self.rows.finish_document(DocumentRecord {
            key,
            outcome,
            issues,
            document_hash,
            source_version: version.map(str::to_owned),
            byte_count,
            duration,
            processed_at,
        });
        let byte_count = if matches!(document, Ok(Arrived::TooLarge(_))) { 0 } else { byte_count };
        Ok(Taken { byte_count, duration })
    }

    fn shred(&mut self, arrived: Arrived<'_>, context: &DocumentContext<'_>) -> Result<Shredded, ShredError> {
        let content = arrived.content(self.shredders.min_bytes(), &self.limits)?;
        let Self { shredder, rows, .. } = self;
        match catch_unwind(AssertUnwindSafe(|| shredder.shred(content, context, rows))) {
            Ok(shredded) => shredded,
            Err(_panic) => {
                // Its message may quote the document, so it goes nowhere; the buffers may be half-written.
                self.shredder = self.shredders.shredder(self.limits);
                let message = "the shredder panicked: a defect of xmlshred".to_owned();
                let code = FailureCode::InternalError;
                Err(Failure::new(Stage::Shred, code, message).into())
            }
        }
    }

    /// Whether the batch has reached one of its limits.
    pub fn is_full(&self, limits: BatchLimits) -> bool {
        let BatchLimits { documents, rows, bytes } = limits;
        self.rows.document_count() >= documents
            || self.rows.row_count() >= rows
            || self.rows.byte_count() >= bytes
    }

    /// Takes the batch out, if there is anything in it; it is empty afterwards.
    pub fn finish(&mut self) -> Option<Batch> {
        (self.rows.document_count() > 0).then(|| self.rows.finish())
    }
}

fn utc_now() -> UtcMicros {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros),
    }
}
