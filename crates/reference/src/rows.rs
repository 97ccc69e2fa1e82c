//! The rows of all tables of a document.

use std::collections::BTreeMap;

use bumpalo::Bump;
use xmlshred_mapping::DocumentContext;
use xmlshred_mapping::contract::{
    BoundExpression, Column, ColumnDefault, ColumnSource, Contract, Generate, Input, Keep, OnePer, SkipRow,
    Table,
};
use xmlshred_model::lexical::MICROS_PER_DAY;
use xmlshred_model::{DataType, DocumentKey, FailureCode, IssueCode, OwnedValue, Value, Work};

use crate::cell::{
    Cell, NULL, Picked, from_expression, from_picked, from_value, of_source, picked, with_default,
};
use xmlshred_mapping::path::Path;

use crate::document::{Kind, NodeId};
use crate::path::View;

/// Rows of one table, each with one value per column.
pub type Rows = Vec<Vec<OwnedValue>>;

/// How often, by table, column and code.
pub(crate) type Issues = BTreeMap<(u32, u32, IssueCode), u32>;

/// The rows of all tables, from the main element of `view`.
///
/// # Errors
/// The first failure.
pub(crate) fn rows(
    contract: &Contract,
    view: View<'_>,
    context: &DocumentContext<'_>,
) -> Result<(Vec<Rows>, Issues), FailureCode> {
    let rows = contract.tables.iter().map(|_| Vec::new()).collect();
    let mut maker = Maker {
        contract,
        view,
        context,
        lets: Vec::new(),
        lets_from_document: Vec::new(),
        rows,
        issues: BTreeMap::new(),
    };
    maker.document_lets()?;
    for table in 0..contract.tables.len() {
        maker.table(table)?;
    }
    let tables =
        maker.rows.into_iter().map(|rows| rows.into_iter().map(|row| row.values).collect()).collect();
    Ok((tables, maker.issues))
}

/// A row, or one in the making.
#[derive(Clone, Debug)]
struct Row {
    table: usize,
    template: usize,
    element: NodeId,
    /// Which row of the table around it this one lies within.
    parent: usize,
    values: Vec<OwnedValue>,
    lets: Vec<OwnedValue>,
    /// Which `let`s and columns have a value of the document; of columns those that count.
    from_document: Origins,
    has_document_value: bool,
    issues: Vec<(u32, u32, IssueCode)>,
}

#[derive(Clone, Debug)]
struct Origins {
    lets: Vec<bool>,
    values: Vec<bool>,
}

struct Maker<'c> {
    contract: &'c Contract,
    view: View<'c>,
    context: &'c DocumentContext<'c>,
    lets: Vec<OwnedValue>,
    lets_from_document: Vec<bool>,
    rows: Vec<Vec<Row>>,
    issues: BTreeMap<(u32, u32, IssueCode), u32>,
}

impl<'c> Maker<'c> {
    fn document_lets(&mut self) -> Result<(), FailureCode> {
        let mut row = self.row(0, 0, self.view.main, 0);
        for (at, item) in self.contract.lets.iter().enumerate() {
            let cell = self.cell(&row, &item.column, 0)?;
            let place = self.first_reader_in_document(Input::DocumentLet(at));
            note(&mut row, &item.column, place, &cell);
            self.lets.push(cell.value);
            self.lets_from_document.push(cell.is_from_document);
        }
        self.count(&row);
        Ok(())
    }

    /// Rows around, for each: candidates → `where` → `one_per` → all columns → `skip_row_when`.
    fn table(&mut self, at: usize) -> Result<(), FailureCode> {
        let table = &self.contract.tables[at];
        let starts = match table.within {
            None => vec![self.view.main],
            Some(parent) => self.rows[parent].iter().map(|row| row.element).collect(),
        };
        for (parent, start) in starts.into_iter().enumerate() {
            let mut candidates = self.candidates(at, start, parent);
            if let Some(condition) = &table.where_ {
                candidates = self.passing(table, condition, candidates)?;
            }
            if let Some(one_per) = &table.one_per {
                candidates = self.one_per(one_per, &candidates);
            }
            let mut row_number = 1;
            for mut row in candidates {
                let lets =
                    (0..table.lets.len()).map(|at| has_let(table, row.template, at)).collect::<Vec<_>>();
                self.fill(&mut row, &lets, &vec![true; columns(table)], row_number)?;
                if table.skip_row_when == SkipRow::Never || row.has_document_value {
                    self.count(&row);
                    self.rows[at].push(row);
                    row_number += 1;
                }
            }
        }
        Ok(())
    }

    fn candidates(&self, at: usize, start: NodeId, parent: usize) -> Vec<Row> {
        let table = &self.contract.tables[at];
        let elements = match &table.each {
            None => vec![start],
            Some(each) => {
                let variables = self.variables(each, &self.row(at, 0, start, parent));
                View { variables: &variables, ..self.view }.select(each, start)
            }
        };
        let is_element = |node: &NodeId| {
            let kind = &self.view.document.node(*node).kind;
            table.each.is_none() || matches!(kind, Kind::Element { .. } | Kind::Attribute { .. })
        };
        let mut rows = Vec::new();
        for element in elements.into_iter().filter(is_element) {
            for template in 0..table.templates.len() {
                rows.push(self.row(at, template, element, parent));
            }
        }
        rows
    }

    fn row(&self, table: usize, template: usize, element: NodeId, parent: usize) -> Row {
        let spec = &self.contract.tables[table];
        Row {
            table,
            template,
            element,
            parent,
            values: vec![NULL; columns(spec)],
            lets: vec![NULL; spec.lets.len()],
            from_document: Origins { lets: vec![false; spec.lets.len()], values: vec![false; columns(spec)] },
            has_document_value: false,
            issues: Vec::new(),
        }
    }

    /// The candidates for which the condition is true. Of each only what the condition needs is looked at. The number of a row is
    /// here the one that it would get if it were kept.
    fn passing(
        &self,
        table: &Table,
        condition: &BoundExpression,
        candidates: Vec<Row>,
    ) -> Result<Vec<Row>, FailureCode> {
        let mut kept: Vec<Row> = Vec::new();
        for row in candidates {
            let mut tried = row.clone();
            let (mut lets, mut values) = (vec![false; table.lets.len()], vec![false; columns(table)]);
            needed(self.contract, (table, row.template), &condition.inputs, &mut lets, &mut values);
            self.fill(&mut tried, &lets, &values, kept.len() as i64 + 1)?;
            match self.evaluate(condition, &tried, &NULL) {
                Some(OwnedValue::Inline(Value::Bool(true))) => kept.push(row),
                Some(_) => {}
                None => return Err(FailureCode::ExpressionError),
            }
        }
        Ok(kept)
    }

    /// Evaluates the `let`s and columns that are wanted, in the order of the contract.
    fn fill(
        &self,
        row: &mut Row,
        lets: &[bool],
        values: &[bool],
        row_number: i64,
    ) -> Result<(), FailureCode> {
        let table = &self.contract.tables[row.table];
        for at in (0..lets.len()).filter(|&at| lets[at]) {
            let column = &table.lets[at].column;
            let cell = self.cell(row, column, row_number)?;
            let reader = first_reader(self.contract, table, Input::RowLet(at)).unwrap_or(0);
            note(row, column, (row.table, reader), &cell);
            row.from_document.lets[at] = cell.is_from_document;
            row.lets[at] = cell.value;
        }
        for at in (0..values.len()).filter(|&at| values[at]) {
            let column = &table.templates[row.template].columns[at];
            let cell = self.cell(row, column, row_number)?;
            note(row, column, (row.table, at), &cell);
            row.from_document.values[at] = cell.is_from_document && column.counts;
            row.values[at] = cell.value;
        }
        Ok(())
    }

    fn cell(&self, row: &Row, column: &Column, row_number: i64) -> Result<Cell, FailureCode> {
        let cell = self.cell_without_default(row, column, row_number)?;
        match &column.default {
            Some(ColumnDefault::Generate(generate)) => {
                with_default(column, cell, &self.generated(*generate, column, row_number))
            }
            _ => Ok(cell),
        }
    }

    fn cell_without_default(&self, row: &Row, column: &Column, row_number: i64) -> Result<Cell, FailureCode> {
        match &column.source {
            ColumnSource::Path(_) => {
                let mut found = Picked::default();
                for path in column.paths() {
                    let variables = self.variables(path, row);
                    let view = View { variables: &variables, ..self.view };
                    let before = found.issue;
                    found = picked(column, path, &view.select(path, row.element), view);
                    found.issue = before.or(found.issue);
                    if found.text.is_some() || found.is_not_the_only_one {
                        break;
                    }
                }
                match &column.via {
                    Some(via) if !found.is_not_the_only_one => {
                        let text = found.text.clone().map_or(NULL, OwnedValue::Text);
                        let mut cell =
                            from_expression(column, self.evaluate(via, row, &text), found.has_text())?;
                        cell.issues.splice(0..0, found.issue);
                        Ok(cell)
                    }
                    _ => from_picked(column, found),
                }
            }
            ColumnSource::Constant(value) => from_value(column, value),
            ColumnSource::Source(index) => {
                let text = self.context.source_columns.get(*index).and_then(Option::as_ref);
                let cell = from_picked(column, of_source(column, text))?;
                Ok(Cell { is_from_document: false, ..cell })
            }
            ColumnSource::Expression(bound) => {
                let reads_document = bound.inputs.iter().any(|&input| self.is_from_document(input, row));
                let mut cell = from_expression(column, self.evaluate(bound, row, &NULL), false)?;
                cell.is_from_document = reads_document && cell.had_value;
                Ok(cell)
            }
            ColumnSource::Parent { table, column: parent_column } => match self.ancestor(row, *table) {
                Some(parent) => from_value(column, &parent.values[*parent_column]),
                None => Err(FailureCode::MissingParent),
            },
            ColumnSource::Generate(generate) => {
                from_value(column, &self.generated(*generate, column, row_number))
            }
        }
    }

    fn generated(&self, generate: Generate, column: &Column, row_number: i64) -> OwnedValue {
        let value = match generate {
            Generate::RowNumber => Value::Int(row_number),
            Generate::DocumentKey => {
                let key = self.context.key.map_or(Value::Null, DocumentKey::as_value);
                return key.to_owned_value();
            }
            Generate::Session => return OwnedValue::Text(self.context.session.to_owned()),
            Generate::Now if column.data_type == DataType::TimestampTz => {
                Value::TimestampTz(self.context.now)
            }
            Generate::Now if column.data_type == DataType::Date => {
                Value::Date(self.context.now.div_euclid(MICROS_PER_DAY) as i32)
            }
            Generate::Now if column.data_type == DataType::Time => {
                Value::Time(self.context.now.rem_euclid(MICROS_PER_DAY))
            }
            Generate::Now => Value::Timestamp(self.context.now),
            // Which one is the product's own affair; comparisons leave it out.
            Generate::Uuid => Value::Uuid([0; 16]),
        };
        OwnedValue::Inline(value)
    }

    /// Whether an input is a value of the document that makes an expression over it one.
    fn is_from_document(&self, input: Input, row: &Row) -> bool {
        match input {
            Input::Column(at) => row.from_document.values[at],
            Input::RowLet(at) => row.from_document.lets[at],
            Input::DocumentLet(at) => self.lets_from_document[at],
            Input::ParentColumn { .. } | Input::ParentLet { .. } | Input::PathText => false,
        }
    }

    /// The value of an expression, beside a path that gives this text; `None` when it has none.
    fn evaluate(&self, bound: &BoundExpression, row: &Row, text: &OwnedValue) -> Option<OwnedValue> {
        let input = |&input: &Input| match input {
            Input::PathText => text.clone(),
            input => self.input(input, row),
        };
        let inputs = bound.inputs.iter().map(input).collect::<Vec<_>>();
        let inputs = inputs.iter().map(OwnedValue::as_value).collect::<Vec<_>>();
        let arena = Bump::new();
        bound
            .expression
            .evaluate(&inputs, &arena, &Work::unlimited())
            .ok()
            .map(|value| value.to_owned_value())
    }

    /// The values of a path's variables for a row; of all others null.
    fn variables(&self, path: &Path, row: &Row) -> Vec<OwnedValue> {
        let mut values = vec![NULL; self.contract.variables.len()];
        path.for_each_variable(&mut |variable| {
            let number = variable.number as usize;
            values[number] = self.input(self.contract.variables[number], row);
        });
        values
    }

    fn input(&self, input: Input, row: &Row) -> OwnedValue {
        match input {
            Input::Column(at) => row.values[at].clone(),
            Input::RowLet(at) => row.lets[at].clone(),
            Input::DocumentLet(at) => self.lets[at].clone(),
            Input::PathText => NULL,
            Input::ParentColumn { table, column } => {
                self.ancestor(row, table).map_or(NULL, |parent| parent.values[column].clone())
            }
            Input::ParentLet { table, index } => {
                self.ancestor(row, table).map_or(NULL, |parent| parent.lets[index].clone())
            }
        }
    }

    /// The row of a table that a row lies within, or that table's one row per document.
    fn ancestor(&self, row: &Row, table: usize) -> Option<&Row> {
        let mut around = self.row_around(row);
        while let Some(outer) = around {
            if outer.table == table {
                return Some(outer);
            }
            around = self.row_around(outer);
        }
        self.rows[table].first()
    }

    fn row_around(&self, row: &Row) -> Option<&Row> {
        let within = self.contract.tables[row.table].within?;
        self.rows[within].get(row.parent)
    }

    /// Of the candidates with one key and template, the most preferred; among equals the first or last. Those without a key all stay.
    fn one_per(&self, one_per: &OnePer, candidates: &[Row]) -> Vec<Row> {
        let first_text = |path: &Path, row: &Row| {
            let variables = self.variables(path, row);
            View { variables: &variables, ..self.view }.first_text(path, row.element)
        };
        let group = |row: &Row| first_text(&one_per.key, row).map(|key| (key, row.template));
        let rank = |row: &Row| {
            let (path, order) = one_per.prefer.as_ref()?;
            let text = first_text(path, row);
            Some(order.iter().position(|wanted| Some(wanted) == text.as_ref()).unwrap_or(order.len()))
        };
        let beats = |(at, row): (usize, &Row), (other_at, other): (usize, &Row)| match one_per.keep {
            Keep::First => (rank(row), at) < (rank(other), other_at),
            Keep::Last => (rank(row), other_at) < (rank(other), at),
        };
        let survives = |at: usize, row: &Row| {
            let key = group(row);
            let rivals = candidates.iter().enumerate().filter(|(other, _)| *other != at);
            key.is_none()
                || !rivals.filter(|(_, rival)| group(rival) == key).any(|rival| beats(rival, (at, row)))
        };
        let kept = candidates.iter().enumerate().filter(|(at, row)| survives(*at, row));
        kept.map(|(_, row)| row.clone()).collect()
    }

    fn count(&mut self, row: &Row) {
        for issue in &row.issues {
            *self.issues.entry(*issue).or_default() += 1;
        }
    }

    fn first_reader_in_document(&self, wanted: Input) -> (usize, usize) {
        let tables = self.contract.tables.iter().enumerate();
        let mut readers =
            tables.filter_map(|(at, table)| Some((at, first_reader(self.contract, table, wanted)?)));
        readers.next().unwrap_or((0, 0))
    }
}

/// Keeps what a cell says besides its value. The issues of a `let` count under the first column that reads it.
fn note(row: &mut Row, column: &Column, (table, at): (usize, usize), cell: &Cell) {
    row.issues.extend(cell.issues.iter().map(|&code| (table as u32, at as u32, code)));
    row.has_document_value |= cell.is_from_document && column.counts;
}

/// Whether a `let` is one of a row template.
fn has_let(table: &Table, template: usize, at: usize) -> bool {
    at < table.shared_lets || table.templates[template].lets.contains(&at)
}

fn columns(table: &Table) -> usize {
    table.templates[0].columns.len()
}

/// What a source reads: an expression by its names, a path by its variables.
fn inputs_of(contract: &Contract, column: &Column) -> Vec<Input> {
    let mut inputs = Vec::new();
    column.for_each_input(&contract.variables, &mut |input| inputs.push(input));
    inputs
}

/// Marks what is read of its own row by who reads this, directly and through others.
fn needed(
    contract: &Contract,
    (table, template): (&Table, usize),
    inputs: &[Input],
    lets: &mut [bool],
    values: &mut [bool],
) {
    for &input in inputs {
        let column = match input {
            Input::Column(at) => {
                values[at] = true;
                &table.templates[template].columns[at]
            }
            Input::RowLet(at) => {
                lets[at] = true;
                &table.lets[at].column
            }
            _ => continue,
        };
        needed(contract, (table, template), &inputs_of(contract, column), lets, values);
    }
}

/// The first column that reads an input itself.
fn first_reader(contract: &Contract, table: &Table, wanted: Input) -> Option<usize> {
    let columns = table.templates.iter().flat_map(|template| template.columns.iter().enumerate());
    let mut readers = columns.filter(|(_, column)| inputs_of(contract, column).contains(&wanted));
    readers.next().map(|(at, _)| at)
}
