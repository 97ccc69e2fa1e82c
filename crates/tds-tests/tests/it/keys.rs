//! Keys that are no integers: what the server is asked, and what becomes of its answers.

use std::ops::ControlFlow;

use mssql_mock_tds::{ColumnDefinition, ColumnValue, QueryResponse, Row, SqlDataType};
use xmlshred_engine::ports::{FailedDocuments, Fetched, PortError, Selection};
use xmlshred_model::{DocumentKey, KeyRange, KeyType, Share};

use crate::mock::{LENGTHS, Mock};

fn selection() -> Selection {
    let range = KeyRange { start: Some(DocumentKey::typed("007")), end: None };
    Selection { range, share: Share::new(1, 3).unwrap(), failed: FailedDocuments::Leave }
}

fn text(text: &str) -> ColumnValue {
    ColumnValue::NVarChar(text.to_owned())
}

/// An answer whose first column is the key.
fn answer(rows: Vec<Vec<ColumnValue>>, second: Option<SqlDataType>) -> QueryResponse {
    let columns = std::iter::once(SqlDataType::NVarChar).chain(second);
    let columns = columns.map(|data_type| ColumnDefinition::new("column", data_type));
    QueryResponse::new(columns.collect(), rows.into_iter().map(Row::new).collect())
}

/// A part of the query for the first page of keys.
const FIRST_PAGE: &str = "SELECT TOP (CAST(@P1 AS ";

/// A source whose key is of this type of the server, with these keys as text.
fn mock(type_name: &str, keys: &[&str]) -> Mock {
    let mock = Mock::with_key_of(type_name);
    mock.answer(FIRST_PAGE, answer(keys.iter().map(|key| vec![text(key)]).collect(), None));
    mock
}

/// A page after the second key: the statement is of the column alone, in its own order; shares are the reader's affair.
#[test]
fn a_page_compares_the_column_with_what_the_column_is() {
    for (type_name, keys, key_type, read, parameter) in [
        ("nvarchar", ["a", "B"], KeyType::Text, "CAST([APP_XML].[APP_ID] AS nvarchar(4000))", "@P1"),
        (
            "varchar",
            ["a", "B"],
            KeyType::Text,
            "CAST([APP_XML].[APP_ID] AS nvarchar(4000))",
            "CAST(@P1 AS varchar(8000))",
        ),
        (
            "char",
            ["a", "B"],
            KeyType::Text,
            "CAST(RTRIM([APP_XML].[APP_ID]) AS nvarchar(4000))",
            "CAST(@P1 AS varchar(8000))",
        ),
        (
            "uniqueidentifier",
            ["0F8FAD5B-D9CB-469F-A165-70867728950E", "00000000-0000-0000-0000-000000000001"],
            KeyType::Uuid,
            "CAST([APP_XML].[APP_ID] AS nvarchar(36))",
            "CAST(@P1 AS uniqueidentifier)",
        ),
    ] {
        let mock = mock(type_name, &keys);
        let mut source = mock.source("").unwrap();
        assert_eq!((source.key_type(), source.sees_journal()), (key_type, false), "{type_name}");
        let whole = Selection { range: KeyRange::default(), ..selection() };
        let found = source.keys(&whole, None, 5).unwrap();
        assert_eq!(found, keys.map(|key| key_type.parse(key).unwrap()), "{type_name}");
        let order = "ORDER BY [APP_XML].[APP_ID]";
        assert!(mock.was_told(&format!("SELECT TOP (CAST(@P1 AS bigint)) {read} FROM [APP_XML] WHERE [APP_XML].[APP_ID] IS NOT NULL {order}")), "{type_name}");
        source.keys(&whole, found.last(), 5).unwrap();
        let behind = format!("IS NOT NULL AND [APP_XML].[APP_ID] > {parameter} {order}");
        assert!(mock.was_told(&behind), "{type_name}");
        // The column says which keys are one.
        assert!(
            mock.was_told(&format!("GROUP BY [APP_XML].[APP_ID] HAVING COUNT_BIG(*) > 1 {order}")),
            "{type_name}"
        );
        assert!(!mock.was_told("% 3"), "{type_name}");
    }
}

#[test]
fn ranges_are_as_they_were_typed() {
    let mock = mock("varchar", &[]);
    mock.source("").unwrap().keys(&selection(), None, 5).unwrap();
    assert!(mock.was_told("AND [APP_XML].[APP_ID] >= CAST(@P1 AS varchar(8000)) ORDER BY"));
    assert!(mock.was_told("007"));
}

#[test]
fn keys_that_no_log_can_keep_apart_stop_the_run() {
    for (type_name, key, message) in [
        (
            "varchar",
            "a ",
            "has a value that is text with a blank at its end, which some databases take for the text without it",
        ),
        (
            "nvarchar",
            "a\u{fffd}",
            "has a value that is text with a character U+0000 or U+FFFD, which no log can keep apart",
        ),
    ] {
        let mock = mock(type_name, &[key]);
        let whole = Selection { range: KeyRange::default(), ..selection() };
        let error: PortError = mock.source("").unwrap().keys(&whole, None, 5).unwrap_err();
        assert_eq!(error.message, format!("the key column APP_XML.APP_ID {message}"));
    }
    for type_name in ["float", "datetime2", "varbinary", "sql_variant"] {
        let error = Mock::with_key_of(type_name).source("").err().unwrap();
        assert_eq!(
            error.message,
            format!("the key column APP_XML.APP_ID is of type {type_name}, which is none of a key")
        );
    }
}

#[test]
fn documents_are_asked_for_by_keys_of_the_columns_type() {
    let mock = mock("uniqueidentifier", &[]);
    let key = "0f8fad5b-d9cb-469f-a165-70867728950e";
    let server_key = key.to_uppercase();
    let length = vec![text(&server_key), ColumnValue::BigInt(8)];
    mock.answer(LENGTHS, answer(vec![length], Some(SqlDataType::BigInt)));
    let document = vec![text(&server_key), ColumnValue::NVarCharMax(vec!["<a/>".encode_utf16().collect()])];
    mock.answer(
        ", [XML] FROM [APP_XML] WHERE [APP_ID] IN (CAST(@P1",
        answer(vec![document], Some(SqlDataType::NVarCharMax)),
    );
    let mut found = Vec::new();
    let mut source = mock.source("").unwrap();
    let wanted = [KeyType::Uuid.parse(key).unwrap()];
    source
        .fetch(&wanted, 100, &mut |key, fetched| {
            found.push((key, fetched.document));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(found, [(wanted[0].clone(), Fetched::Text("<a/>".to_owned()))]);
    assert!(mock.was_told("WHERE [APP_ID] IN (CAST(@P1 AS uniqueidentifier))"));
}
