//! An explanation as one JSON object. Values are texts, as in the log of a conversion; null is null.

use serde_json::{Value as Json, json};
use xmlshred_mapping::explain::{
    CellKind, CellResult, ExplainedCell, ExplainedInput, ExplainedStep, FilteredElement, NodePlace, Read,
    RowFate,
};

use crate::database::key_json;

use super::Shown;
use super::words::formatted;

/// The object, on one line.
pub(crate) fn json(shown: &Shown<'_>) -> String {
    let tables = &shown.plan.contract().tables;
    let rows = shown.rows().map(|(number, row)| {
        let cells = row.cells.iter().filter(|cell| shown.has(row, cell)).map(|cell| cell_object(shown, cell));
        json!({ "row": number, "place": place(&row.place), "cells": cells.collect::<Vec<_>>() })
    });
    let dropped = shown.dropped().map(|row| {
        let (reason, particulars) = match &row.fate {
            RowFate::Where { condition, value, inputs } => {
                let value = (!value.as_value().is_null()).then(|| formatted(&value.as_value()));
                (
                    "where",
                    json!({ "condition": condition, "value": value, "inputs": input_list(shown, inputs) }),
                )
            }
            RowFate::OnePer { kept } => ("one-per", json!({ "kept": place(kept) })),
            RowFate::Blank => ("blank", json!({})),
            RowFate::Made(_) | RowFate::Unfinished => ("", json!({})),
        };
        let table = &tables[row.table].name;
        json!({ "table": table, "place": place(&row.place), "reason": reason, "particulars": particulars })
    });
    let filtered = shown.explanation.filtered.iter().filter(|_| shown.selection.row.is_none()).map(|found| {
        let FilteredElement { table, place: at, predicate, false_parts } = found;
        let particulars = json!({ "predicate": predicate, "false_parts": false_parts });
        let table = &tables[*table].name;
        json!({ "table": table, "place": place(at), "reason": "predicate", "particulars": particulars })
    });
    let lets = shown.lets().map(|cell| cell_object(shown, cell));
    let failure = shown.explanation.failure.as_ref().map(|failure| {
        json!({ "stage": failure.stage.as_str(), "code": failure.code.as_str(), "message": failure.message })
    });
    json!({
        "version": 1,
        "document": shown.document,
        "key": shown.explanation.key.as_ref().map(key_json),
        "table": tables[shown.selection.table].name,
        "lets": lets.collect::<Vec<_>>(),
        "rows": rows.collect::<Vec<_>>(),
        "more_rows": shown.more_rows(),
        "not_made": dropped.chain(filtered).collect::<Vec<_>>(),
        "more_not_made": shown.explanation.more_not_made,
        "failure": failure,
        "skipped": shown.explanation.skipped,
    })
    .to_string()
}

fn cell_object(shown: &Shown<'_>, cell: &ExplainedCell) -> Json {
    let ExplainedCell {
        name,
        kind,
        index: _,
        source,
        sensitive,
        reads,
        more_reads,
        inputs,
        steps,
        result,
        issues,
    } = cell;
    let reads = reads
        .iter()
        .map(|Read { place: at, text }| json!({ "place": place(at), "text": shown.text(text, cell) }));
    let (value, failure) = match result {
        CellResult::Value(value) => (shown.value(value, cell), None),
        CellResult::Failed(code, message) => {
            (None, Some(json!({ "code": code.as_str(), "message": message })))
        }
    };
    let mut object = json!({
        "name": name,
        "kind": match kind { CellKind::Column => "column", CellKind::Let => "let" },
        "source": source,
        "sensitive": sensitive,
        "reads": reads.collect::<Vec<_>>(),
        "inputs": input_list(shown, inputs),
        "steps": steps.iter().map(|step| step_object(shown, cell, step)).collect::<Vec<_>>(),
        "value": value,
        "failure": failure,
        "issues": issues.iter().map(|issue| issue.as_str()).collect::<Vec<_>>(),
    });
    if *more_reads > 0 {
        object["more_reads"] = json!(more_reads);
    }
    object
}

fn input_list(shown: &Shown<'_>, inputs: &[ExplainedInput]) -> Vec<Json> {
    inputs.iter().map(|input| json!({ "name": input.name, "value": shown.input(input) })).collect()
}

fn step_object(shown: &Shown<'_>, cell: &ExplainedCell, step: &ExplainedStep) -> Json {
    let value = |value| shown.value(value, cell);
    let text = |text| shown.text(text, cell);
    match step {
        ExplainedStep::Cleaned(how, cleaned) => json!({ "step": "clean", "how": how, "text": text(cleaned) }),
        ExplainedStep::OfSource(found) => json!({ "step": "source", "text": text(found) }),
        ExplainedStep::NullInSource => json!({ "step": "source", "text": null }),
        ExplainedStep::NoSourceRow => json!({ "step": "no-source-row" }),
        ExplainedStep::Blank => json!({ "step": "blank" }),
        ExplainedStep::NullValue => json!({ "step": "null_values" }),
        ExplainedStep::Nil => json!({ "step": "nil" }),
        ExplainedStep::Coded(list, entry, coded) => {
            json!({ "step": "codes", "list": list, "entry": text(entry), "value": value(coded) })
        }
        ExplainedStep::Unmapped(list) => json!({ "step": "unmapped", "list": list }),
        ExplainedStep::Converted(converted) => json!({ "step": "type", "value": value(converted) }),
        ExplainedStep::Invalid(problem) => json!({ "step": "invalid", "problem": problem }),
        ExplainedStep::Truncated(left) => json!({ "step": "truncated", "text": text(left) }),
        ExplainedStep::Default(default) => json!({ "step": "default", "value": value(default) }),
    }
}

fn place(place: &NodePlace) -> Json {
    let NodePlace { path, line, column } = place;
    json!({ "path": path, "line": line, "column": column })
}
