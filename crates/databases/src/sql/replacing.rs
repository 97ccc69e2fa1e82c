//! Rows of documents that others take the place of: whose a row is, as SQL says it.

use xmlshred_model::{DataType, Owner, TargetSchema};

use crate::sql::dialect::Dialect;

/// The statements that remove the rows of documents, children before their parents. `is_theirs` says of a column of this type, as SQL names
/// it, that it holds the key of one of them. Tables whose rows do not tell whose they are have none.
pub(crate) fn delete_rows(
    dialect: &Dialect,
    schema: &TargetSchema,
    is_theirs: &dyn Fn(&str, DataType) -> String,
) -> Vec<String> {
    let tables = (0..schema.tables.len()).rev();
    tables
        .filter_map(|table| {
            let condition = theirs(dialect, schema, table, is_theirs)?;
            Some(format!("DELETE FROM {} WHERE {condition}", name(dialect, schema, table)))
        })
        .collect()
}

/// That a row of a table is of one of these documents. Parents stand before their children, so that this ends.
fn theirs(
    dialect: &Dialect,
    schema: &TargetSchema,
    table: usize,
    is_theirs: &dyn Fn(&str, DataType) -> String,
) -> Option<String> {
    let column_of = |table: usize, column: usize| {
        format!(
            "{}.{}",
            name(dialect, schema, table),
            dialect.quote(&schema.tables[table].columns[column].name)
        )
    };
    Some(match schema.owner(table)? {
        Owner::Key(column) => {
            is_theirs(&column_of(table, column), schema.tables[table].columns[column].data_type)
        }
        Owner::Parent(index) => {
            let key = &schema.tables[table].foreign_keys[index];
            let parent = theirs(dialect, schema, key.parent, is_theirs)?;
            let same = key.columns.iter().zip(&key.parent_columns).map(|(&column, &of_parent)| {
                format!("{} = {}", column_of(key.parent, of_parent), column_of(table, column))
            });
            let same = same.collect::<Vec<_>>().join(" AND ");
            format!("EXISTS (SELECT 1 FROM {} WHERE {same} AND {parent})", name(dialect, schema, key.parent))
        }
    })
}

fn name(dialect: &Dialect, schema: &TargetSchema, table: usize) -> String {
    dialect.table(schema.namespace.as_deref(), &schema.tables[table].name)
}
