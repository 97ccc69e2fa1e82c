//! Coverage for people: two sentences and a table, the largest loss first.

use comfy_table::{CellAlignment, Table, presets};
use xmlshred_mapping::coverage::{Lost, Report, Why};

use super::Shown;
use crate::console::count;

/// The text.
pub(crate) fn table(shown: &Shown<'_>) -> String {
    let Shown { report, documents, failed_count, skipped_count } = shown;
    let Report { document_count, total, read, ignored, lost } = report;
    let others = match (failed_count, skipped_count) {
        (0, 0) => String::new(),
        (failed, 0) => format!(" ({failed} more failed)"),
        (0, skipped) => format!(" ({skipped} more skipped)"),
        (failed, skipped) => format!(" ({failed} more failed, {skipped} skipped)"),
    };
    let plural = if *document_count == 1 { "" } else { "s" };
    let mut text = format!(
        "{} document{plural}{others}: columns read {:.2} % of the attributes and texts ({} of {}), {:.2} % of their bytes\n",
        count(*document_count),
        report.percent_of_occurrences(),
        count(read.occurrences),
        count(total.occurrences - ignored.occurrences),
        report.percent_of_bytes(),
    );
    if ignored.occurrences > 0 {
        text.push_str(&format!(
            "The contract ignores {} more of {} bytes\n",
            count(ignored.occurrences),
            count(ignored.bytes)
        ));
    }
    let (in_no_row, unread): (Vec<_>, Vec<_>) = lost.iter().partition(|lost| lost.why == Why::InNoRow);
    if !unread.is_empty() {
        text.push_str(&format!("\nNo column reads:\n{}\n", rows(&unread, documents)));
    }
    if !in_no_row.is_empty() {
        let heading = "A column's path leads there, but no row has it: its element was filtered out, or another match taken";
        text.push_str(&format!("\n{heading}:\n{}\n", rows(&in_no_row, documents)));
    }
    text
}

fn rows(lost: &[&Lost], documents: &[String]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header(["path", "documents", "occurrences", "bytes", "example"]);
    for column in table.column_iter_mut().skip(1).take(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for lost in lost {
        table.add_row(row(lost, documents));
    }
    table
}

fn row(lost: &Lost, documents: &[String]) -> [String; 5] {
    let Lost { path, why, document_count, amount, example, name_count } = lost;
    let path = match (why, name_count) {
        (Why::ConditionOnly, _) => format!("{path} (conditions only)"),
        (Why::NoPath | Why::InNoRow, 1) => path.clone(),
        (Why::NoPath | Why::InNoRow, paths) => format!("{path} ({paths} paths)"),
    };
    let document = documents.get(example.document as usize).map_or("", String::as_str);
    let place = example.place;
    [
        path,
        count(*document_count),
        count(amount.occurrences),
        count(amount.bytes),
        format!("{} characters at {document}:{}:{}", example.char_count, place.line, place.column),
    ]
}
