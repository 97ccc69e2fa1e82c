//! Rows as INSERT statements with literals, for people to read and try: `preview --format sql`. A run binds its values
//! instead.

use std::fmt::Write as _;

use arrow_array::RecordBatch;
use xmlshred_model::{Batch, CellReader, DataType, TableSchema, Value, lexical};

use crate::sql::ddl::text_literal;
use crate::sql::dialect::Dialect;

/// Appends one INSERT statement per row of the batch, tables in schema order, each on a line and ended by a semicolon.
pub fn inserts(dialect: &Dialect, batch: &Batch, out: &mut String) {
    let schema = batch.schema();
    for (index, table) in schema.tables.iter().enumerate() {
        let qualified = dialect.table(schema.namespace.as_deref(), &table.name);
        let columns = dialect.quote_all(table.columns.iter().map(|column| column.name.as_str()));
        table_inserts(
            dialect,
            &format!("INSERT INTO {qualified} ({columns}) VALUES ("),
            table,
            &batch.rows(index),
            out,
        );
    }
}

fn table_inserts(dialect: &Dialect, start: &str, table: &TableSchema, rows: &RecordBatch, out: &mut String) {
    let readers: Vec<_> = table
        .columns
        .iter()
        .zip(rows.columns())
        .map(|(column, array)| (column.data_type, CellReader::new(array.as_ref(), column.data_type)))
        .collect();
    for row in 0..rows.num_rows() {
        out.push_str(start);
        for (column, (data_type, reader)) in readers.iter().enumerate() {
            if column > 0 {
                out.push_str(", ");
            }
            literal(dialect, *data_type, &reader.value(row), out);
        }
        out.push_str(");\n");
    }
}

fn literal(dialect: &Dialect, data_type: DataType, value: &Value<'_>, out: &mut String) {
    match value {
        Value::Null => out.push_str("NULL"),
        Value::Bool(value) => out.push_str(dialect.bool_literals[usize::from(*value)]),
        Value::Int(value) => write!(out, "{value}").expect("writing to a string succeeds"),
        Value::Double(value) => write!(out, "{value:e}").expect("writing to a string succeeds"),
        Value::Binary(bytes) => {
            out.push_str(dialect.binary_literal.0);
            for byte in *bytes {
                write!(out, "{byte:02x}").expect("writing to a string succeeds");
            }
            out.push_str(dialect.binary_literal.1);
        }
        Value::Text(text) => out.push_str(&text_literal(dialect, text)),
        Value::Decimal(_) => {
            let mut text = String::new();
            lexical::format(value, &mut text);
            let is_number = dialect.type_name(data_type) != dialect.types.text;
            out.push_str(&if is_number { text } else { text_literal(dialect, &text) });
        }
        Value::Date(_) | Value::Time(_) | Value::Timestamp(_) | Value::TimestampTz(_) | Value::Uuid(_) => {
            let mut text = String::new();
            lexical::format(value, &mut text);
            // Canonical text is ASCII: no prefix.
            write!(out, "'{text}'").expect("writing to a string succeeds");
        }
    }
}
