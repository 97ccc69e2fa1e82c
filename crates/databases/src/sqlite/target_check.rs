//! Whether the target can take what will be loaded: told before the first document, all at once.
//!
//! Tables and columns must be there; and columns for text must not be declared with a type that makes SQLite turn text that
//! looks like a number into one, because zip code `01234` would become 1234 without a word.

use rusqlite::Connection;
use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::log_table::{ISSUE, LOG};
use xmlshred_model::{DataType, KeyType, TargetSchema};

use crate::catalog::log_keys::{self, Holds};
use crate::catalog::target_names::{self, Known};
use crate::sql::dialect::SQLITE;
use crate::sql::names::listed;

use super::catalog::names;
use super::fault::port_error;

/// # Errors
/// Names every table and column that is missing, or else every column that would change its values.
pub(super) fn check(connection: &Connection, schema: &TargetSchema) -> Result<(), PortError> {
    check_names(connection, schema)?;
    check_computed(connection, schema)?;
    check_types(connection, schema)?;
    check_log_keys(connection, schema)
}

/// A file keeps integers in any column; text and what stands as text become numbers in one for numbers.
fn check_log_keys(connection: &Connection, schema: &TargetSchema) -> Result<(), PortError> {
    let failed = |error| port_error("reading the log's columns", error);
    if schema.key_type == KeyType::Integer {
        return Ok(());
    }
    let sql = "SELECT type FROM pragma_table_xinfo(?1) WHERE name = ?2 COLLATE NOCASE";
    let declared =
        |table: &str| connection.query_row(sql, [table, &schema.key_column], |row| row.get::<_, String>(0));
    let declared = [declared(LOG).map_err(failed)?, declared(ISSUE).map_err(failed)?];
    let holds = |declared: &str| match (is_numeric(declared), schema.key_type) {
        (true, _) => Holds::Others,
        (false, KeyType::Uuid) => Holds::Uuids,
        (false, KeyType::Decimal | KeyType::Integer) => Holds::Decimals,
        (false, KeyType::Text) => Holds::Text,
    };
    log_keys::check(schema, &SQLITE, [0, 1].map(|at| (holds(&declared[at]), declared[at].as_str())))
}

fn check_names(connection: &Connection, schema: &TargetSchema) -> Result<(), PortError> {
    let expected = target_names::expected(schema);
    let mut columns = Vec::with_capacity(expected.len());
    for table in &expected {
        let known = names(connection, "column", Some(table.name))?;
        columns.push((!known.is_empty()).then_some(known));
    }
    target_names::check(schema, &expected, &Known { columns, is_same: str::eq_ignore_ascii_case }, &SQLITE)
}

/// That the contract leaves out what the file computes.
fn check_computed(connection: &Connection, schema: &TargetSchema) -> Result<(), PortError> {
    let failed = |error| port_error("reading the target's columns", error);
    let sql = "SELECT 1 FROM pragma_table_xinfo(?1) WHERE hidden IN (2, 3) AND name = ?2 COLLATE NOCASE";
    let mut statement = connection.prepare(sql).map_err(failed)?;
    let mut computed = Vec::new();
    for table in &schema.tables {
        for column in &table.columns {
            if statement.exists([&table.name, &column.name]).map_err(failed)? {
                computed.push((table.name.as_str(), column.name.as_str()));
            }
        }
    }
    target_names::none_computed(&computed)
}

fn check_types(connection: &Connection, schema: &TargetSchema) -> Result<(), PortError> {
    let failed = |error| port_error("reading the target's columns", error);
    let sql = "SELECT type FROM pragma_table_xinfo(?1) WHERE name = ?2 COLLATE NOCASE";
    let mut statement = connection.prepare(sql).map_err(failed)?;
    let mut first_table = None;
    let mut wrong = Vec::new();
    for table in &schema.tables {
        for column in table.columns.iter().filter(|column| is_harmed_by_numbers(column.data_type)) {
            let declared: String =
                statement.query_row([&table.name, &column.name], |row| row.get(0)).map_err(failed)?;
            if is_numeric(&declared) {
                first_table.get_or_insert(&table.name);
                wrong.push(format!("{}.{} {declared}", table.name, column.name));
            }
        }
    }
    let Some(table) = first_table else { return Ok(()) };
    let message = format!("SQLite would turn text into numbers in the target's columns {}", listed(&wrong));
    Err(PortError::new(Fault::WrongTable { table: table.clone() }, message).with_hint(
        "declare them as TEXT or VARCHAR(n): SQLite has no exact decimals, and takes a type such as STRING for a number",
    ))
}

/// Whether values of this type are stored as text that, taken for a number, is not the same any more. Dates, times and
/// uuids never look like numbers; a floating point number keeps 15 digits of a decimal.
pub(super) fn is_harmed_by_numbers(data_type: DataType) -> bool {
    match data_type {
        DataType::Char(_) | DataType::VarChar(_) | DataType::Text | DataType::Xml | DataType::Json => true,
        DataType::Decimal { precision, .. } => precision > 15,
        DataType::Bool
        | DataType::TinyInt
        | DataType::SmallInt
        | DataType::Int
        | DataType::BigInt
        | DataType::Double
        | DataType::Date
        | DataType::Time
        | DataType::Timestamp
        | DataType::TimestampTz
        | DataType::Uuid
        | DataType::Binary => false,
    }
}

/// Whether a column declared so has integer, real or numeric affinity, by the rules that SQLite documents.
pub(super) fn is_numeric(declared: &str) -> bool {
    let declared = declared.to_ascii_uppercase();
    let has = |part: &str| declared.contains(part);
    has("INT") || !(has("CHAR") || has("CLOB") || has("TEXT") || has("BLOB") || declared.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_have_the_affinity_that_sqlite_gives_them() {
        let connection = Connection::open_in_memory().unwrap();
        for declared in [
            "",
            "TEXT",
            "VARCHAR(9)",
            "nchar(3)",
            "CLOB",
            "BLOB",
            "INTEGER",
            "BIGINT",
            "STRING",
            "DECIMAL(9,2)",
            "DATE",
            "REAL",
            "POINT",
            "CHARINT",
        ] {
            let create = format!("CREATE TABLE t (a {declared}); INSERT INTO t VALUES ('012');");
            connection.execute_batch(&create).unwrap();
            let sql = "SELECT typeof(a) = 'text' FROM t";
            let is_kept: bool = connection.query_row(sql, [], |row| row.get(0)).unwrap();
            assert_eq!(is_numeric(declared), !is_kept, "{declared}");
            connection.execute("DROP TABLE t", []).unwrap();
        }
    }
}
