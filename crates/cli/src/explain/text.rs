//! An explanation for people: row by row, cell by cell, step by step; then the rows that were not made.

use xmlshred_mapping::contract::Column;
use xmlshred_mapping::explain::{CellKind, CellResult, ExplainedCell, ExplainedRow, NodePlace, RowFate};

use super::Shown;
use super::words::{BLANK_LINE, cut, predicate_line, quoted, step_line, where_line};

/// The text.
pub(crate) fn text(shown: &Shown<'_>) -> String {
    let table = &shown.plan.contract().tables[shown.selection.table].name;
    let key = shown.explanation.key.as_ref().map_or_else(String::new, |key| format!(" (key {key})"));
    let made = shown.explanation.row_count;
    let plural = if made == 1 { "" } else { "s" };
    let mut out = format!("{}{key}: {made} row{plural} of {table}\n", shown.document);
    for cell in shown.lets() {
        let column = shown.plan.contract().lets.get(cell.index);
        out.push('\n');
        write_cell(shown, column.map(|item| &item.column), cell, &mut out);
    }
    for (number, row) in shown.rows() {
        let number = number.map_or_else(|| "unfinished".to_owned(), |number| format!("row {number}"));
        out.push_str(&format!("\n{table} {number}: {}\n", place(&row.place)));
        for cell in row.cells.iter().filter(|cell| shown.has(row, cell)) {
            write_cell(shown, column(shown, row, cell), cell, &mut out);
        }
    }
    if shown.more_rows() > 0 {
        let more = shown.more_rows();
        out.push_str(&format!(
            "\nand {more} more: `--row N` tells of one of them, `--max-rows {made}` of all\n"
        ));
    }
    write_missing(shown, &mut out);
    if let Some(failure) = &shown.explanation.failure {
        out.push_str(&format!("\nThe document failed: {failure}\n"));
    }
    if let Some(reason) = &shown.explanation.skipped {
        out.push_str(&format!("\nThe document is skipped: {reason}\n"));
    }
    out
}

fn write_cell(shown: &Shown<'_>, column: Option<&Column>, cell: &ExplainedCell, out: &mut String) {
    let result = match &cell.result {
        CellResult::Value(value) => quoted(shown.value(value, cell)),
        CellResult::Failed(code, message) => format!("failed: {code}: {message}"),
    };
    let data_type = column.map_or_else(String::new, |column| column.data_type.to_string());
    let kind = if cell.kind == CellKind::Let { "let " } else { "" };
    out.push_str(&format!("  {kind}{} = {result}\n    {}\n", cell.name, cell.source));
    for read in &cell.reads {
        let text = cut(shown.text(&read.text, cell));
        out.push_str(&format!("    read {}: \"{text}\"\n", place(&read.place)));
    }
    if cell.more_reads > 0 {
        out.push_str(&format!("    and {} more\n", cell.more_reads));
    }
    if cell.reads.is_empty() && cell.more_reads == 0 && cell.source.starts_with("path ") {
        out.push_str("    the path matches nothing\n");
    }
    for input in &cell.inputs {
        out.push_str(&format!("    {} is {}\n", input.name, quoted(shown.input(input))));
    }
    for step in &cell.steps {
        out.push_str(&format!("    {}\n", step_line(step, &data_type, shown.sensitive(cell.sensitive))));
    }
    for issue in &cell.issues {
        out.push_str(&format!("    issue {issue}\n"));
    }
}

/// The column or `let` behind a cell of a row.
fn column<'a>(shown: &Shown<'a>, row: &ExplainedRow, cell: &ExplainedCell) -> Option<&'a Column> {
    let table = &shown.plan.contract().tables[row.table];
    match cell.kind {
        CellKind::Column => table.templates[row.template].columns.get(cell.index),
        CellKind::Let => table.lets.get(cell.index).map(|item| &item.column),
    }
}

fn write_missing(shown: &Shown<'_>, out: &mut String) {
    let tables = &shown.plan.contract().tables;
    let mut lines = Vec::new();
    for row in shown.dropped() {
        let why = match &row.fate {
            RowFate::Made(_) | RowFate::Unfinished => continue,
            RowFate::Where { condition, value, inputs } => where_line(
                condition,
                value,
                inputs.iter().map(|input| (input.name.clone(), shown.input(input))),
            ),
            RowFate::OnePer { kept } => format!("one_per kept {}", place(kept)),
            RowFate::Blank => BLANK_LINE.to_owned(),
        };
        lines.push((&tables[row.table].name, &row.place, why));
    }
    if shown.selection.row.is_none() {
        for found in &shown.explanation.filtered {
            let why = predicate_line(&found.predicate, &found.false_parts);
            lines.push((&tables[found.table].name, &found.place, why));
        }
    }
    if !lines.is_empty() {
        out.push_str("\nNot made:\n");
    }
    for (table, at, why) in lines {
        out.push_str(&format!("  {table}: {}\n    {why}\n", place(at)));
    }
    let more = shown.explanation.more_not_made;
    if more > 0 {
        out.push_str(&format!("  and {more} more: `--max-rows N` tells of N of each kind\n"));
    }
}

fn place(place: &NodePlace) -> String {
    let NodePlace { path, line, column } = place;
    format!("{path} at {line}:{column}")
}
