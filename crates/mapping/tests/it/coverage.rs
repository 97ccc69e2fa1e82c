//! Coverage: cases as text. A case is a name, a contract (its head is added), documents, and what is left of them: why, path, documents,
//! occurrences, bytes. `UPDATE_CASES=1` writes what comes now; read the difference before committing it.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use xmlshred_mapping::contract::{RenderStyle, load, render};
use xmlshred_mapping::coverage::{Coverage, Detail};
use xmlshred_mapping::{Content, DocumentContext, Limits, Plan};

const HEAD: &str = "xmlshred: 1\nsource: { table: app_xml, key: app_id, xml: xml }\n";
const DEFAULT_ROOT: &str = "document: { root: /R }\n";

fn outcome(contract: &str, documents: &str, detail: Detail) -> String {
    let root = if contract.contains("document:") { "" } else { DEFAULT_ROOT };
    let text = format!("{HEAD}{root}{contract}");
    let loaded = load(&text);
    let Some(contract) = loaded.contract else {
        return render(&loaded.diagnostics, "contract.yaml", &text, RenderStyle::Plain);
    };
    let mut coverage = Coverage::new(Arc::new(Plan::new(contract)), Limits::default());
    let mut out = String::new();
    for document in documents.lines() {
        let context = DocumentContext { key: None, session: "s", now: 0, must_end: None };
        if let Err(failure) = coverage.add(Content::Text(document), &context) {
            writeln!(out, "failed: {failure}").unwrap();
        }
    }
    let report = coverage.report(detail);
    let (read, total, ignored) = (report.read, report.total, report.ignored);
    writeln!(
        out,
        "read {} of {}, {} of {} bytes; ignored {}, {} bytes",
        read.occurrences, total.occurrences, read.bytes, total.bytes, ignored.occurrences, ignored.bytes
    )
    .unwrap();
    for lost in &report.lost {
        let (why, path, amount) = (lost.why.as_str(), &lost.path, lost.amount);
        let example = lost.example;
        writeln!(
            out,
            "{why} {path} ({}): {} documents, {} times, {} bytes, {} characters at {}:{}",
            lost.name_count,
            lost.document_count,
            amount.occurrences,
            amount.bytes,
            example.char_count,
            example.document,
            example.place.column
        )
        .unwrap();
    }
    out.trim_end().to_owned()
}

#[test]
fn every_case_leaves_what_it_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/coverage/cases.txt");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut wrong = String::new();
    let mut updated = text.split("=== ").next().unwrap().to_owned();
    for section in text.split("=== ").skip(1) {
        let (name, rest) = section.split_once('\n').unwrap();
        let (contract, rest) = rest.split_once("--- documents\n").unwrap();
        let (documents, expected) = rest.split_once("--- leaves\n").unwrap();
        let detail = if name.starts_with("sections") { Detail::Sections } else { Detail::Names };
        let found = outcome(contract, documents, detail);
        if found != expected.trim_end() {
            writeln!(wrong, "{name}\nexpected:\n{expected}\nfound:\n{found}\n").unwrap();
        }
        write!(updated, "=== {name}\n{contract}--- documents\n{documents}--- leaves\n{found}\n\n").unwrap();
    }
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(&file, updated.trim_end().to_owned() + "\n").unwrap();
        return;
    }
    assert!(wrong.is_empty(), "{wrong}");
}
