//! What is particular to SQL Server as a source: kinds of columns, types of keys, mistakes, certificates and addresses.

use std::ops::ControlFlow;
use std::sync::Arc;
use xmlshred_engine::testing::number;

use xmlshred_databases::{DatabaseUrl, Login, OpenOptions, SourceAddress, open, open_source};
use xmlshred_engine::ports::{FailedDocuments, Fault, Fetched, Selection};
use xmlshred_engine::testing::Fixture;
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DocumentKey, KeyRange, OnExisting, Share, TargetSchema};

use crate::postgres_target::schema;
use crate::sqlite::ALL;
use crate::sqlserver::SqlServerBench;
use crate::sqlserver_columns::with_table;

fn no_cells() -> Arc<TargetSchema> {
    schema(&[], OnExisting::Fail)
}

#[test]
fn keys_of_every_whole_type_are_paged_and_shared() {
    let Some(bench) = SqlServerBench::start("types of keys on SQL Server") else { return };
    for (key_type, keys) in [
        ("tinyint", &[0, 3, 255][..]),
        ("smallint", &[-32_768, -1, 3, 32_767]),
        ("int", &[-2_147_483_648, 0, 2_147_483_647]),
        ("bigint", &[i64::MIN, -7, 0, i64::MAX]),
        ("decimal(19,0)", &[i64::MIN, -7, 0, i64::MAX]),
        ("numeric(5)", &[-99_999, 12]),
    ] {
        let fixture = bench.database(&no_cells(), "nvarchar(max)");
        fixture.run(&format!(
            "CREATE TABLE documents (app_id {key_type} NOT NULL PRIMARY KEY, xml nvarchar(max))"
        ));
        for key in keys {
            fixture.run(&format!("INSERT INTO documents VALUES ({key}, N'<a/>')"));
        }
        let spec = SourceSpec { table: "documents".to_owned(), ..fixture.spec() };
        let mut source = fixture.open(&spec).source().unwrap();
        let mut found = Vec::new();
        while let Some(key) = source.keys(&ALL, found.last(), 1).unwrap().pop() {
            found.push(key);
        }
        assert_eq!(found.iter().map(number).collect::<Vec<_>>(), keys, "{key_type}");
        let mut share = |index| {
            let selection = Selection { share: Share::new(index, 3).unwrap(), ..ALL };
            source.keys(&selection, None, 9).unwrap()
        };
        let mut shared: Vec<_> = (0..3).flat_map(&mut share).collect();
        shared.sort_unstable();
        assert_eq!(shared, found, "{key_type}");
        let mut documents = 0;
        let fetched = source.fetch(&found, 99, &mut |_, fetched| {
            assert_eq!(fetched.document, Fetched::Text("<a/>".to_owned()), "{key_type}");
            documents += 1;
            ControlFlow::Continue(())
        });
        fetched.unwrap();
        assert_eq!(documents, keys.len(), "{key_type}");
        let range = KeyRange { start: Some(DocumentKey::Int(1)), end: None };
        let selection = Selection { range, failed: FailedDocuments::Leave, share: Share::WHOLE };
        let counted = source.count(&selection).unwrap();
        assert_eq!(counted, Some(keys.iter().filter(|key| **key >= 1).count() as u64), "{key_type}");
    }
}

#[test]
fn a_wrong_condition_of_the_contract_is_told_as_such() {
    let Some(bench) = SqlServerBench::start("wrong conditions on SQL Server") else { return };
    let fixture = bench.database(&no_cells(), "nvarchar(max)");
    for condition in ["nothing = 1", "app_id IN (SELECT x FROM no_such_table)", "app_id = = 1"] {
        let spec = SourceSpec { where_sql: Some(condition.to_owned()), ..fixture.spec() };
        let error = fixture.open(&spec).source().err().unwrap();
        assert!(
            error.message.starts_with("`source.where` is not SQL that the server takes"),
            "{condition}: {error}"
        );
    }
    let spec = SourceSpec { where_sql: Some("app_id > 1 -- not the first".to_owned()), ..fixture.spec() };
    assert_eq!(fixture.open(&spec).source().unwrap().keys(&ALL, None, 1).unwrap(), []);
}

#[test]
fn views_and_aliased_types_are_sources_like_tables() {
    let Some(bench) = SqlServerBench::start("views on SQL Server") else { return };
    let fixture = bench.database(&no_cells(), "nvarchar(max)");
    fixture.run("CREATE TYPE document FROM nvarchar(max)");
    fixture.run(
        "CREATE TABLE aliased (app_id int NOT NULL, xml document); INSERT INTO aliased VALUES (1, N'<a/>')",
    );
    fixture.run("CREATE VIEW seen AS SELECT app_id, xml FROM aliased");
    for table in ["aliased", "seen", "SEEN"] {
        let spec = SourceSpec { table: table.to_owned(), schema: Some("dbo".to_owned()), ..fixture.spec() };
        assert_eq!(fixture.open(&spec).source().unwrap().keys(&ALL, None, 9).unwrap(), [DocumentKey::Int(1)]);
    }
    fixture.run("DROP VIEW seen; DROP TABLE aliased; DROP TYPE document");
}

#[test]
fn addresses_that_lead_nowhere_are_told_without_passwords() {
    let Some(bench) = SqlServerBench::start("wrong addresses of SQL Server") else { return };
    let fixture = bench.database(&no_cells(), "nvarchar(max)");
    let url = |text: &str| DatabaseUrl::parse(text, &|_| None).unwrap();
    let untrusted = "encrypt=mandatory&trustServerCertificate=false";
    for (url, hint) in [
        (url("sqlserver://sa:hunter2@127.0.0.1:1/x"), "does it listen"),
        (url("sqlserver://sa:hunter2@no-such-host.invalid/x"), "does it listen"),
        (fixture.url_with(&fixture.database, untrusted), "TrustServerCertificate=true"),
    ] {
        let error = open_source(&SourceAddress::Database(url), &fixture.spec()).err().unwrap();
        assert_eq!(error.fault, Fault::CannotConnect, "{error}");
        assert!(error.hint.as_ref().is_some_and(|words| words.contains(hint)), "{error} {:?}", error.hint);
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

#[test]
fn on_this_machine_a_certificate_of_the_servers_own_will_do() {
    let Some(bench) = SqlServerBench::start("certificates of SQL Server") else { return };
    let fixture = bench.database(&no_cells(), "nvarchar(max)");
    for options in ["", "encrypt=mandatory", "encrypt=mandatory&trustServerCertificate=true"] {
        let url = fixture.url_with(&fixture.database, options);
        let opened = open_source(&SourceAddress::Database(url), &fixture.spec());
        assert!(opened.is_ok(), "{options}: {:?}", opened.err());
    }
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
        let fetched =
            fixture.ports().source().unwrap().fetch(&[DocumentKey::Int(1)], 1_000, &mut |_, fetched| {
                found.push(fetched.document);
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
fn sessions_are_named_and_refusals_say_what_to_do() {
    let Some(bench) = SqlServerBench::start("logins on SQL Server") else { return };
    let schema = schema(&[], OnExisting::Fail);
    let fixture = with_table(&bench, &schema, "CREATE TABLE t (id bigint NOT NULL PRIMARY KEY)");
    let application_name = "xmlshred 9.9 instance 1/3".to_owned();
    let options = OpenOptions { application_name, ..OpenOptions::default() };
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
