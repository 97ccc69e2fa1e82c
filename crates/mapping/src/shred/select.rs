//! Paths followed in the projection of a document, with the meaning of XPath 1.0.
//!
//! Every node that is looked at is a step of the document's [`xmlshred_model::Work`]. Nothing is kept but the sets of nodes that a path
//! may meet twice.

use xmlshred_model::WorkEnd;

use crate::path::Axis;
use crate::plan::{CompiledPath, CompiledStep, Symbol, Test, Whole};

use super::dfa::AttributeSet;
use super::tree::{DOCUMENT, NodeId, TEXT};
use super::view::{Flow, Item, Named, Stop, View, Visit, over};
use super::watch::{Nobody, Watch};

impl View<'_> {
    /// The attribute with this name.
    #[inline(always)]
    pub(super) fn attribute(&self, node: NodeId, symbol: Symbol) -> Named {
        let known = self.tree.node(node);
        let state = self.dfa.state(known.state);
        let slot = state.slot(symbol);
        if slot == 0 {
            let are_all_kept = matches!(state.attributes, AttributeSet::All);
            return if are_all_kept { Named::Several } else { Named::None };
        }
        match self.tree.slot(node, slot) {
            None => Named::Several,
            Some(0) => Named::None,
            Some(attribute) => Named::One(Item { node, attribute }),
        }
    }

    /// Follows `path` from `start`, telling `visit` every match in document order until it has enough.
    pub(super) fn select(&self, path: &CompiledPath, start: NodeId, visit: Visit<'_>) -> Result<(), WorkEnd> {
        self.select_watched(path, start, &mut Nobody, visit)
    }

    /// [`View::select`] that tells `watch` what predicates remove.
    pub(super) fn select_watched<W: Watch>(
        &self,
        path: &CompiledPath,
        start: NodeId,
        watch: &mut W,
        visit: Visit<'_>,
    ) -> Result<(), WorkEnd> {
        if let Some(whole) = &path.whole {
            return self.select_whole(path, whole, Item::of_node(start), watch, visit);
        }
        let start = if path.absolute { self.main } else { start };
        over(self.follow_in_order(path, &path.steps, start, watch, visit))
    }

    /// Follows a path of which one match of another is the start, or of whose matches the names are taken.
    pub(super) fn select_whole<W: Watch>(
        &self,
        path: &CompiledPath,
        whole: &Whole,
        start: Item,
        watch: &mut W,
        visit: Visit<'_>,
    ) -> Result<(), WorkEnd> {
        let Whole { group, naming, variables: _, lookup } = whole;
        let start = match group {
            Some((group, position)) => {
                let (mut count, mut found) = (0, None);
                self.select_from(group, start, &mut |item| {
                    count += 1;
                    found = Some(item);
                    if *position == Some(count) { Err(Stop::Enough) } else { Ok(()) }
                })?;
                match found {
                    Some(item) if position.is_none_or(|position| position == count) => item,
                    _ => return Ok(()),
                }
            }
            None if path.absolute => Item::of_node(self.main),
            None => start,
        };
        let visit: Visit<'_> = match naming {
            None => visit,
            Some(naming) => &mut |item: Item| {
                // Text has no name.
                if self.is_text(item) { Ok(()) } else { visit(item.named(*naming)) }
            },
        };
        if start.attribute > 0 {
            return over(self.follow_attribute(path, start, watch, visit));
        }
        if let Some(lookup) = lookup {
            return over(self.look_up(path, lookup, start.node, watch, visit));
        }
        over(self.follow_in_order(path, &path.steps, start.node, watch, visit))
    }

    /// Follows a path from an attribute: that has nothing below or beside it.
    pub(super) fn follow_attribute<W: Watch>(
        &self,
        path: &CompiledPath,
        start: Item,
        watch: &mut W,
        visit: Visit<'_>,
    ) -> Flow {
        match path.steps.split_first() {
            None => visit(start),
            Some((step, rest)) if step.axis == Axis::Parent => {
                self.follow_in_order(path, rest, start.node, watch, visit)
            }
            Some((step, rest)) if step.axis == Axis::Ancestor => {
                let around = self.around_attribute(step, start.node, watch)?;
                self.follow_set(rest, around, watch, visit)
            }
            Some(_) => Ok(()),
        }
    }

    /// Follows the last steps of a path.
    pub(super) fn follow_in_order<W: Watch>(
        &self,
        path: &CompiledPath,
        steps: &[CompiledStep],
        start: NodeId,
        watch: &mut W,
        visit: Visit<'_>,
    ) -> Flow {
        if !path.needs_sorting {
            return self.follow(steps, start, watch, visit);
        }
        self.follow_set(steps, vec![Item::of_node(start)], watch, visit)
    }

    /// Follows steps from a sorted set.
    pub(super) fn follow_set<W: Watch>(
        &self,
        steps: &[CompiledStep],
        mut found: Vec<Item>,
        watch: &mut W,
        visit: Visit<'_>,
    ) -> Flow {
        for step in steps {
            found = self.next_set(step, &found, watch)?;
        }
        found.iter().try_for_each(|&item| visit(item))
    }

    /// Where a step leads from a sorted set: each node once, or the ways to it would multiply. What lies below several of the set is
    /// looked at once.
    fn next_set<W: Watch>(
        &self,
        step: &CompiledStep,
        from: &[Item],
        watch: &mut W,
    ) -> Result<Vec<Item>, Stop> {
        let mut next = Vec::new();
        let mut keep = |item| {
            if next.last() != Some(&item) {
                next.push(item);
            }
            Ok(())
        };
        match step.axis {
            Axis::FollowingSibling | Axis::PrecedingSibling | Axis::Ancestor
                if step.predicates.is_empty() =>
            {
                self.beside_all(step, from, &mut keep)?;
            }
            _ => self.each_of(step, from, watch, &mut keep)?,
        }
        self.work.steps(next.len() as u64)?;
        next.sort_unstable();
        next.dedup();
        Ok(next)
    }

    fn each_of<W: Watch>(&self, step: &CompiledStep, from: &[Item], watch: &mut W, keep: Visit<'_>) -> Flow {
        // The first node that was not looked at from an earlier one of the set.
        let mut fresh = 0;
        for item in from {
            let end = self.tree.node(item.node).subtree_end;
            match step.axis {
                Axis::Descendant if step.predicates.is_empty() => {
                    let below = fresh.max(item.node + 1)..end;
                    self.accepted(&step.test, below, keep)?;
                }
                Axis::Descendant => {
                    for parent in fresh.max(item.node)..end {
                        self.work.steps(1)?;
                        self.children(step, &[], parent, watch, keep)?;
                    }
                }
                Axis::DescendantAttribute => {
                    for element in fresh.max(item.node)..end {
                        self.attributes(step, element, watch, keep)?;
                    }
                }
                _ => self.follow(std::slice::from_ref(step), item.node, watch, keep)?,
            }
            fresh = fresh.max(end);
        }
        Ok(())
    }

    /// All matches, in document order.
    pub(super) fn select_all(&self, path: &CompiledPath, start: NodeId) -> Result<Vec<Item>, WorkEnd> {
        let mut found = Vec::new();
        self.select(path, start, &mut |item| {
            found.push(item);
            Ok(())
        })?;
        Ok(found)
    }

    /// The first match.
    pub(super) fn first(&self, path: &CompiledPath, start: NodeId) -> Result<Option<Item>, WorkEnd> {
        let mut first = None;
        self.select(path, start, &mut |item| {
            first = Some(item);
            Err(Stop::Enough)
        })?;
        Ok(first)
    }

    pub(super) fn follow<W: Watch>(
        &self,
        steps: &[CompiledStep],
        node: NodeId,
        watch: &mut W,
        visit: Visit<'_>,
    ) -> Flow {
        let Some((step, rest)) = steps.split_first() else { return visit(Item::of_node(node)) };
        self.work.steps(1)?;
        match step.axis {
            Axis::SelfNode | Axis::FollowingSibling | Axis::PrecedingSibling | Axis::Ancestor => {
                self.beside(step, rest, node, watch, visit)
            }
            // Above the root is nothing.
            Axis::Parent if node == DOCUMENT => Ok(()),
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
                    self.accepted(&step.test, node + 1..end, &mut |item| {
                        self.follow(rest, item.node, watch, visit)
                    })
                } else {
                    // Positions count among the children of each node: descendant-or-self::node()/child::…
                    (node..end).try_for_each(|parent| {
                        self.work.steps(1)?;
                        self.children(step, rest, parent, watch, visit)
                    })
                }
            }
        }
    }

    /// The nodes of a range that a test accepts.
    fn accepted(&self, test: &Test, nodes: std::ops::Range<NodeId>, visit: Visit<'_>) -> Flow {
        for node in nodes {
            self.work.steps(1)?;
            if self.accepts(test, node) {
                visit(Item::of_node(node))?;
            }
        }
        Ok(())
    }

    fn children<W: Watch>(
        &self,
        step: &CompiledStep,
        rest: &[CompiledStep],
        node: NodeId,
        watch: &mut W,
        visit: Visit<'_>,
    ) -> Flow {
        if step.predicates.is_empty() {
            return self.tree.children(node).try_for_each(|child| {
                self.work.steps(1)?;
                if self.accepts(&step.test, child) { self.follow(rest, child, watch, visit) } else { Ok(()) }
            });
        }
        let children = self.tree.children(node).filter(|&child| self.accepts(&step.test, child));
        let mut found = Vec::new();
        if !W::IS_TOLD {
            let visit = &mut |item: Item| self.follow(rest, item.node, watch, visit);
            return self.stream(&step.predicates, children.map(Item::of_node), visit);
        }
        found.extend(children.map(Item::of_node));
        self.filter(step, &mut found, watch)?;
        found.iter().try_for_each(|item| self.follow(rest, item.node, watch, visit))
    }

    fn attributes<W: Watch>(
        &self,
        step: &CompiledStep,
        node: NodeId,
        watch: &mut W,
        visit: Visit<'_>,
    ) -> Flow {
        self.work.steps(1 + self.tree.attributes(node).len() as u64)?;
        let mut matching = self.matching_attributes(&step.test, node);
        if step.predicates.is_empty() {
            return matching.try_for_each(visit);
        }
        if !W::IS_TOLD {
            return self.stream(&step.predicates, matching, visit);
        }
        let mut found = matching.collect::<Vec<_>>();
        self.filter(step, &mut found, watch)?;
        found.iter().copied().try_for_each(visit)
    }

    pub(super) fn accepts(&self, test: &Test, node: NodeId) -> bool {
        match self.tree.node(node).symbol {
            TEXT => matches!(test, Test::Text | Test::Node),
            symbol => test.accepts_name(symbol),
        }
    }
}

impl<'a> View<'a> {
    /// The attributes of an element whose names pass.
    pub(super) fn matching_attributes<'v>(
        &'v self,
        test: &'v Test,
        node: NodeId,
    ) -> impl Iterator<Item = Item> + use<'v, 'a> {
        let spelling = match test {
            Test::Symbol(symbol) => self.symbols.spelling(*symbol),
            Test::Symbols(symbols) => symbols.first().and_then(|&symbol| self.symbols.spelling(symbol)),
            Test::Spelled(_, spelling) => Some(&**spelling),
            Test::Between(..) | Test::Any | Test::Text | Test::Node => None,
        };
        let is_spelled = move |item: &Item, spelling| self.local_name(*item) == spelling;
        // Of those that differ by case only, the one that is spelled as the path has it.
        let spelling = spelling
            .filter(|spelling| self.accepted_attributes(test, node).any(|item| is_spelled(&item, *spelling)));
        self.accepted_attributes(test, node)
            .filter(move |item| spelling.is_none_or(|spelling| is_spelled(item, spelling)))
    }

    fn accepted_attributes<'v>(
        &'v self,
        test: &'v Test,
        node: NodeId,
    ) -> impl Iterator<Item = Item> + use<'v, 'a> {
        let attributes = self.tree.attributes(node).iter().enumerate();
        attributes
            .filter(|(_, attribute)| test.accepts_name(attribute.symbol))
            .map(move |(at, _)| Item { node, attribute: at as u32 + 1 })
    }

    fn local_name(&self, item: Item) -> &str {
        let name = self.name(item);
        name.rsplit_once(':').map_or(name, |(_, local)| local)
    }
}
