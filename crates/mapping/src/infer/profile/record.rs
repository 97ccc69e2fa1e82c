//! What a document consists of, as small events: nothing is counted before its end.

use crate::xml::{Handler, Nobody, RawText, StartTag, TextKind};

use super::elements::{DOCUMENT, ElementId, Elements};

/// A step through a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) kind: EventKind,
    /// Element or value.
    pub(super) id: u32,
    /// Range of the document; of attributes and text.
    pub(super) start: u32,
    pub(super) stop: u32,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventKind {
    Start,
    End,
    /// An attribute, with nothing to replace in it.
    PlainAttribute,
    Attribute,
    /// Text, with nothing to replace in it.
    PlainText,
    Text,
    Cdata,
    /// An attribute of the open element that is not told apart.
    UnknownAttribute,
    /// A child of the open element that is not told apart, with everything below it.
    UnknownChild,
}

/// Records one document.
pub(super) struct Recorder<'p, 'd> {
    elements: &'p mut Elements,
    events: &'p mut Vec<Event>,
    text: &'d str,
    open: Vec<ElementId>,
    current: ElementId,
    /// Open elements that are not told apart, all innermost.
    skipped: u32,
}

impl<'p, 'd> Recorder<'p, 'd> {
    pub(super) fn new(elements: &'p mut Elements, events: &'p mut Vec<Event>, text: &'d str) -> Self {
        Self { elements, events, text, open: Vec::new(), current: DOCUMENT, skipped: 0 }
    }

    fn mark(&mut self, kind: EventKind, id: u32) {
        self.events.push(Event { kind, id, start: 0, stop: 0 });
    }

    fn range(&mut self, kind: EventKind, id: u32, raw: &str) {
        // A document of more than 4 GiB is refused before.
        let start = raw.as_ptr() as usize - self.text.as_ptr() as usize;
        self.events.push(Event { kind, id, start: start as u32, stop: (start + raw.len()) as u32 });
    }
}

impl<'d> Handler<'d> for Recorder<'_, 'd> {
    type Taker<'t>
        = Nobody
    where
        Self: 't;

    fn start(&mut self, tag: &StartTag<'_, 'd>) {
        if self.skipped > 0 {
            self.skipped += 1;
            return;
        }
        let Some(id) = self.elements.child(self.current, tag) else {
            self.skipped = 1;
            self.mark(EventKind::UnknownChild, self.current);
            return;
        };
        self.open.push(self.current);
        self.current = id;
        self.mark(EventKind::Start, id);
        for attribute in tag.attributes {
            if attribute.is_namespace_declaration() {
                continue;
            }
            let kind =
                if attribute.value.is_plain { EventKind::PlainAttribute } else { EventKind::Attribute };
            match self.elements.attribute(id, tag, attribute) {
                Some(value) => self.range(kind, value, attribute.value.raw),
                None => self.mark(EventKind::UnknownAttribute, id),
            }
        }
    }

    fn end(&mut self, _: usize) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        self.mark(EventKind::End, self.current);
        self.current = self.open.pop().expect("the scanner matches end tags with start tags");
    }

    fn text(&mut self, text: RawText<'d>, kind: TextKind) {
        if self.skipped > 0 {
            return;
        }
        let kind = match (kind, text.is_plain) {
            (_, true) => EventKind::PlainText,
            (TextKind::Content, false) => EventKind::Text,
            (TextKind::Cdata, false) => EventKind::Cdata,
        };
        self.range(kind, self.current, text.raw);
    }
}
