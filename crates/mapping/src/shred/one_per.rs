//! `one_per`: of the candidates of one starting point, one per key.

use std::borrow::Cow;
use std::collections::HashMap;

use xmlshred_model::WorkEnd;

use crate::contract::Keep;
use crate::plan::{CompiledPath, PlanOnePer};

use super::candidate::Tried;
use super::rows::RowMaker;
use super::trace::{OnePerPath, Reason, Trace};
use super::view::Item;

/// The group of a candidate without key.
const NO_GROUP: u32 = u32::MAX;

/// What a key takes until all candidates are seen, about; its text, where it must be made, is counted besides.
const GROUP_BYTES: usize = 96;

impl<'d, T: Trace> RowMaker<'d, '_, T> {
    /// Keeps one candidate per key: the most preferred, among equals the first or last. Candidates without key all stay.
    pub(super) fn keep_one_per(
        &self,
        one_per: &'d PlanOnePer,
        candidates: &mut Vec<Tried<T::Row>>,
    ) -> Result<(), WorkEnd> {
        if candidates.len() < 2 && !T::IS_TOLD {
            // Whatever its key.
            return self.view.work.steps(candidates.len() as u64);
        }
        let PlanOnePer { key, prefer, keep } = one_per;
        let mut groups = HashMap::<(Cow<'d, str>, u32), u32, foldhash::fast::RandomState>::default();
        // Per group: the best one so far, by rank and place.
        let mut best: Vec<(u32, u32)> = Vec::new();
        let mut group_of = Vec::with_capacity(candidates.len());
        for (at, candidate) in (0..).zip(&*candidates) {
            self.view.work.steps(1)?;
            let Some(text) = self.text_at(key, candidate.start)? else {
                group_of.push(NO_GROUP);
                continue;
            };
            self.view.reads(text.len())?;
            self.trace.ranked(candidate.traced, OnePerPath::Key);
            let rank = match prefer {
                None => 0,
                Some((path, order)) => self.rank(path, order, candidate)?,
            };
            let group = *groups.entry((text, candidate.template)).or_insert(best.len() as u32);
            group_of.push(group);
            match best.get_mut(group as usize) {
                None => {
                    self.view.work.value_bytes(GROUP_BYTES)?;
                    best.push((rank, at));
                }
                Some(kept) if rank < kept.0 || (rank == kept.0 && *keep == Keep::Last) => *kept = (rank, at),
                Some(_) => {}
            }
        }
        drop(groups);
        let traced = candidates.iter().map(|candidate| candidate.traced).collect::<Vec<_>>();
        let mut at = 0;
        candidates.retain(|candidate| {
            let group = group_of[at as usize];
            let kept = if group == NO_GROUP { at } else { best[group as usize].1 };
            let survives = kept == at;
            if !survives {
                self.trace.dropped(candidate.traced, Reason::OnePer { kept: traced[kept as usize] });
            }
            at += 1;
            survives
        });
        Ok(())
    }

    /// The place of a candidate's text in the list of preferred ones, or behind all of them.
    fn rank(&self, path: &CompiledPath, order: &[String], candidate: &Tried<T::Row>) -> Result<u32, WorkEnd> {
        let text = self.text_at(path, candidate.start)?;
        if text.is_some() {
            self.trace.ranked(candidate.traced, OnePerPath::Prefer);
        }
        self.view.work.steps(order.len() as u64)?;
        Ok(order.iter().position(|wanted| Some(&**wanted) == text.as_deref()).unwrap_or(order.len()) as u32)
    }

    fn text_at(&self, path: &CompiledPath, start: Item) -> Result<Option<Cow<'d, str>>, WorkEnd> {
        self.view.first_around(path, start)?.map(|item| self.view.string_value(item)).transpose()
    }
}
