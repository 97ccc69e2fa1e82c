//! What paging by key is in every database.

use xmlshred_engine::ports::{Fault, PortError, Selection};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::DocumentKey;

/// Bytes of documents per query: the driver holds an answer as a whole.
const FETCH_BYTES: i64 = 4 << 20;

/// First and last key of a page's query; `None` when no key can come after `after`. One lower bound and not two: databases seek
/// to one of them only, and would read every key before this page if they chose the start of the range.
pub(crate) fn bounds(selection: &Selection, after: Option<DocumentKey>) -> Option<[i64; 2]> {
    let start = selection.range.start.map_or(i64::MIN, |key| key.0);
    let end = selection.range.end.map_or(i64::MAX, |key| key.0);
    let next = match after {
        None => i64::MIN,
        Some(after) => after.0.checked_add(1)?,
    };
    Some([start.max(next), end])
}

/// Keys of documents that are read by one query, from the first on; lengths decide.
pub(crate) fn portion(lengths: &[(i64, Option<i64>)], max_bytes: i64) -> usize {
    let mut byte_count = 0;
    let fits = |(_, length): &&(i64, Option<i64>)| {
        let is_first = byte_count == 0;
        byte_count += length.filter(|&length| length <= max_bytes).unwrap_or(0);
        is_first || byte_count <= FETCH_BYTES
    };
    lengths.iter().take_while(fits).count().max(1)
}

/// The key is of another type.
pub(crate) fn not_an_integer(spec: &SourceSpec, found: &str) -> PortError {
    let message = format!("the key column {}.{} is of type {found}, not an integer", spec.table, spec.key);
    PortError::new(Fault::WrongTable { table: spec.table.clone() }, message)
        .with_hint("`source.key` must name an integer column, best the primary key")
}

/// Two rows with one key share one log row: the second document would never be processed, and nobody told.
pub(crate) fn not_unique(spec: &SourceSpec, key: DocumentKey) -> PortError {
    let message = format!("the key column {}.{} has the key {key} in several rows", spec.table, spec.key);
    PortError::new(Fault::WrongTable { table: spec.table.clone() }, message)
        .with_hint("`source.key` must name a column whose values are unique, best the primary key")
}
