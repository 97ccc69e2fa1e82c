//! What expressions and the variables of paths read of a row, of the rows around it and of the document.

use xmlshred_model::{Value, WorkEnd};

use crate::contract::Input;
use crate::plan::{CompiledPath, PlanSource};

use super::candidate::{Candidate, Row};
use super::rows::RowMaker;
use super::trace::Trace;
use super::tree::NodeId;

impl<'d, T: Trace> RowMaker<'d, '_, T> {
    /// What an input of an expression is for a row.
    #[inline(always)]
    pub(super) fn input<'r>(&self, input: Input, row: &Row<'r, T::Row>) -> Value<'r>
    where
        'd: 'r,
    {
        match input {
            Input::Column(index) => row.values[index],
            Input::RowLet(index) => row.lets[index],
            Input::DocumentLet(index) => self.lets[index],
            Input::ParentColumn { .. } | Input::ParentLet { .. } => self.kept.input(&row.candidate, input),
            // Whoever evaluates what stands beside a path has its text.
            Input::PathText => Value::Null,
        }
    }

    /// [`RowMaker::bind`], where a source is a path that may have variables.
    pub(super) fn bind_source<'r>(&self, source: &PlanSource, row: &Row<'r, T::Row>) -> Result<(), WorkEnd>
    where
        'd: 'r,
    {
        match source {
            PlanSource::Path(path) | PlanSource::OfAttribute(path) => self.bind(path, row),
            _ => Ok(()),
        }
    }

    /// Sets the variables of a path to the values that they have for a row.
    pub(super) fn bind<'r>(&self, path: &CompiledPath, row: &Row<'r, T::Row>) -> Result<(), WorkEnd>
    where
        'd: 'r,
    {
        for &variable in path.variables() {
            let value = self.input(self.plan.contract().variables[variable as usize], row);
            self.bind_one(variable, value)?;
        }
        Ok(())
    }

    /// The same for all rows of a table within one row of another; none of their own values is known yet.
    pub(super) fn bind_around(
        &self,
        path: &CompiledPath,
        table: usize,
        (element, parent): (NodeId, usize),
    ) -> Result<(), WorkEnd> {
        if path.variables().is_empty() {
            return Ok(());
        }
        let of = Candidate { traced: (), table, template: 0, element, attribute: 0, parent, tried_number: 0 };
        for &variable in path.variables() {
            let value = match self.plan.contract().variables[variable as usize] {
                Input::DocumentLet(index) => self.lets[index],
                input => self.kept.input(&of, input),
            };
            self.bind_one(variable, value)?;
        }
        Ok(())
    }

    fn bind_one(&self, variable: u32, value: Value<'_>) -> Result<(), WorkEnd> {
        let length = self.view.findings.variables.put(variable, value);
        self.view.reads(length)?;
        self.view.work.steps(1)
    }
}
