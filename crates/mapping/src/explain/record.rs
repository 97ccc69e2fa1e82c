//! Takes down how the rows of a table are made, and puts it into words.

use std::cell::RefCell;
use std::sync::Arc;

use xmlshred_expr::EvaluationError;
use xmlshred_model::{BatchBuilder, DocumentKey, Failure, OwnedValue, Value};

use crate::contract::{BoundExpression, Column, Input};
use crate::limits::Limits;
use crate::path::{Condition, Predicate};
use crate::plan::{CompiledCondition, CompiledPredicate, Plan};
use crate::shred::{
    Cell, CellPlace, Content, DocumentContext, Extent, Filter, Item, Matches, NoRows, OnceKey, OnceTold,
    Origin, Reason, Refusal, Shredder, Step, Taken, Trace, View,
};

use super::census::{Census, Chosen};
use super::explanation::{
    Asked, CellKind, CellResult, ExplainedCell, ExplainedInput, Explanation, FilteredElement,
};
use super::lets::LetSet;
use super::notes::{CellRecord, Fate, For, MAX_READS_AGAIN, Record, RowRecord, RowRef};
use super::places::Places;
use super::scope::Scope;
use super::shortener::Shortener;
use super::words::{in_words, source};

/// How what is asked for comes about in a document. Memory is that of shredding it, and what the rows take that are told of.
pub fn explain(
    plan: &Arc<Plan>,
    limits: Limits,
    content: Content<'_>,
    context: &DocumentContext<'_>,
    asked: Asked<'_>,
) -> Explanation {
    let taken = take_down(plan, limits, content, context, asked.into());
    let TakenDown { key, failure, skipped, record, row_counts, more_not_made } = taken;
    let Record { lets, rows, filtered, .. } = record;
    let mut explanation = Explanation {
        key,
        failure,
        skipped,
        lets: Vec::new(),
        rows: Vec::new(),
        row_count: row_counts[asked.table],
        missing_around: Vec::new(),
        filtered: Vec::new(),
        more_not_made,
    };
    if rows.is_empty() && filtered.is_empty() && lets.is_empty() {
        // The document may not even be well-formed.
        return explanation;
    }
    let reading = content.of_shredded(plan);
    let cells = lets.iter().chain(rows.iter().flat_map(|row| &row.cells));
    let reads = cells.flat_map(|cell| &cell.reads).map(|read| read.0);
    let elements = rows.iter().flat_map(RowRecord::offsets).chain(filtered.iter().map(|found| found.1));
    let places = Places::find(&reading, reads.chain(elements).collect::<Vec<_>>());
    let in_words = filtered.into_iter().map(|(filter, offset, false_parts)| {
        let predicate = predicate(plan, filter).to_string();
        FilteredElement { table: filter.table, place: places.at(offset), predicate, false_parts }
    });
    explanation.filtered = in_words.collect();
    explanation.lets = lets.into_iter().map(|cell| cell.in_words(&places)).collect();
    for row in rows {
        let is_made = matches!(row.fate, Fate::Made(_));
        let is_asked = row.table == asked.table;
        let row = row.in_words(&places);
        if is_asked {
            explanation.rows.push(row);
        } else if !is_made {
            explanation.missing_around.push(row);
        }
    }
    explanation
}

/// What was taken down of a document.
pub(crate) struct TakenDown {
    /// The key: of the row, else of the document.
    pub(crate) key: Option<DocumentKey>,
    pub(crate) failure: Option<Failure>,
    pub(crate) skipped: Option<String>,
    pub(crate) record: Record,
    /// By table, how many rows are made of those that are asked for.
    pub(crate) row_counts: Vec<usize>,
    /// How many more rows were not made, a predicate's among them.
    pub(crate) more_not_made: usize,
}

/// Takes down how rows of a document are made. Memory is that of shredding it, and what the rows take that are told of.
pub(crate) fn take_down(
    plan: &Arc<Plan>,
    limits: Limits,
    content: Content<'_>,
    context: &DocumentContext<'_>,
    scope: Scope<'_>,
) -> TakenDown {
    let wanted = scope.tables(plan);
    let tables = plan.contract().tables.iter();
    let widths = tables.map(|table| table.lets.len() + table.templates[0].columns.len()).collect::<Vec<_>>();
    let census = Census::new(scope, &wanted, &widths);
    let _ = shred(plan, limits, content, context, &census);
    let chosen = census.chosen();
    let (row_counts, more_not_made) = (chosen.made.clone(), chosen.more_not_made);
    let recorder = Recorder::new(plan, scope, &wanted, chosen);
    let (key, failure, skipped) = match shred(plan, limits, content, context, &recorder) {
        Ok(key) => (key, None, None),
        Err(NoRows::Failed(failure)) => (context.key.cloned(), Some(failure), None),
        Err(NoRows::Skipped(reason)) => (context.key.cloned(), None, Some(reason)),
    };
    let record = recorder.record.into_inner();
    let more_not_made = more_not_made + record.more_filtered;
    TakenDown { key, failure, skipped, record, row_counts, more_not_made }
}

/// Shreds a document for a listener; answers its key.
fn shred(
    plan: &Arc<Plan>,
    limits: Limits,
    content: Content<'_>,
    context: &DocumentContext<'_>,
    trace: &impl Trace,
) -> Result<Option<DocumentKey>, NoRows> {
    let mut rows = BatchBuilder::new(Arc::clone(plan.schema()));
    let mut shredder = Shredder::new(Arc::clone(plan), limits);
    shredder.shred_traced(content, context, &mut rows, trace).map(|shredded| shredded.key)
}

/// The predicate behind a filter.
pub(crate) fn predicate(plan: &Plan, filter: Filter) -> &Predicate {
    let each = plan.contract().tables[filter.table].each.as_ref();
    &each.expect("only paths of `each` are watched").steps[filter.step].predicates[filter.predicate]
}

/// Nodes that are told of a cell.
const MAX_READS: usize = 100;

struct Recorder<'p> {
    plan: &'p Plan,
    scope: Scope<'p>,
    /// Which tables are of interest: those asked for, and those that they lie within.
    wanted: &'p [bool],
    chosen: Chosen,
    sensitive_lets: LetSet,
    record: RefCell<Record>,
    shortener: Shortener,
}

impl<'p> Recorder<'p> {
    fn new(plan: &'p Plan, scope: Scope<'p>, wanted: &'p [bool], chosen: Chosen) -> Self {
        let sensitive_lets = LetSet::of_sensitive(plan.contract());
        let (record, shortener) = (RefCell::default(), Shortener::default());
        Self { plan, scope, wanted, chosen, sensitive_lets, record, shortener }
    }

    /// A cell of which nothing is known yet; `None`: nobody asks for it.
    fn new_cell(&self, row: Option<RowRef>, place: CellPlace) -> Option<CellRecord> {
        let contract = self.plan.contract();
        let table = |row: RowRef| &contract.tables[row.table as usize];
        let (column, name, order, is_sensitive) = match (place, row) {
            (CellPlace::Column(index), Some(row)) => {
                let column = &table(row).templates[row.template as usize].columns[index];
                let is_other = self.scope.asks_for(row.table as usize)
                    && self.scope.column.is_some_and(|name| name != column.name);
                if is_other {
                    return None;
                }
                (column, &column.name, (CellKind::Column, index), column.sensitive)
            }
            (CellPlace::Let(index), Some(row)) => {
                let item = &table(row).lets[index];
                let is_sensitive = self.sensitive_lets.has(Some(row.table as usize), index);
                (&item.column, &item.name, (CellKind::Let, index), is_sensitive)
            }
            (CellPlace::DocumentLet(index), _) => {
                let item = &contract.lets[index];
                let is_sensitive = self.sensitive_lets.has(None, index);
                (&item.column, &item.name, (CellKind::Let, index), is_sensitive)
            }
            (CellPlace::Column(_) | CellPlace::Let(_), None) => return None,
        };
        let cell = ExplainedCell {
            name: name.clone(),
            kind: order.0,
            index: order.1,
            source: source(self.plan, column),
            sensitive: is_sensitive,
            reads: Vec::new(),
            more_reads: 0,
            inputs: Vec::new(),
            steps: Vec::new(),
            result: CellResult::Value(OwnedValue::Inline(Value::Null)),
            issues: Vec::new(),
        };
        Some(CellRecord { cell, order, reads: Vec::new() })
    }

    fn inputs(
        &self,
        row: Option<RowRef>,
        bound: &BoundExpression,
        values: &[Value<'_>],
        is_own_sensitive: bool,
    ) -> Vec<ExplainedInput> {
        let names = bound.expression.inputs().iter();
        names
            .zip(&bound.inputs)
            .zip(values)
            .map(|((name, &input), value)| ExplainedInput {
                name: name.clone(),
                value: self.shortener.value(value),
                sensitive: match input {
                    Input::PathText => is_own_sensitive,
                    input => self.is_sensitive(row, input),
                },
            })
            .collect()
    }

    fn is_sensitive(&self, row: Option<RowRef>, input: Input) -> bool {
        let table = row.map(|row| (row.table as usize, row.template as usize));
        let contract = self.plan.contract();
        let column = match (input, table) {
            (Input::Column(index), Some((table, template))) => {
                &contract.tables[table].templates[template].columns[index]
            }
            (Input::RowLet(index), Some((table, _))) | (Input::ParentLet { table, index }, _) => {
                return self.sensitive_lets.has(Some(table), index);
            }
            (Input::ParentColumn { table, column }, _) => {
                &contract.tables[table].templates[0].columns[column]
            }
            (Input::DocumentLet(index), _) => return self.sensitive_lets.has(None, index),
            // A `let` of the document reads no row.
            (Input::Column(_) | Input::RowLet(_), None) | (Input::PathText, _) => return false,
        };
        column.sensitive
    }
}

impl Trace for Recorder<'_> {
    type Row = Option<RowRef>;

    fn row(&self, view: &View<'_>, origin: Option<Origin>) -> Self::Row {
        let Origin { table, template, start } = origin?;
        let mut record = self.record.borrow_mut();
        let offset = view.start_of(start);
        let mut row = RowRef { table: table as u32, template: template as u32, offset, at: None };
        if self.chosen.ordinals.binary_search(&record.row_count).is_ok() {
            row.at = Some(record.rows.len() as u32);
            let cells = Vec::new();
            record.rows.push(RowRecord { table, template, offset, fate: Fate::Unfinished, cells });
        }
        record.row_count += 1;
        record.last_row = Some(row);
        Some(row)
    }

    fn filtered(&self, view: &View<'_>, filter: Filter, item: Item) {
        if !self.wanted[filter.table] || self.scope.row.is_some() {
            return;
        }
        let mut record = self.record.borrow_mut();
        if record.filtered.len() >= self.scope.max_rows {
            record.more_filtered += 1;
            return;
        }
        let each = self.plan.tables()[filter.table].each.as_ref();
        let step = &each.expect("only paths of `each` are watched").path.steps[filter.step];
        let mut parts = Vec::new();
        if let (CompiledPredicate::Condition(compiled), Predicate::Condition(written)) =
            (&step.predicates[filter.predicate], predicate(self.plan, filter))
            && matches!(compiled, CompiledCondition::And(..))
        {
            false_parts(view, compiled, written, item, &mut parts);
        }
        let (Extent::Element(range) | Extent::Attribute(range) | Extent::Text(range)) = view.extent(item);
        record.filtered.push((filter, range.start, parts));
    }

    fn cell(&self, row: Self::Row, place: CellPlace) {
        let whose = match row {
            None => For::Document,
            Some(RowRef { at: Some(at), .. }) => For::Row(at as usize),
            Some(_) => For::Others,
        };
        let mut record = self.record.borrow_mut();
        record.is_in_cell = true;
        // Of others a cell is begun when it is told that it is one for many rows.
        record.cell = match whose {
            For::Document | For::Row(_) => self.new_cell(row, place).map(|cell| (whose, cell)),
            For::Others => None,
        };
        record.place = Some((row, place));
    }

    fn once(&self, key: OnceKey, told: OnceTold) {
        let mut record = self.record.borrow_mut();
        match told {
            OnceTold::Next => {
                let Some((row, place)) = record.place else { return };
                if record.cell.is_none() && row.is_some_and(|row| self.wanted[row.table as usize]) {
                    record.cell = self.new_cell(row, place).map(|cell| (For::Others, cell));
                }
                record.telling = Some(key);
            }
            OnceTold::Before => {
                let Record { once, cell: Some((_, cell)), read_count, .. } = &mut *record else { return };
                if let Some(known) = once.get(key) {
                    let CellRecord { cell: told, order: _, mut reads } = known.shortened(&self.shortener);
                    let read_all = reads.len();
                    reads.truncate(self.scope.max_reads.saturating_sub(*read_count));
                    *read_count += reads.len();
                    cell.cell.more_reads = told.more_reads + (read_all - reads.len());
                    cell.reads = reads;
                    cell.cell.steps = told.steps;
                }
            }
        }
    }

    fn read(&self, view: &View<'_>, item: Item, _: Taken, text: &str) {
        let mut record = self.record.borrow_mut();
        let Record { cell: Some((whose, cell)), read_count, .. } = &mut *record else { return };
        let max = match whose {
            For::Others => MAX_READS_AGAIN,
            For::Document | For::Row(_) if *read_count >= self.scope.max_reads => 0,
            For::Document | For::Row(_) => MAX_READS,
        };
        if cell.reads.len() >= max {
            cell.cell.more_reads += 1;
            return;
        }
        *read_count += usize::from(!matches!(whose, For::Others));
        let (Extent::Element(range) | Extent::Attribute(range) | Extent::Text(range)) = view.extent(item);
        cell.reads.push((range.start, self.shortener.text(text)));
    }

    fn evaluated(
        &self,
        bound: &BoundExpression,
        inputs: &[Value<'_>],
        value: &Result<Value<'_>, EvaluationError>,
    ) {
        let mut record = self.record.borrow_mut();
        if record.is_in_cell {
            let row = record.place.and_then(|(row, _)| row);
            if let Some((_, cell)) = &mut record.cell {
                cell.cell.inputs = self.inputs(row, bound, inputs, cell.cell.sensitive);
            }
            return;
        }
        // Between cells, `where` of the last row is asked.
        let row = record.last_row;
        if row.is_some_and(|row| row.at.is_some()) {
            let value = value.map_or(OwnedValue::Inline(Value::Null), |value| self.shortener.value(&value));
            record.condition = Some((bound.text.clone(), value, self.inputs(row, bound, inputs, false)));
        }
    }

    fn step(&self, _: &Column, step: Step<'_>) {
        if let Some((_, cell)) = &mut self.record.borrow_mut().cell {
            cell.cell.steps.push(in_words(step, &self.shortener));
        }
    }

    fn cell_done(&self, done: &Result<Cell<'_>, Box<Refusal>>, matches: Matches) {
        let mut record = self.record.borrow_mut();
        record.is_in_cell = false;
        let told_once = record.telling.take();
        let Some((whose, mut cell)) = record.cell.take() else { return };
        if let Some(key) = told_once {
            record.once.keep(key, cell.shortened(&self.shortener));
        }
        if matches!(whose, For::Others) {
            return;
        }
        cell.cell.issues.extend(matches.issue());
        cell.cell.result = match done {
            Ok(done) => {
                cell.cell.issues.extend(done.issue);
                CellResult::Value(self.shortener.value(&done.value))
            }
            Err(refusal) => CellResult::Failed(refusal.code, refusal.message.clone()),
        };
        match whose {
            For::Document => record.lets.push(cell),
            For::Row(at) => record.rows[at].cells.push(cell),
            For::Others => {}
        }
    }

    fn dropped(&self, row: Self::Row, reason: Reason<Self::Row>) {
        let mut record = self.record.borrow_mut();
        let condition = record.condition.take();
        let Some(at) = row.and_then(|row| row.at) else { return };
        record.rows[at as usize].fate = match (reason, condition) {
            (Reason::Where, Some((text, value, inputs))) => Fate::Where(text, value, inputs),
            (Reason::Where, None) => unreachable!("a condition is evaluated before it drops a row"),
            (Reason::OnePer { kept }, _) => Fate::OnePer(kept.map_or(0, |kept| kept.offset)),
            (Reason::Blank, _) => Fate::Blank,
        };
    }

    fn emitted(&self, row: Self::Row, number: usize) {
        if let Some(at) = row.and_then(|row| row.at) {
            self.record.borrow_mut().rows[at as usize].fate = Fate::Made(number);
        }
    }
}

/// The parts of a condition joined by `and` that are false.
fn false_parts(
    view: &View<'_>,
    compiled: &CompiledCondition,
    written: &Condition,
    item: Item,
    parts: &mut Vec<String>,
) {
    match (compiled, written) {
        (CompiledCondition::And(left, right), Condition::And(left_text, right_text)) => {
            false_parts(view, left, left_text, item, parts);
            false_parts(view, right, right_text, item, parts);
        }
        (compiled, written) if view.holds(compiled, item) == Ok(false) => parts.push(written.to_string()),
        _ => {}
    }
}
