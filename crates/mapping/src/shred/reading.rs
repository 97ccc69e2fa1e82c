//! The text of a document as it is read: its own, and behind it the texts of documents that stand in it as text.

use std::borrow::Cow;
use std::fmt;

use crate::xml::{Handler, Names, Place, ScanLimits, XmlError, scan_with};

use super::inner::Part;
use super::within::Within;

/// A document with those in it.
#[derive(Debug)]
pub(crate) struct Reading<'t> {
    pub(crate) text: Cow<'t, str>,
    /// In their order, which is that of the elements that they stand in, too: documents within documents come last.
    parts: Vec<Part>,
}

/// Where in a document something stands: also where the element is that the inner document stands in.
#[derive(Clone, Copy, Debug)]
pub(super) struct NestedPlace<'t> {
    text: &'t str,
    parts: &'t [Part],
    offset: usize,
}

impl<'t> Reading<'t> {
    /// A document with none in it.
    pub(super) fn plain(text: Cow<'t, str>) -> Self {
        Self { text, parts: Vec::new() }
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Adds documents, each with the offset of its element; in their order, and behind all that were added before.
    pub(super) fn add(&mut self, documents: Vec<(u32, String)>) {
        let text = self.text.to_mut();
        for (host, document) in documents {
            let start = text.len() as u32;
            text.push_str(&document);
            self.parts.push(Part { host, start, stop: text.len() as u32 });
        }
        debug_assert!(self.parts.is_sorted());
    }

    /// Scans the document, and those in it below the elements that they stand in.
    ///
    /// # Errors
    /// As [`scan_with`]; the place may be one of a document in it.
    pub(crate) fn scan<'d, H: Handler<'d>>(
        &'d self,
        limits: ScanLimits,
        names: &mut Names,
        handler: &mut H,
    ) -> Result<(), XmlError> {
        if self.parts.is_empty() {
            return scan_with(&self.text, limits, names, handler);
        }
        let mut within = Within::new(&self.text, &self.parts, limits, handler);
        let scanned = scan_with(own_text(&self.text, &self.parts), limits, names, &mut within);
        within.finish().and(scanned)
    }

    /// The place in the document itself that stands for one that may be in an inner document: that of the element.
    pub(crate) fn outer(&self, offset: usize) -> usize {
        outer(&self.parts, offset)
    }
}

/// A document without those in it.
pub(super) fn own_text<'t>(text: &'t str, parts: &[Part]) -> &'t str {
    &text[..parts.first().map_or(text.len(), |part| part.start as usize)]
}

fn outer(parts: &[Part], mut offset: usize) -> usize {
    // The element of an inner document stands before it.
    while let Some(part) = part_of(parts, offset) {
        offset = part.host as usize;
    }
    offset
}

fn part_of(parts: &[Part], offset: usize) -> Option<&Part> {
    let at = parts.partition_point(|part| part.start as usize <= offset).checked_sub(1)?;
    parts.get(at)
}

impl<'t> NestedPlace<'t> {
    pub(super) fn new(text: &'t str, parts: &'t [Part], offset: usize) -> Self {
        Self { text, parts, offset }
    }
}

impl fmt::Display for NestedPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, parts, offset } = *self;
        let Some(part) = part_of(parts, offset) else {
            return Place::of(text, offset).fmt(f);
        };
        let inner = Place::of(&text[part.start as usize..part.stop as usize], offset - part.start as usize);
        write!(f, "{inner} of the document in the element at ")?;
        Self { offset: part.host as usize, ..*self }.fmt(f)
    }
}
