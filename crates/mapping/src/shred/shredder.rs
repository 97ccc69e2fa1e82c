//! Shreds documents, one after the other.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bumpalo::Bump;
use xmlshred_model::{BatchBuilder, DocumentKey, Failure, FailureCode, Issue, IssueCode, Stage, Work};

use crate::Plan;
use crate::contract::DocumentSpec;
use crate::xml::{DecodeError, decode_as, decode_leniently, repair};

use super::context::DocumentContext;
use super::document::{Buffers, check_key, check_required, main_element, resolved};
use super::embedded::Embedding;
use super::findings::Findings;
use super::no_rows::{NoRows, ShredError};
use super::reading::Reading;
use super::rows::RowMaker;
use super::texts::Texts;
use super::trace::{Silent, Trace};
use super::view::View;
use crate::limits::Limits;

/// The document as the source has it.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// From a text column: an encoding declaration means nothing.
    Text(&'a str),
    /// From a binary column or a file: byte order mark, then declaration, then UTF-8.
    Bytes(&'a [u8]),
}

impl<'a> Content<'a> {
    /// A document that was shredded by this plan, as it was read.
    pub(crate) fn of_shredded(self, plan: &Plan) -> Reading<'a> {
        let document = &plan.contract().document;
        let text = self.text(document).expect("the shredder has decoded it").0;
        let text = all_resolved(text, document, u64::MAX).expect("the shredder has resolved it");
        let mut reading = Reading::plain(text);
        if let Some(embedded) = plan.embedded() {
            let (limits, work) = (Limits::unlimited(), Work::unlimited());
            let mut embedding = Embedding::new(plan, embedded);
            embedding.embed(plan, embedded, &limits, &work, &mut reading).expect("the shredder has read it");
        }
        reading
    }

    /// The text, and how many characters were replaced or dropped in it.
    fn text(self, document: &DocumentSpec) -> Result<(Cow<'a, str>, u32), DecodeError> {
        let Some(instead) = document.invalid_characters.instead() else {
            let text = match self {
                Self::Text(text) => Cow::Borrowed(text),
                Self::Bytes(bytes) => decode_as(bytes, document.encoding)?,
            };
            return Ok((text, 0));
        };
        match self {
            Self::Text(text) => Ok(repair(text, instead)),
            Self::Bytes(bytes) => {
                let (text, count) = decode_leniently(bytes, document.encoding, instead)?;
                let (repaired, more) = repair(&text, instead);
                Ok((Cow::Owned(repaired.into_owned()), count + more))
            }
        }
    }
}

/// A shredded document: its rows are in the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shredded {
    /// The key: of the row, else of the document.
    pub key: Option<DocumentKey>,
    /// Issues, one per table, column and code.
    pub issues: Vec<Issue>,
}

/// What the rows of a document have cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// As [`Limits::max_steps`] counts them.
    pub steps: u64,
    /// As [`Limits::max_value_bytes`] counts them.
    pub value_bytes: u64,
}

/// Shreds documents, one after the other, with buffers that are used again. One per thread.
#[derive(Debug)]
pub struct Shredder {
    plan: Arc<Plan>,
    limits: Limits,
    buffers: Buffers,
    /// Where the contract says that there are documents in documents.
    embedding: Option<Embedding>,
    /// What lives as long as a document.
    arena: Bump,
    /// What lives as long as a row.
    row_arena: Bump,
    cost: Cost,
}

/// An arena that one unusual document made larger than this is given back.
const MAX_KEPT_ARENA: usize = 4 << 20;

impl Shredder {
    /// A shredder for this plan.
    pub fn new(plan: Arc<Plan>, limits: Limits) -> Self {
        let buffers = Buffers::new(plan.paths());
        let embedding = plan.embedded().map(|embedded| Embedding::new(&plan, embedded));
        Self {
            plan,
            limits,
            buffers,
            embedding,
            arena: Bump::new(),
            row_arena: Bump::new(),
            cost: Cost::default(),
        }
    }

    /// What the last document has cost.
    pub fn last_cost(&self) -> Cost {
        self.cost
    }

    /// Appends the rows of a document to `rows`; the caller ends the document there with `finish_document`.
    ///
    /// # Errors
    /// When the document is not what the contract demands, or somebody wishes to end. Rows pushed so far must then be dropped
    /// (`finish_document` with a failed record does, or `discard_rows`).
    pub fn shred(
        &mut self,
        content: Content<'_>,
        context: &DocumentContext<'_>,
        rows: &mut BatchBuilder,
    ) -> Result<Shredded, ShredError> {
        self.shred_traced(content, context, rows, &Silent).map_err(|no_rows| match no_rows {
            NoRows::Failed(Failure { code: FailureCode::TooMuchWork, .. }) if must_end(context) => {
                ShredError::Interrupted
            }
            no_rows => no_rows.into(),
        })
    }

    /// [`Shredder::shred`], telling `trace` how.
    pub(crate) fn shred_traced(
        &mut self,
        content: Content<'_>,
        context: &DocumentContext<'_>,
        rows: &mut BatchBuilder,
        trace: &impl Trace,
    ) -> Result<Shredded, NoRows> {
        let (text, mut invalid_characters) = self.text(content)?;
        let mut reading = Reading::plain(text);
        for arena in [&mut self.arena, &mut self.row_arena] {
            if arena.allocated_bytes() > MAX_KEPT_ARENA {
                *arena = Bump::new();
            } else {
                arena.reset();
            }
        }
        let Self { plan, limits, buffers, embedding, arena, row_arena, cost } = self;
        let work = Work::new(limits.max_steps, limits.max_value_bytes, context.must_end);
        let embedded = match (embedding, plan.embedded()) {
            (Some(embedding), Some(embedded)) => {
                let found = embedding.embed(plan, embedded, limits, &work, &mut reading);
                found.map(|replaced| invalid_characters += replaced)
            }
            _ => Ok(()),
        };
        let projected = embedded.and_then(|()| buffers.project(plan.paths(), limits, &work, &reading));
        let shredded = projected.map_err(Box::from).and_then(|()| {
            let (texts, findings) = (Texts::default(), Findings::default());
            let view = buffers.view(plan.paths(), &reading, &texts, &findings, &work);
            let view = View { main: main_element(plan, view)?, ..view };
            let key = check_key(plan, view, context.key, trace)?;
            check_required(plan, view)?;
            let context = DocumentContext { key: key.as_ref(), ..*context };
            let maker = RowMaker::new(plan, view, &context, arena, limits.max_row_bytes, rows, trace);
            let mut issues = maker.run(row_arena)?;
            // Nobody knows a column for what may stand between all of them.
            issues.extend((invalid_characters > 0).then_some(Issue {
                table: 0,
                column: 0,
                code: IssueCode::InvalidCharacter,
                count: invalid_characters,
            }));
            Ok(Shredded { key, issues })
        });
        *cost = Cost { steps: work.steps_taken(), value_bytes: work.value_bytes_made() };
        shredded.map_err(|no_rows| *no_rows)
    }

    fn text<'c>(&self, content: Content<'c>) -> Result<(Cow<'c, str>, u32), Failure> {
        let (text, invalid_characters) = content
            .text(&self.plan.contract().document)
            .map_err(|error| Failure::new(Stage::Fetch, FailureCode::InvalidEncoding, error.to_string()))?;
        // Ranges of the document are kept as 32-bit numbers.
        let max_bytes = self.limits.max_bytes.min(u64::from(u32::MAX));
        if text.len() as u64 > max_bytes {
            let message = format!("{} bytes, the limit is {max_bytes}", text.len());
            return Err(Failure::new(Stage::Parse, FailureCode::DocumentTooLarge, message));
        }
        let text = all_resolved(text, &self.plan.contract().document, max_bytes);
        text.map(|text| (text, invalid_characters)).map_err(|failure| *failure)
    }
}

/// [`resolved`] of text that may be owned.
fn all_resolved<'t>(
    text: Cow<'t, str>,
    document: &DocumentSpec,
    max_bytes: u64,
) -> Result<Cow<'t, str>, Box<Failure>> {
    match text {
        Cow::Borrowed(text) => resolved(text, document, max_bytes),
        Cow::Owned(text) => {
            let changed = match resolved(&text, document, max_bytes)? {
                Cow::Owned(changed) => Some(changed),
                Cow::Borrowed(_) => None,
            };
            Ok(Cow::Owned(changed.unwrap_or(text)))
        }
    }
}

fn must_end(context: &DocumentContext<'_>) -> bool {
    context.must_end.is_some_and(|must_end| must_end.load(Ordering::Relaxed))
}
