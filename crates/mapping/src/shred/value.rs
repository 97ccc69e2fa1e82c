//! The value of one column of one row, from wherever the contract says.

use std::ops::ControlFlow;

use bumpalo::collections::String as BumpString;
use xmlshred_model::{DataType, FailureCode, Value};

use crate::contract::{Column, ColumnSource, Generate, Pick};
use crate::plan::{PlanColumn, PlanSource, Symbol, Test};

use super::convert::{
    Cell, Refusal, from_exact, from_text, from_text_at_once, from_value, not_the_only_one, without_value,
};
use super::rows::{Candidate, RowMaker};
use super::select::{Item, Named, Visit};
use super::trace::{Matches, Taken, Trace};
use super::tree::{DOCUMENT, NodeId};

/// A cell or why there is none, whether several nodes matched where one was expected, and where in the document it came from.
type Found<'a> = (Result<Cell<'a>, Box<Refusal>>, Matches, Option<Item>);

impl<'a, T: Trace> RowMaker<'a, '_, T> {
    #[inline(always)]
    pub(super) fn value(
        &self,
        candidate: &Candidate<'a, T::Row>,
        planned: &'a PlanColumn,
        row_number: usize,
    ) -> Found<'a> {
        let PlanColumn { column, source, .. } = planned;
        if let Ok(item) = self.only_match(source, candidate.element) {
            return self.one_value(column, item);
        }
        self.other_value(candidate, planned, row_number)
    }

    fn other_value(
        &self,
        candidate: &Candidate<'a, T::Row>,
        planned: &'a PlanColumn,
        row_number: usize,
    ) -> Found<'a> {
        let PlanColumn { column, source, table: _, index, is_exact } = planned;
        let arena = self.view.arena;
        let constant = |value| (from_value(column, value, arena, self.trace), Matches::AsWanted, None);
        match (source, &column.source) {
            (PlanSource::OwnAttribute(symbol), _) => {
                self.attribute_value(column, &[candidate.element], *symbol)
            }
            (PlanSource::ParentAttribute(symbol), _) => {
                self.attribute_value(column, &[self.view.tree.node(candidate.element).parent], *symbol)
            }
            (PlanSource::AnchoredAttribute(anchor, symbol), _) => {
                self.attribute_value(column, self.elements(*anchor, candidate.element), *symbol)
            }
            (PlanSource::Anchored(anchor), _) => {
                let elements = self.elements(*anchor, candidate.element);
                self.path_value(column, candidate.element, |_, visit| {
                    let _ = elements.iter().try_for_each(|&element| visit(Item::of_element(element)));
                })
            }
            (PlanSource::Path(path), _) => self.path_value(column, candidate.element, |element, visit| {
                self.view.select(path, element, visit);
            }),
            (PlanSource::Attribute { prefix, test }, _) => {
                self.path_value(column, candidate.element, |element, visit| {
                    self.attributes(*prefix, test, element, visit);
                })
            }
            (PlanSource::AsContract, ColumnSource::Expression(bound)) => {
                let cell = match self.evaluate(bound, candidate) {
                    Ok(value) => from_value(column, value, arena, self.trace),
                    Err(error) => without_value(column, error.to_string(), self.trace),
                };
                (cell, Matches::AsWanted, None)
            }
            (PlanSource::AsContract, ColumnSource::Parent { table, column: parent_column }) => {
                match self.parent_value(candidate, *table, *parent_column) {
                    Some(value) if *is_exact => {
                        (from_exact(column, value, self.trace), Matches::AsWanted, None)
                    }
                    Some(value) => constant(value),
                    None => (Err(self.missing_parent(*table)), Matches::AsWanted, None),
                }
            }
            (PlanSource::AsContract, ColumnSource::Constant(value)) => constant(value.as_value()),
            (PlanSource::AsContract, ColumnSource::Generate(generate)) => match generate {
                Generate::RowNumber => constant(Value::Int(row_number as i64)),
                Generate::DocumentKey => {
                    constant(self.context.key.map_or(Value::Null, |key| Value::Int(key.0)))
                }
                Generate::Session => constant(Value::Text(self.context.session)),
                Generate::Now if column.data_type == DataType::TimestampTz => {
                    constant(Value::TimestampTz(self.context.now))
                }
                Generate::Now => constant(Value::Timestamp(self.context.now)),
                Generate::Uuid => constant(Value::Uuid(self.uuid(candidate, *index))),
            },
            (PlanSource::AsContract, ColumnSource::Path(_)) => unreachable!("the plan compiles every path"),
        }
    }

    /// The only node that can be meant, or none; `Err` when there may be several.
    #[inline(always)]
    fn only_match(&self, source: &PlanSource, element: NodeId) -> Result<Option<Item>, ()> {
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
                    &[element] => Ok(Some(Item::of_element(element))),
                    _ => Err(()),
                };
            }
            PlanSource::Path(_) | PlanSource::Attribute { .. } | PlanSource::AsContract => return Err(()),
        };
        match self.view.attribute(element, symbol) {
            Named::None => Ok(None),
            Named::One(item) => Ok(Some(item)),
            Named::Several => Err(()),
        }
    }

    /// The attribute with this name of elements in document order.
    fn attribute_value(&self, column: &'a Column, elements: &[NodeId], symbol: Symbol) -> Found<'a> {
        let test = Test::Symbol(symbol);
        self.path_value(column, DOCUMENT, |_, visit| {
            let _ = elements.iter().try_for_each(|&element| match self.view.attribute(element, symbol) {
                Named::None => ControlFlow::Continue(()),
                Named::One(item) => visit(item),
                Named::Several => self.view.matching_attributes(&test, element).try_for_each(&mut *visit),
            });
        })
    }

    /// The value of the only match.
    #[inline(always)]
    fn one_value(&self, column: &'a Column, item: Option<Item>) -> Found<'a> {
        let text = item.map(|item| self.text_of(column, item));
        (from_text_at_once(column, text, self.view.arena, self.trace), Matches::AsWanted, item)
    }

    /// Follows a prefix, once for all columns that share it, and tells `visit` the attributes at its end.
    fn attributes(&self, prefix: Option<u32>, test: &Test, element: NodeId, visit: Visit<'_>) {
        let own = [element];
        let nodes = match prefix {
            None => own.as_slice(),
            Some(prefix) => {
                let known = &self.prefixes[prefix as usize];
                let (start, nodes) = known.get();
                if start == element {
                    nodes
                } else {
                    let found = self.view.select_all(&self.plan.prefixes()[prefix as usize], element);
                    let nodes: &'a [NodeId] =
                        self.view.arena.alloc_slice_fill_iter(found.iter().map(|item| item.node));
                    known.set((element, nodes));
                    nodes
                }
            }
        };
        let _ = nodes
            .iter()
            .try_for_each(|&node| self.view.matching_attributes(test, node).try_for_each(&mut *visit));
    }

    fn path_value(
        &self,
        column: &'a Column,
        element: NodeId,
        select: impl FnOnce(NodeId, Visit<'_>),
    ) -> Found<'a> {
        let (mut first, mut last, mut count) = (None, None, 0);
        let mut joined: Option<BumpString<'a>> = None;
        select(element, &mut |item| {
            count += 1;
            first = first.or(Some(item));
            last = Some(item);
            match &column.pick {
                Some(Pick::First) => ControlFlow::Break(()),
                None | Some(Pick::Only) if count == 2 => ControlFlow::Break(()),
                None | Some(Pick::Only | Pick::Last) => ControlFlow::Continue(()),
                Some(Pick::Join(separator)) => {
                    let text = self.text_of(column, item);
                    match &mut joined {
                        None => joined = Some(BumpString::from_str_in(text, self.view.arena)),
                        Some(joined) => {
                            joined.push_str(separator);
                            joined.push_str(text);
                        }
                    }
                    ControlFlow::Continue(())
                }
            }
        });
        let is_repeated = column.pick.is_none() && count > 1;
        let matches = if is_repeated { Matches::Repeated } else { Matches::AsWanted };
        let item = if column.pick == Some(Pick::Last) { last } else { first };
        if column.pick == Some(Pick::Only) && count > 1 {
            return (not_the_only_one(column, self.trace), Matches::AsWanted, item);
        }
        let text = match joined {
            Some(joined) => Some(joined.into_bump_str()),
            None => item.map(|item| self.text_of(column, item)),
        };
        (from_text(column, text, self.view.arena, self.trace), matches, item)
    }

    #[inline(always)]
    fn text_of(&self, column: &Column, item: Item) -> &'a str {
        let (taken, text) = match column.data_type {
            DataType::Xml => (Taken::Markup, self.view.markup(item)),
            _ => (Taken::Text, self.view.string_value(item)),
        };
        self.trace.read(&self.view, item, taken, text);
        text
    }

    #[cold]
    fn missing_parent(&self, table: usize) -> Box<Refusal> {
        let table = &self.plan.schema().tables[table].name;
        Box::new(Refusal {
            code: FailureCode::MissingParent,
            message: format!("the document has no row in its parent table {table}"),
        })
    }

    /// A UUID of version 8 (RFC 9562) made from what identifies the cell, so that a repeated run makes the same one.
    fn uuid(&self, candidate: &Candidate<'a, T::Row>, column: u32) -> [u8; 16] {
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        hasher.update(self.plan.contract().hash.as_bytes());
        let key = self.context.key.map_or(i64::MIN, |key| key.0);
        let numbers = [
            key,
            candidate.table as i64,
            candidate.template as i64,
            i64::from(candidate.element),
            i64::from(column),
            candidate.parent as i64,
        ];
        for number in numbers {
            hasher.update(&number.to_be_bytes());
        }
        let mut bytes = hasher.digest128().to_be_bytes();
        bytes[6] = 0x80 | (bytes[6] & 0x0F);
        bytes[8] = 0x80 | (bytes[8] & 0x3F);
        bytes
    }
}
