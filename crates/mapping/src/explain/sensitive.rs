//! Which `let`s are sensitive: by themselves, or as the columns that are made of them.

use std::collections::BTreeSet;

use crate::contract::{Column, ColumnSource, Contract, Input, Let};

/// `let`s that the contract calls sensitive, and those that expressions of sensitive columns and `let`s read, directly or by way of
/// others.
pub(super) struct SensitiveLets {
    /// With the table; those of the document with `None`.
    found: BTreeSet<(Option<usize>, usize)>,
}

impl SensitiveLets {
    pub(super) fn of(contract: &Contract) -> Self {
        let mut sensitive = Self { found: BTreeSet::new() };
        sensitive.add_declared(contract, None, &contract.lets);
        for (at, table) in contract.tables.iter().enumerate() {
            sensitive.add_declared(contract, Some(at), &table.lets);
            let columns = table.templates.iter().flat_map(|template| &template.columns);
            for column in columns.filter(|column| column.sensitive) {
                sensitive.add(contract, Some(at), column);
            }
        }
        sensitive
    }

    pub(super) fn has(&self, table: Option<usize>, index: usize) -> bool {
        self.found.contains(&(table, index))
    }

    /// Those that the contract itself calls sensitive.
    fn add_declared(&mut self, contract: &Contract, owner: Option<usize>, lets: &[Let]) {
        for (index, item) in lets.iter().enumerate().filter(|(_, item)| item.column.sensitive) {
            self.found.insert((owner, index));
            self.add(contract, owner, &item.column);
        }
    }

    /// What a column or `let` of a table, or of the document, reads.
    fn add(&mut self, contract: &Contract, table: Option<usize>, column: &Column) {
        let ColumnSource::Expression(bound) = &column.source else { return };
        for &input in &bound.inputs {
            let (owner, index) = match input {
                Input::RowLet(index) => (table, index),
                Input::ParentLet { table, index } => (Some(table), index),
                Input::DocumentLet(index) => (None, index),
                Input::Column(_) | Input::ParentColumn { .. } => continue,
            };
            if self.found.insert((owner, index)) {
                let lets: &[Let] = owner.map_or(&contract.lets, |table| &contract.tables[table].lets);
                self.add(contract, owner, &lets[index].column);
            }
        }
    }
}
