//! `explore`: documents beside their rows, as JSON and as a page in a real browser.

use serde_json::Value;

use crate::browser;
use crate::workplace::{CONTRACT, Workplace, document};

fn json(place: &Workplace, arguments: &str) -> Value {
    let answer = place.run(&format!("explore --json {arguments}"));
    assert!(matches!(answer.code, Some(0 | 3)), "{}", answer.err);
    serde_json::from_str(&answer.out).unwrap()
}

/// A node for people: `@id r "5" 1:14`.
fn node(document: &Value, at: usize) -> String {
    let (nodes, strings) = (&document["nodes"], &document["strings"]);
    let text = |index: &Value| match index.as_i64().unwrap() {
        -1 => String::new(),
        -2 => " •••".to_owned(),
        at => format!(" {}", strings[at as usize].as_str().unwrap()),
    };
    let letter = |member: &str| nodes[member].as_str().unwrap().chars().nth(at).unwrap();
    let sign = if letter("kind") == 'a' { "@" } else { "" };
    let place = format!("{}:{}", nodes["line"][at], nodes["column"][at]);
    format!(
        "{sign}{} {}{} {place}",
        text(&nodes["name"][at]).trim(),
        letter("fate"),
        text(&nodes["value"][at])
    )
}

fn nodes(document: &Value) -> Vec<String> {
    (0..document["nodes"]["kind"].as_str().unwrap().len()).map(|at| node(document, at)).collect()
}

/// `person.name`, its value, and the nodes that it read.
fn cells(answer: &Value) -> Vec<String> {
    let document = &answer["documents"][0];
    let text = |index: &Value| match index.as_i64().unwrap() {
        -1 => "null".to_owned(),
        -2 => "•••".to_owned(),
        at => document["strings"][at as usize].as_str().unwrap().to_owned(),
    };
    let mut cells = Vec::new();
    for row in document["rows"].as_array().unwrap() {
        let table = &answer["head"]["tables"][row["t"].as_u64().unwrap() as usize];
        for cell in row["c"].as_array().unwrap() {
            let column = &table["columns"][cell["k"].as_i64().unwrap() as usize];
            let reads = cell["n"].as_array().into_iter().flatten();
            let reads = reads.map(|at| node(document, at.as_u64().unwrap() as usize)).collect::<Vec<_>>();
            let steps = cell["s"].as_array().into_iter().flatten().map(text).collect::<Vec<_>>();
            cells.push(format!(
                "{}.{} = {} < {} [{}]",
                table["name"].as_str().unwrap(),
                column["name"].as_str().unwrap(),
                text(&cell["v"]),
                reads.join(", "),
                steps.join(", ")
            ));
        }
    }
    cells
}

#[test]
fn every_node_says_what_became_of_it_and_every_cell_what_it_read() {
    let place = Workplace::new(1..2);
    place.write("5.xml", "<request id=\"5\" member=\"true\" lang=\"\">\n  <name>A &amp; B</name>\n  <phone number=\"5-0\">x<b/>y</phone>\n  <report><a><![CDATA[<x>]]></a></report>\n</request>");
    let answer = json(&place, "5.xml");
    assert_eq!(answer["head"]["version"], 1);
    assert_eq!(
        nodes(&answer["documents"][0]),
        [
            "request - 1:1",
            "@id r 5 1:14",
            "@member r true 1:25",
            "@lang - 1:37",
            "name r ••• 2:3",
            "phone u x 3:3",
            "@number r 5-0 3:18",
            "b - 3:24",
            " u y 3:28",
            "report - 4:3",
            "a u <x> 4:11",
        ]
    );
    let cells = cells(&answer);
    assert_eq!(cells[0], "person.app_id = 5 < @id r 5 1:14 [int: 5]");
    assert_eq!(cells[1], "person.name = ••• < name r ••• 2:3 [varchar(20): •••]");
    assert_eq!(cells[3], "person.weight = null <  []");
    assert_eq!(cells.last().unwrap(), "phone.number = 5-0 < @number r 5-0 3:18 [varchar(30): 5-0]");
    let shown = json(&place, "5.xml --show-sensitive");
    assert!(nodes(&shown["documents"][0]).contains(&"name r A & B 2:3".to_owned()));
}

#[test]
fn what_a_sensitive_column_has_a_path_to_is_masked_wherever_it_stands() {
    let place = Workplace::new(1..2);
    let contract = format!(
        "{CONTRACT}  secret:\n    each: secret[@kind = 'x']\n    where: \"n > 1\"\n    columns:\n      app_id: {{ parent: person.app_id }}\n      n: {{ path: \"@n\", type: int, default: 0, sensitive: true }}\n      all: {{ path: inner, type: xml, sensitive: true }}\n"
    );
    place.write("contract.yaml", &contract);
    place.write(
        "5.xml",
        "<request id=\"5\"><name>hidden0</name><name>hidden1</name><secret kind=\"x\" n=\"7001\"><inner a=\"hidden2\"><b>hidden3</b></inner></secret>\
         <secret kind=\"y\" n=\"7002\"/><secret kind=\"x\" n=\"-7003\"/></request>",
    );
    let masked = place.run("explore --json 5.xml").ends_with(0).out;
    place.run("explore 5.xml").ends_with(0);
    let page = std::fs::read_to_string(place.path().join("explore.html")).unwrap();
    for value in ["hidden0", "hidden1", "7001", "hidden2", "hidden3", "7002", "7003"] {
        assert!(!masked.contains(value) && !page.contains(value), "{value}: {masked}");
    }
    let shown = place.run("explore --json 5.xml --show-sensitive").ends_with(0).out;
    assert!(["hidden0", "7002", "-7003"].iter().all(|value| shown.contains(value)), "{shown}");
}

#[test]
fn rows_that_are_not_there_have_the_condition_that_was_false() {
    let place = Workplace::new(1..2);
    let contract = CONTRACT.replace("each: phone", "each: phone[@number != '' and not(@gone)]").replace(
        "path: \"@number\", type: varchar(30) }",
        "path: \"@number\", type: varchar(30) }\n    where: \"number <> 'no'\"",
    );
    place.write("contract.yaml", &contract);
    place.write(
        "5.xml",
        "<request id=\"5\"><phone number=\"1\"/><phone number=\"2\" gone=\"y\"/><phone number=\"no\"/></request>",
    );
    let answer = json(&place, "5.xml");
    let rows = answer["documents"][0]["rows"].as_array().unwrap();
    let why = rows.iter().filter_map(|row| row["w"].as_str()).collect::<Vec<_>>();
    assert_eq!(
        why,
        [
            "where number <> 'no' is false: number is no",
            "each [@number != '' and not(@gone)]: not not(@gone)"
        ]
    );
    let fates = nodes(&answer["documents"][0]);
    assert!(fates.iter().any(|node| node.starts_with("@gone c y")), "{fates:?}");
    assert!(fates.iter().any(|node| node.starts_with("@number n no")), "{fates:?}");
}

#[test]
fn documents_that_fail_are_told_as_far_as_they_came() {
    let place = Workplace::new(1..8);
    place.write("5.xml", &document(5).replace("member=\"true\"", "member=\"perhaps\""));
    place.write("7.xml", "<request id='7'>");
    place.write("8.xml", "<other id='8'/>");
    let answer = place.run("explore 5.xml 7.xml 8.xml --json").ends_with(3);
    let answer: Value = serde_json::from_str(&answer.out).unwrap();
    let documents = answer["documents"].as_array().unwrap();
    let failures = documents.iter().map(|document| document["failure"].as_str().unwrap()).collect::<Vec<_>>();
    assert!(failures[0].contains("invalid-value"), "{failures:?}");
    assert!(failures[1].contains("not-well-formed") && failures[2].contains("wrong-root"), "{failures:?}");
    let counts = documents.iter().map(|document| nodes(document).len()).collect::<Vec<_>>();
    assert!(counts[0] > 10 && counts[1] == 0 && counts[2] == 2, "{counts:?}");
    let cells = documents[0]["rows"][0]["c"].as_array().unwrap();
    assert!(
        cells.iter().any(|cell| cell["f"].as_str().is_some_and(|failed| failed.contains("invalid-value")))
    );
}

#[test]
fn only_pages_of_its_own_are_replaced_and_no_document_ends_the_script() {
    let place = Workplace::new(1..2);
    place.write(
        "5.xml",
        "<request id=\"5\"><report><a>&lt;/script>&lt;script>alert(1)&lt;/script></a></report></request>",
    );
    place.run("explore 5.xml").ends_with(0).says(&["explore.html: 1 document"]);
    place.run("explore 5.xml").ends_with(0);
    let page = std::fs::read_to_string(place.path().join("explore.html")).unwrap();
    assert_eq!(page.matches("</script>").count(), 3, "{page}");
    place.write("mine.html", "<p>mine</p>");
    place.run("explore 5.xml -o mine.html").ends_with(2).says(&["mine.html"]);
    place.run("explore 5.xml -o mine.html --force").ends_with(0);
    place.run("explore contract.yaml").ends_with(2);
}

#[test]
fn only_as_many_rows_are_told_of_as_are_asked_for() {
    let place = Workplace::new(1..2);
    let phones = (0..40).map(|at| format!("<phone number=\"{at}\"/>")).collect::<String>();
    place.write("5.xml", &format!("<request id=\"5\">{phones}</request>"));
    let answer = json(&place, "5.xml --max-rows 3");
    let document = &answer["documents"][0];
    assert_eq!(document["row_counts"], serde_json::json!([1, 40]));
    assert_eq!(document["rows"].as_array().unwrap().len(), 4);
    // What became of a node does not depend on that.
    assert!(
        nodes(document).iter().all(|node| node.contains(" r ") || !node.contains("@number")),
        "{document}"
    );
}

/// The contract with what is offered for all that nobody reads.
fn pasted(contract: &str, answer: &Value) -> String {
    let mut offers = answer["head"]["offers"].as_array().unwrap().iter().collect::<Vec<_>>();
    // From below, and tables before the columns that go above them.
    let place = |offer: &&Value| (offer["after"].as_u64(), offer["kind"].as_str().map(str::to_owned));
    offers.sort_by_key(|offer| std::cmp::Reverse(place(offer)));
    let mut lines = contract.lines().map(str::to_owned).collect::<Vec<_>>();
    let mut seen = std::collections::BTreeSet::new();
    for offer in offers {
        let text = offer["text"].as_str().unwrap();
        // One table may close several gaps.
        if seen.insert(text) {
            lines.insert(offer["after"].as_u64().unwrap() as usize, text.trim_end().to_owned());
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn what_is_offered_for_unread_nodes_makes_a_contract_that_reads_all_of_them() {
    let place = Workplace::new(1..2);
    place.write(
        "5.xml",
        "<request id=\"5\" lang=\"en\"><name>A</name><address><name>B</name><city>C</city></address><phone number=\"1\" kind=\"m\"><call at=\"x\">y</call>\
         <call at=\"z\"/></phone><phone number=\"2\"/><tag>t</tag><tag>u</tag><note>mixed <i>text</i> here</note></request>",
    );
    let answer = json(&place, "5.xml");
    place.write("wider.yaml", &pasted(CONTRACT, &answer));
    place.run("check -c wider.yaml").ends_with(0);
    let coverage = place.run("coverage 5.xml -c wider.yaml --json").ends_with(0).out;
    let coverage: Value = serde_json::from_str(&coverage).unwrap();
    assert_eq!(coverage["lost"], serde_json::json!([]), "{}", pasted(CONTRACT, &answer));
    let wider = std::fs::read_to_string(place.path().join("wider.yaml")).unwrap();
    // As `infer` would name them, and as no other column is named.
    for line in [
        "      address_name:",
        "      address_city:",
        "      lang:",
        "      kind:",
        "    within: phone\n    each: call",
        "  tag:",
    ] {
        assert!(wider.contains(line), "{line}: {wider}");
    }
    // The rows are what they were, with more in them.
    let rows =
        |contract: &str| place.run(&format!("preview 5.xml -c {contract} --format json")).ends_with(0).out;
    assert!(
        rows("contract.yaml").contains("\"number\":\"2\"") && rows("wider.yaml").contains("\"number\":\"2\"")
    );
}

#[test]
fn of_the_demo_what_is_offered_reads_all_that_was_unread() {
    let place = Workplace::new(1..2);
    place.run("demo --prepare-only --documents 30 --bytes-per-document 20000").ends_with(0);
    let source = "--url sqlite:demo/demo.db --key 1,2,3,4,5";
    let answer = json(&place, &format!("-c demo/contract.yaml {source}"));
    let contract = std::fs::read_to_string(place.path().join("demo/contract.yaml")).unwrap();
    place.write("wider.yaml", &pasted(&contract, &answer));
    place.run("check -c wider.yaml").ends_with(0);
    let coverage = place.run(&format!("coverage -c wider.yaml --json {source}"));
    let coverage: Value = serde_json::from_str(&coverage.out).unwrap();
    let unread = coverage["lost"].as_array().unwrap().iter().filter(|lost| lost["why"] == "no-path");
    assert_eq!(unread.count(), 0, "{coverage}");
}

#[test]
fn the_pages_scripts_are_typed() {
    let own = ["data", "tree", "grid", "detail", "main"].map(|name| format!("explore/page/{name}.js"));
    browser::check_types(&[&["page/dom.js".to_owned(), "page/copy.js".to_owned()], &own[..]].concat());
}

#[test]
fn in_a_browser_nodes_lead_to_cells_cells_to_steps_and_unread_nodes_to_the_column_that_reads_them() {
    let place = Workplace::new(1..2);
    place.write("5.xml", &document(5));
    place.write("6.xml", &document(6));
    place.run("explore 5.xml 6.xml").ends_with(0);
    let page = place.path().join("explore.html");
    let Some(seen) = browser::run("the page of explore in Chromium", "explore.mjs", &[&page]) else { return };
    let has = |name: &str, words: &[&str]| {
        let text = seen[name].as_str().unwrap_or_else(|| panic!("{name}: {seen:#}"));
        for word in words {
            assert!(text.contains(word), "{name}: {word:?} is not in {text}");
        }
    };
    has(
        "node",
        &["/request/phone/@number", "line 1", "5-0", "read: a column of a row has it", "phone.number row 1"],
    );
    assert_eq!(seen["linked_cells"], serde_json::json!(["5-0"]));
    has("table", &["phone"]);
    has(
        "cell",
        &["person.born", "date", "path born", "1990-02-03", "/request/born at 1:", "contract.yaml, line 12"],
    );
    assert_eq!(seen["steps"], serde_json::json!(["date: 1990-02-03"]));
    assert_eq!(seen["linked_nodes"], serde_json::json!(["born"]));
    has("back", &["/request/born", "person.born row 1"]);
    assert_eq!(seen["hovered_chip"], serde_json::json!(["phone 1"]));
    has("masked", &["•••", "masked: a sensitive column has a path here"]);
    has("found", &["1 node"]);
    assert_eq!(seen["problems"], serde_json::json!(["request", "report", "a"]));
    has("unread", &["unread: no path", "To read it", "a column of person"]);
    assert_eq!(seen["offer"]["table"], "person");
    assert_eq!(seen["shown_offer"], seen["offer"]["text"]);
    has("copied", &["copied"]);
    let offered = seen["offer"]["text"].as_str().unwrap();
    assert_eq!(seen["pasted"].as_str().unwrap().trim(), offered.trim());
    // Pasted where the page says, the contract reads it.
    let mut lines = CONTRACT.lines().collect::<Vec<_>>();
    lines.insert(seen["offer"]["after"].as_u64().unwrap() as usize, offered.trim_end());
    place.write("wider.yaml", &(lines.join("\n") + "\n"));
    place.run("check -c wider.yaml 5.xml").ends_with(0);
    let left = place.run("coverage 5.xml -c wider.yaml --json").ends_with(0).out;
    assert!(left.contains("\"lost\":[]"), "{left}");
    assert_eq!(seen["by_key"], "@id");
    has("active", &["@id", "5", "read"]);
    assert_eq!(seen["grid_still_focused"], true, "{seen:#}");
    has("first", &["key 5"]);
    has("second", &["key 6"]);
    assert_eq!(seen["problems_of_page"], serde_json::json!([]));
}

#[test]
fn what_stands_in_an_element_that_gives_no_row_is_offered_to_the_row_around_it() {
    let place = Workplace::new(1..2);
    place.write(
        "contract.yaml",
        &CONTRACT.replace("each: phone", "each: \"*[@number]\"\n    where: \"number <> 'no'\""),
    );
    place.write(
        "5.xml",
        "<request id=\"5\"><phone number=\"1\" a=\"x\"/><fax number=\"no\" b=\"y\"/></request>",
    );
    let answer = json(&place, "5.xml");
    let offers = answer["head"]["offers"].as_array().unwrap().iter();
    let offers =
        offers.map(|offer| (offer["table"].as_u64().unwrap(), offer["text"].as_str().unwrap().trim()));
    let offers = offers.map(|(table, text)| format!("{table} {}", text.split(' ').next().unwrap()));
    // By its number, a fax could be one of several.
    assert_eq!(offers.collect::<Vec<_>>(), ["0 fax:", "1 a:"]);
}
