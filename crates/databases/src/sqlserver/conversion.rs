//! How a contract's values get into a column of the server so that none is changed: decided once per column.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::{DataType, TableSchema};

use crate::catalog::target_names;
use crate::sql::dialect::SQL_SERVER;
use crate::sql::names::listed;

use super::catalog::{Column, FilledBy, is_same_name};
use super::driver::{BulkColumn, BulkTarget, FINEST_SCALE, Field};

/// The field of a bulk load for this column; `None` when values would be changed: rounded, cut off or read otherwise.
fn field(data_type: DataType, column: &Column) -> Option<Field> {
    let scale = column.scale;
    Some(match (data_type, column.type_name.as_str()) {
        (DataType::Bool, "bit") => Field::Bit,
        // Numbers that are too large are refused, one document at a time.
        (DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt, "tinyint") => {
            Field::TinyInt
        }
        (DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt, "smallint") => {
            Field::SmallInt
        }
        (DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt, "int") => Field::Int,
        (DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt, "bigint") => {
            Field::BigInt
        }
        (
            DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt,
            "decimal" | "numeric",
        ) => Field::Decimal(scale),
        (DataType::Decimal { scale: least, .. }, "decimal" | "numeric") if scale >= least => {
            Field::Decimal(scale)
        }
        (DataType::Double, "float") => Field::Float,
        (data_type, "nvarchar" | "nchar" | "ntext") if data_type.is_text() && is_declared_rightly(column) => {
            Field::Text
        }
        // A server that does not tell its code pages has none but those of its own alphabet.
        (data_type, "varchar" | "char" | "text")
            if data_type.is_text() && column.code_page.is_none_or(|page| CODE_PAGES.contains(&page)) =>
        {
            Field::Text
        }
        (DataType::Date, "date") => Field::Date,
        (DataType::Time, "time") if is_declared_rightly(column) => Field::Time(scale),
        (DataType::Date | DataType::Timestamp | DataType::TimestampTz, "datetime2") => {
            Field::DateTime2(scale)
        }
        (DataType::Date | DataType::Timestamp | DataType::TimestampTz, "datetime") => Field::DateTime,
        (DataType::TimestampTz, "datetimeoffset") if is_declared_rightly(column) => {
            Field::DateTimeOffset(scale)
        }
        // Text is read here: the server would cut off what stands behind a uuid.
        (data_type, "uniqueidentifier") if data_type == DataType::Uuid || data_type.is_text() => Field::Guid,
        (DataType::Binary, "varbinary" | "binary" | "image") => Field::Binary,
        _ => return None,
    })
}

/// Whether the driver names the column's type in the statement of a bulk load as it describes it before the rows: SQL Server refuses
/// the load otherwise. Version 0.13 leaves out the scale of two types, and counts the length of text in bytes where it should count
/// characters, up to the point where it takes it for `max`.
fn is_declared_rightly(column: &Column) -> bool {
    match column.type_name.as_str() {
        "time" | "datetimeoffset" => column.scale == FINEST_SCALE,
        "nvarchar" | "nchar" => column.byte_length.is_none_or(|length| length <= 4_000),
        _ => true,
    }
}

/// The field of a column of a temporary table for values that the server converts; those with time have no more digits than the column.
fn natural(data_type: DataType, scale: u8) -> Field {
    match data_type {
        DataType::Bool => Field::Bit,
        DataType::TinyInt => Field::TinyInt,
        DataType::SmallInt => Field::SmallInt,
        DataType::Int => Field::Int,
        DataType::BigInt => Field::BigInt,
        DataType::Decimal { scale, .. } => Field::Decimal(scale),
        DataType::Double => Field::Float,
        DataType::Char(_) | DataType::VarChar(_) | DataType::Text | DataType::Xml | DataType::Json => {
            Field::Text
        }
        DataType::Date => Field::Date,
        DataType::Time => Field::Time(scale),
        DataType::Timestamp => Field::DateTime2(scale),
        DataType::TimestampTz => Field::DateTimeOffset(scale),
        DataType::Uuid => Field::Guid,
        DataType::Binary => Field::Binary,
    }
}

/// Whether the server converts to this type by itself, and refuses what it cannot keep.
fn is_converted_by_server(data_type: DataType, column: &Column) -> bool {
    match column.type_name.as_str() {
        "xml" | "nvarchar" | "nchar" => data_type.is_text(),
        "time" => data_type == DataType::Time,
        "datetimeoffset" => data_type == DataType::TimestampTz,
        "varchar" | "char" => data_type.is_text() && column.code_page == Some(UTF_8),
        "money" => matches!(data_type, DataType::Decimal { scale: 0..=4, .. }),
        _ => false,
    }
}

/// The code page of collations that end in `_UTF8`.
const UTF_8: u16 = 65_001;
/// The code pages that the driver writes. It writes 936 as the larger GB 18030, whose additions the server would read otherwise.
const CODE_PAGES: [u16; 13] = [874, 932, 949, 950, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258];

/// How one table is reached.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// In the order of the contract.
    pub(super) columns: Vec<ColumnWay>,
    /// Whether the contract names a column that the server would count by itself.
    pub(super) sets_identity: bool,
}

/// How one column is reached.
#[derive(Clone, Debug)]
pub(super) struct ColumnWay {
    /// How its cells travel.
    field: Field,
    takes_null: bool,
    /// The type in a temporary table: that of the column itself where values need no conversion.
    pub(super) temporary_type: String,
    /// What the server does with a cell of the temporary table, written around its name.
    pub(super) conversion: (&'static str, &'static str),
    is_converted: bool,
}

impl Way {
    /// Whether the server must convert values.
    pub(super) fn is_converted(&self) -> bool {
        self.columns.iter().any(|column| column.is_converted)
    }

    /// A bulk load into the table itself, given as SQL names it.
    pub(super) fn direct(&self, table: String, names: Vec<String>) -> BulkTarget {
        let columns = names.into_iter().zip(&self.columns);
        let columns =
            columns.map(|(name, way)| BulkColumn { name, field: way.field, takes_null: way.takes_null });
        BulkTarget { table, columns: columns.collect(), sets_identity: self.sets_identity }
    }

    /// The columns of a temporary table, which take nulls: the table itself will refuse them.
    pub(super) fn staged(&self, names: Vec<String>) -> impl Iterator<Item = BulkColumn> {
        let columns = names.into_iter().zip(&self.columns);
        columns.map(|(name, way)| BulkColumn { name, field: way.field, takes_null: true })
    }
}

impl ColumnWay {
    /// `None` when values would be changed, or there can be none.
    pub(super) fn between(data_type: DataType, column: &Column) -> Option<Self> {
        if column.is_computed() {
            return None;
        }
        let takes_null = column.is_nullable;
        if let Some(field) = field(data_type, column) {
            let temporary_type = column.temporary_type();
            return Some(Self {
                field,
                takes_null,
                temporary_type,
                conversion: ("", ""),
                is_converted: false,
            });
        }
        is_converted_by_server(data_type, column).then(|| Self {
            field: natural(data_type, column.scale),
            takes_null,
            temporary_type: match data_type {
                DataType::Decimal { .. } | DataType::Time | DataType::TimestampTz => {
                    SQL_SERVER.type_name(data_type)
                }
                _ => column.temporary_text(),
            },
            conversion: match column.type_name.as_str() {
                // White space is part of the document.
                "xml" => ("CONVERT(xml, ", ", 1)"),
                _ => ("", ""),
            },
            is_converted: true,
        })
    }
}

/// Whether rows may go through a temporary table, where the server converts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Staging {
    Possible,
    /// The log is loaded straight.
    Impossible,
}

/// The ways into these tables.
///
/// # Errors
/// Names every column that would change values, or that cannot be reached.
pub(super) fn ways<'t>(
    tables: impl Iterator<Item = (&'t TableSchema, Staging)>,
    server_tables: &[Vec<Column>],
) -> Result<Vec<Way>, PortError> {
    let tables: Vec<_> = tables.collect();
    none_computed(&tables, server_tables)?;
    let mut wrong = Vec::new();
    let mut first = None;
    let mut ways = Vec::with_capacity(server_tables.len());
    for ((table, staging), server_columns) in tables.into_iter().zip(server_tables) {
        let mut way = Way { columns: Vec::new(), sets_identity: false };
        for column in &table.columns {
            let server = server_columns
                .iter()
                .find(|server| is_same_name(&server.name, &column.name))
                .expect("the target's names were checked");
            let is_possible = |way: &ColumnWay| staging == Staging::Possible || !way.is_converted;
            match ColumnWay::between(column.data_type, server).filter(is_possible) {
                Some(column) => way.columns.push(column),
                None => {
                    first.get_or_insert(&table.name);
                    let (found, wanted) = (found(server), column.data_type);
                    wrong.push(format!("{}.{} {found} for {wanted}", table.name, column.name));
                }
            }
            way.sets_identity |= server.filled_by == Some(FilledBy::Identity);
        }
        ways.push(way);
    }
    let Some(table) = first else { return Ok(ways) };
    let message = format!("the target's columns cannot take values unchanged: {}", listed(&wrong));
    Err(PortError::new(Fault::WrongTable { table: table.clone() }, message).with_hint(
        "change these columns or the types in the contract; `xmlshred ddl` shows columns that fit",
    ))
}

/// That the tables leave out what the server computes.
fn none_computed(tables: &[(&TableSchema, Staging)], server_tables: &[Vec<Column>]) -> Result<(), PortError> {
    let mut computed = Vec::new();
    for ((table, _), server_columns) in tables.iter().zip(server_tables) {
        for column in &table.columns {
            let of_name = |server: &&Column| is_same_name(&server.name, &column.name);
            if server_columns.iter().find(of_name).is_some_and(Column::is_computed) {
                computed.push((table.name.as_str(), column.name.as_str()));
            }
        }
    }
    target_names::none_computed(&computed)
}

/// What a column is, for people.
fn found(column: &Column) -> String {
    match column.code_page {
        Some(code_page) => format!("{} in code page {code_page}", column.declared),
        None => column.declared.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_column(type_name: &str, code_page: u16) -> Column {
        Column {
            name: "c".to_owned(),
            type_name: type_name.to_owned(),
            declared: format!("{type_name}(9)"),
            scale: 0,
            precision: 0,
            byte_length: Some(9),
            is_nullable: true,
            filled_by: None,
            collation: Some("Some_CI_AS".to_owned()),
            code_page: Some(code_page),
        }
    }

    #[test]
    fn code_pages_that_the_driver_does_not_write_are_converted_by_the_server_only_if_none_of_their_values_is_lost()
     {
        let way = |column: &Column| ColumnWay::between(DataType::Text, column);
        let direct = way(&text_column("varchar", 1252)).unwrap();
        assert_eq!((direct.field, direct.is_converted), (Field::Text, false));
        assert_eq!(direct.temporary_type, "varchar(9) COLLATE Some_CI_AS");
        let converted = way(&text_column("varchar", UTF_8)).unwrap();
        let expected = ("nvarchar(max) COLLATE Some_CI_AS", true);
        assert_eq!((converted.temporary_type.as_str(), converted.is_converted), expected);
        let unknown = text_column("varchar", 437);
        assert!(way(&unknown).is_none());
        assert_eq!(found(&unknown), "varchar(9) in code page 437");
    }
}
