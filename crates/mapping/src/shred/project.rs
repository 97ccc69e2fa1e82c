//! From the scanner's tags to the projection: what no path reaches is counted and forgotten.

use std::ops::Range;

use xmlshred_model::{Work, WorkEnd};

use crate::plan::{Paths, Symbol};
use crate::xml::{AttributeSpan, Handler, RawAttribute, RawText, StartTag, Taker, Taking, TextKind};

use super::dfa::{AttributeSet, DEAD, Dfa, START, State, StateId};
use super::tree::{Begun, DOCUMENT, Declaration, MAX_BY_SLOT, NO_SCOPE, NodeId, ScopeId, Slice, Taken, Tree};

/// Builds the tree of one document.
pub(super) struct Projection<'s, 'd> {
    paths: Paths<'s>,
    dfa: &'s mut Dfa,
    tree: &'s mut Tree,
    known: &'s mut Known,
    work: &'s Work<'s>,
    text: &'d str,
    /// The kept elements that are open.
    open: Vec<Open>,
    at: Open,
    /// Open elements that are not kept, all innermost.
    skipped: u32,
    /// Text would be appended to the text node that was added last.
    is_in_text: bool,
    /// The markup of some elements is read, so that declarations of namespaces are kept.
    keeps_scopes: bool,
    ended: Result<(), WorkEnd>,
    /// The known tag that is being told; `None` when it is skipped.
    begun: Option<Begun>,
    /// Of documents around the one that is told.
    around: Vec<(Known, ScopeId)>,
}

/// An element that is open.
#[derive(Clone, Copy)]
struct Open {
    node: NodeId,
    state: StateId,
    scope: ScopeId,
    reads_text: bool,
}

/// Symbols of names by the numbers that the scanner gives them.
#[derive(Debug, Default)]
pub(super) struct Known {
    elements: Vec<Symbol>,
    attributes: Vec<Symbol>,
}

impl Known {
    pub(super) fn clear(&mut self) {
        self.elements.clear();
        self.attributes.clear();
    }

    #[inline(always)]
    fn element(&self, number: u32) -> Symbol {
        self.elements.get(number as usize).copied().unwrap_or(UNKNOWN)
    }
}

const UNKNOWN: Symbol = Symbol::MAX;

#[inline]
fn known_symbol(known: &mut Vec<Symbol>, number: u32, look_up: impl FnOnce() -> (Symbol, bool)) -> Symbol {
    if number == 0 {
        return look_up().0;
    }
    match known.get(number as usize) {
        Some(&symbol) if symbol != UNKNOWN => symbol,
        _ => {
            let (symbol, is_fixed) = look_up();
            if is_fixed {
                let length = known.len().max(number as usize + 1);
                known.resize(length, UNKNOWN);
                known[number as usize] = symbol;
            }
            symbol
        }
    }
}

#[inline]
fn attribute_symbol(
    known: &mut Known,
    paths: Paths<'_>,
    tag: &StartTag<'_, '_>,
    attribute: &RawAttribute<'_>,
) -> Symbol {
    known_symbol(&mut known.attributes, attribute.known, || {
        (paths.symbols.lookup(attribute.local(), || tag.attribute_namespace(attribute)), true)
    })
}

/// What the prefix of `xsi:nil` stands for.
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Whether an attribute is `xsi:nil` and true.
#[inline]
fn is_nil(tag: &StartTag<'_, '_>, attribute: &RawAttribute<'_>) -> bool {
    attribute.prefix_len > 0
        && attribute.local() == "nil"
        && matches!(attribute.value.raw.trim_ascii(), "true" | "1")
        && tag.attribute_namespace(attribute) == SCHEMA_INSTANCE
}

/// Where a part of a document stands in it.
#[inline]
fn range_in(document: &str, part: &str) -> Range<u32> {
    let start = part.as_ptr() as usize - document.as_ptr() as usize;
    start as u32..(start + part.len()) as u32
}

#[inline]
fn slice_of(document: &str, text: RawText<'_>, symbol: Symbol) -> Slice {
    let Range { start, end: stop } = range_in(document, text.raw);
    Slice { symbol, start, stop, is_plain: text.is_plain }
}

impl<'s, 'd> Projection<'s, 'd> {
    pub(super) fn new(
        paths: Paths<'s>,
        dfa: &'s mut Dfa,
        tree: &'s mut Tree,
        known: &'s mut Known,
        work: &'s Work<'s>,
        text: &'d str,
    ) -> Self {
        dfa.trim(paths);
        tree.clear(paths.automaton.anchor_count());
        Self {
            paths,
            dfa,
            tree,
            known,
            work,
            text,
            open: Vec::with_capacity(16),
            at: Open { node: DOCUMENT, state: START, scope: NO_SCOPE, reads_text: false },
            skipped: 0,
            is_in_text: false,
            keeps_scopes: paths.automaton.reads_markup(),
            ended: Ok(()),
            begun: None,
            around: Vec::new(),
        }
    }

    /// Ends the document, whose own text has so many bytes.
    ///
    /// # Errors
    /// When it has cost enough; the tree is of no use then.
    pub(super) fn finish(self, length: usize) -> Result<(), WorkEnd> {
        self.tree.close(DOCUMENT, length as u32);
        self.tree.end_nils();
        self.ended
    }

    #[inline]
    fn range(&self, text: &str) -> Range<u32> {
        range_in(self.text, text)
    }

    #[inline]
    fn slice(&self, text: RawText<'_>, symbol: Symbol) -> Slice {
        slice_of(self.text, text, symbol)
    }

    /// Opens an element with the attributes of its tag that are kept.
    fn keep(&mut self, tag: &StartTag<'_, 'd>, symbol: Symbol, id: StateId) -> NodeId {
        let state = self.dfa.state(id);
        let (parent, start) = (self.at.node, tag.offset as u32);
        if let AttributeSet::None = state.attributes {
            return self.tree.open(parent, symbol, start, id);
        }
        let is_small = !state.has_many_slots() && tag.attributes.len() <= MAX_BY_SLOT;
        let begun =
            if is_small { self.tree.begin(parent, symbol, start, (id, state.slot_count)) } else { None };
        let Some(mut begun) = begun else {
            let node = self.tree.open(parent, symbol, start, id);
            self.keep_sorted(node, id, tag);
            return node;
        };
        let mut taken = self.tree.taken(&mut begun);
        for attribute in tag.attributes {
            let symbol = attribute_symbol(self.known, self.paths, tag, attribute);
            if state.keeps(symbol) && !attribute.is_namespace_declaration() {
                let slice = slice_of(self.text, attribute.value, symbol);
                match state.slot(symbol) {
                    0 => taken.take_without_slot(slice),
                    slot => taken.take(slice, slot),
                }
            }
        }
        self.tree.begun(begun);
        begun.node
    }

    #[cold]
    fn keep_sorted(&mut self, node: NodeId, state: StateId, tag: &StartTag<'_, 'd>) {
        let Self { paths, dfa, tree, known, text, .. } = self;
        let state = dfa.state(state);
        let kept = tag.attributes.iter().filter_map(|attribute| {
            let symbol = attribute_symbol(known, *paths, tag, attribute);
            let is_kept = state.keeps(symbol) && !attribute.is_namespace_declaration();
            is_kept.then(|| (slice_of(text, attribute.value, symbol), state.slot(symbol)))
        });
        tree.push_sorted(node, kept);
    }

    /// Goes into an element.
    #[inline(always)]
    fn enter(&mut self, node: NodeId, state: StateId) {
        self.open.push(self.at);
        let known = self.dfa.state(state);
        self.at = Open { node, state, scope: self.at.scope, reads_text: known.reads_text };
        for &list in &known.anchors {
            self.tree.write_down(list, node);
        }
    }

    /// Keeps the namespace declarations of an element that is open now.
    fn keep_scopes(&mut self, tag: &StartTag<'_, 'd>) {
        let inherited = self.at.scope;
        for attribute in tag.attributes.iter().filter(|attribute| attribute.is_namespace_declaration()) {
            let prefix = if attribute.prefix_len == 0 { 0..0 } else { self.range(attribute.local()) };
            let declaration = Declaration::new(prefix, self.range(attribute.value.raw), self.at.scope);
            self.at.scope = self.tree.declare(declaration);
        }
        if self.dfa.state(self.at.state).reads_markup {
            self.tree.note_scopes(self.at.node, inherited, self.at.scope);
        }
    }

    /// Reads past all that is left.
    #[cold]
    fn end_early(&mut self, end: WorkEnd) {
        self.ended = Err(end);
        self.skipped = 1;
    }
}

/// Takes the attributes of a known tag that are kept.
pub(super) struct Kept<'t> {
    symbols: &'t [Symbol],
    state: &'t State,
    taken: Taken<'t>,
}

impl Taker for Kept<'_> {
    #[inline(always)]
    fn attribute(&mut self, attribute: AttributeSpan) -> bool {
        let AttributeSpan { known, start, stop, is_plain } = attribute;
        let symbol = match self.symbols.get(known as usize) {
            Some(&symbol) if symbol != UNKNOWN => symbol,
            _ => return false,
        };
        let slice = Slice { symbol, start: start as u32, stop: stop as u32, is_plain };
        match self.state.slot(symbol) {
            0 if self.state.keeps_all() => self.taken.take_without_slot(slice),
            0 => {}
            slot => self.taken.take(slice, slot),
        }
        true
    }
}

impl<'d> Handler<'d> for Projection<'_, 'd> {
    type Taker<'t>
        = Kept<'t>
    where
        Self: 't;

    #[inline]
    fn start(&mut self, tag: &StartTag<'_, 'd>) {
        self.is_in_text = false;
        if self.skipped > 0 {
            self.skipped = self.skipped.saturating_add(1);
            return;
        }
        let symbols = self.paths.symbols;
        let symbol = known_symbol(&mut self.known.elements, tag.known, || {
            let mut is_fixed = true;
            let symbol = symbols.lookup(tag.local(), || {
                is_fixed = false;
                tag.namespace()
            });
            (symbol, is_fixed)
        });
        let state = match self.dfa.step(self.at.state, symbol, self.paths, self.work) {
            Ok(DEAD) => {
                self.skipped = 1;
                return;
            }
            Ok(state) => state,
            Err(end) => return self.end_early(end),
        };
        if let Err(end) = self.work.steps(1) {
            return self.end_early(end);
        }
        let node = self.keep(tag, symbol, state);
        if tag.attributes.iter().any(|attribute| is_nil(tag, attribute)) {
            self.tree.note_nil(node);
        }
        self.enter(node, state);
        if self.keeps_scopes {
            self.keep_scopes(tag);
        }
    }

    #[inline(always)]
    fn begin(&mut self, known: u32, offset: usize) -> Taking<Kept<'_>> {
        self.begun = None;
        if self.skipped > 0 {
            return Taking::Nothing;
        }
        let symbol = self.known.element(known);
        let Some(id) = self.dfa.known_step(self.at.state, symbol) else { return Taking::Whole };
        if id == DEAD {
            return Taking::Nothing;
        }
        let state = self.dfa.state(id);
        if state.has_many_slots() {
            return Taking::Whole;
        }
        self.begun = self.tree.begin(self.at.node, symbol, offset as u32, (id, state.slot_count));
        let Some(begun) = &mut self.begun else { return Taking::Whole };
        match state.attributes {
            AttributeSet::None => Taking::Nothing,
            AttributeSet::All | AttributeSet::Some => {
                Taking::Each(Kept { symbols: &self.known.attributes, state, taken: self.tree.taken(begun) })
            }
        }
    }

    #[inline(always)]
    fn begun(&mut self) {
        self.is_in_text = false;
        let Some(begun) = self.begun else {
            self.skipped = self.skipped.saturating_add(1);
            return;
        };
        if let Err(end) = self.work.steps(1) {
            return self.end_early(end);
        }
        self.tree.begun(begun);
        self.enter(begun.node, begun.state);
        if self.keeps_scopes && self.dfa.state(begun.state).reads_markup {
            self.tree.note_scopes(begun.node, self.at.scope, self.at.scope);
        }
    }

    fn forget(&mut self) {
        if let Some(begun) = self.begun {
            self.tree.forget(begun);
        }
    }

    #[inline]
    fn end(&mut self, end: usize) {
        self.is_in_text = false;
        if self.skipped > 0 {
            // Nobody counts what stands behind an early end.
            self.skipped -= u32::from(self.ended.is_ok());
            return;
        }
        let Open { node, state, .. } = self.at;
        self.at = self.open.pop().expect("the scanner matches end tags with start tags");
        if self.tree.is_empty(node) && !self.dfa.state(state).is_step {
            self.tree.remove_last(node);
        } else {
            self.tree.close(node, end as u32);
        }
    }

    fn enter(&mut self) {
        self.is_in_text = false;
        self.around.push((std::mem::take(self.known), self.at.scope));
        self.at.scope = NO_SCOPE;
    }

    fn leave(&mut self) {
        self.is_in_text = false;
        if let Some((known, scope)) = self.around.pop() {
            *self.known = known;
            self.at.scope = scope;
        }
    }

    #[inline(always)]
    fn reads_text(&self) -> bool {
        self.skipped == 0 && self.at.reads_text
    }

    fn text(&mut self, text: RawText<'d>, kind: TextKind) {
        if !self.reads_text() {
            return;
        }
        if !self.is_in_text {
            self.tree.open_text(self.at.node);
            self.is_in_text = true;
        }
        // In CDATA an ampersand is itself: pieces tell the kinds apart by symbol.
        let slice = self.slice(text, u32::from(kind == TextKind::Cdata));
        self.tree.push_piece(slice);
    }
}
