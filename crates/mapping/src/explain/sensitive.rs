//! Which `let`s are as sensitive as the columns that are made of them.

use std::collections::BTreeSet;

use crate::contract::{Column, ColumnSource, Contract, Input, Let};

/// `let`s that expressions of sensitive columns read, directly or by way of others.
pub(super) struct SensitiveLets {
    /// With the table; those of the document with `None`.
    found: BTreeSet<(Option<usize>, usize)>,
}

impl SensitiveLets {
    pub(super) fn of(contract: &Contract) -> Self {
        let mut sensitive = Self { found: BTreeSet::new() };
        for (at, table) in contract.tables.iter().enumerate() {
            let columns = table.templates.iter().flat_map(|template| &template.columns);
            for column in columns.filter(|column| column.sensitive) {
                sensitive.add(contract, at, column);
            }
        }
        sensitive
    }

    pub(super) fn has(&self, table: Option<usize>, index: usize) -> bool {
        self.found.contains(&(table, index))
    }

    /// What a column or `let` of a table reads.
    fn add(&mut self, contract: &Contract, table: usize, column: &Column) {
        let ColumnSource::Expression(bound) = &column.source else { return };
        for &input in &bound.inputs {
            let (owner, index) = match input {
                Input::RowLet(index) => (Some(table), index),
                Input::ParentLet { table, index } => (Some(table), index),
                Input::DocumentLet(index) => (None, index),
                Input::Column(_) | Input::ParentColumn { .. } => continue,
            };
            if self.found.insert((owner, index)) {
                let lets: &[Let] = owner.map_or(&contract.lets, |table| &contract.tables[table].lets);
                self.add(contract, owner.unwrap_or(table), &lets[index].column);
            }
        }
    }
}
