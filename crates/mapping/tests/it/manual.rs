//! `docs/contract.md`: its tables of keys are those of the program, its examples give what it says, and nothing of the language is
//! without one. The examples of `docs/recipes.md` are run in the same way. `UPDATE_CASES=1` writes what comes now; read the difference
//! before committing it.

use std::collections::BTreeSet;
use std::path::{Path as File, PathBuf};

use xmlshred_mapping::contract::language::{self, Absent, Section, Shape, sections};
use xmlshred_mapping::path::{Axis, Condition, Naming, NodeTest, Operand, Path, Predicate};
use xmlshred_model::{DataType, IssueCode};
use yaml_serde::Value;

use crate::shred::{Case, outcome};

const MANUAL: &str = "contract.md";

fn file(page: &str) -> PathBuf {
    File::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page)
}

fn read(page: &str) -> String {
    std::fs::read_to_string(file(page)).unwrap()
}

fn manual() -> String {
    read(MANUAL)
}

/// Compares with what the page says, or writes it.
fn settle_page(page: &str, found: String) {
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(file(page), found).unwrap();
        return;
    }
    let said = read(page);
    let first = said.lines().zip(found.lines()).find(|(said, found)| said != found);
    assert!(said == found, "docs/{page} is not up to date, UPDATE_CASES=1 writes it: {first:?}");
}

/// Compares with what the manual says, or writes it.
fn settle(found: String) {
    settle_page(MANUAL, found);
}

/// The headings under which the tables of keys stand.
const TABLES: [(&str, &Section); 16] = [
    ("### The contract", &language::CONTRACT),
    ("### `source`", &language::SOURCE),
    ("### `target`", &language::TARGET),
    ("### `document`", &language::DOCUMENT),
    ("### `document.limits`", &language::LIMITS),
    ("### `defaults`", &language::DEFAULTS),
    ("### `defaults.formats`", &language::FORMATS),
    ("### A table", &language::TABLE),
    ("### `rows`: row templates", &language::ROW),
    ("### `unpivot`", &language::UNPIVOT),
    ("### A row of an `unpivot`", &language::UNPIVOT_ROW),
    ("### `one_per`", &language::ONE_PER),
    ("### `prefer`", &language::PREFER),
    ("### A column", &language::COLUMN),
    ("### A generated `default`", &language::GENERATED_DEFAULT),
    ("### A `let`", &language::LET),
];

const TABLE_HEAD: &str = "| key | meaning | without it |\n|---|---|---|\n";

fn rows_of(section: &Section) -> String {
    let row = |key: &language::Key| {
        let absent = match key.absent {
            Absent::Wrong => "an error".to_owned(),
            Absent::Nothing => String::new(),
            Absent::Is(value) => format!("`{value}`"),
            Absent::Means(meaning) => meaning.to_owned(),
        };
        format!("| `{}` | {} | {absent} |\n", key.name, key.meaning)
    };
    section.keys.iter().map(row).collect()
}

#[test]
fn the_tables_of_keys_are_those_of_the_program() {
    let mut text = manual();
    assert_eq!(TABLES.len(), sections().len());
    for (heading, section) in TABLES {
        let at = text.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
        let table = at + text[at..].find(TABLE_HEAD).unwrap() + TABLE_HEAD.len();
        let end = table
            + text[table..]
                .find("\n\n")
                .map_or(0, |end| if text[table..].starts_with('\n') { 0 } else { end + 1 });
        text.replace_range(table..end, &rows_of(section));
    }
    settle(text);
}

/// A fenced block and where its text lies in the manual.
struct Block<'t> {
    language: &'t str,
    text: &'t str,
    start: usize,
    end: usize,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(fence) = text[at..].find("```") {
        let open = at + fence + 3;
        let start = open + text[open..].find('\n').unwrap() + 1;
        let end = start + text[start - 1..].find("\n```").unwrap();
        blocks.push(Block {
            language: &text[open..start - 1],
            text: text.get(start..end).unwrap_or(""),
            start,
            end,
        });
        at = end.max(start) + 3;
    }
    blocks
}

#[test]
fn every_example_gives_what_the_manual_says() {
    check_examples(MANUAL, 25);
}

#[test]
fn every_recipe_gives_what_its_page_says() {
    check_examples("recipes.md", 14);
}

/// A contract, a document and what comes of it, one block behind the other.
fn check_examples(page: &str, at_least: usize) {
    let text = read(page);
    let (mut updated, mut copied, mut count) = (String::new(), 0, 0);
    for [contract, document, said] in blocks(&text).array_windows() {
        if [contract.language, document.language, said.language] != ["yaml", "xml", "text"] {
            continue;
        }
        count += 1;
        let found =
            outcome(&Case { name: "", contract: contract.text, document: document.text, expected: "" });
        updated += &text[copied..said.start];
        updated += found.trim_end();
        updated.push('\n');
        copied = said.end.max(said.start);
    }
    assert!(count >= at_least, "only {count} examples in {page}");
    settle_page(page, updated + &text[copied..]);
}

/// Every use of a key, of a word behind it, and of a type in a contract.
fn uses(value: &Value, shape: &Shape, place: &str, found: &mut BTreeSet<String>) {
    match shape {
        Shape::Section(section) => {
            for (key, value) in value.as_mapping().into_iter().flatten() {
                let Some(key) = section.key(key.as_str().unwrap()) else { continue };
                let place = format!("{} {}", section.name, key.name);
                uses(value, &key.shape, &place, found);
                found.insert(place);
            }
        }
        Shape::Map(item) => {
            value.as_mapping().into_iter().flatten().for_each(|(_, value)| uses(value, item, place, found));
        }
        Shape::List(item) | Shape::OneOrMore(item) => match value.as_sequence() {
            Some(items) => items.iter().for_each(|value| uses(value, item, place, found)),
            None => uses(value, item, place, found),
        },
        Shape::Either(shapes) => shapes.iter().for_each(|shape| uses(value, shape, place, found)),
        Shape::Word(_) | Shape::Pick => {
            let word = if value.is_null() { "null" } else { value.as_str().unwrap_or_default() };
            let is_pick = matches!(shape, Shape::Pick);
            let word = if is_pick { word.split('(').next().unwrap() } else { word };
            found.insert(format!("{place}: {word}"));
        }
        _ => {}
    }
}

/// What an example has to show.
fn wanted() -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    for section in sections() {
        for key in section.keys {
            let place = format!("{} {}", section.name, key.name);
            let words = match &key.shape {
                // The words of a `let` and of an unpivoted row are those of a column, and so are the steps in `defaults`.
                _ if section.name == language::LET.name => Vec::new(),
                _ if section.name == language::UNPIVOT_ROW.name => Vec::new(),
                _ if key.name == "clean" && section.name == language::DEFAULTS.name => Vec::new(),
                Shape::Word(words) | Shape::OneOrMore(Shape::Word(words)) => words(),
                Shape::Pick => vec!["first", "last", "only", "join"],
                _ => Vec::new(),
            };
            wanted.extend(words.iter().map(|word| format!("{place}: {word}")));
            wanted.insert(place);
        }
    }
    wanted
}

#[test]
fn every_key_and_word_stands_in_an_example() {
    let text = manual();
    let mut found = BTreeSet::new();
    for block in blocks(&text).iter().filter(|block| block.language == "yaml") {
        let value: Value = yaml_serde::from_str(block.text).unwrap();
        uses(&value, &Shape::Section(&language::CONTRACT), "", &mut found);
    }
    let missing: Vec<_> = wanted().into_iter().filter(|wanted| !found.contains(wanted)).collect();
    assert!(missing.is_empty(), "without example: {missing:#?}");
}

#[test]
fn every_issue_stands_in_an_example() {
    let text = manual();
    for code in IssueCode::ALL {
        let told =
            blocks(&text).iter().any(|block| block.text.lines().any(|line| is_issue(line, code.as_str())));
        assert!(told, "no example counts {code}");
    }
}

/// `issue: TABLE.COLUMN CODE COUNT`
fn is_issue(line: &str, code: &str) -> bool {
    line.starts_with("issue: ") && line.split(' ').nth(2) == Some(code)
}

fn section<'t>(text: &'t str, heading: &str) -> &'t str {
    let start = text.find(&format!("\n{heading}\n")).unwrap() + heading.len() + 2;
    &text[start..start + text[start..].find("\n## ").unwrap() + 1]
}

/// A section in which the last cell of every row is replaced by what `given` makes of the row's other cells.
fn with_results(text: &str, given: impl Fn(&[&str]) -> String) -> String {
    let line = |line: &str| {
        let cells = line.strip_prefix('|').and_then(|line| line.trim_end().strip_suffix('|'));
        let cells: Vec<&str> =
            cells.map(|cells| cells.split('|').map(str::trim).collect()).unwrap_or_default();
        match cells.split_last() {
            Some((last, cells)) if last.starts_with('`') => {
                let before = line[..line.rfind("| `").unwrap()].to_owned();
                format!("{before}| `{}` |\n", given(cells))
            }
            _ => line.to_owned(),
        }
    };
    text.split_inclusive('\n').map(line).collect()
}

fn code(cell: &str) -> &str {
    cell.trim_start_matches('`').trim_end_matches('`')
}

/// The value of the one column of the one row.
fn value(contract: &str, document: &str) -> String {
    let found = outcome(&Case { name: "", contract, document, expected: "" });
    match found.strip_prefix("t: v=") {
        Some(value) => value.to_owned(),
        None => found.strip_prefix("failed: shred: ").unwrap().split(": ").next().unwrap().to_owned(),
    }
}

#[test]
fn every_type_has_examples_that_give_what_the_manual_says() {
    let text = manual();
    let types = section(&text, "## Types");
    let found = with_results(types, |cells| {
        let contract =
            format!("tables: {{ t: {{ columns: {{ v: {{ path: v, type: \"{}\" }} }} }} }}\n", code(cells[0]));
        value(&contract, &format!("<R><v>{}</v></R>", code(cells[2])))
    });
    for name in DataType::NAMES {
        assert!(found.contains(&format!("\n| `{name}")), "no example of type {name}");
    }
    settle(text.replace(types, &found));
}

#[test]
fn every_form_of_path_has_an_example_that_gives_what_the_manual_says() {
    let text = manual();
    let paths = section(&text, "## Paths");
    let document = blocks(paths)[0].text.to_owned();
    let namespaces = [("p".to_owned(), "urn:example".to_owned())].into();
    let forms = std::cell::RefCell::new(BTreeSet::new());
    let found = with_results(paths, |cells| {
        let path = code(cells[1]);
        forms_of(&Path::parse(path, &namespaces).unwrap(), &mut forms.borrow_mut());
        let column = format!("v: {{ path: \"{path}\", type: text, pick: \"join('; ')\" }}");
        let head = "document: { root: /order, namespaces: { p: \"urn:example\" } }\n";
        value(&format!("{head}tables: {{ t: {{ columns: {{ {column} }} }} }}\n"), &document)
    });
    let forms = forms.into_inner();
    let missing: Vec<_> = FORMS.iter().filter(|form| !forms.contains(**form)).collect();
    assert!(missing.is_empty(), "forms without example: {missing:?}");
    assert_eq!(forms.len(), FORMS.len(), "a form is not in the list: {forms:?}");
    settle(text.replace(paths, &found));
}

/// All that a path can be made of.
const FORMS: [&str; 44] = [
    "(…)[1]",
    "name()",
    "qname()",
    "namespace-uri()",
    "/",
    "child",
    "//",
    "@",
    "//@",
    ".",
    "..",
    "following-sibling::",
    "preceding-sibling::",
    "ancestor::",
    "self::",
    "p:*",
    "ends-with",
    "normalize-space",
    "string-length",
    "count",
    "name",
    "prefix",
    "*",
    "text()",
    "[1]",
    "[last()]",
    "and",
    "or",
    "not",
    "exists",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "in",
    "starts-with",
    "contains",
    "path operand",
    "text operand",
    "number operand",
    "node()",
    "relative",
];

fn forms_of(path: &Path, forms: &mut BTreeSet<&'static str>) {
    forms.insert(if path.absolute { "/" } else { "relative" });
    if let Some(group) = &path.group {
        forms.insert("(…)[1]");
        forms_of(&group.path, forms);
    }
    if let Some(naming) = path.naming {
        forms.insert(match naming {
            Naming::Local => "name()",
            Naming::Qualified => "qname()",
            Naming::Namespace => "namespace-uri()",
        });
    }
    if path.steps.is_empty() {
        forms.insert(".");
    }
    for step in &path.steps {
        forms.insert(match step.axis {
            Axis::Child => "child",
            Axis::Descendant => "//",
            Axis::Attribute => "@",
            Axis::DescendantAttribute => "//@",
            Axis::SelfNode => "self::",
            Axis::FollowingSibling => "following-sibling::",
            Axis::PrecedingSibling => "preceding-sibling::",
            Axis::Ancestor => "ancestor::",
            Axis::Parent => "..",
        });
        forms.insert(match step.test {
            NodeTest::Name { namespace: None, .. } => "name",
            NodeTest::Name { namespace: Some(_), .. } => "prefix",
            NodeTest::Any => "*",
            NodeTest::AnyIn { .. } => "p:*",
            NodeTest::Text => "text()",
            NodeTest::Node => "node()",
        });
        for predicate in &step.predicates {
            match predicate {
                Predicate::Position(_) => drop(forms.insert("[1]")),
                Predicate::Last => drop(forms.insert("[last()]")),
                Predicate::Condition(condition) => forms_of_condition(condition, forms),
            }
        }
    }
}

fn forms_of_condition(condition: &Condition, forms: &mut BTreeSet<&'static str>) {
    let operands: Vec<&Operand> = match condition {
        Condition::And(left, right) | Condition::Or(left, right) => {
            forms.insert(if matches!(condition, Condition::And(..)) { "and" } else { "or" });
            forms_of_condition(left, forms);
            forms_of_condition(right, forms);
            Vec::new()
        }
        Condition::Not(inner) => {
            forms.insert("not");
            forms_of_condition(inner, forms);
            Vec::new()
        }
        Condition::Exists(path) => {
            forms.insert("exists");
            forms_of(path, forms);
            Vec::new()
        }
        Condition::Compare { left, operator, right } => {
            let operator = operator.to_string();
            forms.insert(FORMS.iter().find(|form| **form == operator).unwrap());
            vec![left, right]
        }
        Condition::In(operand, _) => {
            forms.insert("in");
            vec![operand]
        }
        Condition::StartsWith(left, right)
        | Condition::EndsWith(left, right)
        | Condition::Contains(left, right) => {
            forms.insert(match condition {
                Condition::StartsWith(..) => "starts-with",
                Condition::EndsWith(..) => "ends-with",
                _ => "contains",
            });
            vec![left, right]
        }
    };
    operands.into_iter().for_each(|operand| forms_of_operand(operand, forms));
}

fn forms_of_operand(operand: &Operand, forms: &mut BTreeSet<&'static str>) {
    match operand {
        Operand::Path(path) => {
            forms.insert("path operand");
            forms_of(path, forms);
        }
        Operand::Text(_) => drop(forms.insert("text operand")),
        Operand::Number(_) => drop(forms.insert("number operand")),
        // What they stand for is not seen in a path alone: they have an example of their own.
        Operand::Variable(_) => {}
        Operand::Normalized(inner) => {
            forms.insert("normalize-space");
            forms_of_operand(inner, forms);
        }
        Operand::Length(inner) => {
            forms.insert("string-length");
            forms_of_operand(inner, forms);
        }
        Operand::Count(path) => {
            forms.insert("count");
            forms_of(path, forms);
        }
    }
}
