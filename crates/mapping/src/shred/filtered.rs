//! Elements that are written down and that predicates let pass.

use crate::plan::{CompiledPredicate, Filtered, TakenOf};

use super::rows::RowMaker;
use super::trace::Trace;
use super::tree::{NodeId, TEXT};
use super::view::{Flow, Item, Visit};

impl<T: Trace> RowMaker<'_, '_, T> {
    /// What is taken of the elements of a list that belong to the row of this element.
    pub(super) fn filtered(&self, filtered: &Filtered, element: NodeId, visit: Visit<'_>) -> Flow {
        let Filtered { anchor, predicates, counts, taken } = filtered;
        let elements = self.elements(*anchor, element);
        let mut take = |item: Item| match *taken {
            TakenOf::Element => visit(item),
            TakenOf::Attribute(symbol) => self.attribute_of(symbol, item.node, visit),
            TakenOf::Texts => self.texts(item.node, visit),
        };
        if *counts {
            return self.counted(predicates, elements, &mut take);
        }
        self.view.stream(predicates, elements.iter().copied().map(Item::of_node), &mut take)
    }

    /// What predicates leave of elements, parent after parent.
    fn counted(&self, predicates: &[CompiledPredicate], elements: &[NodeId], visit: Visit<'_>) -> Flow {
        let tree = self.view.tree;
        let mut rest = elements;
        while let Some(&first) = rest.first() {
            self.view.work.steps(1)?;
            let end = tree.node(tree.node(first).parent).subtree_end;
            let siblings = rest.iter().copied().take_while(|&element| element < end);
            self.view.stream(predicates, siblings.map(Item::of_node), visit)?;
            rest = &rest[rest.partition_point(|&element| element < end)..];
        }
        Ok(())
    }

    /// The only text node of an element, or none; `Err` when there may be several.
    pub(super) fn only_text(&self, element: NodeId) -> Result<Option<Item>, ()> {
        let mut children = self.view.tree.children(element);
        match (children.next(), children.next()) {
            (Some(_), Some(_)) => Err(()),
            (Some(child), None) if self.view.tree.node(child).symbol == TEXT => {
                Ok(Some(Item::of_node(child)))
            }
            (_, None) | (None, _) => Ok(None),
        }
    }

    /// The text nodes of an element.
    pub(super) fn texts(&self, element: NodeId, visit: Visit<'_>) -> Flow {
        self.view.tree.children(element).try_for_each(|child| {
            self.view.work.steps(1)?;
            if self.view.tree.node(child).symbol == TEXT { visit(Item::of_node(child)) } else { Ok(()) }
        })
    }
}
