//! Whether the target has the tables and columns of the contract: told before the first document, all at once.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::TargetSchema;

use crate::catalog::log_layout::{Layout, too_old};
use crate::sql::names::listed;
use xmlshred_model::log_table::{ISSUE, LOG, LOG_ID, issue_columns, log_columns};

/// A table that must be there.
pub(crate) struct Expected<'a> {
    /// Its name, without schema.
    pub(crate) name: &'a str,
    /// Its columns.
    pub(crate) columns: Vec<String>,
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
            let columns = table.columns.iter().map(|column| column.name.clone()).collect();
            Expected { name: &table.name, columns }
        })
        .collect();
    let log = log_columns(&schema.key_column).into_iter().map(|column| column.name);
    let log = std::iter::once(LOG_ID.to_owned()).chain(log).collect();
    expected.push(Expected { name: LOG, columns: log });
    let issue = issue_columns(&schema.key_column).into_iter().map(|column| column.name).collect();
    expected.push(Expected { name: ISSUE, columns: issue });
    expected
}

/// # Errors
/// Names every table and column that is missing.
pub(crate) fn check(expected: &[Expected<'_>], known: &Known) -> Result<(), PortError> {
    let (mut tables, mut columns) = (Vec::new(), Vec::new());
    let is_old = |(table, columns): (&Expected<'_>, &Option<Vec<String>>)| {
        [LOG, ISSUE].contains(&table.name) && Layout::of(columns.as_deref()) == Layout::Version1
    };
    if expected.iter().zip(&known.columns).any(is_old) {
        return Err(too_old());
    }
    for (Expected { name: table, columns: wanted }, known_columns) in expected.iter().zip(&known.columns) {
        let Some(known_columns) = known_columns else {
            tables.push((*table).to_owned());
            continue;
        };
        let is_missing = |name: &&String| !known_columns.iter().any(|column| (known.is_same)(column, name));
        columns.extend(wanted.iter().filter(is_missing).map(|name| (*table, format!("{table}.{name}"))));
    }
    let fault = match (tables.first(), columns.first()) {
        (Some(table), _) => Fault::MissingTable { table: table.clone() },
        (None, Some((table, _))) => Fault::WrongTable { table: (*table).to_owned() },
        (None, None) => return Ok(()),
    };
    let columns: Vec<_> = columns.into_iter().map(|(_, column)| column).collect();
    let parts = [("tables", &tables), ("columns", &columns)]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| format!("{what} {}", listed(names)))
        .collect::<Vec<_>>();
    let create = "`xmlshred run --create-tables` makes missing tables";
    let alter = "`xmlshred check` with the same address prints the statements that add missing columns: no run changes tables that are there";
    let hint = match (tables.is_empty(), columns.is_empty()) {
        (false, true) => create.to_owned(),
        (true, _) => alter.to_owned(),
        (false, false) => format!("{create}; {alter}"),
    };
    Err(PortError::new(fault, format!("the target lacks {}", parts.join(" and "))).with_hint(hint))
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
