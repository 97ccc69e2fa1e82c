//! The cells of a row: most of them at once, as the plan says, the others by all rules.

use bumpalo::Bump;
use xmlshred_model::{DataType, Failure, OwnedValue, Value, lexical};

use crate::contract::{Column, ColumnDefault, ColumnSource, Generate};
use crate::plan::{Form, PlanColumn, PlanTable, Quick};

use super::candidate::{COLUMN, Candidate, LET, Row};
use super::cell::{Cell, Refusal};
use super::convert::{cleaned, defaulted, from_clean_text, takes_default};
use super::near::{Near, Text};
use super::part::Part;
use super::reading::NestedPlace;
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
        let mut near = Near::new(&self.view, row.candidate.element);
        if !table.lets.is_empty() {
            self.fill_lets(table, row, part, &mut near, arena)?;
        }
        let template = &table.templates[row.candidate.template];
        for (index, (column, &is_early)) in template.columns.iter().zip(&template.early_columns).enumerate() {
            if is_early == (part == Part::Early)
                && !self.quick_cell::<COLUMN>(row, column, index, &mut near, arena)?
            {
                row.values[index] = self.cell(row, column, CellPlace::Column(index), arena)?;
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn fill_lets<'r>(
        &self,
        table: &'d PlanTable,
        row: &mut Row<'r, T::Row>,
        part: Part,
        near: &mut Near<'d>,
        arena: &'r Bump,
    ) -> Result<(), Box<Failure>>
    where
        'd: 'r,
    {
        let own = &table.templates[row.candidate.template].lets;
        for (index, (column, &is_early)) in table.lets.iter().zip(&table.early_lets).enumerate() {
            if is_early == (part == Part::Early)
                && (index < table.shared_lets || own.contains(&index))
                && !self.quick_cell::<LET>(row, column, index, near, arena)?
            {
                row.lets[index] = self.cell(row, column, CellPlace::Let(index), arena)?;
            }
        }
        Ok(())
    }

    /// Makes a cell in the usual case; `false`: nothing was done, the rules decide. Nobody is told.
    #[inline(always)]
    fn quick_cell<'r, const KIND: bool>(
        &self,
        row: &mut Row<'r, T::Row>,
        planned: &'d PlanColumn,
        index: usize,
        near: &mut Near<'d>,
        arena: &'r Bump,
    ) -> Result<bool, Box<Failure>>
    where
        'd: 'r,
    {
        if T::IS_TOLD {
            return Ok(false);
        }
        let value = match &planned.quick {
            Quick::Text { form, missing } => {
                match (self.text_nearby(&planned.source, row.candidate.element, near), missing) {
                    (Text::Plain(item, text), _) if text.len() <= MAX_QUICK_TEXT => {
                        return self.quick_text::<KIND>(row, planned, index, (form, item, text), arena);
                    }
                    (Text::None, Some(value)) => value.as_value(),
                    (Text::None, None) => return Ok(false),
                    (Text::Plain(..) | Text::Elsewhere, missing) => {
                        return self.quick_elsewhere::<KIND>(row, planned, index, (form, missing), arena);
                    }
                }
            }
            Quick::Parent { table, column } => match self.kept.column(&row.candidate, *table, *column) {
                None | Some(Value::Null) => return Ok(false),
                Some(value) => value,
            },
            Quick::Expression { form, missing } => {
                return self.quick_expression::<KIND>(row, planned, index, (form, missing), arena);
            }
            Quick::Constant(value) => value.as_value(),
            Quick::RowNumber { max } if row.number <= *max => Value::Int(row.number as i64),
            Quick::RowNumber { .. } | Quick::ByRules => return Ok(false),
        };
        *row.place::<KIND>(index) = value;
        Ok(true)
    }

    /// Makes a cell of text that is not near, or not short, or not as it stands in the document.
    #[inline(never)]
    fn quick_elsewhere<'r, const KIND: bool>(
        &self,
        row: &mut Row<'r, T::Row>,
        planned: &'d PlanColumn,
        index: usize,
        (form, missing): (&'d Form, &'d Option<OwnedValue>),
        arena: &'r Bump,
    ) -> Result<bool, Box<Failure>>
    where
        'd: 'r,
    {
        let room = Room { arena, work: self.view.work };
        match (self.only_match(&planned.source, row.candidate.element), missing) {
            (Ok(Some(item)), _) => match self.text_of(&planned.column, item, room) {
                Ok(Some(text)) => self.quick_text::<KIND>(row, planned, index, (form, item, text), arena),
                Ok(None) => Ok(false),
                Err(end) => {
                    let refusal = Box::<Refusal>::from(end);
                    Err(self.refused(&row.candidate, planned, &refusal, Some(item)))
                }
            },
            (Ok(None), Some(value)) => {
                *row.place::<KIND>(index) = value.as_value();
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Makes a cell of text whose reading costs nothing, or is counted.
    #[inline(always)]
    fn quick_text<'r, const KIND: bool>(
        &self,
        row: &mut Row<'r, T::Row>,
        planned: &'d PlanColumn,
        index: usize,
        (form, item, text): (&'d Form, Item, &'r str),
        arena: &'r Bump,
    ) -> Result<bool, Box<Failure>>
    where
        'd: 'r,
    {
        let column = &planned.column;
        let room = Room { arena, work: self.view.work };
        let text = if column.is_cleaned {
            match cleaned(column, text, room, &self.trace) {
                Ok(Some(text)) => text,
                Ok(None) => {
                    let cell = from_clean_text(column, None, room, &self.trace);
                    *row.place::<KIND>(index) =
                        self.settle(row, planned, (cell, Matches::AsWanted, Some(item)))?;
                    return Ok(true);
                }
                Err(end) => {
                    let refusal = Box::<Refusal>::from(end);
                    return Err(self.refused(&row.candidate, planned, &refusal, Some(item)));
                }
            }
        } else {
            text
        };
        // Blank text is for the rules.
        let is_blank = text.as_bytes().first().is_none_or(|&first| first <= b' ');
        if !is_blank && put_usual(row.place::<KIND>(index), column, form, text) {
            row.has_document_value |= column.counts;
            return Ok(true);
        }
        let cell = from_clean_text(column, Some(text), room, &self.trace);
        *row.place::<KIND>(index) = self.settle(row, planned, (cell, Matches::AsWanted, Some(item)))?;
        Ok(true)
    }

    /// Makes a cell of an expression.
    #[inline(always)]
    fn quick_expression<'r, const KIND: bool>(
        &self,
        row: &mut Row<'r, T::Row>,
        planned: &'d PlanColumn,
        index: usize,
        (form, missing): (&Form, &'d Option<OwnedValue>),
        arena: &'r Bump,
    ) -> Result<bool, Box<Failure>>
    where
        'd: 'r,
    {
        let ColumnSource::Expression(bound) = &planned.column.source else { return Ok(false) };
        let value = self.evaluate(bound, row, arena);
        let value = match (value, missing) {
            (Ok(Value::Null), Some(missing)) => missing.as_value(),
            (Ok(value), _) if fits(value, planned.column.data_type, form) => value,
            (value, _) => {
                let room = Room { arena, work: self.view.work };
                let cell = self.expressed(&planned.column, value, false, room);
                self.settle(row, planned, (cell, Matches::AsWanted, None))?
            }
        };
        *row.place::<KIND>(index) = value;
        Ok(true)
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
        let (mut cell, matches, at) = self.value(row, column, arena);
        if let (Ok(made), Some(ColumnDefault::Generate(generate))) = (&cell, &column.column.default) {
            cell = self.with_default(row, column, (*made, *generate), arena);
        }
        self.trace.cell_done(&cell, matches);
        self.settle(row, column, (cell, matches, at))
    }

    /// A cell with a default that is made, where it is null.
    #[cold]
    fn with_default<'r>(
        &self,
        row: &Row<'r, T::Row>,
        planned: &'d PlanColumn,
        (cell, generate): (Cell<'r>, Generate),
        arena: &'r Bump,
    ) -> Result<Cell<'r>, Box<Refusal>>
    where
        'd: 'r,
    {
        if !takes_default(&planned.column, &cell) {
            return Ok(cell);
        }
        let room = Room { arena, work: self.view.work };
        let value = self.generated(generate, &planned.column, row, planned.index);
        defaulted(&planned.column, cell, value, room, &self.trace)
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
        row.has_document_value |= cell.is_from_document && column.column.counts;
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
        let offset = self.view.offset(at.unwrap_or_else(|| candidate.start()));
        let place = NestedPlace::new(self.view.text, self.view.parts, offset);
        let table = self.table_name(candidate.table);
        let message = format!("{table}.{}: {}, at {place}", column.column.name, refusal.message);
        self.about(candidate.table, Some(&column.column.name), failure(refusal.code, message))
    }
}

/// Puts down the value of the column's type that text stands for, where that is a usual one.
#[inline(always)]
fn put_usual<'a>(cell: &mut Value<'a>, column: &'a Column, form: &'a Form, text: &'a str) -> bool {
    match form {
        Form::Text { max_bytes } if text.len() <= *max_bytes => *cell = Value::Text(text),
        Form::Text { .. } => return false,
        Form::Integer { min, max } => match lexical::short_integer(text) {
            Some(number) if *min <= number && number <= *max => *cell = Value::Int(number),
            _ => return false,
        },
        Form::Decimal { precision, scale } => match lexical::short_decimal(text, *precision, *scale) {
            Some(number) => *cell = Value::Decimal(number),
            None => return false,
        },
        Form::Codes(codes) => match codes.get(text) {
            Some(value) => *cell = value.as_value(),
            None => return false,
        },
        Form::Temporal => match lexical::usual_temporal(text, column.data_type) {
            Some(value) => *cell = value,
            None => return false,
        },
        Form::Lexical => match lexical::parse(text, column.data_type, &column.formats) {
            Ok(value) => *cell = value,
            Err(_) => return false,
        },
    }
    true
}

/// Whether a value is one of this type as it is; `false` says nothing about it.
#[inline(always)]
fn fits(value: Value<'_>, data_type: DataType, form: &Form) -> bool {
    match (form, value) {
        // Blank text is for the rules.
        (Form::Text { max_bytes }, Value::Text(text)) => {
            text.len() <= *max_bytes && text.as_bytes().first().is_some_and(|&first| first > b' ')
        }
        (Form::Integer { min, max }, Value::Int(number)) => *min <= number && number <= *max,
        (Form::Decimal { precision, scale }, Value::Decimal(number)) => {
            number.scale == *scale && number.has_at_most(*precision)
        }
        (_, Value::Bool(_)) => data_type == DataType::Bool,
        (_, Value::Date(_)) => data_type == DataType::Date,
        (_, Value::Timestamp(_)) => data_type == DataType::Timestamp,
        _ => false,
    }
}
