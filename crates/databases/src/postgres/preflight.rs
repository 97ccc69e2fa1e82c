//! Whether tables take rows at all, asked before the first one: the server plans the statement that would load them, and runs nothing.

use postgres::{Error, GenericClient};
use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::{OnExisting, TargetSchema};

use crate::sql::dialect::POSTGRES;
use crate::sql::names::listed;

use super::catalog::qualified;
use super::fault::table_error;
use super::rights;
use super::table_loader::TableLoader;

/// # Errors
/// When a table takes no rows, or not in the way that the contract asks for.
pub(super) fn check(
    client: &mut impl GenericClient,
    schema: &TargetSchema,
    loaders: &[TableLoader],
) -> Result<(), PortError> {
    if let Some(staged) = loaders.iter().position(TableLoader::is_staged) {
        rights::check_temporary(client, &schema.tables[staged].name)?;
    }
    for index in 0..schema.tables.len() {
        let planned = client.batch_execute(&format!("EXPLAIN {}", loading(schema, index)));
        planned.map_err(|error| refused(schema, index, error))?;
    }
    Ok(())
}

/// A statement that loads no rows in the way that rows are loaded.
fn loading(schema: &TargetSchema, index: usize) -> String {
    let table = &schema.tables[index];
    let names = POSTGRES.quote_all(table.columns.iter().map(|column| column.name.as_str()));
    let nulls = vec!["NULL"; table.columns.len()].join(", ");
    let conflict = match schema.on_existing {
        OnExisting::Skip | OnExisting::Replace if !table.primary_key.is_empty() => {
            let keys = table.primary_key.iter().map(|&column| table.columns[column].name.as_str());
            format!(" ON CONFLICT ({}) DO NOTHING", POSTGRES.quote_all(keys))
        }
        _ => String::new(),
    };
    let target = qualified(schema, &table.name);
    format!("INSERT INTO {target} ({names}) OVERRIDING SYSTEM VALUE SELECT {nulls} WHERE false{conflict}")
}

/// What the server has against it, in words of ours where these are better.
fn refused(schema: &TargetSchema, index: usize, error: Error) -> PortError {
    let table = &schema.tables[index];
    let wrong = |message: String, hint: String| {
        PortError::new(Fault::WrongTable { table: table.name.clone() }, message).with_hint(hint)
    };
    let keys: Vec<_> = table.primary_key.iter().map(|&column| table.columns[column].name.clone()).collect();
    match error.code().map(postgres::error::SqlState::code) {
        Some("42P10") => {
            let index_name = POSTGRES.quote(&format!("{}_key", table.name));
            let columns = POSTGRES.quote_all(keys.iter().map(String::as_str));
            wrong(
                format!(
                    "the key of {} ({}) is not unique in the target: `on_existing` finds existing rows by it",
                    table.name,
                    listed(&keys)
                ),
                format!("CREATE UNIQUE INDEX {index_name} ON {} ({columns})", qualified(schema, &table.name)),
            )
        }
        // What is no table, or a view that the server cannot write through.
        Some("55000" | "42809" | "0A000") => wrong(
            format!("{} takes no rows in the target: it is a view, or not an ordinary table", table.name),
            "name the table below it, or give the view an INSTEAD OF INSERT trigger".to_owned(),
        ),
        _ => table_error(&format!("preparing to load {}", table.name), table, error),
    }
}
