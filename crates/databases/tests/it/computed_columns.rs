//! Columns that the target computes itself: they are there, and take no values.

use xmlshred_databases::{DatabaseUrl, DifferenceKind, OpenOptions, differences};
use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_engine::testing::Fixture;
use xmlshred_engine::testing::number;
use xmlshred_model::{DataType, OnExisting, TargetSchema, Value};

use crate::postgres::PostgresBench;
use crate::postgres_target::{batch, schema};
use crate::several_writers::identity;
use crate::sqlite::{ALL, prepared};

fn check_refused(error: &PortError, columns: &str) {
    assert_eq!(error.fault, Fault::WrongTable { table: "t".to_owned() }, "{error}");
    let expected = format!("the target computes columns itself, and takes no values for them: {columns}");
    assert_eq!(error.message, expected);
    assert!(error.hint.as_ref().is_some_and(|hint| hint.contains("out of the contract")), "{:?}", error.hint);
}

/// `check` tells the same of column `c0`, and nothing else.
fn check_told(url: &DatabaseUrl, schema: &TargetSchema) {
    let found = differences(url, schema, &OpenOptions::default()).unwrap();
    let of_c0 = found.iter().filter(|found| found.column == Some(1));
    let told: Vec<_> = of_c0.map(|found| (found.kind, found.column, found.message.as_str())).collect();
    let message = "t.c0 is computed by the target itself, which takes no values for it";
    assert_eq!(told, [(DifferenceKind::TypeDiffers, Some(1), message)]);
}

#[test]
fn a_generated_column_of_sqlite_is_a_column() {
    for kind in ["VIRTUAL", "STORED"] {
        let fixture = prepared(0);
        let create = format!(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, c0 TEXT GENERATED ALWAYS AS (id || '') {kind}, c1 TEXT AS ('x') {kind})"
        );
        fixture.connection().execute_batch(&create).unwrap();
        let url = DatabaseUrl::Sqlite(fixture.file());
        let names_it = schema(&[DataType::Text], OnExisting::Fail);
        let ports = fixture.open_for(&fixture.spec(), &names_it, OpenOptions::default());
        ports.journal().unwrap().create_tables().unwrap();
        check_refused(&ports.sink().err().unwrap(), "`t.c0`");
        check_told(&url, &names_it);
        let leaves_it_out = schema(&[], OnExisting::Fail);
        assert_eq!(differences(&url, &leaves_it_out, &OpenOptions::default()).unwrap(), []);
    }
}

#[test]
fn a_generated_column_of_sqlite_holds_documents() {
    let fixture = prepared(0);
    let create = "DROP TABLE app_xml;
        CREATE TABLE app_xml (n INTEGER PRIMARY KEY, body TEXT, app_id INTEGER AS (n + 100), xml TEXT AS ('<a>' || body || '</a>'));
        INSERT INTO app_xml (n, body) VALUES (1, 'x')";
    fixture.connection().execute_batch(create).unwrap();
    let keys = fixture.ports().source().unwrap().keys(&ALL, None, 10).unwrap();
    assert_eq!(keys.iter().map(number).collect::<Vec<_>>(), [101]);
}

#[test]
fn a_generated_column_of_postgres_is_refused_and_an_identity_column_takes_the_contracts_values() {
    let Some(bench) = PostgresBench::start("generated columns on PostgreSQL", &[]) else { return };
    let names_it = schema(&[DataType::BigInt], OnExisting::Fail);
    let fixture = bench.database(&names_it, "text");
    let create = "CREATE TABLE t (id bigint PRIMARY KEY, c0 bigint GENERATED ALWAYS AS (id * 2) STORED)";
    fixture.client().batch_execute(create).unwrap();
    fixture.ports().journal().unwrap().create_tables().unwrap();
    check_refused(&fixture.ports().sink().err().unwrap(), "`t.c0`");
    check_told(&fixture.url(), &names_it);

    let create =
        "DROP TABLE t; CREATE TABLE t (id bigint PRIMARY KEY, c0 bigint GENERATED ALWAYS AS IDENTITY)";
    fixture.client().batch_execute(create).unwrap();
    let rows = batch(&names_it, 1, &[&[Value::Int(1), Value::Int(77)]]);
    let mut sink = fixture.ports().sink().unwrap();
    sink.commit(&rows, &identity(0, 1), xmlshred_engine::ports::FailedDocuments::Leave).unwrap();
    let counted = fixture.client().query_one("SELECT c0 FROM t", &[]).unwrap();
    assert_eq!(counted.get::<_, i64>(0), 77);
    // Nobody may change a value that is there.
    let replacing = schema(&[DataType::BigInt], OnExisting::Replace);
    check_refused(&fixture.ports_for(&replacing).sink().err().unwrap(), "`t.c0`");
}
