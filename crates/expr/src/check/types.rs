//! Types of parts of an expression while it is checked, and the SQL names of types.

use std::ops::Range;

use sqlparser::ast::{BinaryLength, CharacterLength, DataType as SqlType, ExactNumberInfo, TimezoneInfo};
use xmlshred_model::DataType;

use crate::decimal::MAX_DIGITS;
use crate::node::Node;

/// The type of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// Always null: fits everywhere.
    Null,
    /// Unknown, because of a mistake that was reported: fits everywhere, so that no mistake follows from another.
    Wrong,
    /// A type of the contract language.
    Is(DataType),
}

impl Type {
    pub(super) const BOOL: Self = Self::Is(DataType::Bool);
    pub(super) const INT: Self = Self::Is(DataType::BigInt);
    pub(super) const TEXT: Self = Self::Is(DataType::Text);

    pub(super) fn decimal(scale: u8) -> Self {
        Self::Is(DataType::Decimal { precision: MAX_DIGITS, scale })
    }

    pub(super) fn known(self) -> Option<DataType> {
        match self {
            Self::Is(data_type) => Some(data_type),
            Self::Null | Self::Wrong => None,
        }
    }
}

/// Types whose values can be compared with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Bool,
    Number,
    Text,
    /// `date` and `timestamp`
    Instant,
    Time,
    TimestampTz,
    Uuid,
    Binary,
}

impl Class {
    pub(super) fn of(data_type: DataType) -> Self {
        match data_type {
            DataType::Bool => Self::Bool,
            DataType::TinyInt
            | DataType::SmallInt
            | DataType::Int
            | DataType::BigInt
            | DataType::Decimal { .. }
            | DataType::Double => Self::Number,
            DataType::Char(_) | DataType::VarChar(_) | DataType::Text | DataType::Xml | DataType::Json => {
                Self::Text
            }
            DataType::Date | DataType::Timestamp => Self::Instant,
            DataType::Time => Self::Time,
            DataType::TimestampTz => Self::TimestampTz,
            DataType::Uuid => Self::Uuid,
            DataType::Binary => Self::Binary,
        }
    }
}

/// Whether the type is one of whole numbers.
pub(super) fn is_int(data_type: DataType) -> bool {
    matches!(data_type, DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt)
}

/// Digits behind the point of numbers of this type.
pub(super) fn scale(data_type: DataType) -> u8 {
    match data_type {
        DataType::Decimal { scale, .. } => scale,
        _ => 0,
    }
}

/// A checked part of an expression.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) node: Node,
    pub(super) data_type: Type,
    pub(super) span: Range<usize>,
    /// Levels of the tree.
    pub(super) depth: usize,
    /// The text of a string literal: it is read as the type of what it stands next to.
    pub(super) literal: Option<String>,
}

impl Typed {
    pub(super) fn is_wrong(&self) -> bool {
        self.data_type == Type::Wrong
    }
}

/// The type of the contract language that a SQL type name means.
pub(super) fn from_sql(sql: &SqlType) -> Option<DataType> {
    let length = |length: &Option<CharacterLength>, make: fn(u32) -> DataType| match length {
        Some(CharacterLength::IntegerLength { length, .. }) => {
            u32::try_from(*length).ok().filter(|length| *length > 0).map(make)
        }
        Some(CharacterLength::Max) => Some(DataType::Text),
        // Databases disagree on what no length means; for `varchar` most take any length.
        None => (make(1) == DataType::VarChar(1)).then_some(DataType::Text),
    };
    match sql {
        SqlType::Bool | SqlType::Boolean => Some(DataType::Bool),
        SqlType::TinyInt(None) => Some(DataType::TinyInt),
        SqlType::SmallInt(None) | SqlType::Int2(None) => Some(DataType::SmallInt),
        SqlType::Int(None) | SqlType::Integer(None) | SqlType::Int4(None) => Some(DataType::Int),
        SqlType::BigInt(None) | SqlType::Int8(None) => Some(DataType::BigInt),
        SqlType::Decimal(info) | SqlType::Numeric(info) | SqlType::Dec(info) => match *info {
            ExactNumberInfo::PrecisionAndScale(precision, scale) => {
                decimal(precision, u64::try_from(scale).ok()?)
            }
            ExactNumberInfo::Precision(precision) => decimal(precision, 0),
            ExactNumberInfo::None => None,
        },
        SqlType::Double(ExactNumberInfo::None)
        | SqlType::DoublePrecision
        | SqlType::Float(ExactNumberInfo::None)
        | SqlType::Float8
        | SqlType::Float64 => Some(DataType::Double),
        SqlType::Char(size) | SqlType::Character(size) => length(size, DataType::Char),
        SqlType::Varchar(size)
        | SqlType::Nvarchar(size)
        | SqlType::CharVarying(size)
        | SqlType::CharacterVarying(size) => length(size, DataType::VarChar),
        SqlType::Text | SqlType::String(None) => Some(DataType::Text),
        SqlType::Date => Some(DataType::Date),
        SqlType::Time(None, TimezoneInfo::None | TimezoneInfo::WithoutTimeZone) => Some(DataType::Time),
        SqlType::Timestamp(None, TimezoneInfo::None | TimezoneInfo::WithoutTimeZone)
        | SqlType::TimestampNtz(None)
        | SqlType::Datetime(None) => Some(DataType::Timestamp),
        SqlType::Timestamp(None, TimezoneInfo::WithTimeZone | TimezoneInfo::Tz) => {
            Some(DataType::TimestampTz)
        }
        SqlType::Uuid => Some(DataType::Uuid),
        SqlType::Binary(None)
        | SqlType::Bytea
        | SqlType::Varbinary(None | Some(BinaryLength::Max))
        | SqlType::Blob(None) => Some(DataType::Binary),
        SqlType::JSON => Some(DataType::Json),
        SqlType::Custom(name, modifiers) if modifiers.is_empty() => {
            name.to_string().to_ascii_lowercase().parse().ok()
        }
        _ => None,
    }
}

fn decimal(precision: u64, scale: u64) -> Option<DataType> {
    let (precision, scale) = (u8::try_from(precision).ok()?, u8::try_from(scale).ok()?);
    ((1..=MAX_DIGITS).contains(&precision) && scale <= precision)
        .then_some(DataType::Decimal { precision, scale })
}
