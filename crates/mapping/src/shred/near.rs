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

    /// The text of the attribute of this name.
    #[inline(always)]
    fn text(&self, view: &View<'d>, symbol: Symbol) -> Text<'d> {
        let Some(slots) = self.slots else { return Text::Elsewhere };
        let slot = self.state.slot(symbol) as usize;
        if slot == 0 {
            let are_all_kept = matches!(self.state.attributes, AttributeSet::All);
            return if are_all_kept { Text::Elsewhere } else { Text::None };
        }
        match slots.get(slot - 1) {
            None | Some(0) => Text::None,
            Some(&position) => {
                let slice = &self.attributes[usize::from(position) - 1];
                if !slice.is_plain {
                    return Text::Elsewhere;
                }
                let item = Item { node: self.node, attribute: position.into() };
                Text::Plain(item, view.raw(*slice))
            }
        }
    }
}

impl<'d> View<'d> {
    /// The text of an attribute of a node.
    #[inline]
    pub(super) fn attribute_nearby(&self, node: NodeId, symbol: Symbol) -> Text<'d> {
        Holder::new(self, node).text(self, symbol)
    }
}

/// The text of the only match of a column's path.
pub(super) enum Text<'d> {
    None,
    /// As it stands in the document.
    Plain(Item, &'d str),
    /// It must be looked for, or is made.
    Elsewhere,
}

impl<'d, T: Trace> RowMaker<'d, '_, T> {
    /// The text of the only match of a column's path, when that is an attribute nearby.
    #[inline(always)]
    pub(super) fn text_nearby(&self, source: &PlanSource, element: NodeId, near: &mut Near<'d>) -> Text<'d> {
        let (holder, symbol) = match source {
            PlanSource::OwnAttribute(symbol) => (&near.own, *symbol),
            PlanSource::ParentAttribute(symbol) => {
                (near.other(&self.view, self.view.tree.node(element).parent), *symbol)
            }
            PlanSource::AnchoredAttribute(anchor, symbol) => match self.elements(*anchor, element) {
                [] => return Text::None,
                &[element] => (near.other(&self.view, element), *symbol),
                _ => return Text::Elsewhere,
            },
            _ => return Text::Elsewhere,
        };
        holder.text(&self.view, symbol)
    }
}
