//! Cells of a batch as values.

use arrow_array::RecordBatch;
use xmlshred_model::{Batch, CellReader, OwnedValue, TableSchema};

/// The rows of one table as values.
pub fn rows(table: &TableSchema, records: &RecordBatch) -> Vec<Vec<OwnedValue>> {
    let columns = table.columns.iter().zip(records.columns());
    let readers =
        columns.map(|(column, array)| CellReader::new(array.as_ref(), column.data_type)).collect::<Vec<_>>();
    (0..records.num_rows())
        .map(|row| readers.iter().map(|reader| reader.value(row).to_owned_value()).collect())
        .collect()
}

/// The rows that a batch has in table `table`.
pub fn batch_rows(batch: &Batch, table: usize) -> Vec<Vec<OwnedValue>> {
    rows(&batch.schema().tables[table], &batch.rows(table))
}

/// The same rows in an order of their own, to compare as sets with repetition.
pub fn sorted(mut rows: Vec<Vec<OwnedValue>>) -> Vec<Vec<OwnedValue>> {
    rows.sort_by_cached_key(|row| format!("{row:?}"));
    rows
}
