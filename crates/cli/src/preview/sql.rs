//! Previewed rows as INSERT statements.

use xmlshred_databases::{Dialect, rows_as_sql};

use super::Preview;

/// A comment that names the document, and one statement per row.
pub(crate) fn sql(preview: &Preview, dialect: &Dialect) -> String {
    let Preview { name, key: _, rows, failure, issues: _ } = preview;
    let mut text = match failure {
        None => format!("-- {}\n", one_line(name)),
        Some(failure) => format!("-- {} failed: {}\n", one_line(name), one_line(&failure.to_string())),
    };
    rows_as_sql::inserts(dialect, rows, &mut text);
    text
}

/// A line break in a file name would end the comment.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}
