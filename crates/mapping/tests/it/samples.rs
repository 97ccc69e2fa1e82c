//! Contracts against sample documents: cases as text, the warnings as people read them. `UPDATE_CASES=1` writes what comes now.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use xmlshred_mapping::contract::{Code, RenderStyle, load, render};
use xmlshred_mapping::samples::Samples;
use xmlshred_mapping::{Content, DocumentContext, Limits, NoRows, Plan};

const HEAD: &str = "xmlshred: 1\nsource: { table: app_xml, key: app_id, xml: xml }\n";
const DEFAULT_ROOT: &str = "document: { root: /R }\n";

#[test]
fn every_finding_is_told_with_place_and_hint() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/cases.txt");
    let text = std::fs::read_to_string(&file).unwrap();
    let (mut wrong, mut told) = (String::new(), BTreeSet::new());
    let mut updated = text.split("=== ").next().unwrap().to_owned();
    for section in text.split("=== ").skip(1) {
        let (name, rest) = section.split_once('\n').unwrap();
        let (contract, rest) = rest.split_once("--- documents\n").unwrap();
        let (documents, expected) = rest.split_once("--- says\n").unwrap();
        let root = if contract.contains("document:") { "" } else { DEFAULT_ROOT };
        let whole = format!("{HEAD}{root}{contract}");
        let plan = Arc::new(Plan::new(load(&whole).contract.unwrap_or_else(|| panic!("{name}"))));
        let mut samples = Samples::new(plan, Limits::default());
        let mut found = String::new();
        for document in documents.lines() {
            let context =
                DocumentContext { key: None, session: "s", now: 0, source_columns: &[], must_end: None };
            match samples.add(Content::Text(document), &context) {
                Ok(()) => {}
                Err(NoRows::Failed(failure)) => writeln!(found, "failed: {failure}").unwrap(),
                Err(skipped) => writeln!(found, "{skipped}").unwrap(),
            }
        }
        let findings = samples.findings(&whole);
        told.extend(findings.iter().map(|problem| problem.code));
        found.push_str(&render(&findings, "contract.yaml", &whole, RenderStyle::Plain));
        if found.trim_end() != expected.trim_end() {
            writeln!(wrong, "{name}\nexpected:\n{expected}\nfound:\n{found}\n").unwrap();
        }
        write!(updated, "=== {name}\n{contract}--- documents\n{documents}--- says\n{}\n\n", found.trim_end())
            .unwrap();
    }
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(&file, updated.trim_end().to_owned() + "\n").unwrap();
        return;
    }
    assert!(wrong.is_empty(), "{wrong}");
    let of_samples = Code::ALL.iter().filter(|code| code.number().starts_with("W07"));
    let missing = of_samples.filter(|code| !told.contains(code)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "no case tells {missing:?}");
}
