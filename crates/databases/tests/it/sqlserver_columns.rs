//! What is particular to columns of SQL Server: which take values as they are, which by a detour, which are refused.

use std::sync::Arc;

use xmlshred_engine::ports::{FailedDocuments, Fault, PortError};
use xmlshred_engine::testing::Fixture;
use xmlshred_model::{DataType, Decimal, OnExisting, TargetSchema, Value};

use crate::postgres_target::{batch, schema};
use crate::several_writers::identity;
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
fn columns_that_the_driver_declares_wrongly_are_reached_by_a_detour_and_lose_nothing() {
    let Some(bench) = SqlServerBench::start("columns of coarser time and long text on SQL Server") else {
        return;
    };
    let types = [DataType::Time, DataType::TimestampTz, DataType::VarChar(3_000)];
    let schema = schema(&types, OnExisting::Fail);
    let create = "CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, c0 time(3), c1 datetimeoffset(0), c2 nvarchar(3000))";
    let fixture = with_table(&bench, &schema, create);
    let row = |id, time, micros, text| {
        [Value::Int(id), Value::Time(time), Value::TimestampTz(micros), Value::Text(text)]
    };
    let long = "\u{e9}".repeat(3_000);
    let nulls = [Value::Int(2), Value::Null, Value::Null, Value::Null];
    assert_eq!(load(&fixture, 1, &[&row(1, 1_000, 1_000_000, &long), &nulls]).unwrap(), 2);
    let columns = "CAST(COALESCE(LEN(c2), 0) AS bigint), CONCAT(c0, N'|', c1)";
    let shown = shown(&fixture, columns);
    assert_eq!(shown[0], (3_000, Some("00:00:00.001|1970-01-01 00:00:01 +00:00".to_owned())));
    // Finer than the columns, and too long.
    let longer = "x".repeat(3_001);
    for row in [row(3, 1, 0, ""), row(3, 0, 1, ""), row(3, 0, 0, &longer)] {
        let error = load(&fixture, 2, &[&row]).unwrap_err();
        assert!(matches!(error.fault, Fault::ValueRejected { .. }), "{error}");
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
        "the target's columns cannot take values unchanged: \
         `t.c0 decimal(8,1) for decimal(8,2)`, `t.c1 real for double`, `t.c2 date for timestamp`"
    );
}
