//! Paths followed in the projection of a document, with the meaning of XPath 1.0.

use std::ops::{ControlFlow, Range};

use bumpalo::Bump;
use bumpalo::collections::{String as BumpString, Vec as BumpVec};

use crate::path::{Axis, Comparison};
use crate::plan::{
    CompiledCondition, CompiledOperand, CompiledPath, CompiledPredicate, CompiledStep, Symbol, Test,
};
use crate::xml::{unescape_attribute, unescape_text};

use super::dfa::{AttributeSet, Dfa};
use super::tree::{DOCUMENT, NodeId, NodeKind, Slice, Tree};

/// A document while its rows are made: its projection, its text, and room for text made on the way.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(super) tree: &'a Tree,
    pub(crate) text: &'a str,
    pub(super) arena: &'a Bump,
    /// The main element, where absolute paths start.
    pub(super) main: NodeId,
    pub(super) dfa: &'a Dfa,
}

/// The attributes of an element that have one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    None,
    One(Item),
    /// Who asks must look at all.
    Several,
}

/// Something that a path leads to. The order is document order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item {
    pub(super) node: NodeId,
    /// For an attribute of `node`: its position there, plus one. 0 is the node itself.
    attribute: u32,
}

/// Is told what predicates remove.
pub(super) trait Watch {
    const IS_TOLD: bool;

    /// The step, which of its predicates, what.
    fn removed(&mut self, step: &CompiledStep, predicate: usize, item: Item);
}

/// Need not be told.
struct Nobody;

impl Watch for Nobody {
    const IS_TOLD: bool = false;

    fn removed(&mut self, _: &CompiledStep, _: usize, _: Item) {}
}

impl<F: FnMut(&CompiledStep, usize, Item)> Watch for F {
    const IS_TOLD: bool = true;

    fn removed(&mut self, step: &CompiledStep, predicate: usize, item: Item) {
        self(step, predicate, item);
    }
}

/// How far a predicate is.
#[derive(Clone, Copy, Default)]
struct Place {
    count: u32,
    last: Option<Item>,
}

/// Takes matches until it has enough.
pub(super) type Visit<'v> = &'v mut dyn FnMut(Item) -> ControlFlow<()>;

impl<'a> View<'a> {
    /// The attribute with this name.
    #[inline]
    pub(super) fn attribute(&self, node: NodeId, symbol: Symbol) -> Named {
        let known = self.tree.node(node);
        let state = self.dfa.state(known.state);
        let slot = state.slot(symbol);
        if known.is_ambiguous || (slot == 0 && matches!(state.attributes, AttributeSet::All)) {
            return Named::Several;
        }
        if slot == 0 {
            return Named::None;
        }
        match self.tree.slot(known, slot) {
            0 => Named::None,
            attribute => Named::One(Item { node, attribute }),
        }
    }

    /// Follows `path` from `start`, telling `visit` every match in document order until it has enough.
    pub(super) fn select(&self, path: &CompiledPath, start: NodeId, visit: Visit<'_>) {
        self.select_watched(path, start, &mut Nobody, visit);
    }

    /// [`View::select`] that tells `watch` what predicates remove: the step, which of its predicates, what.
    pub(super) fn select_watched<W: Watch>(
        &self,
        path: &CompiledPath,
        start: NodeId,
        watch: &mut W,
        visit: Visit<'_>,
    ) {
        let start = if path.absolute { self.main } else { start };
        self.follow_in_order(path, &path.steps, start, watch, visit);
    }

    /// Follows the last steps of a path.
    fn follow_in_order<W: Watch>(
        &self,
        path: &CompiledPath,
        steps: &[CompiledStep],
        start: NodeId,
        watch: &mut W,
        visit: Visit<'_>,
    ) {
        if !path.needs_sorting {
            let _ = self.follow(steps, start, watch, visit);
            return;
        }
        // Each node once after each step, or the ways to it would multiply.
        let mut found = BumpVec::new_in(self.arena);
        found.push(Item { node: start, attribute: 0 });
        for step in steps {
            let mut next = BumpVec::new_in(self.arena);
            for item in &found {
                let _ = self.follow(std::slice::from_ref(step), item.node, watch, &mut |item| {
                    next.push(item);
                    ControlFlow::Continue(())
                });
            }
            next.sort_unstable();
            next.dedup();
            found = next;
        }
        let _ = found.iter().try_for_each(|&item| visit(item));
    }

    /// All matches, in document order.
    pub(super) fn select_all(&self, path: &CompiledPath, start: NodeId) -> BumpVec<'a, Item> {
        let mut found = BumpVec::new_in(self.arena);
        self.select(path, start, &mut |item| {
            found.push(item);
            ControlFlow::Continue(())
        });
        found
    }

    /// The first match.
    pub(super) fn first(&self, path: &CompiledPath, start: NodeId) -> Option<Item> {
        let mut first = None;
        self.select(path, start, &mut |item| {
            first = Some(item);
            ControlFlow::Break(())
        });
        first
    }

    fn follow<W: Watch>(
        &self,
        steps: &[CompiledStep],
        node: NodeId,
        watch: &mut W,
        visit: Visit<'_>,
    ) -> ControlFlow<()> {
        let Some((step, rest)) = steps.split_first() else { return visit(Item { node, attribute: 0 }) };
        match step.axis {
            Axis::SelfNode => self.follow(rest, node, watch, visit),
            // Above the root is nothing.
            Axis::Parent if node == DOCUMENT => ControlFlow::Continue(()),
            Axis::Parent => self.follow(rest, self.tree.node(node).parent, watch, visit),
            Axis::Attribute => self.attributes(step, node, watch, visit),
            Axis::DescendantAttribute => {
                let end = self.tree.node(node).subtree_end;
                (node..end).try_for_each(|descendant| self.attributes(step, descendant, watch, visit))
            }
            Axis::Child => self.children(step, rest, node, watch, visit),
            Axis::Descendant => {
                let end = self.tree.node(node).subtree_end;
                if step.predicates.is_empty() {
                    let mut descendants =
                        (node + 1..end).filter(|&descendant| self.accepts(&step.test, descendant));
                    descendants.try_for_each(|descendant| self.follow(rest, descendant, watch, visit))
                } else {
                    // Positions count among the children of each node: descendant-or-self::node()/child::…
                    (node..end).try_for_each(|parent| self.children(step, rest, parent, watch, visit))
                }
            }
        }
    }

    fn children<W: Watch>(
        &self,
        step: &CompiledStep,
        rest: &[CompiledStep],
        node: NodeId,
        watch: &mut W,
        visit: Visit<'_>,
    ) -> ControlFlow<()> {
        let mut children = self.tree.children(node).filter(|&child| self.accepts(&step.test, child));
        if step.predicates.is_empty() {
            return children.try_for_each(|child| self.follow(rest, child, watch, visit));
        }
        if !W::IS_TOLD {
            let children = children.map(|node| Item { node, attribute: 0 });
            return self
                .stream(&step.predicates, children, &mut |item| self.follow(rest, item.node, watch, visit));
        }
        let mut found = BumpVec::new_in(self.arena);
        found.extend(children.map(|node| Item { node, attribute: 0 }));
        self.filter(&step.predicates, &mut found, &mut |predicate, item| {
            watch.removed(step, predicate, item)
        });
        found.iter().try_for_each(|item| self.follow(rest, item.node, watch, visit))
    }

    fn attributes<W: Watch>(
        &self,
        step: &CompiledStep,
        node: NodeId,
        watch: &mut W,
        visit: Visit<'_>,
    ) -> ControlFlow<()> {
        let mut matching = self.matching_attributes(&step.test, node);
        if step.predicates.is_empty() {
            return matching.try_for_each(visit);
        }
        if !W::IS_TOLD {
            return self.stream(&step.predicates, matching, visit);
        }
        let mut found = BumpVec::new_in(self.arena);
        found.extend(matching);
        self.filter(&step.predicates, &mut found, &mut |predicate, item| {
            watch.removed(step, predicate, item)
        });
        found.iter().copied().try_for_each(visit)
    }

    /// The attributes of an element whose names pass.
    pub(super) fn matching_attributes(&self, test: &Test, node: NodeId) -> impl Iterator<Item = Item> {
        let attributes = self.tree.attributes(node).iter().enumerate();
        attributes
            .filter(|(_, attribute)| test.accepts_name(attribute.symbol))
            .map(move |(at, _)| Item { node, attribute: at as u32 + 1 })
    }

    fn accepts(&self, test: &Test, node: NodeId) -> bool {
        match self.tree.node(node).kind {
            NodeKind::Element(symbol) => test.accepts_name(symbol),
            NodeKind::Text => matches!(test, Test::Text | Test::Node),
        }
    }

    /// What predicates leave of items, without keeping them: stops where no other can pass.
    fn stream(
        &self,
        predicates: &[CompiledPredicate],
        items: impl Iterator<Item = Item>,
        visit: Visit<'_>,
    ) -> ControlFlow<()> {
        let mut places = BumpVec::new_in(self.arena);
        let mut few = [Place::default(); 3];
        let places = if predicates.len() <= few.len() {
            &mut few[..predicates.len()]
        } else {
            places.resize(predicates.len(), Place::default());
            &mut places
        };
        for item in items {
            self.pass(predicates, 0, places, item, visit)?;
            let is_over = predicates.iter().zip(&*places).any(|(predicate, place)| {
                matches!(predicate, CompiledPredicate::Position(position) if place.count >= *position)
            });
            if is_over {
                break;
            }
        }
        for at in 0..predicates.len() {
            if let Some(item) = places[at].last.take() {
                self.pass(predicates, at + 1, places, item, visit)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Takes an item as far as predicates let it, from the one with this number.
    fn pass(
        &self,
        predicates: &[CompiledPredicate],
        from: usize,
        places: &mut [Place],
        item: Item,
        visit: Visit<'_>,
    ) -> ControlFlow<()> {
        for (predicate, place) in predicates[from..].iter().zip(&mut places[from..]) {
            let passes = match predicate {
                CompiledPredicate::Condition(condition) => self.holds(condition, item),
                CompiledPredicate::Position(position) => {
                    place.count += 1;
                    place.count == *position
                }
                CompiledPredicate::Last => {
                    place.last = Some(item);
                    false
                }
            };
            if !passes {
                return ControlFlow::Continue(());
            }
        }
        visit(item)
    }

    fn filter(
        &self,
        predicates: &[CompiledPredicate],
        found: &mut BumpVec<'a, Item>,
        removed: &mut impl FnMut(usize, Item),
    ) {
        for (at, predicate) in predicates.iter().enumerate() {
            let kept = match predicate {
                CompiledPredicate::Condition(condition) => {
                    found.retain(|&item| {
                        let holds = self.holds(condition, item);
                        if !holds {
                            removed(at, item);
                        }
                        holds
                    });
                    continue;
                }
                CompiledPredicate::Position(position) => found.get(*position as usize - 1).copied(),
                CompiledPredicate::Last => found.last().copied(),
            };
            found.iter().filter(|&&item| Some(item) != kept).for_each(|&item| removed(at, item));
            found.clear();
            found.extend(kept);
        }
    }

    pub(crate) fn holds(&self, condition: &CompiledCondition, item: Item) -> bool {
        match condition {
            CompiledCondition::And(left, right) => self.holds(left, item) && self.holds(right, item),
            CompiledCondition::Or(left, right) => self.holds(left, item) || self.holds(right, item),
            CompiledCondition::Not(inner) => !self.holds(inner, item),
            CompiledCondition::Exists(path) => self.first_from(path, item).is_some(),
            CompiledCondition::In(operand, texts) => {
                self.any_text(operand, item, &mut |text| texts.iter().any(|wanted| wanted == text))
            }
            CompiledCondition::StartsWith(of, start) => {
                self.operand_text(of, item).starts_with(self.operand_text(start, item))
            }
            CompiledCondition::Contains(of, part) => {
                self.operand_text(of, item).contains(self.operand_text(part, item))
            }
            CompiledCondition::Compare { left, operator, right } => {
                self.compares(left, *operator, right, item)
            }
        }
    }

    /// Comparison of node sets: true when some pair of nodes compares true (XPath 1.0, section 3.4).
    fn compares(
        &self,
        left: &CompiledOperand,
        operator: Comparison,
        right: &CompiledOperand,
        item: Item,
    ) -> bool {
        let is_equality = matches!(operator, Comparison::Equal | Comparison::NotEqual);
        let is_number = |operand: &CompiledOperand| matches!(operand, CompiledOperand::Number(_));
        self.any_text(left, item, &mut |left_text| {
            self.any_text(right, item, &mut |right_text| {
                if is_equality && !is_number(left) && !is_number(right) {
                    (left_text == right_text) == (operator == Comparison::Equal)
                } else {
                    let (left, right) = (to_number(left, left_text), to_number(right, right_text));
                    match operator {
                        Comparison::Equal => left == right,
                        Comparison::NotEqual => left != right,
                        Comparison::Less => left < right,
                        Comparison::LessOrEqual => left <= right,
                        Comparison::Greater => left > right,
                        Comparison::GreaterOrEqual => left >= right,
                    }
                }
            })
        })
    }

    /// Whether some text of the operand passes. A number has no text here: `to_number` knows it.
    fn any_text(&self, operand: &CompiledOperand, item: Item, passes: &mut dyn FnMut(&str) -> bool) -> bool {
        match operand {
            CompiledOperand::Text(text) => passes(text),
            CompiledOperand::Number(_) => passes(""),
            CompiledOperand::Path(path) => {
                let mut has_passed = false;
                self.select_from(path, item, &mut |found| {
                    has_passed = passes(self.string_value(found));
                    if has_passed { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                });
                has_passed
            }
        }
    }

    fn operand_text<'t>(&self, operand: &'t CompiledOperand, item: Item) -> &'t str
    where
        'a: 't,
    {
        match operand {
            CompiledOperand::Text(text) => text,
            CompiledOperand::Number(number) => {
                // XPath's zero has no sign.
                let number = if *number == 0.0 { 0.0 } else { *number };
                BumpString::from_str_in(&number.to_string(), self.arena).into_bump_str()
            }
            CompiledOperand::Path(path) => {
                self.first_from(path, item).map_or("", |found| self.string_value(found))
            }
        }
    }

    /// Paths in conditions start at the item in question, which may be an attribute: that has no children, only itself.
    fn select_from(&self, path: &CompiledPath, item: Item, visit: Visit<'_>) {
        if item.attribute == 0
            && let [step] = &*path.steps
            && let (Axis::Attribute, Test::Symbol(symbol), []) = (step.axis, &step.test, &*step.predicates)
            && !path.absolute
        {
            match self.attribute(item.node, *symbol) {
                Named::None => return,
                Named::One(item) => {
                    let _ = visit(item);
                    return;
                }
                Named::Several => {}
            }
        }
        if item.attribute == 0 || path.absolute {
            self.select(path, item.node, visit);
        } else {
            match path.steps.split_first() {
                None => {
                    let _ = visit(item);
                }
                Some((step, rest)) if step.axis == Axis::Parent => {
                    self.follow_in_order(path, rest, item.node, &mut Nobody, visit);
                }
                Some(_) => {}
            }
        }
    }

    fn first_from(&self, path: &CompiledPath, item: Item) -> Option<Item> {
        let mut first = None;
        self.select_from(path, item, &mut |found| {
            first = Some(found);
            ControlFlow::Break(())
        });
        first
    }

    /// The string-value of a node (XPath 1.0, section 5): text of an attribute, all text below an element.
    #[inline]
    pub(super) fn string_value(&self, item: Item) -> &'a str {
        if item.attribute > 0 {
            let slice = self.tree.attribute_at(self.tree.node(item.node), item.attribute);
            let raw = self.raw(slice);
            return if slice.is_plain { raw } else { unescape_attribute(raw, self.arena) };
        }
        self.text_below(item)
    }

    fn text_below(&self, item: Item) -> &'a str {
        match self.tree.node(item.node).kind {
            NodeKind::Text => self.join(self.tree.pieces(item.node).iter().copied()),
            NodeKind::Element(_) => {
                let below = item.node + 1..self.tree.node(item.node).subtree_end;
                let tree = self.tree;
                self.join(below.flat_map(move |node| tree.pieces(node)).copied())
            }
        }
    }

    fn join(&self, mut pieces: impl Iterator<Item = Slice>) -> &'a str {
        let Some(first) = pieces.next() else { return "" };
        let Some(second) = pieces.next() else { return self.piece(first) };
        let mut text = BumpString::from_str_in(self.piece(first), self.arena);
        text.push_str(self.piece(second));
        pieces.for_each(|piece| text.push_str(self.piece(piece)));
        text.into_bump_str()
    }

    fn piece(&self, piece: Slice) -> &'a str {
        let raw = self.raw(piece);
        let is_cdata = piece.symbol == 1;
        match (piece.is_plain, is_cdata) {
            (true, _) => raw,
            (false, false) => unescape_text(raw, self.arena),
            (false, true) => {
                let text = raw.replace("\r\n", "\n").replace('\r', "\n");
                BumpString::from_str_in(&text, self.arena).into_bump_str()
            }
        }
    }

    #[inline]
    pub(super) fn raw(&self, slice: Slice) -> &'a str {
        &self.text[slice.start as usize..slice.stop as usize]
    }

    /// The markup of an element as the document has it, with the namespace declarations that it depends on; the text of anything else.
    pub(super) fn markup(&self, item: Item) -> &'a str {
        let node = self.tree.node(item.node);
        if item.attribute > 0 || node.kind == NodeKind::Text {
            return self.string_value(item);
        }
        let markup = &self.text[node.start as usize..node.stop as usize];
        let mut namespaces = self.tree.namespaces(item.node).peekable();
        if namespaces.peek().is_none() {
            return markup;
        }
        let name_end =
            markup.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/').unwrap_or(markup.len());
        let mut text = BumpString::from_str_in(&markup[..name_end], self.arena);
        for (prefix, uri) in namespaces {
            let (prefix, uri) = (self.raw(prefix), self.raw(uri));
            if prefix.is_empty() && uri.is_empty() {
                continue;
            }
            let quote = if uri.contains('"') { "'" } else { "\"" };
            let colon = if prefix.is_empty() { "" } else { ":" };
            for part in [" xmlns", colon, prefix, "=", quote, uri, quote] {
                text.push_str(part);
            }
        }
        text.push_str(&markup[name_end..]);
        text.into_bump_str()
    }

    /// Where a node stands in the document.
    pub(crate) fn extent(&self, item: Item) -> Extent {
        let node = self.tree.node(item.node);
        if item.attribute > 0 {
            let value = self.tree.attributes(item.node)[item.attribute as usize - 1];
            return Extent::Attribute(value.start..value.stop);
        }
        match (node.kind, self.tree.pieces(item.node)) {
            (NodeKind::Text, [first, .., last] | [first @ last]) => Extent::Text(first.start..last.stop),
            (NodeKind::Element(_) | NodeKind::Text, _) => Extent::Element(node.start..node.stop),
        }
    }

    /// Where an element begins in the document.
    pub(crate) fn element_start(&self, node: NodeId) -> u32 {
        self.tree.node(node).start
    }

    /// Offset in the document, for messages.
    pub(super) fn offset(&self, item: Item) -> usize {
        if item.attribute > 0 {
            self.tree.attributes(item.node)[item.attribute as usize - 1].start as usize
        } else {
            match self.tree.node(item.node).kind {
                NodeKind::Text => self.tree.pieces(item.node).first().map_or(0, |piece| piece.start as usize),
                NodeKind::Element(_) => self.tree.node(item.node).start as usize,
            }
        }
    }
}

/// A range of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The value of an attribute, without quotes.
    Attribute(Range<u32>),
    /// Text between two tags; comments may stand in it.
    Text(Range<u32>),
    /// An element with its tags.
    Element(Range<u32>),
}

impl Item {
    /// The element itself.
    pub(super) fn of_element(node: NodeId) -> Self {
        Self { node, attribute: 0 }
    }

    /// The element itself, when it is one.
    pub(super) fn element(self, tree: &Tree) -> Option<NodeId> {
        let is_element = self.node != DOCUMENT && tree.node(self.node).kind != NodeKind::Text;
        (self.attribute == 0 && is_element).then_some(self.node)
    }
}

/// XPath's `number()`: optional minus, digits with at most one point, white space around; anything else is no number.
fn to_number(operand: &CompiledOperand, text: &str) -> f64 {
    if let CompiledOperand::Number(number) = operand {
        return *number;
    }
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().any(|byte| byte.is_ascii_digit());
    if is_number { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}
