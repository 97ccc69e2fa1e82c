//! Coverage for people: two sentences and a table, the largest loss first.

use comfy_table::{CellAlignment, Table, presets};
use xmlshred_mapping::coverage::{Lost, Report, Why};

use super::Shown;
use crate::console::count;

/// The text.
pub(crate) fn table(shown: &Shown<'_>) -> String {
    let Shown { report, documents, failed_count } = shown;
    let Report { document_count, total, read, ignored, lost } = report;
    let failed = if *failed_count == 0 { String::new() } else { format!(" ({failed_count} more failed)") };
    let plural = if *document_count == 1 { "" } else { "s" };
    let mut text = format!(
        "{} document{plural}{failed}: columns read {:.2} % of the attributes and texts ({} of {}), {:.2} % of their bytes\n",
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
    if lost.is_empty() {
        text.push_str("Nothing else is left\n");
        return text;
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header(["path", "why", "documents", "occurrences", "bytes", "example"]);
    for index in 2..5 {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for lost in lost {
        table.add_row(row(lost, documents));
    }
    text.push_str(&format!("\n{table}\n"));
    text
}

fn row(lost: &Lost, documents: &[String]) -> [String; 6] {
    let Lost { path, why, document_count, amount, example, name_count } = lost;
    let why = match why {
        Why::NoPath => "no path",
        Why::ConditionOnly => "only a condition",
        Why::InNoRow => "in no row",
    };
    let path = match name_count {
        1 => path.clone(),
        paths => format!("{path} ({paths} paths)"),
    };
    let document = documents.get(example.document as usize).map_or("", String::as_str);
    let place = example.place;
    [
        path,
        why.to_owned(),
        count(*document_count),
        count(amount.occurrences),
        count(amount.bytes),
        format!("{} characters at {document}:{}:{}", example.char_count, place.line, place.column),
    ]
}
