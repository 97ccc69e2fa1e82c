//! An explanation for people: row by row, cell by cell, step by step; then the rows that were not made.

use xmlshred_mapping::contract::Column;
use xmlshred_mapping::explain::{
    CellKind, CellResult, ExplainedCell, ExplainedRow, ExplainedStep, NodePlace, RowFate,
};

use super::Shown;
use super::shown::formatted;

/// Longer texts are cut: whole ones are in the JSON.
const MAX_CHARS: usize = 100;

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
        let value = |value| quoted(shown.value(value, cell));
        let line = match step {
            ExplainedStep::Cleaned(how, text) => format!("clean {how}: \"{}\"", cut(shown.text(text, cell))),
            ExplainedStep::OfSource(text) => {
                format!("the source's row has \"{}\"", cut(shown.text(text, cell)))
            }
            ExplainedStep::NullInSource => "the source's row has null".to_owned(),
            ExplainedStep::NoSourceRow => "no row of the source is known: null".to_owned(),
            ExplainedStep::Blank => "blank: null".to_owned(),
            ExplainedStep::NullValue => "null_values: null".to_owned(),
            ExplainedStep::Nil => "xsi:nil: null".to_owned(),
            ExplainedStep::Coded(list, entry, coded) => {
                format!("codes {list}: \"{}\" is {}", cut(shown.text(entry, cell)), value(coded))
            }
            ExplainedStep::Unmapped(list) => format!("codes {list}: no such entry"),
            ExplainedStep::Converted(converted) => format!("{data_type}: {}", value(converted)),
            ExplainedStep::Invalid(problem) => format!("{data_type}: {problem}"),
            ExplainedStep::Truncated(text) => format!("cut to \"{}\"", cut(shown.text(text, cell))),
            ExplainedStep::Default(default) => format!("default: {}", value(default)),
        };
        out.push_str(&format!("    {line}\n"));
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
            RowFate::Where { condition, value, inputs } => {
                let value =
                    if value.as_value().is_null() { "null".to_owned() } else { formatted(&value.as_value()) };
                let inputs =
                    inputs.iter().map(|input| format!("{} is {}", input.name, quoted(shown.input(input))));
                format!("where {condition} is {value}: {}", inputs.collect::<Vec<_>>().join(", "))
            }
            RowFate::OnePer { kept } => format!("one_per kept {}", place(kept)),
            RowFate::Blank => "skip_row_when: no column from a path has a value".to_owned(),
        };
        lines.push((&tables[row.table].name, &row.place, why));
    }
    if shown.selection.row.is_none() {
        for found in &shown.explanation.filtered {
            let parts = match &found.false_parts[..] {
                [] => String::new(),
                parts => format!(": not {}", parts.join(", not ")),
            };
            let why = format!("each {}{parts}", found.predicate);
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

fn quoted(value: Option<String>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| cut(&value))
}

/// Control characters could steer the terminal.
fn cut(text: &str) -> String {
    let mut text: String = text.chars().map(|c| if c.is_control() { '␤' } else { c }).collect();
    if let Some((at, _)) = text.char_indices().nth(MAX_CHARS) {
        text.truncate(at);
        text.push('…');
    }
    text
}
