//! From the projection of a document to rows: tables in contract order, row after row.
//!
//! Per table: scan (`each`, from the main element or from every surviving row of `within`) → `where` → `one_per` → columns →
//! `skip_row_when` → the row is emitted. Of a row nothing is kept but what later rows read; what else was made for it makes room for the
//! next one. So where `one_per` chooses among rows, what `where` needs is made twice: when a row is tried, and when it is its turn.

use std::cell::OnceCell;
use std::collections::HashMap;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use xmlshred_expr::EvaluationError;
use xmlshred_model::{
    BatchBuilder, Failure, FailureCode, FailurePlace, Issue, IssueCode, Stage, Value, WorkEnd,
};

use crate::contract::{BoundExpression, Input, SkipRow};
use crate::plan::{Plan, PlanOnePer, PlanTable};

use super::candidate::{Candidate, Row, Tried};
use super::cell::Refusal;
use super::context::DocumentContext;
use super::kept::Kept;
use super::once::Once;
use super::part::Part;
use super::room::Room;
use super::told::Told;
use super::trace::{CellPlace, Origin, Reason, Trace};
use super::tree::NodeId;
use super::view::{Item, View};

/// So many kinds of issues of one document are not looked up.
const MAX_WALKED_ISSUES: usize = 8;

/// One document while its rows are made.
pub(super) struct RowMaker<'d, 'out, T: Trace> {
    pub(super) plan: &'d Plan,
    pub(super) view: View<'d>,
    pub(super) context: &'d DocumentContext<'d>,
    /// What lives as long as the document.
    pub(super) arena: &'d Bump,
    pub(super) kept: Kept<'d>,
    pub(super) lets: BumpVec<'d, Value<'d>>,
    /// Which of them the document has a value for, once somebody has asked.
    pub(super) lets_of_document: OnceCell<Vec<bool>>,
    pub(super) once: Once<'d>,
    /// Room for what `each` leads to.
    elements_found: Vec<NodeId>,
    issues: Vec<Issue>,
    issue_places: HashMap<(u32, u32, IssueCode), usize, foldhash::fast::FixedState>,
    out: &'out mut BatchBuilder,
    max_bytes: usize,
    pub(super) trace: Told<'out, T>,
}

impl<'d, 'out, T: Trace> RowMaker<'d, 'out, T> {
    pub(super) fn new(
        plan: &'d Plan,
        view: View<'d>,
        context: &'d DocumentContext<'d>,
        arena: &'d Bump,
        max_row_bytes: usize,
        out: &'out mut BatchBuilder,
        trace: &'out T,
    ) -> Self {
        let max_bytes = out.byte_count().saturating_add(max_row_bytes);
        Self {
            plan,
            view,
            context,
            arena,
            kept: Kept::new(plan, arena),
            lets: BumpVec::new_in(arena),
            lets_of_document: OnceCell::new(),
            once: Once::new(plan, arena),
            elements_found: Vec::new(),
            issues: Vec::new(),
            issue_places: HashMap::default(),
            out,
            max_bytes,
            trace: Told::new(trace),
        }
    }

    /// Makes and emits the rows of all tables; answers the issues. `rows` is where one row after the other is made.
    pub(super) fn run(mut self, rows: &mut Bump) -> Result<Vec<Issue>, Box<Failure>> {
        self.document_lets()?;
        for (index, table) in self.plan.tables().iter().enumerate() {
            match table.within {
                None => self.scan(index, table, self.view.main, 0, rows)?,
                Some(parent) => {
                    for at in 0..self.kept.count(parent) {
                        let element = self.kept.element(parent, at);
                        self.scan(index, table, element, at, rows)?;
                    }
                }
            }
        }
        Ok(self.issues)
    }

    /// `let`s of the document are those of a row that nobody emits.
    fn document_lets(&mut self) -> Result<(), Box<Failure>> {
        if self.plan.lets().is_empty() {
            return Ok(());
        }
        let arena = self.arena;
        let mut document = self.document();
        for (index, column) in self.plan.lets().iter().enumerate() {
            let value = self.cell(&mut document, column, CellPlace::DocumentLet(index), arena)?;
            self.lets.push(value);
        }
        self.count_issues(&document.issues);
        Ok(())
    }

    /// The row of the document's `let`s.
    pub(super) fn document(&self) -> Row<'d, T::Row> {
        let candidate = Candidate {
            traced: self.trace.row(&self.view, None),
            table: 0,
            template: 0,
            element: self.view.main,
            attribute: 0,
            parent: 0,
            tried_number: 0,
        };
        let issues = BumpVec::new_in(self.arena);
        Row { candidate, number: 0, values: &mut [], lets: &mut [], has_document_value: false, issues }
    }

    /// All rows of a table from one starting point: the document, or one parent row.
    fn scan(
        &mut self,
        index: usize,
        table: &'d PlanTable,
        start: NodeId,
        parent: usize,
        rows: &mut Bump,
    ) -> Result<(), Box<Failure>> {
        let Some(each) = &table.each else {
            return self.scan_elements(index, table, &[start], parent, rows);
        };
        self.view.work.steps(1).map_err(|end| self.ended(index, end))?;
        self.bind_around(&each.path, index, (start, parent)).map_err(|end| self.ended(index, end))?;
        if let Some(anchor) = each.anchor
            && each.conditions().is_empty()
        {
            return self.scan_elements(index, table, self.elements(anchor, start), parent, rows);
        }
        if each.ends_at_attribute {
            let attributes =
                self.attributes_of_rows(index, each, start).map_err(|end| self.ended(index, end))?;
            return self.scan_elements(index, table, &attributes, parent, rows);
        }
        let mut elements = std::mem::take(&mut self.elements_found);
        elements.clear();
        let known = self.each(index, each, start, &mut elements).map_err(|end| self.ended(index, end))?;
        let scanned = self.scan_elements(index, table, known.as_deref().unwrap_or(&elements), parent, rows);
        self.elements_found = elements;
        scanned
    }

    /// Rows from elements, or from attributes.
    fn scan_elements<E: Copy + Into<Item>>(
        &mut self,
        index: usize,
        table: &'d PlanTable,
        elements: &[E],
        parent: usize,
        rows: &mut Bump,
    ) -> Result<(), Box<Failure>> {
        if let Some(one_per) = &table.one_per {
            return self.scan_one_per(index, table, one_per, elements, parent, rows);
        }
        let (mut number, mut passed_count) = (1, 0);
        for &element in elements {
            for template in 0..table.templates.len() {
                let candidate = self.candidate(index, template, element.into(), parent);
                let is_made = match &table.where_ {
                    None => self.make(table, candidate, number, rows)?,
                    Some(condition) => {
                        match self.tried(table, condition, candidate, passed_count + 1, rows)? {
                            None => false,
                            Some(row) => {
                                passed_count += 1;
                                self.make_tried(table, row, number, rows)?
                            }
                        }
                    }
                };
                number += usize::from(is_made);
                rows.reset();
            }
        }
        Ok(())
    }

    /// [`RowMaker::scan_elements`] of a table with `one_per`: which rows are made is known when all were tried.
    fn scan_one_per<E: Copy + Into<Item>>(
        &mut self,
        index: usize,
        table: &'d PlanTable,
        one_per: &'d PlanOnePer,
        elements: &[E],
        parent: usize,
        rows: &mut Bump,
    ) -> Result<(), Box<Failure>> {
        let mut candidates = Vec::new();
        for &element in elements {
            for template in 0..table.templates.len() {
                let candidate = self.candidate(index, template, element.into(), parent);
                let mut tried_number = 0;
                if let Some(condition) = &table.where_ {
                    tried_number = candidates.len() + 1;
                    let passes = self.tried(table, condition, candidate, tried_number, rows)?.is_some();
                    rows.reset();
                    if !passes {
                        continue;
                    }
                }
                if template > 0 {
                    // There may be far more of these than the document has elements.
                    let kept = size_of::<Tried<T::Row>>();
                    self.view.work.value_bytes(kept).map_err(|end| self.ended(index, end))?;
                }
                candidates.push(Tried {
                    traced: candidate.traced,
                    template: template as u32,
                    start: candidate.start(),
                    number: tried_number as u32,
                });
            }
        }
        for path in one_per.prefer.iter().map(|(path, _)| path).chain([&one_per.key]) {
            let around = (self.view.main, parent);
            self.bind_around(path, index, around).map_err(|end| self.ended(index, end))?;
        }
        self.keep_one_per(one_per, &mut candidates).map_err(|end| self.ended(index, end))?;
        let mut number = 1;
        for Tried { traced, template, start, number: tried_number } in candidates {
            let (template, tried_number) = (template as usize, tried_number as usize);
            let Item { node: element, attribute } = start;
            let candidate =
                Candidate { traced, table: index, template, element, attribute, parent, tried_number };
            number += usize::from(self.make(table, candidate, number, rows)?);
            rows.reset();
        }
        Ok(())
    }

    fn candidate(&self, table: usize, template: usize, start: Item, parent: usize) -> Candidate<T::Row> {
        let traced = self.trace.row(&self.view, Some(Origin { table, template, start }));
        let Item { node: element, attribute } = start;
        Candidate { traced, table, template, element, attribute, parent, tried_number: 0 }
    }

    #[inline(always)]
    fn row<'r>(
        &self,
        table: &PlanTable,
        candidate: Candidate<T::Row>,
        number: usize,
        arena: &'r Bump,
    ) -> Result<Row<'r, T::Row>, Box<Failure>> {
        let template = &table.templates[candidate.template];
        let width = template.columns.len() + table.lets.len();
        self.view.work.steps(1 + width as u64).map_err(|end| self.ended(candidate.table, end))?;
        let values = arena.alloc_slice_fill_copy(width, Value::Null);
        let (values, lets) = values.split_at_mut(template.columns.len());
        let issues = BumpVec::new_in(arena);
        Ok(Row { candidate, number, values, lets, has_document_value: false, issues })
    }

    /// A candidate that passes `where`, as the row with this number; of it only what the condition needs is made.
    fn tried<'r>(
        &mut self,
        table: &'d PlanTable,
        condition: &'d BoundExpression,
        candidate: Candidate<T::Row>,
        number: usize,
        arena: &'r Bump,
    ) -> Result<Option<Row<'r, T::Row>>, Box<Failure>>
    where
        'd: 'r,
    {
        let candidate = Candidate { tried_number: number, ..candidate };
        let mut row = self.row(table, candidate, number, arena)?;
        self.fill(table, &mut row, Part::Early, arena)?;
        match self.evaluate(condition, &row, arena) {
            Ok(Value::Bool(true)) => Ok(Some(row)),
            Ok(_) => {
                self.trace.dropped(candidate.traced, Reason::Where);
                Ok(None)
            }
            Err(EvaluationError::TooMuchWork(end)) => Err(self.ended(candidate.table, end)),
            Err(error) => {
                let message = format!("{}: `where`: {error}", self.table_name(candidate.table));
                Err(self.about(candidate.table, None, failure(FailureCode::ExpressionError, message)))
            }
        }
    }

    /// Makes the rest of a row that passed `where`, and emits it.
    fn make_tried<'r>(
        &mut self,
        table: &'d PlanTable,
        row: Row<'r, T::Row>,
        number: usize,
        arena: &'r Bump,
    ) -> Result<bool, Box<Failure>>
    where
        'd: 'r,
    {
        if row.number != number && table.reads_number_early(row.candidate.template) {
            return self.make(table, row.candidate, number, arena);
        }
        self.finish(table, &mut Row { number, ..row }, arena)
    }

    /// Makes a row and emits it, unless it is blank.
    fn make(
        &mut self,
        table: &'d PlanTable,
        candidate: Candidate<T::Row>,
        number: usize,
        arena: &Bump,
    ) -> Result<bool, Box<Failure>> {
        let mut row = self.row(table, candidate, number, arena)?;
        if candidate.tried_number > 0 {
            // The same as before is not told again.
            let is_known = candidate.tried_number == number || !table.reads_number_early(candidate.template);
            self.trace.hush(is_known);
            let filled = self.fill(table, &mut row, Part::Early, arena);
            self.trace.hush(false);
            filled?;
        }
        self.finish(table, &mut row, arena)
    }

    /// Makes what `where` did not need of a row, and emits it, unless it is blank.
    fn finish<'r>(
        &mut self,
        table: &'d PlanTable,
        row: &mut Row<'r, T::Row>,
        arena: &'r Bump,
    ) -> Result<bool, Box<Failure>>
    where
        'd: 'r,
    {
        let candidate = row.candidate;
        self.fill(table, row, Part::Late, arena)?;
        if table.skip_row_when == SkipRow::Blank
            && !row.has_document_value
            && self.is_blank(table, row, arena).map_err(|end| self.ended(candidate.table, end))?
        {
            self.trace.dropped(candidate.traced, Reason::Blank);
            return Ok(false);
        }
        let Row { values, lets, issues, .. } = row;
        if !issues.is_empty() {
            self.count_issues(issues);
        }
        self.out.push_row(candidate.table, values);
        if self.out.byte_count() > self.max_bytes {
            let message =
                format!("its rows take more than the limit, in table {}", self.table_name(candidate.table));
            return Err(self.about(candidate.table, None, failure(FailureCode::TooManyRows, message)));
        }
        self.trace.emitted(candidate.traced, self.kept.count(candidate.table) + 1);
        let room = Room { arena: self.arena, work: self.view.work };
        let Candidate { table: index, element, parent, .. } = candidate;
        self.kept
            .keep(table, index, (element, parent), (values, lets), &self.view, room)
            .map_err(|end| self.ended(index, end))?;
        Ok(true)
    }

    /// The document has cost enough, outside of a column.
    #[cold]
    fn ended(&self, table: usize, end: WorkEnd) -> Box<Failure> {
        let Refusal { code, message } = *Box::<Refusal>::from(end);
        self.about(table, None, failure(code, format!("{}: {message}", self.table_name(table))))
    }

    /// The failure with the table that it is about, and its column or `let`.
    #[cold]
    pub(super) fn about(
        &self,
        table: usize,
        column: Option<&str>,
        mut failure: Box<Failure>,
    ) -> Box<Failure> {
        let table = self.plan.schema().tables.get(table).map(|table| table.name.clone());
        failure.place = FailurePlace { table, column: column.map(str::to_owned) };
        failure
    }

    pub(super) fn table_name(&self, table: usize) -> &str {
        self.plan.schema().tables.get(table).map_or("let", |table| &table.name)
    }

    /// The value of an expression for a row in the making.
    pub(super) fn evaluate<'r>(
        &self,
        bound: &'d BoundExpression,
        row: &Row<'r, T::Row>,
        arena: &'r Bump,
    ) -> Result<Value<'r>, EvaluationError>
    where
        'd: 'r,
    {
        let input = |input: Input| self.input(input, row);
        let (one, two);
        let inputs: &[Value<'r>] = match *bound.inputs {
            [first] => {
                one = [input(first)];
                &one
            }
            [first, second] => {
                two = [input(first), input(second)];
                &two
            }
            _ => arena.alloc_slice_fill_iter(bound.inputs.iter().map(|&one| input(one))),
        };
        let value = bound.expression.evaluate(inputs, arena, self.view.work);
        self.trace.evaluated(bound, inputs, &value);
        value
    }

    fn count_issues(&mut self, issues: &[(u32, u32, IssueCode)]) {
        for &(table, column, code) in issues {
            let is_it = |known: &Issue| (known.table, known.column, known.code) == (table, column, code);
            let place = if self.issues.len() < MAX_WALKED_ISSUES {
                self.issues.iter().position(is_it)
            } else {
                self.issue_places.get(&(table, column, code)).copied()
            };
            match place.and_then(|place| self.issues.get_mut(place)) {
                Some(known) => known.count += 1,
                None => self.issue(Issue { table, column, code, count: 1 }),
            }
        }
    }

    fn issue(&mut self, issue: Issue) {
        self.issues.push(issue);
        // Few are walked, and the others looked up.
        let from = match self.issues.len() {
            ..MAX_WALKED_ISSUES => return,
            MAX_WALKED_ISSUES => 0,
            count => count - 1,
        };
        let places = self.issues.iter().enumerate().skip(from);
        self.issue_places.extend(places.map(|(at, known)| ((known.table, known.column, known.code), at)));
    }
}

pub(super) fn failure(code: FailureCode, message: String) -> Box<Failure> {
    Box::new(Failure::new(Stage::Shred, code, message))
}
