//! Coverage for people: two sentences and a table, the largest loss first.

use xmlshred_mapping::coverage::{Lost, Report, Why};

use super::Shown;
use crate::console::{Align, Column, Room, bordered, count};

/// The text.
pub(crate) fn table(shown: &Shown<'_>, room: Room) -> String {
    let Shown { report, documents, failed_count, skipped_count } = shown;
    let Report { document_count, total, read, ignored, lost } = report;
    let others = match (failed_count, skipped_count) {
        (0, 0) => String::new(),
        (failed, 0) => format!(" ({failed} more failed)"),
        (0, skipped) => format!(" ({skipped} more skipped)"),
        (failed, skipped) => format!(" ({failed} more failed, {skipped} skipped)"),
    };
    if *document_count == 0 {
        return format!("No document could be measured{others}\n");
    }
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
        text.push_str(&format!("\nNo column reads:\n{}", rows(&unread, documents, room)));
    }
    if !in_no_row.is_empty() {
        let heading = "A column's path leads there, but no row has it: its element was filtered out, or another match taken";
        text.push_str(&format!("\n{heading}:\n{}", rows(&in_no_row, documents, room)));
    }
    text
}

const COLUMNS: [Column<'static>; 5] = [
    Column { title: "path", align: Align::Left, matters: 9 },
    Column { title: "documents", align: Align::Right, matters: 3 },
    Column { title: "occurrences", align: Align::Right, matters: 4 },
    Column { title: "bytes", align: Align::Right, matters: 2 },
    Column { title: "example", align: Align::Left, matters: 1 },
];

fn rows(lost: &[&Lost], documents: &[String], room: Room) -> String {
    bordered(&COLUMNS, &lost.iter().map(|lost| row(lost, documents).into()).collect::<Vec<_>>(), room)
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
