//! Refusals of PostgreSQL: which column, which document, and what is left of the connection.

use xmlshred_databases::{Login, OpenOptions, SourceAddress, open};
use xmlshred_engine::ports::{FailedDocuments, Fault, PortError};
use xmlshred_engine::shredding::Shredders;
use xmlshred_engine::testing::Fixture;
use xmlshred_engine::testing::listening::Deaf;
use xmlshred_engine::testing::words::Words;
use xmlshred_engine::{RunSettings, StopSignal, run_with};
use xmlshred_mapping::Content;
use xmlshred_model::{DataType, DocumentKey, OnExisting, Value};

use crate::postgres::PostgresBench;
use crate::postgres_target::{batch, schema, with_table};
use crate::several_writers::identity;

/// The fault of a document that stands alone, with the column where it is known.
fn column(error: &PortError) -> Option<&str> {
    match &error.fault {
        Fault::ValueRejected { column, .. } => column.as_deref(),
        fault => panic!("{fault:?}: {error}"),
    }
}

#[test]
fn a_refused_value_is_told_with_its_column_however_it_comes_there() {
    let Some(bench) = PostgresBench::start("columns of refused values on PostgreSQL", &[]) else { return };
    let types = [DataType::VarChar(10), DataType::Int, DataType::Int, DataType::Text, DataType::Text];
    let rows = [
        (["sad", "07", "x"], [1, 1], None),
        (["furious", "07", "x"], [1, 1], Some("c0")),
        (["sad", "07", "x"], [70_000, 1], Some("c1")),
        (["sad", "07", "x"], [1, 40_000], Some("doubled")),
        (["sad", "0789", "x"], [1, 1], Some("c3")),
        (["sad", "07", "longer"], [1, 1], Some("c4")),
    ];
    for on_existing in [OnExisting::Fail, OnExisting::Replace] {
        let schema = schema(&types, on_existing);
        // A column that the server casts, one of a domain, one that it cuts in no case, one that it computes.
        let create = "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE DOMAIN short AS varchar(5);
            CREATE TABLE t (id bigint PRIMARY KEY, c0 mood, c1 smallint, c2 int, c3 varchar(3), c4 short,
                tripled int GENERATED ALWAYS AS (c2 * 3) STORED,
                doubled smallint GENERATED ALWAYS AS (c2 * 2) STORED)";
        let fixture = with_table(&bench, &schema, create);
        let mut sink = fixture.ports().sink().unwrap();
        for (key, (texts, numbers, refused)) in (1..).zip(rows) {
            let row = [
                Value::Int(key),
                Value::Text(texts[0]),
                Value::Int(numbers[0]),
                Value::Int(numbers[1]),
                Value::Text(texts[1]),
                Value::Text(texts[2]),
            ];
            let loaded = sink.commit(&batch(&schema, key, &[&row]), &identity(0, 1), FailedDocuments::Leave);
            match (loaded, refused) {
                (Ok(_), None) => {}
                (Err(error), Some(_)) => assert_eq!(column(&error), refused, "{on_existing:?} {error}"),
                (loaded, refused) => panic!("{on_existing:?} {refused:?}: {loaded:?}"),
            }
        }
        assert_eq!(fixture.log().len(), 1);
    }
}

#[test]
fn a_value_that_a_trigger_refuses_is_of_no_column() {
    let Some(bench) = PostgresBench::start("triggers that refuse values on PostgreSQL", &[]) else { return };
    let schema = schema(&[DataType::Int], OnExisting::Fail);
    let create = "CREATE TABLE t (id bigint PRIMARY KEY, c0 int);
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.c0 := 1 / NEW.c0; RETURN NEW; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION refuse()";
    let fixture = with_table(&bench, &schema, create);
    let mut sink = fixture.ports().sink().unwrap();
    let refused = batch(&schema, 1, &[&[Value::Int(1), Value::Int(0)]]);
    let error = sink.commit(&refused, &identity(0, 1), FailedDocuments::Leave).unwrap_err();
    assert_eq!(column(&error), None, "{error}");
}

#[test]
fn a_copy_that_is_refused_before_its_first_row_leaves_a_sink_that_goes_on() {
    let Some(bench) = PostgresBench::start("statement triggers on PostgreSQL", &[]) else { return };
    let schema = schema(&[], OnExisting::Fail);
    let create = "CREATE TABLE t (id bigint PRIMARY KEY); CREATE TABLE gate (is_open bool);
        CREATE FUNCTION closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NOT EXISTS (SELECT FROM gate) THEN RAISE EXCEPTION 'closed' USING ERRCODE = '45000'; END IF; RETURN NULL;
        END $$;
        CREATE TRIGGER closed BEFORE INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION closed()";
    let fixture = with_table(&bench, &schema, create);
    let mut sink = fixture.ports().sink().unwrap();
    let mut load =
        || sink.commit(&batch(&schema, 1, &[&[Value::Int(1)]]), &identity(0, 1), FailedDocuments::Leave);
    for _ in 0..3 {
        let error = load().unwrap_err();
        assert!(matches!(&error.fault, Fault::Refused { code, .. } if code == "SQLSTATE 45000"), "{error}");
    }
    fixture.client().batch_execute("INSERT INTO gate VALUES (true)").unwrap();
    assert_eq!(load().unwrap().table_row_counts, [1]);
}

#[test]
fn a_table_with_row_level_security_takes_the_rows_that_its_policy_allows() {
    let Some(bench) = PostgresBench::start("row-level security on PostgreSQL", &[]) else { return };
    let schema = schema(&[DataType::Text], OnExisting::Fail);
    let create = "CREATE TABLE t (id bigint PRIMARY KEY, c0 text); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
        CREATE POLICY mine ON t WITH CHECK (c0 <> 'theirs')";
    let fixture = with_table(&bench, &schema, create);
    fixture
        .client()
        .batch_execute(
            "DO $$ BEGIN
                CREATE ROLE guarded LOGIN PASSWORD 'x';
                EXECUTE format('GRANT USAGE ON SCHEMA %I TO guarded', current_schema());
                EXECUTE format('GRANT ALL ON ALL TABLES IN SCHEMA %I TO guarded', current_schema());
                EXECUTE format('GRANT ALL ON ALL SEQUENCES IN SCHEMA %I TO guarded', current_schema());
             END $$",
        )
        .unwrap();
    let login = Login { username: Some("guarded".to_owned()), password: Some("x".to_owned().into()) };
    let url = fixture.url().with_login(&login);
    let source = SourceAddress::Database(url.clone());
    let ports = open(&source, &url, &fixture.spec(), &schema, OpenOptions::default()).unwrap();
    let mut sink = ports.sink().unwrap();
    let mut load = |key, text| {
        let row = [Value::Int(key), Value::Text(text)];
        sink.commit(&batch(&schema, key, &[&row]), &identity(0, 1), FailedDocuments::Leave)
    };
    assert_eq!(load(1, "mine").unwrap().table_row_counts, [1]);
    let error = load(2, "theirs").unwrap_err();
    assert_eq!(error.fault, Fault::AccessDenied, "{error}");
    assert!(error.message.contains("row-level security"), "{error}");
    assert_eq!(load(3, "mine").unwrap().table_row_counts, [1]);
}

/// What a trigger does to its session for the row with `spoils`, while it takes the row.
const SPOILING: [&str; 8] = [
    "PERFORM set_config('search_path', 'pg_catalog', false)",
    "SET search_path = pg_catalog",
    "SET ROLE powerless",
    "CREATE TEMP TABLE processing_log (a int)",
    "CREATE TEMP TABLE t (a int)",
    "EXECUTE 'DEALLOCATE ALL'",
    "SET default_transaction_read_only = on",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
];

#[test]
fn a_trigger_that_changes_the_session_fails_no_document_and_stops_no_run() {
    let Some(bench) = PostgresBench::start("triggers that change sessions on PostgreSQL", &[]) else {
        return;
    };
    for spoiling in SPOILING {
        let words = Words::new();
        let fixture = bench.database(words.schema(), "text");
        let table = &words.schema().tables[1].name;
        fixture.ports().journal().unwrap().create_tables().unwrap();
        fixture
            .client()
            .batch_execute(&format!(
                "DO $$ BEGIN CREATE ROLE powerless; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                 CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF NEW::text LIKE '%spoils%' THEN {spoiling}; END IF; RETURN NEW; END $$;
                 CREATE TRIGGER spoil AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION spoil()"
            ))
            .unwrap();
        for key in 1..=40 {
            let text = if key % 13 == 0 { "one spoils" } else { "one two" };
            fixture.insert_document(&DocumentKey::Int(key), Some(Content::Text(text)));
        }
        let settings = RunSettings { batch_size: 3.try_into().unwrap(), ..RunSettings::default() };
        let summary =
            run_with(&*fixture.ports(), &words, &identity(0, 1), &settings, &Deaf, &StopSignal::new());
        let totals = summary.unwrap_or_else(|error| panic!("{spoiling}: {error}")).totals;
        assert_eq!((totals.success_count, totals.failed_count), (40, 0), "{spoiling}");
    }
}

/// What a trigger does to its session, so that values that come later would be others.
const SHIFTING: [&str; 3] = [
    "SET TimeZone = 'America/New_York'",
    "PERFORM set_config('client_encoding', 'LATIN1', false)",
    "SET DateStyle = 'SQL, DMY'",
];

#[test]
fn a_trigger_that_changes_what_values_mean_fails_its_document_and_shifts_no_other() {
    let Some(bench) = PostgresBench::start("triggers that shift values on PostgreSQL", &[]) else { return };
    let schema = schema(&[DataType::Timestamp, DataType::Text], OnExisting::Fail);
    for shifting in SHIFTING {
        let create = format!(
            "CREATE TABLE t (id bigint PRIMARY KEY, c0 timestamptz, c1 text);
             CREATE FUNCTION shift() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.id = 2 THEN {shifting}; END IF; RETURN NEW; END $$;
             CREATE TRIGGER shift BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION shift()"
        );
        let fixture = with_table(&bench, &schema, &create);
        let mut sink = fixture.ports().sink().unwrap();
        let mut load = |key| {
            let row = [Value::Int(key), Value::Timestamp(0), Value::Text("Z\u{fc}rich")];
            sink.commit(&batch(&schema, key, &[&row]), &identity(0, 1), FailedDocuments::Leave)
        };
        load(1).unwrap();
        let error = load(2).unwrap_err();
        assert!(
            matches!(&error.fault, Fault::Refused { code, .. } if code.contains("the session's")),
            "{error}"
        );
        load(3).unwrap();
        let sql = "SELECT count(*) FROM t WHERE c0 = timestamptz 'epoch' AND c1 = U&'Z\\00fcrich'";
        let right: i64 = fixture.client().query_one(sql, &[]).unwrap().get(0);
        assert_eq!((right, fixture.log().len()), (2, 2), "{shifting}");
    }
}

/// What a trigger does to the very table that is being loaded, which the server refuses.
const CHANGING: [&str; 3] = [
    "CREATE INDEX another ON {table} ((1))",
    "ALTER TABLE {table} ADD another int",
    "TRUNCATE {table} CASCADE",
];

#[test]
fn a_trigger_that_changes_the_table_that_is_loaded_fails_its_document_alone_and_at_once() {
    let Some(bench) = PostgresBench::start("triggers that change their table on PostgreSQL", &[]) else {
        return;
    };
    for changing in CHANGING {
        let words = Words::new();
        let fixture = bench.database(words.schema(), "text");
        let table = &words.schema().tables[1].name;
        fixture.ports().journal().unwrap().create_tables().unwrap();
        let changing = changing.replace("{table}", table);
        fixture
            .client()
            .batch_execute(&format!(
                "CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF NEW::text LIKE '%spoils%' THEN {changing}; END IF; RETURN NEW; END $$;
                 CREATE TRIGGER change BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION change()"
            ))
            .unwrap();
        for key in 1..=40 {
            let text = if key % 13 == 0 { "one spoils" } else { "one two" };
            fixture.insert_document(&DocumentKey::Int(key), Some(Content::Text(text)));
        }
        let settings = RunSettings::default();
        let summary =
            run_with(&*fixture.ports(), &words, &identity(0, 1), &settings, &Deaf, &StopSignal::new());
        let totals = summary.unwrap_or_else(|error| panic!("{changing}: {error}")).totals;
        assert_eq!((totals.success_count, totals.failed_count), (37, 3), "{changing}");
        let refused = fixture.log().into_iter().find(|row| row.key == DocumentKey::Int(13)).unwrap();
        assert!(refused.failure_reason.unwrap().contains("SQLSTATE 55006"), "{changing}");
    }
}

#[test]
fn a_trigger_that_forbids_its_transaction_to_write_fails_its_document_alone() {
    let Some(bench) = PostgresBench::start("triggers that end writing on PostgreSQL", &[]) else { return };
    let words = Words::new();
    let fixture = bench.database(words.schema(), "text");
    let table = &words.schema().tables[1].name;
    fixture.ports().journal().unwrap().create_tables().unwrap();
    fixture
        .client()
        .batch_execute(&format!(
            "CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW::text LIKE '%spoils%' THEN SET TRANSACTION READ ONLY; DELETE FROM {table} WHERE false; END IF;
                RETURN NEW; END $$;
             CREATE TRIGGER forbid BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION forbid()"
        ))
        .unwrap();
    for key in 1..=40 {
        let text = if key % 13 == 0 { "one spoils" } else { "one two" };
        fixture.insert_document(&DocumentKey::Int(key), Some(Content::Text(text)));
    }
    let settings = RunSettings::default();
    let summary = run_with(&*fixture.ports(), &words, &identity(0, 1), &settings, &Deaf, &StopSignal::new());
    let totals = summary.unwrap().totals;
    assert_eq!((totals.success_count, totals.failed_count), (37, 3));
    let refused = fixture.log().into_iter().find(|row| row.key == DocumentKey::Int(13)).unwrap();
    let reason = refused.failure_reason.unwrap();
    assert!(reason.starts_with("load: refused-by-target: ") && reason.contains("SQLSTATE 25006"), "{reason}");
}

#[test]
fn a_view_that_looks_at_all_rows_for_a_page_is_read_up_to_the_row_that_it_cannot_give() {
    let Some(bench) = PostgresBench::start("views with volatile functions on PostgreSQL", &[]) else {
        return;
    };
    let words = Words::new();
    let fixture = bench.database(words.schema(), "text");
    fixture.ports().journal().unwrap().create_tables().unwrap();
    for key in (-5..=200_000).step_by(5_000) {
        fixture.insert_document(&DocumentKey::Int(key), Some(Content::Text("one two")));
    }
    fixture
        .client()
        .batch_execute(
            "ALTER TABLE app_xml RENAME TO kept;
             CREATE FUNCTION opened(app_id bigint, xml text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
                IF app_id = 149995 THEN RAISE EXCEPTION 'closed' USING ERRCODE = 'AB123'; END IF; RETURN xml; END $$;
             CREATE VIEW app_xml AS SELECT app_id, opened(app_id, xml) AS xml FROM kept",
        )
        .unwrap();
    let settings = RunSettings { batch_size: 7.try_into().unwrap(), ..RunSettings::default() };
    let run = || run_with(&*fixture.ports(), &words, &identity(0, 1), &settings, &Deaf, &StopSignal::new());
    for _ in 0..2 {
        let error = run().unwrap_err().to_string();
        assert!(error.contains("AB123"), "{error}");
        assert_eq!(fixture.log().len(), 30, "-5 to 144,995");
    }
    fixture.client().batch_execute("UPDATE kept SET app_id = 149996 WHERE app_id = 149995").unwrap();
    run().unwrap();
    assert_eq!(fixture.log().len(), 41);
}
