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
            .says(&[
                "Documents to do: not counted",
                &format!("Partition: xxh3_64(number) % 3 == {instance}"),
            ]);
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
    let preview = place.run("preview --url sqlite:data.db --format json --key 007 --key INV-9").ends_with(0);
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

#[test]
fn a_key_of_text_may_hold_commas_and_numbers_may_be_a_list() {
    let place = place();
    let document = "<invoice number='a,b' amount='1'/>";
    place.database().execute("INSERT INTO invoice_xml VALUES ('a,b', ?1)", [document]).unwrap();
    let preview = "preview --url sqlite:data.db --format json";
    assert!(place.run(&format!("{preview} --key a,b")).ends_with(0).out.contains(r#""key":"a,b""#));
    place.run(&format!("{preview} --key 007,7")).ends_with(2).says(&[
        "the source has no document with key 007,7",
        "hint: keys of text may hold commas: give `--key` once for each",
    ]);
    let people = Workplace::new(1..5);
    let several = people.run(&format!("{preview} --key 1,3 --key 2")).ends_with(0).out;
    assert_eq!(several.lines().count(), 3, "{several}");
    people.run(&format!("{preview} --key 1,x")).ends_with(2).says(&["no document with key x"]);
}

#[test]
fn a_document_with_a_key_of_text_that_changes_takes_the_place_of_the_one_before() {
    let place = place();
    place.write("contract.yaml", &CONTRACT.replace("xml: xml }", "xml: xml, version: changed_at }"));
    let changed = "ALTER TABLE invoice_xml ADD changed_at TEXT; UPDATE invoice_xml SET changed_at = '1'";
    place.database().execute_batch(changed).unwrap();
    place.write("contract.yaml", &CONTRACT.replace("xml: xml }", "xml: xml, version: changed_at }")
        .replace("target: { on_existing: replace }\n", "")
        .replace("id:   { path: \"@id\", type: int, key: true }\n      from: { generate: document_key, type: text }",
            "from: { generate: document_key, type: varchar(20), key: true }\n      id:   { path: \"@id\", type: int, key: true }"));
    place.run("run --url sqlite:data.db --create-tables").ends_with(0);
    place.run("run --url sqlite:data.db").ends_with(0).says(&["Documents to do: about 0"]);
    place
        .database()
        .execute_batch(
            "UPDATE invoice_xml SET xml = replace(xml, 'amount=', 'amount=\"77\" was='), changed_at = '2' WHERE number IN ('007', 'x/ü');
             UPDATE invoice_xml SET xml = '<invoice', changed_at = '2' WHERE number = 'a b'",
        )
        .unwrap();
    let again = place.run("run --url sqlite:data.db").ends_with(3);
    assert!(again.out.contains("Documents processed: 3\n"), "{}", again.out);
    assert_eq!(
        texts(&place, "SELECT number FROM invoice WHERE amount LIKE '77%' ORDER BY 1"),
        ["007", "x/ü"]
    );
    assert_eq!(place.count("SELECT count(*) FROM invoice"), 8);
    assert_eq!(place.count("SELECT count(*) FROM customer WHERE \"from\" = 'a b'"), 0);
    assert_eq!(
        texts(&place, "SELECT number FROM processing_log WHERE source_version = '2' ORDER BY 1"),
        ["007", "a b", "x/ü"]
    );
    place.run("run --url sqlite:data.db").ends_with(0).says(&["Documents to do: about 0"]);
}

/// Two folders of files, which have names and no numbers.
fn files() -> Workplace {
    let place = Workplace::new(1..2);
    place.write("contract.yaml", &CONTRACT.replace("key: number,", "key: number, key_type: text,"));
    std::fs::create_dir_all(place.path().join("in/more")).unwrap();
    for name in ["in/INV-10.xml", "in/007.xml", "in/7.xml", "in/more/INV-11.xml"] {
        let key = std::path::Path::new(name).file_stem().unwrap().to_str().unwrap();
        place.write(name, &format!("<invoice number='{key}' amount='1'><customer id='1'/></invoice>"));
    }
    place
}

#[test]
fn files_have_their_names_as_keys_where_the_contract_says_text() {
    let place = files();
    let run = "run --files in/**/*.xml --url sqlite:target.db";
    place.run(&format!("{run} --create-tables")).ends_with(0);
    let target = || rusqlite::Connection::open(place.path().join("target.db")).unwrap();
    let texts = |sql: &str| -> Vec<String> {
        let target = target();
        let mut statement = target.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    assert_eq!(texts("SELECT number FROM processing_log ORDER BY 1"), ["007", "7", "INV-10", "INV-11"]);
    assert_eq!(texts("SELECT number FROM invoice ORDER BY 1"), ["007", "7", "INV-10", "INV-11"]);
    // The name is bound for good: another file of this name is another document, which says that it is not what it is called.
    std::fs::remove_file(place.path().join("in/INV-10.xml")).unwrap();
    place.write("in/more/INV-10.xml", "<invoice number='INV-10' amount='2'/>");
    place.write("in/INV-12.xml", "<invoice number='INV-12' amount='2'/>");
    let answer = place.run(run).ends_with(3).says(&["in/more/INV-10.xml", "key-mismatch"]);
    assert!(answer.out.contains("Documents processed: 2\n"), "{}", answer.out);
    assert_eq!(texts("SELECT number FROM invoice WHERE amount LIKE '2%'"), ["INV-12"]);
    let bound = "SELECT count(*) || ' ' || count(DISTINCT number) FROM processing_file";
    assert_eq!(texts(bound), ["6 6"]);
    let shown = place.run("preview --files in/**/*.xml --url sqlite:target.db --key INV-11").ends_with(0);
    assert!(shown.out.contains("INV-11.xml"), "{}", shown.out);
    for instance in 0..2 {
        let partition = format!("Partition: xxh3_64(number) % 2 == {instance}");
        let arguments = format!("{run} --retry-failed --instance-id {instance} --instance-count 2");
        place.run(&arguments).says(&[&partition]);
    }
}

#[test]
fn what_a_contract_says_of_keys_is_held_against_what_they_are() {
    let place = files();
    let said = |key_type: &str| {
        let contract = CONTRACT.replace("key: number,", &format!("key: number, key_type: {key_type},"));
        place.write("contract.yaml", &contract);
    };
    said("uuid");
    place
        .run("run --files in/*.xml --url sqlite:target.db --create-tables")
        .ends_with(2)
        .says(&["files have keys that are numbers or text, and `source.key_type` says uuids"]);
    let table = self::place();
    let contract = CONTRACT.replace("key: number,", "key: number, key_type: integer,");
    table.write("contract.yaml", &contract);
    for command in ["run --create-tables", "check", "preview --key 7"] {
        table.run(&format!("{command} --url sqlite:data.db")).ends_with(2).says(&[
            "the keys in invoice_xml.number are text, and `source.key_type` says integers",
            "hint: mend `source.key_type`, or leave it out",
        ]);
    }
    said("text");
    let text = place.run("ddl").ends_with(0).out;
    assert_eq!(text, place.run("ddl --key-type text").ends_with(0).out);
    place.write(
        "contract.yaml",
        &CONTRACT.replace("key: number,", "key: number, key_type: text,").replace("varchar(20)", "int"),
    );
    place
        .run("check")
        .ends_with(0)
        .says(&["W0810", "invoice.number is of type int, and the keys of the source are text"]);
    said("strings");
    place
        .run("check")
        .ends_with(2)
        .says(&["`key_type` cannot be `strings`", "`integer`, `decimal`, `uuid` or `text`"]);
}

#[test]
fn infer_says_what_the_keys_are() {
    let place = place();
    let arguments = "infer --url sqlite:data.db --source-table invoice_xml --source-key number --sample 9";
    let contract = place.run(arguments).ends_with(0).out;
    for words in
        ["key_type: text", "generate: document_key, type: varchar(400), key: true", "key: \"@number\""]
    {
        assert!(contract.contains(words), "{contract}");
    }
    place.write("contract.yaml", &contract);
    place.run("run --url sqlite:data.db --create-tables").ends_with(0);
    let integers = Workplace::new(1..7);
    let contract = integers.run("infer --url sqlite:data.db --sample 5").ends_with(0).out;
    assert!(
        !contract.contains("key_type") && contract.contains("generate: document_key, type: bigint"),
        "{contract}"
    );
}

#[test]
fn a_run_refuses_a_column_that_holds_none_of_the_keys() {
    let place = place();
    let column = "number: { generate: document_key, type: varchar(20), key: true }";
    assert!(CONTRACT.contains(column));
    let contract = CONTRACT
        .replace("uid:  { generate: uuid, type: uuid }", "uid:  { generate: document_key, type: uuid }");
    place.write("contract.yaml", &contract);
    place.database().execute_batch("DELETE FROM invoice_xml; DROP TABLE invoice_xml; CREATE TABLE invoice_xml (number INTEGER PRIMARY KEY, xml TEXT); INSERT INTO invoice_xml VALUES (1, '<invoice number=''1'' amount=''1''/>')").unwrap();
    place.run("run --url sqlite:data.db --create-tables").ends_with(2).says(&[
        "E0809",
        "customer.uid is of type uuid, and the keys of the source are integers: every document would fail",
    ]);
    assert_eq!(place.count("SELECT count(*) FROM sqlite_schema WHERE name = 'processing_log'"), 0);
}

#[test]
fn keys_that_the_log_does_not_have_are_told() {
    let place = place();
    place.run("run --url sqlite:data.db --create-tables").ends_with(0);
    let answer =
        place.run("retry --url sqlite:data.db --key nope --key nope --key inv-10 --yes").ends_with(0);
    let expected =
        "No document is to be processed again\n  2 more are not in the log: `xmlshred run` processes them\n";
    assert_eq!(answer.out, expected);
    place.database().execute("UPDATE processing_log SET status = 'failed' WHERE number = 'a b'", []).unwrap();
    let failed = ["failures", "--url", "sqlite:data.db", "--keys", "--key", "a b", "--key", "INV-9"];
    assert_eq!(place.run_with(&failed).ends_with(3).out, "a b\n");
}
