//! Targets that are not as a run needs them, and sources with keys that are none.

use std::io::{Seek, SeekFrom, Write};
use xmlshred_engine::testing::number;

use xmlshred_databases::{DatabaseUrl, OpenOptions, SourceAddress, open};
use xmlshred_engine::ports::{Commit, FailedDocuments, Fault, PortError};
use xmlshred_engine::testing::Fixture;
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{Batch, DocumentKey, DocumentRecord, Failure, FailureCode, Outcome, Stage};

use crate::several_writers::{batch, identity};
use crate::sqlite::{ALL, SqliteFixture, prepared};

fn sink_error(fixture: &SqliteFixture) -> PortError {
    fixture.ports().sink().err().unwrap()
}

fn commit(fixture: &SqliteFixture, batch: &Batch) -> Result<Commit, PortError> {
    fixture.ports().sink().unwrap().commit(batch, &identity(0, 1), FailedDocuments::Leave)
}

/// Makes the file read-only for everyone, root included: by the version of the format that writing takes.
fn make_read_only(fixture: &SqliteFixture) {
    fixture.connection().pragma_update(None, "journal_mode", "DELETE").unwrap();
    let mut file = std::fs::OpenOptions::new().write(true).open(fixture.file()).unwrap();
    file.seek(SeekFrom::Start(18)).unwrap();
    file.write_all(&[3]).unwrap();
}

#[test]
fn a_read_only_file_is_refused_as_target_and_still_read() {
    let fixture = prepared(3);
    make_read_only(&fixture);
    let error = sink_error(&fixture);
    assert_eq!(error.fault, Fault::ReadOnly, "{error}");
    assert!(error.hint.is_some());
    let created = fixture.ports().journal().unwrap().create_tables();
    assert_eq!(created.unwrap_err().fault, Fault::ReadOnly);
    assert_eq!(fixture.ports().source().unwrap().keys(&ALL, None, 10).unwrap().len(), 3);
}

#[test]
fn everything_that_is_missing_is_told_at_once() {
    let fixture = prepared(0);
    let drop = "ALTER TABLE app_base DROP COLUMN note; DROP TABLE processing_log;";
    fixture.connection().execute_batch(drop).unwrap();
    let error = sink_error(&fixture);
    assert_eq!(error.fault, Fault::MissingTable { table: "processing_log".to_owned() });
    assert_eq!(error.message, "the target lacks tables `processing_log` and columns `app_base.note`");
    assert!(error.hint.unwrap().contains("--create-tables"));
}

#[test]
fn a_column_that_would_turn_text_into_numbers_is_refused() {
    let fixture = prepared(0);
    let create = "DROP TABLE app_base; CREATE TABLE app_base (app_id INTEGER PRIMARY KEY, note STRING)";
    fixture.connection().execute_batch(create).unwrap();
    let error = sink_error(&fixture);
    assert_eq!(error.fault, Fault::WrongTable { table: "app_base".to_owned() });
    let expected = "SQLite would turn text into numbers in the target's columns `app_base.note STRING`";
    assert_eq!(error.message, expected);
}

#[test]
fn a_missing_file_is_made_for_tables_only_and_only_when_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let from = prepared(1);
    let file = folder.path().join("target.db");
    let open = |options| {
        let source = SourceAddress::Database(DatabaseUrl::Sqlite(from.file()));
        open(&source, &DatabaseUrl::Sqlite(file.clone()), &from.spec(), &from.schema, options).unwrap()
    };
    let keys = [DocumentKey::Int(1)];
    let ports = open(OpenOptions::default());
    assert_eq!(ports.journal().unwrap().create_tables().unwrap_err().fault, Fault::CannotConnect);
    assert!(!file.exists());
    assert_eq!(ports.journal().unwrap().processed(&keys, None, FailedDocuments::Leave).unwrap(), []);
    assert!(!ports.source().unwrap().sees_journal(), "the log lies in another file");

    let ports = open(OpenOptions { create: true, ..OpenOptions::default() });
    ports.journal().unwrap().create_tables().unwrap();
    let loaded = batch(&from.schema, [1], 1);
    ports.sink().unwrap().commit(&loaded, &identity(0, 1), FailedDocuments::Leave).unwrap();
    assert_eq!(ports.journal().unwrap().processed(&keys, None, FailedDocuments::Leave).unwrap(), keys);
}

#[test]
fn the_words_of_a_trigger_stay_in_the_database() {
    let fixture = prepared(0);
    let trigger = "CREATE TRIGGER t BEFORE INSERT ON app_base BEGIN SELECT RAISE(ABORT, 'secret'); END";
    fixture.connection().execute_batch(trigger).unwrap();
    let error = commit(&fixture, &batch(&fixture.schema, [1], 1)).unwrap_err();
    assert_eq!(error.fault, Fault::CheckViolation { table: Some("app_base".to_owned()) });
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    assert_eq!(error.words.unwrap().reveal(), "secret");
}

#[test]
fn a_document_that_failed_late_loads_none_of_its_rows() {
    let fixture = prepared(0);
    let failure = Failure::new(Stage::Load, FailureCode::CheckViolation, "no");
    let failed = batch(&fixture.schema, [1], 1).with_records(|record| {
        Some(DocumentRecord { outcome: Outcome::Failed(failure.clone()), ..record.clone() })
    });
    assert_eq!(commit(&fixture, &failed).unwrap().table_row_counts, [0]);
    assert_eq!(fixture.rows(0), Vec::<Vec<_>>::new());
    let log = fixture.log();
    assert_eq!((log[0].status.as_str(), log[0].row_count), ("failed", 0));
}

#[test]
fn a_log_that_others_filled_is_read_as_it_is() {
    let fixture = prepared(3);
    let log = "DROP TABLE processing_log;
        CREATE TABLE Processing_Log (log_id INTEGER PRIMARY KEY, app_id BIGINT, contract_name TEXT, status TEXT,
            failure_reason TEXT, failure_code TEXT, failure_table TEXT, failure_column TEXT, processing_time TEXT,
            session_id TEXT, run_nonce TEXT, instance_id INT, instance_count INT, row_count INT, issue_count INT,
            contract_hash TEXT, document_hash TEXT, source_version TEXT, duration_ms INT, UNIQUE (contract_name, app_id));
        INSERT INTO processing_log (app_id, contract_name, status) VALUES (2, 'contract', 'success'), (1, 'other', 'success');";
    fixture.connection().execute_batch(log).unwrap();
    let ports = fixture.ports();
    assert_eq!(ports.source().unwrap().keys(&ALL, None, 10).unwrap(), [1, 3].map(DocumentKey::Int));
    let tally = ports.journal().unwrap().tally().unwrap();
    assert_eq!((tally[0].session_id.as_str(), tally[0].success_count), ("", 1));
    let already_done = commit(&fixture, &batch(&fixture.schema, 1..=3, 1)).unwrap().already_done;
    let already_done: Vec<_> =
        already_done.iter().map(|done| (number(&done.key), done.by_this_run)).collect();
    assert_eq!(already_done, [(2, false)]);
}

/// The error of opening, or of reading all keys, page by page, of a source table with this key column and these keys.
fn keys_error(key_column: &str, keys: &[&str], where_sql: Option<&str>) -> PortError {
    let fixture = prepared(0);
    let connection = fixture.connection();
    let create = format!("DROP TABLE app_xml; CREATE TABLE app_xml (app_id {key_column}, xml TEXT)");
    connection.execute_batch(&create).unwrap();
    for key in keys {
        connection.execute(&format!("INSERT INTO app_xml VALUES ({key}, '')"), []).unwrap();
    }
    let spec = SourceSpec { where_sql: where_sql.map(str::to_owned), ..fixture.spec() };
    let mut source = match fixture.open(&spec).source() {
        Ok(source) => source,
        Err(error) => return error,
    };
    let mut after = None;
    loop {
        match source.keys(&ALL, after.as_ref(), 2) {
            Err(error) => return error,
            Ok(keys) => after = Some(keys.last().expect("an error before the end").clone()),
        }
    }
}

#[test]
fn keys_that_are_none_are_told_and_not_left_out() {
    let long = format!("'{}'", "x".repeat(401));
    for (key_column, keys, message) in [
        ("INT", ["1", "'x'"], "holds keys of several kinds: integer and text"),
        ("INT", ["1", "2.5"], "holds keys of several kinds: integer and real"),
        ("", ["1", "x'00'"], "holds keys of several kinds: integer and blob"),
        ("REAL", ["1.5", "2"], "is of type real, which is none of a key"),
        ("BLOB", ["x'00'", "x'01'"], "is of type blob, which is none of a key"),
        (
            "TEXT",
            ["'a'", "'a '"],
            "has a value that is text with a blank at its end, which some databases take for the text without it",
        ),
        (
            "TEXT",
            ["'a'", "CAST(x'ff' AS TEXT)"],
            "has a value that is text with a character U+0000 or U+FFFD, which no log can keep apart",
        ),
        ("TEXT", ["'a'", &long], "has a value that is 401 characters long, a key has at most 400"),
    ] {
        let error = keys_error(key_column, &keys, None);
        assert_eq!(error.fault, Fault::WrongTable { table: "app_xml".to_owned() }, "{key_column}");
        assert_eq!(error.message, format!("the key column app_xml.app_id {message}"));
    }
    // Met while reading: the ends of the column tell nothing of it.
    let error = keys_error("INT", &["1", "1.5", "2"], None);
    assert_eq!(error.message, "the key column app_xml.app_id has a value that is not a 64-bit integer");
}

#[test]
fn a_condition_may_leave_out_keys_of_another_kind() {
    let error = keys_error("", &["1", "'x'", "x'00'"], Some("typeof(app_id) <> 'text'"));
    assert!(error.message.ends_with("holds keys of several kinds: integer and blob"), "{error}");
    let error = keys_error("", &["1", "1", "'x'"], Some("typeof(app_id) <> 'text'"));
    assert!(error.message.ends_with("has the key 1 in several rows"), "{error}");
}

/// What is one key is the column's affair.
#[test]
fn texts_that_are_one_to_their_column_are_a_repeated_key() {
    for keys in [["'a'", "'b'", "'A'"], ["'ab'", "'b'", "'aB'"]] {
        let error = keys_error("TEXT COLLATE NOCASE", &keys, None);
        assert!(error.message.ends_with("in several rows"), "{error}");
    }
}

#[test]
fn a_key_that_stands_twice_is_told_also_across_pages() {
    for keys in [&["1", "1"][..], &["1", "2", "2"], &["1", "2", "3", "3", "4"]] {
        let error = keys_error("INT", keys, None);
        assert!(error.message.ends_with("in several rows"), "{keys:?}: {error}");
    }
}

#[test]
fn a_wrong_condition_of_the_contract_is_told_as_such() {
    let error = keys_error("INTEGER PRIMARY KEY", &[], Some("knd = 1"));
    assert_eq!(error.message, "`source.where` is not SQL that SQLite takes, at `knd` (SQLite 1)");
}
