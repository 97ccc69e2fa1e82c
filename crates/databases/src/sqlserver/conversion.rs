//! How a contract's values get into a column of the server so that none is changed: decided once per column.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::{DataType, TargetSchema};

use crate::dialect::SQL_SERVER;
use crate::name_list::listed;

use super::catalog::{Column, is_same_name};
use super::driver::Field;

/// The field of a bulk load for this column; `None` when values would be changed: rounded, cut off or read otherwise.
fn field(data_type: DataType, column: &Column) -> Option<Field> {
    let scale = column.scale;
    Some(match (data_type, column.type_name.as_str()) {
        (DataType::Bool, "bit") => Field::Bit,
        // Numbers that are too large are refused, one document at a time.
        (DataType::SmallInt | DataType::Int | DataType::BigInt, "tinyint") => Field::TinyInt,
        (DataType::SmallInt | DataType::Int | DataType::BigInt, "smallint") => Field::SmallInt,
        (DataType::SmallInt | DataType::Int | DataType::BigInt, "int") => Field::Int,
        (DataType::SmallInt | DataType::Int | DataType::BigInt, "bigint") => Field::BigInt,
        (DataType::SmallInt | DataType::Int | DataType::BigInt, "decimal" | "numeric") => {
            Field::Decimal(scale)
        }
        (DataType::Decimal { scale: least, .. }, "decimal" | "numeric") if scale >= least => {
            Field::Decimal(scale)
        }
        (DataType::Double, "float") => Field::Float,
        (data_type, "nvarchar" | "nchar" | "varchar" | "char" | "ntext" | "text") if data_type.is_text() => {
            Field::Text
        }
        (DataType::Date, "date") => Field::Date,
        (DataType::Time, "time") => Field::Time(scale),
        (DataType::Date | DataType::Timestamp | DataType::TimestampTz, "datetime2") => {
            Field::DateTime2(scale)
        }
        (DataType::Date | DataType::Timestamp | DataType::TimestampTz, "datetime") => Field::DateTime,
        (DataType::TimestampTz, "datetimeoffset") => Field::DateTimeOffset(scale),
        (DataType::Uuid, "uniqueidentifier") => Field::Guid,
        (DataType::Binary, "varbinary" | "binary" | "image") => Field::Binary,
        _ => return None,
    })
}

/// The field of a column that has the type of `xmlshred ddl`.
pub(super) fn natural(data_type: DataType) -> Field {
    match data_type {
        DataType::Bool => Field::Bit,
        DataType::SmallInt => Field::SmallInt,
        DataType::Int => Field::Int,
        DataType::BigInt => Field::BigInt,
        DataType::Decimal { scale, .. } => Field::Decimal(scale),
        DataType::Double => Field::Float,
        DataType::Char(_) | DataType::VarChar(_) | DataType::Text | DataType::Xml | DataType::Json => {
            Field::Text
        }
        DataType::Date => Field::Date,
        DataType::Time => Field::Time(6),
        DataType::Timestamp => Field::DateTime2(6),
        DataType::TimestampTz => Field::DateTimeOffset(6),
        DataType::Uuid => Field::Guid,
        DataType::Binary => Field::Binary,
    }
}

/// Whether the server converts to this type by itself, and refuses what it cannot keep.
fn takes_text(data_type: DataType, column: &Column) -> bool {
    data_type.is_text() && matches!(column.type_name.as_str(), "xml" | "uniqueidentifier")
        || matches!((data_type, column.type_name.as_str()), (DataType::Decimal { scale: 0..=4, .. }, "money"))
}

/// How one table is reached.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// How the cells of each column travel.
    pub(super) fields: Vec<Field>,
    /// The types of a temporary table that takes them: those of the columns themselves, where values need no conversion.
    pub(super) types: Vec<String>,
    /// Whether some do.
    pub(super) is_converted: bool,
}

/// The ways into all tables.
///
/// # Errors
/// Names every column that would change values.
pub(super) fn ways(schema: &TargetSchema, server_tables: &[Vec<Column>]) -> Result<Vec<Way>, PortError> {
    let mut wrong = Vec::new();
    let mut first = None;
    let mut ways = Vec::with_capacity(schema.tables.len());
    for (table, server_columns) in schema.tables.iter().zip(server_tables) {
        let mut way = Way { fields: Vec::new(), types: Vec::new(), is_converted: false };
        for column in &table.columns {
            let server = server_columns
                .iter()
                .find(|server| is_same_name(&server.name, &column.name))
                .expect("the target's names were checked");
            if let Some(field) = field(column.data_type, server) {
                way.fields.push(field);
                way.types.push(server.declared.clone());
            } else if takes_text(column.data_type, server) {
                way.fields.push(natural(column.data_type));
                way.types.push(SQL_SERVER.type_name(match column.data_type {
                    DataType::Decimal { .. } => column.data_type,
                    _ => DataType::Text,
                }));
                way.is_converted = true;
            } else {
                first.get_or_insert(&table.name);
                wrong.push(format!(
                    "{}.{} {} for {}",
                    table.name, column.name, server.declared, column.data_type
                ));
            }
        }
        ways.push(way);
    }
    let Some(table) = first else { return Ok(ways) };
    let message = format!("the target's columns would change the contract's values: {}", listed(&wrong));
    Err(PortError::new(Fault::WrongTable { table: table.clone() }, message).with_hint(
        "change these columns or the types in the contract; `xmlshred ddl` shows columns that fit",
    ))
}
