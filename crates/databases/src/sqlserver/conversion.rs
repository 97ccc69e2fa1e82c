//! How a contract's values get into a column of the server so that none is changed: decided once per column.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::{DataType, TargetSchema};

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

/// The field in which values travel to a temporary table, and its type there.
pub(super) fn natural(data_type: DataType) -> (Field, String) {
    let field = match data_type {
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
    };
    let data_type = if data_type.is_text() { DataType::Text } else { data_type };
    (field, crate::dialect::SQL_SERVER.type_name(data_type))
}

/// Whether the server converts text to this type by itself, and refuses what is none.
fn takes_text(data_type: DataType, column: &Column) -> bool {
    data_type.is_text() && matches!(column.type_name.as_str(), "xml" | "uniqueidentifier")
        || matches!((data_type, column.type_name.as_str()), (DataType::Decimal { scale: 0..=4, .. }, "money"))
}

/// How one table is reached.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// Every column takes its values as they are.
    Direct(Vec<Field>),
    /// Some need the server's conversion.
    Staged,
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
        let mut fields = Some(Vec::with_capacity(table.columns.len()));
        for column in &table.columns {
            let server = server_columns
                .iter()
                .find(|server| is_same_name(&server.name, &column.name))
                .expect("the target's names were checked");
            match field(column.data_type, server) {
                Some(field) => fields.iter_mut().for_each(|fields| fields.push(field)),
                None if takes_text(column.data_type, server) => fields = None,
                None => {
                    first.get_or_insert(&table.name);
                    let Column { type_name, scale, .. } = server;
                    let scale = match type_name.as_str() {
                        "decimal" | "numeric" => format!(" with {scale} digits after the point"),
                        _ => String::new(),
                    };
                    wrong.push(format!(
                        "{}.{} {type_name}{scale} for {}",
                        table.name, column.name, column.data_type
                    ));
                }
            }
        }
        ways.push(fields.map_or(Way::Staged, Way::Direct));
    }
    let Some(table) = first else { return Ok(ways) };
    let message = format!("the target's columns would change the contract's values: {}", listed(&wrong));
    Err(PortError::new(Fault::WrongTable { table: table.clone() }, message).with_hint(
        "change these columns or the types in the contract; `xmlshred ddl` shows columns that fit",
    ))
}
