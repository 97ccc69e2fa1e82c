//! Elements that are looked up by a value of the row: `/ctx[@id = $ref]`. What the step leads to, whatever the value, is put in order by
//! hash once per document and place that the path begins at; a row then looks at those elements alone whose text has its hash, and at the
//! condition as it is written. So n rows cost n. The room that this takes is counted as bytes of values.

use std::collections::BTreeMap;
use std::rc::Rc;

use xmlshred_model::WorkEnd;

use crate::path::Axis;
use crate::plan::{CompiledPath, CompiledStep, Lookup};

use super::lookups::{Index, Lookups};
use super::tree::NodeId;
use super::view::{Flow, Item, Stop, View, Visit};
use super::watch::Watch;

impl View<'_> {
    /// Follows a path one step of which is a look-up, from `start`.
    pub(super) fn look_up<W: Watch>(
        &self,
        path: &CompiledPath,
        lookup: &Lookup,
        start: NodeId,
        watch: &mut W,
        visit: Visit<'_>,
    ) -> Flow {
        let Lookup { place, .. } = lookup;
        let hasher = &self.findings.lookups.hasher;
        // Null is equal to nothing.
        let Some(wanted) = self.findings.variables.hash(lookup.variable, hasher) else { return Ok(()) };
        self.work.steps(1)?;
        let Some(base) = self.base_of(path, start) else { return Ok(()) };
        let index = self.index(lookup, base, start)?;
        let from = index.partition_point(|(hash, _)| *hash < wanted);
        let equal = index[from..].iter().take_while(|(hash, _)| *hash == wanted);
        let mut last = None;
        // A node that is equal by two of its values stands there twice, one behind the other.
        let candidates = equal
            .filter(|(_, node)| last.replace(*node) != Some(*node))
            .map(|(_, node)| Item::of_node(*node));
        let (step, rest) = (&path.steps[*place], &path.steps[*place + 1..]);
        let is_in_order = !path.needs_sorting || rest.iter().all(|step| step.axis == Axis::Attribute);
        if is_in_order && !step.counts() {
            // Who wants the first need not come by all of them.
            let visit = &mut |item: Item| self.follow(rest, item.node, watch, visit);
            return self.stream(&step.predicates, candidates, visit);
        }
        let candidates = candidates.collect::<Vec<_>>();
        self.work.steps(candidates.len() as u64)?;
        let found = self.passing(step, candidates)?;
        match found[..] {
            [] => Ok(()),
            [item] if !path.needs_sorting => self.follow(rest, item.node, watch, visit),
            _ => self.follow_set(rest, found, watch, visit),
        }
    }

    /// The node that a path begins at: what it leads to is the same for all rows that begin there.
    fn base_of(&self, path: &CompiledPath, start: NodeId) -> Option<NodeId> {
        if path.absolute {
            return Some(self.main);
        }
        let levels = path.steps.iter().take_while(|step| step.axis == Axis::Parent).count();
        self.above(Item::of_node(start), levels as u32)
    }

    fn index(&self, lookup: &Lookup, base: NodeId, start: NodeId) -> Result<Rc<Index>, WorkEnd> {
        let Lookups { known, hasher } = &self.findings.lookups;
        let place = (std::ptr::from_ref(lookup).addr(), base);
        if let Some(index) = known.borrow().get(&place) {
            return Ok(Rc::clone(index));
        }
        let mut index = Vec::new();
        self.select(&lookup.all, start, &mut |item| {
            self.select(&lookup.key, item.node, &mut |key| {
                self.work.steps(1)?;
                let text = self.string_value(key)?;
                self.reads(text.len())?;
                let kind = self.findings.variables.kind(lookup.variable);
                if let Some(hash) = kind.hash(&text, hasher) {
                    self.work.value_bytes(size_of::<(u64, NodeId)>())?;
                    index.push((hash, item.node));
                }
                Ok(())
            })?;
            Ok(())
        })?;
        index.sort_unstable();
        let index: Rc<Index> = index.into();
        known.borrow_mut().insert(place, Rc::clone(&index));
        Ok(index)
    }

    /// What all predicates of a step leave of nodes that may pass the first; sorted. Positions count the children of one parent.
    fn passing(&self, step: &CompiledStep, candidates: Vec<Item>) -> Result<Vec<Item>, Stop> {
        let mut found = Vec::new();
        let mut keep = |item| {
            found.push(item);
            Ok(())
        };
        if step.counts() {
            let mut families = BTreeMap::<NodeId, Vec<Item>>::new();
            for item in candidates {
                families.entry(self.tree.node(item.node).parent).or_default().push(item);
            }
            for family in families.into_values() {
                self.stream(&step.predicates, family.into_iter(), &mut keep)?;
            }
        } else {
            self.stream(&step.predicates, candidates.into_iter(), &mut keep)?;
        }
        found.sort_unstable();
        Ok(found)
    }
}
