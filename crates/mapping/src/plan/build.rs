//! From a checked contract to a plan.

use std::sync::Arc;

use xmlshred_model::DataType;

use crate::contract::{BoundExpression, Column, ColumnSource, Contract, Input, Let, Table, target_schema};
use crate::path::{Axis, Path};

use super::automaton::{Automaton, Location, Move, Reading};
use super::compiled::{CompiledPath, CompiledPredicate, CompiledStep, Test, add_names, compile};
use super::later;
use super::prepared::Plan;
use super::symbols::Symbols;
use super::table::{
    Anchor, Later, Once, OnceFrom, PlanColumn, PlanEach, PlanOnePer, PlanSource, PlanTable, PlanTemplate,
};

pub(super) fn plan(contract: Contract) -> Plan {
    let mut symbols = Symbols::new(contract.document.case);
    for_each_path(&contract, &mut |path| add_names(path, &mut symbols));
    let mut automaton = Automaton::new();
    let root = compile(&contract.document.root, &symbols);
    let main = automaton.add(
        &Location::new(),
        &Location::new(),
        &CompiledPath { absolute: false, ..root.clone() },
        Reading::Presence,
    );
    let mut builder = Builder {
        contract: &contract,
        symbols: &symbols,
        automaton,
        main,
        locations: Vec::new(),
        prefixes: Vec::new(),
        once_count: 0,
    };
    let main = builder.main.clone();
    let key = contract.document.key.as_ref().map(|path| builder.path(&main, path, Reading::Text));
    let require =
        contract.document.require.iter().map(|path| builder.path(&main, path, Reading::Presence)).collect();
    let lets = contract.lets.iter().enumerate().map(|(at, item)| builder.document_let(at, item)).collect();
    let tables = contract.tables.iter().enumerate().map(|(at, table)| builder.table(at, table)).collect();
    let Builder { automaton, prefixes, once_count, .. } = builder;
    let mut tables: Vec<PlanTable> = tables;
    later::note(&contract, &mut tables);
    let schema = Arc::new(target_schema(&contract));
    Plan { schema, symbols, automaton, root, key, require, lets, tables, prefixes, once_count, contract }
}

/// Every path of the contract. Those of `ignore` are followed by `coverage` alone, but share the names.
fn for_each_path(contract: &Contract, visit: &mut dyn FnMut(&Path)) {
    let Contract { name: _, source: _, target: _, document, lets, tables, ignore, hash: _ } = contract;
    visit(&document.root);
    document.key.iter().chain(&document.require).chain(ignore).for_each(&mut *visit);
    let column = |column: &Column, visit: &mut dyn FnMut(&Path)| {
        if let ColumnSource::Path(path) = &column.source {
            visit(path);
        }
    };
    for item in lets {
        column(&item.column, visit);
    }
    for table in tables {
        table.each.iter().for_each(&mut *visit);
        if let Some(one_per) = &table.one_per {
            visit(&one_per.key);
            one_per.prefer.iter().for_each(|(path, _)| visit(path));
        }
        for item in &table.lets {
            column(&item.column, visit);
        }
        for template in &table.templates {
            for item in &template.columns {
                column(item, visit);
            }
        }
    }
}

struct Builder<'c> {
    contract: &'c Contract,
    symbols: &'c Symbols,
    automaton: Automaton,
    main: Location,
    /// Where the elements of each table's rows are.
    locations: Vec<Location>,
    prefixes: Vec<CompiledPath>,
    once_count: u32,
}

impl Builder<'_> {
    fn path(&mut self, base: &Location, path: &Path, reading: Reading) -> CompiledPath {
        let compiled = compile(path, self.symbols);
        self.automaton.add(&self.main, base, &compiled, reading);
        compiled
    }

    /// The list of the elements that these steps lead to, where the projection can tell.
    fn anchor(&mut self, base: &Location, absolute: bool, steps: &[CompiledStep]) -> Option<Anchor> {
        let start = if absolute { self.main.clone() } else { base.clone() };
        let is_of_row = start != self.main;
        if is_of_row && start.contains(&Move::DescendantOrSelf) {
            return None;
        }
        let mut location = start;
        for step in steps {
            let is_element = !matches!(step.test, Test::Text | Test::Node);
            match step.axis {
                Axis::Child if is_element => {}
                Axis::Descendant if is_element => location.push(Move::DescendantOrSelf),
                _ => return None,
            }
            location.push(Move::Child(step.test.clone()));
        }
        let list = self.automaton.anchor(&location);
        Some(Anchor { list, is_of_row })
    }

    fn each(&mut self, base: &Location, path: CompiledPath) -> PlanEach {
        let anchor = match path.steps.split_last() {
            Some((last, before)) => {
                let is_plain = |step: &CompiledStep| step.predicates.is_empty();
                let has_conditions_only = last
                    .predicates
                    .iter()
                    .all(|predicate| matches!(predicate, CompiledPredicate::Condition(_)));
                let is_simple = before.iter().all(is_plain) && has_conditions_only;
                if is_simple { self.anchor(base, path.absolute, &path.steps) } else { None }
            }
            None => None,
        };
        PlanEach { path, anchor }
    }

    /// The quickest way to follow a path.
    fn source(&mut self, base: &Location, path: CompiledPath) -> PlanSource {
        let CompiledPath { absolute, steps, needs_sorting } = &path;
        if let Some((last, elements)) = steps.split_last()
            && steps.iter().all(|step| step.predicates.is_empty())
        {
            if let (Axis::Attribute, Test::Symbol(symbol)) = (last.axis, &last.test) {
                match elements {
                    [] if !absolute => return PlanSource::OwnAttribute(*symbol),
                    [step] if !absolute && step.axis == Axis::Parent && step.test == Test::Node => {
                        return PlanSource::ParentAttribute(*symbol);
                    }
                    _ => {
                        if let Some(anchor) = self.anchor(base, *absolute, elements) {
                            return PlanSource::AnchoredAttribute(anchor, *symbol);
                        }
                    }
                }
            } else if let Some(anchor) = self.anchor(base, *absolute, steps) {
                return PlanSource::Anchored(anchor);
            }
        }
        match steps.split_last() {
            Some((last, elements))
                if last.axis == Axis::Attribute && last.predicates.is_empty() && !needs_sorting =>
            {
                let prefix =
                    CompiledPath { absolute: *absolute, steps: elements.into(), needs_sorting: false };
                let is_own = elements.is_empty() && !absolute;
                let known = self.prefixes.iter().position(|known| *known == prefix);
                let index = (!is_own).then(|| {
                    known.unwrap_or_else(|| {
                        self.prefixes.push(prefix);
                        self.prefixes.len() - 1
                    })
                });
                PlanSource::Attribute { prefix: index.map(|index| index as u32), test: last.test.clone() }
            }
            _ => PlanSource::Path(path),
        }
    }

    /// Whether a path gives one value for many rows, and which.
    fn once(&mut self, path: &CompiledPath) -> Option<Once> {
        let levels = path.steps.iter().take_while(|step| step.axis == Axis::Parent).count();
        let from = match (path.absolute, levels, &path.steps[levels..]) {
            (true, ..) => OnceFrom::Document,
            (false, 0, _) => return None,
            // An attribute of the element around is found at once.
            (false, 1, [step]) if step.axis == Axis::Attribute => return None,
            (false, levels, _) => OnceFrom::Around(levels as u32),
        };
        self.once_count += 1;
        Some(Once { index: self.once_count - 1, from })
    }

    fn column(&mut self, base: &Location, column: &Column, place: (usize, usize)) -> PlanColumn {
        let mut once = None;
        let source = match &column.source {
            ColumnSource::Path(path) => {
                let reading = if column.data_type == DataType::Xml { Reading::Markup } else { Reading::Text };
                let compiled = self.path(base, path, reading);
                once = self.once(&compiled);
                self.source(base, compiled)
            }
            _ => PlanSource::AsContract,
        };
        let is_exact = match &column.source {
            ColumnSource::Parent { table, column: parent } => {
                self.contract.tables[*table].templates[0].columns[*parent].data_type == column.data_type
            }
            ColumnSource::Constant(_) => true,
            ColumnSource::Path(_) | ColumnSource::Expression(_) | ColumnSource::Generate(_) => false,
        };
        PlanColumn {
            column: column.clone(),
            source,
            table: place.0 as u32,
            index: place.1 as u32,
            is_exact,
            once,
        }
    }

    fn document_let(&mut self, at: usize, item: &Let) -> PlanColumn {
        let readers = self.contract.tables.iter().enumerate();
        let place = readers
            .filter_map(|(table_at, table)| Some((table_at, first_reader(table, Input::DocumentLet(at))?)))
            .next()
            .unwrap_or((0, 0));
        let main = self.main.clone();
        self.column(&main, &item.column, place)
    }

    fn table(&mut self, at: usize, table: &Table) -> PlanTable {
        let base = table.within.map_or_else(|| self.main.clone(), |parent| self.locations[parent].clone());
        let each = table.each.as_ref().map(|path| compile(path, self.symbols));
        let location = match &each {
            Some(path) => self.automaton.add(&self.main, &base, path, Reading::Presence),
            None => base.clone(),
        };
        let each = each.map(|path| self.each(&base, path));
        self.locations.push(location.clone());
        let lets = table.lets.iter().enumerate().map(|(index, item)| {
            let reader = first_reader(table, Input::RowLet(index)).unwrap_or(0);
            self.column(&location, &item.column, (at, reader))
        });
        let lets = lets.collect::<Vec<_>>();
        let templates = table.templates.iter().map(|template| {
            let columns = template.columns.iter().enumerate();
            let columns =
                columns.map(|(index, column)| self.column(&location, column, (at, index))).collect();
            PlanTemplate { early_columns: vec![false; template.columns.len()], columns }
        });
        let mut templates = templates.collect::<Vec<_>>();
        let one_per = table.one_per.as_ref().map(|one_per| PlanOnePer {
            key: self.path(&location, &one_per.key, Reading::Text),
            prefer: one_per
                .prefer
                .as_ref()
                .map(|(path, order)| (self.path(&location, path, Reading::Text), order.clone())),
            keep: one_per.keep,
        });
        let mut early_lets = vec![false; lets.len()];
        if let Some(condition) = &table.where_ {
            for template in &mut templates {
                mark_early(&condition.inputs, &lets, &mut early_lets, template);
            }
        }
        PlanTable {
            within: table.within,
            each,
            templates,
            one_per,
            where_: table.where_.clone(),
            skip_row_when: table.skip_row_when,
            lets,
            early_lets,
            later: Later::default(),
        }
    }
}

/// Marks what an expression with these inputs needs of its own row.
fn mark_early(inputs: &[Input], lets: &[PlanColumn], early_lets: &mut [bool], template: &mut PlanTemplate) {
    for input in inputs {
        let source = match *input {
            Input::Column(index) if !template.early_columns[index] => {
                template.early_columns[index] = true;
                &template.columns[index].column.source
            }
            // A `let` may be marked already by an earlier template, whose columns are not this one's.
            Input::RowLet(index) => {
                early_lets[index] = true;
                &lets[index].column.source
            }
            Input::Column(_)
            | Input::ParentColumn { .. }
            | Input::ParentLet { .. }
            | Input::DocumentLet(_) => continue,
        };
        if let ColumnSource::Expression(BoundExpression { inputs, .. }) = source {
            mark_early(&inputs.clone(), lets, early_lets, template);
        }
    }
}

/// The first column of the table whose expression reads this input.
fn first_reader(table: &Table, wanted: Input) -> Option<usize> {
    table.templates.iter().flat_map(|template| template.columns.iter().enumerate()).find_map(
        |(at, column)| match &column.source {
            ColumnSource::Expression(bound) if bound.inputs.contains(&wanted) => Some(at),
            _ => None,
        },
    )
}
