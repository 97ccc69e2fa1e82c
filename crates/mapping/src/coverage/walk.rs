//! Over a document once more: what became of each attribute and text that holds something. A [`Sheet`] writes it down.

use xmlshred_model::Work;

use crate::plan::Paths;
use crate::shred::{DEAD, Dfa, Reading, START, StateId};
use crate::xml::{Handler, Nobody, RawAttribute, RawText, StartTag, TextKind};

use super::amount::Fate;
use super::reads::Parts;

/// Writes down what a walk comes by, in the order of the document.
pub(crate) trait Sheet<'d> {
    /// What it knows an element or attribute by.
    type Name: Copy;

    /// The document node.
    fn top(&self) -> Self::Name;

    /// An element begins in another.
    fn element(&mut self, parent: Self::Name, tag: &StartTag<'_, 'd>) -> Self::Name;

    /// An attribute of an element, which holds something.
    fn attribute(&mut self, element: Self::Name, attribute: &RawAttribute<'d>) -> Self::Name;

    /// An attribute that holds nothing, or declares a namespace.
    fn blank_attribute(&mut self, _element: Self::Name, _attribute: &RawAttribute<'d>) {}

    /// A piece of text: those between two tags are one value, or blank.
    fn text(&mut self, _text: RawText<'d>, _kind: TextKind) {}

    /// The text since the last tag is blank.
    fn blank_text(&mut self) {}

    /// What became of an attribute, or of a text of an element: between two tags.
    fn value(&mut self, datum: Datum<'d, Self::Name>);
}

/// A value that holds something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Datum<'d, N> {
    pub(crate) name: N,
    pub(crate) kind: DatumKind,
    pub(crate) fate: Fate,
    /// As the document has it.
    pub(crate) raw: &'d str,
    /// In the text that is read.
    pub(crate) offset: usize,
}

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DatumKind {
    Attribute,
    Text,
}

/// An automaton with its states.
pub(super) struct Machine<'w> {
    pub(super) paths: Paths<'w>,
    pub(super) dfa: &'w mut Dfa,
}

/// One document being walked over.
pub(super) struct Walk<'w, 'd, S: Sheet<'d>> {
    pub(super) reading: &'d Reading<'d>,
    /// Paths of columns.
    pub(super) columns: Machine<'w>,
    /// All paths.
    pub(super) all: Machine<'w>,
    pub(super) read: &'w Parts,
    pub(super) ignored: &'w Parts,
    pub(super) sheet: &'w mut S,
    pub(super) open: Vec<Level<S::Name>>,
    /// Text since the last tag: from where to where.
    pub(super) run: Option<(usize, usize, Content)>,
}

/// An open element.
#[derive(Clone, Copy)]
pub(super) struct Level<N> {
    name: N,
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

impl<N> Level<N> {
    /// The document node.
    pub(super) fn bottom(name: N) -> Self {
        Self { name, columns: START, all: START, markup: Markup::Left }
    }
}

impl<'d, S: Sheet<'d>> Walk<'_, 'd, S> {
    fn level(&self) -> Level<S::Name> {
        *self.open.last().expect("the document node is never closed")
    }

    fn offset(&self, part: &str) -> usize {
        part.as_ptr() as usize - self.reading.text.as_ptr() as usize
    }

    /// The end of a run of text: at every tag.
    fn end_run(&mut self) {
        let (start, stop) = match self.run.take() {
            Some((start, stop, Content::Data)) => (start, stop),
            Some((_, _, Content::Blank)) => return self.sheet.blank_text(),
            None => return,
        };
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
        let (name, raw) = (level.name, &self.reading.text[start..stop]);
        self.sheet.value(Datum { name, kind: DatumKind::Text, fate, raw, offset: start });
    }

    fn attributes(&mut self, tag: &StartTag<'_, 'd>) {
        let level = self.level();
        for attribute in tag.attributes {
            let raw = attribute.value.raw;
            if attribute.is_namespace_declaration() || is_blank(raw) {
                self.sheet.blank_attribute(level.name, attribute);
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
            let name = self.sheet.attribute(level.name, attribute);
            self.sheet.value(Datum { name, kind: DatumKind::Attribute, fate, raw, offset });
        }
    }
}

impl<'d, S: Sheet<'d>> Handler<'d> for Walk<'_, 'd, S> {
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
        let name = self.sheet.element(above.name, tag);
        self.open.push(Level { name, columns, all, markup });
        self.attributes(tag);
    }

    fn end(&mut self, _: usize) {
        self.end_run();
        self.open.pop();
    }

    fn text(&mut self, text: RawText<'d>, kind: TextKind) {
        self.sheet.text(text, kind);
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
