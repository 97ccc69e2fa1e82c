//! Whether a row has nothing of the document. Asked of rows that would be dropped: none of their columns has found anything by a path of its
//! own, but expressions may have, by way of `let`s.

use bumpalo::Bump;
use xmlshred_expr::EvaluationError;
use xmlshred_model::WorkEnd;

use crate::contract::{Column, ColumnSource, Input};
use crate::plan::{PlanColumn, PlanTable};

use super::candidate::Row;
use super::convert::blanked;
use super::rows::RowMaker;
use super::trace::Trace;

impl<'d, T: Trace> RowMaker<'d, '_, T> {
    /// Whether no expression of a column that counts has a value of the document. What `let`s find is found again: few rows come here.
    #[cold]
    pub(super) fn is_blank<'r>(
        &self,
        table: &'d PlanTable,
        row: &Row<'r, T::Row>,
        arena: &'r Bump,
    ) -> Result<bool, WorkEnd>
    where
        'd: 'r,
    {
        let columns = &table.templates[row.candidate.template].columns;
        let counts = |planned: &&'d PlanColumn| {
            planned.column.counts && matches!(planned.column.source, ColumnSource::Expression(_))
        };
        if !columns.iter().any(|planned| counts(&planned)) {
            return Ok(true);
        }
        self.trace.hush(true);
        let has_value = self.lets_of_row(table, row, arena).and_then(|lets| {
            for planned in columns.iter().filter(counts) {
                if self.gives_of_document(&planned.column, row, &lets, arena)? {
                    return Ok(true);
                }
            }
            Ok(false)
        });
        self.trace.hush(false);
        has_value.map(|has_value| !has_value)
    }

    /// Which `let`s of a row, and of the document, the document has a value for.
    fn lets_of_row<'r>(
        &self,
        table: &'d PlanTable,
        row: &Row<'r, T::Row>,
        arena: &'r Bump,
    ) -> Result<Lets<'_>, WorkEnd>
    where
        'd: 'r,
    {
        let document = match self.lets_of_document.get() {
            Some(known) => known,
            None => {
                let mut found = Vec::new();
                for planned in self.plan.lets() {
                    let lets = Lets { document: &found, row: Vec::new() };
                    let finds = self.finds(planned, &self.document(), &lets, self.arena)?;
                    found.push(finds);
                }
                self.lets_of_document.get_or_init(|| found)
            }
        };
        let mut lets = Lets { document, row: vec![false; table.lets.len()] };
        let own = table.templates[row.candidate.template].lets.clone();
        for index in (0..table.shared_lets).chain(own) {
            lets.row[index] = self.finds(&table.lets[index], row, &lets, arena)?;
        }
        Ok(lets)
    }

    /// Whether a `let` has a value of the document.
    fn finds<'r>(
        &self,
        planned: &'d PlanColumn,
        row: &Row<'r, T::Row>,
        lets: &Lets<'_>,
        arena: &'r Bump,
    ) -> Result<bool, WorkEnd>
    where
        'd: 'r,
    {
        self.view.work.steps(1)?;
        match &planned.column.source {
            ColumnSource::Expression(_) => self.gives_of_document(&planned.column, row, lets, arena),
            _ => Ok(self.value(row, planned, arena).0.is_ok_and(|cell| cell.is_from_document)),
        }
    }

    /// Whether an expression has a value, and reads one that the document has. What it reads of columns has been looked at.
    fn gives_of_document<'r>(
        &self,
        column: &'d Column,
        row: &Row<'r, T::Row>,
        lets: &Lets<'_>,
        arena: &'r Bump,
    ) -> Result<bool, WorkEnd>
    where
        'd: 'r,
    {
        let ColumnSource::Expression(bound) = &column.source else { return Ok(false) };
        let reads_document = bound.inputs.iter().any(|input| match *input {
            Input::RowLet(index) => lets.row[index],
            Input::DocumentLet(index) => lets.document[index],
            Input::Column(_) | Input::ParentColumn { .. } | Input::ParentLet { .. } | Input::PathText => {
                false
            }
        });
        if !reads_document {
            return Ok(false);
        }
        match self.evaluate(bound, row, arena) {
            Ok(value) => Ok(!blanked(column, value, &self.trace).is_null()),
            Err(EvaluationError::TooMuchWork(end)) => Err(end),
            Err(_) => Ok(true),
        }
    }
}

/// Which `let`s have a value of the document.
struct Lets<'m> {
    document: &'m [bool],
    row: Vec<bool>,
}
