//! Elements whose attributes are read one after the other: what is the same for all of them is looked up once.

use crate::plan::{PlanSource, Symbol};

use super::dfa::{AttributeSet, State};
use super::rows::RowMaker;
use super::trace::Trace;
use super::tree::{NodeId, Slice};
use super::view::{Item, View};

/// The element of a row, and the one beside it that was asked last.
#[derive(Clone, Copy)]
pub(super) struct Near<'d> {
    own: Holder<'d>,
    other: Holder<'d>,
}

/// An element with its attributes.
#[derive(Clone, Copy)]
struct Holder<'d> {
    node: NodeId,
    state: &'d State,
    /// Its attributes, and all behind them.
    attributes: &'d [Slice],
    /// Positions of attributes by slot; `None`: slots do not say.
    slots: Option<&'d [u8]>,
}

impl<'d> Near<'d> {
    #[inline(always)]
    pub(super) fn new(view: &View<'d>, element: NodeId) -> Self {
        let own = Holder::new(view, element);
        Self { own, other: own }
    }

    #[inline(always)]
    fn other(&mut self, view: &View<'d>, element: NodeId) -> &Holder<'d> {
        if self.other.node != element {
            self.other = Holder::new(view, element);
        }
        &self.other
    }
}

impl<'d> Holder<'d> {
    #[inline]
    fn new(view: &View<'d>, node: NodeId) -> Self {
        let state = view.dfa.state(view.tree.node(node).state);
        let (attributes, slots) = view.tree.attributes_by_slot(node, state.slot_count);
        Self { node, state, attributes, slots }
    }

    /// The attribute of this name; `Err` when it must be looked for.
    #[inline(always)]
    fn attribute(&self, symbol: Symbol) -> Result<Option<(Item, Slice)>, ()> {
        let slots = self.slots.ok_or(())?;
        let slot = self.state.slot(symbol) as usize;
        if slot == 0 {
            let are_all_kept = matches!(self.state.attributes, AttributeSet::All);
            return if are_all_kept { Err(()) } else { Ok(None) };
        }
        Ok(match slots.get(slot - 1) {
            None | Some(0) => None,
            Some(&position) => {
                let item = Item { node: self.node, attribute: position.into() };
                Some((item, self.attributes[usize::from(position) - 1]))
            }
        })
    }
}

impl<'d, T: Trace> RowMaker<'d, '_, T> {
    /// The text of the only match of a column's path, where it stands in the document as it is; `Err` when it must be looked for.
    #[inline(always)]
    pub(super) fn text_at_once(
        &self,
        source: &PlanSource,
        element: NodeId,
        near: &mut Near<'d>,
    ) -> Result<Option<(Item, &'d str)>, ()> {
        let (holder, symbol) = match source {
            PlanSource::OwnAttribute(symbol) => (&near.own, *symbol),
            PlanSource::ParentAttribute(symbol) => {
                (near.other(&self.view, self.view.tree.node(element).parent), *symbol)
            }
            PlanSource::AnchoredAttribute(anchor, symbol) => match self.elements(*anchor, element) {
                [] => return Ok(None),
                &[element] => (near.other(&self.view, element), *symbol),
                _ => return Err(()),
            },
            source => return self.text_of_only_match(source, element),
        };
        match holder.attribute(symbol) {
            Ok(Some((item, slice))) if slice.is_plain => Ok(Some((item, self.view.raw(slice)))),
            Ok(None) => Ok(None),
            _ => self.text_of_only_match(source, element),
        }
    }

    #[inline(never)]
    fn text_of_only_match(
        &self,
        source: &PlanSource,
        element: NodeId,
    ) -> Result<Option<(Item, &'d str)>, ()> {
        match self.only_match(source, element)? {
            None => Ok(None),
            Some(item) => self.view.plain_text(item).map(|text| Some((item, text))).ok_or(()),
        }
    }
}
