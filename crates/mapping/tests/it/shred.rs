//! Shredding: cases as text, one file per construct. A case is a name, a contract (its head is added), a document and what comes
//! of them. `UPDATE_CASES=1` writes what comes now; read the difference before committing it.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use xmlshred_mapping::contract::{RenderStyle, load, render};
use xmlshred_mapping::{Content, DocumentContext, Limits, NoRows, Plan, ShredError, Shredder};
use xmlshred_model::{Batch, BatchBuilder, CellReader, DocumentKey, DocumentRecord, Outcome, Value, lexical};

const HEAD: &str = "xmlshred: 1\nsource: { table: app_xml, key: app_id, xml: xml }\n";
const DEFAULT_ROOT: &str = "document: { root: /R }\n";

pub(crate) struct Case<'t> {
    pub(crate) name: &'t str,
    pub(crate) contract: &'t str,
    pub(crate) document: &'t str,
    pub(crate) expected: &'t str,
}

fn cases(text: &str) -> Vec<Case<'_>> {
    let sections = text.split("=== ").skip(1);
    sections
        .map(|section| {
            let (name, rest) = section.split_once('\n').unwrap();
            let (contract, rest) = rest.split_once("--- document\n").unwrap();
            let (document, expected) = rest.split_once("--- gives\n").unwrap();
            Case { name, contract, document, expected: expected.trim_end() }
        })
        .collect()
}

/// What the row of every document has in a column.
fn source_column(name: &str) -> Option<String> {
    match name {
        "batch_id" => Some("7".to_owned()),
        "received_at" => Some("2026-03-01T10:00:00".to_owned()),
        "nothing" => None,
        name => Some(format!(" {name} ")),
    }
}

pub(crate) fn outcome(case: &Case<'_>) -> String {
    let root = if case.contract.contains("document:") { "" } else { DEFAULT_ROOT };
    let head = if case.contract.contains("xmlshred:") { "" } else { HEAD };
    let text = format!("{head}{root}{}", case.contract);
    let loaded = load(&text);
    let Some(contract) = loaded.contract else {
        return render(&loaded.diagnostics, "contract.yaml", &text, RenderStyle::Plain);
    };
    let limits = match contract.document.limits {
        limits if limits == Limits::default() => Limits { max_depth: 8, max_attributes: 20, ..limits },
        limits => limits,
    };
    let source_columns: Vec<_> = contract.source.columns.iter().map(|name| source_column(name)).collect();
    let plan = Arc::new(Plan::new(contract));
    let mut shredder = Shredder::new(Arc::clone(&plan), limits);
    let mut rows = BatchBuilder::new(Arc::clone(plan.schema()));
    let context = DocumentContext {
        key: Some(&DocumentKey::Int(17)),
        session: "session-1",
        now: 1_700_000_000_000_000,
        source_columns: &source_columns,
        must_end: None,
    };
    let document = case.document.trim_end();
    let shredded = match shredder.shred(Content::Text(document), &context, &mut rows) {
        Ok(shredded) => shredded,
        Err(ShredError::NoRows(skipped @ NoRows::Skipped(_))) => return skipped.to_string(),
        Err(failed) => return format!("failed: {failed}"),
    };
    rows.finish_document(DocumentRecord {
        key: DocumentKey::Int(17),
        outcome: Outcome::Success,
        issues: shredded.issues.clone(),
        document_hash: 0,
        source_version: None,
        byte_count: 0,
        duration: std::time::Duration::ZERO,
        processed_at: 0,
    });
    let mut out = rendered(&plan, &rows.finish());
    for issue in shredded.issues {
        let table = &plan.schema().tables[issue.table as usize];
        let column = &table.columns[issue.column as usize].name;
        writeln!(out, "issue: {}.{column} {} {}", table.name, issue.code, issue.count).unwrap();
    }
    out.trim_end().to_owned()
}

fn rendered(plan: &Plan, batch: &Batch) -> String {
    let mut out = String::new();
    for (at, table) in plan.schema().tables.iter().enumerate() {
        let rows = batch.rows(at);
        let columns = table.columns.iter().zip(rows.columns());
        let readers = columns
            .map(|(column, array)| (&column.name, CellReader::new(array.as_ref(), column.data_type)))
            .collect::<Vec<_>>();
        for row in 0..rows.num_rows() {
            write!(out, "{}:", table.name).unwrap();
            for (name, reader) in &readers {
                let value = reader.value(row);
                let mut text = String::new();
                match value {
                    Value::Null => text.push_str("null"),
                    Value::Text(cell) => write!(text, "{cell:?}").unwrap(),
                    value => lexical::format(&value, &mut text),
                }
                write!(out, " {name}={text}").unwrap();
            }
            out.push('\n');
        }
    }
    out
}

#[test]
fn every_case_gives_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shred");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut wrong, mut count) = (String::new(), 0);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut updated = text.split("=== ").next().unwrap().to_owned();
        for case in cases(&text) {
            count += 1;
            let found = outcome(&case);
            let Case { name, contract, document, expected } = case;
            if found != expected {
                let file = file.file_name().unwrap().display();
                writeln!(wrong, "{file}: {name}\nexpected:\n{expected}\nfound:\n{found}\n").unwrap();
            }
            write!(updated, "=== {name}\n{contract}--- document\n{document}--- gives\n{found}\n\n").unwrap();
        }
        if std::env::var_os("UPDATE_CASES").is_some() {
            std::fs::write(&file, updated.trim_end().to_owned() + "\n").unwrap();
        }
    }
    assert!(count > 30, "{count} cases");
    assert!(wrong.is_empty() || std::env::var_os("UPDATE_CASES").is_some(), "{wrong}");
}
