//! Explanations: cases as text. A case is a name, a contract (its head is added), a document, and what is told of its last table.
//! `UPDATE_CASES=1` writes what comes now; read the difference before committing it.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use xmlshred_mapping::contract::{RenderStyle, load, render};
use xmlshred_mapping::explain::{
    Asked, CellResult, ExplainedCell, ExplainedInput, ExplainedRow, ExplainedStep, NodePlace, RowFate,
    explain,
};
use xmlshred_mapping::{Content, DocumentContext, Limits, Plan};
use xmlshred_model::{DocumentKey, OwnedValue, Value, lexical};

const HEAD: &str = "xmlshred: 1\nsource: { table: app_xml, key: app_id, xml: xml }\n";
const DEFAULT_ROOT: &str = "document: { root: /R }\n";

fn outcome(contract: &str, document: &str) -> String {
    let root = if contract.contains("document:") { "" } else { DEFAULT_ROOT };
    let text = format!("{HEAD}{root}{contract}");
    let loaded = load(&text);
    let Some(contract) = loaded.contract else {
        return render(&loaded.diagnostics, "contract.yaml", &text, RenderStyle::Plain);
    };
    let plan = Arc::new(Plan::new(contract));
    let table = plan.contract().tables.len() - 1;
    let context = DocumentContext {
        key: Some(&DocumentKey::Int(17)),
        session: "s",
        now: 0,
        source_columns: &[],
        must_end: None,
    };
    let content = Content::Text(document.trim_end());
    let asked = Asked { table, column: None, row: None, max_rows: 100 };
    let explanation = explain(&plan, Limits::default(), content, &context, asked);
    let mut out = String::new();
    if !explanation.lets.is_empty() {
        out.push_str("document\n");
    }
    for cell in &explanation.lets {
        write_cell(cell, &mut out);
    }
    for row in &explanation.rows {
        write_row(row, &mut out);
    }
    for row in &explanation.missing_around {
        write!(out, "around, table {}: ", row.table).unwrap();
        write_row(row, &mut out);
    }
    for found in &explanation.filtered {
        let (at, predicate, parts) = (place(&found.place), &found.predicate, found.false_parts.join("; "));
        writeln!(out, "filtered, table {}: {at} {predicate} false: {parts}", found.table).unwrap();
    }
    if let Some(failure) = &explanation.failure {
        writeln!(out, "failed: {failure}").unwrap();
    }
    if let Some(reason) = &explanation.skipped {
        writeln!(out, "skipped: {reason}").unwrap();
    }
    out.trim_end().to_owned()
}

fn write_row(row: &ExplainedRow, out: &mut String) {
    let fate = match &row.fate {
        RowFate::Made(number) => format!("row {number}"),
        RowFate::Where { condition, value, inputs } => {
            format!("where {condition} is {}, {}", text(value), input_list(inputs))
        }
        RowFate::OnePer { kept } => format!("one_per kept {}", place(kept)),
        RowFate::Blank => "blank".to_owned(),
        RowFate::Unfinished => "unfinished".to_owned(),
    };
    writeln!(out, "{} {fate}", place(&row.place)).unwrap();
    for cell in &row.cells {
        write_cell(cell, out);
    }
}

fn write_cell(cell: &ExplainedCell, out: &mut String) {
    write!(out, "  {:?} {} <- {}", cell.kind, cell.name, cell.source).unwrap();
    for read in &cell.reads {
        write!(out, "; read {} {:?}", place(&read.place), read.text).unwrap();
    }
    if !cell.inputs.is_empty() {
        write!(out, "; {}", input_list(&cell.inputs)).unwrap();
    }
    for step in &cell.steps {
        let told = match step {
            ExplainedStep::Cleaned(how, left) => format!("{how} {left:?}"),
            ExplainedStep::OfSource(text) => format!("row has {text:?}"),
            ExplainedStep::NullInSource => "row has null".to_owned(),
            ExplainedStep::NoSourceRow => "no row".to_owned(),
            ExplainedStep::NullValue => "null value".to_owned(),
            ExplainedStep::Nil => "xsi:nil".to_owned(),
            ExplainedStep::Blank => "blank".to_owned(),
            ExplainedStep::Coded(list, entry, value) => format!("{list} {entry:?} is {}", text(value)),
            ExplainedStep::Unmapped(list) => format!("not in {list}"),
            ExplainedStep::Converted(value) => format!("type {}", text(value)),
            ExplainedStep::Invalid(problem) => format!("invalid: {problem}"),
            ExplainedStep::Truncated(left) => format!("cut to {left:?}"),
            ExplainedStep::Default(value) => format!("default {}", text(value)),
        };
        write!(out, "; {told}").unwrap();
    }
    for issue in &cell.issues {
        write!(out, "; issue {issue}").unwrap();
    }
    if cell.sensitive {
        write!(out, "; sensitive").unwrap();
    }
    match &cell.result {
        CellResult::Value(value) => writeln!(out, " = {}", text(value)).unwrap(),
        CellResult::Failed(code, message) => writeln!(out, " failed: {code}: {message}").unwrap(),
    }
}

fn input_list(inputs: &[ExplainedInput]) -> String {
    let inputs = inputs.iter().map(|input| format!("{} is {}", input.name, text(&input.value)));
    inputs.collect::<Vec<_>>().join(", ")
}

fn place(place: &NodePlace) -> String {
    format!("{}@{}:{}", place.path, place.line, place.column)
}

fn text(value: &OwnedValue) -> String {
    match value.as_value() {
        Value::Null => "null".to_owned(),
        value => {
            let mut out = String::new();
            lexical::format(&value, &mut out);
            out
        }
    }
}

#[test]
fn every_case_is_explained_as_it_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain/cases.txt");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut wrong = String::new();
    let mut updated = text.split("=== ").next().unwrap().to_owned();
    for section in text.split("=== ").skip(1) {
        let (name, rest) = section.split_once('\n').unwrap();
        let (contract, rest) = rest.split_once("--- document\n").unwrap();
        let (document, expected) = rest.split_once("--- tells\n").unwrap();
        let found = outcome(contract, document);
        if found != expected.trim_end() {
            writeln!(wrong, "{name}\nexpected:\n{expected}\nfound:\n{found}\n").unwrap();
        }
        write!(updated, "=== {name}\n{contract}--- document\n{document}--- tells\n{found}\n\n").unwrap();
    }
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(&file, updated.trim_end().to_owned() + "\n").unwrap();
        return;
    }
    assert!(wrong.is_empty(), "{wrong}");
}
