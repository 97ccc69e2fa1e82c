//! One document to rows.
//!
//! 1. [`crate::xml::decode`]: bytes to text.
//! 2. [`crate::xml::scan`] with `project` as its handler: one pass, well-formedness checked, what no path reaches skipped; the rest
//!    becomes a small tree of ranges of the text (`tree`). `dfa` says what is reached.
//! 3. `rows`: tables in contract order; `select` follows paths, `value` and `convert` make cells.
//!
//! Who wants to know how rows come about listens with a `trace::Trace`.

mod clean;
mod convert;
mod dfa;
mod project;
mod rows;
mod select;
mod trace;
mod tree;
mod value;

use std::borrow::Cow;
use std::sync::Arc;

use bumpalo::Bump;
use xmlshred_model::{BatchBuilder, DocumentKey, Failure, FailureCode, Issue, Stage, UtcMicros};

use crate::Plan;
use crate::limits::Limits;
use crate::plan::{CompiledPath, Paths};
use crate::xml::{Place, ScanLimits, XmlError, XmlErrorKind, decode, scan};

pub(crate) use convert::{Cell, Refusal};
pub(crate) use dfa::{Dfa, START, StateId};
use project::Projection;
use rows::RowMaker;
pub(crate) use select::{Extent, Item, View};
use trace::Silent;
pub(crate) use trace::{
    CellPlace, CodeEntry, Filter, Matches, OnePerPath, Origin, Reason, Step, Taken, Trace,
};
use tree::{DOCUMENT, NodeId, Tree};

/// What the shredding of a document depends on besides its text.
#[derive(Clone, Copy, Debug)]
pub struct DocumentContext<'a> {
    /// The key of its row in the source; `None` when there is no such row (`preview` of a file): then the key in the
    /// document is taken, and no mismatch is possible.
    pub key: Option<DocumentKey>,
    /// For `generate: session`.
    pub session: &'a str,
    /// For `generate: now`.
    pub now: UtcMicros,
}

/// The document as the source has it.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// From a text column: an encoding declaration means nothing.
    Text(&'a str),
    /// From a binary column or a file: byte order mark, then declaration, then UTF-8.
    Bytes(&'a [u8]),
}

impl<'a> Content<'a> {
    /// The text of a document that was shredded.
    pub(crate) fn of_shredded(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Bytes(bytes) => decode(bytes).expect("the shredder has decoded it"),
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

/// Shreds documents, one after the other, with buffers that are used again. One per thread.
#[derive(Debug)]
pub struct Shredder {
    plan: Arc<Plan>,
    limits: Limits,
    dfa: Dfa,
    tree: Tree,
    arena: Bump,
}

/// An arena that one unusual document made larger than this is given back.
const MAX_KEPT_ARENA: usize = 8 << 20;

impl Shredder {
    /// A shredder for this plan.
    pub fn new(plan: Arc<Plan>, limits: Limits) -> Self {
        let dfa = Dfa::new(plan.paths());
        Self { plan, limits, dfa, tree: Tree::default(), arena: Bump::new() }
    }

    /// Appends the rows of a document to `rows`; the caller ends the document there with `finish_document`.
    ///
    /// # Errors
    /// When the document is not what the contract demands. Rows pushed so far must then be dropped
    /// (`finish_document` with a failed record does).
    pub fn shred(
        &mut self,
        content: Content<'_>,
        context: &DocumentContext<'_>,
        rows: &mut BatchBuilder,
    ) -> Result<Shredded, Failure> {
        self.shred_traced(content, context, rows, &Silent)
    }

    /// [`Shredder::shred`], telling `trace` how.
    pub(crate) fn shred_traced(
        &mut self,
        content: Content<'_>,
        context: &DocumentContext<'_>,
        rows: &mut BatchBuilder,
        trace: &impl Trace,
    ) -> Result<Shredded, Failure> {
        let text = match content {
            Content::Text(text) => Cow::Borrowed(text),
            Content::Bytes(bytes) => decode(bytes).map_err(|error| Failure {
                stage: Stage::Fetch,
                code: FailureCode::InvalidEncoding,
                message: error.to_string(),
            })?,
        };
        // Ranges of the document are kept as 32-bit numbers.
        let max_bytes = self.limits.max_bytes.min(u64::from(u32::MAX));
        if text.len() as u64 > max_bytes {
            return Err(Failure {
                stage: Stage::Parse,
                code: FailureCode::DocumentTooLarge,
                message: format!("{} bytes, the limit is {max_bytes}", text.len()),
            });
        }
        if self.arena.allocated_bytes() > MAX_KEPT_ARENA {
            self.arena = Bump::new();
        } else {
            self.arena.reset();
        }
        let Self { plan, limits, dfa, tree, arena } = self;
        project(plan.paths(), limits, dfa, tree, &text)?;
        let view = View { tree, text: &text, arena, main: DOCUMENT };
        let view = View { main: main_element(plan, view)?, ..view };
        let key = check_key(plan, view, context.key, trace)?;
        check_required(plan, view)?;
        let context = DocumentContext { key, ..*context };
        let issues = RowMaker::new(plan, view, &context, limits.max_row_bytes, rows, trace).run()?;
        Ok(Shredded { key, issues })
    }
}

fn project(
    paths: Paths<'_>,
    limits: &Limits,
    dfa: &mut Dfa,
    tree: &mut Tree,
    text: &str,
) -> Result<(), Failure> {
    let Limits { max_depth, max_attributes, .. } = *limits;
    let mut projection = Projection::new(paths, dfa, tree, text);
    scan(text, ScanLimits { max_depth, max_attributes }, &mut projection)
        .map_err(|error| xml_failure(error, text))?;
    projection.finish();
    Ok(())
}

/// Where the nodes are that paths from the main element lead to.
pub(crate) struct Finder {
    dfa: Dfa,
    tree: Tree,
    arena: Bump,
}

impl Finder {
    pub(crate) fn new(paths: Paths<'_>) -> Self {
        Self { dfa: Dfa::new(paths), tree: Tree::default(), arena: Bump::new() }
    }

    /// Tells `found` every node that one of `wanted` leads to; `paths` are all of them.
    ///
    /// # Errors
    /// As [`Shredder::shred`], for documents that have no main element.
    pub(crate) fn find(
        &mut self,
        plan: &Plan,
        paths: Paths<'_>,
        wanted: &[CompiledPath],
        text: &str,
        found: &mut dyn FnMut(usize, Extent),
    ) -> Result<(), Failure> {
        self.arena.reset();
        let Self { dfa, tree, arena } = self;
        project(paths, &Limits::unlimited(), dfa, tree, text)?;
        let view = View { tree, text, arena, main: DOCUMENT };
        let view = View { main: main_element(plan, view)?, ..view };
        for (at, path) in wanted.iter().enumerate() {
            view.select_all(path, view.main).iter().for_each(|&item| found(at, view.extent(item)));
        }
        Ok(())
    }
}

#[cold]
fn xml_failure(error: XmlError, text: &str) -> Failure {
    let code = match error.kind {
        XmlErrorKind::TooDeep(_) => FailureCode::TooDeep,
        XmlErrorKind::TooManyAttributes(_) => FailureCode::TooManyAttributes,
        XmlErrorKind::RefusedDoctype => FailureCode::DoctypeRefused,
        _ => FailureCode::NotWellFormed,
    };
    let message = format!("{}, at {}", error.kind, Place::of(text, error.offset));
    Failure { stage: Stage::Parse, code, message }
}

/// The one element that `document.root` leads to.
fn main_element(plan: &Plan, view: View<'_>) -> Result<NodeId, Failure> {
    let found = view.select_all(plan.root(), DOCUMENT);
    let wrong = |what: &str| {
        let root = &plan.contract().document.root.text;
        Err(Failure { stage: Stage::Parse, code: FailureCode::WrongRoot, message: format!("{what} {root}") })
    };
    match found[..] {
        [item] => Ok(item.node),
        [] => wrong("no element"),
        _ => wrong("more than one element"),
    }
}

/// The document's key, which must be its row's.
fn check_key(
    plan: &Plan,
    view: View<'_>,
    row_key: Option<DocumentKey>,
    trace: &impl Trace,
) -> Result<Option<DocumentKey>, Failure> {
    let (Some(path), Some(declared)) = (plan.key(), &plan.contract().document.key) else {
        return Ok(row_key);
    };
    let failure = |code, message| Failure { stage: Stage::Shred, code, message };
    let item = view.first(path, view.main);
    item.iter().for_each(|&item| trace.key(&view, item));
    let text = item.map(|item| view.string_value(item).trim()).filter(|text| !text.is_empty());
    let Some(text) = text else {
        return Err(failure(FailureCode::KeyMissing, format!("nothing at {}", declared.text)));
    };
    match (text.parse().map(DocumentKey), row_key) {
        (Ok(key), Some(row_key)) if key == row_key => Ok(Some(key)),
        (Ok(key), None) => Ok(Some(key)),
        (Ok(_), Some(_)) => Err(failure(
            FailureCode::KeyMismatch,
            format!("{} differs from the key of the row", declared.text),
        )),
        (Err(_), _) => {
            Err(failure(FailureCode::KeyMismatch, format!("{} is not a 64-bit integer", declared.text)))
        }
    }
}

fn check_required(plan: &Plan, view: View<'_>) -> Result<(), Failure> {
    let missing = plan.require().iter().position(|path| view.first(path, view.main).is_none());
    match missing {
        None => Ok(()),
        Some(at) => {
            let path = &plan.contract().document.require[at].text;
            let message = format!("nothing at {path}, which `document.require` names");
            Err(Failure { stage: Stage::Shred, code: FailureCode::MissingElement, message })
        }
    }
}
