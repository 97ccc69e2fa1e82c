//! Which elements or attributes rows are made of: what `each` leads to from the element of the document, or of the row around.

use std::rc::Rc;

use xmlshred_model::WorkEnd;

use crate::plan::{Anchor, CompiledPredicate, CompiledStep, PlanEach};

use super::rows::RowMaker;
use super::trace::{Filter, Trace};
use super::tree::NodeId;
use super::view::{Item, Visit};

impl<'d, T: Trace> RowMaker<'d, '_, T> {
    /// The elements that `each` leads to: put into `found`, or found once for all rows within the element that it begins at.
    pub(super) fn each(
        &self,
        index: usize,
        each: &'d PlanEach,
        start: NodeId,
        found: &mut Vec<NodeId>,
    ) -> Result<Option<Rc<[NodeId]>>, WorkEnd> {
        let levels = each.path.levels_above();
        let Some(above) = levels.and_then(|levels| self.view.above(Item::of_node(start), levels)) else {
            self.find_each(index, each, start, found)?;
            return Ok(None);
        };
        let known = &self.view.findings.elements;
        if let Some(elements) = known.get(each, above, start) {
            return Ok(Some(elements));
        }
        self.find_each(index, each, start, found)?;
        let elements: Rc<[NodeId]> = found.as_slice().into();
        known.keep(each, self.view.extent_of(above), Rc::clone(&elements));
        Ok(Some(elements))
    }

    fn find_each(
        &self,
        index: usize,
        each: &'d PlanEach,
        start: NodeId,
        elements: &mut Vec<NodeId>,
    ) -> Result<(), WorkEnd> {
        let path = &each.path;
        if let Some(anchor) = each.anchor {
            let step = path.steps.len() - 1;
            for &element in self.elements(anchor, start) {
                self.view.work.steps(1)?;
                let item = Item::of_node(element);
                let mut failed = None;
                for (at, predicate) in each.conditions().iter().enumerate() {
                    if let CompiledPredicate::Condition(condition) = predicate
                        && !self.view.holds(condition, item)?
                    {
                        failed = Some(at);
                        break;
                    }
                }
                match failed {
                    None => elements.push(element),
                    Some(predicate) => {
                        self.trace.filtered(&self.view, Filter { table: index, step, predicate }, item);
                    }
                }
            }
            return Ok(());
        }
        let tree = self.view.tree;
        self.select_each(index, each, start, &mut |item: Item| {
            elements.extend(item.element(tree));
            Ok(())
        })
    }

    /// What the path of `each` leads to.
    fn select_each(
        &self,
        index: usize,
        each: &'d PlanEach,
        start: NodeId,
        take: Visit<'_>,
    ) -> Result<(), WorkEnd> {
        let path = &each.path;
        if T::IS_TOLD {
            let watch = &mut |step: &CompiledStep, predicate, item| {
                let step = path.steps.iter().position(|known| std::ptr::eq(known, step)).unwrap_or(0);
                self.trace.filtered(&self.view, Filter { table: index, step, predicate }, item);
            };
            self.view.select_watched(path, start, watch, take)
        } else {
            self.view.select(path, start, take)
        }
    }

    /// The attributes that `each` leads to.
    #[cold]
    pub(super) fn attributes_of_rows(
        &self,
        index: usize,
        each: &'d PlanEach,
        start: NodeId,
    ) -> Result<Vec<Item>, WorkEnd> {
        let mut found = Vec::new();
        let take = &mut |item: Item| {
            // There may be more of them than the document has elements.
            self.view.work.value_bytes(size_of::<Item>())?;
            found.push(item);
            Ok(())
        };
        self.select_each(index, each, start, take)?;
        Ok(found)
    }

    /// The elements of a list that belong to the row of this element.
    #[inline(always)]
    pub(super) fn elements(&self, anchor: Anchor, element: NodeId) -> &'d [NodeId] {
        let list = self.view.tree.list(anchor.list);
        if anchor.is_of_row { self.elements_of_row(anchor, list, element) } else { list }
    }

    fn elements_of_row(&self, anchor: Anchor, list: &'d [NodeId], element: NodeId) -> &'d [NodeId] {
        let end = self.view.tree.node(element).subtree_end;
        let cursor = self.once.cursor(anchor.list);
        let mut from = cursor.get() as usize;
        if from > 0 && list[from - 1] > element {
            from = list.partition_point(|&node| node <= element);
        }
        while list.get(from).is_some_and(|&node| node <= element) {
            from += 1;
        }
        cursor.set(from as u32);
        // Most rows have few.
        let few = list[from..].iter().take(8).take_while(|&&node| node < end).count();
        let count = if few < 8 { few } else { list[from..].partition_point(|&node| node < end) };
        &list[from..from + count]
    }
}
