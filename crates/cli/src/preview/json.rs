//! A previewed document as one JSON object. Columns are in contract order; sensitive values are not masked, because
//! programs compare them.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, SerializeStruct, Serializer};
use xmlshred_mapping::NoRows;
use xmlshred_model::CellReader;
use xmlshred_model::log_table::{FAILED, SKIPPED, SUCCESS};
use xmlshred_model::{Failure, Issue, TableSchema, TargetSchema, Value, lexical};

use crate::database::key_json;

use super::Preview;

/// The object, on one line.
///
/// # Errors
/// None that is expected: every value has a JSON form.
pub(crate) fn json(preview: &Preview) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Document(preview))
}

struct Document<'a>(&'a Preview);

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Preview { name, key, rows: _, no_rows, issues } = self.0;
        let (status, failure, skipped) = match no_rows {
            None => (SUCCESS, None, None),
            Some(NoRows::Failed(failure)) => (FAILED, Some(failure), None),
            Some(NoRows::Skipped(reason)) => (SKIPPED, None, Some(reason)),
        };
        let mut object = serializer.serialize_struct("Document", 6 + usize::from(skipped.is_some()))?;
        object.serialize_field("document", name)?;
        object.serialize_field("key", &key.as_ref().map(key_json))?;
        object.serialize_field("status", status)?;
        object.serialize_field("failure", &failure.map(FailureObject))?;
        if let Some(reason) = skipped {
            object.serialize_field("skipped", reason)?;
        }
        object.serialize_field("tables", &Tables(self.0))?;
        object.serialize_field("issues", &Issues(issues, self.0.rows.schema()))?;
        object.end()
    }
}

struct FailureObject<'a>(&'a Failure);

impl Serialize for FailureObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Failure { stage, code, message, place: _ } = self.0;
        let mut object = serializer.serialize_struct("Failure", 3)?;
        object.serialize_field("stage", stage.as_str())?;
        object.serialize_field("code", code.as_str())?;
        object.serialize_field("message", message)?;
        object.end()
    }
}

struct Tables<'a>(&'a Preview);

impl Serialize for Tables<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let batch = &self.0.rows;
        let tables = &batch.schema().tables;
        let mut map = serializer.serialize_map(Some(tables.len()))?;
        for (index, table) in tables.iter().enumerate() {
            map.serialize_entry(&table.name, &Rows { table, cells: &batch.rows(index) })?;
        }
        map.end()
    }
}

struct Rows<'a> {
    table: &'a TableSchema,
    cells: &'a arrow_array::RecordBatch,
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns: Vec<_> = self
            .table
            .columns
            .iter()
            .zip(self.cells.columns())
            .map(|(column, array)| (column.name.as_str(), CellReader::new(array.as_ref(), column.data_type)))
            .collect();
        let mut rows = serializer.serialize_seq(Some(self.cells.num_rows()))?;
        for row in 0..self.cells.num_rows() {
            rows.serialize_element(&Row { columns: &columns, row })?;
        }
        rows.end()
    }
}

struct Row<'a> {
    columns: &'a [(&'a str, CellReader<'a>)],
    row: usize,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.columns.len()))?;
        for (name, reader) in self.columns {
            object.serialize_entry(name, &Cell(reader.value(self.row)))?;
        }
        object.end()
    }
}

struct Cell<'a>(Value<'a>);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(value),
            Value::Int(value) => serializer.serialize_i64(value),
            Value::Double(value) => serializer.serialize_f64(value),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Decimal(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::Timestamp(_)
            | Value::TimestampTz(_)
            | Value::Uuid(_)
            | Value::Binary(_) => {
                let mut text = String::new();
                lexical::format(&self.0, &mut text);
                serializer.serialize_str(&text)
            }
        }
    }
}

struct Issues<'a>(&'a [Issue], &'a TargetSchema);

impl Serialize for Issues<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for issue in self.0 {
            list.serialize_element(&IssueObject(issue, self.1))?;
        }
        list.end()
    }
}

struct IssueObject<'a>(&'a Issue, &'a TargetSchema);

impl Serialize for IssueObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Issue { table, column, code, count } = self.0;
        let table = &self.1.tables[*table as usize];
        let mut object = serializer.serialize_struct("Issue", 4)?;
        object.serialize_field("table", &table.name)?;
        object.serialize_field("column", &table.columns[*column as usize].name)?;
        object.serialize_field("code", code.as_str())?;
        object.serialize_field("count", count)?;
        object.end()
    }
}
