//! Contracts: what is read, and what is said about mistakes.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;
use xmlshred_mapping::contract::{Code, RenderStyle, Severity, load, render};

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

/// In `tests/contracts`.
pub(crate) const CASES: [&str; 2] = ["codes.txt", "problems.txt"];

const GOOD: &str = "xmlshred: 1\nsource: { table: t, key: k, xml: x }\ndocument: { root: /R }\n";

/// The contract of a case.
pub(crate) fn whole(contract: &str) -> String {
    contract.strip_prefix("+\n").map_or_else(|| contract.to_owned(), |rest| format!("{GOOD}{rest}"))
}

/// Text cases: `=== name`, a contract (a first line `+` puts a good head before it), `--- says`, what is said. `codes.txt` has one
/// for each code, under its name.
#[test]
fn every_code_is_told_with_place_and_hint() {
    let (mut wrong, mut named) = (String::new(), BTreeSet::new());
    for name in CASES {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contracts").join(name);
        let text = std::fs::read_to_string(&file).unwrap();
        let mut updated = String::new();
        for section in text.split("=== ").skip(1) {
            let (name, rest) = section.split_once('\n').unwrap();
            let (contract, expected) = rest.split_once("--- says\n").unwrap();
            let whole = whole(contract);
            let told = load(&whole).diagnostics.into_iter().map(|problem| problem.code);
            named.extend(told.filter(|code| name == format!("{} {}", code.number(), code.name())));
            let found = rendered(&whole);
            if found.trim_end() != expected.trim_end() {
                writeln!(wrong, "{name}\nexpected:\n{expected}\nfound:\n{found}").unwrap();
            }
            write!(updated, "=== {name}\n{contract}--- says\n{}\n\n", found.trim_end()).unwrap();
        }
        if std::env::var_os("UPDATE_CASES").is_some() {
            std::fs::write(&file, updated.trim_end().to_owned() + "\n").unwrap();
        }
    }
    assert!(wrong.is_empty() || std::env::var_os("UPDATE_CASES").is_some(), "{wrong}");
    let of_contracts = Code::ALL.iter().filter(|code| code.is_of_contract());
    let missing = of_contracts.filter(|code| !named.contains(code)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "no case of their own: {missing:?}");
}

#[test]
fn numbers_and_names_of_codes_are_unique() {
    let numbers: BTreeSet<_> = Code::ALL.iter().map(|code| code.number()).collect();
    let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!((numbers.len(), names.len()), (Code::ALL.len(), Code::ALL.len()));
}

#[test]
fn json_is_a_contract_too() {
    let text = r#"{"xmlshred": 1, "source": {"table": "t", "key": "k", "xml": "x"}, "document": {"root": "/R"},
        "tables": {"a": {"columns": {"id": {"path": "@id", "type": "int", "key": true}}}}}"#;
    assert!(load(text).contract.is_some(), "{}", rendered(text));
}

proptest! {
    #[test]
    fn no_text_makes_loading_panic(text in "\\PC{0,60}") {
        let _ = rendered(&text);
    }

    #[test]
    fn no_damage_makes_loading_panic(start in 0_usize..3000, length in 0_usize..40, piece in "[-:{}\\[\\]\"',a0 \n#&*@]{0,4}") {
        let mut text = example();
        let floor = |mut at: usize| { while !text.is_char_boundary(at) { at -= 1; } at };
        let start = floor(start.min(text.len()));
        let end = floor((start + length).min(text.len()));
        text.replace_range(start..end, &piece);
        let _ = rendered(&text);
    }
}

/// What fuzzing found: places that were no places of the text.
#[test]
fn problems_have_places_in_texts_of_any_characters() {
    for text in
        ["\u{FEFF}", "\u{FEFF}a: 1", "äöü", "ä: 1", "- ä", "xmlshred: 1\nsource: ä\ndocument: [ä]\ntables: ä"]
    {
        for problem in load(text).diagnostics {
            assert!(text.get(problem.span.clone()).is_some(), "{text}: {problem:?}");
        }
    }
}
