//! What a text column could be read as besides: comments for who narrows the draft. Counts, types and formats, never a value.

use xmlshred_model::DataType;

use super::profile::{Kind, Nearly, PATTERNS, ValueProfile};

/// Numbers with separators of thousands, a decimal comma or a currency: they are text, so that they come back as they are written.
pub(super) fn written_number(values: &ValueProfile, data_type: DataType) -> Option<String> {
    let known = |kind| values.kinds.contains(kind);
    let clean = match (known(Kind::PointNumber), known(Kind::CommaNumber)) {
        (true, true) => {
            return Some(
                "numbers; `clean: number` reads a comma as a separator of thousands, `clean: \"number(',')\"` as the decimal sign"
                    .to_owned(),
            );
        }
        (true, false) => "number",
        (false, true) => "\"number(',')\"",
        (false, false) => return None,
    };
    Some(format!("numbers: `clean: {clean}, type: \"{data_type}\"` would take them"))
}

/// What nearly all values are, where some are not: they may be mistakes. Counts and formats, no value.
pub(super) fn nearly(values: &ValueProfile) -> Option<String> {
    let Nearly { kinds, fitting_count, other_count } = values.nearly;
    if fitting_count == 0 {
        return None;
    }
    let patterns = kinds.patterns().map(|at| PATTERNS[at]).collect::<Vec<_>>();
    let known = |kind| kinds.contains(kind);
    let are_numbers = [Kind::Integer, Kind::Decimal, Kind::Double, Kind::PointNumber].into_iter().any(known);
    let (what, reading) = if are_numbers {
        ("numbers", "`clean: number` and `on_invalid: null`".to_owned())
    } else if known(Kind::CommaNumber) {
        ("numbers", "`clean: \"number(',')\"` and `on_invalid: null`".to_owned())
    } else if known(Kind::Date) {
        ("dates", "`type: date, on_invalid: null`".to_owned())
    } else if known(Kind::Time) {
        ("times", "`type: time, on_invalid: null`".to_owned())
    } else if known(Kind::Timestamp) {
        ("timestamps", "`type: timestamp, on_invalid: null`".to_owned())
    } else if known(Kind::Instant) {
        ("instants", "`type: timestamptz, on_invalid: null`".to_owned())
    } else if known(Kind::Uuid) {
        ("UUIDs", "`type: uuid, on_invalid: null`".to_owned())
    } else if let [(format, data_type), ..] = patterns[..] {
        ("dates", format!("`type: {data_type}, format: \"{format}\", on_invalid: null`"))
    } else {
        return None;
    };
    let all = fitting_count + other_count;
    Some(format!(
        "{fitting_count} of {all} are {what}: {reading} would take these, with an issue for the others"
    ))
}
