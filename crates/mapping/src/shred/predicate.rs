//! What predicates leave of the matches of a step. They stream: no match is kept but the last one for `last()`, and none is looked at
//! behind the position that is asked for. Only those who want to know what is removed (`explain`, `check`) see all of them collected.

use std::rc::Rc;

use xmlshred_model::WorkEnd;

use crate::plan::{CompiledPath, CompiledPredicate, CompiledStep};

use super::view::{Flow, Item, Named, Stop, View, Visit, over};
use super::watch::{Nobody, Watch};

/// How far a predicate is.
#[derive(Clone, Copy, Default)]
struct Progress {
    count: u32,
    last: Option<Item>,
}

/// Steps with more predicates than this are rare.
const FEW: usize = 3;

impl View<'_> {
    /// What predicates leave of items, without keeping them: stops where no other can pass.
    pub(super) fn stream(
        &self,
        predicates: &[CompiledPredicate],
        items: impl Iterator<Item = Item>,
        visit: Visit<'_>,
    ) -> Flow {
        let mut many = Vec::new();
        let mut few = [Progress::default(); FEW];
        let progress = if predicates.len() <= FEW {
            &mut few[..predicates.len()]
        } else {
            many.resize(predicates.len(), Progress::default());
            &mut many
        };
        for item in items {
            self.work.steps(1)?;
            self.pass(predicates, 0, progress, item, visit)?;
            let is_over = predicates.iter().zip(&*progress).any(|(predicate, progress)| {
                matches!(predicate, CompiledPredicate::Position(position) if progress.count >= *position)
            });
            if is_over {
                break;
            }
        }
        for at in 0..predicates.len() {
            if let Some(item) = progress[at].last.take() {
                self.pass(predicates, at + 1, progress, item, visit)?;
            }
        }
        Ok(())
    }

    /// Takes an item as far as predicates let it, from the one with this number.
    fn pass(
        &self,
        predicates: &[CompiledPredicate],
        from: usize,
        progress: &mut [Progress],
        item: Item,
        visit: Visit<'_>,
    ) -> Flow {
        for (predicate, progress) in predicates[from..].iter().zip(&mut progress[from..]) {
            let passes = match predicate {
                CompiledPredicate::Condition(condition) => self.holds(condition, item)?,
                CompiledPredicate::Position(position) => {
                    progress.count += 1;
                    progress.count == *position
                }
                CompiledPredicate::Last => {
                    progress.last = Some(item);
                    false
                }
            };
            if !passes {
                return Ok(());
            }
        }
        visit(item)
    }

    /// Takes out what predicates do not let pass, and tells.
    pub(super) fn filter<W: Watch>(
        &self,
        step: &CompiledStep,
        found: &mut Vec<Item>,
        watch: &mut W,
    ) -> Result<(), WorkEnd> {
        for (at, predicate) in step.predicates.iter().enumerate() {
            self.work.steps(found.len() as u64)?;
            let mut kept = Vec::new();
            for (index, &item) in found.iter().enumerate() {
                let passes = match predicate {
                    CompiledPredicate::Condition(condition) => self.holds(condition, item)?,
                    CompiledPredicate::Position(position) => index + 1 == *position as usize,
                    CompiledPredicate::Last => index + 1 == found.len(),
                };
                if passes {
                    kept.push(item);
                } else {
                    watch.removed(step, at, item);
                }
            }
            *found = kept;
        }
        Ok(())
    }

    /// Paths in conditions start at the item in question, which may be an attribute: that has no children, only itself.
    pub(super) fn select_from(
        &self,
        path: &CompiledPath,
        item: Item,
        visit: Visit<'_>,
    ) -> Result<(), WorkEnd> {
        if path.absolute && path.variables().is_empty() {
            return over(self.absolute_matches(path)?.iter().try_for_each(|&found| visit(found)));
        }
        if let Some(whole) = &path.whole {
            return self.select_whole(path, whole, item, &mut Nobody, visit);
        }
        if item.attribute == 0 {
            if let Some(symbol) = path.own_attribute() {
                match self.attribute(item.node, symbol) {
                    Named::None => return Ok(()),
                    Named::One(item) => return over(visit(item)),
                    Named::Several => {}
                }
            }
            return self.select(path, item.node, visit);
        }
        over(self.follow_attribute(path, item, &mut Nobody, visit))
    }

    /// [`Self::select_from`] for an operand that is asked for many nodes: where its path begins at an element around them, what it leads to is
    /// found once for all of them.
    pub(super) fn select_around(
        &self,
        path: &CompiledPath,
        item: Item,
        visit: Visit<'_>,
    ) -> Result<(), WorkEnd> {
        match self.matches_around(path, item)? {
            Some(found) => over(found.iter().try_for_each(|&found| visit(found))),
            None => self.select_from(path, item, visit),
        }
    }

    /// The first match of such a path.
    pub(super) fn first_around(&self, path: &CompiledPath, item: Item) -> Result<Option<Item>, WorkEnd> {
        match self.matches_around(path, item)? {
            Some(found) => Ok(found.first().copied()),
            None => self.first_from(path, item),
        }
    }

    /// All matches of a path that begins at an element around the node; `None` of any other path.
    pub(super) fn matches_around(
        &self,
        path: &CompiledPath,
        item: Item,
    ) -> Result<Option<Rc<[Item]>>, WorkEnd> {
        let levels = if path.begins_above() { path.levels_above() } else { None };
        let Some(start) = levels.and_then(|levels| self.above(item, levels)) else { return Ok(None) };
        self.work.steps(1)?;
        let known = &self.findings.matches;
        if let Some(found) = known.get(path, start, item.node) {
            return Ok(Some(found));
        }
        let mut found = Vec::new();
        self.select_from(path, item, &mut |item| {
            self.work.value_bytes(size_of::<Item>())?;
            found.push(item);
            Ok(())
        })?;
        let found: Rc<[Item]> = found.into();
        known.keep(path, self.extent_of(start), Rc::clone(&found));
        Ok(Some(found))
    }

    /// All matches of an absolute path, found once per document.
    fn absolute_matches(&self, path: &CompiledPath) -> Result<Rc<[Item]>, WorkEnd> {
        self.work.steps(1)?;
        if let Some(known) = self.findings.absolute.get(path) {
            return Ok(known);
        }
        let found = self.select_all(path, self.main)?;
        Ok(self.findings.absolute.keep(path, found))
    }

    pub(super) fn first_from(&self, path: &CompiledPath, item: Item) -> Result<Option<Item>, WorkEnd> {
        let mut first = None;
        self.select_from(path, item, &mut |found| {
            first = Some(found);
            Err(Stop::Enough)
        })?;
        Ok(first)
    }
}
