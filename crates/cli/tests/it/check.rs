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
