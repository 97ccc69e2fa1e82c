//! Previewed rows as INSERT statements.

use xmlshred_databases::{Dialect, rows_as_sql};
use xmlshred_mapping::NoRows;

use super::Preview;

/// A comment that names the document, and one statement per row.
pub(crate) fn sql(preview: &Preview, dialect: &Dialect) -> String {
    let Preview { name, key: _, rows, no_rows, issues: _ } = preview;
    let name = one_line(name);
    let mut text = match no_rows {
        None => format!("-- {name}\n"),
        Some(NoRows::Failed(failure)) => format!("-- {name} failed: {}\n", one_line(&failure.to_string())),
        Some(NoRows::Skipped(reason)) => format!("-- {name} is skipped: {}\n", one_line(reason)),
    };
    rows_as_sql::inserts(dialect, rows, &mut text);
    text
}

/// A line break in a file name would end the comment.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}
