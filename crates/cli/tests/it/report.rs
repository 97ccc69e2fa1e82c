//! `report`: a page about runs, as JSON and in a real browser.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::browser;
use crate::workplace::{CONTRACT, Workplace, broken, document};

fn json(place: &Workplace, arguments: &str) -> Value {
    let answer = place.run(&format!("report --json --url sqlite:data.db {arguments}")).ends_with(0);
    serde_json::from_str(&answer.out).unwrap()
}

fn sum(list: &Value) -> u64 {
    list.as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum()
}

/// Three instances over 300 documents, some of which fail.
fn three_instances() -> Workplace {
    let place = Workplace::new(0..300);
    place.run("launch --instances 3 --url sqlite:data.db --create-tables --session-id first").ends_with(3);
    place
}

#[test]
fn a_run_is_told_from_log_and_metrics() {
    let place = three_instances();
    let failed = broken(0..300);
    let found = json(&place, "--session first");
    assert_eq!((&found["version"], &found["state"]), (&1.into(), &"completed".into()));
    let verdict = found["verdict"].as_str().unwrap();
    assert!(verdict.starts_with(&format!("Done: {} loaded, {failed} failed in ", 300 - failed)), "{verdict}");
    assert_eq!(found["next"], serde_json::json!(["xmlshred failures", "xmlshred retry"]));
    assert_eq!(sum(&found["timeline"]["documents"]), 300);
    assert_eq!(sum(&found["timeline"]["failed"]), failed);
    let instances = found["instances"].as_array().unwrap();
    let told = |instance: &Value| {
        let name = instance["instance"].as_str().unwrap();
        format!("{name} {} {}", instance["state"].as_str().unwrap(), sum(&instance["documents"]))
    };
    let told: Vec<_> = instances.iter().map(told).collect();
    assert_eq!(told, ["1/3 completed 100", "2/3 completed 100", "3/3 completed 100"]);
    assert!(instances.iter().all(|instance| instance["begun"].as_array().unwrap().len() == 1));
    assert_eq!(found["metrics"]["files"], 3);
    let rows = |table: &str| place.count(&format!("SELECT count(*) FROM {table}"));
    let tables = found["metrics"]["tables"].as_array().unwrap();
    assert_eq!(
        tables.iter().map(|table| table["rows"].as_i64().unwrap()).collect::<Vec<_>>(),
        [rows("person"), rows("phone")]
    );
    let group = &found["failures"][0];
    assert_eq!((&group["code"], &group["count"]), (&"not-well-formed".into(), &failed.into()));
    assert!(!group["next"].as_array().unwrap().is_empty(), "{group}");
    let issue = &found["issues"][0];
    assert_eq!(
        (&issue["table"], &issue["column"], &issue["code"]),
        (&"person".into(), &"amount".into(), &"invalid-value".into())
    );
    assert_eq!(issue["documents"], (0..300).filter(|key| key % 70 == 3).count());
    assert!(found["slowest"].as_array().unwrap().len() == 10 && found["largest"][0]["rows"] == 4, "{found}");
    assert_eq!(found["environments"].as_array().unwrap().len(), 3);
}

#[test]
fn a_run_that_was_killed_is_told_from_the_log_alone() {
    let place = three_instances();
    // Its last words are hours old, and there was no end.
    std::fs::remove_dir_all(place.path().join("metrics")).unwrap();
    let log = place.path().join("logs/run_first_2of3.log");
    let lines = std::fs::read_to_string(&log).unwrap();
    let cut: String = lines
        .lines()
        .take_while(|line| !line.contains(" Metrics: "))
        .map(|line| format!("{line}\n"))
        .collect();
    let today = &lines[..10];
    std::fs::write(&log, cut.replace(today, "2020-01-02")).unwrap();
    place
        .database()
        .execute(
            "UPDATE processing_log SET processing_time = '2020-01-02' || substr(processing_time, 11)",
            [],
        )
        .unwrap();
    std::fs::remove_file(place.path().join("logs/run_first_3of3.log")).unwrap();
    let found = json(&place, "");
    let states: Vec<_> = found["instances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|instance| instance["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["completed", "gone", "unknown"]);
    let verdict = found["verdict"].as_str().unwrap();
    assert!(
        verdict
            .starts_with("Broken off (instance 2/3 ended without a word): 294 loaded, 6 failed, 0 left in "),
        "{verdict}"
    );
    assert_eq!(found["next"][0], "xmlshred run --instance-id 1 --instance-count 3");
    let gone = &found["instances"][1];
    assert_eq!(gone["killed"].as_array().unwrap().len(), 1, "{gone}");
    assert!(found["metrics"]["stages"].is_null() && found["metrics"]["files"] == 0);
    assert!(found["issues"][0]["count"].as_u64() > Some(0), "the log has them");
    place
        .run("report --url sqlite:data.db")
        .ends_with(0)
        .says(&["Broken off", "report.html: open it in a browser"]);
}

#[test]
fn restarts_and_faults_are_in_the_log_files() {
    let place = Workplace::new(0..100);
    place.run("run --url sqlite:data.db --create-tables --session-id s --limit 50").ends_with(3);
    let log = place.path().join("logs/run_s_1of1.log");
    let lines = std::fs::read_to_string(&log).unwrap();
    let cut: String = lines
        .lines()
        .take_while(|line| !line.contains(" Metrics: "))
        .map(|line| format!("{line}\n"))
        .collect();
    let fault = "WARNING cannot load: the connection is lost; attempt 2 follows in 1.0s\n";
    std::fs::write(&log, format!("{cut}{} {fault}", &lines[..24])).unwrap();
    place.run("run --url sqlite:data.db --session-id s").ends_with(3);
    let found = json(&place, "");
    let instance = &found["instances"][0];
    let counts = ["begun", "killed"].map(|what| instance[what].as_array().unwrap().len());
    assert_eq!((counts, &instance["state"]), ([2, 1], &"completed".into()));
    let faults: Vec<_> =
        found["faults"].as_array().unwrap().iter().map(|fault| fault["text"].as_str().unwrap()).collect();
    assert_eq!(faults, ["cannot load: the connection is lost"]);
}

#[test]
fn all_sessions_and_what_changed_in_the_contract() {
    let place = Workplace::new(0..60);
    place.run("run --url sqlite:data.db --create-tables --session-id one --limit 30").ends_with(3);
    place.write("contract.yaml", &CONTRACT.replace("varchar(30)", "varchar(31)"));
    place.run("run --url sqlite:data.db --session-id two").ends_with(3);
    let found = json(&place, "");
    assert_eq!(found["session_count"], 2);
    let lines: Vec<_> = found["contract"]["change"]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["sign"] != " ")
        .map(|line| format!("{}{}", line["sign"].as_str().unwrap(), line["number"]))
        .collect();
    assert_eq!(lines, ["-19", "+19"]);
    assert!(found["contract"]["change_since"].is_null());
    let one = json(&place, "--session one");
    assert_eq!((&one["session_count"], sum(&one["timeline"]["documents"])), (&1.into(), 30));
    place.write("contract.yaml", CONTRACT);
    assert_eq!(json(&place, "")["contract"]["change_since"]["added"], 1);
    // What a run of before did not keep is said to be missing.
    for file in std::fs::read_dir(place.path().join("metrics")).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_some_and(|extension| extension == "yaml") {
            std::fs::remove_file(file).unwrap();
        }
    }
    let found = json(&place, "");
    assert!(found["contract"]["change"]["added"].is_null(), "{}", found["contract"]);
    let answer = place.run("report --json --url sqlite:data.db --session three").ends_with(2);
    answer.says(&["the log has no session three", "two, one"]);
}

#[test]
fn before_the_first_run_there_is_a_page_too_and_only_its_own_are_replaced() {
    let place = Workplace::new(0..3);
    place.run("report --url sqlite:data.db").ends_with(0).says(&["Nothing yet"]);
    place.run("report --url sqlite:data.db").ends_with(0);
    place.write("mine.html", "<p>mine</p>");
    place.run("report --url sqlite:data.db -o mine.html").ends_with(2).says(&["mine.html"]);
    place.run("report --url sqlite:data.db -o mine.html --force").ends_with(0);
}

#[test]
fn names_of_others_in_the_log_are_text_and_lead_nowhere() {
    let place = Workplace::new(0..3);
    place.run("run --url sqlite:data.db --create-tables").ends_with(0);
    let name = "../<script>alert(1)</script>";
    place
        .database()
        .execute("UPDATE processing_log SET session_id = ?1, contract_hash = ?1", [name])
        .unwrap();
    place.run("report --url sqlite:data.db").ends_with(0);
    let page = std::fs::read_to_string(place.path().join("report.html")).unwrap();
    assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert"), "{page}");
}

#[test]
fn no_value_of_a_document_is_on_the_page() {
    let place = Workplace::new(0..0);
    let insert = |key: i64, text: String| {
        place.database().execute("INSERT INTO app_xml VALUES (?, ?)", (key, text)).unwrap();
    };
    insert(1, document(1).replace("Person 1", "078-05-1120 and more than twenty characters"));
    insert(2, document(2).replace("1990-02-03", "078-05-1120"));
    insert(3, document(3).replace("<amount>much", "<amount>078-05-1120"));
    insert(4, document(4).replace("<phone", "<x078-05-1120"));
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    let json = place.run("report --json --url sqlite:data.db").ends_with(0).out;
    place.run("report --url sqlite:data.db").ends_with(0);
    let page = std::fs::read_to_string(place.path().join("report.html")).unwrap();
    assert!(!json.contains("078-05") && !page.contains("078-05"), "{json}");
    assert!(page.contains("value-too-long") || page.contains("invalid-value"), "something failed");
}

#[test]
fn the_pages_script_is_typed() {
    browser::check_types(&["page/dom", "page/copy", "report_page/commands"].map(|name| format!("{name}.js")));
}

#[test]
fn in_a_browser_it_fits_both_widths_prints_and_needs_no_mouse() {
    let place = three_instances();
    place.write("contract.yaml", &CONTRACT.replace("varchar(30)", "varchar(31)"));
    place.run("retry --url sqlite:data.db --yes").ends_with(3);
    place.run("report --url sqlite:data.db").ends_with(0);
    let page = place.path().join("report.html");
    let Some(seen) = browser::run("the page of report in Chromium", "report.mjs", &[&page]) else { return };
    assert!(seen["verdict"].as_str().unwrap().starts_with("Done: 294 loaded, 6 failed, 0 left"), "{seen:#}");
    let sections = seen["sections"].as_array().unwrap();
    for title in [
        "Totals",
        "Throughput",
        "Failures over time",
        "Instances",
        "Time per stage",
        "Failures by cause",
        "Issues",
        "Rows per table",
        "Contract",
    ] {
        assert!(sections.iter().any(|section| section == title), "{title}: {sections:?}");
    }
    assert_eq!(seen["wide"], serde_json::json!(["wide", "wide", "wide"]));
    assert_eq!(
        (&seen["narrow"], &seen["print_plots"]),
        (&serde_json::json!(["narrow"]), &serde_json::json!(["wide"]))
    );
    let named = seen["named"].as_array().unwrap();
    assert!(named.iter().all(|name| name.as_str().unwrap().len() > 60), "{named:?}");
    assert_eq!(seen["first_stop"], "xmlshred failures");
    let stops: BTreeSet<_> =
        seen["stops"].as_array().unwrap().iter().map(|stop| stop.as_str().unwrap()).collect();
    for stop in [
        "A Throughput",
        "SUMMARY The same as a table",
        "DIV What each instance did",
        "BUTTON Copy xmlshred retry",
        "DIV Rows that were committed",
    ] {
        assert!(stops.contains(stop), "{stop}: {stops:#?}");
    }
    assert_eq!((&seen["opened"], &seen["went"]), (&true.into(), &true.into()));
    assert!(seen["copied"].as_str().unwrap().contains("cop"), "{seen:#}");
    let paper = &seen["paper"];
    assert_eq!(
        (&paper["back"], &paper["buttons"], &paper["wider"]),
        (&"rgb(255, 255, 255)".into(), &0.into(), &0.into()),
        "{paper}"
    );
    assert!((1..12).contains(&seen["pages"].as_u64().unwrap()), "{}", seen["pages"]);
    assert_eq!(seen["problems_of_page"], serde_json::json!([]));
}
