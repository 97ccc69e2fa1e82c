//! The report as one JSON object.

use serde::Serialize;

use super::shown::Shown;
use crate::import_legacy::json::Place;
use crate::import_legacy::old::{Fault, Problem};

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    file: &'a str,
    /// Null when nothing was written, and for standard output.
    contract: Option<&'a str>,
    mapping_count: usize,
    translated_count: usize,
    table_count: usize,
    /// Of the new contract.
    line_count: usize,
    /// What could not be translated.
    errors: Vec<ErrorObject<'a>>,
    /// What differs from the old program, or is kept of it although it is odd.
    differences: Vec<DifferenceObject<'a>>,
    /// What the old contract has wrong.
    faults: Vec<FaultObject<'a>>,
}

#[derive(Serialize)]
struct Where<'a> {
    /// RFC 6901
    pointer: &'a str,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct ErrorObject<'a> {
    #[serde(flatten)]
    place: Where<'a>,
    message: &'a str,
    hint: &'a str,
}

#[derive(Serialize)]
struct DifferenceObject<'a> {
    /// Section and item of the description of the old format.
    number: &'static str,
    /// `changed` or `kept`
    result: &'static str,
    meaning: &'static str,
    /// None where it is about the whole contract.
    mappings: Vec<MappingObject<'a>>,
}

#[derive(Serialize)]
struct MappingObject<'a> {
    #[serde(flatten)]
    place: Where<'a>,
    target: String,
}

#[derive(Serialize)]
struct FaultObject<'a> {
    #[serde(flatten)]
    place: Where<'a>,
    code: &'static str,
    message: &'a str,
}

/// The object, on one line.
///
/// # Errors
/// None that is expected.
pub(crate) fn json(shown: &Shown<'_>) -> Result<String, serde_json::Error> {
    let import = shown.import;
    let differences = import.notes.differences.iter().map(|(difference, concerned)| DifferenceObject {
        number: difference.number(),
        result: if difference.is_changed() { "changed" } else { "kept" },
        meaning: difference.meaning(),
        mappings: concerned
            .iter()
            .filter_map(|&index| import.mappings.iter().find(|mapping| mapping.index == index))
            .map(|mapping| MappingObject { place: place(shown, &mapping.place), target: mapping.name() })
            .collect(),
    });
    serde_json::to_string(&Answer {
        version: 1,
        file: shown.file,
        contract: shown.out.filter(|_| import.text.is_some()),
        mapping_count: import.mappings.len(),
        translated_count: shown.translated_count(),
        table_count: import.table_count,
        line_count: shown.line_count(),
        errors: import.notes.problems.iter().map(|problem| error(shown, problem)).collect(),
        differences: differences.collect(),
        faults: import.notes.faults.iter().map(|found| fault(shown, found)).collect(),
    })
}

fn place<'a>(shown: &Shown<'_>, place: &'a Place) -> Where<'a> {
    let (line, column) = shown.line(place);
    Where { pointer: &place.pointer, line, column }
}

fn error<'a>(shown: &Shown<'_>, problem: &'a Problem) -> ErrorObject<'a> {
    let Problem { place: at, message, hint } = problem;
    ErrorObject { place: place(shown, at), message, hint }
}

fn fault<'a>(shown: &Shown<'_>, found: &'a Fault) -> FaultObject<'a> {
    let Fault { kind, place: at, message } = found;
    FaultObject { place: place(shown, at), code: kind.name(), message }
}
