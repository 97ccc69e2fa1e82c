//! The JSON Schema of the language, before a validator that knows nothing of xmlshred.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;
use xmlshred_mapping::contract::{Code, load};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn printed() -> String {
    let output =
        Command::cargo_bin("xmlshred").unwrap().arg("schema").assert().success().get_output().clone();
    String::from_utf8(output.stdout).unwrap()
}

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&printed()).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

/// What the schema has against a contract; `None` when no JSON can be made of it.
fn objections(validator: &jsonschema::Validator, contract: &str) -> Option<String> {
    let value: Value = yaml_serde::from_str(contract).ok()?;
    let lines = validator.iter_errors(&value).map(|error| format!("{}: {error}\n", error.instance_path()));
    Some(lines.collect())
}

/// Contracts of the repository, also broken ones: those of the tests, the demo, the manual.
fn contracts() -> Vec<String> {
    let read = |path: &str| std::fs::read_to_string(repository().join(path)).unwrap();
    let mut contracts = vec![
        read("crates/mapping/tests/contracts/loan-applications.yaml"),
        read("crates/demo/contract.yaml"),
        read("examples/cldr/contract.yaml"),
    ];
    let head = "xmlshred: 1\nsource: { table: t, key: k, xml: x }\n";
    let root = "document: { root: /R }\n";
    let problems = read("crates/mapping/tests/contracts/problems.txt")
        + &read("crates/mapping/tests/contracts/codes.txt");
    for section in problems.split("=== ").skip(1) {
        let text = section.split_once('\n').unwrap().1.split("--- says\n").next().unwrap();
        contracts
            .push(text.strip_prefix("+\n").map_or(text.to_owned(), |rest| format!("{head}{root}{rest}")));
    }
    let mut examples = Vec::new();
    for file in ["rows", "values", "documents"] {
        let text = read(&format!("crates/mapping/tests/shred/{file}.txt"));
        let cases = text.split("=== ").skip(1).map(|case| case.split_once('\n').unwrap().1);
        examples.extend(cases.map(|case| case.split("--- document\n").next().unwrap().to_owned()));
    }
    let manual = read("docs/contract.md");
    let fences = manual.split("```yaml\n").skip(1);
    examples.extend(fences.map(|fence| fence.split("```").next().unwrap().to_owned()));
    contracts.extend(examples.iter().map(|example| {
        let head = if example.contains("xmlshred:") { "" } else { head };
        let root = if example.contains("document:") { "" } else { root };
        format!("{head}{root}{example}")
    }));
    contracts
}

#[test]
fn the_copy_in_docs_is_what_the_program_prints() {
    let file = repository().join("docs/contract.schema.json");
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(&file, printed()).unwrap();
    }
    let copy = std::fs::read_to_string(&file).unwrap();
    assert!(copy == printed(), "docs/contract.schema.json is not up to date: UPDATE_CASES=1 writes it");
}

#[test]
fn every_contract_that_loads_satisfies_the_schema() {
    let validator = validator();
    let (mut wrong, mut count) = (String::new(), 0);
    for contract in contracts().iter().filter(|contract| load(contract).contract.is_some()) {
        count += 1;
        let found = objections(&validator, contract).expect("what loads is YAML");
        if !found.is_empty() {
            writeln!(wrong, "{contract}\n{found}").unwrap();
        }
    }
    assert!(count > 45, "only {count} contracts");
    assert!(wrong.is_empty(), "{wrong}");
}

/// Mistakes of form, as against names, paths and values.
const OF_FORM: [Code; 5] =
    [Code::UnknownKey, Code::MissingKey, Code::WrongShape, Code::UnknownValue, Code::WrongVersion];

#[test]
fn every_mistake_of_form_is_an_objection_of_the_schema() {
    let validator = validator();
    let (mut missed, mut count) = (String::new(), 0);
    for contract in contracts() {
        let codes: Vec<Code> = load(&contract).diagnostics.iter().map(|problem| problem.code).collect();
        let Some(code) = codes.iter().find(|code| OF_FORM.contains(code)) else { continue };
        count += 1;
        if objections(&validator, &contract).is_some_and(|found| found.is_empty()) {
            writeln!(missed, "{contract}\n{}", code.name()).unwrap();
        }
    }
    assert!(count >= 6, "only {count} broken contracts");
    assert!(missed.is_empty(), "{missed}");
}

#[test]
fn mistakes_in_every_place_are_objections_of_the_schema() {
    let good = "xmlshred: 1
source: { table: t, key: k, xml: x, min_bytes: 5 }
target: { on_existing: skip }
document: { root: /R, case: insensitive }
defaults: { blank: null, on_too_long: truncate }
let: { l: { path: a, type: int } }
tables:
  t:
    each: c
    one_per: { key: '@k', prefer: { path: '@p', order: [A] }, keep: last }
    skip_row_when: blank
    let: { m: { expr: l + 1 } }
    columns: { a: { path: '@a', type: 'decimal(12,2)', key: true, clean: [trim, number], pick: \"join(', ')\", on_invalid: null } }
  u: { unpivot: { name: n, value: v, type: int }, rows: { A: '@a', B: { path: '@b', clean: digits } } }
  r: { rows: [{ set: { s: 1 }, columns: { x: { path: '@x' } } }], columns: { s: { type: int }, x: { type: varchar(5) } } }
ignore: [d]
";
    let validator = validator();
    assert!(load(good).contract.is_some(), "{:?}", load(good).diagnostics);
    assert_eq!(objections(&validator, good).as_deref(), Some(""));
    for (right, wrong) in [
        ("xmlshred: 1", "xmlshred: 2"),
        ("key: k,", "ky: k,"),
        ("min_bytes: 5", "min_bytes: many"),
        ("skip }", "skipp }"),
        ("root: /R, ", ""),
        ("case: insensitive", "case: none"),
        ("blank: null", "blank: yes"),
        ("on_too_long: truncate", "on_too_long: cut"),
        ("{ path: a, type: int }", "{ type: int }"),
        ("let: { l: { path: a, type: int } }", "let: { l: { path: a, key: true } }"),
        ("each: c", "each: [c]"),
        ("keep: last", "keep: best"),
        ("path: '@p', ", ""),
        ("skip_row_when: blank", "skip_row_when: empty"),
        ("path: '@a', type", "path: '@a', value: 5, type"),
        ("decimal(12,2)", "decimal(12)"),
        ("decimal(12,2)", "decimal(39,2)"),
        ("type: varchar(5)", "type: varchar"),
        ("type: varchar(5)", "type: strng"),
        ("key: true", "key: 5"),
        ("[trim, number]", "[trim, numbers]"),
        ("join(', ')", "join(, )"),
        ("on_invalid: null", "on_invalid: ignore"),
        ("unpivot: { name: n, ", "unpivot: { "),
        (", rows: { A: '@a', B: { path: '@b', clean: digits } } }", "}"),
        ("[{ set: { s: 1 }", "[{ sets: { s: 1 }"),
        ("ignore: [d]", "ignored: [d]"),
    ] {
        assert!(good.contains(right), "{right}");
        let contract = good.replace(right, wrong);
        assert!(load(&contract).contract.is_none(), "{wrong} loads");
        assert_ne!(objections(&validator, &contract).as_deref(), Some(""), "{wrong}");
    }
}
