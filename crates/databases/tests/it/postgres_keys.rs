//! Keys of PostgreSQL that are no integers: types, collations, padding, and a log that was made for others.

use std::sync::Arc;

use xmlshred_databases::OpenOptions;
use xmlshred_engine::ports::PortError;
use xmlshred_engine::testing::Fixture as _;
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{ColumnSchema, DataType, DocumentKey, KeyType, OnExisting, TableSchema, TargetSchema};

use crate::postgres::{PostgresBench, PostgresFixture};
use crate::sqlite::ALL;

fn fixture(bench: &PostgresBench, key_type: KeyType) -> PostgresFixture {
    let schema = TargetSchema {
        namespace: None,
        on_existing: OnExisting::Fail,
        tables: vec![TableSchema {
            name: "loaded".to_owned(),
            columns: vec![ColumnSchema {
                name: "id".to_owned(),
                data_type: DataType::Int,
                nullable: true,
                sensitive: false,
            }],
            primary_key: Vec::new(),
            foreign_keys: Vec::new(),
        }],
        key_column: "app_id".to_owned(),
        key_type,
        ranking_columns: Vec::new(),
        owners: Vec::new(),
        has_versions: false,
        contract_name: "contract".to_owned(),
    };
    bench.database(&Arc::new(schema), "text")
}

/// The keys of a table with this column and these values, as SQL writes them, page by page; or what is wrong with them.
fn keys(
    fixture: &PostgresFixture,
    column: &str,
    values: &[&str],
) -> Result<(KeyType, Vec<String>), PortError> {
    let rows: Vec<_> = values.iter().map(|value| format!("({value}, '<a/>')")).collect();
    let create = format!(
        "DROP TABLE app_xml; CREATE TABLE app_xml (app_id {column}, xml text); INSERT INTO app_xml VALUES {}",
        rows.join(", ")
    );
    fixture.client().batch_execute(&create).unwrap();
    let mut source = fixture.ports().source()?;
    let mut found: Vec<DocumentKey> = Vec::new();
    loop {
        let page = source.keys(&ALL, found.last(), 2)?;
        let is_last = page.len() < 2;
        found.extend(page);
        if is_last {
            break;
        }
    }
    let mut documents = 0;
    source.fetch(&found, 100, &mut |_, _| {
        documents += 1;
        std::ops::ControlFlow::Continue(())
    })?;
    assert_eq!(documents, found.len(), "{column}");
    Ok((source.key_type(), found.iter().map(DocumentKey::spelled).collect()))
}

#[test]
fn columns_say_what_keys_are_how_they_sort_and_which_are_one() {
    let Some(bench) = PostgresBench::start("keys of any type on PostgreSQL", &[]) else { return };
    let fixture = fixture(&bench, KeyType::Text);
    fixture
        .client()
        .batch_execute(
            "CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
             CREATE DOMAIN code AS varchar(9)",
        )
        .unwrap();
    let check = |column: &str, values: &[&str], key_type: KeyType, expected: &[&str]| {
        let (found_type, found) = keys(&fixture, column, values).unwrap();
        assert_eq!(
            (found_type, found.iter().map(String::as_str).collect::<Vec<_>>()),
            (key_type, expected.to_vec()),
            "{column}"
        );
    };
    check("text COLLATE \"C\"", &["'b'", "'B'", "'a'", "''"], KeyType::Text, &["", "B", "a", "b"]);
    check("varchar(9) COLLATE \"C\" UNIQUE", &["' x'", "'x'", "'007'"], KeyType::Text, &[" x", "007", "x"]);
    check("text COLLATE \"und-x-icu\"", &["'b'", "'B'", "'a'"], KeyType::Text, &["a", "b", "B"]);
    // Blanks that fill up are none of the key.
    check(
        "char(5) COLLATE \"C\" PRIMARY KEY",
        &["'b'", "'abcde'", "'a'"],
        KeyType::Text,
        &["a", "abcde", "b"],
    );
    check("code COLLATE \"C\"", &["'b'", "'a'"], KeyType::Text, &["a", "b"]);
    check("text COLLATE caseless UNIQUE", &["'b'", "'A'", "'c'"], KeyType::Text, &["A", "b", "c"]);
    check(
        "uuid",
        &["'F0000000-0000-0000-0000-000000000001'", "'{00000000-0000-0000-0000-00000000000A}'"],
        KeyType::Uuid,
        &["00000000-0000-0000-0000-00000000000a", "f0000000-0000-0000-0000-000000000001"],
    );
    check(
        "numeric(38,0)",
        &["9", "-12345678901234567890", "10"],
        KeyType::Decimal,
        &["-12345678901234567890", "9", "10"],
    );
    check("numeric", &["9", "10.000", "-1"], KeyType::Decimal, &["-1", "9", "10"]);
    let refused = |column: &str, values: &[&str], message: &str| {
        let error = keys(&fixture, column, values).unwrap_err();
        assert_eq!(error.message, format!("the key column app_xml.app_id {message}"));
    };
    refused("text COLLATE caseless", &["'b'", "'a'", "'c'", "'A'"], "has the key a in several rows");
    refused("text", &["'b'", "'a'", "'a'"], "has the key a in several rows");
    refused("numeric", &["1", "1.0"], "has the key 1 in several rows");
    refused(
        "numeric",
        &["1", "1.5"],
        "has a value that is not a decimal of up to 38 digits without fraction",
    );
    refused("numeric", &["'NaN'"], "has a value that is not a decimal of up to 38 digits without fraction");
    refused(
        "varchar",
        &["'a '"],
        "has a value that is text with a blank at its end, which some databases take for the text without it",
    );
    refused(
        "varchar",
        &["repeat('x', 401)"],
        "has a value that is 401 characters long, a key has at most 400",
    );
    refused("numeric(9,2)", &["1"], "is of type numeric(9,2), which is none of a key");
    refused("timestamptz", &["now()"], "is of type timestamp with time zone, which is none of a key");
    refused("bytea", &["'x'"], "is of type bytea, which is none of a key");
}

#[test]
fn ranges_are_of_the_columns_own_order_and_type() {
    let Some(bench) = PostgresBench::start("ranges of keys on PostgreSQL", &[]) else { return };
    let fixture = fixture(&bench, KeyType::Text);
    let rows = "('a', ''), ('b', ''), ('B', ''), ('c', ''), ('007', '')";
    let create = |column: &str, rows: &str| {
        let sql = format!(
            "DROP TABLE app_xml; CREATE TABLE app_xml (app_id {column}, xml text); INSERT INTO app_xml VALUES {rows}"
        );
        fixture.client().batch_execute(&sql).unwrap();
    };
    let range = |start: &str, end: &str| xmlshred_engine::ports::Selection {
        range: xmlshred_model::KeyRange {
            start: Some(DocumentKey::typed(start)),
            end: Some(DocumentKey::typed(end)),
        },
        ..ALL
    };
    let found = |start: &str, end: &str| {
        let keys = fixture.ports().source()?.keys(&range(start, end), None, 10)?;
        Ok::<_, PortError>(keys.iter().map(DocumentKey::spelled).collect::<Vec<_>>())
    };
    create("text COLLATE \"und-x-icu\"", rows);
    assert_eq!(found("007", "b").unwrap(), ["007", "a", "b"]);
    assert_eq!(found("B", "c").unwrap(), ["B", "c"]);
    create("text COLLATE \"C\"", rows);
    assert_eq!(found("B", "a").unwrap(), ["B", "a"]);
    assert_eq!(found("7", "9").unwrap(), Vec::<String>::new());
    create("uuid", "('00000000-0000-0000-0000-00000000000a', '')");
    assert_eq!(
        found("00000000-0000-0000-0000-00000000000A", "F0000000-0000-0000-0000-00000000000a").unwrap().len(),
        1
    );
    let error = found("a", "b").unwrap_err();
    assert_eq!(
        error.message,
        "the range of keys does not fit the key column app_xml.app_id: its ends are not a uuid"
    );
    create("bigint", "(7, '')");
    assert_eq!(found("007", "9").unwrap(), ["7"]);
    let error = found("a", "9").unwrap_err();
    assert_eq!(
        error.message,
        "the range of keys does not fit the key column app_xml.app_id: its ends are not a 64-bit integer"
    );
}

#[test]
fn a_log_that_was_made_for_other_keys_is_told() {
    let Some(bench) = PostgresBench::start("a log of other keys on PostgreSQL", &[]) else { return };
    for (key_type, log_type, fits) in [
        (KeyType::Text, "bigint", false),
        (KeyType::Text, "uuid", false),
        (KeyType::Text, "text", true),
        (KeyType::Uuid, "text", false),
        (KeyType::Integer, "text", false),
        (KeyType::Integer, "integer", true),
        (KeyType::Integer, "numeric(38,0)", true),
        (KeyType::Decimal, "bigint", false),
        (KeyType::Decimal, "numeric", true),
    ] {
        let fixture = fixture(&bench, key_type);
        let ports =
            || fixture.open_for(&SourceSpec { ..fixture.spec() }, &fixture.schema, OpenOptions::default());
        ports().journal().unwrap().create_tables().unwrap();
        for table in ["processing_log", "processing_issue"] {
            let change =
                format!("ALTER TABLE {table} ALTER app_id TYPE {log_type} USING app_id::text::{log_type}");
            fixture.client().batch_execute(&change).unwrap();
        }
        match ports().sink() {
            Ok(_) => assert!(fits, "{key_type} in {log_type}"),
            Err(error) => {
                assert!(!fits, "{key_type} in {log_type}: {error}");
                let expected = format!(
                    "the keys of the source are {}, and the column processing_log.app_id is of type {log_type}",
                    key_type.plural()
                );
                assert_eq!(error.message, expected);
                assert!(error.hint.unwrap().contains("DROP TABLE \"processing_log\""));
            }
        }
    }
}
