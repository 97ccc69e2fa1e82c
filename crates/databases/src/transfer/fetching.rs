//! Reading documents from a server: lengths first, then documents in portions, so that neither side holds many large ones.

use std::collections::HashMap;
use std::ops::ControlFlow;

use xmlshred_engine::ports::{Fetched, FetchedRow, PortError};
use xmlshred_model::DocumentKey;

/// Bytes of documents per query: the driver holds an answer as a whole.
const FETCH_BYTES: i64 = 4 << 20;

/// What a server is asked, each time with the keys of some documents.
pub(crate) trait Documents {
    /// The least bytes of UTF-8 that each of these documents has, with the columns beside it; `None` for a null. Rows that are not there are
    /// left out.
    fn lengths(&mut self, keys: &[&DocumentKey]) -> Result<HashMap<DocumentKey, Option<i64>>, PortError>;

    /// The versions of these documents as the log keeps them; none where documents have no versions.
    fn versions(&mut self, keys: &[&DocumentKey]) -> Result<HashMap<DocumentKey, Option<String>>, PortError>;

    /// These documents. Rows that are not there any more are left out.
    fn documents(&mut self, keys: &[&DocumentKey]) -> Result<HashMap<DocumentKey, FetchedRow>, PortError>;
}

/// `Source::fetch`.
pub(crate) fn fetch(
    source: &mut impl Documents,
    keys: &[DocumentKey],
    max_bytes: u64,
    take: &mut dyn FnMut(DocumentKey, FetchedRow) -> ControlFlow<()>,
) -> Result<(), PortError> {
    let max_bytes = i64::try_from(max_bytes).unwrap_or(i64::MAX);
    let keys: Vec<&DocumentKey> = keys.iter().collect();
    // Before the documents: a version that is too old costs a repetition, one that is too new a change.
    let mut versions = source.versions(&keys)?;
    let found = source.lengths(&keys)?;
    let lengths: Vec<_> = keys.into_iter().filter_map(|key| Some((key, *found.get(key)?))).collect();
    let mut rest = &lengths[..];
    while !rest.is_empty() {
        let (part, behind) = rest.split_at(portion(rest, max_bytes));
        rest = behind;
        let fits =
            |(_, length): &&(&DocumentKey, Option<i64>)| length.is_some_and(|length| length <= max_bytes);
        let readable: Vec<&DocumentKey> = part.iter().filter(fits).map(|(key, _)| *key).collect();
        let mut documents = source.documents(&readable)?;
        for &(key, length) in part {
            let mut fetched = match length {
                None => Fetched::Null.into(),
                Some(length) if length > max_bytes => Fetched::TooLarge(length.unsigned_abs()).into(),
                Some(_) => match documents.remove(key) {
                    // It may be longer than the least.
                    Some(fetched) => checked(fetched, max_bytes),
                    // The row vanished between the two queries.
                    None => continue,
                },
            };
            fetched.version = versions.remove(key).flatten();
            if take(key.clone(), fetched).is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// `Source::versions`, where documents have some.
pub(crate) fn versions(
    source: &mut impl Documents,
    keys: &[DocumentKey],
) -> Result<Option<Vec<Option<String>>>, PortError> {
    let mut found = source.versions(&keys.iter().collect::<Vec<_>>())?;
    Ok(Some(keys.iter().map(|key| found.remove(key).flatten()).collect()))
}

/// Bytes as the text of a column beside a document.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    std::iter::once("\\x".to_owned()).chain(digits).collect()
}

fn checked(fetched: FetchedRow, max_bytes: i64) -> FetchedRow {
    let length = fetched.byte_count();
    match i64::try_from(length) {
        Ok(length) if length <= max_bytes => fetched,
        _ => Fetched::TooLarge(length as u64).into(),
    }
}

/// Keys of documents that are read by one query, from the first on; lengths decide.
fn portion(lengths: &[(&DocumentKey, Option<i64>)], max_bytes: i64) -> usize {
    let mut byte_count = 0;
    let fits = |(_, length): &&(&DocumentKey, Option<i64>)| {
        let is_first = byte_count == 0;
        byte_count += length.filter(|&length| length <= max_bytes).unwrap_or(0);
        is_first || byte_count <= FETCH_BYTES
    };
    lengths.iter().take_while(fits).count().max(1)
}
