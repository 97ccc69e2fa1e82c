//! Which `let`s columns are made of: to show them with a column, and to mask those of sensitive ones.

use std::collections::BTreeSet;

use crate::contract::{BoundExpression, Column, Contract, Input, Let};

/// Some of a contract's `let`s.
#[derive(Clone, Debug, Default)]
pub struct LetSet {
    /// With the table; those of the document with `None`.
    found: BTreeSet<(Option<usize>, usize)>,
}

impl LetSet {
    /// Those that the contract calls sensitive, and what sensitive columns and `let`s read, directly or by way of others.
    pub(crate) fn of_sensitive(contract: &Contract) -> Self {
        let mut set = Self::default();
        set.add_declared(contract, None, &contract.lets);
        for (at, table) in contract.tables.iter().enumerate() {
            set.add_declared(contract, Some(at), &table.lets);
            let columns = table.templates.iter().flat_map(|template| &template.columns);
            columns
                .filter(|column| column.sensitive)
                .for_each(|column| set.add_column(contract, Some(at), column));
        }
        set
    }

    /// What the column or `let` of this name in a table reads, directly or by way of others; without a name all that the table reads,
    /// its `where` included.
    pub fn read_by(contract: &Contract, table: usize, name: Option<&str>) -> Self {
        let mut set = Self::default();
        let spec = &contract.tables[table];
        let columns = spec.templates.iter().flat_map(|template| &template.columns);
        let all = columns.chain(spec.lets.iter().map(|item| &item.column));
        for column in all.filter(|column| name.is_none_or(|name| name == column.name)) {
            set.add_column(contract, Some(table), column);
        }
        if let (None, Some(condition)) = (name, &spec.where_) {
            set.add_expression(contract, Some(table), condition);
        }
        set
    }

    /// Whether this `let` of a table, or of the document, is one of them.
    pub fn has(&self, table: Option<usize>, index: usize) -> bool {
        self.found.contains(&(table, index))
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    fn add_declared(&mut self, contract: &Contract, owner: Option<usize>, lets: &[Let]) {
        for (index, item) in lets.iter().enumerate().filter(|(_, item)| item.column.sensitive) {
            self.found.insert((owner, index));
            self.add_column(contract, owner, &item.column);
        }
    }

    fn add_column(&mut self, contract: &Contract, table: Option<usize>, column: &Column) {
        if let Some(bound) = column.expression() {
            self.add_expression(contract, table, bound);
        }
    }

    /// What an expression of a table, or of the document, reads.
    fn add_expression(&mut self, contract: &Contract, table: Option<usize>, bound: &BoundExpression) {
        let mut open = vec![(table, bound)];
        while let Some((table, bound)) = open.pop() {
            for &input in &bound.inputs {
                let (owner, index) = match input {
                    Input::RowLet(index) => (table, index),
                    Input::ParentLet { table, index } => (Some(table), index),
                    Input::DocumentLet(index) => (None, index),
                    Input::Column(_) | Input::ParentColumn { .. } | Input::PathText => continue,
                };
                let lets: &[Let] = owner.map_or(&contract.lets, |table| &contract.tables[table].lets);
                if self.found.insert((owner, index))
                    && let Some(bound) = lets[index].column.expression()
                {
                    open.push((owner, bound));
                }
            }
        }
    }
}
