//! Whether the log of a target takes the keys of the source: it may have been made for keys of another type.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::log_table::{FILE, ISSUE, LOG};
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
