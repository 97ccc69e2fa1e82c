//! Rows of documents, to be replaced or looked at: whose a row is, as SQL says it.

use xmlshred_model::log_table::{CONTRACT_NAME, LOG, SUCCESS};
use xmlshred_model::{DataType, Owner, TargetSchema};

use crate::sql::ddl::text_literal;
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

/// The statement that reads the rows of documents; `cells` is what is read of each. None where the table's rows do not tell whose they are.
pub(crate) fn select_rows(
    dialect: &Dialect,
    schema: &TargetSchema,
    table: usize,
    cells: &str,
    is_theirs: &dyn Fn(&str, DataType) -> String,
) -> Option<String> {
    let condition = theirs(dialect, schema, table, is_theirs)?;
    Some(format!("SELECT {cells} FROM {} WHERE {condition}", name(dialect, schema, table)))
}

/// The statement that counts the rows of a table that are of no document that a log has with its rows, whichever contract's. `same_key` says of a
/// column of this type that it holds the key of the row of the log that is called `log`.
pub(crate) fn count_ownerless(
    dialect: &Dialect,
    schema: &TargetSchema,
    table: usize,
    same_key: &dyn Fn(&str, DataType) -> String,
) -> Option<String> {
    let condition = logged(dialect, schema, table, same_key, "")?;
    Some(format!("SELECT count(*) FROM {} WHERE NOT ({condition})", name(dialect, schema, table)))
}

/// The statement that counts the rows of a table that are of documents that the log has with their rows, of the schema's contract.
pub(crate) fn count_owned(
    dialect: &Dialect,
    schema: &TargetSchema,
    table: usize,
    same_key: &dyn Fn(&str, DataType) -> String,
) -> Option<String> {
    let of_contract = format!(" AND log.{CONTRACT_NAME} = {}", text_literal(dialect, &schema.contract_name));
    let condition = logged(dialect, schema, table, same_key, &of_contract)?;
    Some(format!("SELECT count(*) FROM {} WHERE {condition}", name(dialect, schema, table)))
}

/// That a row of a table is of a document that a log has with its rows, in a row of the log that is `more`.
fn logged(
    dialect: &Dialect,
    schema: &TargetSchema,
    table: usize,
    same_key: &dyn Fn(&str, DataType) -> String,
    more: &str,
) -> Option<String> {
    let log = dialect.table(schema.namespace.as_deref(), LOG);
    let is_logged = |column: &str, data_type| {
        let same = same_key(column, data_type);
        format!("EXISTS (SELECT 1 FROM {log} AS log WHERE {same} AND log.status = '{SUCCESS}'{more})")
    };
    theirs(dialect, schema, table, &is_logged)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::dialect::SQL_SERVER;
    use xmlshred_model::{ColumnSchema, ForeignKey, KeyType, OnExisting, TableSchema};

    /// `person(id)`, `phone(person_id)` below it, and `code(id)`, which belongs to nobody.
    fn schema() -> TargetSchema {
        let table = |name: &str, column: &str, foreign_keys| TableSchema {
            name: name.to_owned(),
            columns: vec![ColumnSchema {
                name: column.to_owned(),
                data_type: DataType::BigInt,
                nullable: false,
                sensitive: false,
            }],
            primary_key: vec![0],
            foreign_keys,
        };
        let to_person = ForeignKey { columns: vec![0], parent: 0, parent_columns: vec![0] };
        TargetSchema {
            namespace: Some("m".to_owned()),
            on_existing: OnExisting::Fail,
            tables: vec![
                table("person", "id", vec![]),
                table("phone", "person_id", vec![to_person]),
                table("code", "id", vec![]),
            ],
            key_column: "app_id".to_owned(),
            key_type: KeyType::Integer,
            ranking_columns: Vec::new(),
            owners: vec![Some(Owner::Key(0)), Some(Owner::Parent(0)), None],
            has_versions: false,
            contract_name: "contract".to_owned(),
        }
    }

    #[test]
    fn rows_of_documents_are_found_by_their_key_or_by_their_parents() {
        let schema = schema();
        let is_theirs = |column: &str, _| format!("{column} IN (@P1)");
        assert_eq!(
            delete_rows(&SQL_SERVER, &schema, &is_theirs),
            [
                "DELETE FROM [m].[phone] WHERE EXISTS (SELECT 1 FROM [m].[person] WHERE [m].[person].[id] = [m].[phone].[person_id] \
                 AND [m].[person].[id] IN (@P1))",
                "DELETE FROM [m].[person] WHERE [m].[person].[id] IN (@P1)",
            ]
        );
        let select = |table| select_rows(&SQL_SERVER, &schema, table, "[id]", &is_theirs);
        assert_eq!(
            select(0).as_deref(),
            Some("SELECT [id] FROM [m].[person] WHERE [m].[person].[id] IN (@P1)")
        );
        assert_eq!(select(2), None);
        let same = |column: &str, _| format!("{column} = log.[app_id]");
        let count = |table| count_ownerless(&SQL_SERVER, &schema, table, &same);
        let logged = "EXISTS (SELECT 1 FROM [m].[processing_log] AS log WHERE [m].[person].[id] = log.[app_id] AND log.status = 'success')";
        assert_eq!(count(0), Some(format!("SELECT count(*) FROM [m].[person] WHERE NOT ({logged})")));
        assert!(
            count(1).is_some_and(|sql| sql.ends_with(&format!("[m].[phone].[person_id] AND {logged}))")))
        );
        assert_eq!(count(2), None);
        let of_contract = logged.replace("'success')", "'success' AND log.contract_name = N'contract')");
        let owned = count_owned(&SQL_SERVER, &schema, 0, &same);
        assert_eq!(owned, Some(format!("SELECT count(*) FROM [m].[person] WHERE {of_contract}")));
    }
}
