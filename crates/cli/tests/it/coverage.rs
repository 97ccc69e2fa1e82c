//! `coverage`: what is left of documents, for people, for programs and for CI.

use crate::workplace::{Workplace, document};

fn lost(out: &str) -> Vec<(String, String)> {
    let answer: serde_json::Value = serde_json::from_str(out).unwrap();
    assert_eq!(answer["version"], 1);
    let lost = answer["lost"].as_array().unwrap().iter();
    lost.map(|lost| (lost["why"].as_str().unwrap().to_owned(), lost["path"].as_str().unwrap().to_owned()))
        .collect()
}

#[test]
fn of_the_demo_exactly_the_report_sections_are_left_that_it_does_not_map() {
    let place = Workplace::new(1..2);
    place.run("demo --prepare-only --documents 60 --bytes-per-document 8000").ends_with(0);
    let keys = (1..=30).map(|key| key.to_string()).collect::<Vec<_>>().join(",");
    let answer = place
        .run(&format!("coverage --json -c demo/contract.yaml --url sqlite:demo/demo.db --key {keys}"))
        .ends_with(0);
    let mut unread: Vec<_> =
        lost(&answer.out).into_iter().filter(|(why, _)| why != "in-no-row").map(|(_, path)| path).collect();
    unread.sort();
    assert_eq!(
        unread,
        ["Log", "Reports/CreditBureau/@hits", "Reports/CreditBureau/@name", "Reports/Valuation"]
    );
}

#[test]
fn files_patterns_and_keys_are_measured_and_no_value_is_shown() {
    let place = Workplace::new(1..9);
    place.write("a.xml", &document(5));
    place.write("b.xml", &document(6).replace("<report>", "<report secret='hunter2'>"));
    let answer = place.run("coverage [ab].xml --key 8 --url sqlite:data.db").ends_with(0);
    assert!(
        answer.out.contains("report (2 paths)") && answer.out.starts_with("3 documents"),
        "{}",
        answer.out
    );
    assert!(!answer.out.contains("hunter2"), "{}", answer.out);
    let answer = place.run("coverage *.xml --all --json").ends_with(0);
    let paths: Vec<_> = lost(&answer.out).into_iter().map(|(_, path)| path).collect();
    assert_eq!(paths, ["report/@secret", "report/a"]);
    place.run("coverage no*.xml").ends_with(2).says(&["no*.xml", "no file"]);
}

#[test]
fn too_little_ends_with_three() {
    let place = Workplace::new(1..2);
    place.write("5.xml", &document(5));
    place.run("coverage 5.xml --fail-under 50").ends_with(0);
    place.run("coverage 5.xml --fail-under 99.5%").ends_with(3).says(&["--fail-under asks for 99.5 %"]);
    place.run("coverage 5.xml --fail-under 101").ends_with(2);
    place.write("contract.yaml", &format!("{}ignore: report\n", crate::workplace::CONTRACT));
    place.run("coverage 5.xml --fail-under 100").ends_with(0);
}

#[test]
fn a_document_that_fails_is_told_and_not_measured() {
    let place = Workplace::new(1..2);
    place.write("7.xml", &document(7));
    place.write("8.xml", &document(8));
    let answer = place.run("coverage 7.xml 8.xml --json").ends_with(3).says(&["7.xml", "not-well-formed"]);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!((&json["documents"], &json["failed_documents"]), (&1.into(), &1.into()));
}
