//! What is kept of rows that were emitted: where they stand, when rows of other tables lie within them, and the values that later rows
//! read. Of a table that nobody refers to, nothing is kept but how many rows it has.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use xmlshred_model::{Value, WorkEnd};

use crate::contract::Input;
use crate::plan::{Plan, PlanTable};

use super::candidate::Candidate;
use super::room::Room;
use super::tree::NodeId;
use super::view::View;

/// The emitted rows of one document.
#[derive(Debug)]
pub(super) struct Kept<'d> {
    plan: &'d Plan,
    tables: BumpVec<'d, Rows<'d>>,
}

#[derive(Debug)]
struct Rows<'d> {
    count: usize,
    /// Element and parent.
    places: BumpVec<'d, (NodeId, u32)>,
    /// As many per row as the plan says.
    values: BumpVec<'d, Value<'d>>,
}

impl<'d> Kept<'d> {
    pub(super) fn new(plan: &'d Plan, arena: &'d Bump) -> Self {
        let rows = |_| Rows { count: 0, places: BumpVec::new_in(arena), values: BumpVec::new_in(arena) };
        Self { plan, tables: BumpVec::from_iter_in(plan.tables().iter().map(rows), arena) }
    }

    /// How many rows were emitted.
    pub(super) fn count(&self, table: usize) -> usize {
        self.tables[table].count
    }

    /// The element of a row that others lie within.
    pub(super) fn element(&self, table: usize, row: usize) -> NodeId {
        self.tables[table].places[row].0
    }

    /// Counts a row, and keeps what is read later.
    #[inline]
    pub(super) fn keep(
        &mut self,
        table: &PlanTable,
        index: usize,
        place: (NodeId, usize),
        (values, lets): (&[Value<'_>], &[Value<'_>]),
        view: &View<'d>,
        room: Room<'d, '_>,
    ) -> Result<(), WorkEnd> {
        let rows = &mut self.tables[index];
        rows.count += 1;
        // Where no row lies within, others refer to the one row of the document.
        if table.later.is_base || (!table.later.is_empty() && rows.count == 1) {
            return rows.keep(table, place, (values, lets), view, room);
        }
        Ok(())
    }

    /// The value of a column of the row that a row in the making belongs to; `None` when that row was not emitted.
    pub(super) fn column<R>(&self, of: &Candidate<R>, table: usize, column: usize) -> Option<Value<'d>> {
        let place = self.plan.tables()[table].later.columns.place(column)?;
        self.value(of, table, place)
    }

    /// What an input finds in another row.
    pub(super) fn input<R>(&self, of: &Candidate<R>, input: Input) -> Value<'d> {
        let value = match input {
            Input::ParentColumn { table, column } => self.column(of, table, column),
            Input::ParentLet { table, index } => {
                let later = &self.plan.tables()[table].later;
                let place = later.lets.place(index);
                place.and_then(|place| self.value(of, table, later.columns.indices.len() + place))
            }
            Input::Column(_) | Input::RowLet(_) | Input::DocumentLet(_) | Input::PathText => None,
        };
        value.unwrap_or(Value::Null)
    }

    fn value<R>(&self, of: &Candidate<R>, table: usize, place: usize) -> Option<Value<'d>> {
        let row = self.ancestor(of, table);
        let later = &self.plan.tables()[table].later;
        let width = later.columns.indices.len() + later.lets.indices.len();
        self.tables[table].values.get(row * width + place).copied()
    }

    /// The row of `table` that a candidate lies within, or that table's one row per document.
    fn ancestor<R>(&self, of: &Candidate<R>, table: usize) -> usize {
        let (mut at, mut row) = (of.table, of.parent);
        while let Some(parent) = self.plan.tables()[at].within {
            if parent == table {
                return row;
            }
            row = self.tables[parent].places[row].1 as usize;
            at = parent;
        }
        0
    }
}

impl<'d> Rows<'d> {
    #[inline(never)]
    fn keep(
        &mut self,
        table: &PlanTable,
        place: (NodeId, usize),
        (values, lets): (&[Value<'_>], &[Value<'_>]),
        view: &View<'d>,
        room: Room<'d, '_>,
    ) -> Result<(), WorkEnd> {
        let later = &table.later;
        room.makes((later.columns.indices.len() + later.lets.indices.len()) * size_of::<Value<'_>>())?;
        self.places.push((place.0, place.1 as u32));
        for value in later.columns.indices.iter().map(|&at| values[at]) {
            self.values.push(lasting(value, view, room)?);
        }
        for value in later.lets.indices.iter().map(|&at| lets[at]) {
            self.values.push(lasting(value, view, room)?);
        }
        Ok(())
    }
}

/// A value that lives as long as the document.
fn lasting<'d>(value: Value<'_>, view: &View<'d>, room: Room<'d, '_>) -> Result<Value<'d>, WorkEnd> {
    Ok(match value {
        Value::Text(text) => Value::Text(match view.in_document(text) {
            Some(text) => text,
            None => {
                room.makes(text.len())?;
                room.arena.alloc_str(text)
            }
        }),
        Value::Binary(bytes) => {
            room.makes(bytes.len())?;
            Value::Binary(room.arena.alloc_slice_copy(bytes))
        }
        Value::Null => Value::Null,
        Value::Bool(value) => Value::Bool(value),
        Value::Int(value) => Value::Int(value),
        Value::Decimal(value) => Value::Decimal(value),
        Value::Double(value) => Value::Double(value),
        Value::Date(value) => Value::Date(value),
        Value::Time(value) => Value::Time(value),
        Value::Timestamp(value) => Value::Timestamp(value),
        Value::TimestampTz(value) => Value::TimestampTz(value),
        Value::Uuid(value) => Value::Uuid(value),
    })
}
