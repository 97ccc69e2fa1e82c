//! The target tables that a contract asks for.

use std::collections::HashMap;

use xmlshred_model::{ColumnSchema, ForeignKey, Owner, TableSchema, TargetSchema};

use super::checked::{Column, ColumnSource, Contract, OnInvalid};
use super::document_key::{document_key_column, ranking_column};

/// Tables in insert order. The primary key is the columns with `key: true`; a table refers to each table whose whole primary key
/// its `parent:` columns repeat.
pub fn target_schema(contract: &Contract) -> TargetSchema {
    let mut tables: Vec<TableSchema> = Vec::with_capacity(contract.tables.len());
    for table in &contract.tables {
        let columns = &table.templates[0].columns;
        let schema = TableSchema {
            name: table.name.clone(),
            columns: columns.iter().map(column_schema).collect(),
            primary_key: (0..columns.len()).filter(|&at| columns[at].key).collect(),
            foreign_keys: foreign_keys(columns, &tables),
        };
        tables.push(schema);
    }
    let owners = owners(contract, &tables);
    TargetSchema {
        namespace: contract.target.schema.clone(),
        on_existing: contract.target.on_existing,
        tables,
        key_column: contract.source.key.clone(),
        key_type: contract.source.key_type.unwrap_or_default(),
        ranking_columns: (0..contract.tables.len()).map(|table| ranking_column(contract, table)).collect(),
        owners,
        has_versions: contract.source.version.is_some(),
        contract_name: contract.name.clone(),
    }
}

/// How the rows of each table tell whose document's they are: a column holds its key, or they refer to the one row of a table that tells it.
pub(super) fn owners(contract: &Contract, tables: &[TableSchema]) -> Vec<Option<Owner>> {
    let mut owners: Vec<Option<Owner>> = Vec::with_capacity(tables.len());
    for (at, table) in tables.iter().enumerate() {
        let by_parent = || {
            let keys = table.foreign_keys.iter();
            keys.enumerate()
                .find(|(_, key)| owners[key.parent].is_some())
                .map(|(index, _)| Owner::Parent(index))
        };
        let owner = document_key_column(contract, at).map(Owner::Key).or_else(by_parent);
        owners.push(owner);
    }
    owners
}

fn column_schema(column: &Column) -> ColumnSchema {
    ColumnSchema {
        name: column.name.clone(),
        data_type: column.data_type,
        nullable: !column.required,
        sensitive: column.sensitive,
    }
}

fn foreign_keys(columns: &[Column], tables: &[TableSchema]) -> Vec<ForeignKey> {
    // Only tables that columns refer to are looked at, of however many there are.
    let mut parents = columns
        .iter()
        .filter_map(|column| match column.source {
            ColumnSource::Parent { table, .. } => Some(table),
            _ => None,
        })
        .collect::<Vec<_>>();
    parents.sort_unstable();
    parents.dedup();
    let own_columns = columns.iter().enumerate().rev().filter_map(|(at, column)| match column.source {
        ColumnSource::Parent { table, column } => Some(((table, column), at)),
        _ => None,
    });
    // The first of two that repeat the same.
    let own_columns = own_columns.collect::<HashMap<_, _>>();
    let refer_to = |parent: usize| {
        let table = tables.get(parent)?;
        let own = table
            .primary_key
            .iter()
            .map(|&key| own_columns.get(&(parent, key)).copied())
            .collect::<Option<Vec<_>>>()?;
        (!own.is_empty()).then(|| ForeignKey {
            columns: own,
            parent,
            parent_columns: table.primary_key.clone(),
        })
    };
    parents.into_iter().filter_map(refer_to).collect()
}

/// Whether a column (by index) of a table can never be null, though it need not be required: constants, generated values, and what
/// has a default for everything that could make it null.
pub fn is_always_filled(contract: &Contract, table: usize, column: usize) -> bool {
    is_filled(contract, table, column, &mut HashMap::new())
}

/// `known` are answers: tables of several templates within each other lead to the same column on many ways.
fn is_filled(
    contract: &Contract,
    table: usize,
    column: usize,
    known: &mut HashMap<(usize, usize), bool>,
) -> bool {
    if let Some(&known) = known.get(&(table, column)) {
        return known;
    }
    let templates = &contract.tables[table].templates;
    let is_filled = templates.iter().map(|template| &template.columns[column]).all(|column| {
        let is_nulled = column.on_invalid == OnInvalid::Null
            || column.codes.is_some() && column.on_unmapped_code == OnInvalid::Null;
        column.required
            || column.default.is_some() && !is_nulled
            || match &column.source {
                ColumnSource::Constant(value) => !value.as_value().is_null(),
                ColumnSource::Generate(_) => true,
                ColumnSource::Parent { table, column } => is_filled(contract, *table, *column, known),
                ColumnSource::Path(_) | ColumnSource::Expression(_) | ColumnSource::Source(_) => false,
            }
    });
    known.insert((table, column), is_filled);
    is_filled
}
