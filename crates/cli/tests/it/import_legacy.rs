//! `import-legacy`: old contracts of our own with documents, and the rows that the description of the old format gives by hand.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::workplace::Workplace;

mod large {
    include!("../legacy/large.rs");
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/legacy").join(name)
}

/// A folder with `old.json`.
fn place_with(old: &str) -> Workplace {
    let place = Workplace::new(1..2);
    place.write("old.json", old);
    place
}

/// Imports, checks, previews and runs a contract, and compares all rows of its documents.
fn check_rows(name: &str) {
    let folder = folder(name);
    let place = place_with(&fs::read_to_string(folder.join("contract.json")).unwrap());
    place.run("import-legacy old.json -o new.yaml").ends_with(0);
    let checked = place.run("check --contract new.yaml").ends_with(0);
    assert!(checked.out.contains("has 0 errors, 0 warnings"), "{}{}", checked.out, checked.err);
    let mut documents = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .collect::<Vec<_>>();
    documents.sort();
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    let mut failed_count = 0;
    for document in &documents {
        let expected = fs::read_to_string(document.with_extension("rows")).unwrap();
        let output =
            place.command("preview --contract new.yaml --format json").arg(document).output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut expected = expected.lines().map(sorted).collect::<Vec<_>>();
        // Rows of one table stay in their order.
        expected.sort_by_key(|line| line.split(':').next().unwrap().to_owned());
        assert_eq!(rows(&answer), expected, "{}: {}", document.display(), answer["failure"]);
        failed_count += usize::from(answer["status"] == "failed");
        for (table, rows) in answer["tables"].as_object().unwrap() {
            *counts.entry(table.clone()).or_default() += rows.as_array().unwrap().len();
        }
        let key = document.file_name().unwrap().to_str().unwrap()[..3].to_owned();
        fs::copy(document, place.path().join(format!("{key}.xml"))).unwrap();
    }
    // A run loads the same rows into tables of the contract's own.
    place.run("run --contract new.yaml --files [0-9]*.xml --url sqlite:new.db --create-tables").ends_with(3);
    let database = rusqlite::Connection::open(place.path().join("new.db")).unwrap();
    let count = |sql: String| database.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap() as usize;
    for (table, expected) in counts {
        assert_eq!(count(format!("SELECT count(*) FROM {table}")), expected, "{table}");
    }
    assert_eq!(count("SELECT count(*) FROM processing_log WHERE status = 'failed'".to_owned()), failed_count);
}

/// One line per row, as in the manual; cells in the order of their names, tables too: JSON objects have none.
fn rows(answer: &Value) -> Vec<String> {
    if let Some(code) = answer["failure"]["code"].as_str() {
        return vec![format!("failed: {code}")];
    }
    let mut lines = Vec::new();
    for (table, rows) in answer["tables"].as_object().unwrap() {
        for row in rows.as_array().unwrap() {
            let cells = row.as_object().unwrap().iter().map(|(column, value)| format!(" {column}={value}"));
            lines.push(format!("{table}:{}", cells.collect::<String>()));
        }
    }
    lines
}

/// A line of expected rows with its cells in the order of their names.
fn sorted(line: &str) -> String {
    let is_name = |at: usize| {
        line[at + 1..]
            .split('=')
            .next()
            .unwrap()
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let has_value = |at: usize| line[at + 1..].contains('=');
    let starts = line
        .match_indices(' ')
        .map(|(at, _)| at)
        .filter(|&at| is_name(at) && has_value(at))
        .collect::<Vec<_>>();
    let Some(&first) = starts.first() else { return line.to_owned() };
    let ends = starts.iter().skip(1).copied().chain([line.len()]);
    let mut cells = starts.iter().zip(ends).map(|(&start, end)| &line[start..end]).collect::<Vec<_>>();
    cells.sort_unstable_by_key(|cell| cell.split('=').next().unwrap());
    format!("{}{}", &line[..first], cells.concat())
}

#[test]
fn loans_give_the_rows_of_the_old_program() {
    check_rows("loans");
}

#[test]
fn cards_give_the_rows_of_the_old_program() {
    check_rows("cards");
}

#[test]
fn a_large_contract_takes_at_most_three_lines_for_two_mappings() {
    let place = place_with(&large::contract());
    let answer = place.run("import-legacy old.json -o new.yaml --report json").ends_with(0);
    let report: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(report["mapping_count"], large::MAPPING_COUNT);
    assert_eq!(report["translated_count"], large::MAPPING_COUNT);
    let text = fs::read_to_string(place.path().join("new.yaml")).unwrap();
    assert!(text.lines().count() * 2 <= large::MAPPING_COUNT * 3, "{} lines", text.lines().count());
    place.run("check --contract new.yaml").ends_with(0);
}

#[test]
fn the_report_names_differences_and_faults_with_their_mappings() {
    let place = place_with(&fs::read_to_string(folder("cards").join("contract.json")).unwrap());
    let answer = place.run("import-legacy old.json -o new.yaml --report json").ends_with(0);
    let report: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!((&report["version"], &report["contract"]), (&1.into(), &"new.yaml".into()));
    let difference = |number: &str| {
        let all = report["differences"].as_array().unwrap();
        let found = all.iter().find(|found| found["number"] == number).unwrap_or_else(|| panic!("{number}"));
        let targets =
            found["mappings"].as_array().unwrap().iter().map(|mapping| mapping["target"].as_str().unwrap());
        format!("{} {}", found["result"].as_str().unwrap(), targets.collect::<Vec<_>>().join(","))
    };
    assert_eq!(difference("4.11"), "changed app_terms.margin");
    assert_eq!(difference("4.13"), "changed app_base.app_id");
    assert_eq!(difference("5.2"), "kept app_contact_employment.salary");
    assert_eq!(difference("5.4"), "kept app_warranty.lien_flag");
    assert_eq!(difference("5.6"), "kept app_contact_address.city");
    let faults = report["faults"].as_array().unwrap();
    let fault = |code: &str| {
        let found = faults.iter().filter(|fault| fault["code"] == code);
        found.map(|fault| fault["pointer"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(fault("column-twice"), "/mappings/3");
    assert_eq!(fault("path-twice"), "/mappings/4");
    assert_eq!(fault("unknown-type"), "/mappings/5/data_type");
    assert_eq!(fault("unused-enum"), "/enum_mappings/verification_source_enum");
    assert_eq!(fault("parent-after-child"), "/table_insertion_order/0");
    // For people the same.
    let text = place.run("import-legacy old.json -o new.yaml --force").ends_with(0);
    assert!(text.out.is_empty(), "{}", text.out);
    text.says(&[
        "4.11  exclude_default_when_record_empty works",
        ": app_terms.margin",
        "[unused-enum]",
        "31 of 31 mappings in 9 tables",
    ]);
}

/// What an old contract is refused with, and the place.
fn check_refused(old: &str, expected: &str) {
    let place = place_with(old);
    let answer = place.run("import-legacy old.json -o new.yaml --report json").ends_with(2);
    let report: Value = serde_json::from_str(&answer.out).unwrap();
    let errors = report["errors"].as_array().unwrap().iter().map(|error| {
        let text = |key: &str| error[key].as_str().unwrap().to_owned();
        format!("{} {}:{} {}", text("pointer"), error["line"], error["column"], text("message"))
    });
    assert_eq!(errors.collect::<Vec<_>>().join("\n"), expected);
    assert_eq!(report["contract"], Value::Null);
    assert!(!place.path().join("new.yaml").exists());
}

/// A contract with these mappings.
fn with_mappings(mappings: &str) -> String {
    format!(
        "{{ \"xml_root_element\": \"R\", \"xml_application_path\": \"/R/a\", \"source_table\": \"t\", \"source_column\": \"x\",\n\"mappings\": [\n{mappings} ] }}"
    )
}

fn mapping(rest: &str) -> String {
    with_mappings(&format!(
        "{{ \"xml_path\": \"/R/a\", \"xml_attribute\": \"v\", \"target_table\": \"t\", \"target_column\": \"c\", {rest} }}"
    ))
}

#[test]
fn what_cannot_be_translated_is_an_error_with_its_place_and_nothing_is_written() {
    check_refused(
        &mapping("\n\"mapping_type\": [\"enum\", \"to_upper\"]"),
        "/mappings/0/mapping_type/1 4:26 unknown mapping type `to_upper`",
    );
    check_refused(
        &mapping("\n\"mapping_type\": [\"enum\"], \"enum_name\": \"kind\""),
        "/mappings/0 3:1 `enum_mappings` has no enum `kind`",
    );
    check_refused(
        &mapping("\n\"mapping_type\": [\"calculated_field\"], \"expression\": \"GETDATE()\""),
        "/mappings/0/expression 4:53 expression (character 1): unknown function GETDATE",
    );
    check_refused(
        &mapping("\n\"mapping_type\": [\"calculated_field\"]"),
        "/mappings/0 3:1 calculated_field without an expression",
    );
    check_refused(
        &mapping("\"mapping_type\": [\"last_valid_pr_contact\"]"),
        "/mappings/0 3:1 a mapping asks for a contact, and there is no rule for contacts",
    );
    check_refused(
        &mapping("\"data_length\": \"wide\""),
        "/mappings/0/data_length 3:103 `data_length` is a whole number, found text",
    );
    check_refused(
        &with_mappings(
            "{ \"xml_path\": \"/R/a/b[1]\", \"xml_attribute\": \"v\", \"target_table\": \"t\", \"target_column\": \"c\" },\n7, { \"target_table\": \"t\" }",
        ),
        "/mappings/0 3:1 `b[1]` is no name of an element or attribute\n/mappings/1 4:1 a mapping is an object, found a number\n/mappings/2 4:4 a mapping without `target_column`",
    );
}

#[test]
fn other_files_are_told_apart() {
    for (bytes, words) in [
        (&b""[..], "the file is empty"),
        (b"\xFF\xFE{\0}\0", "the file is UTF-16"),
        (b"{\0\"\0}\0", "the file is UTF-16 or UTF-32 without a byte order mark"),
        (b"<Provenir/>", "the file is XML"),
        (b"{ \"a\": \xE4 }", "the file is not UTF-8"),
        (b"{ 'mappings': [] }", "old.json:1:3: not JSON: a name in double quotes belongs here"),
        (b"{ \"mappings\": [\n{}, ] }", "old.json:2:5: not JSON: a value is missing here"),
        (b"[1, 2]", "this JSON is no contract of the predecessor"),
        (b"{ \"name\": \"x\" }", "this JSON has no `mappings`"),
        (b"{ \"mappings\": [] }", "`mappings` has no mapping"),
        (b"{ \"xmlshred\": 1, \"tables\": {} }", "this is a contract of xmlshred already"),
    ] {
        let place = Workplace::new(1..2);
        fs::write(place.path().join("old.json"), bytes).unwrap();
        place.run("import-legacy old.json -o new.yaml").ends_with(2).says(&[words, "hint: "]);
        assert!(!place.path().join("new.yaml").exists());
    }
    let place = Workplace::new(1..2);
    place.run("import-legacy none.json").ends_with(2).says(&["cannot read none.json"]);
    let file = fs::File::create(place.path().join("old.json")).unwrap();
    file.set_len(17 << 20).unwrap();
    place.run("import-legacy old.json").ends_with(2).says(&["the file has more than 16 MB"]);
}

#[test]
fn a_byte_order_mark_is_read_past_and_the_contract_goes_to_standard_output() {
    let place = place_with(&format!("\u{FEFF}{}", mapping("\"data_type\": \"string\"")));
    let answer = place.run("import-legacy old.json --name mine").ends_with(0);
    assert!(answer.out.contains("\nname: mine\n") && answer.out.contains("path: \"@v\""), "{}", answer.out);
    answer.says(&["contract: 1 of 1 mappings in 1 table"]);
    place.run("import-legacy old.json --report json").ends_with(2).says(&["--out"]);
}

#[test]
fn a_contract_that_is_there_is_kept_unless_forced() {
    let place = place_with(&mapping("\"data_type\": \"string\""));
    place.write("new.yaml", "mine");
    place.run("import-legacy old.json -o new.yaml").ends_with(2).says(&["new.yaml exists", "--force"]);
    assert_eq!(fs::read_to_string(place.path().join("new.yaml")).unwrap(), "mine");
    place.run("import-legacy old.json -o new.yaml --force").ends_with(0);
    place.run("check --contract new.yaml").ends_with(0);
}
