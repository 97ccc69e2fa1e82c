//! The report for people.

use std::fmt::Write as _;

use super::shown::Shown;
use crate::import_legacy::json::Place;
use crate::import_legacy::old::{Fault, Mapping, Problem};

/// Mappings that are named before the others are counted: `--report json` names all.
const MAX_NAMED: usize = 6;

/// The text, without the last line's end.
pub(crate) fn text(shown: &Shown<'_>) -> String {
    let import = shown.import;
    let mut out = String::new();
    for Problem { place, message, hint } in &import.notes.problems {
        let _ = writeln!(out, "error: {}: {message}\n  hint: {hint}", at(shown, place));
    }
    for (title, is_changed) in
        [("Rows differ from the old program's on purpose:", true), ("Kept as the old program has it:", false)]
    {
        let differences =
            import.notes.differences.iter().filter(|(difference, _)| difference.is_changed() == is_changed);
        for (count, (difference, concerned)) in differences.enumerate() {
            if count == 0 {
                let _ = writeln!(out, "{title}");
            }
            let names = concerned
                .iter()
                .take(MAX_NAMED)
                .filter_map(|&index| import.mappings.iter().find(|mapping| mapping.index == index))
                .map(Mapping::name)
                .collect::<Vec<_>>();
            let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
            let more = match concerned.len().saturating_sub(MAX_NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let _ = writeln!(out, "  {:5} {}{names}{more}", difference.number(), difference.meaning());
        }
    }
    for (count, Fault { kind, place, message }) in import.notes.faults.iter().enumerate() {
        if count == 0 {
            out.push_str("The old contract itself:\n");
        }
        let _ = writeln!(out, "  {}: {message} [{}]", at(shown, place), kind.name());
    }
    out.push_str(&summary(shown));
    out
}

/// `old.json:12:5 (/mappings/3)`
fn at(shown: &Shown<'_>, place: &Place) -> String {
    let (line, column) = shown.line(place);
    let pointer = if place.pointer.is_empty() { String::new() } else { format!(" ({})", place.pointer) };
    format!("{}:{line}:{column}{pointer}", shown.file)
}

fn summary(shown: &Shown<'_>) -> String {
    let import = shown.import;
    let count = import.mappings.len();
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    match &import.text {
        Some(_) => format!(
            "{}: {} of {count} mappings in {} and {}",
            shown.out.unwrap_or("contract"),
            shown.translated_count(),
            plural(import.table_count, "table"),
            plural(shown.line_count(), "line"),
        ),
        None => {
            format!("{}: {}, nothing is written", shown.file, plural(import.notes.problems.len(), "error"))
        }
    }
}
