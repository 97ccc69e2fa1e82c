//! From the scanner's tags to the projection: what no path reaches is counted and forgotten.

use crate::plan::{Paths, Symbol};
use crate::xml::{Handler, RawAttribute, RawText, StartTag, TextKind};

use super::dfa::{AttributeSet, DEAD, Dfa, START, StateId};
use super::tree::{DOCUMENT, NodeId, Slice, Tree};

/// Builds the tree of one document.
pub(super) struct Projection<'s, 'd> {
    paths: Paths<'s>,
    dfa: &'s mut Dfa,
    tree: &'s mut Tree,
    text: &'d str,
    /// The kept elements that are open.
    open: Vec<(NodeId, StateId)>,
    node: NodeId,
    state: StateId,
    /// Open elements that are not kept, all innermost.
    skipped: u32,
    /// The text node that text would be appended to.
    last_text: Option<NodeId>,
    known: &'s mut Known,
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

impl<'s, 'd> Projection<'s, 'd> {
    pub(super) fn new(
        paths: Paths<'s>,
        dfa: &'s mut Dfa,
        tree: &'s mut Tree,
        known: &'s mut Known,
        text: &'d str,
    ) -> Self {
        dfa.trim(paths);
        tree.clear();
        tree.prepare_lists(paths.automaton.anchor_count());
        Self {
            paths,
            dfa,
            tree,
            text,
            open: Vec::new(),
            node: DOCUMENT,
            state: START,
            skipped: 0,
            last_text: None,
            known,
        }
    }

    /// Ends the document.
    pub(super) fn finish(self) {
        self.tree.close(DOCUMENT, self.text.len() as u32);
    }

    fn slice(&self, text: &str, symbol: u32, is_plain: bool) -> Slice {
        let start = text.as_ptr() as usize - self.text.as_ptr() as usize;
        Slice { symbol, start: start as u32, stop: (start + text.len()) as u32, is_plain }
    }

    fn keep_attributes(&mut self, node: NodeId, tag: &StartTag<'_, 'd>) {
        let state = self.dfa.state(self.state);
        if let AttributeSet::None = state.attributes {
            return;
        }
        for attribute in tag.attributes {
            let RawAttribute { value, .. } = attribute;
            let symbols = self.paths.symbols;
            let symbol = known_symbol(&mut self.known.attributes, attribute.known, || {
                (symbols.lookup(attribute.local(), || tag.attribute_namespace(attribute)), true)
            });
            if state.keeps(symbol) && !attribute.is_namespace_declaration() {
                let slice = self.slice(value.raw, symbol, value.is_plain);
                self.tree.push_attribute(node, slice, state.slot(symbol));
            }
        }
    }

    #[cold]
    fn keep_namespaces(&mut self, node: NodeId, tag: &StartTag<'_, 'd>) {
        for (prefix, uri) in tag.namespaces() {
            let declared_here = tag.attributes.iter().any(|attribute| {
                attribute.is_namespace_declaration()
                    && (if attribute.prefix_len == 0 { "" } else { attribute.local() }) == prefix
            });
            if !declared_here {
                // The empty prefix is no part of the document, but an empty range of it says the same.
                let prefix = if prefix.is_empty() { &self.text[..0] } else { prefix };
                let (prefix, uri) = (self.slice(prefix, 0, true), self.slice(uri, 0, true));
                self.tree.push_namespace(node, prefix, uri);
            }
        }
    }
}

impl<'d> Handler<'d> for Projection<'_, 'd> {
    fn start(&mut self, tag: &StartTag<'_, 'd>) {
        self.last_text = None;
        if self.skipped > 0 {
            self.skipped += 1;
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
        let state = self.dfa.step(self.state, symbol, self.paths);
        if state == DEAD {
            self.skipped = 1;
            return;
        }
        self.open.push((self.node, self.state));
        let known = self.dfa.state(state);
        self.node = self.tree.open(self.node, symbol, tag.offset as u32, state, known.slot_count);
        for &list in &known.anchors {
            self.tree.write_down(list, self.node);
        }
        self.state = state;
        self.keep_attributes(self.node, tag);
        if self.dfa.state(state).reads_markup {
            self.keep_namespaces(self.node, tag);
        }
    }

    fn end(&mut self, end: usize) {
        self.last_text = None;
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let (node, state) = (self.node, self.state);
        (self.node, self.state) = self.open.pop().expect("the scanner matches end tags with start tags");
        let is_empty = node + 1 == self.tree.end() && self.tree.attributes(node).is_empty();
        if is_empty && !self.dfa.state(state).is_step {
            self.tree.remove_last(node);
        } else {
            self.tree.close(node, end as u32);
        }
    }

    fn text(&mut self, text: RawText<'d>, kind: TextKind) {
        if self.skipped > 0 || !self.dfa.state(self.state).reads_text {
            return;
        }
        let node = match self.last_text {
            Some(node) => node,
            None => self.tree.open_text(self.node),
        };
        self.last_text = Some(node);
        // In CDATA an ampersand is itself: pieces tell the kinds apart by symbol.
        let slice = self.slice(text.raw, u32::from(kind == TextKind::Cdata), text.is_plain);
        self.tree.push_piece(node, slice);
    }
}
