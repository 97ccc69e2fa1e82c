//! Rows that the target takes without an error and does not keep: no count has them.

use std::sync::Arc;
use xmlshred_engine::testing::number;

use xmlshred_engine::ports::{Commit, FailedDocuments, Fault, Ports};
use xmlshred_engine::testing::Fixture;
use xmlshred_model::{
    Batch, BatchBuilder, DataType, DocumentKey, DocumentRecord, OnExisting, Outcome, TargetSchema, Value,
};

use crate::postgres::{PostgresBench, PostgresFixture};
use crate::postgres_target::schema;
use crate::several_writers::identity;
use crate::sqlite::SqliteFixture;

/// Documents of three rows each: of document 1 rows 10, 11 and 12, and so on.
fn documents(schema: &Arc<TargetSchema>, keys: &[i64]) -> Batch {
    let mut builder = BatchBuilder::new(Arc::clone(schema));
    for key in keys {
        for id in key * 10..key * 10 + 3 {
            builder.push_row(0, &[Value::Int(id), Value::Int(id)]);
        }
        builder.finish_document(DocumentRecord {
            key: DocumentKey::Int(*key),
            outcome: Outcome::Success,
            issues: Vec::new(),
            document_hash: 0,
            source_version: None,
            byte_count: 1,
            duration: std::time::Duration::ZERO,
            processed_at: 0,
        });
    }
    builder.finish()
}

fn commit(ports: &dyn Ports, batch: &Batch) -> Commit {
    ports.sink().unwrap().commit(batch, &identity(0, 1), FailedDocuments::Leave).unwrap()
}

/// Rows that each document has by the log, in order of the keys.
fn logged(fixture: &dyn Fixture) -> Vec<(i64, i64)> {
    let mut logged: Vec<_> = fixture.log().iter().map(|row| (number(&row.key), row.row_count)).collect();
    logged.sort_unstable();
    logged
}

/// What is counted when the target drops rows 11, 20, 21 and 22 of three documents; and once more, by a sink that knows it by then.
fn check_counted(fixture: &dyn Fixture, schema: &Arc<TargetSchema>) {
    let ports = fixture.ports();
    let mut sink = ports.sink().unwrap();
    let mut commit = |keys: &[i64]| {
        sink.commit(&documents(schema, keys), &identity(0, 1), FailedDocuments::Leave).unwrap()
    };
    let first = commit(&[1, 2, 3]);
    assert_eq!((first.table_row_counts, first.dropped_row_counts), (vec![5], vec![4]));
    let second = commit(&[4, 5]);
    assert_eq!((second.table_row_counts, second.dropped_row_counts), (vec![6], vec![]));
    assert_eq!(logged(fixture), [(1, 2), (2, 0), (3, 3), (4, 3), (5, 3)]);
    assert_eq!(fixture.rows(0).len(), 11);
}

fn sqlite(schema: &Arc<TargetSchema>, create: &str) -> SqliteFixture {
    let fixture = SqliteFixture { folder: tempfile::tempdir().unwrap(), schema: Arc::clone(schema) };
    fixture
        .connection()
        .execute_batch("CREATE TABLE app_xml (app_id INTEGER PRIMARY KEY, xml TEXT)")
        .unwrap();
    fixture.connection().execute_batch(create).unwrap();
    fixture.ports().journal().unwrap().create_tables().unwrap();
    fixture
}

#[test]
fn a_trigger_of_sqlite_that_ignores_rows_is_noticed() {
    for on_existing in [OnExisting::Fail, OnExisting::Skip, OnExisting::Replace] {
        let schema = schema(&[DataType::BigInt], on_existing);
        let create = "CREATE TABLE t (id INTEGER PRIMARY KEY, c0 INTEGER);
            CREATE TRIGGER picky BEFORE INSERT ON t WHEN NEW.id IN (11, 20, 21, 22)
            BEGIN SELECT RAISE(IGNORE); END";
        check_counted(&sqlite(&schema, create), &schema);
    }
}

#[test]
fn a_conflict_that_a_table_of_sqlite_ignores_is_noticed() {
    let schema = schema(&[DataType::BigInt], OnExisting::Fail);
    let create = "CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT IGNORE, c0 INTEGER); INSERT INTO t VALUES (11, 0)";
    let fixture = sqlite(&schema, create);
    let commit = commit(&*fixture.ports(), &documents(&schema, &[1, 2]));
    assert_eq!((commit.table_row_counts, commit.dropped_row_counts), (vec![5], vec![1]));
    assert_eq!(logged(&fixture), [(1, 2), (2, 3)]);
}

#[test]
fn rows_that_were_there_are_not_dropped_ones() {
    for on_existing in [OnExisting::Skip, OnExisting::Replace] {
        let schema = schema(&[DataType::BigInt], on_existing);
        let fixture = sqlite(
            &schema,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, c0 INTEGER); INSERT INTO t VALUES (11, 0)",
        );
        assert_eq!(commit(&*fixture.ports(), &documents(&schema, &[1, 2])).dropped_row_counts, [0; 0]);
        assert_eq!(logged(&fixture), [(1, 3), (2, 3)]);
    }
}

#[test]
fn what_the_triggers_of_a_view_in_sqlite_do_is_not_told_and_counts_as_done() {
    let schema = schema(&[DataType::BigInt], OnExisting::Fail);
    let create = "CREATE TABLE other (id, c0); CREATE VIEW t AS SELECT id, c0 FROM other;
        CREATE TRIGGER into_other INSTEAD OF INSERT ON t BEGIN INSERT INTO other VALUES (NEW.id, NEW.c0); END";
    let fixture = sqlite(&schema, create);
    let commit = commit(&*fixture.ports(), &documents(&schema, &[1]));
    assert_eq!((commit.table_row_counts, commit.dropped_row_counts), (vec![3], vec![]));
    assert_eq!(logged(&fixture), [(1, 3)]);
}

const PICKY: &str = "CREATE FUNCTION picky() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.id IN (11, 20, 21, 22) THEN RETURN NULL; END IF; RETURN NEW; END $$;
    CREATE TRIGGER picky BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION picky()";

fn postgres(bench: &PostgresBench, schema: &Arc<TargetSchema>, create: &str) -> PostgresFixture {
    let fixture = bench.database(schema, "text");
    fixture.client().batch_execute(create).unwrap();
    fixture.ports().journal().unwrap().create_tables().unwrap();
    fixture
}

#[test]
fn a_trigger_of_postgres_that_returns_null_is_noticed_on_every_way() {
    let Some(bench) = PostgresBench::start("dropped rows on PostgreSQL", &[]) else { return };
    // Straight, through a temporary table because of a conversion, and because of existing rows.
    for (c0, on_existing) in [
        ("bigint", OnExisting::Fail),
        ("numeric(20)", OnExisting::Fail),
        ("bigint", OnExisting::Skip),
        ("bigint", OnExisting::Replace),
    ] {
        let schema = schema(&[DataType::BigInt], on_existing);
        let create = format!("CREATE TABLE t (id bigint PRIMARY KEY, c0 {c0}); {PICKY}");
        check_counted(&postgres(&bench, &schema, &create), &schema);
    }
}

#[test]
fn rows_that_were_there_in_postgres_are_not_dropped_ones() {
    let Some(bench) = PostgresBench::start("skipped rows on PostgreSQL", &[]) else { return };
    for on_existing in [OnExisting::Skip, OnExisting::Replace] {
        let schema = schema(&[DataType::BigInt], on_existing);
        let create = "CREATE TABLE t (id bigint PRIMARY KEY, c0 bigint); INSERT INTO t VALUES (11, 0)";
        let fixture = postgres(&bench, &schema, create);
        assert_eq!(commit(&*fixture.ports(), &documents(&schema, &[1, 2])).dropped_row_counts, [0; 0]);
        assert_eq!(logged(&fixture), [(1, 3), (2, 3)]);
    }
}

#[test]
fn documents_that_failed_or_are_done_lose_nothing_to_others() {
    let Some(bench) = PostgresBench::start("dropped rows beside others on PostgreSQL", &[]) else { return };
    let schema = schema(&[DataType::BigInt], OnExisting::Fail);
    let create = format!("CREATE TABLE t (id bigint PRIMARY KEY, c0 bigint); {PICKY}");
    let fixture = postgres(&bench, &schema, &create);
    commit(&*fixture.ports(), &documents(&schema, &[3]));
    let later = commit(&*fixture.ports(), &documents(&schema, &[1, 2, 3, 4]));
    assert_eq!((later.table_row_counts, later.dropped_row_counts), (vec![5], vec![4]));
    assert_eq!(logged(&fixture), [(1, 2), (2, 0), (3, 3), (4, 3)]);
}

/// What comes of a commit of two documents when the log drops the row of the second, without an error: nothing, of both.
fn check_log_row(fixture: &dyn Fixture, schema: &Arc<TargetSchema>) {
    let ports = fixture.ports();
    let mut sink = ports.sink().unwrap();
    let mut commit =
        |keys: &[i64]| sink.commit(&documents(schema, keys), &identity(0, 1), FailedDocuments::Leave);
    let error = commit(&[1, 2]).unwrap_err();
    assert!(error.is_of_log && error.to_string().contains("does not keep it"), "{error}");
    assert_eq!((fixture.rows(0).len(), logged(fixture)), (0, vec![]));
    assert_eq!(commit(&[1, 3]).unwrap().table_row_counts, [6]);
    assert!(commit(&[2]).is_err());
    assert_eq!((fixture.rows(0).len(), logged(fixture)), (6, vec![(1, 3), (3, 3)]));
}

#[test]
fn a_log_row_that_sqlite_drops_takes_its_document_with_it() {
    let schema = schema(&[DataType::BigInt], OnExisting::Fail);
    let fixture = sqlite(&schema, "CREATE TABLE t (id INTEGER, c0 INTEGER)");
    let trigger = "CREATE TRIGGER mute BEFORE INSERT ON processing_log WHEN NEW.app_id = 2 BEGIN SELECT RAISE(IGNORE); END";
    fixture.connection().execute_batch(trigger).unwrap();
    check_log_row(&fixture, &schema);
}

#[test]
fn a_log_row_that_postgres_drops_takes_its_document_with_it() {
    let Some(bench) = PostgresBench::start("dropped log rows on PostgreSQL", &[]) else { return };
    let schema = schema(&[DataType::BigInt], OnExisting::Fail);
    let fixture = postgres(&bench, &schema, "CREATE TABLE t (id bigint, c0 bigint)");
    let trigger = "CREATE FUNCTION mute() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF NEW.app_id = 2 THEN RETURN NULL; END IF; RETURN NEW; END $$;
        CREATE TRIGGER mute BEFORE INSERT ON processing_log FOR EACH ROW EXECUTE FUNCTION mute()";
    fixture.client().batch_execute(trigger).unwrap();
    check_log_row(&fixture, &schema);
}

#[test]
fn a_table_of_sqlite_that_replaces_rows_by_itself_refuses_them_unless_the_contract_says_so() {
    for key in ["id INTEGER PRIMARY KEY ON CONFLICT REPLACE", "id INTEGER UNIQUE ON\n conflict\tReplace"] {
        let schema = schema(&[DataType::BigInt], OnExisting::Fail);
        let create = format!("CREATE TABLE t ({key}, c0 INTEGER); INSERT INTO t VALUES (11, 0)");
        let fixture = sqlite(&schema, &create);
        let mut sink = fixture.ports().sink().unwrap();
        let mut commit =
            |key| sink.commit(&documents(&schema, &[key]), &identity(0, 1), FailedDocuments::Leave);
        assert!(matches!(commit(1).unwrap_err().fault, Fault::UniqueViolation { .. }));
        assert_eq!(commit(2).unwrap().table_row_counts, [3]);
        let zero: i64 =
            fixture.connection().query_row("SELECT c0 FROM t WHERE id = 11", [], |row| row.get(0)).unwrap();
        assert_eq!((zero, fixture.rows(0).len()), (0, 4));
    }
}
