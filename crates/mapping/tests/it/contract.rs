//! Contracts: what is read, and what is said about mistakes.

use std::path::Path;

use xmlshred_mapping::contract::{RenderStyle, Severity, load, render};

fn example() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contracts/loan-applications.yaml");
    std::fs::read_to_string(path).unwrap()
}

fn rendered(text: &str) -> String {
    render(&load(text).diagnostics, "contract.yaml", text, RenderStyle::Plain)
}

#[test]
fn the_example_of_the_language_loads() {
    let text = example();
    let loaded = load(&text);
    let errors = loaded.diagnostics.iter().filter(|problem| problem.severity() == Severity::Error).count();
    assert_eq!(errors, 0, "{}", rendered(&text));
    let contract = loaded.contract.unwrap();
    let names = contract.tables.iter().map(|table| &*table.name).collect::<Vec<_>>();
    assert_eq!(names, ["app_base", "contact", "contact_address", "score", "collateral"]);
    assert_eq!(contract.tables[3].templates.len(), 2);
}
