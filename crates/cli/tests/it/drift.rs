//! Drift: what sampled documents hold that nobody reads, ignores or has accepted.

use serde_json::Value;

use crate::workplace::{CONTRACT, Workplace, document};

/// Documents whose every tenth has a new element.
fn drifting(keys: std::ops::Range<i64>) -> Workplace {
    let place = Workplace::new(0..0);
    for key in keys {
        let new = if key % 10 == 0 { "<email kind=\"w\">e</email><email/>" } else { "" };
        let text = document(key).replace("<report>", &format!("{new}<report>"));
        place.database().execute("INSERT INTO app_xml VALUES (?, ?)", (key, text)).unwrap();
    }
    place
}

fn drift(metrics: &Value) -> Vec<String> {
    let told = |path: &Value| format!("{} {}", path["path"].as_str().unwrap(), path["documents"]);
    metrics["drift"]["paths"].as_array().unwrap().iter().map(told).collect()
}

#[test]
fn what_nobody_has_accepted_is_told_at_the_end_and_in_the_metrics() {
    let place = drifting(0..100);
    // Nothing is accepted yet: a number will do.
    let first =
        place.run("run --url sqlite:data.db --create-tables --drift-sample 1 --session-id a").ends_with(3);
    assert!(
        first
            .out
            .contains("Drift: 3 paths that no column reads and nobody has accepted, in 98 sampled documents"),
        "{}",
        first.out
    );
    assert!(!first.out.contains("e.g. "), "{}", first.out);
    // What is known is taken down, from documents of before.
    place
        .run("coverage --url sqlite:data.db --key 1,2 --accept contract.known")
        .ends_with(0)
        .says(&["contract.known: 1 added, 1 known"]);
    assert!(std::fs::read_to_string(place.path().join("contract.known")).unwrap().ends_with("\nreport/a\n"));
    let again = "retry --url sqlite:data.db --all --yes --session-id b";
    // `retry` looks at one in a hundred; `run` at all.
    place.run(again).ends_with(3);
    place.database().execute("DELETE FROM processing_log", []).unwrap();
    place
        .database()
        .execute_batch("DELETE FROM phone; DELETE FROM person; DELETE FROM processing_issue")
        .unwrap();
    let answer =
        place.run("run --url sqlite:data.db --drift-sample 1 --workers 1 --session-id c").ends_with(3);
    for line in [
        "Drift: 2 paths that no column reads and nobody has accepted, in 98 sampled documents\n",
        "  email: 10 documents, e.g. 0\n",
        "  email/@kind: 10 documents, e.g. 0\n",
        "  to see them: `xmlshred coverage --key 0 --all`; to accept them: `xmlshred coverage --key 0 --accept contract.known`\n",
    ] {
        assert!(answer.out.contains(line), "{line}: {}", answer.out);
    }
    let metrics = std::fs::read_to_string(place.path().join("metrics/metrics_c_1of1.json")).unwrap();
    let metrics: Value = serde_json::from_str(&metrics).unwrap();
    assert_eq!(drift(&metrics), ["email 10", "email/@kind 10"]);
    let seen = &metrics["drift"];
    assert_eq!(
        (&seen["accepted"], &seen["known_file"], &seen["sample"]),
        (&1.into(), &"contract.known".into(), &1.into())
    );
    // Accepted, they are silent; the page has what the files have.
    place.run("report --url sqlite:data.db").ends_with(0);
    let page = std::fs::read_to_string(place.path().join("report.html")).unwrap();
    assert!(
        page.contains("email/@kind") && page.contains("coverage --key 0 --accept contract.known"),
        "{page}"
    );
    place
        .run("coverage --url sqlite:data.db --key 10 --accept contract.known")
        .ends_with(0)
        .says(&["2 added, 3 known"]);
    place.database().execute("DELETE FROM processing_log", []).unwrap();
    place
        .database()
        .execute_batch("DELETE FROM phone; DELETE FROM person; DELETE FROM processing_issue")
        .unwrap();
    let silent = place.run("run --url sqlite:data.db --drift-sample 1").ends_with(3);
    assert!(!silent.out.contains("Drift"), "{}", silent.out);
}

#[test]
fn what_the_contract_ignores_or_only_looks_at_is_no_drift() {
    let place = drifting(0..20);
    let contract =
        format!("{CONTRACT}ignore: [report]\n").replace("each: phone", "each: phone[not(../email)]");
    place.write("contract.yaml", &contract);
    place.run("run --url sqlite:data.db --create-tables --drift-sample 1 --session-id a").ends_with(3);
    let metrics = place.metrics("1of1");
    assert_eq!(drift(&metrics), ["email/@kind 2"], "{}", metrics["drift"]);
}

#[test]
fn instances_together_look_at_the_documents_that_one_alone_would() {
    let sampled = |instances: u32| {
        let place = drifting(0..300);
        place.run("coverage --url sqlite:data.db --key 1 --accept contract.known").ends_with(0);
        place
            .run(&format!(
                "launch -n {instances} --url sqlite:data.db --create-tables --drift-sample 7 --session-id s"
            ))
            .ends_with(3);
        let json = place.run("report --json --url sqlite:data.db").ends_with(0).out;
        let found: Value = serde_json::from_str(&json).unwrap();
        let count = found["drift"]["documents"].as_u64().unwrap();
        (count, drift(&found))
    };
    let (count, paths) = sampled(1);
    // About a seventh of 294.
    assert!((20..70).contains(&count) && paths.len() == 2, "{count} {paths:?}");
    assert_eq!(sampled(4), (count, paths));
}

#[test]
fn it_can_be_off_and_a_list_that_is_none_is_refused() {
    let place = drifting(0..20);
    place
        .run("run --url sqlite:data.db --create-tables --drift-sample off --limit 5 --session-id a")
        .ends_with(0);
    assert!(place.metrics("1of1")["drift"].is_null());
    place
        .run("run --url sqlite:data.db --drift-sample 0")
        .ends_with(2)
        .says(&["neither a number from 1 nor `off`"]);
    place.write("contract.known", "# fine\nnot a path\n");
    place
        .run("run --url sqlite:data.db")
        .ends_with(2)
        .says(&["contract.known: line 2 is no path", "coverage DOC… --accept"]);
    place.run("run --url sqlite:data.db --drift-known other.known").ends_with(2).says(&["other.known"]);
    place.run("run --url sqlite:data.db --drift-sample off --limit 1").ends_with(0);
}

#[test]
fn no_value_of_a_document_is_in_what_is_told_of_drift() {
    let place = drifting(0..0);
    let text = document(1).replace("<report>", "<email kind=\"078-05-1120\">078-05-1120</email><report>");
    place.database().execute("INSERT INTO app_xml VALUES (1, ?)", [text]).unwrap();
    place.write("contract.known", "report/a\n");
    let answer = place.run("run --url sqlite:data.db --create-tables --drift-sample 1").ends_with(0);
    let metrics = place.metrics("1of1").to_string();
    let log = std::fs::read_to_string(place.only_file("logs", ".log")).unwrap();
    for told in [&answer.out, &answer.err, &metrics, &log] {
        assert!(!told.contains("078-05"), "{told}");
    }
    assert!(metrics.contains("email/@kind"), "{metrics}");
}
