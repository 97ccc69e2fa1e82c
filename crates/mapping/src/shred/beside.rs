//! Steps to siblings and ancestors, and to the node itself. Every node that is passed on the way is a step of the document's work; that is
//! what bounds them: a row that looks at all its siblings costs as many steps as it has.

use std::collections::HashSet;

use crate::path::Axis;
use crate::plan::CompiledStep;

use super::tree::{DOCUMENT, NodeId};
use super::view::{Flow, Item, Stop, View, Visit};
use super::watch::Watch;

impl View<'_> {
    /// The next node beside this one, behind it.
    fn next_sibling(&self, node: NodeId) -> Option<NodeId> {
        if node == DOCUMENT {
            return None;
        }
        let known = self.tree.node(node);
        (known.subtree_end < self.tree.node(known.parent).subtree_end).then_some(known.subtree_end)
    }

    /// The next node beside this one, before it: what stands before it in the document is the end of that.
    fn previous_sibling(&self, node: NodeId) -> Result<Option<NodeId>, Stop> {
        let parent = self.tree.node(node).parent;
        if node == DOCUMENT || node - 1 == parent {
            return Ok(None);
        }
        let mut before = node - 1;
        while self.tree.node(before).parent != parent {
            self.work.steps(1)?;
            before = self.tree.node(before).parent;
        }
        Ok(Some(before))
    }

    /// The parent, unless that is the document.
    fn element_around(&self, node: NodeId) -> Option<NodeId> {
        let parent = self.tree.node(node).parent;
        (parent != DOCUMENT).then_some(parent)
    }

    /// The nodes that a step beside, around or to the node itself comes by, the nearest first. `None` is the end of the work.
    fn way(&self, axis: Axis, node: NodeId, ended: &mut Flow) -> impl Iterator<Item = NodeId> {
        let mut at = match axis {
            Axis::SelfNode => (node != DOCUMENT).then_some(node),
            _ => self.further(axis, node, ended),
        };
        std::iter::from_fn(move || {
            let here = at?;
            at = match axis {
                Axis::SelfNode => None,
                _ => self.further(axis, here, ended),
            };
            Some(here)
        })
    }

    fn further(&self, axis: Axis, node: NodeId, ended: &mut Flow) -> Option<NodeId> {
        if let Err(end) = self.work.steps(1) {
            *ended = Err(end.into());
            return None;
        }
        match axis {
            Axis::FollowingSibling => self.next_sibling(node),
            Axis::PrecedingSibling => self.previous_sibling(node).unwrap_or_else(|end| {
                *ended = Err(end);
                None
            }),
            _ => self.element_around(node),
        }
    }

    /// Follows a step beside, around or to the node itself, and those behind it. Positions count from the node; what is told is in document
    /// order.
    pub(super) fn beside<W: Watch>(
        &self,
        step: &CompiledStep,
        rest: &[CompiledStep],
        node: NodeId,
        watch: &mut W,
        visit: Visit<'_>,
    ) -> Flow {
        let is_told = W::IS_TOLD && !step.predicates.is_empty();
        if step.axis == Axis::PrecedingSibling && !step.counts() && !is_told {
            let visit = &mut |item: Item| self.follow(rest, item.node, watch, visit);
            return self.siblings_before(step, node, visit);
        }
        let mut ended = Ok(());
        let passing = self.way(step.axis, node, &mut ended);
        let passing = passing.filter(|&node| self.accepts(&step.test, node)).map(Item::of_node);
        let is_forward = matches!(step.axis, Axis::SelfNode | Axis::FollowingSibling);
        if is_forward && !W::IS_TOLD {
            let visit = &mut |item: Item| self.follow(rest, item.node, watch, visit);
            self.stream(&step.predicates, passing, visit)?;
            return ended;
        }
        let mut found = Vec::new();
        if W::IS_TOLD {
            found.extend(passing);
            self.filter(step, &mut found, watch)?;
        } else {
            self.stream(&step.predicates, passing, &mut |item| {
                found.push(item);
                Ok(())
            })?;
        }
        ended?;
        if !is_forward {
            found.reverse();
        }
        found.into_iter().try_for_each(|item| self.follow(rest, item.node, watch, visit))
    }

    /// The siblings before a node, in document order: who wants the first, or whether there is one, need not come by all of them.
    fn siblings_before(&self, step: &CompiledStep, node: NodeId, visit: Visit<'_>) -> Flow {
        let mut ended = Ok(());
        let mut at = (node != DOCUMENT).then(|| self.tree.node(node).parent + 1);
        let before = std::iter::from_fn(|| {
            let here = at.filter(|&here| here < node)?;
            if let Err(end) = self.work.steps(1) {
                ended = Err(end.into());
                return None;
            }
            at = Some(self.tree.node(here).subtree_end);
            Some(here)
        });
        let before = before.filter(|&node| self.accepts(&step.test, node)).map(Item::of_node);
        self.stream(&step.predicates, before, visit)?;
        ended
    }

    /// [`View::beside`] from all of a sorted set, where no predicate counts what lies between: each node is passed once.
    pub(super) fn beside_all(&self, step: &CompiledStep, from: &[Item], visit: Visit<'_>) -> Flow {
        let mut passed = HashSet::<NodeId, foldhash::fast::RandomState>::default();
        let mut tell = |node: NodeId| {
            if self.accepts(&step.test, node) { visit(Item::of_node(node)) } else { Ok(()) }
        };
        let mut look = |item: &Item| -> Flow {
            let node = item.node;
            // The outermost of those that follow, or precede, comes by all others.
            let is_sibling = step.axis != Axis::Ancestor;
            if is_sibling && !passed.insert(self.tree.node(node).parent) {
                return Ok(());
            }
            let mut ended = Ok(());
            for node in self.way(step.axis, node, &mut ended) {
                if !is_sibling && !passed.insert(node) {
                    break;
                }
                tell(node)?;
            }
            ended
        };
        match step.axis {
            Axis::PrecedingSibling => from.iter().rev().try_for_each(&mut look),
            _ => from.iter().try_for_each(&mut look),
        }
    }

    /// Where a step leads from an attribute that is an ancestor's: to the element and those around it.
    pub(super) fn around_attribute<W: Watch>(
        &self,
        step: &CompiledStep,
        element: NodeId,
        watch: &mut W,
    ) -> Result<Vec<Item>, Stop> {
        let mut ended = Ok(());
        let mut found = vec![element];
        found.extend(self.way(Axis::Ancestor, element, &mut ended));
        ended?;
        let mut found = found
            .into_iter()
            .filter(|&node| node != DOCUMENT && self.accepts(&step.test, node))
            .map(Item::of_node)
            .collect::<Vec<_>>();
        self.filter(step, &mut found, watch)?;
        found.reverse();
        Ok(found)
    }
}
