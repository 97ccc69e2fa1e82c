//! Whether the log of a target takes the keys of the source: it may have been made for keys of another type.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::log_table::{FILE, ISSUE, LOG, LOG_ID, LogColumn, log_columns};
use xmlshred_model::{KeyType, TargetSchema};

use crate::sql::dialect::Dialect;

/// What a column holds, as far as keys are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Integers,
    Decimals,
    Uuids,
    Text,
    Others,
}

/// That the key columns of log and issues, given with their types as the database has them, hold keys of the source's type.
///
/// # Errors
/// Names the first that does not.
pub(crate) fn check(
    schema: &TargetSchema,
    dialect: &Dialect,
    found: [(Holds, &str); 2],
) -> Result<(), PortError> {
    for (table, (holds, type_name)) in [LOG, ISSUE].into_iter().zip(found) {
        if !fits(schema.key_type, holds) {
            return Err(other_type(schema, dialect, table, type_name));
        }
    }
    Ok(())
}

/// That the log, if it is there with these columns, has the contract's name for the key: all contracts of one log have one.
///
/// # Errors
/// When it has another. To add the column would leave a log that takes no row: the other one stays, and takes no null.
pub(crate) fn check_name(
    schema: &TargetSchema,
    columns: Option<&[String]>,
    is_same: fn(&str, &str) -> bool,
) -> Result<(), PortError> {
    let Some(columns) = columns else { return Ok(()) };
    let key = &schema.key_column;
    let ours = log_columns(key, schema.key_type);
    let is_ours =
        |column: &String| is_same(column, LOG_ID) || ours.iter().any(|own| is_same(column, &own.name));
    let lacks = |own: &&LogColumn| !columns.iter().any(|column| is_same(column, &own.name));
    let lacking: Vec<_> = ours.iter().filter(lacks).collect();
    let (true, Some(other)) =
        (matches!(&lacking[..], [only] if only.name == *key), columns.iter().find(|column| !is_ours(column)))
    else {
        return Ok(());
    };
    let message = format!(
        "the keys of {LOG} are in its column {other}, and this contract's source calls its key {key}"
    );
    let schema =
        if schema.namespace.is_some() { "another `target.schema`" } else { "another database, or schema," };
    Err(PortError::new(Fault::WrongTable { table: LOG.to_owned() }, message).with_hint(format!(
        "contracts that share a log call their key alike: read this source through a view whose key is called {other}, or give this contract {schema} \
         for its target"
    )))
}

/// Decimals hold integers.
fn fits(key_type: KeyType, holds: Holds) -> bool {
    match key_type {
        KeyType::Integer => matches!(holds, Holds::Integers | Holds::Decimals),
        KeyType::Decimal => holds == Holds::Decimals,
        KeyType::Uuid => holds == Holds::Uuids,
        KeyType::Text => holds == Holds::Text,
    }
}

fn other_type(schema: &TargetSchema, dialect: &Dialect, table: &str, type_name: &str) -> PortError {
    let (key, keys) = (&schema.key_column, schema.key_type.plural());
    let message =
        format!("the keys of the source are {keys}, and the column {table}.{key} is of type {type_name}");
    let drop = [LOG, ISSUE, FILE]
        .map(|name| format!("DROP TABLE {}", dialect.table(schema.namespace.as_deref(), name)));
    PortError::new(Fault::WrongTable { table: table.to_owned() }, message).with_hint(format!(
        "this log was made for other keys. Where it has no rows that count, drop it ({}) and say --create-tables; where it has, give this contract \
         a schema or a database of its own for its target",
        drop.join("; ")
    ))
}
