//! The data types of contract columns, section 4 of the contract language.

use std::fmt;
use std::str::FromStr;

use arrow_schema::{DataType as ArrowType, TimeUnit};

/// The type of a column, as contracts write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataType {
    /// `bool`
    Bool,
    /// `tinyint`: 0 to 255
    TinyInt,
    /// `smallint`: 16 bits, signed
    SmallInt,
    /// `int`: 32 bits, signed
    Int,
    /// `bigint`: 64 bits, signed
    BigInt,
    /// `decimal(precision, scale)`: exact, `1 <= precision <= 38`, `scale <= precision`
    Decimal {
        /// Significant digits in total.
        precision: u8,
        /// Digits after the decimal point.
        scale: u8,
    },
    /// `double`: IEEE 754 binary64, finite
    Double,
    /// `char(n)`: at most n characters (Unicode scalar values); the database pads, xmlshred does not
    Char(u32),
    /// `varchar(n)`: at most n characters (Unicode scalar values)
    VarChar(u32),
    /// `text`: of any length
    Text,
    /// `date`: proleptic Gregorian, years 0001 to 9999
    Date,
    /// `time`: of day, to the microsecond
    Time,
    /// `timestamp`: date and time without offset, to the microsecond
    Timestamp,
    /// `timestamptz`: an instant, kept in UTC, to the microsecond
    TimestampTz,
    /// `uuid`
    Uuid,
    /// `binary`: bytes; in documents written as base64 or hexadecimal
    Binary,
    /// `xml`: a subtree as text
    Xml,
    /// `json`: JSON as text
    Json,
}

/// A type name that a contract wrote and that is none of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataTypeError {
    /// No type has this name.
    #[error("unknown type `{0}`")]
    UnknownName(String),
    /// The type takes other arguments, or none.
    #[error("`{name}` takes {expected}")]
    WrongArguments {
        /// The type's name.
        name: &'static str,
        /// What its arguments should be.
        expected: &'static str,
    },
}

impl DataTypeError {
    /// A type that is written right, for hints.
    pub fn example(&self) -> &'static str {
        match self {
            Self::WrongArguments { name: "char", .. } => "char(9)",
            Self::WrongArguments { name: "varchar", .. } => "varchar(50)",
            Self::WrongArguments { name: "decimal", .. } => "decimal(12,2)",
            Self::WrongArguments { name, .. } => name,
            Self::UnknownName(_) => "text",
        }
    }
}

impl DataType {
    /// The names that contracts may use, without arguments, for lists and did-you-mean hints.
    pub const NAMES: [&'static str; 18] = [
        "bool",
        "tinyint",
        "smallint",
        "int",
        "bigint",
        "decimal",
        "double",
        "char",
        "varchar",
        "text",
        "date",
        "time",
        "timestamp",
        "timestamptz",
        "uuid",
        "binary",
        "xml",
        "json",
    ];

    /// The type that databases know under another name, in lower case and without arguments: `integer` is `int`. As it is written.
    pub fn instead_of(name: &str) -> Option<&'static str> {
        Some(match name {
            "integer" | "int4" | "mediumint" | "serial" => "int",
            "int2" | "short" => "smallint",
            "byte" | "uint8" => "tinyint",
            "int8" | "long" | "bigserial" => "bigint",
            "boolean" | "bit" => "bool",
            "numeric" | "number" | "dec" | "money" | "smallmoney" => "decimal(12,2)",
            "float" | "real" | "float4" | "float8" | "double precision" => "double",
            "string" | "clob" | "ntext" | "longtext" => "text",
            "nvarchar" | "varchar2" | "nvarchar2" | "character varying" => "varchar(50)",
            "nchar" | "character" | "bpchar" => "char(9)",
            "datetime" | "datetime2" | "smalldatetime" => "timestamp",
            "datetimeoffset" | "timestamp with time zone" => "timestamptz",
            "guid" | "uniqueidentifier" => "uuid",
            "blob" | "bytea" | "varbinary" | "image" | "bytes" => "binary",
            "jsonb" => "json",
            _ => return None,
        })
    }

    /// The Arrow type whose arrays hold columns of this type.
    pub fn arrow_type(self) -> ArrowType {
        match self {
            Self::Bool => ArrowType::Boolean,
            Self::TinyInt | Self::SmallInt => ArrowType::Int16,
            Self::Int => ArrowType::Int32,
            Self::BigInt => ArrowType::Int64,
            Self::Decimal { precision, scale } => ArrowType::Decimal128(precision, scale.cast_signed()),
            Self::Double => ArrowType::Float64,
            Self::Char(_) | Self::VarChar(_) | Self::Text | Self::Xml | Self::Json => ArrowType::Utf8,
            Self::Date => ArrowType::Date32,
            Self::Time => ArrowType::Time64(TimeUnit::Microsecond),
            Self::Timestamp => ArrowType::Timestamp(TimeUnit::Microsecond, None),
            Self::TimestampTz => ArrowType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Uuid => ArrowType::FixedSizeBinary(16),
            Self::Binary => ArrowType::Binary,
        }
    }

    /// Whether values are kept as text: `char`, `varchar`, `text`, `xml`, `json`.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Char(_) | Self::VarChar(_) | Self::Text | Self::Xml | Self::Json)
    }

    /// The largest number of characters, where the type has one.
    pub fn max_chars(self) -> Option<u32> {
        match self {
            Self::Char(length) | Self::VarChar(length) => Some(length),
            _ => None,
        }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::TinyInt => f.write_str("tinyint"),
            Self::SmallInt => f.write_str("smallint"),
            Self::Int => f.write_str("int"),
            Self::BigInt => f.write_str("bigint"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::Double => f.write_str("double"),
            Self::Char(length) => write!(f, "char({length})"),
            Self::VarChar(length) => write!(f, "varchar({length})"),
            Self::Text => f.write_str("text"),
            Self::Date => f.write_str("date"),
            Self::Time => f.write_str("time"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::TimestampTz => f.write_str("timestamptz"),
            Self::Uuid => f.write_str("uuid"),
            Self::Binary => f.write_str("binary"),
            Self::Xml => f.write_str("xml"),
            Self::Json => f.write_str("json"),
        }
    }
}

impl FromStr for DataType {
    type Err = DataTypeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (name, arguments) = match text.split_once('(') {
            None => (text, Vec::new()),
            Some((name, rest)) => {
                let inner = rest
                    .trim_end()
                    .strip_suffix(')')
                    .ok_or_else(|| DataTypeError::UnknownName(text.to_owned()))?;
                (name.trim_end(), inner.split(',').map(|part| part.trim().parse::<u32>().ok()).collect())
            }
        };
        let length = |name, make: fn(u32) -> Self| match arguments[..] {
            [Some(length @ 1..)] => Ok(make(length)),
            _ => Err(DataTypeError::WrongArguments {
                name,
                expected: "one length of at least 1, as in `(50)`",
            }),
        };
        let plain = |data_type: Self, name| match arguments[..] {
            [] => Ok(data_type),
            _ => Err(DataTypeError::WrongArguments { name, expected: "no arguments" }),
        };
        match name {
            "bool" => plain(Self::Bool, "bool"),
            "tinyint" => plain(Self::TinyInt, "tinyint"),
            "smallint" => plain(Self::SmallInt, "smallint"),
            "int" => plain(Self::Int, "int"),
            "bigint" => plain(Self::BigInt, "bigint"),
            "double" => plain(Self::Double, "double"),
            "text" => plain(Self::Text, "text"),
            "date" => plain(Self::Date, "date"),
            "time" => plain(Self::Time, "time"),
            "timestamp" => plain(Self::Timestamp, "timestamp"),
            "timestamptz" => plain(Self::TimestampTz, "timestamptz"),
            "uuid" => plain(Self::Uuid, "uuid"),
            "binary" => plain(Self::Binary, "binary"),
            "xml" => plain(Self::Xml, "xml"),
            "json" => plain(Self::Json, "json"),
            "char" => length("char", Self::Char),
            "varchar" => length("varchar", Self::VarChar),
            "decimal" => match arguments[..] {
                [Some(precision @ 1..=38), Some(scale)] if scale <= precision => {
                    Ok(Self::Decimal { precision: precision as u8, scale: scale as u8 })
                }
                _ => Err(DataTypeError::WrongArguments {
                    name: "decimal",
                    expected: "precision and scale, as in `(12,2)`, with 1 <= precision <= 38 and scale <= precision",
                }),
            },
            _ => Err(DataTypeError::UnknownName(name.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_reads_back_as_it_is_written() {
        for name in DataType::NAMES {
            let text = match name {
                "char" | "varchar" => format!("{name}(7)"),
                "decimal" => "decimal(12,2)".to_owned(),
                _ => name.to_owned(),
            };
            assert_eq!(text.parse::<DataType>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn wrong_arguments_are_refused() {
        for text in [
            "decimal",
            "decimal(39,2)",
            "decimal(3,4)",
            "varchar",
            "varchar(0)",
            "int(4)",
            "char(x)",
            "string",
        ] {
            assert!(text.parse::<DataType>().is_err(), "{text}");
        }
    }
}
