//! From the text of a document to a view of it, and what must hold of it as a whole: its main element, its key, what it must have.

use std::borrow::Cow;

use xmlshred_model::{DocumentKey, Failure, FailureCode, KeyType, Stage, Work, WorkEnd};

use crate::Plan;
use crate::contract::{DocumentSpec, OnWrongRoot};
use crate::plan::Paths;
use crate::words::may_be_told;
use crate::xml::{
    Handler, Names, Nobody, RawText, ResolveError, ScanLimits, StartTag, TextKind, XmlError, XmlErrorKind,
    resolve, scan,
};

use super::cell::Refusal;
use super::dfa::Dfa;
use super::findings::Findings;
use super::inner::Part;
use super::no_rows::NoRows;
use super::project::{Known, Projection};
use super::reading::{NestedPlace, Reading, own_text};
use super::texts::Texts;
use super::trace::Trace;
use super::tree::{DOCUMENT, NodeId, Tree};
use super::view::{Item, View};
use crate::limits::Limits;

/// What one document after the other is read into.
#[derive(Debug)]
pub(super) struct Buffers {
    dfa: Dfa,
    tree: Tree,
    names: Names,
    known: Known,
}

impl Buffers {
    pub(super) fn new(paths: Paths<'_>) -> Self {
        Self { dfa: Dfa::new(paths), tree: Tree::default(), names: Names::default(), known: Known::default() }
    }

    /// Reads a document.
    pub(super) fn project(
        &mut self,
        paths: Paths<'_>,
        limits: &Limits,
        work: &Work<'_>,
        reading: &Reading<'_>,
    ) -> Result<(), Box<Failure>> {
        let Limits { max_depth, max_attributes, .. } = *limits;
        let Self { dfa, tree, names, known } = self;
        if names.trim() {
            known.clear();
        }
        let mut projection = Projection::new(paths, dfa, tree, known, work, &reading.text);
        reading
            .scan(ScanLimits { max_depth, max_attributes }, names, &mut projection)
            .map_err(|error| xml_failure(error, &reading.text, reading.parts()))?;
        projection.finish(own_text(&reading.text, reading.parts()).len()).map_err(too_much_work)
    }

    /// The document that was read last.
    pub(super) fn view<'a>(
        &'a self,
        paths: Paths<'a>,
        reading: &'a Reading<'_>,
        texts: &'a Texts,
        findings: &'a Findings<Item>,
        work: &'a Work<'a>,
    ) -> View<'a> {
        let Self { dfa, tree, names: _, known: _ } = self;
        let (text, parts) = (&*reading.text, reading.parts());
        View { tree, text, parts, main: DOCUMENT, dfa, symbols: paths.symbols, texts, findings, work }
    }
}

/// The document has cost enough before there are rows.
#[cold]
pub(super) fn too_much_work(end: WorkEnd) -> Box<Failure> {
    let Refusal { code, message } = *Box::<Refusal>::from(end);
    Box::new(Failure::new(Stage::Shred, code, message))
}

#[cold]
fn xml_failure(error: XmlError, text: &str, parts: &[Part]) -> Box<Failure> {
    let code = match error.kind {
        XmlErrorKind::TooDeep(_) => FailureCode::TooDeep,
        XmlErrorKind::TooManyAttributes(_) => FailureCode::TooManyAttributes,
        XmlErrorKind::RefusedDoctype | XmlErrorKind::MarkupInEntity | XmlErrorKind::EntitiesTooDeep(_) => {
            FailureCode::DoctypeRefused
        }
        _ => FailureCode::NotWellFormed,
    };
    let message = format!("{}, at {}", error.kind, NestedPlace::new(text, parts, error.offset));
    Box::new(Failure::new(Stage::Parse, code, message))
}

/// The text of a document with all that its DTD and the contract say about entities and attributes.
pub(super) fn resolved<'t>(
    text: &'t str,
    document: &DocumentSpec,
    max_bytes: u64,
) -> Result<Cow<'t, str>, Box<Failure>> {
    // Ranges of the document are kept as 32-bit numbers.
    let max_bytes = max_bytes.min(u64::from(u32::MAX));
    resolve(text, &document.entities, max_bytes).map_err(|error| match error {
        ResolveError::Xml(error) => xml_failure(error, text, &[]),
        ResolveError::TooLarge { offset } => {
            let place = NestedPlace::new(text, &[], offset);
            let message =
                format!("more than {max_bytes} bytes with entities and defaults of attributes, at {place}");
            Box::new(Failure::new(Stage::Parse, FailureCode::DocumentTooLarge, message))
        }
    })
}

/// The one element that one of `document.root` leads to. No two of them lead to one element.
///
/// # Errors
/// When there is none, or more than one.
pub(super) fn main_element(plan: &Plan, view: View<'_>) -> Result<NodeId, Box<NoRows>> {
    let mut main = None;
    for root in plan.roots() {
        match view.select_all(root, DOCUMENT).map_err(too_much_work)?[..] {
            [] => {}
            [item] if main.is_none() => main = Some(item.node),
            _ => return Err(wrong_root(plan, view, "more than one element").into()),
        }
    }
    main.ok_or_else(|| {
        let failure = wrong_root(plan, view, "no element");
        match plan.contract().document.on_wrong_root {
            OnWrongRoot::Fail => failure.into(),
            OnWrongRoot::Skip => Box::new(NoRows::Skipped(failure.message)),
        }
    })
}

#[cold]
fn wrong_root(plan: &Plan, view: View<'_>, what: &str) -> Box<Failure> {
    let roots = plan.contract().document.roots.iter().map(|root| &*root.text).collect::<Vec<_>>();
    let roots = roots.join(" or ");
    let message = match root_name(own_text(view.text, view.parts)) {
        Some(name) => format!("{what} {roots}; the root element is {name}"),
        None => format!("{what} {roots}"),
    };
    Box::new(Failure::new(Stage::Parse, FailureCode::WrongRoot, message))
}

/// The local name of the root element, where it may be told.
#[cold]
fn root_name(text: &str) -> Option<String> {
    let mut first = FirstTag(None);
    let limits = ScanLimits { max_depth: u32::MAX, max_attributes: u32::MAX };
    scan(text, limits, &mut first).ok()?;
    first.0.filter(|name| may_be_told(name))
}

/// Listens for the root element alone.
struct FirstTag(Option<String>);

impl<'d> Handler<'d> for FirstTag {
    type Taker<'t>
        = Nobody
    where
        Self: 't;

    fn start(&mut self, tag: &StartTag<'_, 'd>) {
        self.0.get_or_insert_with(|| tag.local().to_owned());
    }

    fn end(&mut self, _: usize) {}

    fn text(&mut self, _: RawText<'d>, _: TextKind) {}
}

/// The document's key, which must be its row's.
pub(super) fn check_key(
    plan: &Plan,
    view: View<'_>,
    row_key: Option<&DocumentKey>,
    trace: &impl Trace,
) -> Result<Option<DocumentKey>, Box<Failure>> {
    let (Some(path), Some(declared)) = (plan.key(), &plan.contract().document.key) else {
        return Ok(row_key.cloned());
    };
    let failure = |code, message| Box::new(Failure::new(Stage::Shred, code, message));
    let item = view.first(path, view.main).map_err(too_much_work)?;
    item.iter().for_each(|&item| trace.key(&view, item));
    let text = item.map(|item| view.string_value(item)).transpose().map_err(too_much_work)?;
    let Some(text) = text.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
        return Err(failure(FailureCode::KeyMissing, format!("nothing at {}", declared.text)));
    };
    let mismatch = |what: String| failure(FailureCode::KeyMismatch, format!("{} {what}", declared.text));
    // A document without a row has the key that its text looks like.
    let Some(row_key) = row_key else {
        let key_of = |key_type: KeyType| key_type.parse(text);
        let key = key_of(KeyType::Integer).or_else(|_| key_of(KeyType::Text));
        return key.map(Some).map_err(|error| mismatch(format!("is no key: {error}")));
    };
    let is_same = match row_key {
        // White space around it counts nowhere.
        DocumentKey::Text(key) => Ok(key.trim() == text),
        key => KeyType::of(key).parse(text).map(|found| found == *key),
    };
    match is_same {
        Ok(true) => Ok(Some(row_key.clone())),
        Ok(false) => Err(mismatch("differs from the key of the row".to_owned())),
        Err(error) => Err(mismatch(format!("is {error}"))),
    }
}

pub(super) fn check_required(plan: &Plan, view: View<'_>) -> Result<(), Box<Failure>> {
    for (path, declared) in plan.require().iter().zip(&plan.contract().document.require) {
        if view.first(path, view.main).map_err(too_much_work)?.is_none() {
            let message = format!("nothing at {}, which `document.require` names", declared.text);
            let code = FailureCode::MissingElement;
            return Err(Box::new(Failure::new(Stage::Shred, code, message)));
        }
    }
    Ok(())
}
