//! Coverage: cases as text. A case is a name, a contract (its head is added), documents, and what is left of them: why, path, documents,
//! occurrences, bytes. `UPDATE_CASES=1` writes what comes now; read the difference before committing it.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use xmlshred_mapping::contract::{RenderStyle, load, render};
use xmlshred_mapping::coverage::{Coverage, Detail, Report};
use xmlshred_mapping::{Content, DocumentContext, Limits, NoRows, Plan};

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
        let context =
            DocumentContext { key: None, session: "s", now: 0, source_columns: &[], must_end: None };
        match coverage.add(Content::Text(document), &context) {
            Ok(()) => {}
            Err(NoRows::Failed(failure)) => writeln!(out, "failed: {failure}").unwrap(),
            Err(skipped) => writeln!(out, "{skipped}").unwrap(),
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

fn measured(documents: &[String], detail: Detail) -> Report {
    let contract = load(&format!(
        "{HEAD}{DEFAULT_ROOT}tables: {{ t: {{ columns: {{ a: {{ path: \"@a\", type: text }} }} }} }}\n"
    ));
    let mut coverage = Coverage::new(Arc::new(Plan::new(contract.contract.unwrap())), Limits::default());
    for document in documents {
        let context =
            DocumentContext { key: None, session: "s", now: 0, source_columns: &[], must_end: None };
        coverage.add(Content::Text(document), &context).unwrap();
    }
    coverage.report(detail)
}

#[test]
fn of_many_different_paths_each_is_told_with_its_place() {
    let lines = (0..16_000).map(|at| format!("<e{at} v=\"x\">y</e{at}>\n")).collect::<String>();
    let report = measured(&[format!("<R a=\"1\">\n{lines}</R>")], Detail::Names);
    assert_eq!(report.lost.len(), 32_000);
    for lost in &report.lost {
        let number = lost.path.trim_start_matches('e').trim_end_matches("/@v").parse::<usize>().unwrap();
        assert_eq!(lost.example.place.line, number + 2, "{}", lost.path);
    }
    let sections = measured(&[format!("<R a=\"1\">\n{lines}</R>")], Detail::Sections);
    assert_eq!(sections.lost.len(), 16_000);
}

#[test]
fn the_report_is_no_larger_for_names_of_any_length_and_depth() {
    let long = |at: usize| format!("{}{at}", "n".repeat(1_000));
    let open = (0..200).map(|at| format!("<{}>", long(at))).collect::<String>();
    let close = (0..200).rev().map(|at| format!("</{}>", long(at))).collect::<String>();
    let leaves = (0..1_000).map(|at| format!("<e><l{at}>x</l{at}></e>")).collect::<String>();
    let report = measured(&[format!("<R>{open}{leaves}{close}</R>")], Detail::Names);
    assert_eq!(report.lost.len(), 1_000);
    assert!(report.lost.iter().all(|lost| lost.path.len() < 2_100), "paths are cut");
    assert!(report.lost.iter().any(|lost| lost.path.starts_with("…/") && lost.path.ends_with("/e/l7")));
}
