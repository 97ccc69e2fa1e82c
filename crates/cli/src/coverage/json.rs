//! Coverage as one JSON object.

use serde::Serialize;
use xmlshred_mapping::coverage::{Amount, Lost, Report};

use super::Shown;

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    documents: u64,
    failed_documents: usize,
    skipped_documents: usize,
    /// Of what is not ignored; null where no document could be measured.
    percent_of_occurrences: Option<f64>,
    percent_of_bytes: Option<f64>,
    total: AmountObject,
    read: AmountObject,
    ignored: AmountObject,
    lost: Vec<LostObject<'a>>,
}

#[derive(Serialize)]
struct AmountObject {
    occurrences: u64,
    bytes: u64,
}

#[derive(Serialize)]
struct LostObject<'a> {
    path: &'a str,
    why: &'static str,
    documents: u64,
    occurrences: u64,
    bytes: u64,
    /// Attributes and texts that the path stands for.
    paths: u64,
    example: ExampleObject<'a>,
}

#[derive(Serialize)]
struct ExampleObject<'a> {
    document: Option<&'a str>,
    line: usize,
    column: usize,
    characters: usize,
}

/// The object, on one line.
///
/// # Errors
/// None that is expected.
pub(crate) fn json(shown: &Shown<'_>) -> Result<String, serde_json::Error> {
    let Shown { report, documents, failed_count, skipped_count } = shown;
    let Report { document_count, total, read, ignored, lost } = report;
    let is_measured = *document_count > 0;
    serde_json::to_string(&Answer {
        version: 1,
        documents: *document_count,
        failed_documents: *failed_count,
        skipped_documents: *skipped_count,
        percent_of_occurrences: is_measured.then(|| report.percent_of_occurrences()),
        percent_of_bytes: is_measured.then(|| report.percent_of_bytes()),
        total: amount(total),
        read: amount(read),
        ignored: amount(ignored),
        lost: lost.iter().map(|lost| lost_object(lost, documents)).collect(),
    })
}

fn amount(amount: &Amount) -> AmountObject {
    let Amount { occurrences, bytes } = *amount;
    AmountObject { occurrences, bytes }
}

fn lost_object<'a>(lost: &'a Lost, documents: &'a [String]) -> LostObject<'a> {
    let Lost { path, why, document_count, amount, example, name_count } = lost;
    LostObject {
        path,
        why: why.as_str(),
        documents: *document_count,
        occurrences: amount.occurrences,
        bytes: amount.bytes,
        paths: *name_count,
        example: ExampleObject {
            document: documents.get(example.document as usize).map(String::as_str),
            line: example.place.line,
            column: example.place.column,
            characters: example.char_count,
        },
    }
}
