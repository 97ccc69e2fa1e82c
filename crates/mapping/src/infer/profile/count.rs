//! The events of a well-formed document into the statistics.

use bumpalo::Bump;
use xmlshred_model::DocumentKey;

use crate::xml::{unescape_attribute, unescape_text};

use super::elements::{DOCUMENT, ElementId, Elements};
use super::record::{Event, EventKind};
use super::value::is_blank;

/// Counts documents, one after the other, with buffers that are used again.
#[derive(Debug, Default)]
pub(super) struct Counter {
    /// Open elements; those behind `depth` keep their buffers for the next.
    frames: Vec<Frame>,
    depth: usize,
    document_count: u64,
    /// Elements so far, of all documents: the serial number of the next.
    element_count: u64,
}

/// An open element.
#[derive(Debug, Default)]
struct Frame {
    element: ElementId,
    serial: u64,
    has_children: bool,
    /// Its own text, when it is one piece.
    text: Option<Event>,
    /// Its own text, when it is several.
    joined: String,
}

impl Counter {
    /// Counts one document in.
    pub(super) fn count(
        &mut self,
        elements: &mut Elements,
        events: &[Event],
        document: &str,
        key: Option<DocumentKey>,
        arena: &Bump,
    ) {
        self.document_count += 1;
        self.depth = 0;
        let key = key.map(|key| key.spelled());
        let key = key.as_deref();
        elements.get_mut(DOCUMENT).instance_count += 1;
        for event in events {
            match event.kind {
                EventKind::Start => self.start(elements, event.id),
                EventKind::End => self.end(elements, document, key, arena),
                EventKind::PlainAttribute | EventKind::Attribute => {
                    elements.value_mut(event.id).observe(text_of(event, document, arena), key);
                }
                EventKind::UnknownAttribute => elements.get_mut(event.id).has_too_many_names = true,
                EventKind::UnknownChild => {
                    // A root beyond all limits has nothing around it.
                    if let Some(at) = self.depth.checked_sub(1) {
                        self.frames[at].has_children = true;
                    }
                    let element = elements.get_mut(event.id);
                    element.has_too_many_names |= !element.is_closed;
                }
                EventKind::PlainText | EventKind::Text | EventKind::Cdata => {
                    self.frames[self.depth - 1].add_text(event, document, arena);
                }
            }
        }
    }

    fn start(&mut self, elements: &mut Elements, id: ElementId) {
        self.element_count += 1;
        let parent = match self.depth.checked_sub(1) {
            // Every document is a parent of its own.
            None => self.element_count,
            Some(at) => {
                self.frames[at].has_children = true;
                self.frames[at].serial
            }
        };
        let element = elements.get_mut(id);
        element.instance_count += 1;
        if element.last_document != self.document_count {
            element.last_document = self.document_count;
            element.document_count += 1;
        }
        if element.last_parent == parent {
            element.in_last_parent += 1;
        } else {
            element.last_parent = parent;
            element.in_last_parent = 1;
        }
        element.max_per_parent = element.max_per_parent.max(element.in_last_parent);
        if self.depth == self.frames.len() {
            self.frames.push(Frame::default());
        }
        let frame = &mut self.frames[self.depth];
        frame.element = id;
        frame.serial = self.element_count;
        frame.has_children = false;
        frame.text = None;
        frame.joined.clear();
        self.depth += 1;
    }

    fn end(&mut self, elements: &mut Elements, document: &str, key: Option<&str>, arena: &Bump) {
        self.depth -= 1;
        let frame = &self.frames[self.depth];
        let text = match &frame.text {
            Some(event) => text_of(event, document, arena),
            None => &frame.joined,
        };
        if frame.has_children {
            let element = elements.get_mut(frame.element);
            element.container_count += 1;
            // White space between elements is layout.
            if is_blank(text) {
                return;
            }
            element.mixed_count += 1;
        }
        let value = elements.text_id(frame.element);
        elements.value_mut(value).observe(text, key);
    }
}

impl Frame {
    fn add_text(&mut self, event: &Event, document: &str, arena: &Bump) {
        if self.text.is_none() && self.joined.is_empty() {
            self.text = Some(*event);
            return;
        }
        if let Some(first) = self.text.take() {
            self.joined.push_str(text_of(&first, document, arena));
        }
        self.joined.push_str(text_of(event, document, arena));
    }
}

fn text_of<'a>(event: &Event, document: &'a str, arena: &'a Bump) -> &'a str {
    let raw = &document[event.start as usize..event.stop as usize];
    match event.kind {
        EventKind::Attribute => unescape_attribute(raw, arena),
        EventKind::Text => unescape_text(raw, arena),
        EventKind::Cdata => arena.alloc_str(&raw.replace("\r\n", "\n").replace('\r', "\n")),
        _ => raw,
    }
}
