//! How a contract's values get into a column of the server so that none is changed: decided once per column.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::{DataType, TableSchema};

use crate::dialect::SQL_SERVER;
use crate::name_list::listed;

use super::catalog::{Column, FilledBy, is_same_name};
use super::driver::{BulkColumn, BulkTarget, Field};

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
        (data_type, "nvarchar" | "nchar" | "ntext") if data_type.is_text() => Field::Text,
        // A server that does not tell its code pages has none but those of its own alphabet.
        (data_type, "varchar" | "char" | "text")
            if data_type.is_text() && column.code_page.is_none_or(|page| CODE_PAGES.contains(&page)) =>
        {
            Field::Text
        }
        (DataType::Date, "date") => Field::Date,
        (DataType::Time, "time") => Field::Time(scale),
        (DataType::Date | DataType::Timestamp | DataType::TimestampTz, "datetime2") => {
            Field::DateTime2(scale)
        }
        (DataType::Date | DataType::Timestamp | DataType::TimestampTz, "datetime") => Field::DateTime,
        (DataType::TimestampTz, "datetimeoffset") => Field::DateTimeOffset(scale),
        // Text is read here: the server would cut off what stands behind a uuid.
        (data_type, "uniqueidentifier") if data_type == DataType::Uuid || data_type.is_text() => Field::Guid,
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
fn is_converted_by_server(data_type: DataType, column: &Column) -> bool {
    match column.type_name.as_str() {
        "xml" => data_type.is_text(),
        "varchar" | "char" => data_type.is_text() && column.code_page == Some(UTF_8),
        "money" => matches!(data_type, DataType::Decimal { scale: 0..=4, .. }),
        _ => false,
    }
}

/// The code page of collations that end in `_UTF8`.
const UTF_8: u16 = 65_001;
/// The code pages that the driver writes.
const CODE_PAGES: [u16; 14] = [874, 932, 936, 949, 950, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258];

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
        if column.filled_by == Some(FilledBy::Expression) {
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
            field: natural(data_type),
            takes_null,
            temporary_type: SQL_SERVER.type_name(match data_type {
                DataType::Decimal { .. } => data_type,
                _ => DataType::Text,
            }),
            conversion: match column.type_name.as_str() {
                // White space is part of the document.
                "xml" => ("CONVERT(xml, ", ", 1)"),
                _ => ("", ""),
            },
            is_converted: true,
        })
    }
}

/// The ways into these tables.
///
/// # Errors
/// Names every column that would change values.
pub(super) fn ways<'t>(
    tables: impl Iterator<Item = &'t TableSchema>,
    server_tables: &[Vec<Column>],
) -> Result<Vec<Way>, PortError> {
    let mut wrong = Vec::new();
    let mut first = None;
    let mut ways = Vec::with_capacity(server_tables.len());
    for (table, server_columns) in tables.zip(server_tables) {
        let mut way = Way { columns: Vec::new(), sets_identity: false };
        for column in &table.columns {
            let server = server_columns
                .iter()
                .find(|server| is_same_name(&server.name, &column.name))
                .expect("the target's names were checked");
            match ColumnWay::between(column.data_type, server) {
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
    let message = format!("the target's columns would change the contract's values: {}", listed(&wrong));
    Err(PortError::new(Fault::WrongTable { table: table.clone() }, message).with_hint(
        "change these columns or the types in the contract; `xmlshred ddl` shows columns that fit",
    ))
}

/// What a column is, for people.
fn found(column: &Column) -> String {
    match (column.filled_by, column.code_page) {
        (Some(FilledBy::Expression), _) => "computed column".to_owned(),
        (_, Some(code_page)) => format!("{} in code page {code_page}", column.declared),
        (_, None) => column.declared.clone(),
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
        assert_eq!((converted.temporary_type.as_str(), converted.is_converted), ("nvarchar(max)", true));
        let unknown = text_column("varchar", 437);
        assert!(way(&unknown).is_none());
        assert_eq!(found(&unknown), "varchar(9) in code page 437");
    }
}
