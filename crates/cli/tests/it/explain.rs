//! `explain`: for people and for programs, sensitive values masked.

use crate::workplace::{Workplace, document};

#[test]
fn a_cell_is_told_from_its_place_to_its_value() {
    let place = Workplace::new(1..2);
    place.write("5.xml", &document(5));
    let answer = place.run("explain 5.xml person.born").ends_with(0);
    for line in [
        "5.xml (key 5): 1 row of person",
        "person row 1: /request[1] at 1:1",
        "  born = 1990-02-03",
        "    path born",
        "    read /request[1]/born[1] at 1:",
        "    date: 1990-02-03",
    ] {
        assert!(answer.out.contains(line), "{line:?} is not in {}", answer.out);
    }
    assert!(!answer.out.contains("weight"), "{}", answer.out);
}

#[test]
fn sensitive_values_are_masked_unless_asked_for() {
    let place = Workplace::new(1..7);
    for (flags, is_shown) in
        [("", false), ("--json", false), ("--show-sensitive", true), ("--json --show-sensitive", true)]
    {
        let answer =
            place.run(&format!("explain --key 5 --url sqlite:data.db person.name {flags}")).ends_with(0);
        assert_eq!(answer.out.contains("Person 5"), is_shown, "{flags}: {}", answer.out);
    }
}

#[test]
fn lets_are_told_with_the_column_that_is_made_of_them() {
    let place = Workplace::new(1..2);
    place.write(
        "contract.yaml",
        r#"
xmlshred: 1
source: { table: app_xml, key: app_id, xml: xml }
document: { root: /R }
let: { d: { path: "@d", type: date, format: "%d.%m.%Y" }, other: { path: "@o", type: int } }
tables:
  t:
    let: { weeks: { path: "@weeks", type: int, default: 1 }, unused: { path: "@x", type: int } }
    columns:
      due: { expr: "DATEADD(day, weeks * 7, d)" }
      n: { expr: "other + unused", type: int }
"#,
    );
    place.write("1.xml", "<R d=\"31.01.2024\" o=\"5\"/>");
    let out = place.run("explain 1.xml t.due").ends_with(0).out;
    for line in [
        "let d = 2024-01-31",
        "read /R[1]/@d at 1:7: \"31.01.2024\"",
        "let weeks = 1",
        "default: 1",
        "due = 2024-02-07",
    ] {
        assert!(out.contains(line), "{line:?} is not in {out}");
    }
    assert!(!out.contains("other") && !out.contains("unused"), "{out}");
}

#[test]
fn json_has_cells_and_what_was_not_made() {
    let place = Workplace::new(1..2);
    let contract =
        crate::workplace::CONTRACT.replace("    each: phone\n", "    each: \"phone[@number != '7-1']\"\n");
    place.write("contract.yaml", &contract);
    place.write("6.xml", &document(6).replace("6-1", "7-1"));
    let answer = place.run("explain 6.xml phone.number --row 1 --json").ends_with(0);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["rows"][0]["cells"][0]["value"], "6-0");
    assert_eq!(json["rows"][0]["cells"][0]["reads"][0]["place"]["path"], "/request[1]/phone[1]/@number");
    assert_eq!(json["not_made"], serde_json::json!([]));
    let answer = place.run("explain 6.xml phone --json").ends_with(0);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(json["not_made"][0]["reason"], "predicate");
    assert_eq!(json["not_made"][0]["place"]["path"], "/request[1]/phone[2]");
}

#[test]
fn of_many_rows_the_first_are_told_and_the_others_counted() {
    let place = Workplace::new(1..2);
    place.write(
        "contract.yaml",
        r#"
xmlshred: 1
source: { table: app_xml, key: app_id, xml: xml }
document: { root: /R }
tables:
  t:
    each: "c[not(@gone)]"
    where: "n <> 7"
    one_per: { key: "@n" }
    columns: { n: { path: "@n", type: int }, same: { path: "../@x", type: text } }
"#,
    );
    let parts = (0..400).map(|n| format!("<c n=\"{}\"/><c n=\"7\"/><c gone=\"\"/>", n / 2 + 10));
    place.write("1.xml", &format!("<R x=\"all\">{}</R>", parts.collect::<String>()));
    let out = place.run("explain 1.xml t").ends_with(0).out;
    for line in [
        "1.xml (key 1): 200 rows of t",
        "t row 100: ",
        "and 100 more: `--row N` tells of one of them, `--max-rows 200` of all",
        "and 800 more: `--max-rows N` tells of N of each kind",
    ] {
        assert!(out.contains(line), "{line:?} is not in {out}");
    }
    assert!(!out.contains("t row 101: "), "{out}");
    let out = place.run("explain 1.xml t --row 150").ends_with(0).out;
    for line in ["t row 150: /R[1]/c[895] at 1:", "n = 159", "same = all", "read /R[1]/@x at 1:"] {
        assert!(out.contains(line), "{line:?} is not in {out}");
    }
    assert!(!out.contains("more"), "{out}");
    let answer = place.run("explain 1.xml t --max-rows 3 --json").ends_with(0);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    let of = |name: &str| json[name].as_array().unwrap().len();
    assert_eq!((of("rows"), json["more_rows"].as_u64()), (3, Some(197)));
    assert_eq!((of("not_made"), json["more_not_made"].as_u64()), (6, Some(994)));
}

#[test]
fn what_cannot_be_meant_is_told() {
    let place = Workplace::new(1..2);
    place.write("5.xml", &document(5));
    place.run("explain 5.xml nobody").ends_with(2).says(&["no table nobody", "person, phone"]);
    place.run("explain 5.xml person.nothing").ends_with(2).says(&["no column nothing", "born"]);
    place.run("explain 5.xml").ends_with(2).says(&["a document and a table", "hint"]);
    place.run("explain 5.xml person --key 5").ends_with(2);
    place.write("7.xml", &document(7));
    let answer = place.run("explain 7.xml person").ends_with(3);
    assert!(answer.out.contains("not-well-formed"), "{}", answer.out);
}

#[test]
fn of_demo_documents_every_explained_value_is_the_one_that_preview_shows() {
    let place = Workplace::new(1..2);
    place.run("demo --prepare-only --documents 60 --bytes-per-document 9000").ends_with(0);
    let database = "-c demo/contract.yaml --url sqlite:demo/demo.db";
    let mut cell_count = 0;
    for key in [1, 2, 3, 11] {
        let answer = place.run(&format!("preview --format json --key {key} {database}")).ends_with(0);
        let previewed: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
        // Session and time of `audit` differ from run to run.
        for (table, rows) in
            previewed["tables"].as_object().unwrap().iter().filter(|(table, _)| *table != "audit")
        {
            let line = format!("explain --json --show-sensitive --key {key} {table} {database}");
            let explained: serde_json::Value =
                serde_json::from_str(&place.run(&line).ends_with(0).out).unwrap();
            assert_eq!(
                explained["rows"].as_array().unwrap().len(),
                rows.as_array().unwrap().len(),
                "{table}"
            );
            for (explained, row) in explained["rows"].as_array().unwrap().iter().zip(rows.as_array().unwrap())
            {
                let cells =
                    explained["cells"].as_array().unwrap().iter().filter(|cell| cell["kind"] == "column");
                for cell in cells {
                    let shown = match &row[cell["name"].as_str().unwrap()] {
                        serde_json::Value::String(text) => Some(text.clone()),
                        serde_json::Value::Null => None,
                        other => Some(other.to_string()),
                    };
                    assert_eq!(cell["value"].as_str().map(str::to_owned), shown, "{table} {}", cell["name"]);
                    cell_count += 1;
                }
            }
        }
    }
    assert!(cell_count > 500, "{cell_count} cells");
}
