//! What is particular to PostgreSQL as a target: columns of other types, identity columns, sessions, names.

use std::sync::Arc;

use xmlshred_databases::{DatabaseUrl, DifferenceKind, OpenOptions, SourceAddress, open};
use xmlshred_engine::ports::{FailedDocuments, Fault, PortError};
use xmlshred_engine::testing::Fixture;
use xmlshred_model::{
    Batch, BatchBuilder, ColumnSchema, DataType, Decimal, DocumentKey, DocumentRecord, KeyType, OnExisting,
    Outcome, TableSchema, TargetSchema, Value,
};

use crate::postgres::{PostgresBench, PostgresFixture};
use crate::several_writers::identity;

/// A table `t` with the key `id` and a cell of each type.
pub(crate) fn schema(types: &[DataType], on_existing: OnExisting) -> Arc<TargetSchema> {
    let column = |name: String, data_type| ColumnSchema { name, data_type, nullable: true, sensitive: false };
    let cells = types.iter().enumerate().map(|(at, data_type)| column(format!("c{at}"), *data_type));
    Arc::new(TargetSchema {
        namespace: None,
        on_existing,
        tables: vec![TableSchema {
            name: "t".to_owned(),
            columns: std::iter::once(column("id".to_owned(), DataType::BigInt)).chain(cells).collect(),
            primary_key: vec![0],
            foreign_keys: Vec::new(),
        }],
        key_column: "app_id".to_owned(),
        key_type: KeyType::Integer,
        ranking_columns: Vec::new(),
        owners: Vec::new(),
        has_versions: false,
        contract_name: "contract".to_owned(),
    })
}

/// One document with these rows.
pub(crate) fn batch(schema: &Arc<TargetSchema>, key: i64, rows: &[&[Value<'_>]]) -> Batch {
    let mut builder = BatchBuilder::new(Arc::clone(schema));
    for row in rows {
        builder.push_row(0, row);
    }
    builder.finish_document(DocumentRecord {
        key: DocumentKey::Int(key),
        outcome: Outcome::Success,
        issues: Vec::new(),
        document_hash: 0,
        source_version: None,
        byte_count: 1,
        duration: std::time::Duration::ZERO,
        processed_at: 0,
    });
    builder.finish()
}

/// A fixture whose table `t` is the customer's own, made by this statement.
pub(crate) fn with_table(bench: &PostgresBench, schema: &Arc<TargetSchema>, create: &str) -> PostgresFixture {
    let fixture = bench.database(schema, "text");
    fixture.client().batch_execute(create).unwrap();
    fixture.ports().journal().unwrap().create_tables().unwrap();
    fixture
}

fn load(fixture: &PostgresFixture, key: i64, rows: &[&[Value<'_>]]) -> Result<u64, PortError> {
    let mut sink = fixture.ports().sink()?;
    let batch = batch(&fixture.schema, key, rows);
    sink.commit(&batch, &identity(0, 1), FailedDocuments::Leave).map(|commit| commit.table_row_counts[0])
}

/// The rows of `t` as the server shows them.
fn shown(fixture: &PostgresFixture) -> Vec<String> {
    let rows = fixture.client().query("SELECT t::text FROM t ORDER BY id", &[]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[test]
fn columns_of_other_types_take_what_the_server_can_convert() {
    let Some(bench) = PostgresBench::start("columns of other types on PostgreSQL", &[]) else { return };
    let types = [
        DataType::Int,
        DataType::VarChar(10),
        DataType::VarChar(10),
        DataType::Decimal { precision: 8, scale: 2 },
        DataType::Json,
        DataType::Timestamp,
        DataType::Text,
    ];
    let schema = schema(&types, OnExisting::Fail);
    let create = "CREATE TYPE mood AS ENUM ('sad', 'happy');
        CREATE DOMAIN short AS varchar(5) CHECK (VALUE <> 'bad');
        CREATE TABLE t (c6 uuid, id numeric(10) PRIMARY KEY, c0 bigint, c1 mood, c2 short, c3 double precision, c4 jsonb,
            c5 timestamptz)";
    let fixture = with_table(&bench, &schema, create);
    let decimal = |unscaled| Value::Decimal(Decimal { unscaled, scale: 2 });
    let uuid = "00000000-0000-0000-0000-0000000000ff";
    let row = |id, mood, short| {
        [
            Value::Int(id),
            Value::Int(7),
            Value::Text(mood),
            Value::Text(short),
            decimal(-150),
            Value::Text("{\"b\":1,\"a\":2}"),
            Value::Timestamp(0),
            Value::Text(uuid),
        ]
    };
    assert_eq!(load(&fixture, 1, &[&row(1, "happy", "ok"), &row(2, "sad", "ok")]).unwrap(), 2);
    let expected = |id, mood| {
        format!(r#"({uuid},{id},7,{mood},ok,-1.5,"{{""a"": 2, ""b"": 1}}","1970-01-01 00:00:00+00")"#)
    };
    assert_eq!(shown(&fixture), [expected(1, "happy"), expected(2, "sad")]);
    for (mood, short) in [("furious", "ok"), ("sad", "lengthy"), ("sad", "bad")] {
        let error = load(&fixture, 2, &[&row(3, mood, short)]).unwrap_err();
        assert!(
            matches!(error.fault, Fault::ValueRejected { .. } | Fault::CheckViolation { .. }),
            "{mood} {short}: {error}"
        );
        let told = format!("{error} {:?} {error:?}", error.hint);
        assert!(!told.contains("furious") && !told.contains("lengthy") && !told.contains("{\"b\""), "{told}");
    }
    assert_eq!(shown(&fixture).len(), 2);
}

/// Which of these columns, each with the contract's type for it, `check` refuses; the start of a run must refuse when one is.
fn refused(fixture: &PostgresFixture, columns: &[(DataType, &str)]) -> Vec<String> {
    let types: Vec<_> = columns.iter().map(|(data_type, _)| *data_type).collect();
    let schema = schema(&types, OnExisting::Fail);
    let declared = columns.iter().enumerate().map(|(at, (_, declared))| format!(", c{at} {declared}"));
    let declared: String = declared.collect();
    let sql = format!("DROP TABLE IF EXISTS t; CREATE TABLE t (id bigint PRIMARY KEY{declared})");
    fixture.client().batch_execute(&sql).unwrap();
    let source = SourceAddress::Database(fixture.url());
    let ports = open(&source, &fixture.url(), &fixture.spec(), &schema, OpenOptions::default()).unwrap();
    let at_start = ports.sink().map(drop);
    let found = xmlshred_databases::differences(&fixture.url(), &schema, &OpenOptions::default()).unwrap();
    let found = found.iter().filter(|found| found.kind == DifferenceKind::TypeDiffers);
    let refused: Vec<_> = found.map(|found| columns[found.column.unwrap() - 1].1.to_owned()).collect();
    assert_eq!(at_start.is_err(), !refused.is_empty(), "{refused:?}: {at_start:?}");
    refused
}

/// Types that read text otherwise than it stands.
const READERS: [&str; 31] = [
    "smallint",
    "integer",
    "bigint",
    "numeric",
    "numeric(9,2)",
    "real",
    "double precision",
    "money",
    "oid",
    "regclass",
    "boolean",
    "date",
    "time",
    "timetz",
    "timestamp",
    "timestamptz",
    "interval",
    "bit(3)",
    "varbit",
    "bytea",
    "name",
    "\"char\"",
    "integer[]",
    "text[]",
    "int4range",
    "point",
    "pair",
    "tsvector",
    "zip",
    "us_zip",
    "flag",
];
/// Types whose form in text is the value.
const KEEPERS: [&str; 14] = [
    "text",
    "varchar(10)",
    "varchar",
    "char(10)",
    "json",
    "jsonb",
    "xml",
    "uuid",
    "inet",
    "cidr",
    "macaddr",
    "mood",
    "short",
    "shorter",
];

#[test]
fn text_goes_only_where_the_server_keeps_it_as_it_stands() {
    let Some(bench) = PostgresBench::start("text in columns of other types on PostgreSQL", &[]) else {
        return;
    };
    let fixture =
        with_table(&bench, &schema(&[], OnExisting::Fail), "CREATE TABLE t (id bigint PRIMARY KEY)");
    let types = "CREATE TYPE mood AS ENUM ('sad'); CREATE DOMAIN short AS varchar(5); CREATE DOMAIN shorter AS short; \
                 CREATE DOMAIN zip AS integer; CREATE DOMAIN us_zip AS zip; CREATE DOMAIN flag AS boolean; \
                 CREATE TYPE pair AS (a integer, b integer)";
    fixture.client().batch_execute(types).unwrap();
    for text in [DataType::VarChar(10), DataType::Char(5), DataType::Text, DataType::Xml, DataType::Json] {
        let columns =
            |declared: &[&'static str]| -> Vec<_> { declared.iter().map(|name| (text, *name)).collect() };
        assert_eq!(refused(&fixture, &columns(&READERS)), READERS, "{text}");
        assert!(refused(&fixture, &columns(&KEEPERS)).is_empty(), "{text}");
    }
    // What is no text has one form in text, and none of that is cut off; numbers and times go where none is rounded.
    let kept = [
        (DataType::Bool, "text"),
        (DataType::Int, "varchar(3)"),
        (DataType::Bool, "integer"),
        (DataType::Decimal { precision: 15, scale: 2 }, "double precision"),
        (DataType::Int, "double precision"),
        (DataType::SmallInt, "real"),
        (DataType::TimestampTz, "timestamp"),
    ];
    assert!(refused(&fixture, &kept).is_empty());
    let changed = [
        (DataType::Uuid, "name"),
        (DataType::Bool, "\"char\""),
        (DataType::Int, "boolean"),
        (DataType::Int, "money"),
        (DataType::Double, "numeric"),
        (DataType::Double, "real"),
        (DataType::Decimal { precision: 16, scale: 2 }, "double precision"),
        (DataType::BigInt, "double precision"),
        (DataType::Int, "real"),
        (DataType::Timestamp, "date"),
        (DataType::Timestamp, "time"),
        (DataType::Time, "interval"),
        (DataType::Bool, "smallint"),
    ];
    assert_eq!(refused(&fixture, &changed), changed.map(|(_, declared)| declared));
}

#[test]
fn columns_that_would_change_values_are_refused_before_anything_is_read_all_at_once() {
    let Some(bench) = PostgresBench::start("columns that change values on PostgreSQL", &[]) else { return };
    let decimal = DataType::Decimal { precision: 8, scale: 2 };
    let types = [decimal, decimal, DataType::Double, DataType::Timestamp, DataType::Timestamp, DataType::Int];
    let schema = schema(&types, OnExisting::Fail);
    let create = "CREATE TABLE t (id bigint PRIMARY KEY, c0 numeric(8,1), c1 int, c2 real, c3 date, c4 timestamp(3), c5 smallint)";
    let fixture = with_table(&bench, &schema, create);
    let error = fixture.ports().sink().err().unwrap();
    assert_eq!(error.fault, Fault::WrongTable { table: "t".to_owned() });
    assert_eq!(
        error.message,
        "the target's columns would change the contract's values: `t.c0 numeric(8,1) for decimal(8,2)`, \
         `t.c1 integer for decimal(8,2)`, `t.c2 real for double`, `t.c3 date for timestamp`, \
         `t.c4 timestamp(3) without time zone for timestamp`"
    );
}

#[test]
fn identity_columns_are_the_servers_unless_the_contract_names_them() {
    let Some(bench) = PostgresBench::start("identity columns on PostgreSQL", &[]) else { return };
    let own = "CREATE TABLE t (number int GENERATED ALWAYS AS IDENTITY, id bigint PRIMARY KEY, c0 text)";
    let named = "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, c0 text)";
    for on_existing in [OnExisting::Fail, OnExisting::Skip, OnExisting::Replace] {
        let schema = schema(&[DataType::Text], on_existing);
        let fixture = with_table(&bench, &schema, own);
        load(&fixture, 1, &[&[Value::Int(8), Value::Text("a")], &[Value::Int(9), Value::Text("b")]]).unwrap();
        assert_eq!(shown(&fixture), ["(1,8,a)", "(2,9,b)"], "{on_existing:?}");
        let fixture = with_table(&bench, &schema, named);
        load(&fixture, 1, &[&[Value::Int(8), Value::Text("a")]]).unwrap();
        assert_eq!(shown(&fixture), ["(8,a)"], "{on_existing:?}");
    }
}

#[test]
fn the_last_of_several_rows_with_one_key_replaces_the_others() {
    let Some(bench) = PostgresBench::start("replacing rows on PostgreSQL", &[]) else { return };
    let rows: &[&[Value<'_>]] = &[
        &[Value::Int(1), Value::Text("first")],
        &[Value::Int(2), Value::Null],
        &[Value::Int(1), Value::Text("last")],
    ];
    for (on_existing, expected) in [(OnExisting::Skip, "(1,first)"), (OnExisting::Replace, "(1,last)")] {
        let schema = schema(&[DataType::Text], on_existing);
        let fixture = with_table(&bench, &schema, "CREATE TABLE t (id bigint PRIMARY KEY, c0 text)");
        load(&fixture, 1, rows).unwrap();
        assert_eq!(shown(&fixture), [expected, "(2,)"]);
        load(&fixture, 2, &[&[Value::Int(2), Value::Text("later")]]).unwrap();
        let second = if on_existing == OnExisting::Skip { "(2,)" } else { "(2,later)" };
        assert_eq!(shown(&fixture), [expected, second]);
    }
}

#[test]
fn a_refusal_in_the_middle_of_much_data_is_told_as_what_it_is() {
    let Some(bench) = PostgresBench::start("refusals in the middle on PostgreSQL", &[]) else { return };
    let schema = schema(&[DataType::Text], OnExisting::Fail);
    let create = "CREATE TABLE t (id bigint PRIMARY KEY, c0 text CHECK (length(c0) > 3))";
    let fixture = with_table(&bench, &schema, create);
    let long = "x".repeat(1 << 20);
    let rows: Vec<[Value<'_>; 2]> =
        (0..30).map(|id| [Value::Int(id), Value::Text(if id == 1 { "x" } else { &long })]).collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(|row| &row[..]).collect();
    let error = load(&fixture, 1, &rows).unwrap_err();
    assert_eq!(error.fault, Fault::CheckViolation { table: Some("t".to_owned()) }, "{error}");
    assert_eq!(load(&fixture, 1, &rows[2..]).unwrap(), 28);
}

#[test]
fn values_are_the_same_whatever_time_zone_and_styles_role_database_and_address_have() {
    let Some(bench) = PostgresBench::start("settings of sessions on PostgreSQL", &[]) else { return };
    let types = [DataType::Timestamp, DataType::TimestampTz, DataType::TimestampTz, DataType::Double];
    let schema = schema(&types, OnExisting::Fail);
    let create = "CREATE TABLE t (id bigint PRIMARY KEY, c0 timestamptz, c1 timestamp, c2 text, c3 text)";
    let fixture = with_table(&bench, &schema, create);
    fixture
        .client()
        .batch_execute(
            "ALTER DATABASE postgres SET TimeZone = 'Asia/Tokyo'; ALTER DATABASE postgres SET DateStyle = 'SQL, DMY'; \
             ALTER ROLE CURRENT_USER SET TimeZone = 'America/New_York'; ALTER ROLE CURRENT_USER SET extra_float_digits = 0",
        )
        .unwrap();
    let ports = |more: &str| {
        let name = fixture.client().query_one("SELECT current_schema()", &[]).unwrap().get::<_, String>(0);
        let options = format!("postgres?options=-csearch_path%3D{name}{more}");
        let url = DatabaseUrl::parse(&bench.server.url(&options), &|_| None).unwrap();
        let source = SourceAddress::Database(url.clone());
        open(&source, &url, &fixture.spec(), &schema, OpenOptions::default()).unwrap()
    };
    ports("").journal().unwrap().create_tables().unwrap();
    let noon = 1_704_196_800_000_000;
    let cells = [
        Value::Timestamp(noon),
        Value::TimestampTz(noon),
        Value::TimestampTz(noon),
        Value::Double(0.1 + 0.2),
    ];
    for (key, more) in [(1, ""), (2, "%20-cTimeZone%3DEurope/Berlin%20-cDateStyle%3DGerman")] {
        let row = [&[Value::Int(key)], &cells[..]].concat();
        let loaded = batch(&schema, key, &[&row]);
        ports(more).sink().unwrap().commit(&loaded, &identity(0, 1), FailedDocuments::Leave).unwrap();
    }
    let sql = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO';";
    fixture.client().batch_execute(sql).unwrap();
    let sql = "SELECT concat_ws('|', c0, c1, c2, c3) FROM t ORDER BY id";
    let rows = fixture.client().query(sql, &[]).unwrap();
    let expected = "2024-01-02 12:00:00+00|2024-01-02 12:00:00|2024-01-02 12:00:00+00|0.30000000000000004";
    assert_eq!(rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>(), [expected; 2]);
    let log = "SELECT DISTINCT processing_time::text FROM processing_log";
    assert_eq!(fixture.client().query(log, &[]).unwrap().len(), 1);
}

#[test]
fn sessions_are_named_and_set_up_but_what_the_user_set_stays() {
    let Some(bench) = PostgresBench::start("names of sessions on PostgreSQL", &[]) else { return };
    let schema = schema(&[], OnExisting::Fail);
    let fixture = with_table(&bench, &schema, "CREATE TABLE t (id bigint PRIMARY KEY)");
    let application_name = "xmlshred 9.9 instance 1/3".to_owned();
    let options = OpenOptions { application_name, ..OpenOptions::default() };
    let source = SourceAddress::Database(fixture.url());
    let ports = open(&source, &fixture.url(), &fixture.spec(), &schema, options).unwrap();
    let (_source, _sink, _journal) =
        (ports.source().unwrap(), ports.sink().unwrap(), ports.journal().unwrap());
    let names = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'xmlshred 9.9 instance 1/3'";
    let count: i64 = fixture.client().query_one(names, &[]).unwrap().get(0);
    assert_eq!(count, 3);

    let text = bench.server.url("postgres?options=-cstatement_timeout%3D200&application_name=own");
    let url = DatabaseUrl::parse(&text, &|_| None).unwrap();
    let source = SourceAddress::Database(url.clone());
    let slow = xmlshred_mapping::contract::SourceSpec {
        where_sql: Some("pg_sleep(10) IS NOT NULL".to_owned()),
        schema: Some("public".to_owned()),
        ..fixture.spec()
    };
    fixture
        .client()
        .batch_execute("CREATE TABLE public.app_xml AS SELECT 1::bigint AS app_id, '' AS xml")
        .unwrap();
    let ports = open(&source, &url, &slow, &schema, OpenOptions::default()).unwrap();
    let error = ports.source().unwrap().keys(&crate::sqlite::ALL, None, 9).unwrap_err();
    assert_eq!(error.fault, Fault::Timeout, "{error}");
}
