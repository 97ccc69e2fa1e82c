//! `xmlshred verify`: whether the target is what log, source and contract say.

use crate::workplace::{CONTRACT, Workplace, document};

fn done() -> Workplace {
    let place = Workplace::new(0..120);
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    place
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
}
