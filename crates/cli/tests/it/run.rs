//! `run` and `status`: what they do and say.

use crate::workplace::{CONTRACT, Workplace, broken};

#[test]
fn every_document_is_processed_once_and_the_log_says_so() {
    let place = Workplace::new(-30..100);
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    assert_eq!(place.count("SELECT count(*) FROM processing_log"), 130);
    assert_eq!(
        place.count("SELECT count(*) FROM processing_log WHERE status = 'failed'"),
        broken(-30..100) as i64
    );
    let before = place.target();
    let again = place.run("run --url sqlite:data.db").ends_with(0).says(&["Documents to do: 0"]);
    assert!(again.out.contains("Documents processed: 0"), "{}", again.out);
    assert_eq!(place.target(), before);
}

#[test]
fn the_log_has_the_words_that_people_grep_for() {
    let place = Workplace::new(30..60);
    place
        .run("run --url sqlite:data.db --create-tables --instance-id 0 --instance-count 3 --session-id s1 --log-level info")
        .ends_with(3);
    let log = std::fs::read_to_string(place.path().join("logs/run_s1_1of3.log")).unwrap();
    for words in [
        "INFO Session: s1",
        "INFO Concurrent Instances: 1/3 (partition-based)\n",
        "INFO Partition: app_id % 3 == 0\n",
        "INFO Extracted 10 XML records\n",
        "INFO Documents processed: 10\n",
        "INFO Successful: 9\n",
        "INFO Failed: 1\n",
        "parse: not-well-formed: 1\n",
        "WARNING Document app_id 57 failed: parse: not-well-formed: ",
    ] {
        assert!(log.contains(words), "{words:?} is not in {log}");
    }
    let level = |line: &str| line.split(' ').nth(1).map(str::to_owned);
    assert!(log.lines().all(|line| line.as_bytes()[10] == b'T' && level(line).is_some()), "{log}");
}

#[test]
fn one_instance_alone_has_no_partition() {
    let place = Workplace::new(1..5);
    let answer = place.run("run --url sqlite:data.db --create-tables").ends_with(0);
    assert!(!answer.err.contains("Partition:"), "{}", answer.err);
    assert!(answer.err.contains("Concurrent Instances: 1/1"), "{}", answer.err);
}

#[test]
fn metrics_are_versioned_and_whole() {
    let place = Workplace::new(0..100);
    place.run("run --url sqlite:data.db --create-tables --workers 2 --batch-size 30").ends_with(3);
    let metrics = place.metrics("1of1");
    assert_eq!(metrics["version"], 1);
    assert_eq!(metrics["ended"], "completed");
    assert_eq!(metrics["exit_code"], 3);
    assert_eq!(metrics["error"], serde_json::Value::Null);
    assert_eq!(metrics["documents"]["processed"], 100);
    if cfg!(target_os = "linux") {
        assert!(metrics["peak_memory_bytes"].as_u64().unwrap() > 1_000_000, "{metrics}");
    }
    assert_eq!(metrics["documents"]["failed"], 2);
    assert_eq!(
        metrics["failures"],
        serde_json::json!([{"stage": "parse", "code": "not-well-formed", "count": 2}])
    );
    assert_eq!(
        metrics["issues"],
        serde_json::json!([{"table": "person", "column": "amount", "code": "invalid-value", "count": 2}])
    );
    assert_eq!(metrics["tables"][0], serde_json::json!({"table": "person", "rows": 98}));
    assert_eq!(metrics["stages"]["fetch"]["steps"], 4);
    assert_eq!(metrics["settings"]["batch_size"], 30);
    let contract = format!("contract_{}.yaml", metrics["contract"]["hash"].as_str().unwrap());
    let parts =
        std::fs::read_dir(place.path().join("metrics")).unwrap().map(|part| part.unwrap().file_name());
    let others = parts.filter(|part| !part.to_string_lossy().ends_with("_1of1.json")).collect::<Vec<_>>();
    assert_eq!(
        others,
        [&*contract],
        "nothing but the metrics file and the contract's text is left in the folder"
    );
    assert_eq!(std::fs::read_to_string(place.path().join("metrics").join(contract)).unwrap(), CONTRACT);
}

#[test]
fn the_documented_fields_are_the_fields_of_the_metrics_file() {
    let place = Workplace::new(0..100);
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    let documentation = include_str!("../../../../docs/metrics.md");
    let mut undocumented = Vec::new();
    let metrics = place.metrics("1of1");
    for (name, value) in metrics.as_object().unwrap() {
        let inner = match value {
            serde_json::Value::Array(values) => values.first().and_then(serde_json::Value::as_object),
            value => value.as_object(),
        };
        let inner = inner.into_iter().flat_map(|object| object.keys());
        for field in std::iter::once(name).chain(inner) {
            if !documentation.contains(&format!("`{field}`")) {
                undocumented.push(field.clone());
            }
        }
    }
    assert_eq!(undocumented, Vec::<String>::new());
}

#[test]
fn a_range_of_keys_and_a_limit_narrow_the_choice() {
    let place = Workplace::new(-20..20);
    place.run("run --url sqlite:data.db --create-tables --app-id-start -3 --key-end 2").ends_with(0);
    assert_eq!(place.count("SELECT min(app_id) FROM processing_log"), -3);
    assert_eq!(place.count("SELECT max(app_id) FROM processing_log"), 2);
    place.run("run --url sqlite:data.db --limit 4 --batch-size 3").ends_with(0);
    assert_eq!(place.count("SELECT count(*) FROM processing_log"), 10);
}

#[test]
fn a_dry_run_writes_nothing_to_the_target() {
    let place = Workplace::new(0..60);
    place.run("run --url sqlite:data.db --create-tables --limit 0").ends_with(0);
    let answer = place.run("run --url sqlite:data.db --dry-run --session-id dry").ends_with(3);
    assert!(answer.out.contains("Documents processed: 60"), "{}", answer.out);
    assert!(answer.out.contains("dry run"), "{}", answer.out);
    assert_eq!(place.count("SELECT count(*) FROM processing_log"), 0);
}

#[test]
fn a_dry_run_says_what_a_run_would_say_of_the_target() {
    let place = Workplace::new(0..3);
    place.run("run --url sqlite:data.db --dry-run").ends_with(2).says(&["--create-tables"]);
    place.run("run --url sqlite:data.db --dry-run --create-tables").ends_with(0);
    assert_eq!(place.count("SELECT count(*) FROM sqlite_master WHERE name = 'processing_log'"), 0);
    place.run("run --url sqlite:data.db --create-tables").ends_with(0);
    place.database().execute_batch("ALTER TABLE person RENAME TO people").unwrap();
    place.run("run --url sqlite:data.db --dry-run").ends_with(2).says(&["`person`"]);
}

#[test]
fn failed_documents_are_taken_again_when_asked() {
    let place = Workplace::new(0..100);
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    place
        .database()
        .execute("UPDATE app_xml SET xml = replace(xml, '</a>', '</a></report>') WHERE app_id % 50 = 7", [])
        .unwrap();
    place.run("run --url sqlite:data.db").ends_with(0);
    assert_eq!(place.count("SELECT count(*) FROM person"), 98);
    place.run("run --url sqlite:data.db --retry-failed").ends_with(0);
    assert_eq!(place.count("SELECT count(*) FROM person"), 100);
    assert_eq!(place.count("SELECT count(*) FROM processing_log WHERE status = 'failed'"), 0);
}

#[test]
fn too_many_failures_stop_the_run() {
    let place = Workplace::new(0..400);
    let answer = place
        .run("run --url sqlite:data.db --create-tables --max-failures 2 --batch-size 10 --workers 1")
        .ends_with(1)
        .says(&["error: ", "hint: "]);
    assert!(answer.err.contains("limit is 2"), "{}", answer.err);
    let metrics = place.metrics("1of1");
    assert_eq!(metrics["ended"], "failed");
    assert_eq!(metrics["exit_code"], 1);
    let log = std::fs::read_to_string(place.only_file("logs", ".log")).unwrap();
    assert!(log.contains(" CRITICAL "), "{log}");
}

#[test]
fn a_log_of_another_contract_or_count_is_said_once() {
    let place = Workplace::new(0..40);
    place.run("run --url sqlite:data.db --create-tables --instance-id 1 --instance-count 2").ends_with(3);
    let contract = std::fs::read_to_string(place.path().join("contract.yaml")).unwrap();
    place.write("contract.yaml", &contract.replace("varchar(30)", "varchar(31)"));
    place
        .run("run --url sqlite:data.db")
        .ends_with(0)
        .says(&["with another text of this contract", "with another instance count (2, now 1)"]);
}

#[test]
fn source_and_target_may_be_different_databases() {
    let place = Workplace::new(0..60);
    place.run("run --source-url sqlite:data.db --target-url sqlite:target.db --create-tables").ends_with(3);
    place.run("run --source-url sqlite:data.db --target-url sqlite:target.db").ends_with(0);
    let target = rusqlite::Connection::open(place.path().join("target.db")).unwrap();
    let rows: i64 = target.query_row("SELECT count(*) FROM person", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 58);
}

#[test]
fn documents_may_come_from_files() {
    let place = Workplace::new(0..1);
    std::fs::create_dir(place.path().join("in")).unwrap();
    for key in 1..40 {
        place.write(&format!("in/{key}.xml"), &crate::workplace::document(key));
    }
    place.run("run --files in/*.xml --url sqlite:data.db --create-tables").ends_with(3);
    assert_eq!(place.count("SELECT count(*) FROM person"), 38);
    let about = "Documents to do: about 0 (those of the source less those of the log)";
    place.run("run --files in/*.xml --url sqlite:data.db").ends_with(0).says(&[about]);
    let retried = "run --files in/*.xml --url sqlite:data.db --retry-failed";
    place.run(retried).ends_with(3).says(&["Documents to do: about 1 "]);
    place.run("run --files none/*.xml --url sqlite:data.db").ends_with(2).says(&["none/*.xml"]);
}

#[test]
fn a_file_that_comes_later_is_processed_and_no_other_twice() {
    let place = Workplace::new(0..1);
    std::fs::create_dir(place.path().join("in")).unwrap();
    let contract = crate::workplace::CONTRACT.replace(", key: \"@id\" }", " }");
    place.write("contract.yaml", &contract);
    for (name, key) in [("apple", 1), ("cherry", 3)] {
        place.write(&format!("in/{name}.xml"), &crate::workplace::document(key));
    }
    let run = "run --files in/*.xml --url sqlite:data.db --create-tables";
    place.run(run).ends_with(0);
    place.write("in/banana.xml", &crate::workplace::document(2));
    place.run(run).ends_with(0);
    assert_eq!(place.count("SELECT count(*) FROM person"), 3);
    assert_eq!(place.count("SELECT count(*) FROM person WHERE app_id = 2"), 1);
    let preview = place.run("preview --files in/*.xml --url sqlite:data.db --key 3").ends_with(0);
    assert!(preview.out.contains("2-1") && !preview.out.contains("3-1"), "{}", preview.out);
    assert!(preview.out.contains("banana.xml"), "{}", preview.out);
    place.run("run --files in/*.xml --url sqlite:data.db --dry-run").ends_with(0);
    assert_eq!(place.count("SELECT count(*) FROM processing_file"), 3);
}

#[test]
fn the_environment_gives_url_contract_and_instance() {
    let place = Workplace::new(0..30);
    std::fs::rename(place.path().join("contract.yaml"), place.path().join("c.yaml")).unwrap();
    let output = place
        .command("run --create-tables --instance-id auto --instance-count 3")
        .env("XMLSHRED_URL", "sqlite:data.db")
        .env("XMLSHRED_CONTRACT", "c.yaml")
        .env("JOB_COMPLETION_INDEX", "2")
        .output()
        .unwrap();
    crate::workplace::Answer::of(output).ends_with(0).says(&["Partition: app_id % 3 == 2"]);
}

#[test]
fn status_survives_whatever_others_have_written_into_the_log() {
    let place = Workplace::new(0..9);
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    let database = place.database();
    for (key, change) in [
        "session_id = 'a b'",
        "session_id = 'it''s \"x\"'",
        "session_id = char(27) || '[31mred' || char(10)",
        "session_id = x'ff41', contract_hash = x'fe'",
        "session_id = ''",
        "session_id = replace(hex(zeroblob(200)), '00', '\u{1f600}')",
        "instance_id = -1, instance_count = 'x'",
        "instance_id = 99999999999, processing_time = 'yesterday'",
        "processing_time = x'ff'",
    ]
    .iter()
    .enumerate()
    {
        database.execute(&format!("UPDATE processing_log SET {change} WHERE app_id = {key}"), []).unwrap();
    }
    let text = place.run("status --sessions --url sqlite:data.db").ends_with(3).out;
    assert!(text.contains("100 %  9/9") && !text.contains('\u{1b}'), "{text}");
    let answer = place.run("status --url sqlite:data.db --json").ends_with(3).out;
    let status: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert!(status["sessions"].as_array().unwrap().len() >= 8, "{status}");
    place.run("run --url sqlite:data.db").ends_with(0);
}

#[test]
fn a_metrics_address_in_use_is_refused() {
    let place = Workplace::new(0..1);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    place
        .run(&format!("run --url sqlite:data.db --create-tables --metrics-listen {address}"))
        .ends_with(2)
        .says(&[&address.to_string()]);
}

#[test]
fn a_session_id_may_be_used_every_night() {
    let place = Workplace::new(0..60);
    place.run("run --url sqlite:data.db --create-tables --session-id nightly").ends_with(3);
    let mended = crate::workplace::document(7).replace("</request>", "</report></request>");
    place.database().execute("UPDATE app_xml SET xml = ?1 WHERE app_id = 7", [mended]).unwrap();
    let again = place.run("run --url sqlite:data.db --retry-failed --session-id nightly").ends_with(3);
    assert!(again.out.contains("Successful: 1"), "{}", again.out);
    assert_eq!(place.count("SELECT count(*) FROM person WHERE app_id = 7"), 1);
    assert_eq!(place.count("SELECT count(DISTINCT run_nonce) FROM processing_log"), 2);
}

#[test]
fn two_contracts_over_one_log_do_not_shut_each_other_out() {
    let place = Workplace::new(0..5);
    let contract = std::fs::read_to_string(place.path().join("contract.yaml")).unwrap();
    let other =
        contract.replace("people", "other").replace("person", "human").replace("phone:\n", "telephone:\n");
    place.write("other.yaml", &other);
    place.run("run --url sqlite:data.db --create-tables").ends_with(0);
    let answer = place.run("run --url sqlite:data.db --create-tables --contract other.yaml").ends_with(0);
    assert!(answer.out.contains("Documents processed: 5"), "{}", answer.out);
    assert_eq!(place.count("SELECT count(*) FROM human"), 5);
    let status = place.run("status --url sqlite:data.db --contract other.yaml --json").ends_with(0);
    assert!(status.out.contains("\"success\":5,"), "{}", status.out);
}

#[test]
fn a_log_of_version_0_1_is_refused_and_brought_up_when_asked() {
    let place = Workplace::new(0..10);
    place.run("run --url sqlite:data.db --create-tables --limit 4").ends_with(0);
    // As version 0.1 made it.
    place
        .database()
        .execute_batch(
            "CREATE TABLE rows AS SELECT * FROM processing_log; DROP TABLE processing_log; DROP TABLE processing_issue;
             CREATE TABLE processing_log (log_id INTEGER PRIMARY KEY, app_id INTEGER NOT NULL, status VARCHAR(10) NOT NULL,
                 failure_reason TEXT, processing_time TEXT NOT NULL, session_id VARCHAR(100) NOT NULL, instance_id INTEGER NOT NULL,
                 instance_count INTEGER NOT NULL, row_count INTEGER NOT NULL, issue_count INTEGER NOT NULL,
                 contract_hash VARCHAR(64) NOT NULL, document_hash VARCHAR(64) NOT NULL, duration_ms INTEGER NOT NULL,
                 UNIQUE (app_id), CHECK (status IN ('success', 'failed')));
             CREATE TABLE processing_issue (app_id INTEGER NOT NULL, table_name VARCHAR(128) NOT NULL,
                 column_name VARCHAR(128) NOT NULL, code VARCHAR(40) NOT NULL, count INTEGER NOT NULL,
                 PRIMARY KEY (app_id, table_name, column_name, code));
             INSERT INTO processing_log SELECT log_id, app_id, status, failure_reason, processing_time, session_id, instance_id,
                 instance_count, row_count, issue_count, contract_hash, document_hash, duration_ms FROM rows",
        )
        .unwrap();
    let told = ["0.1", "--create-tables", "ddl --upgrade"];
    for command in ["run", "run --dry-run", "status", "check"] {
        place.run(&format!("{command} --url sqlite:data.db")).ends_with(2).says(&told);
    }
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    assert_eq!(place.count("SELECT count(*) FROM processing_log WHERE contract_name = 'people'"), 10);
    assert_eq!(place.count("SELECT count(*) FROM person"), 9);
}

#[test]
fn documents_with_another_root_are_skipped_and_counted_everywhere() {
    let place = Workplace::new(1..11);
    let contract = CONTRACT.replace("root: /request,", "root: [/request, /other], on_wrong_root: skip,");
    place.write("contract.yaml", &contract);
    let database = place.database();
    for key in [3, 7] {
        database
            .execute("UPDATE app_xml SET xml = '<order>secret</order>' WHERE app_id = ?1", [key])
            .unwrap();
    }
    let preview = place.run("preview --url sqlite:data.db --key 3").ends_with(0).out;
    let skipped = "skipped\n  no element /request or /other; the root element is order";
    assert!(preview.contains(skipped), "{preview}");
    let preview = place.run("preview --url sqlite:data.db --key 3 --format json").ends_with(0).out;
    let preview: serde_json::Value = serde_json::from_str(&preview).unwrap();
    assert_eq!((&preview["status"], &preview["failure"]), (&"skipped".into(), &serde_json::Value::Null));
    let checked = place.run("check --url sqlite:data.db --key 2,3,7");
    assert!(checked.err.contains("2 of 3 samples are skipped"), "{}", checked.err);
    let covered = place.run("coverage --url sqlite:data.db --key 2,3,7").ends_with(0).out;
    assert!(covered.contains("1 document (2 more skipped):"), "{covered}");
    let explained = place.run("explain --url sqlite:data.db --key 3 person").ends_with(0).out;
    assert!(explained.contains("The document is skipped: no element /request or /other"), "{explained}");

    let answer = place.run("run --url sqlite:data.db --create-tables").ends_with(0);
    for line in ["Documents processed: 10\n", "Successful: 8\n", "Failed: 0\n", "Skipped: 2\n"] {
        assert!(answer.out.contains(line), "{line:?} is not in {}", answer.out);
    }
    assert_eq!(place.metrics("1of1")["documents"]["skipped"], 2);
    assert_eq!(
        place.count("SELECT count(*) FROM processing_log WHERE status = 'skipped' AND failure_reason IS NULL AND failure_code IS NULL AND row_count = 0 AND app_id IN (3, 7)"),
        2
    );
    let status = place.run("status --url sqlite:data.db --json").ends_with(0).out;
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!((&status["success"], &status["skipped"], &status["left"]), (&8.into(), &2.into(), &0.into()));
    assert!(
        place
            .run("status --url sqlite:data.db")
            .ends_with(0)
            .out
            .contains("100 %  10/10  skipped 2  nothing left\n")
    );
    let again = place.run("run --url sqlite:data.db --retry-failed").ends_with(0);
    again.says(&[
        "Already in processing_log: 10 documents (8 successful, 0 failed, 2 skipped)",
        "Documents to do: 0",
    ]);
}

#[test]
fn columns_of_the_source_go_where_the_contract_says_and_files_have_none() {
    let place = Workplace::new(1..4);
    let source =
        "source: { table: app_xml, key: app_id, xml: xml, columns: [batch_id, received_at, sender] }";
    let contract = CONTRACT.replace("source: { table: app_xml, key: app_id, xml: xml }", source).replace(
        "      name: ",
        "      batch: { source: batch_id, type: int }\n      received: { source: received_at, type: timestamp }\n      \
         sender: { source: sender, type: varchar(20), sensitive: true }\n      name: ",
    );
    place.write("contract.yaml", &contract);
    let missing = place.run("run --url sqlite:data.db --create-tables").ends_with(2);
    missing.says(&["the source table `app_xml` has no column `batch_id`"]);
    place.run("check --url sqlite:data.db").says(&["the source table `app_xml` has no column `batch_id`"]);
    place
        .database()
        .execute_batch(
            "ALTER TABLE app_xml ADD batch_id INTEGER; ALTER TABLE app_xml ADD received_at TEXT; ALTER TABLE app_xml ADD sender TEXT;
             UPDATE app_xml SET batch_id = app_id * 10, received_at = '2026-03-01 10:00:0' || app_id, sender = 'Ada' WHERE app_id < 3",
        )
        .unwrap();
    let preview = place.run("preview --url sqlite:data.db --key 2 --format json").ends_with(0).out;
    let preview: serde_json::Value = serde_json::from_str(&preview).unwrap();
    let row = &preview["tables"]["person"][0];
    assert_eq!((&row["batch"], &row["sender"]), (&20.into(), &"Ada".into()));
    let masked = place.run("preview --url sqlite:data.db --key 2").ends_with(0).out;
    assert!(!masked.contains("Ada"), "{masked}");
    let explained = place.run("explain --url sqlite:data.db --key 2 person.batch").ends_with(0).out;
    assert!(explained.contains("source batch_id\n    the source's row has \"20\""), "{explained}");
    let explained = place.run("explain --url sqlite:data.db --key 2 person.sender").ends_with(0).out;
    assert!(!explained.contains("Ada"), "{explained}");

    place.run("run --url sqlite:data.db --create-tables").ends_with(0);
    let rows = |sql: &str| place.count(sql);
    assert_eq!(rows("SELECT count(*) FROM person WHERE batch = app_id * 10 AND sender = 'Ada'"), 2);
    assert_eq!(
        rows("SELECT count(*) FROM person WHERE app_id = 3 AND batch IS NULL AND received IS NULL"),
        1
    );

    place.write("2.xml", &crate::workplace::document(2));
    let file = place.run("preview 2.xml --format json").ends_with(0);
    let preview: serde_json::Value = serde_json::from_str(&file.out).unwrap();
    assert_eq!(preview["tables"]["person"][0]["batch"], serde_json::Value::Null);
    file.says(&["`batch_id`, `received_at`, `sender` of `source.columns` are null"]);
    let explained = place.run("explain 2.xml person.batch").ends_with(0).out;
    assert!(explained.contains("no row of the source is known: null"), "{explained}");
    let refused = place.run("run --files *.xml --url sqlite:other.db --create-tables").ends_with(2);
    refused.says(&["files have no columns: `source.columns` of the contract names `batch_id`"]);
}

#[test]
fn documents_of_another_version_take_the_place_of_those_before() {
    let place = Workplace::new(1..41);
    place
        .database()
        .execute_batch(
            "ALTER TABLE app_xml ADD updated_at TEXT; UPDATE app_xml SET updated_at = '2026-01-01'",
        )
        .unwrap();
    let contract = CONTRACT.replace("xml: xml }", "xml: xml, version: updated_at }");
    let refused = CONTRACT.replace("xml: xml }", "xml: xml, version: changed }");
    place.write("contract.yaml", &refused);
    place.run("run --url sqlite:data.db --create-tables").ends_with(2).says(&["no column `changed`"]);
    place.write("contract.yaml", &contract);
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    place.run("run --url sqlite:data.db").ends_with(0).says(&["Documents to do: 0"]);

    // One changes, one is broken, the broken one is mended, one changes and says nothing of it.
    let change = |key: i64, document: String, version: &str| {
        let sql = "UPDATE app_xml SET xml = ?2, updated_at = ?3 WHERE app_id = ?1";
        place.database().execute(sql, (key, document, version)).unwrap();
    };
    let changed =
        |key: i64| crate::workplace::document(key).replace("Person", "Another").replace("<phone", "<p");
    change(3, changed(3), "2026-01-02");
    change(4, "<broken>".to_owned(), "2026-01-02");
    change(7, changed(7).replace("</request>", "</report></request>"), "2026-01-02");
    change(10, changed(10), "2026-01-01");
    for arguments in [
        "run --url sqlite:data.db",
        "run --source-url sqlite:data.db --target-url sqlite:target.db --create-tables",
    ] {
        place.run(arguments).ends_with(3);
    }
    let count = |sql: &str| place.count(sql);
    assert_eq!(count("SELECT count(*) FROM person WHERE name LIKE 'Another%' AND app_id IN (3, 7)"), 2);
    assert_eq!(count("SELECT count(*) FROM person WHERE app_id IN (4, 10) AND name LIKE 'Another%'"), 0);
    assert_eq!(count("SELECT count(*) FROM phone WHERE app_id IN (3, 4, 7)"), 0);
    assert_eq!(
        count(
            "SELECT count(*) FROM processing_log WHERE status = 'failed' AND app_id = 4 AND source_version = '2026-01-02'"
        ),
        1
    );
    assert_eq!(count("SELECT count(*) FROM processing_log"), 40);
    place.run("run --url sqlite:data.db").ends_with(0).says(&["Documents to do: 0"]);

    // Source and log in two files.
    let elsewhere = "run --source-url sqlite:data.db --target-url sqlite:target.db";
    assert!(place.run(elsewhere).ends_with(0).out.contains("Documents processed: 0\n"));
    change(5, changed(5), "2026-01-05");
    assert!(place.run(elsewhere).ends_with(0).out.contains("Documents processed: 1\n"));
    let refused = place.run("run --files *.xml --url sqlite:other.db --create-tables").ends_with(2);
    refused.says(&["files have no columns: `source.version` of the contract names `updated_at`"]);
}
