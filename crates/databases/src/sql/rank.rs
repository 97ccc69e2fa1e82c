//! By what rows of several documents that have one primary key are ranked: the document's key, in an order that is the same whoever loads
//! first. Numbers order by size, uuids by their canonical text, text character by character. The column may be of any type that holds the key, and rows
//! of others may hold something else.

use xmlshred_model::KeyType;

/// The rank of a cell in SQLite.
pub(crate) fn in_sqlite(key_type: KeyType, cell: &str) -> String {
    let text = format!("CAST({cell} AS TEXT)");
    match key_type {
        KeyType::Integer => format!("CAST({cell} AS INTEGER)"),
        KeyType::Decimal => {
            // No number of SQLite has so many digits: three parts of 13 each, with the sign, as text of one length.
            let digits = format!("substr('{}' || ltrim({text}, '-'), -39)", "0".repeat(39));
            let part = |from: usize| {
                let sign = format!("CASE WHEN {text} LIKE '-%' THEN -1 ELSE 1 END");
                format!("10000000000000 + {sign} * CAST(substr({digits}, {from}, 13) AS INTEGER)")
            };
            let parts = [1, 14, 27].map(part).join(", ");
            format!("CASE WHEN {cell} IS NOT NULL THEN printf('%014d%014d%014d', {parts}) END")
        }
        KeyType::Uuid => format!("lower({text}) COLLATE BINARY"),
        KeyType::Text => format!("{text} COLLATE BINARY"),
    }
}

/// The rank of a cell in PostgreSQL.
pub(crate) fn in_postgres(key_type: KeyType, cell: &str) -> String {
    match key_type {
        KeyType::Integer | KeyType::Decimal => {
            format!(r"CASE WHEN {cell}::text ~ '^\s*[+-]?[0-9]+(\.0*)?\s*$' THEN {cell}::text::numeric END")
        }
        KeyType::Uuid => format!("lower({cell}::text) COLLATE \"C\""),
        KeyType::Text => format!("{cell}::text COLLATE \"C\""),
    }
}

/// The rank of a cell in SQL Server.
pub(crate) fn in_sql_server(key_type: KeyType, cell: &str) -> String {
    match key_type {
        KeyType::Integer => format!("TRY_CAST({cell} AS bigint)"),
        KeyType::Decimal => format!("TRY_CAST({cell} AS decimal(38,0))"),
        KeyType::Uuid => format!("LOWER(CAST({cell} AS nvarchar(400))) COLLATE Latin1_General_BIN2"),
        KeyType::Text => format!("CAST({cell} AS nvarchar(400)) COLLATE Latin1_General_BIN2"),
    }
}

/// What in SQL Server comes before and behind all ranks.
pub(crate) fn ends_in_sql_server(key_type: KeyType) -> [String; 2] {
    match key_type {
        KeyType::Integer => [i64::MIN, i64::MAX].map(|end| end.to_string()),
        KeyType::Decimal => ["-", ""].map(|sign| format!("{sign}{}", "9".repeat(38))),
        KeyType::Uuid | KeyType::Text => ["N''".to_owned(), "NCHAR(65535)".to_owned()],
    }
}
