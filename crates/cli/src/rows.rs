//! Rows as bytes, to be compared.

use xmlshred_model::{OwnedValue, Value, lexical};

/// The row, so that no two rows are written alike. Doubles count bit for bit: what is compared is whether two runs did the same.
pub(crate) fn written(cells: &[OwnedValue]) -> Vec<u8> {
    let mut out = Vec::new();
    cells.iter().for_each(|cell| write_cell(cell, &mut out));
    out
}

/// Appends the cell, so that no two rows are written alike.
pub(crate) fn write_cell(cell: &OwnedValue, out: &mut Vec<u8>) {
    let mut formatted = String::new();
    let bytes: &[u8] = match cell.as_value() {
        Value::Null => return out.push(0),
        Value::Double(number) => &number.to_bits().to_le_bytes(),
        Value::Text(text) => text.as_bytes(),
        Value::Binary(bytes) => bytes,
        value => {
            lexical::format(&value, &mut formatted);
            formatted.as_bytes()
        }
    };
    out.push(1);
    out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    out.extend_from_slice(bytes);
}
