//! Logging in, reading keys and documents, errors, disconnections.

use std::ops::ControlFlow;
use std::time::Duration;
use xmlshred_engine::testing::number;

use mssql_mock_tds::{ColumnDefinition, ColumnValue, QueryResponse, Row, SqlDataType};
use xmlshred_engine::ports::{FailedDocuments, Fault, Fetched, PortError, Selection};
use xmlshred_model::{DocumentKey, KeyRange, Share};
use xmlshred_test_servers::Cut;

use crate::mock::{BYTES, COLUMNS, DOCUMENTS, KEYS, LENGTHS, Mock};

fn selection(share: Share) -> Selection {
    Selection { range: KeyRange::default(), share, failed: FailedDocuments::Leave }
}

fn keys(mock: &Mock) -> Result<Vec<DocumentKey>, PortError> {
    mock.source("")?.keys(&selection(Share::WHOLE), None, 10)
}

#[test]
fn the_login_names_user_database_and_program_and_hides_the_password() {
    let mock = Mock::with_keys(&[]);
    keys(&mock).unwrap();
    for words in ["loader", "Loans", concat!("xmlshred ", env!("CARGO_PKG_VERSION")), "SET XACT_ABORT ON"] {
        assert!(mock.was_told(words), "{words}");
    }
    assert!(!mock.was_told("s3cret"), "the protocol scrambles passwords");
    let mock = Mock::with_keys(&[]);
    mock.source("applicationName=mine&applicationIntent=ReadOnly").unwrap();
    assert!(mock.was_told("mine") && !mock.was_told("xmlshred"));
}

#[test]
fn a_page_is_a_range_of_the_key_with_the_share_and_its_bounds_as_parameters() {
    let mock = Mock::with_keys(&[4, 7, 10]);
    let mut source = mock.source("").unwrap();
    let found = source.keys(&selection(Share::new(1, 3).unwrap()), Some(&DocumentKey::Int(1)), 2).unwrap();
    assert_eq!(found, [4, 7].map(DocumentKey::Int), "the third only tells that there is more");
    let sql = "SELECT TOP (CAST(@P3 AS bigint)) CAST([APP_XML].[APP_ID] AS bigint) FROM [APP_XML] \
               WHERE [APP_XML].[APP_ID] >= @P1 AND [APP_XML].[APP_ID] <= @P2 \
               AND (([APP_XML].[APP_ID] % 3) + 3) % 3 = 1 ORDER BY [APP_XML].[APP_ID]";
    assert!(mock.was_told(sql));
    assert!(mock.was_told("@P1 bigint,@P2 bigint,@P3 bigint"));
}

#[test]
fn documents_are_measured_before_they_are_read() {
    let mock = Mock::with_keys(&[1, 2]);
    let numbers = |rows: &[[i64; 2]]| {
        let columns = ["key", "length"].map(|name| ColumnDefinition::new(name, SqlDataType::BigInt));
        let row = |row: &[i64; 2]| Row::new(row.map(ColumnValue::BigInt).into());
        QueryResponse::new(columns.into(), rows.iter().map(row).collect())
    };
    // Twice as many bytes of UTF-16 as of UTF-8.
    mock.answer(LENGTHS, numbers(&[[2, 400], [1, 8]]));
    let columns = vec![
        ColumnDefinition::new("key", SqlDataType::BigInt),
        ColumnDefinition::new("xml", SqlDataType::NVarCharMax),
    ];
    let chunks = ["<a", "/>"].map(|part| part.encode_utf16().collect()).into();
    let row = Row::new(vec![ColumnValue::BigInt(1), ColumnValue::NVarCharMax(chunks)]);
    mock.answer(DOCUMENTS, QueryResponse::new(columns, vec![row]));
    let mut found = Vec::new();
    let mut source = mock.source("").unwrap();
    let fetched = source.fetch(&[1, 2].map(DocumentKey::Int), 100, &mut |key, fetched| {
        found.push((number(&key), fetched.document));
        ControlFlow::Continue(())
    });
    fetched.unwrap();
    assert_eq!(found, [(1, Fetched::Text("<a/>".to_owned())), (2, Fetched::TooLarge(200))]);
}

#[test]
fn numbers_of_errors_become_faults_and_no_value_of_their_words_is_passed_on() {
    let mock = Mock::with_keys(&[]);
    let missing = || Fault::MissingTable { table: "APP_XML".to_owned() };
    for (number, message, expected) in [
        (1205, "Transaction (Process ID 52) was deadlocked on lock resources", Fault::Deadlock),
        (1222, "Lock request time out period exceeded.", Fault::Busy),
        (208, "Invalid object name 'dbo.APP_XML'.", missing()),
        (229, "The SELECT permission was denied on the object 'APP_XML'", Fault::AccessDenied),
        (18_456, "Login failed for user 'loader'.", Fault::AccessDenied),
        (4060, "Cannot open database \"Loans\" requested by the login.", Fault::CannotConnect),
        (9002, "The transaction log for database 'Loans' is full", Fault::DiskFull),
        (3906, "Failed to update database because the database is read-only.", Fault::ReadOnly),
        (824, "SQL Server detected a logical consistency-based I/O error", Fault::Corrupt),
        (
            596,
            "Cannot continue the execution because the session is in the kill state.",
            Fault::ConnectionLost,
        ),
        (
            2627,
            "Violation of PRIMARY KEY. The duplicate key value is (hunter2).",
            Fault::UniqueViolation { table: None },
        ),
        (547, "conflicted with the CHECK constraint \"c\", hunter2", Fault::CheckViolation { table: None }),
        (
            547,
            "conflicted with the FOREIGN KEY constraint \"c\", hunter2",
            Fault::ForeignKeyViolation { table: None },
        ),
        (
            515,
            "Cannot insert the value NULL into column 'hunter2'",
            Fault::NotNullViolation { table: None, column: None },
        ),
        (
            8152,
            "String or binary data would be truncated.",
            Fault::ValueRejected { table: None, column: None },
        ),
        (
            2628,
            "would be truncated. Truncated value: 'hunter2'.",
            Fault::ValueRejected { table: None, column: None },
        ),
        (777, "whatever hunter2", Fault::Refused { code: "error 777".into(), table: None, column: None }),
    ] {
        mock.refuse(KEYS, number, message);
        let error = keys(&mock).unwrap_err();
        assert_eq!(error.fault, expected, "{number}: {error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        assert!(error.message.contains(&number.to_string()), "{error}");
    }
}

#[test]
fn an_answer_that_does_not_come_is_a_timeout() {
    let mock = Mock::with_keys(&[]);
    let late = QueryResponse::select_one().with_delay(Duration::from_secs(60));
    mock.answer(KEYS, late);
    let mut source = mock.source("CommandTimeout=1").unwrap();
    let error = source.keys(&selection(Share::WHOLE), None, 10).unwrap_err();
    assert_eq!(error.fault, Fault::Timeout, "{error}");
}

#[test]
fn a_table_without_columns_is_none() {
    let mock = Mock::with_keys(&[]);
    mock.answer(
        COLUMNS,
        QueryResponse::new(vec![ColumnDefinition::new("name", SqlDataType::Int)], Vec::new()),
    );
    let error = mock.source("").err().unwrap();
    assert_eq!(error.fault, Fault::MissingTable { table: "APP_XML".to_owned() }, "{error}");
}

#[test]
fn lines_cut_at_login_are_no_connection_and_later_a_lost_one() {
    for number in 0..12 {
        let mock = Mock::with_keys(&[1]);
        mock.proxy().cut(Cut::BeforeChunk(number));
        match keys(&mock) {
            Err(error) => {
                let is_expected = matches!(error.fault, Fault::CannotConnect | Fault::ConnectionLost);
                assert!(is_expected, "cut before chunk {number}: {error} {:?}", error.fault);
            }
            Ok(_) => {
                assert_eq!(mock.proxy().cut_count(), 0);
                assert!(number >= 4, "login, settings, columns and keys take some chunks");
                return;
            }
        }
    }
    panic!("a page takes fewer than twelve chunks");
}

#[test]
fn text_that_is_no_unicode_is_handed_over_as_its_bytes_and_stops_nothing() {
    let mock = Mock::with_keys(&[1, 2, 3]);
    let lengths = ["key", "length"].map(|name| ColumnDefinition::new(name, SqlDataType::BigInt));
    let rows = [1, 2, 3].map(|key| Row::new([key, 8].map(ColumnValue::BigInt).into()));
    mock.answer(LENGTHS, QueryResponse::new(lengths.into(), rows.into()));
    let key = || ColumnDefinition::new("key", SqlDataType::BigInt);
    // Half a character, a replacement character of the document's own, and nothing special.
    let texts: [Vec<u16>; 3] = [vec![0x3c, 0xd800], vec![0x3c, 0xfffd], vec![0x3c]];
    let row = |(at, text): (usize, &Vec<u16>)| {
        Row::new(vec![ColumnValue::BigInt(at as i64 + 1), ColumnValue::NVarCharMax(vec![text.clone()])])
    };
    let columns = vec![key(), ColumnDefinition::new("xml", SqlDataType::NVarCharMax)];
    let rows = texts.iter().enumerate().map(row).collect();
    mock.answer(DOCUMENTS, QueryResponse::new(columns, rows));
    let columns = vec![key(), ColumnDefinition::new("bytes", SqlDataType::VarBinaryMax)];
    let row = |(at, text): (usize, &Vec<u16>)| {
        let bytes = text.iter().copied().flat_map(u16::to_le_bytes).collect();
        Row::new(vec![ColumnValue::BigInt(at as i64 + 1), ColumnValue::VarBinaryMax(vec![bytes])])
    };
    mock.answer(BYTES, QueryResponse::new(columns, texts.iter().enumerate().take(2).map(row).collect()));
    let mut found = Vec::new();
    let fetched = mock.source("").unwrap().fetch(&[1, 2, 3].map(DocumentKey::Int), 100, &mut |_, fetched| {
        found.push(fetched.document);
        ControlFlow::Continue(())
    });
    fetched.unwrap();
    let text = |text: &str| Fetched::Text(text.to_owned());
    let bytes = Fetched::Bytes(vec![0xff, 0xfe, 0x3c, 0x00, 0x00, 0xd8]);
    assert_eq!(found, [bytes, text("<\u{fffd}"), text("<")]);
}

#[test]
fn a_source_that_may_not_be_read_is_told_with_what_to_grant() {
    let mock = Mock::with_keys(&[1]);
    // As the server has it: the catalog does not show the table either.
    mock.answer(
        COLUMNS,
        QueryResponse::new(vec![ColumnDefinition::new("name", SqlDataType::Int)], Vec::new()),
    );
    let words = "The SELECT permission was denied on the object 'APP_XML', database 'Loans', schema 'dbo'.";
    mock.refuse("SELECT TOP (0) [APP_ID], [XML] FROM [APP_XML]", 229, words);
    let user = Row::new(vec![ColumnValue::NVarChar("some]one".to_owned())]);
    let columns = vec![ColumnDefinition::new("user", SqlDataType::NVarChar)];
    mock.answer("SELECT USER_NAME()", QueryResponse::new(columns, vec![user]));
    let error = mock.source("").err().unwrap();
    assert_eq!(error.fault, Fault::AccessDenied, "{error}");
    assert_eq!(error.message, "no right to read the source table `APP_XML`");
    let grant = "GRANT SELECT ON OBJECT::[APP_XML] TO [some]]one]";
    assert!(error.hint.as_ref().unwrap().ends_with(grant), "{:?}", error.hint);
}

#[test]
fn a_right_that_goes_away_is_named_with_its_table() {
    let mock = Mock::with_keys(&[1]);
    let mut source = mock.source("").unwrap();
    mock.refuse(
        KEYS,
        229,
        "The SELECT permission was denied on the object 'processing_log', database 'Loans'.",
    );
    let error = source.keys(&selection(Share::WHOLE), None, 10).unwrap_err();
    assert_eq!(error.fault, Fault::AccessDenied, "{error}");
    assert!(
        error.message.contains("the right to SELECT is missing on the table [processing_log]"),
        "{error}"
    );
    assert!(error.hint.unwrap().contains("GRANT SELECT ON OBJECT::[processing_log]"));
}
