//! Columns that hold the document's key: what tells whose a row is.

use xmlshred_model::DataType;

use super::checked::{
    Clean, Column, ColumnDefault, ColumnSource, Contract, Generate, OnInvalid, OnTooLong, Pick,
};
use crate::path::Path;

/// The first column of a table (by index) that holds the key of the row's document in every row: `generate: document_key`, the path of
/// `document.key`, or a `parent` column that leads to such a column.
pub fn document_key_column(contract: &Contract, table: usize) -> Option<usize> {
    let count = contract.tables[table].templates[0].columns.len();
    (0..count).find(|&column| holds_key(contract, table, column))
}

/// Whether the document's key is put into a column as it is (`generate: document_key`), or in place of null.
pub fn is_given_the_key(column: &Column) -> bool {
    matches!(column.source, ColumnSource::Generate(Generate::DocumentKey))
        || matches!(column.default, Some(ColumnDefault::Generate(Generate::DocumentKey)))
}

/// The column by which rows of several documents that have one primary key are ranked: the highest document's or the lowest's stays. None
/// where it takes no ranking, because no two documents can have a row with the same key, or where there is no such column.
pub(super) fn ranking_column(contract: &Contract, table: usize) -> Option<usize> {
    may_be_shared(contract, table).then(|| document_key_column(contract, table)).flatten()
}

/// Whether two documents may have rows with the same primary key and differ in them.
pub(super) fn may_be_shared(contract: &Contract, table: usize) -> bool {
    let columns = &contract.tables[table].templates[0].columns;
    if columns.iter().all(|column| column.key) {
        return false;
    }
    let mut keys = (0..columns.len()).filter(|&column| columns[column].key).peekable();
    keys.peek().is_some() && !keys.any(|column| holds_key(contract, table, column))
}

/// Parents stand before their children, so that this ends.
fn holds_key(contract: &Contract, table: usize, column: usize) -> bool {
    let templates = &contract.tables[table].templates;
    templates.iter().map(|template| &template.columns[column]).all(|found| {
        is_unchanged(found)
            && match &found.source {
                ColumnSource::Generate(Generate::DocumentKey) => true,
                ColumnSource::Path(path) => is_key_path(contract, table, path) && is_picked_as_key(found),
                ColumnSource::Parent { table, column } => holds_key(contract, *table, *column),
                ColumnSource::Expression(_)
                | ColumnSource::Constant(_)
                | ColumnSource::Source(_)
                | ColumnSource::Generate(
                    Generate::RowNumber | Generate::Session | Generate::Now | Generate::Uuid,
                ) => false,
            }
    })
}

/// Whether a path of this table leads where `document.key` leads: the same steps from the main element.
fn is_key_path(contract: &Contract, table: usize, path: &Path) -> bool {
    let table = &contract.tables[table];
    let starts_at_main = path.absolute || table.each.is_none() && table.within.is_none();
    starts_at_main
        && contract.document.key.as_ref().is_some_and(|key| {
            (&key.group, &key.steps, key.naming) == (&path.group, &path.steps, path.naming)
        })
}

/// `document.key` is the first match, and the text without the white space around it.
fn is_picked_as_key(column: &Column) -> bool {
    matches!(column.pick, None | Some(Pick::First | Pick::Only))
        && (column.data_type.max_chars().is_none() && column.data_type != DataType::Text
            || column.clean.iter().any(|clean| matches!(clean, Clean::Trim | Clean::CollapseSpaces)))
}

/// Whether nothing on its way makes another key of it, or none.
fn is_unchanged(column: &Column) -> bool {
    let Column { data_type, clean, null_values, codes, default, on_invalid, on_too_long, .. } = column;
    let is_direct = column.other_paths.is_empty() && column.via.is_none();
    let holds_keys = match data_type {
        DataType::SmallInt
        | DataType::TinyInt
        | DataType::Int
        | DataType::BigInt
        | DataType::Decimal { scale: 0, .. }
        | DataType::Uuid
        | DataType::Char(_)
        | DataType::VarChar(_)
        | DataType::Text => true,
        // A double tells 53 bits apart.
        DataType::Decimal { .. }
        | DataType::Bool
        | DataType::Double
        | DataType::Date
        | DataType::Time
        | DataType::Timestamp
        | DataType::TimestampTz
        | DataType::Binary
        | DataType::Xml
        | DataType::Json => false,
    };
    let is_same = |clean: &Clean| matches!(clean, Clean::Trim | Clean::CollapseSpaces);
    holds_keys
        && is_direct
        && codes.is_none()
        && null_values.is_empty()
        && clean.iter().all(is_same)
        && default.is_none()
        && *on_invalid == OnInvalid::Fail
        && *on_too_long == OnTooLong::Fail
}
