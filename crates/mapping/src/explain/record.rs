//! Takes down how the rows of a table are made, and puts it into words.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use xmlshred_expr::EvaluationError;
use xmlshred_model::{BatchBuilder, OwnedValue, Value};

use crate::contract::{BoundExpression, Column, Input};
use crate::limits::Limits;
use crate::path::{Condition, Predicate};
use crate::plan::{CompiledCondition, CompiledPredicate, Plan};
use crate::shred::{
    Cell, CellPlace, Content, DocumentContext, Extent, Filter, Item, Matches, OnceKey, OnceTold, Origin,
    Reason, Refusal, Shredder, Step, Taken, Trace, View,
};

use super::explanation::{
    CellKind, CellResult, ExplainedCell, ExplainedInput, ExplainedRow, Explanation, FilteredElement, Read,
    RowFate,
};
use super::lets::LetSet;
use super::places::Places;
use super::shortener::Shortener;
use super::words::{in_words, source};

/// How the rows of `table` (index into the contract's tables) come about in a document.
pub fn explain(
    plan: &Arc<Plan>,
    limits: Limits,
    content: Content<'_>,
    context: &DocumentContext<'_>,
    table: usize,
) -> Explanation {
    let recorder = Recorder::new(plan, table);
    let mut rows = BatchBuilder::new(Arc::clone(plan.schema()));
    let shredded =
        Shredder::new(Arc::clone(plan), limits).shred_traced(content, context, &mut rows, &recorder);
    let (key, failure) = match shredded {
        Ok(shredded) => (shredded.key, None),
        Err(failure) => (context.key, Some(failure)),
    };
    let Record { lets, rows, filtered, .. } = recorder.record.into_inner();
    let mut explanation = Explanation {
        key,
        failure,
        lets: Vec::new(),
        rows: Vec::new(),
        missing_around: Vec::new(),
        filtered: Vec::new(),
    };
    if rows.is_empty() && filtered.is_empty() && lets.is_empty() {
        // The document may not even be well-formed.
        return explanation;
    }
    let text = content.of_shredded();
    let cells = lets.iter().chain(rows.iter().flat_map(|row| &row.cells));
    let reads = cells.flat_map(|cell| &cell.reads).map(|read| read.0);
    let elements = rows.iter().map(|row| row.offset).chain(filtered.iter().map(|found| found.1));
    let places = Places::find(&text, reads.chain(elements).collect::<Vec<_>>());
    let in_words = filtered.into_iter().map(|(filter, offset, false_parts)| {
        let predicate = predicate(plan, filter).to_string();
        FilteredElement { table: filter.table, place: places.at(offset), predicate, false_parts }
    });
    explanation.filtered = in_words.collect();
    explanation.lets = lets.into_iter().map(|cell| cell.in_words(&places)).collect();
    let offsets: Vec<u32> = rows.iter().map(|row| row.offset).collect();
    for row in rows.into_iter().filter(|row| recorder.wanted[row.table]) {
        let is_made = matches!(row.fate, Fate::Made(_));
        let is_asked = row.table == table;
        let row = row.in_words(&places, &offsets);
        if is_asked {
            explanation.rows.push(row);
        } else if !is_made {
            explanation.missing_around.push(row);
        }
    }
    explanation
}

/// The predicate behind a filter.
fn predicate(plan: &Plan, filter: Filter) -> &Predicate {
    let each = plan.contract().tables[filter.table].each.as_ref();
    &each.expect("only paths of `each` are watched").steps[filter.step].predicates[filter.predicate]
}

struct Recorder<'p> {
    plan: &'p Plan,
    /// Which tables are of interest: the one asked for, and those that it lies within.
    wanted: Vec<bool>,
    sensitive_lets: LetSet,
    record: RefCell<Record>,
    shortener: Shortener,
}

#[derive(Default)]
struct Record {
    /// Cells that are one for many rows.
    once: HashMap<OnceKey, CellRecord>,
    /// The one being told.
    telling: Option<OnceKey>,
    /// Of the document.
    lets: Vec<CellRecord>,
    rows: Vec<RowRecord>,
    /// With the offset of the element, and the parts that are false.
    filtered: Vec<(Filter, u32, Vec<String>)>,
    /// The cell being made, of which row; none of a row that is of no interest.
    cell: Option<(Option<usize>, CellRecord)>,
    /// The last expression outside a cell.
    condition: Option<(String, OwnedValue, Vec<ExplainedInput>)>,
}

struct RowRecord {
    table: usize,
    template: usize,
    offset: u32,
    fate: Fate,
    cells: Vec<CellRecord>,
}

enum Fate {
    Made(usize),
    Where(String, OwnedValue, Vec<ExplainedInput>),
    OnePer(usize),
    Blank,
    Unfinished,
}

#[derive(Clone)]
struct CellRecord {
    cell: ExplainedCell,
    order: (CellKind, usize),
    reads: Vec<(u32, String)>,
}

/// Of a value that is one for many rows, nodes that are told with each of them but the first.
const MAX_READS_AGAIN: usize = 10;

/// The row that `let`s of the document belong to.
const DOCUMENT: usize = usize::MAX;

impl<'p> Recorder<'p> {
    fn new(plan: &'p Plan, table: usize) -> Self {
        let mut wanted = vec![false; plan.tables().len()];
        let mut next = Some(table);
        while let Some(at) = next {
            wanted[at] = true;
            next = plan.tables()[at].within;
        }
        let sensitive_lets = LetSet::of_sensitive(plan.contract());
        Self { plan, wanted, sensitive_lets, record: RefCell::default(), shortener: Shortener::default() }
    }

    fn in_cell(&self, change: impl FnOnce(&mut CellRecord)) {
        if let Some((Some(_), cell)) = &mut self.record.borrow_mut().cell {
            change(cell);
        }
    }

    fn inputs(
        &self,
        table: Option<(usize, usize)>,
        bound: &BoundExpression,
        values: &[Value<'_>],
    ) -> Vec<ExplainedInput> {
        let names = bound.expression.inputs().iter();
        names
            .zip(&bound.inputs)
            .zip(values)
            .map(|((name, &input), value)| ExplainedInput {
                name: name.clone(),
                value: self.shortener.value(value),
                sensitive: self.is_sensitive(table, input),
            })
            .collect()
    }

    fn is_sensitive(&self, table: Option<(usize, usize)>, input: Input) -> bool {
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
            (Input::Column(_) | Input::RowLet(_), None) => return false,
        };
        column.sensitive
    }
}

impl Trace for Recorder<'_> {
    type Row = usize;

    fn row(&self, view: &View<'_>, origin: Option<Origin>) -> usize {
        let Some(Origin { table, template, element }) = origin else { return DOCUMENT };
        let rows = &mut self.record.borrow_mut().rows;
        let offset = view.element_start(element);
        rows.push(RowRecord { table, template, offset, fate: Fate::Unfinished, cells: Vec::new() });
        rows.len() - 1
    }

    fn filtered(&self, view: &View<'_>, filter: Filter, item: Item) {
        if !self.wanted[filter.table] {
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
        self.record.borrow_mut().filtered.push((filter, range.start, parts));
    }

    fn cell(&self, row: usize, place: CellPlace) {
        let contract = self.plan.contract();
        let mut record = self.record.borrow_mut();
        let row_record = record.rows.get(row);
        let (column, name, order) = match (place, row_record) {
            (CellPlace::Column(index), Some(row)) => {
                let column = &contract.tables[row.table].templates[row.template].columns[index];
                (column, &column.name, (CellKind::Column, index))
            }
            (CellPlace::Let(index), Some(row)) => {
                let item = &contract.tables[row.table].lets[index];
                (&item.column, &item.name, (CellKind::Let, index))
            }
            (CellPlace::DocumentLet(index), _) => {
                let item = &contract.lets[index];
                (&item.column, &item.name, (CellKind::Let, index))
            }
            (CellPlace::Column(_) | CellPlace::Let(_), None) => return,
        };
        let is_sensitive = match (place, row_record) {
            (CellPlace::Let(index), Some(row)) => self.sensitive_lets.has(Some(row.table), index),
            (CellPlace::DocumentLet(index), _) => self.sensitive_lets.has(None, index),
            _ => column.sensitive,
        };
        let wanted = match row_record {
            None => Some(DOCUMENT),
            Some(record) => self.wanted[record.table].then_some(row),
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
        record.cell = Some((wanted, CellRecord { cell, order, reads: Vec::new() }));
    }

    fn once(&self, key: OnceKey, told: OnceTold) {
        let mut record = self.record.borrow_mut();
        let Record { once, telling, cell, .. } = &mut *record;
        match (told, cell) {
            (OnceTold::Next, Some((Some(_), _))) => *telling = Some(key),
            (OnceTold::Before, Some((Some(_), cell))) => {
                if let Some(known) = once.get(&key) {
                    let CellRecord { cell: told, order: _, reads } = known.shortened(&self.shortener);
                    cell.reads = reads;
                    cell.cell.more_reads = told.more_reads;
                    cell.cell.steps = told.steps;
                }
            }
            (OnceTold::Next | OnceTold::Before, _) => {}
        }
    }

    fn read(&self, view: &View<'_>, item: Item, _: Taken, text: &str) {
        let (Extent::Element(range) | Extent::Attribute(range) | Extent::Text(range)) = view.extent(item);
        self.in_cell(|cell| cell.reads.push((range.start, self.shortener.text(text))));
    }

    fn evaluated(
        &self,
        bound: &BoundExpression,
        inputs: &[Value<'_>],
        value: &Result<Value<'_>, EvaluationError>,
    ) {
        let mut record = self.record.borrow_mut();
        let row_of_cell = record.cell.as_ref().map(|(row, _)| *row);
        match row_of_cell {
            Some(None) => {}
            Some(Some(row)) => {
                let place = record.rows.get(row).map(|row| (row.table, row.template));
                let inputs = self.inputs(place, bound, inputs);
                if let Some((_, cell)) = &mut record.cell {
                    cell.cell.inputs = inputs;
                }
            }
            None => {
                // Between cells, `where` of the last row is asked.
                let place = record.rows.last().map(|row| (row.table, row.template));
                let value =
                    value.map_or(OwnedValue::Inline(Value::Null), |value| self.shortener.value(&value));
                record.condition = Some((bound.text.clone(), value, self.inputs(place, bound, inputs)));
            }
        }
    }

    fn step(&self, _: &Column, step: Step<'_>) {
        self.in_cell(|cell| cell.cell.steps.push(in_words(step, &self.shortener)));
    }

    fn cell_done(&self, done: &Result<Cell<'_>, Box<Refusal>>, matches: Matches) {
        let mut record = self.record.borrow_mut();
        let told_once = record.telling.take();
        let Some((Some(row), mut cell)) = record.cell.take() else { return };
        if let Some(key) = told_once {
            record.once.insert(key, cell.shortened(&self.shortener));
        }
        cell.cell.issues.extend(matches.issue());
        cell.cell.result = match done {
            Ok(done) => {
                cell.cell.issues.extend(done.issue);
                CellResult::Value(self.shortener.value(&done.value))
            }
            Err(refusal) => CellResult::Failed(refusal.code, refusal.message.clone()),
        };
        match record.rows.get_mut(row) {
            Some(row) => row.cells.push(cell),
            None => record.lets.push(cell),
        }
    }

    fn dropped(&self, row: usize, reason: Reason<usize>) {
        let mut record = self.record.borrow_mut();
        let condition = record.condition.take();
        record.rows[row].fate = match (reason, condition) {
            (Reason::Where, Some((text, value, inputs))) => Fate::Where(text, value, inputs),
            (Reason::Where, None) => unreachable!("a condition is evaluated before it drops a row"),
            (Reason::OnePer { kept }, _) => Fate::OnePer(kept),
            (Reason::Blank, _) => Fate::Blank,
        };
    }

    fn emitted(&self, row: usize, number: usize) {
        self.record.borrow_mut().rows[row].fate = Fate::Made(number);
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

impl CellRecord {
    /// What is told of it for every other row.
    fn shortened(&self, shortener: &Shortener) -> Self {
        let Self { cell, order, reads } = self;
        let told = reads.iter().take(MAX_READS_AGAIN);
        let told = told.map(|(place, text)| (*place, shortener.text(text)));
        let mut cell = cell.clone();
        cell.more_reads += reads.len().saturating_sub(MAX_READS_AGAIN);
        cell.steps.iter_mut().for_each(|step| shortener.step(step));
        Self { cell, order: *order, reads: told.collect() }
    }

    fn in_words(self, places: &Places) -> ExplainedCell {
        let Self { cell, order: _, reads } = self;
        let reads = reads.into_iter().map(|(offset, text)| Read { place: places.at(offset), text });
        ExplainedCell { reads: reads.collect(), ..cell }
    }
}

impl RowRecord {
    fn in_words(self, places: &Places, offsets: &[u32]) -> ExplainedRow {
        let Self { table, template, offset, fate, mut cells } = self;
        cells.sort_by_key(|cell| (cell.order.0 == CellKind::Column, cell.order.1));
        let cells = cells.into_iter().map(|cell| cell.in_words(places));
        let fate = match fate {
            Fate::Made(number) => RowFate::Made(number),
            Fate::Where(condition, value, inputs) => RowFate::Where { condition, value, inputs },
            Fate::OnePer(kept) => RowFate::OnePer { kept: places.at(offsets[kept]) },
            Fate::Blank => RowFate::Blank,
            Fate::Unfinished => RowFate::Unfinished,
        };
        ExplainedRow { table, template, place: places.at(offset), fate, cells: cells.collect() }
    }
}
