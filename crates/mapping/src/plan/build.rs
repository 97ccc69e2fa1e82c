//! From a checked contract to a plan.

use std::collections::HashMap;
use std::sync::Arc;

use crate::contract::{Column, ColumnSource, Contract, Input, Let, Table, target_schema};
use crate::path::{Axis, Path};

use super::anchor::Anchor;
use super::automaton::{Automaton, Reading};
use super::base::Base;
use super::compiled::{CompiledPath, CompiledStep, Test, add_names, compile};
use super::embedded::Embedded;
use super::filtered::{Filter, Filtered};
use super::later;
use super::location::{Location, Move};
use super::prepared::Plan;
use super::quick::Quick;
use super::symbols::Symbols;
use super::table::{
    Later, Once, OnceFrom, PlanColumn, PlanEach, PlanOnePer, PlanSource, PlanTable, PlanTemplate,
};

pub(super) fn plan(contract: Contract) -> Plan {
    let mut symbols = Symbols::new(contract.document.case);
    for_each_path(&contract, &mut |path| add_names(path, &mut symbols));
    symbols.close();
    let mut automaton = Automaton::new();
    let roots: Box<[_]> = contract.document.roots.iter().map(|root| compile(root, &symbols)).collect();
    let main = automaton.main(&roots);
    let mut builder = Builder {
        contract: &contract,
        symbols: &symbols,
        automaton,
        main,
        locations: Vec::new(),
        prefixes: Vec::new(),
        known_prefixes: HashMap::new(),
        once_count: 0,
    };
    let main = Base::element(builder.main.clone());
    let key = contract.document.key.as_ref().map(|path| builder.path(&main, path, Reading::Text));
    let require =
        contract.document.require.iter().map(|path| builder.path(&main, path, Reading::Presence)).collect();
    let readers = first_readers_of_document_lets(&contract);
    let lets =
        contract.lets.iter().zip(readers).map(|(item, place)| builder.document_let(item, place)).collect();
    let tables = contract.tables.iter().enumerate().map(|(at, table)| builder.table(at, table)).collect();
    let Builder { automaton, prefixes, once_count, .. } = builder;
    let mut tables: Vec<PlanTable> = tables;
    later::note(&contract, &mut tables);
    let schema = Arc::new(target_schema(&contract));
    let embedded = Embedded::of(&contract.document.embedded, &symbols);
    Plan {
        schema,
        symbols,
        automaton,
        roots,
        key,
        require,
        lets,
        tables,
        embedded,
        prefixes,
        once_count,
        contract,
    }
}

/// Every path of the contract. Those of `ignore` are followed by `coverage` alone, but share the names.
fn for_each_path(contract: &Contract, visit: &mut dyn FnMut(&Path)) {
    let Contract { name: _, source: _, target: _, document, lets, tables, ignore, variables: _, hash: _ } =
        contract;
    document.roots.iter().for_each(&mut *visit);
    document.key.iter().chain(&document.require).chain(&document.embedded).for_each(&mut *visit);
    ignore.iter().for_each(&mut *visit);
    let column = |column: &Column, visit: &mut dyn FnMut(&Path)| column.paths().for_each(visit);
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
    /// Their places by how they are written: conditions hold numbers that have no hash.
    known_prefixes: HashMap<String, u32>,
    once_count: u32,
}

impl Builder<'_> {
    fn path(&mut self, base: &Base, path: &Path, reading: Reading) -> CompiledPath {
        let compiled = compile(path, self.symbols);
        base.add(&mut self.automaton, &self.main, &compiled, reading);
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
                let is_simple = path.whole.is_none() && before.iter().all(is_plain) && !last.counts();
                if is_simple { self.anchor(base, path.absolute, &path.steps) } else { None }
            }
            None => None,
        };
        PlanEach { path, anchor, ends_at_attribute: false }
    }

    /// The quickest way to follow a path.
    fn source(&mut self, base: &Base, path: CompiledPath) -> PlanSource {
        if base.is_attribute {
            return PlanSource::OfAttribute(path);
        }
        let base = &base.location;
        if path.whole.is_some() {
            return PlanSource::Path(path);
        }
        let CompiledPath { absolute, steps, needs_sorting, whole: _ } = &path;
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
        match &**steps {
            [] if !absolute => return PlanSource::OwnElement,
            [CompiledStep { axis: Axis::Child, test: Test::Text, predicates }]
                if predicates.is_empty() && !absolute =>
            {
                return PlanSource::OwnTexts;
            }
            _ => {}
        }
        if let Some(Filter { elements, predicates, counts, taken }) = Filter::of(&path)
            && let Some(anchor) = self.anchor(base, *absolute, elements)
        {
            return PlanSource::Filtered(Filtered { anchor, predicates: predicates.into(), counts, taken });
        }
        // Those beside the row are others for each row, and many: they are not put together for who wants the first.
        let is_beside =
            |step: &CompiledStep| matches!(step.axis, Axis::FollowingSibling | Axis::PrecedingSibling);
        match steps.split_last() {
            Some((last, elements))
                if last.axis == Axis::Attribute
                    && last.predicates.is_empty()
                    && !needs_sorting
                    && !elements.iter().any(is_beside) =>
            {
                let prefix = CompiledPath {
                    absolute: *absolute,
                    steps: elements.into(),
                    needs_sorting: false,
                    whole: None,
                };
                let is_own = elements.is_empty() && !absolute;
                let index = (!is_own).then(|| self.prefix(prefix));
                PlanSource::Attribute { prefix: index, test: last.test.clone() }
            }
            _ => PlanSource::Path(path),
        }
    }

    fn prefix(&mut self, prefix: CompiledPath) -> u32 {
        *self.known_prefixes.entry(format!("{prefix:?}")).or_insert_with(|| {
            self.prefixes.push(prefix);
            self.prefixes.len() as u32 - 1
        })
    }

    /// Whether a path gives one value for many rows, and which.
    fn once(&mut self, path: &CompiledPath) -> Option<Once> {
        if path.has_variables() {
            return None;
        }
        let first = path.first();
        let levels = first.steps.iter().take_while(|step| step.axis == Axis::Parent).count();
        let from = match (first.absolute, levels, &first.steps[levels..]) {
            (true, ..) => OnceFrom::Document,
            (false, 0, _) => return None,
            // An attribute of the element around is found at once.
            (false, 1, [step]) if step.axis == Axis::Attribute => return None,
            (false, levels, _) => OnceFrom::Around(levels as u32),
        };
        self.once_count += 1;
        Some(Once { index: self.once_count - 1, from })
    }

    fn column(&mut self, base: &Base, column: &Column, place: (usize, usize)) -> PlanColumn {
        let mut once = None;
        let reading = if column.reads_markup() { Reading::Markup } else { Reading::Text };
        let mut paths = column.paths();
        let source = match paths.next() {
            None => PlanSource::AsContract,
            Some(path) if column.other_paths.is_empty() && column.via.is_none() => {
                let compiled = self.path(base, path, reading);
                once = if base.is_attribute { None } else { self.once(&compiled) };
                self.source(base, compiled)
            }
            Some(_) => {
                let source = |path| {
                    let compiled = self.path(base, path, reading);
                    self.source(base, compiled)
                };
                PlanSource::FirstOf(column.paths().map(source).collect())
            }
        };
        let is_exact = match &column.source {
            ColumnSource::Parent { table, column: parent } => {
                self.contract.tables[*table].templates[0].columns[*parent].data_type == column.data_type
            }
            ColumnSource::Constant(_) => true,
            ColumnSource::Path(_)
            | ColumnSource::Expression(_)
            | ColumnSource::Source(_)
            | ColumnSource::Generate(_) => false,
        };
        let is_found_at_once = once.is_none()
            && !matches!(
                source,
                PlanSource::Path(_)
                    | PlanSource::Filtered(_)
                    | PlanSource::Attribute { .. }
                    | PlanSource::OfAttribute(_)
                    | PlanSource::FirstOf(_)
                    | PlanSource::AsContract
            );
        PlanColumn {
            quick: Quick::of(column, is_found_at_once, is_exact),
            column: column.clone(),
            source,
            table: place.0 as u32,
            index: place.1 as u32,
            is_exact,
            once,
        }
    }

    /// A `let` of the document, whose issues are those of the column at `place`.
    fn document_let(&mut self, item: &Let, place: (usize, usize)) -> PlanColumn {
        let main = Base::element(self.main.clone());
        self.column(&main, &item.column, place)
    }

    fn table(&mut self, at: usize, table: &Table) -> PlanTable {
        let base = table.within.map_or_else(|| self.main.clone(), |parent| self.locations[parent].clone());
        let each = table.each.as_ref().map(|path| compile(path, self.symbols));
        let location = match &each {
            Some(path) => self.automaton.add(&self.main, &base, path, Reading::Presence),
            None => base.clone(),
        };
        let is_attribute = table.each.as_ref().is_some_and(Path::ends_at_attribute);
        let each = each.map(|path| match is_attribute {
            true => PlanEach { path, anchor: None, ends_at_attribute: true },
            false => self.each(&base, path),
        });
        self.locations.push(location.clone());
        let base = Base { location, is_attribute };
        let readers = first_readers(self.contract, table);
        let lets = table.lets.iter().enumerate().map(|(index, item)| {
            let reader = readers.get(&Input::RowLet(index)).copied().unwrap_or(0);
            self.column(&base, &item.column, (at, reader))
        });
        let lets = lets.collect::<Vec<_>>();
        let templates = table.templates.iter().map(|template| {
            let columns = template.columns.iter().enumerate();
            let columns = columns.map(|(index, column)| self.column(&base, column, (at, index))).collect();
            let early_columns = vec![false; template.columns.len()];
            PlanTemplate { lets: template.lets.clone(), early_columns, columns }
        });
        let mut templates = templates.collect::<Vec<_>>();
        let one_per = table.one_per.as_ref().map(|one_per| PlanOnePer {
            key: self.path(&base, &one_per.key, Reading::Text),
            prefer: one_per
                .prefer
                .as_ref()
                .map(|(path, order)| (self.path(&base, path, Reading::Text), order.clone())),
            keep: one_per.keep,
        });
        let mut early_lets = vec![false; lets.len()];
        if let Some(condition) = &table.where_ {
            for template in &mut templates {
                // A `let` may be needed by one template through columns that are another's.
                let mut seen_lets = vec![false; lets.len()];
                mark_early(self.contract, &condition.inputs, &lets, &mut seen_lets, template);
                early_lets.iter_mut().zip(seen_lets).for_each(|(early, seen)| *early |= seen);
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
            shared_lets: table.shared_lets,
            early_lets,
            later: Later::default(),
        }
    }
}

/// Marks what an expression with these inputs needs of its own row: each thing once, however many ways lead to it.
fn mark_early(
    contract: &Contract,
    inputs: &[Input],
    lets: &[PlanColumn],
    seen_lets: &mut [bool],
    template: &mut PlanTemplate,
) {
    let mut open = inputs.to_vec();
    while let Some(input) = open.pop() {
        let column = match input {
            Input::Column(index) if !template.early_columns[index] => {
                template.early_columns[index] = true;
                &template.columns[index].column
            }
            Input::RowLet(index) if !seen_lets[index] => {
                seen_lets[index] = true;
                &lets[index].column
            }
            Input::Column(_)
            | Input::RowLet(_)
            | Input::ParentColumn { .. }
            | Input::ParentLet { .. }
            | Input::DocumentLet(_)
            | Input::PathText => continue,
        };
        column.for_each_input(&contract.variables, &mut |input| open.push(input));
    }
}

/// Per input of the expressions of a table's columns: the first column that reads it.
fn first_readers(contract: &Contract, table: &Table) -> HashMap<Input, usize> {
    let mut readers = HashMap::new();
    for template in &table.templates {
        for (at, column) in template.columns.iter().enumerate() {
            column.for_each_input(&contract.variables, &mut |input| {
                readers.entry(input).or_insert(at);
            });
        }
    }
    readers
}

/// Per `let` of the document: table and column that read it first.
fn first_readers_of_document_lets(contract: &Contract) -> Vec<(usize, usize)> {
    let mut places = vec![None; contract.lets.len()];
    for (at, table) in contract.tables.iter().enumerate() {
        for (input, column) in first_readers(contract, table) {
            if let Input::DocumentLet(index) = input {
                places[index].get_or_insert((at, column));
            }
        }
    }
    places.into_iter().map(|place| place.unwrap_or((0, 0))).collect()
}
