//! A trace that can be hushed: what is done again is not told again.

use std::cell::Cell as Flag;

use xmlshred_expr::EvaluationError;
use xmlshred_model::Value;

use crate::contract::{BoundExpression, Column};

use super::cell::{Cell, Refusal};
use super::trace::{
    CellPlace, Filter, Matches, OnceKey, OnceTold, OnePerPath, Origin, Reason, Step, Taken, Trace,
};
use super::view::{Item, View};

/// Passes on what it is told, unless it is hushed.
#[derive(Debug)]
pub(super) struct Told<'t, T> {
    trace: &'t T,
    is_hushed: Flag<bool>,
}

impl<'t, T: Trace> Told<'t, T> {
    pub(super) fn new(trace: &'t T) -> Self {
        Self { trace, is_hushed: Flag::new(false) }
    }

    /// From now on nothing is told, or everything is.
    pub(super) fn hush(&self, is_hushed: bool) {
        self.is_hushed.set(is_hushed);
    }

    #[inline]
    fn listens(&self) -> bool {
        T::IS_TOLD && !self.is_hushed.get()
    }
}

impl<T: Trace> Trace for Told<'_, T> {
    type Row = T::Row;

    const IS_TOLD: bool = T::IS_TOLD;

    #[inline]
    fn row(&self, view: &View<'_>, origin: Option<Origin>) -> T::Row {
        self.trace.row(view, origin)
    }

    #[inline]
    fn filtered(&self, view: &View<'_>, filter: Filter, item: Item) {
        if self.listens() {
            self.trace.filtered(view, filter, item);
        }
    }

    #[inline]
    fn cell(&self, row: T::Row, place: CellPlace) {
        if self.listens() {
            self.trace.cell(row, place);
        }
    }

    #[inline]
    fn once(&self, key: OnceKey, told: OnceTold) {
        if self.listens() {
            self.trace.once(key, told);
        }
    }

    #[inline]
    fn read(&self, view: &View<'_>, item: Item, taken: Taken, text: &str) {
        if self.listens() {
            self.trace.read(view, item, taken, text);
        }
    }

    #[inline]
    fn evaluated(
        &self,
        bound: &BoundExpression,
        inputs: &[Value<'_>],
        value: &Result<Value<'_>, EvaluationError>,
    ) {
        if self.listens() {
            self.trace.evaluated(bound, inputs, value);
        }
    }

    #[inline]
    fn step(&self, column: &Column, step: Step<'_>) {
        if self.listens() {
            self.trace.step(column, step);
        }
    }

    #[inline]
    fn cell_done(&self, cell: &Result<Cell<'_>, Box<Refusal>>, matches: Matches) {
        if self.listens() {
            self.trace.cell_done(cell, matches);
        }
    }

    #[inline]
    fn ranked(&self, row: T::Row, by: OnePerPath) {
        if self.listens() {
            self.trace.ranked(row, by);
        }
    }

    #[inline]
    fn dropped(&self, row: T::Row, reason: Reason<T::Row>) {
        if self.listens() {
            self.trace.dropped(row, reason);
        }
    }

    #[inline]
    fn emitted(&self, row: T::Row, number: usize) {
        if self.listens() {
            self.trace.emitted(row, number);
        }
    }
}
