//! Over a document once more: what became of each attribute and text that holds something.

use xmlshred_model::Work;

use crate::lines::Lines;
use crate::plan::Paths;
use crate::shred::{DEAD, Dfa, Reading, START, StateId};
use crate::xml::{Handler, Nobody, RawText, StartTag, TextKind};

use super::outline::{Datum, Fate, NameId, NameKind, Outline, TOP};
use super::reads::Parts;

/// An automaton with its states.
pub(super) struct Machine<'w> {
    pub(super) paths: Paths<'w>,
    pub(super) dfa: &'w mut Dfa,
}

/// One document being walked over.
pub(super) struct Walk<'w, 'd> {
    pub(super) reading: &'d Reading<'d>,
    /// From 1.
    pub(super) document: u64,
    /// Paths of columns.
    pub(super) columns: Machine<'w>,
    /// All paths.
    pub(super) all: Machine<'w>,
    pub(super) read: &'w Parts,
    pub(super) ignored: &'w Parts,
    pub(super) outline: &'w mut Outline,
    /// Of the text.
    pub(super) lines: Lines<'d>,
    pub(super) open: Vec<Level>,
    /// Text since the last tag: from where to where.
    pub(super) run: Option<(usize, usize, Content)>,
}

/// An open element.
#[derive(Clone, Copy)]
pub(super) struct Level {
    name: NameId,
    columns: StateId,
    all: StateId,
    markup: Markup,
}

/// Whether a column of type `xml` takes this element, or one around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Markup {
    Taken,
    Left,
}

/// Whether text is more than white space.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Blank,
    Data,
}

/// The document node.
pub(super) const BOTTOM: Level = Level { name: TOP, columns: START, all: START, markup: Markup::Left };

impl<'d> Walk<'_, 'd> {
    fn level(&self) -> Level {
        *self.open.last().expect("the document node is never closed")
    }

    fn offset(&self, part: &str) -> usize {
        part.as_ptr() as usize - self.reading.text.as_ptr() as usize
    }

    /// The end of a run of text: at every tag.
    fn end_run(&mut self) {
        let Some((start, stop, Content::Data)) = self.run.take() else { return };
        let level = self.level();
        let at = start as u32;
        let fate = if self.read.have_text(at) {
            Fate::Read
        } else if self.ignored.have_text(at) {
            Fate::Ignored
        } else if level.markup == Markup::Taken || self.columns.dfa.state(level.columns).reads_text {
            Fate::InNoRow
        } else if self.all.dfa.state(level.all).reads_text {
            Fate::ConditionOnly
        } else {
            Fate::NoPath
        };
        let datum = Datum {
            name: level.name,
            fate,
            raw: &self.reading.text[start..stop],
            offset: self.reading.outer(start),
        };
        self.outline.count(datum, self.document, &mut self.lines);
    }

    fn attributes(&mut self, tag: &StartTag<'_, 'd>) {
        let level = self.level();
        for attribute in tag.attributes {
            let raw = attribute.value.raw;
            if attribute.is_namespace_declaration() || is_blank(raw) {
                continue;
            }
            let symbol =
                self.all.paths.symbols.lookup(attribute.local(), || tag.attribute_namespace(attribute));
            let offset = self.offset(raw);
            let at = offset as u32;
            let fate = if self.read.have_attribute(at) {
                Fate::Read
            } else if self.ignored.have_attribute(at) {
                Fate::Ignored
            } else if level.markup == Markup::Taken || self.columns.dfa.state(level.columns).keeps(symbol) {
                Fate::InNoRow
            } else if self.all.dfa.state(level.all).keeps(symbol) {
                Fate::ConditionOnly
            } else {
                Fate::NoPath
            };
            let name = self.outline.child(level.name, NameKind::Attribute, attribute.local());
            let offset = self.reading.outer(offset);
            self.outline.count(Datum { name, fate, raw, offset }, self.document, &mut self.lines);
        }
    }
}

impl<'d> Handler<'d> for Walk<'_, 'd> {
    type Taker<'t>
        = Nobody
    where
        Self: 't;

    fn start(&mut self, tag: &StartTag<'_, 'd>) {
        self.end_run();
        let above = self.level();
        let symbol = self.all.paths.symbols.lookup(tag.local(), || tag.namespace());
        let columns = self
            .columns
            .dfa
            .step(above.columns, symbol, self.columns.paths, &Work::unlimited())
            .unwrap_or(DEAD);
        let all = self.all.dfa.step(above.all, symbol, self.all.paths, &Work::unlimited()).unwrap_or(DEAD);
        let takes_markup = self.columns.dfa.state(columns).reads_markup;
        let markup = if takes_markup { Markup::Taken } else { above.markup };
        let name = self.outline.child(above.name, NameKind::Element, tag.local());
        self.open.push(Level { name, columns, all, markup });
        self.attributes(tag);
    }

    fn end(&mut self, _: usize) {
        self.end_run();
        self.open.pop();
    }

    fn text(&mut self, text: RawText<'d>, _: TextKind) {
        let start = self.offset(text.raw);
        let stop = start + text.raw.len();
        let content = if is_blank(text.raw) { Content::Blank } else { Content::Data };
        self.run = Some(match self.run {
            None => (start, stop, content),
            Some((start, _, Content::Data)) => (start, stop, Content::Data),
            Some((start, _, Content::Blank)) => (start, stop, content),
        });
    }
}

fn is_blank(raw: &str) -> bool {
    raw.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}
