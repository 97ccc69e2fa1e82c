//! `preview`: three formats, from files, standard input and the source.

use std::io::Write;
use std::process::Stdio;

use crate::workplace::{Answer, CONTRACT, Workplace, document};

const ROW: &str = r#"{"app_id":5,"name":"Person 5","member":true,"weight":61.5,"born":"1990-02-03","seen":"2024-01-02T03:04:05.123","amount":"5.50"}"#;

#[test]
fn json_is_one_object_per_document_with_columns_in_contract_order() {
    let place = Workplace::new(1..2);
    place.write("5.xml", &document(5));
    place.write("bad.xml", "<request id='1'>");
    place.write("issue.xml", &document(3));
    let answer = place.run("preview 5.xml bad.xml issue.xml --format json").ends_with(3);
    let lines: Vec<_> = answer.out.lines().collect();
    assert_eq!(
        lines[0],
        format!(
            r#"{{"document":"5.xml","key":5,"status":"success","failure":null,"tables":{{"person":[{ROW}],"phone":[{{"app_id":5,"number":"5-0"}}]}},"issues":[]}}"#
        )
    );
    let bad: serde_json::Value = serde_json::from_str(lines[1]).unwrap();
    assert_eq!(bad["status"], "failed");
    assert_eq!(bad["failure"]["stage"], "parse");
    assert_eq!(bad["failure"]["code"], "not-well-formed");
    assert_eq!(bad["tables"]["person"], serde_json::json!([]));
    let issue: serde_json::Value = serde_json::from_str(lines[2]).unwrap();
    assert_eq!(
        issue["issues"],
        serde_json::json!([{"table": "person", "column": "amount", "code": "invalid-value", "count": 1}])
    );
    assert_eq!(issue["tables"]["person"][0]["amount"], serde_json::Value::Null);
}

#[test]
fn standard_input_is_a_document() {
    let place = Workplace::new(1..2);
    let mut child = place
        .command("preview - --format json")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(document(5).as_bytes()).unwrap();
    let answer = Answer::of(child.wait_with_output().unwrap()).ends_with(0);
    assert!(answer.out.starts_with(r#"{"document":"-","key":5,"#), "{}", answer.out);
}

#[test]
fn documents_of_the_source_are_found_by_key_and_nothing_is_written() {
    let place = Workplace::new(-9..9);
    let before = std::fs::read(place.path().join("data.db")).unwrap();
    let answer = place.run("preview --key 5 --key -4 --url sqlite:data.db --format json").ends_with(0);
    assert!(answer.out.contains(ROW), "{}", answer.out);
    assert_eq!(answer.out.lines().count(), 2);
    assert_eq!(std::fs::read(place.path().join("data.db")).unwrap(), before);
    place.run("preview --key 99 --url sqlite:data.db").ends_with(2).says(&["key 99"]);
    place.run("preview --key 5").ends_with(2).says(&["no database given"]);
    let twice = "CREATE TABLE twice (app_id, xml); INSERT INTO twice VALUES (7, '<a/>'), (7, '<b/>')";
    place.database().execute_batch(twice).unwrap();
    place.write("contract.yaml", &CONTRACT.replace("table: app_xml", "table: twice"));
    place.run("preview --key 7 --url sqlite:data.db").ends_with(2).says(&["the key 7 in several rows"]);
}

#[test]
fn tables_mask_sensitive_columns_unless_asked() {
    let place = Workplace::new(1..2);
    place.write("5.xml", &document(5));
    let masked = place.run("preview 5.xml").ends_with(0).out;
    assert!(masked.contains("•••") && !masked.contains("Person 5"), "{masked}");
    let shown = place.run("preview 5.xml --show-sensitive").ends_with(0).out;
    assert!(shown.contains("Person 5"), "{shown}");
}

#[test]
fn sql_loads_what_a_run_loads() {
    let place = Workplace::new(1..30);
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    let loaded = place.target();
    let database = place.database();
    database.execute_batch("DELETE FROM phone; DELETE FROM person;").unwrap();
    let keys: Vec<_> = (1..30).map(|key| key.to_string()).collect();
    let answer = place
        .run(&format!("preview --url sqlite:data.db --format sql --key {}", keys.join(",")))
        .ends_with(3);
    database.execute_batch(&answer.out).unwrap();
    assert_eq!(place.target()[..2], loaded[..2]);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    Workplace::new(1..2).run("preview no.xml").ends_with(2).says(&["error: cannot read document no.xml"]);
}

#[test]
fn a_reader_that_went_away_is_no_error() {
    let place = Workplace::new(1..2);
    place.write("5.xml", &document(5));
    let mut child = place
        .command(&format!("preview --format json {}", "5.xml ".repeat(500)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let answer = Answer::of(child.wait_with_output().unwrap()).ends_with(0);
    assert_eq!(answer.err, "");
}
