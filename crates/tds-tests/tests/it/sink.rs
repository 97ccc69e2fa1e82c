//! Loading rows: the bytes of a bulk load, and what becomes of refusals and dead lines on the way.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use xmlshred_engine::ports::{Commit, FailedDocuments, Fault, PortError, RunIdentity, Sink};
use xmlshred_model::log_table::{issue_table, log_table};
use xmlshred_model::{
    Batch, BatchBuilder, ColumnSchema, DataType, Decimal, DocumentKey, DocumentRecord, KeyType, OnExisting,
    Outcome, Share, TableSchema, TargetSchema, Value,
};

use crate::mock::Mock;
use crate::peer::{Instead, KEY_MARK, Message, Moment, Peer, says};
use crate::tokens::column_metadata;

/// Keys whose lowest byte is the mark that the peer counts rows by.
const FIRST: i64 = KEY_MARK as i64;
const SECOND: i64 = 0x0100 + FIRST;

fn column(name: &str, data_type: DataType, nullable: bool) -> ColumnSchema {
    ColumnSchema { name: name.to_owned(), data_type, nullable, sensitive: false }
}

fn schema(columns: Vec<ColumnSchema>) -> Arc<TargetSchema> {
    let columns = [vec![column("app_id", DataType::BigInt, false)], columns].concat();
    let table =
        TableSchema { name: "app_base".to_owned(), columns, primary_key: vec![0], foreign_keys: Vec::new() };
    Arc::new(TargetSchema {
        namespace: None,
        on_existing: OnExisting::Fail,
        tables: vec![table],
        key_column: "app_id".to_owned(),
        key_type: KeyType::Integer,
        ranking_columns: Vec::new(),
        owners: Vec::new(),
        has_versions: false,
        contract_name: "contract".to_owned(),
    })
}

fn batch(schema: &Arc<TargetSchema>, documents: &[(i64, &[Value<'_>])]) -> Batch {
    let mut builder = BatchBuilder::new(Arc::clone(schema));
    for (key, cells) in documents {
        builder.push_row(0, &[&[Value::Int(*key)], *cells].concat());
        builder.finish_document(DocumentRecord {
            key: DocumentKey::Int(*key),
            outcome: Outcome::Success,
            issues: Vec::new(),
            document_hash: 0,
            source_version: None,
            byte_count: 1,
            duration: Duration::from_millis(1),
            processed_at: 0,
        });
    }
    builder.finish()
}

/// A mock that knows the tables of a schema, and a peer before it that takes rows for them.
pub(crate) struct Target {
    mock: Mock,
    pub(crate) peer: Peer,
    schema: Arc<TargetSchema>,
}

impl Target {
    pub(crate) fn with(columns: Vec<ColumnSchema>) -> Self {
        let schema = schema(columns);
        let tables = [
            schema.tables.clone(),
            vec![log_table("app_id", KeyType::Integer), issue_table("app_id", KeyType::Integer)],
        ]
        .concat();
        let mock = Mock::with_tables(&tables);
        let peer = Peer::before(mock.proxy().port(), tables);
        Self { mock, peer, schema }
    }

    pub(crate) fn sink(&self) -> Result<Box<dyn Sink>, PortError> {
        Mock::sink(self.peer.port(), &self.schema)
    }

    pub(crate) fn batch(&self) -> Batch {
        batch(&self.schema, &[(FIRST, &[]), (SECOND, &[])])
    }
}

pub(crate) fn commit(sink: &mut dyn Sink, batch: &Batch) -> Result<Commit, PortError> {
    commit_with(sink, batch, FailedDocuments::Leave)
}

fn commit_with(sink: &mut dyn Sink, batch: &Batch, failed: FailedDocuments) -> Result<Commit, PortError> {
    let identity = RunIdentity {
        session_id: "session".to_owned(),
        run_nonce: "nonce".to_owned(),
        share: Share::WHOLE,
        contract_hash: "hash".to_owned(),
    };
    sink.commit(batch, &identity, failed)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[test]
fn a_batch_is_one_transaction_of_bulk_loads_with_the_log_first() {
    let target = Target::with(Vec::new());
    let loaded = commit(&mut *target.sink().unwrap(), &target.batch()).unwrap();
    assert_eq!(loaded.table_row_counts, [2]);
    let messages = target.peer.messages();
    let begin = messages.iter().position(|message| *message == Message::Begin).unwrap();
    let said = messages[begin..].iter().map(|message| match message {
        Message::Batch(sql) if sql.starts_with("INSERT BULK ") => sql.as_str(),
        Message::Batch(_) => "batch",
        Message::BulkLoad(_) => "rows",
        Message::Call(_) => "call",
        Message::Begin => "begin",
        Message::Commit => "commit",
        Message::Login(_) | Message::Other(_) => "other",
    });
    // The driver counts the length of text in bytes, so that the type it declares is longer than the column: that is harmless. A type
    // without its scale has 7 digits.
    let log = "INSERT BULK [processing_log] ([app_id] bigint, [contract_name] nvarchar(256), [status] nvarchar(20), \
               [failure_reason] nvarchar(max), [failure_code] nvarchar(80), [failure_table] nvarchar(256), \
               [failure_column] nvarchar(256), [processing_time] datetimeoffset, [session_id] nvarchar(200), \
               [run_nonce] nvarchar(64), [instance_id] int, [instance_count] int, \
               [row_count] bigint, [issue_count] bigint, [contract_hash] nvarchar(128), [document_hash] nvarchar(128), \
               [source_version] nvarchar(256), [duration_ms] bigint) WITH (CHECK_CONSTRAINTS, KEEP_NULLS, FIRE_TRIGGERS)";
    let rows = "INSERT BULK [app_base] ([app_id] bigint) WITH (CHECK_CONSTRAINTS, KEEP_NULLS, FIRE_TRIGGERS)";
    let expected = ["begin", "call", "batch", log, "rows", "batch", rows, "rows", "commit"];
    assert_eq!(said.collect::<Vec<_>>(), expected);
}

#[test]
fn rows_travel_in_the_form_of_their_columns() {
    let uuid = std::array::from_fn(|at| at as u8 * 0x11);
    // Column, value, and its bytes in a row (MS-TDS 2.2.5.5, 2.2.7.19): lengths, then little-endian numbers.
    let cells = [
        ("name", DataType::VarChar(50), Value::Text("Å𝄞"), "0600 c500 34d8 1edd"),
        // In chunks, of unknown length together, until one of no length.
        ("note", DataType::Text, Value::Text("ab"), "feffffffffffffff 04000000 6100 6200 00000000"),
        ("blank", DataType::Text, Value::Text(""), "feffffffffffffff 00000000"),
        // A sign, then 12,345.
        (
            "amount",
            DataType::Decimal { precision: 12, scale: 2 },
            Value::Decimal(Decimal { unscaled: -12_345, scale: 2 }),
            "05 00 39300000",
        ),
        ("is_open", DataType::Bool, Value::Bool(true), "01 01"),
        ("children", DataType::Int, Value::Int(-2), "04 feffffff"),
        // 719,162 days since 0001-01-01.
        ("born", DataType::Date, Value::Date(0), "03 3af90a"),
        // Microseconds since midnight and the date; tenths of them where the driver declares no scale; minutes from UTC.
        ("received", DataType::Timestamp, Value::Timestamp(1_000_001), "08 41420f0000 3af90a"),
        ("at", DataType::Time, Value::Time(1), "05 0a00000000"),
        ("seen", DataType::TimestampTz, Value::TimestampTz(1_000_001), "0a 8a96980000 3af90a 0000"),
        ("reference", DataType::Uuid, Value::Uuid(uuid), "10 33221100 5544 7766 8899aabbccddeeff"),
        ("raw", DataType::Binary, Value::Binary(&[0xde, 0xad]), "feffffffffffffff 02000000 dead 00000000"),
    ];
    let nulls = "ffff ffffffffffffffff ffffffffffffffff 00 00 00 00 00 00 00 00 ffffffffffffffff";
    let target = Target::with(cells.map(|(name, data_type, ..)| column(name, data_type, true)).into());
    let values = cells.map(|(_, _, value, _)| value);
    let rows = batch(&target.schema, &[(FIRST, &values), (SECOND, &[Value::Null; 12])]);
    commit(&mut *target.sink().unwrap(), &rows).unwrap();
    // What the server said of the columns comes back, then rows with their keys first, then the end.
    let expected = [
        hex(&column_metadata(&target.schema.tables[0])),
        format!("d1 5a00000000000000 {}", cells.map(|(_, _, _, bytes)| bytes).join(" ")),
        format!("d1 5a01000000000000 {nulls}"),
        "fd 0000 0000 0000000000000000".to_owned(),
    ];
    let is_digit = |digit: &char| !digit.is_whitespace();
    assert_eq!(
        hex(&target.peer.bulk_loads()[1]),
        expected.concat().chars().filter(is_digit).collect::<String>()
    );
}

#[test]
fn a_refused_bulk_load_is_told_as_what_it_is_and_the_next_batch_has_a_new_connection() {
    for (number, words, expected) in [
        (
            2627,
            "Violation of PRIMARY KEY constraint. The duplicate key value is (hunter2).",
            Fault::UniqueViolation { table: Some("app_base".to_owned()) },
        ),
        (1205, "Transaction was deadlocked on lock resources", Fault::Deadlock),
        (9002, "The transaction log is full", Fault::DiskFull),
    ] {
        let target = Target::with(Vec::new());
        let mut sink = target.sink().unwrap();
        // The first bulk load is that of the log.
        target.peer.fail(Moment::BulkLoad(1), Instead::Error(number, words));
        let error = commit(&mut *sink, &target.batch()).unwrap_err();
        assert_eq!(error.fault, expected, "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        assert!(!target.peer.messages().contains(&Message::Commit), "nothing of it is committed");
        assert_eq!(commit(&mut *sink, &target.batch()).unwrap().table_row_counts, [2]);
        assert_eq!(target.peer.logins().len(), 2);
    }
}

#[test]
fn another_instances_log_row_is_no_documents_fault() {
    let target = Target::with(Vec::new());
    target.peer.fail(Moment::BulkLoad(0), Instead::Error(2627, "Violation of UNIQUE KEY constraint"));
    let error = commit(&mut *target.sink().unwrap(), &target.batch()).unwrap_err();
    assert_eq!(error.fault, Fault::Busy, "{error}");
    assert!(error.hint.unwrap().contains("--instance-id"));
}

#[test]
fn a_line_that_dies_in_a_bulk_load_or_at_the_commit_is_a_lost_connection() {
    for moment in [Moment::BulkLoad(0), Moment::BulkLoad(1), Moment::Commit] {
        let target = Target::with(Vec::new());
        let mut sink = target.sink().unwrap();
        target.peer.fail(moment, Instead::Nothing);
        let error = commit(&mut *sink, &target.batch()).unwrap_err();
        assert_eq!(error.fault, Fault::ConnectionLost, "{moment:?}: {error}");
        assert_eq!(commit(&mut *sink, &target.batch()).unwrap().table_row_counts, [2], "{moment:?}");
    }
}

/// Statements with parameters that say this.
fn calls_that_say(target: &Target, text: &str) -> usize {
    let is_call = |message: &&Message| matches!(message, Message::Call(call) if says(call, text));
    target.peer.messages().iter().filter(is_call).count()
}

#[test]
fn a_null_beside_a_long_cell_has_the_type_of_its_column() {
    let nulls = [
        ("amount", DataType::Decimal { precision: 12, scale: 2 }),
        ("name", DataType::VarChar(50)),
        ("born", DataType::Date),
        ("at", DataType::Time),
        ("seen", DataType::TimestampTz),
        ("raw", DataType::Binary),
    ];
    let columns = std::iter::once(("note", DataType::Text)).chain(nulls).chain([("children", DataType::Int)]);
    let target = Target::with(columns.map(|(name, data_type)| column(name, data_type, true)).collect());
    let long = "x".repeat(70_000);
    let mut cells = vec![Value::Null; 8];
    cells[0] = Value::Text(&long);
    cells[7] = Value::Int(2);
    let loaded = commit(&mut *target.sink().unwrap(), &batch(&target.schema, &[(FIRST, &cells)])).unwrap();
    assert_eq!(loaded.table_row_counts, [1]);
    assert_eq!(loaded.dropped_row_counts, []);
    // In the statement, where the server gives it the column's type; a parameter would have one of the driver's.
    assert_eq!(calls_that_say(&target, "VALUES (@P1, @P2, NULL, NULL, NULL, NULL, NULL, NULL, @P3)"), 1);
    assert_eq!(calls_that_say(&target, "@P4"), 0);
}

#[test]
fn log_rows_are_sought_where_the_server_can() {
    let target = Target::with(Vec::new());
    commit(&mut *target.sink().unwrap(), &target.batch()).unwrap();
    let look_up = |hint: &str| {
        format!("FROM [processing_log]{hint} WHERE contract_name = @P3 AND [app_id] IN (@P1, @P2)")
    };
    assert_eq!(calls_that_say(&target, &look_up(" WITH (FORCESEEK)")), 1);
    // No index, or no such hint.
    for (number, words) in
        [(8622, "could not produce a query plan because of the hints"), (102, "Incorrect syntax near")]
    {
        let target = Target::with(Vec::new());
        target.mock.refuse("FORCESEEK", number, words);
        commit(&mut *target.sink().unwrap(), &target.batch()).unwrap();
        assert_eq!(calls_that_say(&target, &look_up("")), 1);
    }
}

#[test]
fn who_takes_an_entrys_place_keeps_it_from_others_until_the_end() {
    let look_up = |hint: &str| format!("FROM [processing_log]{hint} WHERE contract_name");
    for (failed, locked_count) in [(FailedDocuments::Replace, 1), (FailedDocuments::Retry, 0)] {
        let target = Target::with(Vec::new());
        commit_with(&mut *target.sink().unwrap(), &target.batch(), failed).unwrap();
        assert_eq!(
            calls_that_say(&target, &look_up(" WITH (FORCESEEK, UPDLOCK)")),
            locked_count,
            "{failed:?}"
        );
    }
    let target = Target::with(Vec::new());
    target.mock.refuse("FORCESEEK", 102, "Incorrect syntax near");
    commit_with(&mut *target.sink().unwrap(), &target.batch(), FailedDocuments::Replace).unwrap();
    assert_eq!(calls_that_say(&target, &look_up(" WITH (UPDLOCK)")), 1);
}

#[test]
fn rows_that_the_server_does_not_count_are_not_loaded_and_the_log_says_whose_they_were() {
    let target = Target::with(Vec::new());
    let mut sink = target.sink().unwrap();
    // One of two is dropped; so they are loaded one by one, and it was the first.
    target.peer.drop_rows(&[1, 1]);
    let loaded = commit(&mut *sink, &target.batch()).unwrap();
    assert_eq!((loaded.table_row_counts, loaded.dropped_row_counts), (vec![1], vec![1]));
    let take_off =
        "WITH (FORCESEEK) SET row_count = row_count - @P1 WHERE contract_name = @P2 AND [app_id] = @P3";
    assert_eq!(calls_that_say(&target, take_off), 1);
    let commits = target.peer.messages().iter().filter(|message| **message == Message::Commit).count();
    assert_eq!((target.peer.logins().len(), commits), (2, 1), "the first transaction came to nothing");
}
