//! What is particular to PostgreSQL as a source: kinds of columns, mistakes in the contract's source, addresses that lead nowhere.

use std::ops::ControlFlow;
use std::sync::Arc;

use xmlshred_databases::{DatabaseUrl, SourceAddress, open_source};
use xmlshred_engine::ports::{Fault, Fetched, PortError};
use xmlshred_engine::testing::Fixture;
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DocumentKey, KeyType, OnExisting, TargetSchema};

use crate::postgres::PostgresBench;
use crate::sqlite::ALL;

fn no_tables() -> Arc<TargetSchema> {
    Arc::new(TargetSchema {
        namespace: None,
        on_existing: OnExisting::Fail,
        tables: Vec::new(),
        key_column: "app_id".to_owned(),
        key_type: KeyType::Integer,
        ranking_columns: Vec::new(),
        owners: Vec::new(),
        has_versions: false,
        contract_name: "contract".to_owned(),
    })
}

#[test]
fn documents_are_read_from_every_kind_of_column() {
    let Some(bench) = PostgresBench::start("kinds of source columns on PostgreSQL", &[]) else { return };
    let document = "<a>\u{e9}\u{1f600}</a>";
    for kind in ["text", "varchar(50)", "char(20)", "xml", "json", "bytea"] {
        let fixture = bench.database(&no_tables(), kind);
        let value = match kind {
            "bytea" => format!("convert_to('{document}', 'UTF8')"),
            "json" => format!("'\"{document}\"'"),
            _ => format!("'{document}'"),
        };
        fixture.client().batch_execute(&format!("INSERT INTO app_xml VALUES (1, {value})")).unwrap();
        let mut found = Vec::new();
        let mut source = fixture.ports().source().unwrap();
        let fetched = source.fetch(&[DocumentKey::Int(1)], 1_000, &mut |_, fetched| {
            found.push(fetched.document);
            ControlFlow::Continue(())
        });
        fetched.unwrap();
        let expected = match kind {
            "bytea" => Fetched::Bytes(document.as_bytes().to_vec()),
            "json" => Fetched::Text(format!("\"{document}\"")),
            _ => Fetched::Text(document.to_owned()),
        };
        assert_eq!(found, [expected], "{kind}");
    }
}

#[test]
fn mistakes_in_the_source_are_told_with_what_there_is() {
    let Some(bench) = PostgresBench::start("mistakes in the source on PostgreSQL", &[]) else { return };
    let fixture = bench.database(&no_tables(), "text");
    fixture
        .client()
        .batch_execute(
            "CREATE TABLE twice AS SELECT 1::int AS app_id, '' AS xml FROM generate_series(1, 2);
             CREATE TABLE inexact (app_id double precision, xml text)",
        )
        .unwrap();
    let spec = fixture.spec();
    let error = |spec: SourceSpec| -> PortError {
        match fixture.open(&spec).source() {
            Err(error) => error,
            Ok(mut source) => source.keys(&ALL, None, 1).unwrap_err(),
        }
    };
    for (spec, message, hint) in [
        (
            SourceSpec { table: "app_xlm".to_owned(), ..spec.clone() },
            "the source has no table `app_xlm`",
            "did you mean `app_xml`?",
        ),
        (
            SourceSpec { xml: "doc".to_owned(), ..spec.clone() },
            "the source table `app_xml` has no column `doc`",
            "columns: `app_id`, `xml`",
        ),
        (
            SourceSpec { table: "inexact".to_owned(), ..spec.clone() },
            "the key column inexact.app_id is of type double precision, which is none of a key",
            "`source.key` must name a column of integers, decimals without fraction, text or uuids, best the primary key: other types are not \
             exact, or do not order in the same way everywhere; a view can give it as text",
        ),
        (
            SourceSpec { table: "twice".to_owned(), ..spec.clone() },
            "the key column twice.app_id has the key 1 in several rows",
            "`source.key` must name a column whose values are unique, best the primary key",
        ),
        (
            SourceSpec { where_sql: Some("nothing = 1".to_owned()), ..spec.clone() },
            "`source.where` is not SQL that PostgreSQL takes, at `nothing` (SQLSTATE 42703)",
            "mend `source.where` in the contract: it may name columns of the source table and other tables of the database",
        ),
    ] {
        let error = error(spec);
        assert_eq!((error.message.as_str(), error.hint.as_deref()), (message, Some(hint)));
    }
}

#[test]
fn addresses_that_lead_nowhere_are_told_without_passwords() {
    let Some(bench) = PostgresBench::start("wrong addresses of PostgreSQL", &[]) else { return };
    let fixture = bench.database(&no_tables(), "text");
    let port = bench.server.port();
    let refusal = |text: &str| {
        let url = DatabaseUrl::parse(text, &|_| None).unwrap();
        open_source(&SourceAddress::Database(url), &fixture.spec()).err().unwrap()
    };
    for (text, fault) in [
        (format!("postgres://xmlshred:hunter2@127.0.0.1:{port}/postgres"), Fault::AccessDenied),
        (format!("postgres://nobody:hunter2@127.0.0.1:{port}/postgres"), Fault::AccessDenied),
        (format!("postgres://xmlshred:xmlshred@127.0.0.1:{port}/nowhere"), Fault::CannotConnect),
        ("postgres://xmlshred:hunter2@127.0.0.1:1/postgres".to_owned(), Fault::CannotConnect),
        (
            format!("postgres://xmlshred:hunter2@127.0.0.1:{port}/postgres?sslmode=require"),
            Fault::CannotConnect,
        ),
        ("postgres://xmlshred:hunter2@no-such-host.invalid/postgres".to_owned(), Fault::CannotConnect),
    ] {
        let error = refusal(&text);
        assert_eq!(error.fault, fault, "{text}: {error}");
        assert!(error.hint.is_some(), "{text}: {error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        eprintln!("{error}\n  hint: {}", error.hint.as_deref().unwrap());
        let is_login = fault == Fault::AccessDenied;
        assert_eq!(error.message.contains("the user or the password is wrong"), is_login, "{error}");
    }
    let error = refusal(&format!("postgres://xmlshred@127.0.0.1:{port}/postgres"));
    assert!(error.message.ends_with("the server asks for a password, and none is given"), "{error}");
    assert!(error.hint.unwrap().starts_with("give it with --password-file or XMLSHRED_PASSWORD"));
}

#[cfg(unix)]
#[test]
fn passwords_come_from_the_password_file_when_only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(bench) = PostgresBench::start("~/.pgpass", &[]) else { return };
    let fixture = bench.database(&no_tables(), "text");
    fixture
        .client()
        .batch_execute("CREATE TABLE IF NOT EXISTS public.app_xml (app_id bigint, xml text)")
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".pgpass");
    std::fs::write(&file, format!("*:{}:*:xmlshred:xmlshred\n", bench.server.port())).unwrap();
    let home = folder.path().display().to_string();
    let text = format!("postgres://xmlshred@127.0.0.1:{}/postgres", bench.server.port());
    let url = DatabaseUrl::parse(&text, &|name| (name == "HOME").then(|| home.clone())).unwrap();
    for (mode, may_enter) in [(0o644, false), (0o600, true)] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let opened = open_source(&SourceAddress::Database(url.clone()), &fixture.spec());
        assert_eq!(opened.is_ok(), may_enter, "{mode:o}: {:?}", opened.err());
    }
}
