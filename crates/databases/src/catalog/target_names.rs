//! Whether the target has the tables and columns of the contract: told before the first document, all at once.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::{DataType, TargetSchema};

use crate::catalog::log_keys;
use crate::catalog::log_layout::{Layout, too_old};
use crate::sql::dialect::Dialect;
use crate::sql::names::listed;
use xmlshred_model::log_table::{ISSUE, LOG, LOG_ID, LogColumn, issue_columns, log_columns};

/// A table that must be there.
pub(crate) struct Expected<'a> {
    /// Its name, without schema.
    pub(crate) name: &'a str,
    /// Its columns.
    pub(crate) columns: Vec<(String, DataType)>,
}

/// What the target has.
pub(crate) struct Known {
    /// Columns of the expected tables, in their order; `None` where there is no such table.
    pub(crate) columns: Vec<Option<Vec<String>>>,
    /// Whether two names of columns are one to this database.
    pub(crate) is_same: fn(&str, &str) -> bool,
}

/// The tables of the schema in its order, then the log and the issues.
pub(crate) fn expected(schema: &TargetSchema) -> Vec<Expected<'_>> {
    let mut expected: Vec<_> = schema
        .tables
        .iter()
        .map(|table| {
            let columns =
                table.columns.iter().map(|column| (column.name.clone(), column.data_type)).collect();
            Expected { name: &table.name, columns }
        })
        .collect();
    let typed = |column: LogColumn| (column.name, column.data_type);
    let log = log_columns(&schema.key_column, schema.key_type).into_iter().map(typed);
    let log = std::iter::once((LOG_ID.to_owned(), DataType::BigInt)).chain(log).collect();
    expected.push(Expected { name: LOG, columns: log });
    let issue = issue_columns(&schema.key_column, schema.key_type).into_iter().map(typed).collect();
    expected.push(Expected { name: ISSUE, columns: issue });
    expected
}

/// # Errors
/// Names every table and column that is missing, with the statements that add columns.
pub(crate) fn check(
    schema: &TargetSchema,
    expected: &[Expected<'_>],
    known: &Known,
    dialect: &Dialect,
) -> Result<(), PortError> {
    let outdated = |(table, columns): (&Expected<'_>, &Option<Vec<String>>)| {
        let is_log = [LOG, ISSUE].contains(&table.name);
        if is_log { Layout::of(table.name, columns.as_deref()).outdated() } else { None }
    };
    if let Some(version) = expected.iter().zip(&known.columns).filter_map(outdated).min() {
        return Err(too_old(version));
    }
    log_keys::check_name(schema, known.columns[schema.tables.len()].as_deref(), known.is_same)?;
    if known.columns[..schema.tables.len()].iter().all(Option::is_none) {
        let fault = Fault::MissingTable { table: expected[0].name.to_owned() };
        return Err(PortError::new(fault, none_exists(schema)).with_hint(CREATE));
    }
    let (mut tables, mut columns, mut alter) = (Vec::new(), Vec::new(), Vec::new());
    let mut first_table = None;
    for (Expected { name: table, columns: wanted }, known_columns) in expected.iter().zip(&known.columns) {
        let Some(known_columns) = known_columns else {
            tables.push((*table).to_owned());
            continue;
        };
        for (name, data_type) in wanted {
            if !known_columns.iter().any(|column| (known.is_same)(column, name)) {
                first_table.get_or_insert(*table);
                columns.push(format!("{table}.{name}"));
                alter.push(add_column(dialect, schema, table, name, *data_type));
            }
        }
    }
    let fault = match (tables.first(), first_table) {
        (Some(table), _) => Fault::MissingTable { table: table.clone() },
        (None, Some(table)) => Fault::WrongTable { table: table.to_owned() },
        (None, None) => return Ok(()),
    };
    let parts = [("tables", &tables), ("columns", &columns)]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| format!("{what} {}", listed(names)))
        .collect::<Vec<_>>();
    let more = alter.len().saturating_sub(MAX_STATEMENTS);
    alter.truncate(MAX_STATEMENTS);
    let mut hint = alter.join("; ");
    if more > 0 {
        hint = format!("{hint}; and {more} more, which `xmlshred check` with the same address prints");
    }
    if !tables.is_empty() {
        let create = "`xmlshred run --create-tables` makes missing tables";
        hint = if hint.is_empty() { create.to_owned() } else { format!("{create}; {hint}") };
    }
    Err(PortError::new(fault, format!("the target lacks {}", parts.join(" and "))).with_hint(hint))
}

/// Statements that a hint shows.
const MAX_STATEMENTS: usize = 10;

/// What makes the tables of a target that has none.
pub(crate) const CREATE: &str = "say `xmlshred run --create-tables`, or run the statements of `xmlshred ddl`";

/// What is said of a target that has none of the contract's tables.
pub(crate) fn none_exists(schema: &TargetSchema) -> String {
    match &schema.tables[..] {
        [table] => format!("the table {} does not exist yet: `--create-tables` makes it", table.name),
        tables => format!("none of the {} tables exist yet: `--create-tables` makes them", tables.len()),
    }
}

/// The statement that adds a column to a table that is there.
pub(crate) fn add_column(
    dialect: &Dialect,
    schema: &TargetSchema,
    table: &str,
    column: &str,
    data_type: DataType,
) -> String {
    format!(
        "ALTER TABLE {} ADD {} {}",
        dialect.table(schema.namespace.as_deref(), table),
        dialect.quote(column),
        dialect.type_name(data_type)
    )
}

/// # Errors
/// Names these columns, given with their tables, which the target computes itself.
pub(crate) fn none_computed(columns: &[(&str, &str)]) -> Result<(), PortError> {
    let Some((table, _)) = columns.first() else { return Ok(()) };
    let names: Vec<_> = columns.iter().map(|(table, column)| format!("{table}.{column}")).collect();
    let message =
        format!("the target computes columns itself, and takes no values for them: {}", listed(&names));
    Err(PortError::new(Fault::WrongTable { table: (*table).to_owned() }, message)
        .with_hint("take them out of the contract, or make them ordinary columns in the target"))
}
