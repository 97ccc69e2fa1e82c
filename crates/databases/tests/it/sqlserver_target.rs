//! What is particular to SQL Server as a target where the server decides: identity columns, triggers, races, long texts, names.

use std::sync::mpsc;

use xmlshred_engine::ports::{FailedDocuments, Fault};
use xmlshred_engine::testing::Fixture;
use xmlshred_model::{DataType, OnExisting, OwnedValue, Value};

use crate::postgres_target::{batch, schema};
use crate::several_writers::identity;
use crate::sqlserver::SqlServerBench;
use crate::sqlserver_columns::{load, shown, with_table};

const EVERY: [OnExisting; 3] = [OnExisting::Fail, OnExisting::Skip, OnExisting::Replace];

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn identity_columns_that_the_contract_names_get_its_values_on_every_way() {
    let Some(bench) = SqlServerBench::start("identity columns on every way on SQL Server") else { return };
    let long = "x".repeat(70_000);
    for on_existing in EVERY {
        let schema = schema(&[DataType::Text], on_existing);
        let create = "CREATE TABLE t (id bigint IDENTITY(1,1) NOT NULL PRIMARY KEY, c0 nvarchar(max))";
        let fixture = with_table(&bench, &schema, create);
        let rows: &[&[Value<'_>]] =
            &[&[Value::Int(8), Value::Text("a")], &[Value::Int(9), Value::Text(&long)]];
        assert_eq!(load(&fixture, 1, rows).unwrap(), 2, "{on_existing:?}");
        let columns = "id, CONCAT(LEFT(c0, 1), LEN(c0))";
        assert_eq!(shown(&fixture, columns), [(8, text("a1")), (9, text("x70000"))], "{on_existing:?}");
        // Afterwards the server numbers rows again.
        fixture.run("INSERT INTO t (c0) VALUES (N'own')");
    }
}

#[test]
fn rows_that_triggers_write_are_not_counted_as_rows_of_the_table() {
    let Some(bench) = SqlServerBench::start("triggers on SQL Server") else { return };
    // Straight loads are left out: Babelfish fires no triggers in them.
    for on_existing in [OnExisting::Skip, OnExisting::Replace] {
        let schema = schema(&[DataType::Text], on_existing);
        let create = "CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, c0 nvarchar(9))";
        let fixture = with_table(&bench, &schema, create);
        fixture.run("CREATE TABLE audit (id bigint)");
        fixture.run(
            "CREATE TRIGGER t_audit ON t AFTER INSERT AS \
             INSERT INTO audit SELECT id FROM inserted; INSERT INTO audit SELECT id FROM inserted",
        );
        let rows: &[&[Value<'_>]] = &[&[Value::Int(1), Value::Null], &[Value::Int(2), Value::Null]];
        assert_eq!(load(&fixture, 1, rows).unwrap(), 2, "{on_existing:?}");
        let audited = fixture.query("SELECT CAST(count(*) AS bigint) FROM audit")[0].get::<i64, _>(0);
        assert_eq!(audited, Some(4), "{on_existing:?}");
    }
}

#[test]
fn a_row_that_another_session_inserts_at_the_same_time_is_skipped_or_replaced_as_one_that_was_there() {
    let Some(bench) = SqlServerBench::start("two sessions with one row on SQL Server") else { return };
    for (on_existing, expected) in [(OnExisting::Skip, "theirs"), (OnExisting::Replace, "ours")] {
        let schema = schema(&[DataType::Text], on_existing);
        let create = "CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, c0 nvarchar(9))";
        let fixture = with_table(&bench, &schema, create);
        let mut sink = fixture.ports().sink().unwrap();
        fixture.run("BEGIN TRANSACTION; INSERT INTO t VALUES (1, N'theirs')");
        let (send, loaded) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let batch = batch(&schema, 1, &[&[Value::Int(1), Value::Text("ours")]]);
                let commit = sink.commit(&batch, &identity(0, 1), FailedDocuments::Leave);
                send.send(commit).unwrap();
            });
            wait_until_blocked(&fixture);
            fixture.run("COMMIT");
        });
        let commit = loaded.recv().unwrap().unwrap();
        assert_eq!(commit.already_done, []);
        assert_eq!(shown(&fixture, "id, c0"), [(1, text(expected))]);
        assert_eq!(fixture.log()[0].status, "success");
    }
}

/// Returns when another session waits for this one.
fn wait_until_blocked(fixture: &crate::sqlserver::SqlServerFixture) {
    // Babelfish takes whoever shares a lock for one that waits, but tells who really does.
    let waiting = "SELECT CAST(count(*) AS bigint) FROM sys.sysprocesses WHERE blocked = @@SPID \
                   AND (lastwaittype LIKE 'LCK%' OR lastwaittype LIKE 'Lock%')";
    while fixture.query(waiting)[0].get::<i64, _>(0) == Some(0) {
        std::thread::yield_now();
    }
}

#[test]
fn a_null_where_the_target_takes_none_is_told_as_that_whatever_the_type() {
    let Some(bench) = SqlServerBench::start("nulls on SQL Server") else { return };
    for (on_existing, server_type, data_type) in [
        (OnExisting::Fail, "int", DataType::Int),
        (OnExisting::Fail, "nvarchar(9)", DataType::Text),
        (OnExisting::Skip, "int", DataType::Int),
        (OnExisting::Replace, "datetime2(6)", DataType::Timestamp),
    ] {
        let schema = schema(&[data_type], on_existing);
        let create = format!("CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, c0 {server_type} NOT NULL)");
        let fixture = with_table(&bench, &schema, &create);
        let error = load(&fixture, 1, &[&[Value::Int(1), Value::Null]]).unwrap_err();
        let expected = Fault::NotNullViolation { table: text("t"), column: None };
        assert_eq!(error.fault, expected, "{on_existing:?} {server_type}: {error}");
    }
}

#[test]
fn text_that_a_code_page_lacks_is_refused_however_long_it_is() {
    let Some(bench) = SqlServerBench::start("code pages on SQL Server") else { return };
    let long_plain = "\u{e9}".repeat(70_000);
    let long_foreign = format!("{}\u{4e2d}", "x".repeat(70_000));
    for on_existing in EVERY {
        let schema = schema(&[DataType::Text], on_existing);
        let create = "CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, c0 varchar(max))";
        let fixture = with_table(&bench, &schema, create);
        for (key, refused) in [(1, "\u{4e2d}"), (2, &long_foreign)] {
            let error = load(&fixture, key, &[&[Value::Int(key), Value::Text(refused)]]).unwrap_err();
            let expected = Fault::ValueRejected { table: text("t"), column: None };
            assert_eq!(error.fault, expected, "{on_existing:?} {}: {error}", refused.len());
        }
        load(&fixture, 3, &[&[Value::Int(3), Value::Text(&long_plain)]]).unwrap();
        assert_eq!(shown(&fixture, "id, CAST(LEN(c0) AS varchar(9))"), [(3, text("70000"))]);
        assert_eq!(fixture.rows(0)[0][1], OwnedValue::Text(long_plain.clone()));
    }
}

#[test]
fn names_may_be_anything_that_brackets_can_hold() {
    let Some(bench) = SqlServerBench::start("unusual names on SQL Server") else { return };
    for on_existing in EVERY {
        let mut schema = (*schema(&[DataType::Text], on_existing)).clone();
        schema.tables[0].columns[1].name = "a b'; --\u{e9}".to_owned();
        let fixture = bench.database(&schema.clone().into(), "nvarchar(max)");
        fixture.ports().journal().unwrap().create_tables().unwrap();
        load(&fixture, 1, &[&[Value::Int(1), Value::Text("x")]]).unwrap();
        assert_eq!(shown(&fixture, "id, [a b'; --\u{e9}]"), [(1, text("x"))], "{on_existing:?}");
    }
}

#[test]
fn keys_of_text_are_compared_as_the_target_compares_them() {
    let Some(bench) = SqlServerBench::start("keys of text on SQL Server") else { return };
    let schema = schema(&[DataType::VarChar(9)], OnExisting::Skip);
    let mut schema = (*schema).clone();
    schema.tables[0].primary_key = vec![1];
    let schema = schema.into();
    let create = "CREATE TABLE t (id bigint NOT NULL, c0 nvarchar(9) COLLATE Latin1_General_CI_AS NOT NULL PRIMARY KEY)";
    let fixture = with_table(&bench, &schema, create);
    load(&fixture, 1, &[&[Value::Int(1), Value::Text("Key")], &[Value::Int(2), Value::Text("KEY")]]).unwrap();
    load(&fixture, 2, &[&[Value::Int(3), Value::Text("key")]]).unwrap();
    assert_eq!(shown(&fixture, "id, c0"), [(1, text("Key"))]);
}

#[test]
fn a_log_whose_columns_have_other_types_is_filled_when_they_keep_the_values() {
    let Some(bench) = SqlServerBench::start("a log of other types on SQL Server") else { return };
    let schema = schema(&[], OnExisting::Fail);
    let fixture = bench.database(&schema, "nvarchar(max)");
    fixture.run("CREATE TABLE t (id bigint NOT NULL PRIMARY KEY)");
    let log = |processed_at: &str| {
        format!(
            "CREATE TABLE processing_log (log_id int IDENTITY(1,1), app_id int NOT NULL UNIQUE, status varchar(10), \
             failure_reason nvarchar(2000), processing_time {processed_at}, session_id varchar(100), instance_id smallint, \
             instance_count smallint, row_count int, issue_count int, contract_hash varchar(64), \
             document_hash varchar(64), duration_ms int)"
        )
    };
    fixture.run(&log("datetime2(7)"));
    fixture.ports().journal().unwrap().create_tables().unwrap();
    load(&fixture, 1, &[&[Value::Int(1)]]).unwrap();
    let logged = fixture.query("SELECT CAST(app_id AS bigint), status FROM processing_log");
    assert_eq!((logged[0].get(0), logged[0].get(1)), (Some(1_i64), Some("success")));
    fixture.run("DROP TABLE processing_log");
    fixture.run(&log("date"));
    let error = fixture.ports().sink().err().unwrap();
    assert_eq!(error.fault, Fault::WrongTable { table: "processing_log".to_owned() }, "{error}");
    assert!(error.message.contains("processing_log.processing_time date for timestamptz"), "{error}");
}

#[test]
fn computed_columns_are_refused_before_anything_is_read() {
    let Some(bench) = SqlServerBench::start("computed columns on SQL Server") else { return };
    let schema = schema(&[DataType::BigInt], OnExisting::Fail);
    let create = "CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, c0 AS id * 2)";
    let fixture = with_table(&bench, &schema, create);
    let error = fixture.ports().sink().err().unwrap();
    assert_eq!(error.fault, Fault::WrongTable { table: "t".to_owned() }, "{error}");
    assert!(error.message.contains("takes no values for them: t.c0"), "{error}");
}

#[test]
fn a_refusal_in_the_middle_of_much_data_is_told_as_what_it_is() {
    let Some(bench) = SqlServerBench::start("refusals in the middle on SQL Server") else { return };
    let schema = schema(&[DataType::Text], OnExisting::Fail);
    let create = "CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, c0 nvarchar(max) CHECK (len(c0) > 3))";
    let fixture = with_table(&bench, &schema, create);
    let long = "x".repeat(30_000);
    let rows: Vec<[Value<'_>; 2]> =
        (0..400).map(|id| [Value::Int(id), Value::Text(if id == 1 { "x" } else { &long })]).collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(|row| &row[..]).collect();
    let mut sink = fixture.ports().sink().unwrap();
    let refused = batch(&schema, 1, &rows);
    let error = sink.commit(&refused, &identity(0, 1), FailedDocuments::Leave).unwrap_err();
    assert_eq!(error.fault, Fault::CheckViolation { table: text("t") }, "{error}");
    // The same sink goes on.
    let taken = batch(&schema, 1, &rows[2..]);
    let commit = sink.commit(&taken, &identity(0, 1), FailedDocuments::Leave).unwrap();
    assert_eq!(commit.table_row_counts, [398]);
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
