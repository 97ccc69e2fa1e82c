//! Cells that a database shows as text, read back as values.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::{DataType, OwnedValue, TableSchema, lexical};

/// The value of this type that `text` stands for. Dates and times may be written as servers write them: with a blank between date
/// and time, and `+00` or ` +00:00` for UTC.
pub(crate) fn parsed(text: &str, table: &TableSchema, column: usize) -> Result<OwnedValue, PortError> {
    let column = &table.columns[column];
    if column.data_type.is_text() {
        return Ok(OwnedValue::Text(text.to_owned()));
    }
    let value = match column.data_type {
        DataType::Timestamp | DataType::TimestampTz => {
            let text =
                text.trim_end_matches("+00:00").trim_end_matches("+00").trim_end().replacen(' ', "T", 1);
            let zone =
                if column.data_type == DataType::TimestampTz && !text.ends_with('Z') { "Z" } else { "" };
            lexical::parse(&format!("{text}{zone}"), column.data_type, &[])
                .map(|value| value.to_owned_value())
        }
        data_type => lexical::parse(text, data_type, &[]).map(|value| value.to_owned_value()),
    };
    value.map_err(|_| {
        let message =
            format!("{}.{} holds something that is no {}", table.name, column.name, column.data_type);
        PortError::new(Fault::WrongTable { table: table.name.clone() }, message)
    })
}
