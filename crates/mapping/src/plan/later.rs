//! Which rows are kept while a document is shredded, and which of their values: those that later rows read.

use crate::contract::{ColumnSource, Contract, Input};
use crate::path::Path;

use super::table::PlanTable;

/// Notes for every table what rows of others read of its own.
pub(super) fn note(contract: &Contract, tables: &mut [PlanTable]) {
    let variables_of = |path: &Path, tables: &mut [PlanTable]| {
        path.for_each_variable(&mut |variable| {
            inputs(&[contract.variables[variable.number as usize]], tables);
        });
    };
    for table in &contract.tables {
        table.each.iter().for_each(|path| variables_of(path, tables));
        if let Some(one_per) = &table.one_per {
            variables_of(&one_per.key, tables);
            one_per.prefer.iter().for_each(|(path, _)| variables_of(path, tables));
        }
        if let Some(parent) = table.within {
            tables[parent].later.is_base = true;
        }
        let columns = table.templates.iter().flat_map(|template| &template.columns);
        let columns = columns.chain(table.lets.iter().map(|item| &item.column));
        for column in columns {
            if let ColumnSource::Parent { table, column } = &column.source {
                tables[*table].later.columns.add(*column);
            }
            column.for_each_input(&contract.variables, &mut |input| inputs(&[input], tables));
        }
        if let Some(condition) = &table.where_ {
            inputs(&condition.inputs, tables);
        }
    }
}

fn inputs(inputs: &[Input], tables: &mut [PlanTable]) {
    for input in inputs {
        match *input {
            Input::ParentColumn { table, column } => tables[table].later.columns.add(column),
            Input::ParentLet { table, index } => tables[table].later.lets.add(index),
            Input::Column(_) | Input::RowLet(_) | Input::DocumentLet(_) | Input::PathText => {}
        }
    }
}
