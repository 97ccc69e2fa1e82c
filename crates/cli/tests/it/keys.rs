//! Keys that are text: from the table to the log, and on the command line.

use crate::workplace::Workplace;

const CONTRACT: &str = r#"xmlshred: 1
name: invoices
source: { table: invoice_xml, key: number, xml: xml }
target: { on_existing: replace }
document: { root: /invoice, key: "@number" }
tables:
  invoice:
    columns:
      number: { generate: document_key, type: varchar(20), key: true }
      amount: { path: "@amount", type: "decimal(9,2)" }
  customer:
    each: customer
    columns:
      id:   { path: "@id", type: int, key: true }
      from: { generate: document_key, type: text }
      uid:  { generate: uuid, type: uuid }
"#;

/// In an order of nobody's; some look like numbers, some differ by case alone.
const KEYS: [&str; 9] = ["INV-10", "INV-9", "inv-9", "007", "7", "x/ü", "a b", " a", "7e3"];

fn place() -> Workplace {
    let place = Workplace::new(1..2);
    place.write("contract.yaml", CONTRACT);
    let database = place.database();
    database.execute("CREATE TABLE invoice_xml (number TEXT PRIMARY KEY, xml TEXT)", []).unwrap();
    for (at, key) in KEYS.iter().enumerate() {
        let xml = format!("<invoice number='{key}' amount='{at}.5'><customer id='{}'/></invoice>", at % 2);
        database.execute("INSERT INTO invoice_xml VALUES (?1, ?2)", (key, xml)).unwrap();
    }
    place
}

fn texts(place: &Workplace, sql: &str) -> Vec<String> {
    let database = place.database();
    let mut statement = database.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

fn sorted(mut keys: Vec<&str>) -> Vec<&str> {
    keys.sort_unstable();
    keys
}

const LOGGED: &str = "SELECT number FROM processing_log ORDER BY number";

#[test]
fn instances_share_keys_of_text_and_a_run_goes_on() {
    let alone = place();
    alone.run("run --url sqlite:data.db --create-tables").ends_with(0);
    assert_eq!(texts(&alone, LOGGED), sorted(KEYS.into()));
    let declared = "SELECT type FROM pragma_table_info('processing_log') WHERE name = 'number'";
    assert_eq!(texts(&alone, declared), ["VARCHAR(400)"]);
    // The highest key's row stays, character by character.
    assert_eq!(texts(&alone, "SELECT \"from\" FROM customer ORDER BY id"), ["inv-9", "x/ü"]);
    let shared = place();
    shared.run("run --url sqlite:data.db --create-tables --limit 2").ends_with(0);
    for instance in 0..3 {
        shared
            .run(&format!("run --url sqlite:data.db --instance-id {instance} --instance-count 3"))
            .ends_with(0)
            .says(&["Documents to do: not counted"]);
    }
    for sql in [
        LOGGED,
        "SELECT number || ' ' || amount FROM invoice ORDER BY 1",
        "SELECT id || \"from\" || uid FROM customer ORDER BY 1",
    ] {
        assert_eq!(texts(&shared, sql), texts(&alone, sql), "{sql}");
    }
    shared.run("run --url sqlite:data.db").ends_with(0).says(&["Documents to do: about 0"]);
    assert!(shared.run("status --url sqlite:data.db").ends_with(0).out.contains('9'));
}

#[test]
fn keys_are_typed_as_they_are() {
    let place = place();
    let preview = place.run("preview --url sqlite:data.db --format json --key 007,INV-9").ends_with(0);
    assert!(
        preview.out.contains(r#""key":"007""#) && preview.out.contains(r#""key":"INV-9""#),
        "{}",
        preview.out
    );
    assert!(!preview.out.contains(r#""key":"7""#), "{}", preview.out);
    let answer = place.run("preview --url sqlite:data.db --key INV-11");
    answer.ends_with(2).says(&["the source has no document with key INV-11"]);
    place.run("explain --url sqlite:data.db --key 7e3 invoice.number").ends_with(0);
    place.run("run --url sqlite:data.db --create-tables --key-start 7 --key-end INV-10").ends_with(0);
    assert_eq!(texts(&place, LOGGED), ["7", "7e3", "INV-10"]);
    // The table beside it has integers.
    place.write("people.yaml", crate::workplace::CONTRACT);
    place
        .run("preview --url sqlite:data.db --contract people.yaml --key x")
        .ends_with(2)
        .says(&["the source has no document with key x: it is not a 64-bit integer"]);
    place
        .run("run --source-url sqlite:data.db --target-url sqlite:other.db --contract people.yaml --create-tables --key-start x")
        .ends_with(2)
        .says(&[
            "the range of keys does not fit the key column app_xml.app_id: its ends are not a 64-bit integer",
        ]);
}

#[test]
fn a_log_of_integers_is_not_given_text() {
    let place = place();
    place.write("by-hand.sql", &place.run("ddl --key-type integer").ends_with(0).out);
    let script = std::fs::read_to_string(place.path().join("by-hand.sql")).unwrap();
    place.database().execute_batch(&script).unwrap();
    for command in ["run --url sqlite:data.db", "check --url sqlite:data.db"] {
        place.run(command).ends_with(2).says(&[
            "the keys of the source are text, and the column processing_log.number is of type INTEGER",
            "hint: this log was made for other keys",
            "DROP TABLE \"processing_log\"",
        ]);
    }
    assert_eq!(place.count("SELECT count(*) FROM processing_log"), 0);
}

#[test]
fn ddl_asks_the_source_that_is_set() {
    let place = place();
    let text = place.run("ddl --url sqlite:data.db").ends_with(0).out;
    assert_eq!(text, place.run("ddl --key-type text").ends_with(0).out);
    assert!(text.contains("\"number\" VARCHAR(400) NOT NULL"), "{text}");
    let server = place
        .run("ddl --dialect sqlserver --source-url sqlite:data.db --target-url sqlite:data.db")
        .ends_with(0)
        .out;
    assert!(server.contains("[number] nvarchar(400) COLLATE Latin1_General_BIN2 NOT NULL"), "{server}");
    let answer = place.run("ddl --url sqlite:nowhere.db").ends_with(0);
    let answer = answer.says(&["the source cannot be asked what its keys are", "--key-type"]);
    assert!(answer.out.contains("\"number\" INTEGER NOT NULL"), "{}", answer.out);
}

#[test]
fn a_key_of_the_document_is_compared_as_text() {
    let place = place();
    place.database().execute("UPDATE invoice_xml SET xml = replace(xml, 'inv-9', 'INV-9')", []).unwrap();
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    let failed = "SELECT number || ': ' || failure_reason FROM processing_log WHERE status = 'failed'";
    assert_eq!(
        texts(&place, failed),
        ["inv-9: shred: key-mismatch: @number differs from the key of the row"]
    );
    let answer = place.run("run --url sqlite:data.db --instance-id 0 --instance-count 1").ends_with(0);
    answer.says(&["(8 successful, 1 failed)"]);
}

#[test]
fn a_key_that_is_none_stops_the_run_and_no_key_steers_the_terminal() {
    let place = place();
    place.database().execute("INSERT INTO invoice_xml VALUES ('end ', '<invoice/>')", []).unwrap();
    place.run("run --url sqlite:data.db --create-tables").ends_with(2).says(&[
        "the key column invoice_xml.number has a value that is text with a blank at its end",
        "hint: ",
    ]);
    place
        .database()
        .execute("UPDATE invoice_xml SET number = 'a' || char(27) || '[31m' WHERE number = 'end '", [])
        .unwrap();
    let answer = place.run("run --url sqlite:data.db");
    assert!(answer.err.contains("a\\u{1b}[31m") && !answer.err.contains("a\u{1b}[31m"), "{}", answer.err);
}
