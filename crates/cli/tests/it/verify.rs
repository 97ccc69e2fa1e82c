//! `xmlshred verify`: whether the target is what log, source and contract say.

use crate::workplace::{CONTRACT, Workplace, document};

fn done() -> Workplace {
    let place = Workplace::new(0..120);
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    place
}

/// What was said, in one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn json(place: &Workplace, arguments: &str, code: i32) -> serde_json::Value {
    let answer = place.run(&format!("verify --url sqlite:data.db --json {arguments}")).ends_with(code);
    serde_json::from_str(&answer.out).unwrap()
}

#[test]
fn a_target_that_nobody_touched_is_equal() {
    let place = done();
    let answer = place.run("verify --url sqlite:data.db --all").ends_with(0);
    for line in [
        "Equal: 117 documents, ",
        "  3 failed: `xmlshred failures`",
        "  person: 117 rows\n",
        "\n  117 equal, 0 different, 0 changed since\n",
    ] {
        assert!(answer.out.contains(line), "{line}: {}", answer.out);
    }
    let sampled = json(&place, "--sample 10", 0);
    assert_eq!((&sampled["sample"]["compared"], &sampled["sample"]["equal"]), (&10.into(), &10.into()));
    assert_eq!(json(&place, "--sample 0", 0)["sample"]["compared"], 0);
    assert_eq!(json(&place, "", 0)["sample"]["of"], 117);
}

#[test]
fn cells_rows_and_documents_that_differ_are_told_by_their_place() {
    let place = done();
    let database = place.database();
    database
        .execute_batch(
            "UPDATE person SET name = 'Somebody', amount = 99 WHERE app_id = 5;
             DELETE FROM phone WHERE app_id = 10 AND number LIKE '%-0';
             INSERT INTO phone VALUES (11, 'secret'), (12, 'secret');
             INSERT INTO person (app_id, name) VALUES (9000, 'nobody');",
        )
        .unwrap();
    let answer = place.run("verify --url sqlite:data.db --all").ends_with(3);
    for line in [
        "Not equal: 117 documents, ",
        "person: 118 rows, 1 of no document that the log has",
        "5: person: name, amount differs",
        "10: phone: 1 row missing",
        "11: phone: 1 row too many",
        "  113 equal, 4 different, 0 changed since\n",
        "→ xmlshred preview --key 5\n",
        "→ xmlshred retry --key 5\n",
    ] {
        assert!(answer.out.contains(line), "{line}: {}", answer.out);
    }
    assert!(!answer.out.contains("secret") && !answer.out.contains("Somebody"), "{}", answer.out);
    let answer = json(&place, "--all", 3);
    assert_eq!((&answer["equal"], &answer["sample"]["different"]), (&false.into(), &4.into()));
    assert_eq!(
        answer["sample"]["differences"][0]["tables"][0]["columns"],
        serde_json::json!(["name", "amount"])
    );
    // What is told is what mends it.
    place.run("retry --url sqlite:data.db --key 5,10,11,12 --yes").ends_with(0);
    database.execute("DELETE FROM person WHERE app_id = 9000", []).unwrap();
    place.run("verify --url sqlite:data.db --all").ends_with(0);
}

#[test]
fn changed_vanished_and_new_documents_are_told() {
    let place = done();
    let database = place.database();
    database
        .execute("UPDATE app_xml SET xml = ? WHERE app_id = 20", [document(20).replace("61.5", "62")])
        .unwrap();
    database.execute("DELETE FROM app_xml WHERE app_id IN (30, 31)", []).unwrap();
    database.execute("INSERT INTO app_xml VALUES (700, ?)", [document(700)]).unwrap();
    let answer = json(&place, "--all", 3);
    assert_eq!(answer["documents"]["vanished_keys"], serde_json::json!([30, 31]));
    assert_eq!(
        (&answer["documents"]["unlogged"], &answer["sample"]["changed_keys"]),
        (&1.into(), &serde_json::json!([20]))
    );
    place.run("retry --url sqlite:data.db --document-changed --yes").ends_with(0);
    place.run("retry --url sqlite:data.db --vanished --yes").ends_with(0);
    place.run("run --url sqlite:data.db").ends_with(0);
    let answer = json(&place, "--all", 0);
    assert_eq!((&answer["documents"]["unlogged"], &answer["equal"]), (&0.into(), &true.into()));
}

#[test]
fn other_texts_of_the_contract_are_named_with_what_they_made() {
    let place = done();
    place.write("contract.yaml", &CONTRACT.replace("varchar(20)", "varchar(40)"));
    // Rows are the same all the same.
    let answer = place.run("verify --url sqlite:data.db --all").ends_with(0);
    assert!(answer.out.contains("120 documents with another text of the contract"), "{}", answer.out);
    place.write("contract.yaml", &CONTRACT.replace("path: born, type: date", "path: seen, type: text"));
    let answer = place.run("verify --url sqlite:data.db --sample 5").ends_with(3);
    assert!(
        answer.out.contains("person: born differs; it was processed with another text"),
        "{}",
        answer.out
    );
    place.write("contract.yaml", &CONTRACT.replace("varchar(20)", "varchar(2)"));
    let answer = place.run("verify --url sqlite:data.db --sample 5").ends_with(3);
    assert!(answer.out.contains("would have none now: shred: too-long"), "{}", answer.out);
}

#[test]
fn values_that_a_run_makes_are_the_same_again() {
    let place = Workplace::new(0..30);
    let contract = CONTRACT.replace(
        "      number: {",
        "      id: { generate: uuid, type: uuid }
      at: { generate: now, type: timestamptz }
      run: { generate: session, type: text }
      number: {",
    );
    place.write("contract.yaml", &contract);
    place.run("run --url sqlite:data.db --create-tables --session-id first").ends_with(3);
    place.run("verify --url sqlite:data.db --all").ends_with(0);
    // UUIDs are made of the contract's text, too: of the one with which each document was processed.
    place.write("contract.yaml", &format!("{contract}# a comment\n"));
    place.run("retry --url sqlite:data.db --key 4,5 --yes").ends_with(0);
    let answer = place.run("verify --url sqlite:data.db --all").ends_with(0);
    assert!(answer.out.contains("28 documents with another text of the contract"), "{}", answer.out);
    place
        .database()
        .execute("UPDATE phone SET id = '00000000-0000-8000-8000-000000000000' WHERE app_id = 3", [])
        .unwrap();
    let answer = place.run("verify --url sqlite:data.db --all").ends_with(3);
    assert!(answer.out.contains("28 equal, 1 different"), "{}", answer.out);
}

const SHARED: &str = r#"xmlshred: 1
name: shared
source: { table: app_xml, key: app_id, xml: xml }
target: { on_existing: replace }
document: { root: /d }
tables:
  doc:
    columns:
      id: { generate: document_key, type: bigint, key: true }
  item:
    each: item
    columns:
      id:   { parent: doc.id, key: true }
      n:    { path: "@n", type: int, key: true }
      text: { path: ., type: text }
  customer:
    each: customer
    columns:
      id: { path: "@id", type: int, key: true }
      of: { generate: document_key, type: bigint }
"#;

#[test]
fn of_rows_that_share_a_key_one_is_expected() {
    for on_existing in ["replace", "skip"] {
        let place = Workplace::new(0..0);
        place.write("contract.yaml", &SHARED.replace("replace", on_existing));
        let database = place.database();
        for key in 1..=6 {
            let xml =
                format!("<d><item n='1'>first</item><item n='1'>last</item><customer id='{}'/></d>", key % 2);
            database.execute("INSERT INTO app_xml VALUES (?, ?)", (key, xml)).unwrap();
        }
        place.run("run --url sqlite:data.db --create-tables").ends_with(0);
        let kept = if on_existing == "skip" { "first" } else { "last" };
        assert_eq!(place.count(&format!("SELECT count(*) FROM item WHERE text = '{kept}'")), 6);
        let answer = place.run("verify --url sqlite:data.db --all").ends_with(0);
        for line in ["Equal: 6 documents, 14 rows the log counts 24 rows: ", "share them: customer"] {
            assert!(flat(&answer.out).contains(line), "{line}: {}", answer.out);
        }
        let found = json(&place, "--all", 0);
        assert_eq!((&found["rows_share_keys"], &found["sample"]["equal"]), (&true.into(), &6.into()));
        database
            .execute_batch("UPDATE item SET text = 'other' WHERE id = 2; DELETE FROM item WHERE id = 3")
            .unwrap();
        let answer = place.run("verify --url sqlite:data.db --all").ends_with(3);
        for line in ["2: item: text differs", "3: item: 1 row missing", "4 equal, 2 different"] {
            assert!(flat(&answer.out).contains(line), "{line}: {}", answer.out);
        }
        // More than the log counts, in whatever table, are too many.
        database
            .execute_batch(
                "WITH RECURSIVE n(n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM n WHERE n < 30)
                 INSERT INTO customer SELECT n, 1 FROM n",
            )
            .unwrap();
        let answer = place.run("verify --url sqlite:data.db --sample 0").ends_with(3);
        assert!(answer.out.contains("34 rows, and the log says 24"), "{}", answer.out);
    }
}

#[test]
fn rows_of_other_contracts_in_the_same_tables_are_told_apart() {
    let place = Workplace::new(0..60);
    let of = |name: &str, condition: &str| {
        let source = format!("xml: xml, where: \"{condition}\" }}");
        CONTRACT.replace("name: people", &format!("name: {name}")).replace("xml: xml }", &source)
    };
    place.write("contract.yaml", &of("people", "app_id < 20"));
    place.write("others.yaml", &of("others", "app_id >= 20"));
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    place.run("run --url sqlite:data.db --create-tables --contract others.yaml").ends_with(3);
    let answer = place.run("verify --url sqlite:data.db --all").ends_with(0);
    for line in ["Equal: 19 documents, ", "person: 58 rows, 39 of documents of other contracts"] {
        assert!(flat(&answer.out).contains(line), "{line}: {}", answer.out);
    }
    place.run("verify --url sqlite:data.db --all --contract others.yaml").ends_with(0);
    // What is missing is not made good by another's rows.
    place.database().execute("DELETE FROM phone WHERE app_id = 6", []).unwrap();
    place.run("verify --url sqlite:data.db --sample 0").ends_with(3);
    place.run("verify --url sqlite:data.db --sample 0 --contract others.yaml").ends_with(0);
}

/// A file that can be opened and not read, by nobody.
#[cfg(target_os = "linux")]
fn make_unreadable(place: &Workplace, name: &str) {
    let path = place.path().join(name);
    let _ = std::fs::remove_file(&path);
    std::os::unix::fs::symlink("/proc/self/mem", path).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_document_that_cannot_be_read_ends_nothing() {
    let place = Workplace::new(0..0);
    std::fs::create_dir(place.path().join("in")).unwrap();
    for key in 1..=9 {
        place.write(&format!("in/{key}.xml"), &document(key));
    }
    make_unreadable(&place, "in/3.xml");
    let run = |arguments: &str| place.run(&format!("{arguments} --files in/*.xml --url sqlite:data.db"));
    run("run --create-tables").ends_with(3);
    assert_eq!(run("failures --keys").ends_with(3).out, "3\n7\n");
    run("failures --export out")
        .ends_with(3)
        .says(&["1 documents written", "document 3 is not written: in/3.xml cannot be read"]);
    assert_eq!(std::fs::read_to_string(place.path().join("out/7.xml")).unwrap(), document(7));

    run("verify --all").ends_with(0);
    make_unreadable(&place, "in/5.xml");
    let answer =
        run("verify --all").ends_with(3).says(&["document 5 is not compared: in/5.xml cannot be read"]);
    for line in ["6 equal, 0 different, 0 changed since", "1 cannot be read, and are not compared"] {
        assert!(flat(&answer.out).contains(line), "{line}: {}", answer.out);
    }
    place.write("in/8.xml", &document(8).replace("61.5", "62"));
    let retried = run("retry --document-changed --yes")
        .ends_with(3)
        .says(&["document 3 counts as changed: ", "document 5 counts as changed: "]);
    assert!(retried.out.contains("3 documents: 1 failed, 2 succeeded\n"), "{}", retried.out);
    assert_eq!(
        place.count("SELECT count(*) FROM processing_log WHERE failure_code = 'refused-by-source'"),
        2
    );
    assert_eq!(place.count("SELECT count(*) FROM person WHERE weight = 62"), 1);
    // What was refused for good is known as such.
    run("verify --all").ends_with(0);
}
