//! `xmlshred retry` and `run --follow`: documents are processed again, or removed.

use crate::workplace::{CONTRACT, Workplace, document};

/// `amount` must be a number: documents 3, 73 and 143 fail in it; 7, 57 and 107 are no XML.
const STRICT: &str = ", on_invalid: null";

fn failed() -> Workplace {
    let place = Workplace::new(0..150);
    place.write("contract.yaml", &CONTRACT.replace(STRICT, ""));
    place.run("run --url sqlite:data.db --create-tables --session-id nightly").ends_with(3);
    place
}

/// What a clean run over the documents that are there makes with this contract.
fn clean(place: &Workplace, contract: &str) -> Vec<Vec<Vec<rusqlite::types::Value>>> {
    let other = Workplace::new(0..0);
    other.write("contract.yaml", contract);
    let source = place.database();
    let mut documents = source.prepare("SELECT app_id, xml FROM app_xml").unwrap();
    let documents =
        documents.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))).unwrap();
    for document in documents {
        other.database().execute("INSERT INTO app_xml VALUES (?, ?)", document.unwrap()).unwrap();
    }
    other.run("run --url sqlite:data.db --create-tables");
    other.target()
}

#[test]
fn failed_documents_are_tried_again_after_the_contract_was_mended() {
    let place = failed();
    // Nobody can be asked here: the plan is told, and nothing is done.
    let before = place.target();
    place.write("contract.yaml", CONTRACT);
    let planned = place.run("retry --url sqlite:data.db").ends_with(2).says(&["say --yes"]);
    for line in [
        "6 documents: 6 failed\n",
        "a dry run says: 3 would succeed, 3 would fail\n",
        "    3  not-well-formed\n",
    ] {
        assert!(planned.out.contains(line), "{}", planned.out);
    }
    assert!(place.target() == before, "nothing is changed");
    let one =
        place.run("retry --url sqlite:data.db --cause invalid-value --column person.amount --key 73 --yes");
    let one = one.ends_with(0);
    assert!(one.out.contains("1 document: 1 failed\n") && one.out.contains("Successful: 1\n"), "{}", one.out);
    assert_eq!(place.count("SELECT count(*) FROM processing_log WHERE status = 'failed'"), 5);
    let all = place.run("retry --url sqlite:data.db --yes").ends_with(3);
    assert!(all.out.contains("5 documents: 5 failed\n") && all.out.contains("Failed: 3\n"), "{}", all.out);
    let mut expected = clean(&place, CONTRACT);
    // Those that were not tried again name the contract of their time.
    let mut found = place.target();
    for tables in [&mut expected, &mut found] {
        tables[2].iter_mut().for_each(|row| row[5] = rusqlite::types::Value::Null);
    }
    assert!(found == expected, "{found:?}");
}

#[test]
fn a_changed_contract_replaces_documents_that_had_succeeded() {
    let place = failed();
    // Amounts may be anything again, and some phones are none any more.
    let changed = CONTRACT.replace("each: phone", "each: phone[not(contains(@number, '-2'))]");
    place.write("contract.yaml", &changed);
    let answer = place.run("retry --url sqlite:data.db --contract-changed --yes").ends_with(3);
    assert!(answer.out.contains("150 documents: 6 failed, 144 succeeded\n"), "{}", answer.out);
    assert!(answer.out.contains("150 with another text of the contract, "), "{}", answer.out);
    assert!(place.target() == clean(&place, &changed), "as a clean run");
    let again = place.run("retry --url sqlite:data.db --contract-changed --yes").ends_with(0);
    assert_eq!(again.out, "No document is to be processed again\n");
}

#[test]
fn changed_documents_are_found_by_their_hash_and_replaced() {
    let place = Workplace::new(0..40);
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    let set = |key: i64, text: &str| {
        place.database().execute("UPDATE app_xml SET xml = ?2 WHERE app_id = ?1", (key, text)).unwrap();
    };
    // Fewer children, one that was broken, one that is broken now, and one of another document.
    set(3, &document(3).replace("<phone number=\"3-1\"/>", ""));
    set(7, &document(8).replace("id=\"8\"", "id=\"7\""));
    set(12, "<request");
    set(13, &document(14));
    let answer = place.run("retry --url sqlite:data.db --document-changed --json --yes").ends_with(3);
    let lines: Vec<serde_json::Value> =
        answer.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["kind"], &lines[0]["documents"]), (&"plan".into(), &4.into()));
    assert_eq!(
        (&lines[0]["success"], &lines[0]["failed"], &lines[0]["trial"]["success"]),
        (&3.into(), &1.into(), &2.into())
    );
    assert_eq!((&lines[1]["documents"]["success"], &lines[1]["exit_code"]), (&2.into(), &3.into()));
    assert!(place.target() == clean(&place, CONTRACT), "as a clean run");
    let again = place.run("retry --url sqlite:data.db --document-changed --yes").ends_with(0);
    assert_eq!(again.out, "No document is to be processed again\n");
}

#[test]
fn documents_are_named_by_key_whatever_they_came_to() {
    let place = failed();
    place.database().execute("DELETE FROM app_xml WHERE app_id IN (20, 21)", []).unwrap();
    place.database().execute("INSERT INTO app_xml VALUES (500, ?)", [document(500)]).unwrap();
    let answer =
        place.run("retry --url sqlite:data.db --key 3,5,5,20,500,500 --yes --session-id again").ends_with(3);
    for line in [
        "2 documents: 1 failed, 1 succeeded\n",
        "  1 more are not in the source",
        "  1 more are not in the log",
    ] {
        assert!(answer.out.contains(line), "{line}: {}", answer.out);
    }
    assert_eq!(place.count("SELECT count(*) FROM processing_log WHERE session_id = 'again'"), 2);
    place.run("retry --url sqlite:data.db --key x --yes").ends_with(2).says(&["no document with key x"]);
}

#[test]
fn what_vanished_documents_left_is_removed() {
    let place = failed();
    let refused = place.run("retry --url sqlite:data.db --vanished").ends_with(0);
    assert_eq!(refused.out, "0 of 150 documents of the log are not in the source any more\n");
    place.database().execute("DELETE FROM app_xml WHERE app_id % 3 = 1", []).unwrap();
    place.run("retry --url sqlite:data.db --vanished").ends_with(2).says(&["say --yes"]);
    let answer = place.run("retry --url sqlite:data.db --vanished --yes").ends_with(0);
    assert!(answer.out.ends_with("50 documents removed, 100 left in the log\n"), "{}", answer.out);
    assert!(place.target() == clean(&place, &CONTRACT.replace(STRICT, "")), "as a clean run");
    // A source that has nothing is hardly the right one.
    place.database().execute("DELETE FROM app_xml", []).unwrap();
    place.run("retry --url sqlite:data.db --vanished --yes").ends_with(2).says(&["is it the right source?"]);
    place.run("retry --url sqlite:data.db --vanished --all --yes").ends_with(0);
    assert_eq!(
        place.count("SELECT (SELECT count(*) FROM person) + (SELECT count(*) FROM processing_log)"),
        0
    );
}

#[test]
fn rows_that_nobody_can_find_are_named_and_refused() {
    let contract = CONTRACT.replace("      app_id: { parent: person.app_id }\n", "");
    let place = Workplace::new(0..20);
    place.write("contract.yaml", &contract);
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    let before = place.count("SELECT count(*) FROM phone");
    place
        .run("retry --url sqlite:data.db --all --yes")
        .ends_with(2)
        .says(&["nothing tells whose document's the rows of phone are", "generate: document_key"]);
    place.run("check --url sqlite:data.db").ends_with(0).says(&["W0811 rows-not-replaceable", "`phone`"]);
    // Failed documents have no rows.
    place
        .database()
        .execute("UPDATE app_xml SET xml = ? WHERE app_id = 7", [document(8).replace("id=\"8\"", "id=\"7\"")])
        .unwrap();
    place.run("retry --url sqlite:data.db --yes").ends_with(0);
    assert_eq!(place.count("SELECT count(*) FROM phone"), before);
    assert_eq!(place.count("SELECT count(*) FROM processing_log WHERE status = 'failed'"), 0);
}

#[test]
fn a_retry_that_was_killed_goes_on() {
    let place = Workplace::new(0..600);
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    let changed = CONTRACT.replace("varchar(20)", "varchar(24)");
    place.write("contract.yaml", &changed);
    let mut child = place
        .command(
            "retry --url sqlite:data.db --contract-changed --yes --batch-size 10 --workers 1 --progress off",
        )
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let hash = || place.count("SELECT count(DISTINCT contract_hash) FROM processing_log");
    while hash() < 2 && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    place.run("retry --url sqlite:data.db --contract-changed --yes").ends_with(3);
    assert!(place.target() == clean(&place, &changed), "as a clean run");
}

#[cfg(unix)]
#[test]
fn a_run_that_follows_takes_what_comes_and_ends_when_it_is_stopped() {
    let place = Workplace::new(0..5);
    let mut child = place
        .command("run --url sqlite:data.db --create-tables --follow 1 --progress off --session-id service")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut wait_for = |documents: i64| {
        let done = || {
            let count = place
                .database()
                .query_row("SELECT count(*) FROM processing_log", [], |row| row.get::<_, i64>(0));
            count.is_ok_and(|count| count >= documents)
        };
        while !done() {
            assert!(child.try_wait().unwrap().is_none(), "it goes on");
            std::thread::yield_now();
        }
    };
    wait_for(5);
    for key in [10, 7, 11] {
        place.database().execute("INSERT INTO app_xml VALUES (?, ?)", (key, document(key))).unwrap();
    }
    wait_for(8);
    std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert_eq!(
        child.wait().unwrap().code(),
        Some(0),
        "one failed, and that is no reason for a service to fail"
    );
    assert_eq!(place.count("SELECT count(*) FROM processing_log WHERE status = 'failed'"), 1);
    let log = std::fs::read_to_string(place.path().join("logs/run_service_1of1.log")).unwrap();
    assert_eq!(log.matches("Documents to do").count(), 1, "{log}");
    assert!(log.contains("looks for new and changed documents every 1 s"), "{log}");
    let metrics = std::fs::read_to_string(place.path().join("metrics/metrics_service_1of1.json")).unwrap();
    assert!(metrics.contains(r#""exit_code": 0"#), "{metrics}");
    for flag in ["--limit 1", "--dry-run", "--retry-failed", "--follow 0"] {
        place.run(&format!("run --url sqlite:data.db --follow {flag}")).ends_with(2);
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_follows_files_waits_for_the_next_ones_when_all_are_taken_away() {
    let place = Workplace::new(0..0);
    let inbox = place.path().join("in");
    place
        .run("run --files in/*.xml --url sqlite:data.db --create-tables --follow 1")
        .ends_with(2)
        .says(&["no file matches", "there is no such folder"]);
    std::fs::create_dir(&inbox).unwrap();
    place
        .run("run --files in/*.xml --url sqlite:data.db --create-tables")
        .ends_with(2)
        .says(&["no file matches"]);
    let mut child = place
        .command("run --files in/*.xml --url sqlite:data.db --create-tables --follow 1 --progress off")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut wait_for = |documents: i64| {
        let count = || {
            place.database().query_row("SELECT count(*) FROM processing_log", [], |row| row.get::<_, i64>(0))
        };
        while !count().is_ok_and(|count| count >= documents) {
            assert!(child.try_wait().unwrap().is_none(), "it goes on");
            std::thread::yield_now();
        }
    };
    for key in [1, 2] {
        let file = inbox.join(format!("{key}.xml"));
        std::fs::write(inbox.join("new"), document(key)).unwrap();
        std::fs::rename(inbox.join("new"), &file).unwrap();
        wait_for(key);
        // Somebody moves away what is done: then there is none.
        std::fs::remove_file(&file).unwrap();
    }
    std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    place.run("failures --files in/*.xml --url sqlite:data.db").ends_with(0);
}
