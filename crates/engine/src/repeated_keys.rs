//! Documents with a row whose primary key another row of the batch has: the target will refuse them, most likely. Tried alone from the
//! start, they cost nobody else's rows a second load.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use xmlshred_model::{Batch, CellReader, OnExisting, Outcome, Value};

/// These documents, ascending; of several with one key all but the first. A suspicion: two keys may have one hash, and the target may
/// see more keys as equal than those that are the same here.
pub(crate) fn documents(batch: &Batch) -> Vec<usize> {
    let schema = batch.schema();
    if schema.on_existing != OnExisting::Fail {
        return Vec::new();
    }
    let mut suspects = Vec::new();
    let mut seen = HashSet::new();
    for (index, table) in schema.tables.iter().enumerate() {
        if table.primary_key.is_empty() {
            continue;
        }
        let rows = batch.rows(index);
        let reader =
            |&column: &usize| CellReader::new(rows.column(column).as_ref(), table.columns[column].data_type);
        let key: Vec<_> = table.primary_key.iter().map(reader).collect();
        seen.clear();
        for (document, record) in batch.documents().iter().enumerate() {
            // A document that failed late has rows that nobody loads.
            if record.outcome != Outcome::Success {
                continue;
            }
            let mut is_suspect = false;
            for row in batch.row_range(index, document) {
                is_suspect |= !seen.insert(hash(&key, row));
            }
            if is_suspect {
                suspects.push(document);
            }
        }
    }
    suspects.sort_unstable();
    suspects.dedup();
    suspects
}

fn hash(key: &[CellReader<'_>], row: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    for cell in key {
        match cell.value(row) {
            Value::Null => hasher.write_u8(0),
            Value::Bool(value) => value.hash(&mut hasher),
            Value::Int(value) | Value::Time(value) | Value::Timestamp(value) | Value::TimestampTz(value) => {
                value.hash(&mut hasher);
            }
            // All cells of a column have its scale.
            Value::Decimal(value) => { value.unscaled }.hash(&mut hasher),
            Value::Double(value) => value.to_bits().hash(&mut hasher),
            Value::Text(text) => text.hash(&mut hasher),
            Value::Date(days) => days.hash(&mut hasher),
            Value::Uuid(bytes) => bytes.hash(&mut hasher),
            Value::Binary(bytes) => bytes.hash(&mut hasher),
        }
    }
    hasher.finish()
}
