//! Rows in the binary format of `COPY`: <https://www.postgresql.org/docs/current/sql-copy.html>
//!
//! How each column is written is decided once, from the contract's type and the server's.

use arrow_array::RecordBatch;
use postgres::types::{Oid, Type};
use xmlshred_model::{CellReader, DataType, Decimal, TableSchema, Value};

/// Before the first row: signature, no flags, no extension.
pub(super) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// After the last row.
pub(super) const TRAILER: &[u8] = &(-1_i16).to_be_bytes();

/// Days and microseconds from 1970-01-01, our beginning of time, to 2000-01-01, the server's.
const EPOCH_DAYS: i32 = 10_957;
const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * 86_400_000_000;

/// Digits of the server's decimals are groups of four.
const GROUP_DIGITS: u32 = 4;
const GROUP: u128 = 10_u128.pow(GROUP_DIGITS);

/// How the cells of one column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Bool,
    Int2,
    Int4,
    Int8,
    Numeric,
    Float8,
    Text,
    Xml,
    Json,
    /// Text behind a version number.
    Jsonb,
    Date,
    Time,
    Timestamp,
    Uuid,
    Bytea,
}

impl Encoding {
    /// How a contract's values are written to a column of the server's type so that none is changed; `None` when the server
    /// must convert them.
    pub(super) fn between(data_type: DataType, server_type: Oid) -> Option<Self> {
        let server_type = Type::from_oid(server_type)?;
        Some(match (data_type, server_type) {
            (DataType::Bool, Type::BOOL) => Self::Bool,
            (DataType::TinyInt | DataType::SmallInt, Type::INT2) => Self::Int2,
            (DataType::TinyInt | DataType::SmallInt | DataType::Int, Type::INT4) => Self::Int4,
            (DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt, Type::INT8) => {
                Self::Int8
            }
            (
                DataType::TinyInt
                | DataType::SmallInt
                | DataType::Int
                | DataType::BigInt
                | DataType::Decimal { .. },
                Type::NUMERIC,
            ) => Self::Numeric,
            (DataType::Double, Type::FLOAT8) => Self::Float8,
            (data_type, Type::TEXT | Type::VARCHAR | Type::BPCHAR) if data_type.is_text() => Self::Text,
            (DataType::Xml, Type::XML) => Self::Xml,
            (DataType::Json, Type::JSON) => Self::Json,
            (DataType::Json, Type::JSONB) => Self::Jsonb,
            (DataType::Date, Type::DATE) => Self::Date,
            (DataType::Time, Type::TIME) => Self::Time,
            (DataType::Timestamp, Type::TIMESTAMP) | (DataType::TimestampTz, Type::TIMESTAMPTZ) => {
                Self::Timestamp
            }
            (DataType::Uuid, Type::UUID) => Self::Uuid,
            (DataType::Binary, Type::BYTEA) => Self::Bytea,
            _ => return None,
        })
    }

    /// The server's type of a column that takes the contract's values as they are.
    pub(super) fn natural(data_type: DataType) -> (Self, &'static str) {
        match data_type {
            DataType::Bool => (Self::Bool, "boolean"),
            DataType::TinyInt | DataType::SmallInt => (Self::Int2, "smallint"),
            DataType::Int => (Self::Int4, "integer"),
            DataType::BigInt => (Self::Int8, "bigint"),
            DataType::Decimal { .. } => (Self::Numeric, "numeric"),
            DataType::Double => (Self::Float8, "double precision"),
            DataType::Char(_) | DataType::VarChar(_) | DataType::Text | DataType::Xml | DataType::Json => {
                (Self::Text, "text")
            }
            DataType::Date => (Self::Date, "date"),
            DataType::Time => (Self::Time, "time"),
            DataType::Timestamp => (Self::Timestamp, "timestamp"),
            DataType::TimestampTz => (Self::Timestamp, "timestamptz"),
            DataType::Uuid => (Self::Uuid, "uuid"),
            DataType::Binary => (Self::Bytea, "bytea"),
        }
    }

    /// Appends one cell, with its length before it.
    fn write(self, value: &Value<'_>, out: &mut Vec<u8>) {
        match (self, value) {
            (_, Value::Null) => out.extend_from_slice(&(-1_i32).to_be_bytes()),
            (Self::Bool, Value::Bool(value)) => field(out, &[u8::from(*value)]),
            (Self::Int2, Value::Int(value)) => {
                field(out, &i16::try_from(*value).expect("smallint was range-checked").to_be_bytes());
            }
            (Self::Int4, Value::Int(value)) => {
                field(out, &i32::try_from(*value).expect("int was range-checked").to_be_bytes());
            }
            (Self::Int8, Value::Int(value)) => field(out, &value.to_be_bytes()),
            (Self::Numeric, Value::Int(value)) => {
                numeric(out, Decimal { unscaled: i128::from(*value), scale: 0 });
            }
            (Self::Numeric, Value::Decimal(value)) => numeric(out, *value),
            (Self::Float8, Value::Double(value)) => field(out, &value.to_be_bytes()),
            (Self::Text | Self::Xml | Self::Json, Value::Text(text)) => field(out, text.as_bytes()),
            (Self::Jsonb, Value::Text(text)) => {
                out.extend_from_slice(&length(text.len() + 1).to_be_bytes());
                out.push(1);
                out.extend_from_slice(text.as_bytes());
            }
            (Self::Date, Value::Date(days)) => field(out, &(days - EPOCH_DAYS).to_be_bytes()),
            (Self::Time, Value::Time(micros)) => field(out, &micros.to_be_bytes()),
            (Self::Timestamp, Value::Timestamp(micros) | Value::TimestampTz(micros)) => {
                field(out, &(micros - EPOCH_MICROS).to_be_bytes());
            }
            (Self::Uuid, Value::Uuid(bytes)) => field(out, bytes),
            (Self::Bytea, Value::Binary(bytes)) => field(out, bytes),
            _ => unreachable!("the encoding was chosen by the column's type, as was the array"),
        }
    }
}

fn field(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&length(bytes.len()).to_be_bytes());
    out.extend_from_slice(bytes);
}

fn length(length: usize) -> i32 {
    i32::try_from(length).expect("a batch is far smaller than 2 GiB")
}

/// Count of groups, place of the first, sign, scale, groups. Zeros at both ends are left out.
fn numeric(out: &mut Vec<u8>, Decimal { unscaled, scale }: Decimal) {
    const MAX_GROUPS: usize = 24;
    let mut groups = [0_u16; MAX_GROUPS];
    // From the last group to the first.
    let mut start = MAX_GROUPS;
    let mut push = |group: u128| {
        start -= 1;
        groups[start] = u16::try_from(group).expect("a group is below 10,000");
    };
    let scale_power = 10_u128.pow(scale.into());
    let mut fraction = unscaled.unsigned_abs() % scale_power;
    let mut whole = unscaled.unsigned_abs() / scale_power;
    let mut digits_left = u32::from(scale);
    while digits_left > 0 {
        let digits = match digits_left % GROUP_DIGITS {
            0 => GROUP_DIGITS,
            rest => rest,
        };
        let power = 10_u128.pow(digits);
        push(fraction % power * 10_u128.pow(GROUP_DIGITS - digits));
        fraction /= power;
        digits_left -= digits;
    }
    let fraction_groups = MAX_GROUPS - start;
    let mut push = |group: u128| {
        start -= 1;
        groups[start] = u16::try_from(group).expect("a group is below 10,000");
    };
    while whole > 0 {
        push(whole % GROUP);
        whole /= GROUP;
    }
    let whole_groups = MAX_GROUPS - start - fraction_groups;
    let groups = &groups[start..];
    let leading = groups.iter().take_while(|group| **group == 0).count();
    let significant = &groups[leading..];
    let trailing = significant.iter().rev().take_while(|group| **group == 0).count();
    let significant = &significant[..significant.len() - trailing];
    let weight = if significant.is_empty() { 0 } else { whole_groups as i16 - 1 - leading as i16 };
    let sign: u16 = if unscaled < 0 { 0x4000 } else { 0 };
    out.extend_from_slice(&length(8 + 2 * significant.len()).to_be_bytes());
    out.extend_from_slice(&(significant.len() as u16).to_be_bytes());
    out.extend_from_slice(&weight.to_be_bytes());
    out.extend_from_slice(&sign.to_be_bytes());
    out.extend_from_slice(&u16::from(scale).to_be_bytes());
    for group in significant {
        out.extend_from_slice(&group.to_be_bytes());
    }
}

/// Whether rows carry their number before their cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbered {
    No,
    /// As `bigint`, counted from here.
    From(i64),
}

/// Appends rows to `buffer` and hands it to `send`, which empties it, whenever it holds `portion` bytes.
pub(super) fn write_rows<E>(
    table: &TableSchema,
    encodings: &[Encoding],
    rows: &RecordBatch,
    numbered: Numbered,
    portion: usize,
    buffer: &mut Vec<u8>,
    mut send: impl FnMut(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let columns = table.columns.iter().zip(rows.columns()).zip(encodings);
    let readers: Vec<_> = columns
        .map(|((column, array), encoding)| (CellReader::new(array.as_ref(), column.data_type), *encoding))
        .collect();
    let cell_count = readers.len() + usize::from(numbered != Numbered::No);
    let cell_count = i16::try_from(cell_count).expect("PostgreSQL's tables have at most 1,600 columns");
    for row in 0..rows.num_rows() {
        buffer.extend_from_slice(&cell_count.to_be_bytes());
        if let Numbered::From(first) = numbered {
            field(buffer, &(first + row as i64).to_be_bytes());
        }
        for (reader, encoding) in &readers {
            encoding.write(&reader.value(row), buffer);
        }
        if buffer.len() >= portion {
            send(buffer)?;
        }
    }
    Ok(())
}
