//! What is particular to SQL Server as a source: types of keys, wrong conditions, certificates and addresses.

use std::ops::ControlFlow;
use std::sync::Arc;

use xmlshred_databases::{DatabaseUrl, SourceAddress, open_source};
use xmlshred_engine::ports::{FailedDocuments, Fault, Fetched, Selection};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DocumentKey, KeyRange, OnExisting, Share, TargetSchema};

use crate::postgres_target::schema;
use crate::sqlite::ALL;
use crate::sqlserver::SqlServerBench;

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
        while let Some(key) = source.keys(&ALL, found.last().copied(), 1).unwrap().pop() {
            found.push(key);
        }
        assert_eq!(found.iter().map(|key| key.0).collect::<Vec<_>>(), keys, "{key_type}");
        let mut share = |index| {
            let selection = Selection { share: Share::new(index, 3).unwrap(), ..ALL };
            source.keys(&selection, None, 9).unwrap()
        };
        let mut shared: Vec<_> = (0..3).flat_map(&mut share).collect();
        shared.sort_unstable();
        assert_eq!(shared, found, "{key_type}");
        let mut documents = 0;
        let fetched = source.fetch(&found, 99, &mut |_, fetched| {
            assert_eq!(fetched, Fetched::Text("<a/>".to_owned()), "{key_type}");
            documents += 1;
            ControlFlow::Continue(())
        });
        fetched.unwrap();
        assert_eq!(documents, keys.len(), "{key_type}");
        let range = KeyRange { start: Some(DocumentKey(1)), end: None };
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
        let error = fixture.open(&spec).source().unwrap().keys(&ALL, None, 1).unwrap_err();
        assert!(
            error.message.starts_with("`source.where` is not SQL that the server takes: "),
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
        assert_eq!(fixture.open(&spec).source().unwrap().keys(&ALL, None, 9).unwrap(), [DocumentKey(1)]);
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
