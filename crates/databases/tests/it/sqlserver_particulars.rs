//! What is particular to SQL Server: kinds of columns, identity columns, rows that exist, mistakes, refusals.

use std::ops::ControlFlow;
use std::sync::Arc;

use xmlshred_databases::{DatabaseUrl, Login, OpenOptions, SourceAddress, open, open_source};
use xmlshred_engine::ports::{FailedDocuments, Fault, Fetched, PortError};
use xmlshred_engine::testing::Fixture;
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DataType, Decimal, DocumentKey, OnExisting, TargetSchema, Value};

use crate::postgres_target::{batch, schema};
use crate::several_writers::identity;
use crate::sqlite::ALL;
use crate::sqlserver::{SqlServerBench, SqlServerFixture};

/// A fixture whose table `t` is the customer's own, made by this statement.
pub(crate) fn with_table(
    bench: &SqlServerBench,
    schema: &Arc<TargetSchema>,
    create: &str,
) -> SqlServerFixture {
    let fixture = bench.database(schema, "nvarchar(max)");
    fixture.run(create);
    fixture.ports().journal().unwrap().create_tables().unwrap();
    fixture
}

pub(crate) fn load(fixture: &SqlServerFixture, key: i64, rows: &[&[Value<'_>]]) -> Result<u64, PortError> {
    let mut sink = fixture.ports().sink()?;
    let batch = batch(&fixture.schema, key, rows);
    sink.commit(&batch, &identity(0, 1), FailedDocuments::Leave).map(|commit| commit.table_row_counts[0])
}

/// A number and a text of each row of `t`.
pub(crate) fn shown(fixture: &SqlServerFixture, columns: &str) -> Vec<(i64, Option<String>)> {
    let rows = fixture.query(&format!("SELECT {columns} FROM t ORDER BY id"));
    rows.iter().map(|row| (row.get::<i64, _>(0).unwrap(), row.get::<&str, _>(1).map(str::to_owned))).collect()
}

#[test]
fn documents_are_read_from_every_kind_of_column() {
    let Some(bench) = SqlServerBench::start("kinds of source columns on SQL Server") else { return };
    let schema = schema(&[], OnExisting::Fail);
    for kind in
        ["nvarchar(max)", "nvarchar(50)", "varchar(max)", "ntext", "text", "xml", "varbinary(max)", "image"]
    {
        let fixture = bench.database(&schema, kind);
        let (document, value) = match kind {
            "varbinary(max)" | "image" => ("<a>x</a>", "0x3C613E783C2F613E"),
            "varchar(max)" | "text" => ("<a>\u{e9}</a>", "N'<a>\u{e9}</a>'"),
            _ => ("<a>\u{e9}\u{1f600}</a>", "N'<a>\u{e9}\u{1f600}</a>'"),
        };
        fixture.run(&format!("INSERT INTO app_xml VALUES (1, {value})"));
        let mut found = Vec::new();
        let fetched = fixture.ports().source().unwrap().fetch(&[DocumentKey(1)], 1_000, &mut |_, fetched| {
            found.push(fetched);
            ControlFlow::Continue(())
        });
        fetched.unwrap();
        let expected = match kind {
            "varbinary(max)" | "image" => Fetched::Bytes(document.as_bytes().to_vec()),
            _ => Fetched::Text(document.to_owned()),
        };
        assert_eq!(found, [expected], "{kind}");
    }
}

#[test]
fn mistakes_in_the_source_are_told_with_what_there_is() {
    let Some(bench) = SqlServerBench::start("mistakes in the source on SQL Server") else { return };
    let fixture = bench.database(&schema(&[], OnExisting::Fail), "nvarchar(max)");
    fixture.run("CREATE TABLE twice (app_id int NOT NULL, xml nvarchar(9)); INSERT INTO twice VALUES (1, N''), (1, N'')");
    let spec = fixture.spec();
    for (spec, message) in [
        (SourceSpec { table: "app_xlm".to_owned(), ..spec.clone() }, "the source has no table `app_xlm`"),
        (
            SourceSpec { xml: "doc".to_owned(), ..spec.clone() },
            "the source table `app_xml` has no column `doc`",
        ),
        (
            SourceSpec { key: "xml".to_owned(), ..spec.clone() },
            "the key column app_xml.xml is of type nvarchar, not an integer",
        ),
        (
            SourceSpec { table: "twice".to_owned(), ..spec.clone() },
            "the key column twice.app_id has the key 1 in several rows",
        ),
    ] {
        let error = match fixture.open(&spec).source() {
            Err(error) => error,
            Ok(mut source) => source.keys(&ALL, None, 1).unwrap_err(),
        };
        assert_eq!(error.message, message);
        assert!(error.hint.is_some());
    }
}

#[test]
fn columns_of_other_types_take_what_keeps_its_value() {
    let Some(bench) = SqlServerBench::start("columns of other types on SQL Server") else { return };
    let decimal = DataType::Decimal { precision: 8, scale: 2 };
    let types =
        [DataType::Int, DataType::VarChar(10), decimal, DataType::Timestamp, DataType::Text, DataType::Text];
    let schema = schema(&types, OnExisting::Fail);
    let create = "CREATE TABLE t (c5 uniqueidentifier, id bigint NOT NULL PRIMARY KEY, c0 bigint, c1 varchar(10), \
                  c2 decimal(38,4), c3 datetime, c4 xml)";
    let fixture = with_table(&bench, &schema, create);
    let uuid = "00000000-0000-0000-0000-0000000000FF";
    let row = |id, text, micros| {
        [
            Value::Int(id),
            Value::Int(7),
            Value::Text(text),
            Value::Decimal(Decimal { unscaled: -150, scale: 2 }),
            Value::Timestamp(micros),
            Value::Text("<a/>"),
            Value::Text(uuid),
        ]
    };
    assert_eq!(load(&fixture, 1, &[&row(1, "caf\u{e9}", 3_000), &row(2, "", 86_400_000_000)]).unwrap(), 2);
    let columns = "CAST(c0 AS bigint), CONCAT(c1, N'|', CAST(c2 * 100 AS bigint), N'|', CONVERT(nvarchar(30), c3, 121), N'|', CAST(c5 AS nvarchar(40)))";
    let expected = |text: &str| (7, Some(text.to_owned()));
    assert_eq!(
        shown(&fixture, columns),
        [
            expected(&format!("caf\u{e9}|-150|1970-01-01 00:00:00.003|{uuid}")),
            expected(&format!("|-150|1970-01-02 00:00:00.000|{uuid}")),
        ]
    );
    // Too long, and a time that a datetime cannot keep: the second is refused before it is sent.
    for (text, micros) in [("far too long text", 0), ("x", 1)] {
        let error = load(&fixture, 2, &[&row(3, text, micros)]).unwrap_err();
        assert!(matches!(error.fault, Fault::ValueRejected { .. }), "{error}");
        assert!(!format!("{error} {error:?}").contains("far too"), "{error}");
    }
}

#[test]
fn columns_that_would_change_values_are_refused_before_anything_is_read_all_at_once() {
    let Some(bench) = SqlServerBench::start("columns that change values on SQL Server") else { return };
    let decimal = DataType::Decimal { precision: 8, scale: 2 };
    let types = [decimal, DataType::Double, DataType::Timestamp, DataType::Int];
    let schema = schema(&types, OnExisting::Fail);
    let create =
        "CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, c0 decimal(8,1), c1 real, c2 date, c3 smallint)";
    let fixture = with_table(&bench, &schema, create);
    let error = fixture.ports().sink().err().unwrap();
    assert_eq!(error.fault, Fault::WrongTable { table: "t".to_owned() });
    assert_eq!(
        error.message,
        "the target's columns would change the contract's values: \
         `t.c0 decimal(8,1) for decimal(8,2)`, `t.c1 real for double`, `t.c2 date for timestamp`"
    );
}

#[test]
fn identity_columns_are_the_servers_unless_the_contract_names_them() {
    let Some(bench) = SqlServerBench::start("identity columns on SQL Server") else { return };
    let schema = schema(&[DataType::Text], OnExisting::Fail);
    let own = "CREATE TABLE t (number bigint IDENTITY(5,1) NOT NULL, id bigint NOT NULL PRIMARY KEY, c0 nvarchar(9))";
    let fixture = with_table(&bench, &schema, own);
    load(&fixture, 1, &[&[Value::Int(8), Value::Text("a")], &[Value::Int(9), Value::Text("b")]]).unwrap();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(shown(&fixture, "number, c0"), [(5, text("a")), (6, text("b"))]);
    drop(fixture);
    let named = "CREATE TABLE t (id bigint IDENTITY(1,1) NOT NULL PRIMARY KEY, c0 nvarchar(9))";
    let fixture = with_table(&bench, &schema, named);
    load(&fixture, 1, &[&[Value::Int(8), Value::Text("a")]]).unwrap();
    assert_eq!(shown(&fixture, "id, c0"), [(8, text("a"))]);
}

#[test]
fn the_last_of_several_rows_with_one_key_replaces_the_others() {
    let Some(bench) = SqlServerBench::start("replacing rows on SQL Server") else { return };
    let rows: &[&[Value<'_>]] = &[
        &[Value::Int(1), Value::Text("first")],
        &[Value::Int(2), Value::Null],
        &[Value::Int(1), Value::Text("last")],
    ];
    let text = |text: &str| Some(text.to_owned());
    for (on_existing, kept, then) in
        [(OnExisting::Skip, "first", None), (OnExisting::Replace, "last", text("later"))]
    {
        let schema = schema(&[DataType::Text], on_existing);
        let fixture =
            with_table(&bench, &schema, "CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, c0 nvarchar(max))");
        assert_eq!(load(&fixture, 1, rows).unwrap(), 2);
        assert_eq!(shown(&fixture, "id, c0"), [(1, text(kept)), (2, None)]);
        load(&fixture, 2, &[&[Value::Int(2), Value::Text("later")]]).unwrap();
        assert_eq!(shown(&fixture, "id, c0"), [(1, text(kept)), (2, then)]);
    }
}

#[test]
fn sessions_are_named_and_refusals_say_what_to_do() {
    let Some(bench) = SqlServerBench::start("logins on SQL Server") else { return };
    let schema = schema(&[], OnExisting::Fail);
    let fixture = with_table(&bench, &schema, "CREATE TABLE t (id bigint NOT NULL PRIMARY KEY)");
    let options = OpenOptions { application_name: "xmlshred 9.9 instance 1/3".to_owned(), create: false };
    let source = SourceAddress::Database(fixture.url());
    let ports = open(&source, &fixture.url(), &fixture.spec(), &schema, options).unwrap();
    let _open = (ports.source().unwrap(), ports.sink().unwrap(), ports.journal().unwrap());
    let named = "SELECT CAST(count(*) AS bigint), N'' FROM sys.dm_exec_sessions WHERE program_name = N'xmlshred 9.9 instance 1/3'";
    let count = fixture.query(named)[0].get::<i64, _>(0);
    assert_eq!(count, Some(3));

    let refusal =
        |url: DatabaseUrl| open_source(&SourceAddress::Database(url), &fixture.spec()).err().unwrap();
    let login = Login { username: None, password: Some("hunter2".to_owned().into()) };
    let error = refusal(fixture.url().with_login(&login));
    assert_eq!(error.fault, Fault::AccessDenied, "{error}");
    assert!(error.hint.is_some_and(|hint| hint.contains("XMLSHRED_PASSWORD")));
    let elsewhere = fixture.url_of("no_such_database");
    let error = refusal(elsewhere);
    assert!(matches!(error.fault, Fault::CannotConnect), "{error} {:?}", error.fault);
}
