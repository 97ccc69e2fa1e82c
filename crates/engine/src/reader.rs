//! From the source to the workers: pages of keys, minus what the log has, as chunks of documents.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use xmlshred_model::{DocumentKey, Failure, KeyType, Share};

use crate::activity::Activity;
use crate::connection::{Connection, Refusal};
use crate::control::Control;
use crate::error::RunError;
use crate::event::Event;
use crate::in_a_row::InARow;
use crate::policy::{
    REFUSED_IN_A_ROW, Subject, fetch_failure, is_of_a_row, is_of_the_document, is_told_by_opening,
};
use crate::ports::{FetchedRow, Journal, PortError, Selection, Source};
use crate::settings::{ChunkLimits, RunSettings};

/// Documents on their way to one worker; one that cannot be read comes as the reason.
pub(crate) type Chunk = Vec<(DocumentKey, Result<FetchedRow, Failure>)>;

/// Why the reader ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReaderEnd {
    /// The selection has no more documents.
    Exhausted,
    /// The run's limit is reached.
    LimitReached,
    /// A stop, or the others are gone.
    Ended,
}

/// Reads what a run is to process. Dropping it ends the workers.
pub(crate) struct Reader<'a> {
    control: &'a Control<'a>,
    source: Connection<'a, dyn Source>,
    journal: Connection<'a, dyn Journal>,
    selection: Selection,
    page_length: usize,
    /// Why nothing is read behind the end of the selection, where that is not the run's own.
    unreadable: Option<PortError>,
    max_bytes: u64,
    chunk: ChunkLimits,
    left: Option<u64>,
    refused: InARow,
    chunks: Sender<Chunk>,
}

/// A page of keys after the log was asked.
struct Page {
    keys: Vec<DocumentKey>,
    last: Option<DocumentKey>,
    is_last: bool,
}

#[derive(Default)]
struct Extracted {
    document_count: u64,
    byte_count: u64,
    duration: Duration,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        control: &'a Control<'a>,
        source: Connection<'a, dyn Source>,
        journal: Connection<'a, dyn Journal>,
        selection: Selection,
        settings: &RunSettings,
        chunks: Sender<Chunk>,
    ) -> Self {
        Self {
            control,
            source,
            journal,
            selection,
            page_length: settings.batch_size.get(),
            unreadable: None,
            max_bytes: settings.limits.max_bytes,
            chunk: settings.chunk,
            left: settings.limit,
            refused: InARow::default(),
            chunks,
        }
    }

    /// Reads to the end.
    pub(crate) fn run(mut self) -> ReaderEnd {
        match self.read_pages() {
            Ok(end) => end,
            Err(refusal) => {
                match refusal {
                    Refusal::Ended => self.control.cut_short(),
                    // What was read before the row that cannot be is loaded: the next run would come no further.
                    Refusal::Fatal(error) if is_of_a_key(&error) => self.control.fail_at_the_end(error),
                    Refusal::Fatal(error) => self.control.fail(error),
                    // Only reading documents blames one, and takes care of it.
                    Refusal::Document(_, error) => {
                        self.control.fail(RunError::Port { during: Activity::Fetch, error });
                    }
                }
                ReaderEnd::Ended
            }
        }
    }

    fn read_pages(&mut self) -> Result<ReaderEnd, Refusal> {
        let mut after = None;
        loop {
            if self.left == Some(0) {
                return Ok(ReaderEnd::LimitReached);
            }
            if self.control.must_end() {
                return Err(Refusal::Ended);
            }
            let started = Instant::now();
            let page = self.read_keys(after.as_ref())?;
            let mut extracted = Extracted { duration: started.elapsed(), ..Extracted::default() };
            let fetched = self.fetch_page(&page.keys, &mut extracted);
            let Extracted { document_count, byte_count, duration } = extracted;
            if document_count > 0 {
                self.control.emit(&Event::Extracted { document_count, byte_count, duration });
            }
            fetched?;
            after = page.last.or(after);
            if page.is_last {
                return match self.unreadable.take() {
                    None => Ok(ReaderEnd::Exhausted),
                    Some(error) => Err(unreadable_behind(after.as_ref(), error)),
                };
            }
        }
    }

    /// The next page. Where it cannot be read because of some row, smaller ones are, up to that row. Where no page can be, because the
    /// source looks at all rows for the first (a view with a function that it must not leave out), a range of keys is, up to that row.
    fn read_keys(&mut self, after: Option<&DocumentKey>) -> Result<Page, Refusal> {
        let page_length = self.page_length;
        loop {
            match self.read_page(after) {
                Err(Refusal::Fatal(RunError::Port { during: Activity::ReadKeys, error }))
                    if is_of_a_row(&error.fault) =>
                {
                    if self.page_length > 1 && !self.control.must_end() {
                        self.page_length = self.page_length.div_ceil(2);
                        continue;
                    }
                    if self.unreadable.is_some() || self.control.must_end() {
                        return Err(unreadable_behind(after, error));
                    }
                    let Some(last) = self.last_readable(after)? else {
                        return Err(unreadable_behind(after, error));
                    };
                    self.selection.range.end = Some(DocumentKey::Int(last));
                    self.unreadable = Some(error);
                    self.page_length = page_length;
                }
                page => return page,
            }
        }
    }

    /// The key before the first, behind `after`, whose row cannot be read; `None` where keys are no integers. Halves the range as often as
    /// an integer has bits.
    fn last_readable(&mut self, after: Option<&DocumentKey>) -> Result<Option<i64>, Refusal> {
        let Self { control, source, selection, .. } = self;
        let key_type = source.with(control, Activity::ReadKeys, |source| Ok(source.key_type()))?;
        let number = |key: Option<&DocumentKey>| match key {
            Some(DocumentKey::Int(number)) => Some(i128::from(*number)),
            _ => None,
        };
        let Ok(range) = selection.range.adopted(key_type) else { return Ok(None) };
        if key_type != KeyType::Integer {
            return Ok(None);
        }
        let start = number(range.start.as_ref()).map(|start| start - 1);
        let mut readable = number(after).or(start).unwrap_or(i64::MIN.into());
        let mut unreadable = number(range.end.as_ref()).unwrap_or(i64::MAX.into());
        while unreadable - readable > 1 {
            if control.must_end() {
                return Err(Refusal::Ended);
            }
            let middle = readable + (unreadable - readable) / 2;
            let mut part = selection.clone();
            part.range.end = i64::try_from(middle).ok().map(DocumentKey::Int);
            match source.with(control, Activity::ReadKeys, |source| source.keys(&part, after, 1)) {
                Ok(_) => readable = middle,
                Err(Refusal::Fatal(RunError::Port { error, .. })) if is_of_a_row(&error.fault) => {
                    unreadable = middle;
                }
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(i64::try_from(readable).ok())
    }

    /// A page; may come out empty without being the last.
    fn read_page(&mut self, after: Option<&DocumentKey>) -> Result<Page, Refusal> {
        let Self { control, source, journal, selection, page_length, left, .. } = self;
        let share = selection.share;
        let (mut keys, limit, sees_journal) = source.with(control, Activity::ReadKeys, |source| {
            let limit = page_limit(*page_length, share, source.key_type());
            Ok((source.keys(selection, after, limit)?, limit, source.sees_journal()))
        })?;
        let mut is_last = keys.len() < limit;
        let mut last = keys.last().cloned();
        keys.retain(|key| share.contains(key));
        if !sees_journal && !keys.is_empty() {
            let versions = source.with(control, Activity::ReadKeys, |source| source.versions(&keys))?;
            let mut processed = journal.with(control, Activity::ReadLog, |journal| {
                journal.processed(&keys, versions.as_deref(), selection.failed)
            })?;
            processed.sort_unstable();
            keys.retain(|key| processed.binary_search(key).is_err());
        }
        if let Some(left) = left.and_then(|left| usize::try_from(left).ok())
            && keys.len() > left
        {
            keys.truncate(left);
            last = keys.last().cloned();
            is_last = false;
        }
        Ok(Page { keys, last, is_last })
    }

    fn fetch_page(&mut self, keys: &[DocumentKey], extracted: &mut Extracted) -> Result<(), Refusal> {
        let mut rest = keys;
        while !rest.is_empty() {
            let started = Instant::now();
            let chunk = self.fetch_chunk(&mut rest)?;
            extracted.duration += started.elapsed();
            if chunk.is_empty() {
                // Nothing more is read once the run must end: `rest` may stand still.
                if self.control.must_end() {
                    return Err(Refusal::Ended);
                }
                continue;
            }
            let document_count = chunk.len() as u64;
            let byte_count = held(&chunk) as u64;
            // Blocks while workers are busy: this is what bounds memory.
            if self.chunks.send(chunk).is_err() {
                return Err(Refusal::Ended);
            }
            extracted.document_count += document_count;
            extracted.byte_count += byte_count;
            if let Some(left) = &mut self.left {
                *left -= document_count;
            }
            if self.control.must_end() {
                return Err(Refusal::Ended);
            }
        }
        Ok(())
    }

    /// Reads up to a chunk's limits, and moves `rest` on beyond what was read. No statement of the source stays open
    /// while the chunk waits for a worker. Where the source refuses to read several documents, they are read one by one.
    fn fetch_chunk(&mut self, rest: &mut &[DocumentKey]) -> Result<Chunk, Refusal> {
        let end = rest.len().min(self.chunk.documents.max(1));
        let keys = &rest[..end];
        let mut chunk = Chunk::new();
        let (mut next, together) = match self.fetch(keys, &mut chunk) {
            (next, Err(Refusal::Document(..))) => (next, false),
            (next, result) => result.map(|()| (next, true))?,
        };
        while !together && next < end && !self.control.must_end() && held(&chunk) < self.chunk.bytes {
            let alone = &keys[next..=next];
            match self.fetch(alone, &mut chunk) {
                (_, Ok(())) => {}
                (_, Err(Refusal::Document(code, error))) => {
                    let failure = fetch_failure(code, &error);
                    self.control.quote(&error);
                    self.suspect_the_source(error)?;
                    chunk.push((keys[next].clone(), Err(failure)));
                }
                (_, Err(refusal)) => return Err(refusal),
            }
            next += 1;
        }
        *rest = &rest[next..];
        Ok(chunk)
    }

    /// Reads documents into the chunk until it is full; answers how many of the keys are done with.
    fn fetch(&mut self, keys: &[DocumentKey], chunk: &mut Chunk) -> (usize, Result<(), Refusal>) {
        let Self { control, source, max_bytes, chunk: limits, refused, .. } = self;
        let subject = if keys.len() == 1 { Subject::One } else { Subject::Several };
        let mut byte_count = held(chunk);
        let mut next = 0;
        let result = source.with_documents(control, Activity::Fetch, subject, |source| {
            let mut flow = ControlFlow::Continue(());
            source.fetch(&keys[next..], *max_bytes, &mut |key, fetched| {
                next += keys[next..].iter().position(|wanted| *wanted == key).map_or(0, |at| at + 1);
                byte_count += fetched.byte_count();
                refused.went_through();
                chunk.push((key, Ok(fetched)));
                if byte_count >= limits.bytes || control.must_end() {
                    flow = ControlFlow::Break(());
                }
                flow
            })?;
            if flow.is_continue() {
                next = keys.len();
            }
            Ok(())
        });
        (next, result)
    }

    /// Sees whether the source is to blame, and not the document that was read alone.
    fn suspect_the_source(&mut self, error: PortError) -> Result<(), Refusal> {
        if is_of_the_document(&error.fault) {
            return Ok(());
        }
        if is_told_by_opening(&error.fault) {
            self.source.reopen(self.control)?;
        }
        let count = self.refused.refused(&error.fault);
        if count < REFUSED_IN_A_ROW {
            return Ok(());
        }
        Err(Refusal::Fatal(RunError::RefusedInARow { during: Activity::Fetch, count, error }))
    }
}

/// The most keys of a page that is read for a share of it.
const MAX_SHARED_PAGE: usize = 10_000;

/// How many keys are asked for: of what is no integer a source gives every share, and only the own one counts. A page of one key stays one.
fn page_limit(page_length: usize, share: Share, key_type: KeyType) -> usize {
    if key_type == KeyType::Integer || page_length <= 1 {
        return page_length;
    }
    let for_all = page_length.saturating_mul(share.count() as usize);
    for_all.min(MAX_SHARED_PAGE.max(page_length))
}

/// Whether keys cannot be read because of some row.
fn is_of_a_key(error: &RunError) -> bool {
    matches!(error, RunError::Port { during: Activity::ReadKeys, error } if is_of_a_row(&error.fault))
}

/// The error of a page of one key, with its place.
fn unreadable_behind(after: Option<&DocumentKey>, error: PortError) -> Refusal {
    let place = match after {
        Some(key) => format!("after key {key}"),
        None => "at the first keys".to_owned(),
    };
    let error = PortError { message: format!("{}, {place}", error.message), ..error };
    let error = error.with_hint(
        "reading keys evaluates source.where, and the view or the policies behind the source table, for each row: one row fails \
         there; select the next rows in order of the key with the same condition to find it, then mend the row or the condition",
    );
    Refusal::Fatal(RunError::Port { during: Activity::ReadKeys, error })
}

/// Bytes of the documents in a chunk, and of the columns beside them.
fn held(chunk: &Chunk) -> usize {
    chunk.iter().filter_map(|(_, document)| document.as_ref().ok()).map(FetchedRow::byte_count).sum()
}
