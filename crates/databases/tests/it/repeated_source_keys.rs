//! A key that stands in two rows of the source has one log row: nobody may believe that both documents are done.

use std::sync::Arc;
use xmlshred_engine::testing::number;

use xmlshred_engine::ports::{FailedDocuments, PortError, Ports, Selection};
use xmlshred_engine::testing::Fixture;
use xmlshred_model::{DocumentKey, KeyRange, Share, TargetSchema};

use crate::postgres::PostgresBench;
use crate::several_writers::{batch, identity};
use crate::sqlite::{ALL, prepared};

/// Logs these documents.
fn process(ports: &dyn Ports, schema: &Arc<TargetSchema>, keys: &[i64]) {
    ports.journal().unwrap().create_tables().unwrap();
    let batch = batch(schema, keys.iter().copied(), 1);
    ports.sink().unwrap().commit(&batch, &identity(0, 1), FailedDocuments::Leave).unwrap();
}

/// All keys, page by page.
fn read(ports: &dyn Ports, selection: &Selection, limit: usize) -> Result<Vec<i64>, PortError> {
    let mut source = ports.source()?;
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = source.keys(selection, after.as_ref(), limit)?;
        found.extend(page.iter().map(number));
        if page.len() < limit {
            return Ok(found);
        }
        after = page.last().cloned();
    }
}

/// Of the keys 1, 2, 2, 3, 4, 5 whose key 2 is logged.
fn check(ports: &dyn Ports, selection: &Selection, limit: usize, expected: Result<&[i64], i64>) {
    let found = read(ports, selection, limit);
    let what = format!("{selection:?}, pages of {limit}");
    match (found, expected) {
        (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{what}"),
        (Err(error), Err(key)) => {
            let end = format!("has the key {key} in several rows");
            assert!(error.message.ends_with(&end), "{what}: {error}");
        }
        (found, expected) => panic!("{what}: {found:?} and not {expected:?}"),
    }
}

fn check_all(ports: &dyn Ports) {
    for limit in [1, 2, 3, 10] {
        check(ports, &ALL, limit, Err(2));
        let retry = Selection { failed: FailedDocuments::Retry, ..ALL };
        check(ports, &retry, limit, Err(2));
        let range = KeyRange { start: Some(DocumentKey::Int(3)), end: None };
        check(ports, &Selection { range, ..ALL }, limit, Ok(&[3, 4]));
        let range = KeyRange { start: None, end: Some(DocumentKey::Int(2)) };
        check(ports, &Selection { range, ..ALL }, limit, Err(2));
        check(ports, &Selection { share: Share::new(1, 2).unwrap(), ..ALL }, limit, Ok(&[1, 3]));
        check(ports, &Selection { share: Share::new(0, 2).unwrap(), ..ALL }, limit, Err(2));
    }
}

const ROWS: &str =
    "INSERT INTO app_xml (app_id, xml) VALUES (1, ''), (2, ''), (2, ''), (3, ''), (4, ''), (5, '')";

#[test]
fn a_repeated_key_whose_twin_is_logged_is_told_by_sqlite() {
    let fixture = prepared(0);
    process(&*fixture.ports(), &fixture.schema, &[2, 5]);
    for table in ["app_id INTEGER, xml TEXT", "app_id INTEGER, xml TEXT, part INTEGER, UNIQUE (app_id, part)"]
    {
        let sql = format!("DROP TABLE app_xml; CREATE TABLE app_xml ({table}); {ROWS}");
        fixture.connection().execute_batch(&sql).unwrap();
        assert!(!fixture.ports().source().unwrap().promises_unique_keys(), "{table}");
        check_all(&*fixture.ports());
    }
    let view = "ALTER TABLE app_xml RENAME TO kept; CREATE VIEW app_xml AS SELECT * FROM kept";
    fixture.connection().execute_batch(view).unwrap();
    check_all(&*fixture.ports());
}

#[test]
fn what_makes_keys_unique_in_sqlite_is_seen() {
    for (table, is_unique) in [
        ("app_id INTEGER PRIMARY KEY, xml TEXT", true),
        ("APP_ID INT PRIMARY KEY, xml TEXT", true),
        ("app_id INT UNIQUE, xml TEXT", true),
        ("app_id INT, part INT, xml TEXT, PRIMARY KEY (app_id, part)", false),
        ("app_id INT, xml TEXT, part INT PRIMARY KEY", false),
    ] {
        let fixture = prepared(0);
        let sql = format!("DROP TABLE app_xml; CREATE TABLE app_xml ({table})");
        fixture.connection().execute_batch(&sql).unwrap();
        assert_eq!(fixture.ports().source().unwrap().promises_unique_keys(), is_unique, "{table}");
    }
    let fixture = prepared(0);
    let partial = "DROP TABLE app_xml; CREATE TABLE app_xml (app_id INT, xml TEXT);
        CREATE UNIQUE INDEX some ON app_xml (app_id) WHERE app_id > 10; CREATE UNIQUE INDEX other ON app_xml (app_id + 1)";
    fixture.connection().execute_batch(partial).unwrap();
    assert!(!fixture.ports().source().unwrap().promises_unique_keys());
}

#[test]
fn a_repeated_key_whose_twin_is_logged_is_told_by_postgresql() {
    let Some(bench) = PostgresBench::start("repeated source keys on PostgreSQL", &[]) else { return };
    let schema = prepared(0).schema.clone();
    let fixture = bench.database(&schema, "text");
    assert!(fixture.ports().source().unwrap().promises_unique_keys());
    process(&*fixture.ports(), &schema, &[2, 5]);
    let setups = [
        "DROP TABLE app_xml; CREATE TABLE app_xml (app_id int, xml text); CREATE INDEX ON app_xml (app_id)",
        "DROP TABLE app_xml; CREATE TABLE app_xml (app_id bigint, xml text); CREATE UNIQUE INDEX ON app_xml (app_id) WHERE app_id > 10",
        "DROP TABLE app_xml; CREATE TABLE app_xml (app_id smallint PRIMARY KEY, xml text); CREATE TABLE more () INHERITS (app_xml)",
    ];
    for (at, setup) in setups.into_iter().enumerate() {
        let rows = match at {
            2 => {
                "INSERT INTO app_xml SELECT i, '' FROM generate_series(1, 5) AS i; INSERT INTO more VALUES (2, '')"
            }
            _ => ROWS,
        };
        fixture.client().batch_execute(&format!("{setup}; {rows}")).unwrap();
        assert!(!fixture.ports().source().unwrap().promises_unique_keys(), "{setup}");
        check_all(&*fixture.ports());
    }
}
