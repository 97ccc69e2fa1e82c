//! `xmlshred failures`: what failed, and why.

use crate::workplace::{Answer, CONTRACT, Workplace, document};

/// Documents 3, 73 and 143 fail in a column, 7, 57 and 107 are no XML.
fn failed() -> Workplace {
    let place = Workplace::new(0..150);
    place.write("contract.yaml", &CONTRACT.replace(", on_invalid: null", ""));
    place.run("run --url sqlite:data.db --create-tables --session-id nightly").ends_with(3);
    place
}

#[test]
fn failures_are_told_by_cause_and_column_with_what_to_do() {
    let place = failed();
    let answer = place.run("failures --url sqlite:data.db").ends_with(3);
    let expected = "\
6 of 150 documents failed, for 2 reasons

3  not-well-formed
  Breaks a rule of XML 1.0 or of Namespaces in XML.
  e.g. 7    </report> expected, not </request>, at line 1 column 203
       57   </report> expected, not </request>, at line 1 column 259
       107  </report> expected, not </request>, at line 1 column 263
";
    assert!(answer.out.starts_with(expected.lines().next().unwrap()), "{}", answer.out);
    for line in [
        "3  not-well-formed\n",
        "3  invalid-value  person.amount  contract.yaml:14\n",
        "  Text that is not a value of its column's type.\n",
        "  usual reasons: ",
        "  what to do: ",
        "  → xmlshred failures --key 7 --export failed\n",
        "  → xmlshred explain --key 3 person.amount\n",
        "  → xmlshred retry --cause invalid-value --column person.amount\n",
    ] {
        assert!(answer.out.contains(line), "{line:?} is not in:\n{}", answer.out);
    }
    let of = |word: &str| answer.out.lines().filter(|line| line.contains(word)).count();
    assert_eq!((of(" 73 "), of(" 143 "), of("much")), (1, 1, 0), "{}", answer.out);
}

#[test]
fn failures_fit_the_terminal() {
    let place = failed();
    for columns in [80, 60] {
        let mut command = place.command("failures --url sqlite:data.db");
        let answer = Answer::of(command.env("COLUMNS", columns.to_string()).output().unwrap());
        // Commands are to be copied, and stay whole.
        let lines = answer.out.lines().filter(|line| !line.contains('→'));
        let longest = lines.max_by_key(|line| line.chars().count()).unwrap();
        assert!(longest.chars().count() <= columns, "{columns}: {longest}");
    }
}

#[test]
fn some_failures_can_be_chosen_and_their_keys_printed() {
    let place = failed();
    let keys = |arguments: &str, code| {
        let answer = place.run(&format!("failures --url sqlite:data.db --keys {arguments}"));
        answer.ends_with(code).out.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(keys("", 3), "3 7 57 73 107 143");
    assert_eq!(keys("--cause invalid-value", 3), "3 73 143");
    assert_eq!(keys("--column person", 3), "3 73 143");
    assert_eq!(keys("--column PERSON.Amount", 3), "3 73 143");
    assert_eq!(keys("--column person.born", 0), "");
    assert_eq!(keys("--session nightly --key 57,73,74", 3), "57 73");
    assert_eq!(keys("--session weekly", 0), "");
    let wrong = |arguments: &str, words: &[&str]| {
        place.run(&format!("failures --url sqlite:data.db {arguments}")).ends_with(2).says(words);
    };
    wrong("--cause invalid-valu", &["invalid-value"]);
    wrong("--column persn.amount", &["no table persn", "did you mean `person`?"]);
    wrong("--column person.amont", &["no column amont", "did you mean `amount`?"]);
}

#[test]
fn failures_are_there_for_programs() {
    let place = failed();
    let answer = place.run("failures --url sqlite:data.db --json --cause invalid-value").ends_with(3);
    let answer: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(
        (&answer["version"], &answer["documents"], &answer["failed"]),
        (&1.into(), &150.into(), &3.into())
    );
    let group = &answer["groups"][0];
    for (field, value) in
        [("stage", "shred"), ("code", "invalid-value"), ("table", "person"), ("column", "amount")]
    {
        assert_eq!(group[field], value);
    }
    assert_eq!((&group["contract_line"], &group["count"]), (&14.into(), &3.into()));
    assert_eq!(group["examples"][1]["key"], 73);
    assert_eq!(answer["groups"].as_array().unwrap().len(), 1);
}

#[test]
fn documents_that_failed_are_written_to_files_that_nothing_replaces() {
    let place = failed();
    place
        .run("failures --url sqlite:data.db --column person --export out/failed")
        .ends_with(3)
        .says(&["3 documents written to out/failed"]);
    let read = |name: &str| std::fs::read_to_string(place.path().join("out/failed").join(name)).unwrap();
    assert_eq!(read("73.xml"), document(73));
    assert_eq!(std::fs::read_dir(place.path().join("out/failed")).unwrap().count(), 3);
    place
        .run("failures --url sqlite:data.db --column person --export out/failed")
        .ends_with(2)
        .says(&["out/failed/3.xml exists", "choose a new folder"]);
    place.database().execute("DELETE FROM app_xml WHERE app_id = 57", []).unwrap();
    place
        .run("failures --url sqlite:data.db --cause not-well-formed --export out/broken")
        .ends_with(3)
        .says(&["2 documents written", "1 documents were not"]);
}

#[test]
fn rows_of_before_tell_their_column_by_their_reason() {
    let place = failed();
    place
        .database()
        .execute_batch(
            "UPDATE processing_log SET failure_table = NULL, failure_column = NULL, failure_code = NULL",
        )
        .unwrap();
    let answer = place.run("failures --url sqlite:data.db").ends_with(3);
    assert!(answer.out.contains("3  invalid-value  person.amount  contract.yaml:14\n"), "{}", answer.out);
}

#[test]
fn without_failures_there_is_nothing_to_tell() {
    let place = Workplace::new(0..5);
    place.run("run --url sqlite:data.db --create-tables").ends_with(0);
    assert_eq!(place.run("failures --url sqlite:data.db").ends_with(0).out, "0 of 5 documents failed\n");
    let empty = Workplace::new(0..5);
    assert_eq!(empty.run("failures --url sqlite:data.db").ends_with(0).out, "0 of 0 documents failed\n");
}

#[test]
fn an_earlier_log_says_how_it_is_brought_up() {
    let place = failed();
    place.database().execute_batch("ALTER TABLE processing_log DROP COLUMN source_version").unwrap();
    place
        .run("failures --url sqlite:data.db")
        .ends_with(2)
        .says(&["of an earlier xmlshred", "--create-tables"]);
}
