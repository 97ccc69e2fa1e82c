//! Parts of a contract's paths as automatons of their own: what columns read, and what the contract ignores. Only `coverage` and `explore`
//! ask; a run knows one automaton of everything.

use crate::contract::{Column, Input};
use crate::path::Path;

use super::automaton::{Automaton, Reading};
use super::base::Base;
use super::compiled::{CompiledPath, CompiledStep, Whole, compile};
use super::location::Location;
use super::prepared::{Paths, Plan};

/// Which `let`s some column reads, itself or through others: what only conditions read is stored nowhere.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) document: Vec<bool>,
    /// Per table.
    pub(crate) rows: Vec<Vec<bool>>,
}

impl Stored {
    pub(crate) fn of(plan: &Plan) -> Self {
        let contract = plan.contract();
        let rows = contract.tables.iter().map(|table| vec![false; table.lets.len()]).collect();
        let mut stored = Self { document: vec![false; contract.lets.len()], rows };
        for (at, table) in contract.tables.iter().enumerate() {
            for column in table.templates.iter().flat_map(|template| &template.columns) {
                stored.mark(plan, at, column);
            }
        }
        stored
    }

    fn mark(&mut self, plan: &Plan, table: usize, column: &Column) {
        let contract = plan.contract();
        let mut open = vec![(table, column)];
        while let Some((table, column)) = open.pop() {
            let Some(bound) = column.expression() else { continue };
            for input in &bound.inputs {
                let (owner, index, slot) = match *input {
                    Input::RowLet(index) => (table, index, &mut self.rows[table][index]),
                    Input::ParentLet { table, index } => (table, index, &mut self.rows[table][index]),
                    Input::DocumentLet(index) => (usize::MAX, index, &mut self.document[index]),
                    // Columns are stored themselves.
                    Input::Column(_) | Input::ParentColumn { .. } | Input::PathText => continue,
                };
                if !std::mem::replace(slot, true) {
                    let lets = contract.tables.get(owner).map_or(&contract.lets, |table| &table.lets);
                    open.push((owner, &lets[index].column));
                }
            }
        }
    }
}

/// The paths of columns, of the `let`s that they read and of the document's key, without conditions.
pub(crate) fn columns(plan: &Plan, stored: &Stored) -> Automaton {
    let mut automaton = of_some(plan, &|column| match column {
        PathOf::Column(_) => true,
        PathOf::Let(Some(table), index) => stored.rows[table][index],
        PathOf::Let(None, index) => stored.document[index],
    });
    if let Some(path) = plan.key() {
        let main = automaton.main(plan.roots());
        automaton.add(&main, &main, &without_predicates(path), Reading::Text);
    }
    automaton
}

/// What a path may be of.
#[derive(Clone, Copy)]
pub(crate) enum PathOf<'c> {
    Column(&'c Column),
    /// With its table, or of the document, and its index.
    Let(Option<usize>, usize),
}

/// The paths of some columns and `let`s, without conditions.
pub(crate) fn of_some(plan: &Plan, is_wanted: &dyn Fn(PathOf<'_>) -> bool) -> Automaton {
    let mut automaton = Automaton::new();
    let main = automaton.main(plan.roots());
    let contract = plan.contract();
    let mut add = |base: &Base, column: &Column| {
        let reading = if column.reads_markup() { Reading::Markup } else { Reading::Text };
        let mut is_value_of_row = false;
        for path in column.paths() {
            is_value_of_row |= path.steps.is_empty() && path.naming.is_none();
            base.add(&mut automaton, &main, &without_predicates(&compile(path, plan.symbols())), reading);
        }
        is_value_of_row
    };
    let document = Base::element(main.clone());
    for (_, item) in contract.lets.iter().enumerate().filter(|&(at, _)| is_wanted(PathOf::Let(None, at))) {
        add(&document, &item.column);
    }
    let mut locations: Vec<Location> = Vec::new();
    let mut attributes = Vec::new();
    for (table_at, table) in contract.tables.iter().enumerate() {
        let around = table.within.map_or_else(|| main.clone(), |parent| locations[parent].clone());
        let each = table.each.as_ref().map(|path| without_predicates(&compile(path, plan.symbols())));
        let location = match &each {
            // Where the path leads is all that is wanted of it.
            Some(path) => Automaton::new().add(&main, &around, path, Reading::Presence),
            None => around.clone(),
        };
        let is_attribute = table.each.as_ref().is_some_and(Path::ends_at_attribute);
        let base = Base { location, is_attribute };
        let is_let_wanted = |at: usize| is_wanted(PathOf::Let(Some(table_at), at));
        let lets = table.lets.iter().enumerate().filter(|&(at, _)| is_let_wanted(at));
        let columns = table.templates.iter().flat_map(|template| &template.columns);
        let columns = columns.filter(|column| is_wanted(PathOf::Column(column)));
        let mut is_value_read = false;
        for column in lets.map(|(_, item)| &item.column).chain(columns) {
            is_value_read |= add(&base, column);
        }
        if is_attribute && is_value_read {
            attributes.extend(each.map(|path| (around, path)));
        }
        locations.push(base.location);
    }
    for (around, path) in attributes {
        automaton.add(&main, &around, &path, Reading::Presence);
    }
    automaton
}

/// What a contract leaves out on purpose.
#[derive(Debug)]
pub(crate) struct Ignored {
    automaton: Automaton,
    /// From the main element.
    pub(crate) paths: Vec<CompiledPath>,
}

impl Ignored {
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut automaton = Automaton::new();
        let main = automaton.main(plan.roots());
        let paths = plan.contract().ignore.iter().map(|path| {
            let path = compile(path, plan.symbols());
            automaton.add(&main, &main, &path, Reading::Presence);
            path
        });
        let paths = paths.collect();
        Self { automaton, paths }
    }

    pub(crate) fn paths<'p>(&'p self, plan: &'p Plan) -> Paths<'p> {
        Paths { symbols: plan.symbols(), automaton: &self.automaton }
    }
}

fn without_predicates(path: &CompiledPath) -> CompiledPath {
    let steps = path.steps.iter().map(|step| CompiledStep { predicates: Box::default(), ..step.clone() });
    let steps = steps.collect();
    let whole = path.whole.as_ref().map(|whole| {
        let group = whole.group.as_ref().map(|(path, position)| (without_predicates(path), *position));
        Box::new(Whole { group, naming: whole.naming, variables: Box::default(), lookup: None })
    });
    CompiledPath { steps, whole, ..*path }
}
