//! `check` and `ddl`.

use crate::workplace::{CONTRACT, Workplace};

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
    place.run("check --url sqlite:data.db").ends_with(2).says(&[
        "E0801 target-missing]: none of the 2 tables exist yet: `--create-tables` makes them",
        "xmlshred ddl",
    ]);
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
    place.write("contract.yaml", crate::workplace::CONTRACT);
    place.write("1.xml", "<request id='1'><name>a name of more than twenty characters</name></request>");
    place.write("2.xml", "<request\n id='2'><name>another name of more than twenty</name></request>");
    place.write("3.xml", "<request id='3'><name>short</name></request>");
    let answer = place.run("check 1.xml 2.xml 3.xml").ends_with(3);
    let lines: Vec<_> = answer.err.lines().filter(|line| line.contains("failed")).collect();
    assert!(
        lines.len() == 1
            && lines[0].starts_with("warning: 2 samples failed: shred: too-long: person.name: ")
            && lines[0].contains("; the first is 1.xml, at line 1 column "),
        "{lines:?}"
    );
    place.write("contract.yaml", &crate::workplace::CONTRACT.replace("path: weight", "path: wieght"));
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

#[test]
fn statements_are_those_of_the_target_that_is_set_and_say_which() {
    let place = Workplace::new(1..2);
    let contract = crate::workplace::CONTRACT.replace("document:", "target: { schema: ubl }\ndocument:");
    place.write("contract.yaml", &contract);
    for (arguments, first, quoted) in [
        ("ddl", "-- SQLite: ", "CREATE TABLE \"person\""),
        (
            "ddl --url postgres://me@host/db",
            "-- PostgreSQL: ",
            "CREATE SCHEMA IF NOT EXISTS \"ubl\"; END IF; END';\n",
        ),
        ("ddl --target-url postgres://me@host/db", "-- PostgreSQL: ", "CREATE TABLE \"ubl\".\"person\""),
        ("ddl --server host --database db", "-- SQL Server: ", "SCHEMA_ID(N'ubl') IS NULL"),
        ("ddl --url postgres://me@host/db --dialect sqlserver", "-- SQL Server: ", "[ubl].[person]"),
        (
            "ddl --upgrade --url postgres://me@host/db",
            "-- PostgreSQL: ",
            "CREATE TABLE IF NOT EXISTS \"ubl\".\"processing_file\"",
        ),
    ] {
        let script = place.run(arguments).ends_with(0).out;
        assert!(script.starts_with(first) && script.contains(quoted), "{arguments}: {script}");
    }
    let own = contract.replace("schema: ubl", "schema: public");
    place.write("contract.yaml", &own);
    assert!(!place.run("ddl --dialect postgres").ends_with(0).out.contains("CREATE SCHEMA"));
    let required =
        crate::workplace::CONTRACT.replace("type: double", "type: double, required: true, default: 1.5");
    place.write("contract.yaml", &required);
    assert!(
        place.run("ddl --dialect postgres").ends_with(0).out.contains("\"weight\" double precision NOT NULL")
    );
}

#[test]
fn names_that_the_target_would_cut_are_told_and_never_written() {
    let place = Workplace::new(1..2);
    let long = "n".repeat(64);
    place.write("contract.yaml", &crate::workplace::CONTRACT.replace("number:", &format!("{long}:")));
    let told = ["E0808 target-name", "64 bytes, and PostgreSQL takes 63", "contract.yaml:19:"];
    let answer = place.run("ddl --dialect postgres").ends_with(2).says(&told);
    assert_eq!(answer.out, "");
    place.run("ddl --dialect postgres --upgrade").ends_with(2).says(&told);
    place.run("ddl --dialect sqlserver").ends_with(0);
    // Nobody has to be asked for it.
    place
        .run("check --url sqlite:data.db --target-url postgres://me@127.0.0.1:1/db")
        .ends_with(2)
        .says(&told);
    place
        .run("run --url sqlite:data.db --target-url postgres://me@127.0.0.1:1/db --create-tables")
        .ends_with(2)
        .says(&["64 bytes, and PostgreSQL takes 63"]);
    let same = crate::workplace::CONTRACT.replace(
        "number:",
        "größe: { value: 1, type: int }\n      GRÖSSE: { value: 1, type: int }\n      GRÖßE:",
    );
    place.write("contract.yaml", &same);
    place
        .run("ddl --dialect sqlserver")
        .ends_with(2)
        .says(&["SQL Server takes the column `GRÖßE` for `größe`"]);
    place.run("ddl --dialect postgres").ends_with(0);
}

#[test]
fn source_and_target_are_both_told_of_at_once() {
    let place = Workplace::new(1..2);
    place.write("contract.yaml", &crate::workplace::CONTRACT.replace("table: app_xml", "table: app_xlm"));
    place.run("check --url sqlite:data.db").ends_with(2).says(&[
        "none of the 2 tables exist yet",
        "the source has no table `app_xlm`",
        "hint: did you mean `app_xml`?",
    ]);
    // One that is not there is told once, though source and target ask for it.
    let answer = place.run("check --url sqlite:none.db").ends_with(2);
    assert!(answer.err.matches("does not exist").count() <= 2, "{}", answer.err);
}

#[test]
fn a_run_prints_the_statements_that_add_columns() {
    let place = Workplace::new(1..2);
    place.run("run --url sqlite:data.db").ends_with(2).says(&[
        "error: none of the 2 tables exist yet: `--create-tables` makes them",
        "hint: say `xmlshred run --create-tables`",
    ]);
    place.run("run --url sqlite:data.db --create-tables").ends_with(0);
    place.database().execute_batch("ALTER TABLE phone DROP COLUMN number").unwrap();
    place.run("run --url sqlite:data.db").ends_with(2).says(&[
        "error: the target lacks columns `phone.number`",
        "hint: ALTER TABLE \"phone\" ADD \"number\" VARCHAR(30)",
    ]);
}

#[test]
fn a_run_tells_missing_columns_and_those_of_another_type_at_once() {
    let place = Workplace::new(1..2);
    place.run("run --url sqlite:data.db --create-tables").ends_with(0);
    place
        .database()
        .execute_batch(
            "ALTER TABLE phone DROP COLUMN number; ALTER TABLE phone ADD COLUMN number INTEGER; ALTER TABLE person DROP COLUMN name",
        )
        .unwrap();
    let told = [
        "E0801 target-missing",
        "person of the target has no column name",
        "E0802 target-type-differs",
        "phone.number",
    ];
    place.run("run --url sqlite:data.db").ends_with(2).says(&told);
    place.run("check --url sqlite:data.db").ends_with(2).says(&told);
}

#[test]
fn a_key_with_a_fraction_between_integers_is_told() {
    let place = Workplace::new(1..4);
    let keys = "CREATE TABLE loose (app_id NUMERIC UNIQUE, xml TEXT); INSERT INTO loose SELECT app_id, xml FROM app_xml; \
                INSERT INTO loose VALUES (2.5, '<R/>')";
    place.database().execute_batch(keys).unwrap();
    place.write("contract.yaml", &crate::workplace::CONTRACT.replace("table: app_xml", "table: loose"));
    let told = "the key column loose.app_id has a value that is not a 64-bit integer";
    place.run("check --url sqlite:data.db").ends_with(2).says(&[told, "in the row with rowid 4"]);
    place.run("run --url sqlite:data.db --create-tables").ends_with(2).says(&[told]);
    let condition = "table: loose, where: \"typeof(app_id) = 'integer'\"";
    place.write("contract.yaml", &crate::workplace::CONTRACT.replace("table: app_xml", condition));
    place.run("run --url sqlite:data.db").ends_with(0);
    place.run("check --url sqlite:data.db").ends_with(0);
}

#[test]
fn a_target_that_is_not_there_is_not_called_the_source() {
    let place = Workplace::new(1..2);
    let answer = place.run("check --source-url sqlite:data.db --target-url sqlite:none.db").ends_with(2);
    assert!(answer.err.contains("the target none.db does not exist"), "{}", answer.err);
    assert!(!answer.err.contains("the source"), "{}", answer.err);
}

#[test]
fn a_log_whose_keys_have_another_name_is_told_by_check_also_before_there_are_tables() {
    let place = Workplace::new(1..3);
    place.run("run --url sqlite:data.db --create-tables").ends_with(0);
    place.database().execute_batch("CREATE TABLE other (id INTEGER PRIMARY KEY, xml TEXT)").unwrap();
    let other = CONTRACT.replace("name: people", "name: others").replace("key: app_id", "key: id");
    place.write("other.yaml", &other.replace("table: app_xml", "table: other"));
    let empty = other.replace("person", "human").replace("phone:\n    each", "telephone:\n    each");
    place.write("empty.yaml", &empty.replace("table: app_xml", "table: other"));
    let message =
        "the keys of processing_log are in its column app_id, and this contract's source calls its key id";
    for line in ["run --create-tables", "check"] {
        for file in ["other.yaml", "empty.yaml"] {
            let answer = place.run(&format!("{line} -c {file} --url sqlite:data.db")).ends_with(2);
            assert!(!answer.err.contains("ALTER TABLE"), "{}", answer.err);
            answer.says(&[message, "a view whose key is called app_id"]);
        }
    }
    let answer = place.run("check -c other.yaml --url sqlite:data.db --json").ends_with(2);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert!(json["faults"][0]["message"].as_str().unwrap().contains(message), "{json}");
}

#[test]
fn the_last_line_of_check_counts_what_it_told() {
    let place = Workplace::new(1..9);
    place.write("contract.yaml", &CONTRACT.replace("table: app_xml", "table: app"));
    let answer = place.run("check --url sqlite:data.db").ends_with(2);
    assert!(answer.out.contains("; source and target have 1 error"), "{}", answer.out);
    place.write("contract.yaml", CONTRACT);
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    let answer = place.run("check --url sqlite:data.db --key 6 --key 7").ends_with(3);
    assert!(answer.out.contains("; 1 of 2 samples failed"), "{}", answer.out);
}

#[test]
fn a_schema_that_sqlite_leaves_out_is_told() {
    let place = Workplace::new(1..3);
    place.write("contract.yaml", &CONTRACT.replace("tables:\n", "target: { schema: migration }\ntables:\n"));
    let words = "SQLite has no schemas: `target.schema: migration` is left out";
    place.run("run --url sqlite:data.db --create-tables").ends_with(0).says(&[words]);
    place.run("check --url sqlite:data.db").ends_with(0).says(&[words]);
}
