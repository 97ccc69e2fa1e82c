//! Previewed rows for people.

use xmlshred_mapping::NoRows;
use xmlshred_model::CellReader;
use xmlshred_model::{ColumnSchema, TableSchema, Value, lexical};

use super::Preview;
use crate::console::{Align, Column, Room, bordered};

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
pub(crate) fn table(preview: &Preview, sensitive: Sensitive, room: Room) -> String {
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
        text.push_str(&format!("\n{}\n{}", table.name, rows_of(table, &cells, sensitive, room)));
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

fn rows_of(
    schema: &TableSchema,
    cells: &arrow_array::RecordBatch,
    sensitive: Sensitive,
    room: Room,
) -> String {
    let mut columns: Vec<Vec<String>> = Vec::with_capacity(schema.columns.len());
    for (column, array) in schema.columns.iter().zip(cells.columns()) {
        let reader = CellReader::new(array.as_ref(), column.data_type);
        columns.push((0..cells.num_rows()).map(|row| cell(column, &reader.value(row), sensitive)).collect());
    }
    if schema.columns.len() > MAX_COLUMNS && cells.num_rows() <= MAX_ROWS_ON_SIDE {
        let titles = (1..=cells.num_rows()).map(|row| format!("row {row}"));
        let titles: Vec<_> = ["column".to_owned(), "type".to_owned()].into_iter().chain(titles).collect();
        let rows = schema.columns.iter().zip(columns).map(|(column, values)| {
            [column.name.clone(), column.data_type.to_string()].into_iter().chain(values).collect()
        });
        return bordered(&first_ones_matter(&titles), &rows.collect::<Vec<_>>(), room);
    }
    let titles: Vec<_> = schema.columns.iter().map(|column| column.name.clone()).collect();
    let row = |row: usize| columns.iter().map(|values| values[row].clone()).collect();
    bordered(&first_ones_matter(&titles), &(0..cells.num_rows()).map(row).collect::<Vec<_>>(), room)
}

/// Keys come first: where there is no room, the last columns are left out.
fn first_ones_matter(titles: &[String]) -> Vec<Column<'_>> {
    titles.iter().map(|title| Column { title, align: Align::Left, matters: 1 }).collect()
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
