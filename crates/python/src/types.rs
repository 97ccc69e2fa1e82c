//! In which Arrow types rows are handed over.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use xmlshred_model::{CellReader, ColumnSchema, DataType, TableSchema, Value, lexical};

use crate::schema::arrow_schema;

/// Which types rows have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Types {
    /// Those of batches.
    Exact,
    /// Uuids and times of day are text: not everybody knows them (Spark).
    Plain,
}

impl Types {
    /// A table as it is handed over.
    pub(crate) fn table(self, table: &TableSchema) -> Cow<'_, TableSchema> {
        if table.columns.iter().all(|column| self.keeps(column)) {
            return Cow::Borrowed(table);
        }
        let mut table = table.clone();
        for column in &mut table.columns {
            if !self.keeps(column) {
                column.data_type = DataType::Text;
            }
        }
        Cow::Owned(table)
    }

    /// Rows as they are handed over: exact about nulls, where those of a batch are not. Cells are shared, but for those that become text.
    pub(crate) fn rows(self, table: &TableSchema, rows: &RecordBatch) -> RecordBatch {
        let columns =
            table.columns.iter().zip(rows.columns()).map(|(column, cells)| match self.keeps(column) {
                true => Arc::clone(cells),
                false => as_text(cells, column.data_type),
            });
        RecordBatch::try_new(arrow_schema(&self.table(table)), columns.collect())
            .expect("rows have the columns of their table, and no null where it takes none")
    }

    fn keeps(self, column: &ColumnSchema) -> bool {
        self == Self::Exact || !matches!(column.data_type, DataType::Uuid | DataType::Time)
    }
}

fn as_text(cells: &ArrayRef, data_type: DataType) -> ArrayRef {
    let reader = CellReader::new(cells, data_type);
    let text = |row| match reader.value(row) {
        Value::Null => None,
        value => {
            let mut text = String::new();
            lexical::format(&value, &mut text);
            Some(text)
        }
    };
    Arc::new(StringArray::from_iter((0..cells.len()).map(text)))
}
