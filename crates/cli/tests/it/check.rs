//! `check` and `ddl`.

use crate::workplace::Workplace;

#[test]
fn a_good_contract_has_no_errors() {
    let answer = Workplace::new(1..2).run("check").ends_with(0);
    assert!(answer.out.contains("contract.yaml has 0 errors, 0 warnings"), "{}", answer.out);
}

#[test]
fn problems_as_json_have_code_and_place() {
    let place = Workplace::new(1..2);
    place.write("contract.yaml", "xmlshred: 1\nname: x\nsource: { tabel: a }\n");
    let answer = place.run("check --json").ends_with(2);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(json["version"], 1);
    let problems = json["problems"].as_array().unwrap();
    assert_eq!(json["error_count"], problems.len());
    let unknown = problems.iter().find(|problem| problem["name"] == "unknown-key").unwrap();
    assert_eq!(unknown["line"], 3);
    assert_eq!(unknown["column"], 11);
}

#[test]
fn with_a_database_the_tables_are_checked_too() {
    let place = Workplace::new(1..2);
    place.run("check --url sqlite:data.db").ends_with(2).says(&["person"]);
    let script = place.run("ddl").ends_with(0).out;
    place.database().execute_batch(&script).unwrap();
    place.run("check --url sqlite:data.db").ends_with(0);
}

#[test]
fn statements_can_leave_existing_tables_alone() {
    let place = Workplace::new(1..2);
    let script = place.run("ddl --if-not-exists").ends_with(0).out;
    place.database().execute_batch(&script).unwrap();
    place.database().execute_batch(&script).unwrap();
    for dialect in ["postgres", "sqlserver"] {
        let script = place.run(&format!("ddl --dialect {dialect}")).ends_with(0).out;
        assert!(script.contains("CREATE TABLE"), "{script}");
    }
}

#[test]
fn samples_tell_what_never_happens_at_its_place() {
    let place = Workplace::new(1..9);
    place.write("contract.yaml", &crate::workplace::CONTRACT.replace("path: weight", "path: wieght"));
    place.run("check --key 1,2,3 --url sqlite:data.db").ends_with(2).says(&[
        "W0701 path-never-matches",
        "`wieght`",
        "contract.yaml:11:",
        "E0801 target-missing",
    ]);
    place.write("7.xml", &crate::workplace::document(7));
    place.write("8.xml", &crate::workplace::document(8));
    let answer = place.run("check [78].xml --json").ends_with(3).says(&["sample 7.xml failed"]);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!((&json["sample_count"], &json["failed_sample_count"]), (&2.into(), &1.into()));
    assert_eq!((&json["problems"][0]["code"], &json["problems"][0]["line"]), (&"W0701".into(), &11.into()));
}

#[test]
fn differences_of_the_target_are_told_at_their_lines_all_at_once() {
    let place = Workplace::new(1..2);
    place
        .database()
        .execute_batch("CREATE TABLE person (app_id INTEGER, name INTEGER, member INTEGER, weight REAL, born TEXT NOT NULL, seen TEXT NOT NULL, must TEXT NOT NULL)")
        .unwrap();
    let contract = crate::workplace::CONTRACT
        .replace("path: born, type: date", "path: born, type: date, default: 1900-01-01");
    place.write("contract.yaml", &contract);
    let answer = place.run("check --url sqlite:data.db").ends_with(2).says(&[
        "error[E0801 target-missing]: the target has no table phone",
        "error[E0801 target-missing]: table person of the target has no column amount",
        "error[E0802 target-type-differs]: person.name is varchar(20) in the contract and INTEGER",
        "error[E0803 target-needs-value]: person.must",
        "warning[W0804 target-may-refuse]: person.seen takes no null",
        "warning[W0805 target-key-differs]: the key of person",
        "contract.yaml:9:",
        "contract.yaml:15:",
        "= help: ",
    ]);
    assert!(!answer.err.contains("person.born"), "a default fills it: {}", answer.err);
}
