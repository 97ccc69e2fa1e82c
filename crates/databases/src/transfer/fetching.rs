//! Reading documents from a server: lengths first, then documents in portions, so that neither side holds many large ones.

use std::collections::HashMap;
use std::ops::ControlFlow;

use xmlshred_engine::ports::{Fetched, PortError};
use xmlshred_model::DocumentKey;

/// Bytes of documents per query: the driver holds an answer as a whole.
const FETCH_BYTES: i64 = 4 << 20;

/// What a server is asked, each time with the keys of some documents.
pub(crate) trait Documents {
    /// The least bytes of UTF-8 that each of these documents has; `None` for a null. Rows that are not there are left out.
    fn lengths(&mut self, keys: &[i64]) -> Result<HashMap<i64, Option<i64>>, PortError>;

    /// These documents. Rows that are not there any more are left out.
    fn documents(&mut self, keys: &[i64]) -> Result<HashMap<i64, Fetched>, PortError>;
}

/// `Source::fetch`.
pub(crate) fn fetch(
    source: &mut impl Documents,
    keys: &[DocumentKey],
    max_bytes: u64,
    take: &mut dyn FnMut(DocumentKey, Fetched) -> ControlFlow<()>,
) -> Result<(), PortError> {
    let max_bytes = i64::try_from(max_bytes).unwrap_or(i64::MAX);
    let keys: Vec<i64> = keys.iter().map(|key| key.0).collect();
    let found = source.lengths(&keys)?;
    let lengths: Vec<_> = keys.iter().filter_map(|key| Some((*key, *found.get(key)?))).collect();
    let mut rest = &lengths[..];
    while !rest.is_empty() {
        let (part, behind) = rest.split_at(portion(rest, max_bytes));
        rest = behind;
        let fits = |(_, length): &&(i64, Option<i64>)| length.is_some_and(|length| length <= max_bytes);
        let readable: Vec<i64> = part.iter().filter(fits).map(|(key, _)| *key).collect();
        let mut documents = source.documents(&readable)?;
        for &(key, length) in part {
            let fetched = match length {
                None => Fetched::Null,
                Some(length) if length > max_bytes => Fetched::TooLarge(length.unsigned_abs()),
                Some(_) => match documents.remove(&key) {
                    // It may be longer than the least.
                    Some(fetched) => checked(fetched, max_bytes),
                    // The row vanished between the two queries.
                    None => continue,
                },
            };
            if take(DocumentKey(key), fetched).is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn checked(fetched: Fetched, max_bytes: i64) -> Fetched {
    let length = match &fetched {
        Fetched::Text(text) => text.len(),
        Fetched::Bytes(bytes) => bytes.len(),
        Fetched::Null | Fetched::TooLarge(_) => 0,
    };
    match i64::try_from(length) {
        Ok(length) if length <= max_bytes => fetched,
        _ => Fetched::TooLarge(length as u64),
    }
}

/// Keys of documents that are read by one query, from the first on; lengths decide.
fn portion(lengths: &[(i64, Option<i64>)], max_bytes: i64) -> usize {
    let mut byte_count = 0;
    let fits = |(_, length): &&(i64, Option<i64>)| {
        let is_first = byte_count == 0;
        byte_count += length.filter(|&length| length <= max_bytes).unwrap_or(0);
        is_first || byte_count <= FETCH_BYTES
    };
    lengths.iter().take_while(fits).count().max(1)
}
