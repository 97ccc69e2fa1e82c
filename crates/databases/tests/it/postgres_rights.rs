//! What a run needs of PostgreSQL is asked before the first document, and told with the statement that gives it.

use std::sync::Arc;

use xmlshred_databases::{DatabaseUrl, OpenOptions, SourceAddress, open};
use xmlshred_engine::ports::{FailedDocuments, Fault, PortError};
use xmlshred_engine::testing::Fixture;
use xmlshred_model::{DataType, OnExisting, TargetSchema, Value};

use crate::postgres::{PostgresBench, PostgresFixture, connect};
use crate::postgres_target::{batch, schema, with_table};
use crate::several_writers::identity;

/// A fixture with the tables of the contract, and a user who may read its source and nothing else.
fn with_reader(bench: &PostgresBench, schema: &Arc<TargetSchema>) -> (PostgresFixture, DatabaseUrl) {
    let fixture = with_table(bench, schema, "CREATE TABLE t (id bigint PRIMARY KEY, c0 text)");
    let sql = "DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'a \"reader\"') THEN CREATE ROLE \"a \"\"reader\"\"\" LOGIN PASSWORD 'x'; END IF;
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO \"a \"\"reader\"\"\"', current_schema());
        END $$; GRANT SELECT ON app_xml TO \"a \"\"reader\"\"\"";
    fixture.client().batch_execute(sql).unwrap();
    let login = xmlshred_databases::Login {
        username: Some("a \"reader\"".to_owned()),
        password: Some("x".to_owned().into()),
    };
    let url = fixture.url().with_login(&login);
    (fixture, url)
}

const READER: &str = "\"a \"\"reader\"\"\"";

/// What is said at the start of a run and by `check`; then the statements of its hint are run, until nothing is missing.
fn told_until_granted(
    fixture: &PostgresFixture,
    url: &DatabaseUrl,
    schema: &Arc<TargetSchema>,
) -> Vec<String> {
    let source = SourceAddress::Database(url.clone());
    let ports = open(&source, url, &fixture.spec(), schema, OpenOptions::default()).unwrap();
    let mut told = Vec::new();
    while let Err(error) = ports.source().map(drop).and_then(|()| ports.sink().map(drop)) {
        told.push(grant(fixture, &error));
        assert!(told.len() < 9, "{told:?}");
    }
    told
}

/// Runs what the hint says; answers the message.
fn grant(fixture: &PostgresFixture, error: &PortError) -> String {
    assert_eq!(error.fault, Fault::AccessDenied, "{error}");
    let grants = error.hint.as_deref().unwrap().split("; docs/").next().unwrap();
    assert!(grants.contains(&format!("TO {READER}")), "{grants}");
    fixture.client().batch_execute(grants).unwrap();
    error.message.clone()
}

#[test]
fn a_load_that_replaces_rows_asks_for_all_that_it_needs() {
    let Some(bench) = PostgresBench::start("rights that replacing rows takes on PostgreSQL", &[]) else {
        return;
    };
    let of = |on_existing| schema(&[DataType::Text], on_existing);
    let (fixture, url) = with_reader(&bench, &of(OnExisting::Replace));
    // The log of the same database is read with the source.
    assert_eq!(
        told_until_granted(&fixture, &url, &of(OnExisting::Replace)),
        [
            "no right to read \"processing_log\"",
            "no right to insert into \"t\", \"processing_log\", \"processing_issue\", or to read \"t\", or to update \"t\", \
             as `on_existing: replace` does",
        ]
    );
    fixture.client().batch_execute(&format!("REVOKE UPDATE, SELECT ON t FROM {READER}")).unwrap();
    assert_eq!(told_until_granted(&fixture, &url, &of(OnExisting::Fail)), [""; 0]);
    assert_eq!(
        told_until_granted(&fixture, &url, &of(OnExisting::Skip)),
        ["no right to read \"t\", as `on_existing: skip` does"]
    );
}

#[test]
fn temporary_tables_are_asked_for_where_rows_go_through_them() {
    let Some(bench) = PostgresBench::start("the right to temporary tables on PostgreSQL", &[]) else {
        return;
    };
    let replacing = schema(&[DataType::Text], OnExisting::Replace);
    let (fixture, url) = with_reader(&bench, &replacing);
    told_until_granted(&fixture, &url, &replacing);
    fixture.client().batch_execute("REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC").unwrap();
    assert_eq!(told_until_granted(&fixture, &url, &schema(&[DataType::Text], OnExisting::Fail)), [""; 0]);
    assert_eq!(
        told_until_granted(&fixture, &url, &replacing),
        ["no right to make temporary tables, through which rows of t are loaded"]
    );
}

#[test]
fn a_closed_schema_is_told_as_that() {
    let Some(bench) = PostgresBench::start("a closed schema on PostgreSQL", &[]) else { return };
    let mut inside = (*schema(&[DataType::Text], OnExisting::Fail)).clone();
    inside.namespace = Some("Closed".to_owned());
    let inside = Arc::new(inside);
    let (fixture, url) = with_reader(&bench, &schema(&[DataType::Text], OnExisting::Fail));
    // Also makes the schema.
    fixture.ports_for(&inside).journal().unwrap().create_tables().unwrap();
    let told = told_until_granted(&fixture, &url, &inside);
    assert_eq!(told[0], "no right to use the target's schema \"Closed\"", "{told:?}");
    // Who may create tables in a schema need not be able to create schemas.
    fixture
        .client()
        .batch_execute(&format!("DROP TABLE \"Closed\".t; GRANT CREATE ON SCHEMA \"Closed\" TO {READER}"))
        .unwrap();
    let source = SourceAddress::Database(url.clone());
    let options = OpenOptions { create: true, ..OpenOptions::default() };
    open(&source, &url, &fixture.spec(), &inside, options)
        .unwrap()
        .journal()
        .unwrap()
        .create_tables()
        .unwrap();
}

#[test]
fn the_table_of_file_names_is_asked_for_where_documents_are_files() {
    let Some(bench) = PostgresBench::start("rights on names of files on PostgreSQL", &[]) else { return };
    let schema = schema(&[DataType::Text], OnExisting::Fail);
    let (fixture, url) = with_reader(&bench, &schema);
    told_until_granted(&fixture, &url, &schema);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("1.xml"), "<a/>").unwrap();
    let source = SourceAddress::Files(folder.path().join("*.xml").display().to_string());
    for options in [
        OpenOptions { asks_for_rights: true, ..OpenOptions::default() },
        OpenOptions { binds_files: true, ..OpenOptions::default() },
    ] {
        let revoke = format!("REVOKE ALL ON processing_file FROM {READER}");
        fixture.client().batch_execute(&revoke).unwrap();
        let ports = open(&source, &url, &fixture.spec(), &schema, options).unwrap();
        let error = ports.source().err().unwrap();
        let told = grant(&fixture, &error);
        assert_eq!(
            told,
            "no right to insert into \"processing_file\", or to read \"processing_file\", as --files does"
        );
        ports.source().unwrap();
    }
}

#[test]
fn a_table_that_takes_no_rows_is_told_before_the_first() {
    let Some(bench) = PostgresBench::start("views as targets on PostgreSQL", &[]) else { return };
    let of = |on_existing| schema(&[DataType::Text], on_existing);
    let fixture = with_table(
        &bench,
        &of(OnExisting::Fail),
        "CREATE TABLE below (id bigint PRIMARY KEY, c0 text); CREATE VIEW t AS SELECT id, max(c0) AS c0 FROM below GROUP BY id",
    );
    let refused = |on_existing| fixture.ports_for(&of(on_existing)).sink().map(drop).unwrap_err();
    let error = refused(OnExisting::Fail);
    assert_eq!(error.fault, Fault::WrongTable { table: "t".to_owned() }, "{error}");
    assert_eq!(error.message, "t takes no rows in the target: it is a view, or not an ordinary table");
    fixture.client().batch_execute("DROP VIEW t; CREATE VIEW t AS SELECT id, c0 FROM below").unwrap();
    for on_existing in [OnExisting::Fail, OnExisting::Replace] {
        fixture.ports_for(&of(on_existing)).sink().unwrap();
    }
    // Without its key, existing rows are not found.
    fixture.client().batch_execute("DROP VIEW t; CREATE TABLE t (id bigint, c0 text)").unwrap();
    fixture.ports_for(&of(OnExisting::Fail)).sink().unwrap();
    let error = refused(OnExisting::Replace);
    assert_eq!(
        error.message,
        "the key of t (`id`) is not unique in the target: `on_existing` finds existing rows by it"
    );
    fixture.client().batch_execute(error.hint.as_deref().unwrap()).unwrap();
    fixture.ports_for(&of(OnExisting::Replace)).sink().unwrap();
}

#[test]
fn names_that_the_server_would_cut_are_refused_before_anything_is_made() {
    let Some(bench) = PostgresBench::start("long names on PostgreSQL", &[]) else { return };
    let mut long = (*schema(&[DataType::Text], OnExisting::Fail)).clone();
    long.tables[0].columns[1].name = "x".repeat(64);
    let long = Arc::new(long);
    let fixture = bench.database(&schema(&[], OnExisting::Fail), "text");
    let source = SourceAddress::Database(fixture.url());
    let error =
        open(&source, &fixture.url(), &fixture.spec(), &long, OpenOptions::default()).map(drop).unwrap_err();
    assert_eq!(error.fault, Fault::WrongTable { table: "t".to_owned() });
    let name = "x".repeat(64);
    assert_eq!(error.message, format!("the column name `{name}` has 64 bytes, and PostgreSQL takes 63"));
    // What the server does with such a name.
    let url = match fixture.url() {
        DatabaseUrl::Postgres(_) => bench.server.url("postgres"),
        other => unreachable!("{other}"),
    };
    let mut client = connect(&url);
    client.batch_execute(&format!("CREATE TEMP TABLE cut (\"{name}\" int)")).unwrap();
    let kept = client.query_one(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = 'cut'::regclass AND attnum = 1",
        &[],
    );
    assert_eq!(kept.unwrap().get::<_, String>(0).len(), 63);
}

#[test]
fn missing_rights_are_told_before_anything_is_read_with_what_to_do() {
    let Some(bench) = PostgresBench::start("missing rights on PostgreSQL", &[]) else { return };
    let schema = schema(&[DataType::Text], OnExisting::Fail);
    let fixture = with_table(&bench, &schema, "CREATE TABLE t (id bigint PRIMARY KEY, c0 text)");
    fixture
        .client()
        .batch_execute(
            "DO $$ BEGIN
                EXECUTE format('CREATE ROLE reader LOGIN PASSWORD ''x''; GRANT USAGE ON SCHEMA %I TO reader', current_schema());
             END $$; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
        )
        .unwrap();
    let login = xmlshred_databases::Login {
        username: Some("reader".to_owned()),
        password: Some("x".to_owned().into()),
    };
    let url = fixture.url().with_login(&login);
    let source = SourceAddress::Database(url.clone());
    let ports = open(&source, &url, &fixture.spec(), &schema, OpenOptions::default()).unwrap();
    let error = ports.sink().err().unwrap();
    assert_eq!(error.fault, Fault::AccessDenied, "{error}");
    let tables = "\"t\", \"processing_log\", \"processing_issue\"";
    let log = "\"processing_log\"";
    assert_eq!(error.message, format!("no right to insert into {tables}, or to read {log}"));
    let grants = format!("GRANT INSERT ON {tables} TO \"reader\"; GRANT SELECT ON {log} TO \"reader\"");
    assert!(error.hint.as_ref().unwrap().starts_with(&grants), "{:?}", error.hint);
    // Taking failed documents again takes more, and that is told before it is needed.
    fixture.client().batch_execute(&grants).unwrap();
    ports.sink().unwrap();
    let options = OpenOptions { tried_again: FailedDocuments::Retry, ..OpenOptions::default() };
    let ports = open(&source, &url, &fixture.spec(), &schema, options).unwrap();
    let error = ports.sink().err().unwrap();
    assert_eq!(error.fault, Fault::AccessDenied);
    let (update, delete) = (log, "\"processing_issue\"");
    assert_eq!(
        error.message,
        format!(
            "no right to read {delete}, or to update {update}, or to delete from {delete}, as --retry-failed does"
        )
    );
    for (right, table) in [("SELECT", delete), ("UPDATE", update), ("DELETE", delete)] {
        let grant = format!("GRANT {right} ON {table} TO \"reader\"");
        assert!(error.hint.as_ref().unwrap().contains(&grant), "{:?}", error.hint);
        fixture.client().batch_execute(&grant).unwrap();
    }
    ports.sink().unwrap();
}

#[test]
fn a_source_that_may_not_be_read_is_told_as_that_with_what_to_grant() {
    let Some(bench) = PostgresBench::start("rights on a source of PostgreSQL", &[]) else { return };
    let schema = schema(&[], OnExisting::Fail);
    let fixture = with_table(&bench, &schema, "CREATE TABLE t (id bigint PRIMARY KEY)");
    let namespace: String = fixture.client().query_one("SELECT current_schema()::text", &[]).unwrap().get(0);
    fixture.client().batch_execute("CREATE ROLE \"some reader\" LOGIN PASSWORD 'x'").unwrap();
    let login = xmlshred_databases::Login {
        username: Some("some reader".to_owned()),
        password: Some("x".to_owned().into()),
    };
    let source = SourceAddress::Database(fixture.url().with_login(&login));
    let open = |schema: Option<&str>| {
        let spec =
            xmlshred_mapping::contract::SourceSpec { schema: schema.map(str::to_owned), ..fixture.spec() };
        xmlshred_databases::open_source(&source, &spec).map(drop)
    };
    let check = |schema: Option<&str>, hint: &str| {
        let error = open(schema).unwrap_err();
        assert_eq!(error.fault, Fault::AccessDenied, "{error}");
        assert_eq!(error.message, "no right to read the source table `app_xml`");
        assert!(error.hint.as_ref().unwrap().ends_with(hint), "{:?}", error.hint);
    };
    let select = format!("GRANT SELECT ON \"{namespace}\".\"app_xml\" TO \"some reader\"");
    let usage = format!("GRANT USAGE ON SCHEMA \"{namespace}\" TO \"some reader\"");
    // As long as the schema is closed, the table cannot even be seen.
    for schema in [None, Some(&*namespace)] {
        check(schema, &format!("{usage}; {select}"));
    }
    fixture.client().batch_execute(&usage).unwrap();
    for schema in [None, Some(&*namespace)] {
        check(schema, &format!("says: {select}"));
    }
    // Some columns are not enough, and those that are read are.
    fixture.client().batch_execute("GRANT SELECT (app_id) ON app_xml TO \"some reader\"").unwrap();
    check(None, &select);
    fixture.client().batch_execute("GRANT SELECT (xml) ON app_xml TO \"some reader\"").unwrap();
    open(None).unwrap();
    let spec = xmlshred_mapping::contract::SourceSpec { table: "none".to_owned(), ..fixture.spec() };
    let error = xmlshred_databases::open_source(&source, &spec).err().unwrap();
    assert_eq!(error.fault, Fault::MissingTable { table: "none".to_owned() });
}

/// The statements of the manual that give a run its rights.
fn documented_rights() -> String {
    let manual =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/databases.md")).unwrap();
    let section = manual.split("\n## PostgreSQL").nth(1).unwrap();
    let block = section.split("```sql\n").nth(1).unwrap();
    block.split("```").next().unwrap().to_owned()
}

#[test]
fn the_rights_of_the_manual_are_enough() {
    let Some(bench) = PostgresBench::start("the rights of the manual on PostgreSQL", &[]) else { return };
    let mut admin = crate::postgres::connect(&bench.server.url("postgres"));
    admin.batch_execute("CREATE DATABASE loans").unwrap();
    let mut admin = crate::postgres::connect(&bench.server.url("loans"));
    admin
        .batch_execute(
            "CREATE TABLE app_xml (app_id bigint PRIMARY KEY, xml text); INSERT INTO app_xml VALUES (1, ''), (2, ''); \
             CREATE SCHEMA migration; CREATE TABLE migration.t (id bigint PRIMARY KEY, c0 text)",
        )
        .unwrap();
    let mut schema = (*schema(&[DataType::Text], OnExisting::Replace)).clone();
    schema.namespace = Some("migration".to_owned());
    let schema = Arc::new(schema);
    let spec = xmlshred_mapping::contract::SourceSpec {
        schema: None,
        table: "app_xml".to_owned(),
        key: "app_id".to_owned(),
        key_type: None,
        xml: "xml".to_owned(),
        min_bytes: 0,
        where_sql: None,
        version: None,
        columns: Vec::new(),
    };
    let ports = |text: &str| {
        let url = DatabaseUrl::parse(text, &|_| None).unwrap();
        open(&SourceAddress::Database(url.clone()), &url, &spec, &schema, OpenOptions::default()).unwrap()
    };
    ports(&bench.server.url("loans")).journal().unwrap().create_tables().unwrap();
    admin.batch_execute(&documented_rights().replace('…', "secret")).unwrap();
    let loader = ports(&format!("postgres://loader:secret@127.0.0.1:{}/loans", bench.server.port()));
    assert_eq!(loader.source().unwrap().keys(&crate::sqlite::ALL, None, 9).unwrap().len(), 2);
    let mut sink = loader.sink().unwrap();
    for (key, failed) in [(1, FailedDocuments::Leave), (2, FailedDocuments::Retry)] {
        let batch = batch(&schema, key, &[&[Value::Int(7), Value::Text("x")]]);
        let commit = sink.commit(&batch, &identity(0, 1), failed).unwrap();
        assert_eq!(commit.table_row_counts, [1]);
    }
    loader.journal().unwrap().create_tables().unwrap();
}
