//! The cases that say what the product gives hold for the reference too.

use std::fmt::Write as _;
use std::path::Path;

use xmlshred_model::DocumentKey;
use xmlshred_reference::compare::{by_reference, contract};

const HEAD: &str = "xmlshred: 1\nsource: { table: app_xml, key: app_id, xml: xml }\n";

/// What depends on limits, on what a DTD declares, on CDATA around what looks like a reference, on the product's own UUIDs, on the order of namespace declarations in markup, or is refused before there
/// are elements.
const NOT_COMPARED: [&str; 18] = [
    "forbidden characters are replaced where the contract says so",
    "too deep",
    "entities are refused",
    "what is generated",
    "a namespace with a reference in it is the one that the reference stands for",
    "elements count through",
    "bytes count through",
    "characters that XML forbids are replaced in it, too",
    "a declaration without entities is read past, its types of tokens hold",
    "defaults of attributes",
    "entities that the document declares",
    "an entity with markup in it is refused",
    "an entity that grows without end",
    "entities that say nothing, over and over",
    "an entity within itself",
    "what stands outside is never fetched",
    "the names of HTML",
    "names of the contract",
];

#[test]
fn the_cases_of_the_product_hold_for_the_reference() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../mapping/tests/shred");
    let (mut wrong, mut count) = (String::new(), 0);
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for section in text.split("=== ").skip(1) {
            let (name, rest) = section.split_once('\n').unwrap();
            let (spec, rest) = rest.split_once("--- document\n").unwrap();
            let (document, expected) = rest.split_once("--- gives\n").unwrap();
            if NOT_COMPARED.contains(&name) {
                continue;
            }
            count += 1;
            let found = by_the_reference(spec, document.trim_end());
            let expected = comparable(expected.trim_end());
            if found != expected {
                writeln!(wrong, "{name}\nexpected:\n{expected}\nfound:\n{found}\n").unwrap();
            }
        }
    }
    assert!(count > 40, "{count} cases");
    assert!(wrong.is_empty(), "{wrong}");
}

fn by_the_reference(spec: &str, document: &str) -> String {
    let root = if spec.contains("document:") { "" } else { "document: { root: /R }\n" };
    let head = if spec.contains("xmlshred:") { "" } else { HEAD };
    let contract = contract(&format!("{head}{root}{spec}")).unwrap();
    match by_reference(&contract, document, &DocumentKey::Int(17)) {
        Ok(lines) => in_order(lines),
        Err(no_rows) => no_rows.to_string(),
    }
}

/// Of failures the code only, of what is skipped that it is.
fn comparable(expected: &str) -> String {
    if expected.starts_with("skipped: ") {
        return "skipped".to_owned();
    }
    match expected.strip_prefix("failed: ") {
        Some(failure) => format!("failed: {}", failure.split(": ").nth(1).unwrap()),
        None => in_order(expected.lines().map(without_uuids).collect()),
    }
}

/// The reference does not tell UUIDs apart.
fn without_uuids(line: &str) -> String {
    let is_uuid = |value: &str| value.len() == 36 && value.matches('-').count() == 4;
    let cell = |cell: &str| match cell.split_once('=') {
        Some((name, value)) if is_uuid(value) => format!("{name}=(a uuid)"),
        _ => cell.to_owned(),
    };
    line.split(' ').map(cell).collect::<Vec<_>>().join(" ")
}

/// Issues in order of their text: in which order they are told means nothing.
fn in_order(mut lines: Vec<String>) -> String {
    let issues = lines.iter().position(|line| line.starts_with("issue: ")).unwrap_or(lines.len());
    lines[issues..].sort();
    lines.join("\n")
}
