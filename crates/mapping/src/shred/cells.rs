//! The cells of a row: most of them at once, as the plan says, the others by all rules.

use bumpalo::Bump;
use xmlshred_model::{Failure, Value, lexical};

use crate::contract::Column;
use crate::plan::{Form, PlanColumn, PlanTable, Quick};
use crate::xml::Place;

use super::candidate::{Candidate, Row};
use super::cell::Refusal;
use super::convert::{cleaned, from_clean_text};
use super::part::Part;
use super::room::Room;
use super::rows::{RowMaker, failure};
use super::trace::{CellPlace, Matches, Trace};
use super::value::Found;
use super::view::Item;

/// Shorter text costs no step.
const MAX_QUICK_TEXT: usize = 63;

impl<'d, T: Trace> RowMaker<'d, '_, T> {
    /// The `let`s and columns of a part, in the order of the contract.
    pub(super) fn fill<'r>(
        &self,
        table: &'d PlanTable,
        row: &mut Row<'r, T::Row>,
        part: Part,
        arena: &'r Bump,
    ) -> Result<(), Box<Failure>>
    where
        'd: 'r,
    {
        let is_wanted = |is_early: bool| is_early == (part == Part::Early);
        for (index, (column, &is_early)) in table.lets.iter().zip(&table.early_lets).enumerate() {
            if is_wanted(is_early) {
                row.lets[index] = self.cell(row, column, CellPlace::Let(index), arena)?;
            }
        }
        let template = &table.templates[row.candidate.template];
        for (index, (column, &is_early)) in template.columns.iter().zip(&template.early_columns).enumerate() {
            if is_wanted(is_early) {
                row.values[index] = match self.quick_cell(row, column, arena)? {
                    Some(value) => value,
                    None => self.cell(row, column, CellPlace::Column(index), arena)?,
                };
            }
        }
        Ok(())
    }

    /// A cell in the usual case; `None`: nothing was done, the rules decide. Nobody is told.
    #[inline(always)]
    fn quick_cell<'r>(
        &self,
        row: &mut Row<'r, T::Row>,
        planned: &'d PlanColumn,
        arena: &'r Bump,
    ) -> Result<Option<Value<'r>>, Box<Failure>>
    where
        'd: 'r,
    {
        if T::IS_TOLD {
            return Ok(None);
        }
        match &planned.quick {
            Quick::Text { form, missing } => {
                let Ok(item) = self.only_match(&planned.source, row.candidate.element) else { return Ok(None) };
                let Some(item) = item else { return Ok(missing.as_ref().map(|value| value.as_value())) };
                match self.view.plain_text(item) {
                    Some(text) if text.len() <= MAX_QUICK_TEXT => {
                        self.quick_text(row, planned, form, item, text, arena).map(Some)
                    }
                    _ => Ok(None),
                }
            }
            Quick::Parent { table, column } => {
                let value = self.kept.column(&row.candidate, *table, *column);
                Ok(value.filter(|value| !value.is_null()))
            }
            Quick::Constant(value) => Ok(Some(value.as_value())),
            Quick::RowNumber { max } => Ok((row.number <= *max).then_some(Value::Int(row.number as i64))),
            Quick::ByRules => Ok(None),
        }
    }

    /// What short text that stands in the document as it is becomes.
    #[inline(always)]
    fn quick_text<'r>(
        &self,
        row: &mut Row<'r, T::Row>,
        planned: &'d PlanColumn,
        form: &'d Form,
        item: Item,
        text: &'r str,
        arena: &'r Bump,
    ) -> Result<Value<'r>, Box<Failure>>
    where
        'd: 'r,
    {
        let column = &planned.column;
        let room = Room { arena, work: self.view.work };
        let text = if column.clean.is_empty() {
            text
        } else {
            match cleaned(column, text, room, &self.trace) {
                Ok(text) => text,
                Err(refusal) => return Err(self.refused(&row.candidate, planned, &refusal, Some(item))),
            }
        };
        // Blank text is for the rules.
        if text.as_bytes().first().is_some_and(|&first| first > b' ')
            && let Some(value) = usual_value(column, form, text)
        {
            row.has_document_value |= !column.key;
            return Ok(value);
        }
        let cell = from_clean_text(column, Some(text), room, &self.trace);
        self.settle(row, planned, (cell, Matches::AsWanted, Some(item)))
    }

    /// A cell by all rules.
    pub(super) fn cell<'r>(
        &self,
        row: &mut Row<'r, T::Row>,
        column: &'d PlanColumn,
        place: CellPlace,
        arena: &'r Bump,
    ) -> Result<Value<'r>, Box<Failure>>
    where
        'd: 'r,
    {
        self.trace.cell(row.candidate.traced, place);
        let (cell, matches, at) = self.value(row, column, arena);
        self.trace.cell_done(&cell, matches);
        self.settle(row, column, (cell, matches, at))
    }

    /// Notes in its row what a cell has come to.
    fn settle<'r>(
        &self,
        row: &mut Row<'r, T::Row>,
        column: &PlanColumn,
        (cell, matches, at): Found<'r>,
    ) -> Result<Value<'r>, Box<Failure>> {
        let cell = match cell {
            Ok(cell) => cell,
            Err(refusal) => return Err(self.refused(&row.candidate, column, &refusal, at)),
        };
        if matches == Matches::Repeated || cell.issue.is_some() {
            for code in [matches.issue(), cell.issue].into_iter().flatten() {
                row.issues.push((column.table, column.index, code));
            }
        }
        row.has_document_value |= cell.is_from_document && !column.column.key;
        Ok(cell.value)
    }

    #[cold]
    fn refused(
        &self,
        candidate: &Candidate<T::Row>,
        column: &PlanColumn,
        refusal: &Refusal,
        at: Option<Item>,
    ) -> Box<Failure> {
        let node = self.view.tree.node(candidate.element);
        let offset = at.map_or(node.start as usize, |item| self.view.offset(item));
        let place = Place::of(self.view.text, offset);
        let table = self.table_name(candidate.table);
        let message = format!("{table}.{}: {}, at {place}", column.column.name, refusal.message);
        failure(refusal.code, message)
    }
}

/// The value of the column's type that text stands for, where that is a usual one.
#[inline(always)]
fn usual_value<'a>(column: &'a Column, form: &'a Form, text: &'a str) -> Option<Value<'a>> {
    match form {
        Form::Text { max_bytes } => (text.len() <= *max_bytes).then_some(Value::Text(text)),
        Form::Integer { min, max } => {
            lexical::short_integer(text).filter(|number| min <= number && number <= max).map(Value::Int)
        }
        Form::Decimal { precision, scale } => {
            lexical::short_decimal(text, *precision, *scale).map(Value::Decimal)
        }
        Form::Codes(codes) => codes.get(text).map(|value| value.as_value()),
        Form::Lexical => lexical::parse(text, column.data_type, &column.formats).ok(),
    }
}
