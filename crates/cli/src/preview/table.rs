//! Previewed rows for people.

use comfy_table::{Table, presets};
use xmlshred_mapping::NoRows;
use xmlshred_model::CellReader;
use xmlshred_model::{ColumnSchema, TableSchema, Value, lexical};

use super::Preview;

/// Longer values are cut: whole ones are in the JSON.
const MAX_CHARS: usize = 40;
/// A table with more columns is turned on its side, as long as there are few rows.
const MAX_COLUMNS: usize = 8;
const MAX_ROWS_ON_SIDE: usize = 5;
/// In place of a sensitive value.
pub(crate) const MASK: &str = "•••";

/// What happens to values of columns that the contract calls sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sensitive {
    /// `•••`
    Masked,
    /// Shown, because the user asked.
    Shown,
}

/// The document's name, then a table for every target table that gets rows, then issues.
pub(crate) fn table(preview: &Preview, sensitive: Sensitive) -> String {
    let Preview { name, key, rows, no_rows, issues } = preview;
    let key = key.as_ref().map_or_else(String::new, |key| format!(" (key {key})"));
    match no_rows {
        None => {}
        Some(NoRows::Failed(failure)) => return format!("{name}{key}: failed\n  {failure}\n"),
        Some(NoRows::Skipped(reason)) => return format!("{name}{key}: skipped\n  {reason}\n"),
    }
    let schema = rows.schema();
    let row_count = rows.document_row_count(0);
    let mut text = format!("{name}{key}: {row_count} {}\n", if row_count == 1 { "row" } else { "rows" });
    let mut empty = Vec::new();
    for (index, table) in schema.tables.iter().enumerate() {
        let cells = rows.rows(index);
        if cells.num_rows() == 0 {
            empty.push(table.name.as_str());
            continue;
        }
        text.push_str(&format!("\n{}\n{}\n", table.name, rows_of(table, &cells, sensitive)));
    }
    if !empty.is_empty() {
        text.push_str(&format!("\nNo rows: {}\n", empty.join(", ")));
    }
    if !issues.is_empty() {
        text.push_str("\nIssues:\n");
    }
    for issue in issues {
        let table = &schema.tables[issue.table as usize];
        let column = &table.columns[issue.column as usize];
        text.push_str(&format!("  {}.{}: {}: {}\n", table.name, column.name, issue.code, issue.count));
    }
    text
}

fn rows_of(schema: &TableSchema, cells: &arrow_array::RecordBatch, sensitive: Sensitive) -> Table {
    let mut columns: Vec<Vec<String>> = Vec::with_capacity(schema.columns.len());
    for (column, array) in schema.columns.iter().zip(cells.columns()) {
        let reader = CellReader::new(array.as_ref(), column.data_type);
        columns.push((0..cells.num_rows()).map(|row| cell(column, &reader.value(row), sensitive)).collect());
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    if schema.columns.len() > MAX_COLUMNS && cells.num_rows() <= MAX_ROWS_ON_SIDE {
        let rows = (1..=cells.num_rows()).map(|row| format!("row {row}"));
        table.set_header(["column".to_owned(), "type".to_owned()].into_iter().chain(rows));
        for (column, values) in schema.columns.iter().zip(columns) {
            table.add_row([column.name.clone(), column.data_type.to_string()].into_iter().chain(values));
        }
        return table;
    }
    table.set_header(schema.columns.iter().map(|column| column.name.as_str()));
    for row in 0..cells.num_rows() {
        table.add_row(columns.iter().map(|values| values[row].clone()));
    }
    table
}

fn cell(column: &ColumnSchema, value: &Value<'_>, sensitive: Sensitive) -> String {
    if value.is_null() {
        return "null".to_owned();
    }
    if column.sensitive && sensitive == Sensitive::Masked {
        return MASK.to_owned();
    }
    let mut text = String::new();
    lexical::format(value, &mut text);
    // Control characters could steer the terminal.
    let mut text: String = text.chars().map(|c| if c.is_control() { '␤' } else { c }).collect();
    if let Some((at, _)) = text.char_indices().nth(MAX_CHARS) {
        text.truncate(at);
        text.push('…');
    }
    text
}
