//! The few tokens of the protocol that the peer says itself (MS-TDS 2.2.7).

use xmlshred_model::{DataType, TableSchema};

/// `DONE` (2.2.7.6): the end of an answer.
pub(crate) fn done(status: u16, row_count: u64) -> Vec<u8> {
    let mut token = vec![0xfd];
    token.extend(status.to_le_bytes());
    token.extend(BULK_INSERT.to_le_bytes());
    token.extend(row_count.to_le_bytes());
    token
}

/// Status of an answer with nothing to tell.
pub(crate) const DONE_FINAL: u16 = 0;
/// Status of an answer that follows an error.
pub(crate) const DONE_ERROR: u16 = 0x02;
/// Status of an answer that counts rows.
pub(crate) const DONE_COUNT: u16 = 0x10;
/// What the server calls the statement that it has done.
const BULK_INSERT: u16 = 0xf0;

/// `ERROR` (2.2.7.10), of the class that ends a statement.
pub(crate) fn error(number: u32, message: &str) -> Vec<u8> {
    let mut body = number.to_le_bytes().to_vec();
    body.extend([1, 14]);
    body.extend(long_text(message));
    body.extend(short_text("peer"));
    body.extend(short_text(""));
    body.extend(1_u32.to_le_bytes());
    with_length(0xaa, &body)
}

/// `LOGINACK` (2.2.7.14), with this version of the protocol.
pub(crate) fn login_acknowledged(version: [u8; 4]) -> Vec<u8> {
    let body = [&[1][..], &version, &short_text("peer"), &[16, 0, 0, 0]].concat();
    with_length(0xad, &body)
}

/// `ENVCHANGE` (2.2.7.9) of the kind that sends the client elsewhere.
pub(crate) fn routing(host: &str, port: u16) -> Vec<u8> {
    let mut value = vec![0];
    value.extend(port.to_le_bytes());
    value.extend(long_text(host));
    let mut body = vec![20];
    body.extend((value.len() as u16).to_le_bytes());
    body.extend(value);
    body.extend(0_u16.to_le_bytes());
    with_length(0xe3, &body)
}

/// `COLMETADATA` (2.2.7.4) of all columns of a table, as an answer to a query of none of its rows.
pub(crate) fn column_metadata(table: &TableSchema) -> Vec<u8> {
    let mut token = vec![0x81];
    token.extend((table.columns.len() as u16).to_le_bytes());
    for column in &table.columns {
        token.extend(0_u32.to_le_bytes());
        // Whether it can be written is unknown, as the server says of columns of a query.
        let flags: u16 = if column.nullable { 0x09 } else { 0x08 };
        token.extend(flags.to_le_bytes());
        token.extend(type_info(column.data_type, column.nullable));
        token.extend(short_text(&column.name));
    }
    token
}

/// Latin1_General_CI_AS.
const COLLATION: [u8; 5] = [0x09, 0x04, 0xd0, 0x00, 0x34];

/// `TYPE_INFO` (2.2.5.6) of the types that the tests' tables have.
fn type_info(data_type: DataType, is_nullable: bool) -> Vec<u8> {
    let text = |max_bytes: u16| [&[0xe7], &max_bytes.to_le_bytes()[..], &COLLATION].concat();
    match (data_type, is_nullable) {
        (DataType::BigInt, false) => vec![0x7f],
        (DataType::BigInt, true) => vec![0x26, 8],
        (DataType::Int, false) => vec![0x38],
        (DataType::Int, true) => vec![0x26, 4],
        (DataType::Bool, _) => vec![0x68, 1],
        (DataType::VarChar(length), _) => text(length as u16 * 2),
        (DataType::Text, _) => text(0xffff),
        (DataType::Decimal { precision, scale }, _) => vec![0x6a, 9, precision, scale],
        (DataType::Date, _) => vec![0x28],
        (DataType::Timestamp, _) => vec![0x2a, 6],
        (DataType::Time, _) => vec![0x29, 7],
        (DataType::TimestampTz, _) => vec![0x2b, 7],
        (DataType::Uuid, _) => vec![0x24, 16],
        (DataType::Binary, _) => vec![0xa5, 0xff, 0xff],
        other => unreachable!("no table of these tests has a column like {other:?}"),
    }
}

fn with_length(token: u8, body: &[u8]) -> Vec<u8> {
    [&[token], &(body.len() as u16).to_le_bytes()[..], body].concat()
}

/// Text behind one byte that counts its characters.
fn short_text(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    std::iter::once(units.len() as u8).chain(units.into_iter().flat_map(u16::to_le_bytes)).collect()
}

/// Text behind two bytes that count its characters.
fn long_text(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    (units.len() as u16)
        .to_le_bytes()
        .into_iter()
        .chain(units.into_iter().flat_map(u16::to_le_bytes))
        .collect()
}
