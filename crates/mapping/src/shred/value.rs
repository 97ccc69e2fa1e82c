//! The value of one column of one row, from wherever the contract says.

use bumpalo::Bump;
use xmlshred_expr::EvaluationError;
use xmlshred_model::{DataType, FailureCode, Value, WorkEnd};

use crate::contract::{Blank, BoundExpression, Column, ColumnSource, Input, Pick};
use crate::plan::{OnceFrom, PlanColumn, PlanSource, Symbol, Test};

use super::candidate::Row;
use super::cell::{Cell, Refusal};
use super::convert::{
    cleaned, from_clean_text, from_exact, from_expression, from_text_at_once, from_value, is_blank,
    not_the_only_one, unless_blank, without_value,
};
use super::joining::Joining;
use super::once::Known;
use super::room::Room;
use super::rows::RowMaker;
use super::trace::{Matches, OnceKey, OnceTold, Step, Taken, Trace};
use super::tree::{DOCUMENT, NodeId};
use super::view::{Flow, Item, Named, Stop, Visit, over};

/// A cell or why there is none, whether several nodes matched where one was expected, and where in the document it came from.
pub(super) type Found<'r> = (Result<Cell<'r>, Box<Refusal>>, Matches, Option<Item>);

/// What a path gives.
enum Picked<'r> {
    Text(Option<&'r str>),
    /// There are several, and `pick: only` allows one.
    NotTheOnlyOne,
    /// The document has cost enough.
    Ended(WorkEnd),
}

impl<'d, T: Trace> RowMaker<'d, '_, T> {
    #[inline(always)]
    pub(super) fn value<'r>(
        &self,
        row: &Row<'r, T::Row>,
        planned: &'d PlanColumn,
        arena: &'r Bump,
    ) -> Found<'r>
    where
        'd: 'r,
    {
        let PlanColumn { column, source, once, .. } = planned;
        let room = Room { arena, work: self.view.work };
        let element = row.candidate.element;
        if let Some(once) = once
            && let Some(start) = self.start(once.from, element)
        {
            return self.value_once(once.index, start, element, planned);
        }
        match self.only_match(source, element) {
            Ok(item) => self.one_value(column, item, room),
            Err(()) => self.other_value(row, planned, room),
        }
    }

    /// The element that a path begins at which does not begin at the row's; `None` where there is none.
    fn start(&self, from: OnceFrom, element: NodeId) -> Option<NodeId> {
        match from {
            OnceFrom::Document => Some(DOCUMENT),
            OnceFrom::Around(levels) => {
                let mut start = element;
                for _ in 0..levels {
                    if start == DOCUMENT {
                        return None;
                    }
                    start = self.view.tree.node(start).parent;
                }
                Some(start)
            }
        }
    }

    /// A value that is made once for all rows around `start`; it lives as long as the document.
    fn value_once(&self, once: u32, start: NodeId, element: NodeId, planned: &'d PlanColumn) -> Found<'d> {
        let end = self.view.tree.node(start).subtree_end;
        let key = OnceKey { index: once, start, end };
        if let Some(Known { cell, matches, item, .. }) = self.once.value(once, start, element) {
            self.trace.once(key, OnceTold::Before);
            return (Ok(cell), matches, item);
        }
        self.trace.once(key, OnceTold::Next);
        let room = Room { arena: self.arena, work: self.view.work };
        let (cell, matches, item) = match self.only_match(&planned.source, element) {
            Ok(item) => self.one_value(&planned.column, item, room),
            Err(()) => self.path_value(planned, Item::of_node(element), room),
        };
        if let Ok(cell) = cell {
            self.once.keep(once, Known { start, end, cell, matches, item });
        }
        (cell, matches, item)
    }

    fn other_value<'r>(&self, row: &Row<'r, T::Row>, planned: &'d PlanColumn, room: Room<'r, '_>) -> Found<'r>
    where
        'd: 'r,
    {
        let PlanColumn { column, source, index, is_exact, .. } = planned;
        match source {
            PlanSource::AsContract => {}
            PlanSource::FirstOf(sources) => return self.first_value(row, planned, sources, room),
            _ => {
                if let Err(end) = self.bind_source(source, row) {
                    return (Err(end.into()), Matches::AsWanted, None);
                }
                return self.path_value(planned, row.candidate.start(), room);
            }
        }
        let cell = match &column.source {
            ColumnSource::Expression(bound) => {
                self.expressed(column, self.evaluate(bound, row, room.arena), false, room)
            }
            ColumnSource::Parent { table, column: parent } => {
                match self.kept.column(&row.candidate, *table, *parent) {
                    Some(value) if *is_exact => from_exact(column, value, &self.trace),
                    Some(value) => from_value(column, value, room, &self.trace),
                    None => Err(self.missing_parent(*table)),
                }
            }
            ColumnSource::Constant(value) => from_value(column, value.as_value(), room, &self.trace),
            ColumnSource::Generate(generate) => {
                from_value(column, self.generated(*generate, column, row, *index), room, &self.trace)
            }
            ColumnSource::Source(index) => self.source_value(column, *index, room),
            ColumnSource::Path(_) => unreachable!("the plan compiles every path"),
        };
        (cell, Matches::AsWanted, None)
    }

    /// What the rules make of a column of the document's row. It is none of the document's values.
    #[cold]
    fn source_value<'r>(
        &self,
        column: &'d Column,
        index: usize,
        room: Room<'r, '_>,
    ) -> Result<Cell<'r>, Box<Refusal>>
    where
        'd: 'r,
    {
        let row = self.context.source_columns;
        let text = row.get(index).and_then(Option::as_deref);
        room.reads(text.map_or(0, str::len))?;
        self.trace.step(column, Step::OfSource { text, has_row: !row.is_empty() });
        let cell = from_text_at_once(column, text, room, &self.trace)?;
        Ok(Cell { is_from_document: false, ..cell })
    }

    /// What the rules make of the value of an expression.
    pub(super) fn expressed<'r>(
        &self,
        column: &'r Column,
        value: Result<Value<'r>, EvaluationError>,
        is_from_document: bool,
        room: Room<'r, '_>,
    ) -> Result<Cell<'r>, Box<Refusal>> {
        match value {
            Ok(value) => from_expression(column, value, is_from_document, room, &self.trace),
            Err(EvaluationError::TooMuchWork(end)) => Err(end.into()),
            Err(error) => without_value(column, error.to_string(), is_from_document, &self.trace),
        }
    }

    /// The only node that can be meant, or none; `Err` when there may be several.
    #[inline(always)]
    pub(super) fn only_match(&self, source: &PlanSource, element: NodeId) -> Result<Option<Item>, ()> {
        let (element, symbol) = match source {
            PlanSource::OwnAttribute(symbol) => (element, *symbol),
            PlanSource::ParentAttribute(symbol) => (self.view.tree.node(element).parent, *symbol),
            PlanSource::AnchoredAttribute(anchor, symbol) => match self.elements(*anchor, element) {
                [] => return Ok(None),
                &[element] => (element, *symbol),
                _ => return Err(()),
            },
            PlanSource::Anchored(anchor) => {
                return match self.elements(*anchor, element) {
                    [] => Ok(None),
                    &[element] => Ok(Some(Item::of_node(element))),
                    _ => Err(()),
                };
            }
            PlanSource::OwnElement => return Ok(Some(Item::of_node(element))),
            PlanSource::OwnTexts => return self.only_text(element),
            PlanSource::Path(_)
            | PlanSource::Filtered(_)
            | PlanSource::Attribute { .. }
            | PlanSource::OfAttribute(_)
            | PlanSource::FirstOf(_)
            | PlanSource::AsContract => return Err(()),
        };
        match self.view.attribute(element, symbol) {
            Named::None => Ok(None),
            Named::One(item) => Ok(Some(item)),
            Named::Several => Err(()),
        }
    }

    /// The value of the only match.
    #[inline(always)]
    fn one_value<'r>(&self, column: &'d Column, item: Option<Item>, room: Room<'r, '_>) -> Found<'r>
    where
        'd: 'r,
    {
        let text = match item.map_or(Ok(None), |item| self.text_of(column, item, room)) {
            Ok(text) => text,
            Err(end) => return (Err(end.into()), Matches::AsWanted, item),
        };
        (from_text_at_once(column, text, room, &self.trace), Matches::AsWanted, item)
    }

    /// Follows the path of a column.
    fn select(&self, source: &PlanSource, start: Item, visit: Visit<'_>) -> Result<(), WorkEnd> {
        let view = &self.view;
        let element = start.node;
        match source {
            PlanSource::OwnAttribute(symbol) => self.attribute(*symbol, &[element], visit),
            PlanSource::ParentAttribute(symbol) => {
                self.attribute(*symbol, &[view.tree.node(element).parent], visit)
            }
            PlanSource::AnchoredAttribute(anchor, symbol) => {
                self.attribute(*symbol, self.elements(*anchor, element), visit)
            }
            PlanSource::Anchored(anchor) => {
                over(self.elements(*anchor, element).iter().try_for_each(|&element| {
                    view.work.steps(1)?;
                    visit(Item::of_node(element))
                }))
            }
            PlanSource::Filtered(filtered) => over(self.filtered(filtered, element, visit)),
            PlanSource::OwnElement => over(visit(Item::of_node(element))),
            PlanSource::OwnTexts => over(self.texts(element, visit)),
            PlanSource::Path(path) => view.select(path, element, visit),
            PlanSource::Attribute { prefix: None, test } => self.attributes(test, &[element], visit),
            PlanSource::Attribute { prefix: Some(prefix), test } => {
                let found = self.once.prefix(self.plan, view, *prefix, element)?;
                self.attributes(test, &found.1, visit)
            }
            PlanSource::OfAttribute(path) => view.select_from(path, start, visit),
            PlanSource::FirstOf(_) | PlanSource::AsContract => unreachable!("single paths only"),
        }
    }

    /// The attribute with this name of elements in document order.
    fn attribute(&self, symbol: Symbol, elements: &[NodeId], visit: Visit<'_>) -> Result<(), WorkEnd> {
        over(elements.iter().try_for_each(|&element| self.attribute_of(symbol, element, visit)))
    }

    pub(super) fn attribute_of(&self, symbol: Symbol, element: NodeId, visit: Visit<'_>) -> Flow {
        self.view.work.steps(1)?;
        match self.view.attribute(element, symbol) {
            Named::None => Ok(()),
            Named::One(item) => visit(item),
            Named::Several => {
                self.view.matching_attributes(&Test::Symbol(symbol), element).try_for_each(&mut *visit)
            }
        }
    }

    /// The attributes that a test accepts of elements in document order.
    fn attributes(&self, test: &Test, elements: &[NodeId], visit: Visit<'_>) -> Result<(), WorkEnd> {
        over(elements.iter().try_for_each(|&element| {
            self.view.work.steps(1 + self.view.tree.attributes(element).len() as u64)?;
            self.view.matching_attributes(test, element).try_for_each(&mut *visit)
        }))
    }

    fn path_value<'r>(&self, planned: &'d PlanColumn, start: Item, room: Room<'r, '_>) -> Found<'r>
    where
        'd: 'r,
    {
        let column = &planned.column;
        let (picked, matches, item) = self.picked(column, &planned.source, start, room);
        let cell = match picked {
            Picked::Text(text) => from_clean_text(column, text, room, &self.trace),
            Picked::NotTheOnlyOne => not_the_only_one(column, &self.trace),
            Picked::Ended(end) => Err(end.into()),
        };
        (cell, matches, item)
    }

    /// The value of the first path that gives a text, by way of the expression beside it.
    #[cold]
    fn first_value<'r>(
        &self,
        row: &Row<'r, T::Row>,
        planned: &'d PlanColumn,
        sources: &'d [PlanSource],
        room: Room<'r, '_>,
    ) -> Found<'r>
    where
        'd: 'r,
    {
        let column = &planned.column;
        let (mut text, mut matches, mut item) = (None, Matches::AsWanted, None);
        for source in sources {
            if let Err(end) = self.bind_source(source, row) {
                return (Err(end.into()), Matches::AsWanted, None);
            }
            let (picked, by_path, at) = self.picked(column, source, row.candidate.start(), room);
            item = at.or(item);
            // Whatever is passed over of several, somebody should know.
            if by_path == Matches::Repeated {
                matches = by_path;
            }
            text = match picked {
                Picked::Text(text) => unless_blank(column, text, &self.trace),
                Picked::NotTheOnlyOne => return (not_the_only_one(column, &self.trace), by_path, at),
                Picked::Ended(end) => return (Err(end.into()), by_path, at),
            };
            if text.is_some() {
                break;
            }
        }
        let cell = match &column.via {
            None => from_clean_text(column, text, room, &self.trace),
            Some(via) => {
                let is_from_document = text.is_some_and(|text| !is_blank(text));
                let value = self.evaluate_via(via, text.map_or(Value::Null, Value::Text), row, room.arena);
                self.expressed(column, value, is_from_document, room)
            }
        };
        (cell, matches, item)
    }

    /// What a path gives: the text after `pick`, `clean` and `null_values`.
    fn picked<'r>(
        &self,
        column: &'d Column,
        source: &'d PlanSource,
        start: Item,
        room: Room<'r, '_>,
    ) -> (Picked<'r>, Matches, Option<Item>)
    where
        'd: 'r,
    {
        let (mut first, mut last, mut count) = (None, None, 0);
        let mut joined: Option<Joining<'r>> = None;
        let selected = self.select(source, start, &mut |item| {
            count += 1;
            first = first.or(Some(item));
            last = Some(item);
            match &column.pick {
                Some(Pick::First) => Err(Stop::Enough),
                None | Some(Pick::Only) if count == 2 => Err(Stop::Enough),
                None | Some(Pick::Only | Pick::Last) => Ok(()),
                Some(Pick::Join(separator)) => {
                    let text = self.clean_text_of(column, item, room)?;
                    let Some(text) = text.filter(|text| column.blank == Blank::Keep || !is_blank(text))
                    else {
                        return Ok(());
                    };
                    match &mut joined {
                        None => {
                            room.makes(text.len())?;
                            joined = Some(Joining::new(text, room.arena));
                        }
                        Some(joined) => {
                            room.makes(separator.len() + text.len())?;
                            joined.push(separator);
                            joined.push(text);
                        }
                    }
                    Ok(())
                }
            }
        });
        if let Err(end) = selected {
            return (Picked::Ended(end), Matches::AsWanted, first);
        }
        let is_repeated = column.pick.is_none() && count > 1;
        let matches = if is_repeated { Matches::Repeated } else { Matches::AsWanted };
        let item = if column.pick == Some(Pick::Last) { last } else { first };
        if column.pick == Some(Pick::Only) && count > 1 {
            if T::IS_TOLD {
                // Whoever asks why there is no value sees those that there are.
                for item in [first, last].into_iter().flatten() {
                    if let Err(end) = self.text_of(column, item, room) {
                        return (Picked::Ended(end), Matches::AsWanted, Some(item));
                    }
                }
            }
            return (Picked::NotTheOnlyOne, Matches::AsWanted, item);
        }
        if let Some(Pick::Join(_)) = &column.pick {
            return (Picked::Text(joined.map(|joined| joined.finish(room.arena))), matches, item);
        }
        let text = item.map_or(Ok(None), |item| self.clean_text_of(column, item, room));
        (text.map_or_else(Picked::Ended, Picked::Text), matches, item)
    }

    /// The text of a node after `clean`; none when it means null.
    fn clean_text_of<'r>(
        &self,
        column: &'d Column,
        item: Item,
        room: Room<'r, '_>,
    ) -> Result<Option<&'r str>, WorkEnd>
    where
        'd: 'r,
    {
        match self.text_of(column, item, room)? {
            Some(text) if column.is_cleaned => cleaned(column, text, room, &self.trace),
            text => Ok(text),
        }
    }

    /// The text of a node; none when its element is `xsi:nil`.
    #[inline(always)]
    pub(super) fn text_of<'r>(
        &self,
        column: &Column,
        item: Item,
        room: Room<'r, '_>,
    ) -> Result<Option<&'r str>, WorkEnd>
    where
        'd: 'r,
    {
        let (taken, text) = match column.data_type {
            DataType::Xml if column.via.is_none() => (Taken::Markup, self.view.markup(item, room.arena)?),
            _ => (Taken::Text, self.view.value_text(item, room.arena)?),
        };
        room.reads(text.len())?;
        self.trace.read(&self.view, item, taken, text);
        if self.view.is_nil(item) {
            self.trace.step(column, Step::Nil);
            return Ok(None);
        }
        Ok(Some(text))
    }

    /// The value of an expression beside a path that gives this text.
    #[cold]
    fn evaluate_via<'r>(
        &self,
        bound: &'d BoundExpression,
        text: Value<'r>,
        row: &Row<'r, T::Row>,
        arena: &'r Bump,
    ) -> Result<Value<'r>, EvaluationError>
    where
        'd: 'r,
    {
        let input = |&input: &Input| if input == Input::PathText { text } else { self.input(input, row) };
        let inputs = bound.inputs.iter().map(input).collect::<Vec<_>>();
        let value = bound.expression.evaluate(&inputs, arena, self.view.work);
        self.trace.evaluated(bound, &inputs, &value);
        value
    }

    #[cold]
    fn missing_parent(&self, table: usize) -> Box<Refusal> {
        let table = &self.plan.schema().tables[table].name;
        Box::new(Refusal {
            code: FailureCode::MissingParent,
            message: format!("the document has no row in its parent table {table}"),
        })
    }
}
