//! Documents that stand in elements as text: found, and put behind the document that they stand in.

use std::borrow::Cow;

use xmlshred_model::{Failure, FailureCode, Stage, Work};

use crate::Plan;
use crate::contract::DocumentSpec;
use crate::limits::Limits;
use crate::plan::Embedded;
use crate::xml::repair;

use super::document::{Buffers, resolved, too_much_work};
use super::findings::Findings;
use super::reading::{NestedPlace, Reading};
use super::texts::Texts;
use super::tree::{DOCUMENT, TEXT};
use super::view::{Item, View};

/// Finds them, with buffers that are used again.
#[derive(Debug)]
pub(super) struct Embedding {
    buffers: Buffers,
}

/// XML's white space; it may stand around an inner document.
const WHITE_SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

impl Embedding {
    pub(super) fn new(plan: &Plan, embedded: &Embedded) -> Self {
        Self { buffers: Buffers::new(plan.paths_of(embedded)) }
    }

    /// Adds the documents that stand in a document, and those that stand in them; answers how many characters were replaced or dropped in
    /// them. Their bytes count as the document's, and as values that are made.
    pub(super) fn embed(
        &mut self,
        plan: &Plan,
        embedded: &Embedded,
        limits: &Limits,
        work: &Work<'_>,
        reading: &mut Reading<'_>,
    ) -> Result<u32, Box<Failure>> {
        // Ranges of the document are kept as 32-bit numbers.
        let max_bytes = limits.max_bytes.min(u64::from(u32::MAX));
        let mut replaced_count = 0;
        // One stands in another at most as often as there are paths.
        for _ in &embedded.wanted {
            let found = self.find(plan, embedded, limits, work, reading)?;
            if found.is_empty() {
                break;
            }
            let mut length = reading.text.len();
            let mut documents = Vec::new();
            for (host, text) in found {
                let (document, count) = prepared(&plan.contract().document, &text, limits)
                    .map_err(|failure| at_host(*failure, reading, host))?;
                length += document.len();
                if length as u64 > max_bytes {
                    let message = format!("more than {max_bytes} bytes with the documents in it");
                    let code = FailureCode::DocumentTooLarge;
                    return Err(Box::new(Failure::new(Stage::Parse, code, message)));
                }
                work.value_bytes(document.len()).map_err(too_much_work)?;
                replaced_count += count;
                documents.push((host, document));
            }
            reading.add(documents);
        }
        Ok(replaced_count)
    }

    /// The elements whose documents are not read yet, with their texts.
    fn find(
        &mut self,
        plan: &Plan,
        embedded: &Embedded,
        limits: &Limits,
        work: &Work<'_>,
        reading: &Reading<'_>,
    ) -> Result<Vec<(u32, String)>, Box<Failure>> {
        let paths = plan.paths_of(embedded);
        self.buffers.project(paths, limits, work, reading)?;
        let (texts, findings) = (Texts::default(), Findings::default());
        let view = self.buffers.view(paths, reading, &texts, &findings, work);
        let mut found = Vec::new();
        for path in &embedded.wanted {
            for item in view.select_all(path, DOCUMENT).map_err(too_much_work)? {
                found.extend(text_of(&view, item, reading)?);
            }
        }
        found.sort_unstable();
        found.dedup_by_key(|(host, _)| *host);
        Ok(found)
    }
}

/// The text of an element that has a document which is not read yet. One that has elements has its document as it is.
fn text_of(
    view: &View<'_>,
    item: Item,
    reading: &Reading<'_>,
) -> Result<Option<(u32, String)>, Box<Failure>> {
    let host = view.tree.node(item.node).start;
    if reading.parts().binary_search_by_key(&host, |part| part.host).is_ok() {
        return Ok(None);
    }
    let text = view.string_value(item).map_err(too_much_work)?;
    let text = text.trim_matches(WHITE_SPACE);
    let has_elements = view.tree.children(item.node).any(|child| view.tree.node(child).symbol != TEXT);
    match (text.is_empty(), has_elements) {
        (true, _) => Ok(None),
        (false, false) => Ok(Some((host, text.to_owned()))),
        // Text below them may be all there is.
        (false, true) => {
            let own = view.tree.children(item.node).filter(|&child| view.tree.node(child).symbol == TEXT);
            for text in own {
                let text = view.string_value(Item::of_node(text)).map_err(too_much_work)?;
                if !text.trim_matches(WHITE_SPACE).is_empty() {
                    let message = "text beside elements where a document is expected".to_owned();
                    let failure = Failure::new(Stage::Parse, FailureCode::NotWellFormed, message);
                    return Err(at_host(failure, reading, host));
                }
            }
            Ok(None)
        }
    }
}

/// What is read of an inner document, and how many characters were replaced in it.
fn prepared(document: &DocumentSpec, text: &str, limits: &Limits) -> Result<(String, u32), Box<Failure>> {
    let (text, count) = match document.invalid_characters.instead() {
        Some(instead) => repair(text, instead),
        None => (Cow::Borrowed(text), 0),
    };
    resolved(&text, document, limits.max_bytes).map(|text| (text.into_owned(), count))
}

/// Says also where the element is.
fn at_host(failure: Failure, reading: &Reading<'_>, host: u32) -> Box<Failure> {
    let Failure { message, .. } = &failure;
    let place = NestedPlace::new(&reading.text, reading.parts(), host as usize);
    let message = if message.contains(", at line ") {
        format!("{message} of the document in the element at {place}")
    } else {
        format!("{message}, in the element at {place}")
    };
    Box::new(Failure { message, ..failure })
}
