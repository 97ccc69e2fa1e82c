//! From the projection of a document to rows: tables in contract order, row after row.
//!
//! Per table: scan (`each`, from the main element or from every surviving row of `within`) → `where` → `one_per` → columns →
//! `skip_row_when` → the row is emitted.

use std::cell::Cell;

use bumpalo::collections::Vec as BumpVec;
use xmlshred_model::{BatchBuilder, Failure, FailureCode, Issue, IssueCode, Stage, Value};

use crate::contract::{BoundExpression, ColumnSource, Generate, Input, Keep, SkipRow};
use crate::plan::{
    Anchor, CompiledPredicate, CompiledStep, Plan, PlanColumn, PlanEach, PlanOnePer, PlanTable, PlanTemplate,
};
use crate::xml::Place;

use super::DocumentContext;
use super::convert::Refusal;
use super::select::{Item, View};
use super::trace::{CellPlace, Filter, Matches, OnePerPath, Origin, Reason, Trace};
use super::tree::NodeId;

/// A row that was emitted; children of it refer to it.
#[derive(Clone, Copy)]
struct Row<'a> {
    element: NodeId,
    /// Index among the rows of the table that this one's table lies within.
    parent: usize,
    values: &'a [Value<'a>],
    lets: &'a [Value<'a>],
}

/// A row in the making.
pub(super) struct Candidate<'a, R> {
    /// What the trace knows it by.
    traced: R,
    pub(super) table: usize,
    pub(super) template: usize,
    pub(super) element: NodeId,
    pub(super) parent: usize,
    pub(super) values: &'a mut [Value<'a>],
    lets: &'a mut [Value<'a>],
    has_document_value: bool,
    issues: BumpVec<'a, (u32, u32, IssueCode)>,
    /// The number that `where` took it for.
    early_number: usize,
}

/// One document while its rows are made.
pub(super) struct RowMaker<'a, 'out, T: Trace> {
    pub(super) plan: &'a Plan,
    pub(super) view: View<'a>,
    pub(super) context: &'a DocumentContext<'a>,
    /// Emitted rows, per table.
    rows: BumpVec<'a, BumpVec<'a, Row<'a>>>,
    lets: BumpVec<'a, Value<'a>>,
    /// Per prefix of the plan: where it was last followed from, and what it led to.
    pub(super) prefixes: &'a [Cell<(NodeId, &'a [NodeId])>],
    /// Per list of elements: the first one below the row that was last asked for.
    pub(super) cursors: &'a [Cell<u32>],
    issues: Vec<Issue>,
    out: &'out mut BatchBuilder,
    max_bytes: usize,
    pub(super) trace: &'out T,
}

impl<'a, 'out, T: Trace> RowMaker<'a, 'out, T> {
    pub(super) fn new(
        plan: &'a Plan,
        view: View<'a>,
        context: &'a DocumentContext<'a>,
        max_row_bytes: usize,
        out: &'out mut BatchBuilder,
        trace: &'out T,
    ) -> Self {
        let arena = view.arena;
        let rows = BumpVec::from_iter_in(plan.tables().iter().map(|_| BumpVec::new_in(arena)), arena);
        let lets = BumpVec::new_in(arena);
        let max_bytes = out.byte_count().saturating_add(max_row_bytes);
        let prefixes =
            arena.alloc_slice_fill_with(plan.prefixes().len(), |_| Cell::new((NodeId::MAX, [].as_slice())));
        let cursors =
            arena.alloc_slice_fill_with(plan.paths().automaton.anchor_count() as usize, |_| Cell::new(0));
        Self { plan, view, context, rows, lets, prefixes, cursors, issues: Vec::new(), out, max_bytes, trace }
    }

    /// Makes and emits the rows of all tables; answers the issues.
    pub(super) fn run(mut self) -> Result<Vec<Issue>, Box<Failure>> {
        self.document_lets()?;
        for (index, table) in self.plan.tables().iter().enumerate() {
            match table.within {
                None => self.scan(index, table, self.view.main, 0)?,
                Some(parent) => {
                    for at in 0..self.rows[parent].len() {
                        let element = self.rows[parent][at].element;
                        self.scan(index, table, element, at)?;
                    }
                }
            }
        }
        Ok(self.issues)
    }

    /// `let`s of the document are those of a row that nobody emits.
    fn document_lets(&mut self) -> Result<(), Box<Failure>> {
        let traced = self.trace.row(&self.view, None);
        let mut document = self.candidate(traced, 0, 0, self.view.main, 0);
        for (index, column) in self.plan.lets().iter().enumerate() {
            self.cell(&mut document, column, CellPlace::DocumentLet(index), 0)?;
        }
        self.count_issues(&document);
        Ok(())
    }

    /// All rows of a table from one starting point: the document, or one parent row.
    fn scan(
        &mut self,
        index: usize,
        table: &'a PlanTable,
        start: NodeId,
        parent: usize,
    ) -> Result<(), Box<Failure>> {
        let before = self.rows[index].len();
        let Some(each) = &table.each else {
            return self.scan_elements(index, table, &[start], parent, before);
        };
        let PlanEach { path: each, anchor } = each;
        if let Some(anchor) = *anchor {
            let conditions = each.steps.last().map_or([].as_slice(), |step| &step.predicates);
            let found = self.elements(anchor, start);
            if conditions.is_empty() {
                return self.scan_elements(index, table, found, parent, before);
            }
            let last = each.steps.len() - 1;
            let mut elements = BumpVec::with_capacity_in(found.len(), self.view.arena);
            elements.extend(found.iter().copied().filter(|&element| {
                let item = Item::of_element(element);
                let failed = conditions.iter().position(|predicate| match predicate {
                    CompiledPredicate::Condition(condition) => !self.view.holds(condition, item),
                    CompiledPredicate::Position(_) | CompiledPredicate::Last => false,
                });
                if let Some(predicate) = failed {
                    self.trace.filtered(&self.view, Filter { table: index, step: last, predicate }, item);
                }
                failed.is_none()
            }));
            return self.scan_elements(index, table, &elements, parent, before);
        }
        let mut elements = BumpVec::new_in(self.view.arena);
        let tree = self.view.tree;
        let watch = &mut |step: &CompiledStep, predicate, item| {
            let step = each.steps.iter().position(|known| std::ptr::eq(known, step)).unwrap_or(0);
            self.trace.filtered(&self.view, Filter { table: index, step, predicate }, item);
        };
        self.view.select_watched(each, start, watch, &mut |item: Item| {
            elements.extend(item.element(tree));
            std::ops::ControlFlow::Continue(())
        });
        self.scan_elements(index, table, &elements, parent, before)
    }

    /// The elements of a list that belong to the row of this element.
    #[inline]
    pub(super) fn elements(&self, anchor: Anchor, element: NodeId) -> &'a [NodeId] {
        let list = self.view.tree.list(anchor.list);
        if !anchor.is_of_row {
            return list;
        }
        let end = self.view.tree.node(element).subtree_end;
        let cursor = &self.cursors[anchor.list as usize];
        let mut from = cursor.get() as usize;
        if from > 0 && list[from - 1] > element {
            from = list.partition_point(|&node| node <= element);
        }
        while list.get(from).is_some_and(|&node| node <= element) {
            from += 1;
        }
        cursor.set(from as u32);
        let count = list[from..].iter().take_while(|&&node| node < end).count();
        &list[from..from + count]
    }

    fn scan_elements(
        &mut self,
        index: usize,
        table: &'a PlanTable,
        elements: &[NodeId],
        parent: usize,
        before: usize,
    ) -> Result<(), Box<Failure>> {
        if table.where_.is_none() && table.one_per.is_none() {
            for &element in elements {
                for template in 0..table.templates.len() {
                    let candidate = self.row(index, template, element, parent);
                    self.complete(table, candidate, before)?;
                }
            }
            return Ok(());
        }
        let mut candidates = BumpVec::new_in(self.view.arena);
        for &element in elements {
            for template in 0..table.templates.len() {
                let mut candidate = self.row(index, template, element, parent);
                if self.passes(table, &mut candidate, candidates.len() + 1)? {
                    candidates.push(candidate);
                }
            }
        }
        if let Some(one_per) = &table.one_per {
            self.keep_one_per(one_per, &mut candidates);
        }
        for candidate in candidates {
            self.complete(table, candidate, before)?;
        }
        Ok(())
    }

    fn row(&self, table: usize, template: usize, element: NodeId, parent: usize) -> Candidate<'a, T::Row> {
        let traced = self.trace.row(&self.view, Some(Origin { table, template, element }));
        self.candidate(traced, table, template, element, parent)
    }

    fn candidate(
        &self,
        traced: T::Row,
        table: usize,
        template: usize,
        element: NodeId,
        parent: usize,
    ) -> Candidate<'a, T::Row> {
        let arena = self.view.arena;
        let counts = self.plan.tables().get(table);
        let counts =
            counts.map_or((0, 0), |planned| (planned.templates[template].columns.len(), planned.lets.len()));
        let values = arena.alloc_slice_fill_copy(counts.0, Value::Null);
        let lets: &mut [Value<'a>] =
            if counts.1 == 0 { &mut [] } else { arena.alloc_slice_fill_copy(counts.1, Value::Null) };
        let issues = BumpVec::new_in(arena);
        Candidate {
            traced,
            table,
            template,
            element,
            parent,
            values,
            lets,
            has_document_value: false,
            issues,
            early_number: 0,
        }
    }

    /// Whether a candidate passes `where`, as the row with this number; evaluates only what the condition needs.
    fn passes(
        &mut self,
        table: &'a PlanTable,
        candidate: &mut Candidate<'a, T::Row>,
        row_number: usize,
    ) -> Result<bool, Box<Failure>> {
        let Some(condition) = &table.where_ else { return Ok(true) };
        candidate.early_number = row_number;
        self.evaluate_columns(table, candidate, row_number, true)?;
        match self.evaluate(condition, candidate) {
            Ok(Value::Bool(true)) => Ok(true),
            Ok(_) => {
                self.trace.dropped(candidate.traced, Reason::Where);
                Ok(false)
            }
            Err(error) => {
                let message =
                    format!("{}: `where`: {error}", self.plan.schema().tables[candidate.table].name);
                Err(Box::new(Failure { stage: Stage::Shred, code: FailureCode::ExpressionError, message }))
            }
        }
    }

    /// Evaluates what is left of a candidate and emits it, unless it is blank.
    fn complete(
        &mut self,
        table: &'a PlanTable,
        mut candidate: Candidate<'a, T::Row>,
        before: usize,
    ) -> Result<(), Box<Failure>> {
        let row_number = self.rows[candidate.table].len() - before + 1;
        if candidate.early_number != row_number && reads_number_early(table, &candidate) {
            // Rows before it have been dropped since.
            candidate.issues.clear();
            candidate.has_document_value = false;
            self.evaluate_columns(table, &mut candidate, row_number, true)?;
        }
        self.evaluate_columns(table, &mut candidate, row_number, false)?;
        if table.skip_row_when == SkipRow::Blank && !candidate.has_document_value {
            self.trace.dropped(candidate.traced, Reason::Blank);
            return Ok(());
        }
        self.count_issues(&candidate);
        self.out.push_row(candidate.table, candidate.values);
        if self.out.byte_count() > self.max_bytes {
            let message =
                format!("its rows take more than the limit, in table {}", self.table_name(candidate.table));
            return Err(Box::new(Failure { stage: Stage::Shred, code: FailureCode::TooManyRows, message }));
        }
        let Candidate { traced, table, element, parent, values, lets, .. } = candidate;
        self.trace.emitted(traced, self.rows[table].len() + 1);
        self.rows[table].push(Row { element, parent, values, lets });
        Ok(())
    }

    /// The `let`s and columns that `where` needs (`early`), or all others.
    fn evaluate_columns(
        &mut self,
        table: &'a PlanTable,
        candidate: &mut Candidate<'a, T::Row>,
        row_number: usize,
        early: bool,
    ) -> Result<(), Box<Failure>> {
        for (index, (column, &is_early)) in table.lets.iter().zip(&table.early_lets).enumerate() {
            if is_early == early {
                self.cell(candidate, column, CellPlace::Let(index), row_number)?;
            }
        }
        let template = &table.templates[candidate.template];
        for (index, (column, &is_early)) in template.columns.iter().zip(&template.early_columns).enumerate() {
            if is_early == early {
                self.cell(candidate, column, CellPlace::Column(index), row_number)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn cell(
        &mut self,
        candidate: &mut Candidate<'a, T::Row>,
        column: &'a PlanColumn,
        place: CellPlace,
        row_number: usize,
    ) -> Result<(), Box<Failure>> {
        self.trace.cell(candidate.traced, place);
        let (cell, matches, at) = self.value(candidate, column, row_number);
        self.trace.cell_done(&cell, matches);
        let cell = match cell {
            Ok(cell) => cell,
            Err(refusal) => return Err(Box::new(self.failure(candidate, column, &refusal, at))),
        };
        if matches == Matches::Repeated || cell.issue.is_some() {
            for code in [matches.issue(), cell.issue].into_iter().flatten() {
                candidate.issues.push((column.table, column.index, code));
            }
        }
        candidate.has_document_value |= cell.is_from_document && !column.column.key;
        match place {
            CellPlace::Column(index) => candidate.values[index] = cell.value,
            CellPlace::Let(index) => candidate.lets[index] = cell.value,
            CellPlace::DocumentLet(_) => self.lets.push(cell.value),
        }
        Ok(())
    }

    #[cold]
    fn failure(
        &self,
        candidate: &Candidate<'a, T::Row>,
        column: &PlanColumn,
        refusal: &Refusal,
        at: Option<Item>,
    ) -> Failure {
        let offset =
            at.map_or(self.view.tree.node(candidate.element).start as usize, |item| self.view.offset(item));
        let place = Place::of(self.view.text, offset);
        let table = self.table_name(candidate.table);
        let message = format!("{table}.{}: {}, at {place}", column.column.name, refusal.message);
        Failure { stage: Stage::Shred, code: refusal.code, message }
    }

    fn table_name(&self, table: usize) -> &str {
        self.plan.schema().tables.get(table).map_or("let", |table| &table.name)
    }

    /// The value of an expression for a row in the making.
    pub(super) fn evaluate(
        &self,
        bound: &'a BoundExpression,
        candidate: &Candidate<'a, T::Row>,
    ) -> Result<Value<'a>, xmlshred_expr::EvaluationError> {
        let mut few = [Value::Null; 6];
        let many;
        let inputs = if bound.inputs.len() <= few.len() {
            for (place, &input) in few.iter_mut().zip(&bound.inputs) {
                *place = self.input(input, candidate);
            }
            &few[..bound.inputs.len()]
        } else {
            let inputs = bound.inputs.iter().map(|&input| self.input(input, candidate));
            many = BumpVec::from_iter_in(inputs, self.view.arena);
            &many
        };
        let value = bound.expression.evaluate(inputs, self.view.arena, &xmlshred_model::Work::unlimited());
        self.trace.evaluated(bound, inputs, &value);
        value
    }

    fn input(&self, input: Input, candidate: &Candidate<'a, T::Row>) -> Value<'a> {
        match input {
            Input::Column(index) => candidate.values[index],
            Input::RowLet(index) => candidate.lets[index],
            Input::DocumentLet(index) => self.lets[index],
            Input::ParentColumn { table, column } => {
                self.ancestor(candidate, table).map_or(Value::Null, |row| row.values[column])
            }
            Input::ParentLet { table, index } => {
                self.ancestor(candidate, table).map_or(Value::Null, |row| row.lets[index])
            }
        }
    }

    /// The value of a column of the row that a row in the making belongs to; `None` when that row was not emitted.
    pub(super) fn parent_value(
        &self,
        candidate: &Candidate<'a, T::Row>,
        table: usize,
        column: usize,
    ) -> Option<Value<'a>> {
        self.ancestor(candidate, table).map(|row| row.values[column])
    }

    /// The row of `table` that a candidate lies within, or that table's one row per document.
    fn ancestor(&self, candidate: &Candidate<'a, T::Row>, table: usize) -> Option<Row<'a>> {
        let (mut at, mut row) = (candidate.table, candidate.parent);
        while let Some(parent) = self.plan.tables()[at].within {
            if parent == table {
                return self.rows[parent].get(row).copied();
            }
            row = self.rows[parent][row].parent;
            at = parent;
        }
        self.rows[table].first().copied()
    }

    /// Keeps one candidate per key: the most preferred, among equals the first or last. Candidates without key all stay.
    fn keep_one_per(&self, one_per: &'a PlanOnePer, candidates: &mut BumpVec<'a, Candidate<'a, T::Row>>) {
        let PlanOnePer { key, prefer, keep } = one_per;
        let text_at = |path, element| self.view.first(path, element).map(|item| self.view.string_value(item));
        let rank = |candidate: &Candidate<'a, T::Row>| match prefer {
            None => 0,
            Some((path, order)) => {
                let text = text_at(path, candidate.element);
                if text.is_some() {
                    self.trace.ranked(candidate.traced, OnePerPath::Prefer);
                }
                order.iter().position(|wanted| Some(&**wanted) == text).unwrap_or(order.len())
            }
        };
        let mut best: std::collections::HashMap<(&str, usize), (usize, usize), foldhash::fast::FixedState> =
            std::collections::HashMap::default();
        let keys = candidates.iter().map(|candidate| text_at(key, candidate.element));
        let keys = BumpVec::from_iter_in(keys, self.view.arena);
        for (at, (candidate, key)) in candidates.iter().zip(&keys).enumerate() {
            let Some(key) = *key else { continue };
            self.trace.ranked(candidate.traced, OnePerPath::Key);
            let rank = rank(candidate);
            let entry = best.entry((key, candidate.template)).or_insert((rank, at));
            let is_better = match keep {
                Keep::First => rank < entry.0,
                Keep::Last => rank <= entry.0,
            };
            if is_better {
                *entry = (rank, at);
            }
        }
        let mut at = 0;
        let traced = candidates.iter().map(|candidate| candidate.traced);
        let traced = BumpVec::from_iter_in(traced, self.view.arena);
        candidates.retain(|candidate| {
            let kept = keys[at].map_or(at, |key| best[&(key, candidate.template)].1);
            let survives = kept == at;
            if !survives {
                self.trace.dropped(candidate.traced, Reason::OnePer { kept: traced[kept] });
            }
            at += 1;
            survives
        });
    }

    fn count_issues(&mut self, candidate: &Candidate<'a, T::Row>) {
        for &(table, column, code) in &candidate.issues {
            let same = self
                .issues
                .iter_mut()
                .find(|known| (known.table, known.column, known.code) == (table, column, code));
            match same {
                Some(known) => known.count += 1,
                None => self.issues.push(Issue { table, column, code, count: 1 }),
            }
        }
    }
}

/// Whether `where` has read a generated row number.
fn reads_number_early<R>(table: &PlanTable, candidate: &Candidate<'_, R>) -> bool {
    let PlanTemplate { columns, early_columns } = &table.templates[candidate.template];
    columns.iter().zip(early_columns).any(|(planned, &early)| {
        early && matches!(planned.column.source, ColumnSource::Generate(Generate::RowNumber))
    })
}
