//! How a contract's values get into a column of the server so that none is changed: decided once per column.

use postgres::types::Type;
use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::{DataType, OnExisting, TableSchema, TargetSchema};

use crate::catalog::target_names;
use crate::sql::names::listed;

use super::catalog::{Column, Own};
use super::copy_format::Encoding;

/// The way into a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Conversion {
    /// In the binary form of the column's type.
    Direct(Encoding),
    /// In the binary form of the contract's type, converted by the server with this cast; none when assigning is enough.
    ByServer(Option<String>),
}

impl Conversion {
    /// `None` when values would be changed: rounded, cut off or read otherwise.
    pub(super) fn between(data_type: DataType, column: &Column) -> Option<Self> {
        if would_round(data_type, column) {
            return None;
        }
        if column.is_base_type
            && let Some(encoding) = Encoding::between(data_type, column.base_type)
        {
            return Some(Self::Direct(encoding));
        }
        let cast = || Some(Self::ByServer(Some(column.base_type_name.clone())));
        if cuts_off(column) {
            return None;
        }
        // Text of any kind: no cast, because one to `varchar(5)` cuts off what assigning refuses.
        if column.category == 'S' {
            let cast = (!data_type.is_text()).then(|| "text".to_owned());
            return (data_type != DataType::Binary).then_some(Self::ByServer(cast));
        }
        let base_type = Type::from_oid(column.base_type);
        match (data_type, base_type) {
            (data_type, _) if data_type.is_text() => is_read_as_it_stands(column).then(cast).flatten(),
            // Too large a number is refused.
            (
                DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt | DataType::Decimal { scale: 0, .. },
                Some(Type::INT2 | Type::INT4 | Type::INT8 | Type::NUMERIC),
            )
            | (DataType::Decimal { .. }, Some(Type::NUMERIC))
            | (DataType::TinyInt | DataType::SmallInt, Some(Type::FLOAT4 | Type::FLOAT8))
            | (DataType::Int, Some(Type::FLOAT8))
            // 15 digits come back out of a double as they went in.
            | (DataType::Decimal { precision: 0..=15, .. }, Some(Type::FLOAT8))
            | (DataType::Bool, Some(Type::BOOL | Type::INT4))
            | (DataType::Double, Some(Type::FLOAT8))
            | (DataType::Date, Some(Type::DATE | Type::TIMESTAMP | Type::TIMESTAMPTZ))
            | (DataType::Time, Some(Type::TIME))
            // Sessions of ours are in UTC.
            | (DataType::Timestamp | DataType::TimestampTz, Some(Type::TIMESTAMP | Type::TIMESTAMPTZ))
            | (DataType::Uuid, Some(Type::UUID))
            | (DataType::Binary, Some(Type::BYTEA)) => cast(),
            _ => None,
        }
    }
}

/// Whether the column is of the kinds of text that cut off what is too long without a word: names of the server's own, and its single byte.
fn cuts_off(column: &Column) -> bool {
    matches!(Type::from_oid(column.base_type), Some(Type::NAME | Type::CHAR))
}

/// Whether the server keeps text as it stands, or refuses it: enumerations, addresses, uuids, JSON, XML, and the types of extensions and
/// users, whose own affair that is. Numbers lose zeros in front, booleans take `Y` for true, dates and spans of time are read by the
/// session's style, arrays, ranges, records and shapes hold such things, bits are cut off, and bytes know escapes.
fn is_read_as_it_stands(column: &Column) -> bool {
    let own = || match Type::from_oid(column.base_type) {
        Some(base_type) => {
            matches!(
                base_type,
                Type::JSON | Type::JSONB | Type::XML | Type::UUID | Type::MACADDR | Type::MACADDR8
            )
        }
        None => true,
    };
    match column.category {
        'E' | 'I' => true,
        'U' => own(),
        _ => false,
    }
}

/// Digits after the point, from the modifier of a `numeric`: eleven bits with a sign, as numeric.c packs them.
pub(super) fn numeric_scale(modifier: i32) -> i32 {
    const HEADER: i32 = 4;
    (((modifier - HEADER) & 0x7ff) ^ 0x400) - 0x400
}

/// Whether the column keeps fewer digits than values have: servers round without a word.
fn would_round(data_type: DataType, column: &Column) -> bool {
    let modifier = column.type_modifier;
    if modifier < 0 {
        return false;
    }
    match (data_type, Type::from_oid(column.base_type)) {
        (DataType::Decimal { scale, .. }, Some(Type::NUMERIC)) => numeric_scale(modifier) < i32::from(scale),
        (DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt, Some(Type::NUMERIC)) => {
            numeric_scale(modifier) < 0
        }
        (DataType::Time, Some(Type::TIME))
        | (DataType::Timestamp | DataType::TimestampTz, Some(Type::TIMESTAMP | Type::TIMESTAMPTZ)) => {
            modifier < 6
        }
        _ => false,
    }
}

/// The ways into all columns of all tables.
///
/// # Errors
/// Names every column that would change values.
pub(super) fn conversions(
    schema: &TargetSchema,
    server_tables: &[Vec<Column>],
) -> Result<Vec<Vec<Conversion>>, PortError> {
    none_of_the_servers_own(schema, server_tables)?;
    let mut wrong = Vec::new();
    let mut first = None;
    let mut tables = Vec::with_capacity(schema.tables.len());
    for (table, server_columns) in schema.tables.iter().zip(server_tables) {
        let mut conversions = Vec::with_capacity(table.columns.len());
        for (column, server) in table.columns.iter().zip(in_contract_order(table, server_columns)) {
            match Conversion::between(column.data_type, server) {
                Some(conversion) => conversions.push(conversion),
                None => {
                    first.get_or_insert(&table.name);
                    wrong.push(format!(
                        "{}.{} {} for {}",
                        table.name, column.name, server.type_name, column.data_type
                    ));
                }
            }
        }
        tables.push(conversions);
    }
    let Some(table) = first else { return Ok(tables) };
    let message = format!("the target's columns would change the contract's values: {}", listed(&wrong));
    Err(PortError::new(Fault::WrongTable { table: table.clone() }, message).with_hint(
        "change these columns or the types in the contract; `xmlshred ddl` shows columns that fit",
    ))
}

/// That the contract has no columns that nobody can write as it asks for.
fn none_of_the_servers_own(schema: &TargetSchema, server_tables: &[Vec<Column>]) -> Result<(), PortError> {
    let mut computed = Vec::new();
    for (index, (table, server_columns)) in schema.tables.iter().zip(server_tables).enumerate() {
        let replaces = match schema.on_existing {
            OnExisting::Fail => false,
            OnExisting::Skip => schema.ranking_column(index).is_some(),
            OnExisting::Replace => true,
        };
        for (at, column) in in_contract_order(table, server_columns).enumerate() {
            // Existing rows are changed in every column but the key's.
            let is_changed = replaces && !table.primary_key.contains(&at);
            if column.own == Own::Computed || column.own == Own::Counted && is_changed {
                computed.push((table.name.as_str(), table.columns[at].name.as_str()));
            }
        }
    }
    target_names::none_computed(&computed)
}

/// The server's columns in the order of the contract's.
pub(super) fn in_contract_order<'c>(
    table: &'c TableSchema,
    server_columns: &'c [Column],
) -> impl Iterator<Item = &'c Column> {
    table.columns.iter().map(|column| {
        let server = server_columns.iter().find(|server| server.name == column.name);
        server.expect("the target's names were checked")
    })
}
