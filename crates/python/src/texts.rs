//! Arrow columns whose cells are text or bytes, in each of the layouts that there are; and other columns, as text.

use arrow_array::cast::AsArray;
use arrow_array::{
    Array, BinaryArray, BinaryViewArray, LargeBinaryArray, LargeStringArray, StringArray, StringViewArray,
};
use arrow_schema::{DataType as ArrowType, TimeUnit};
use xmlshred_mapping::Content;
use xmlshred_model::{CellReader, DataType, Decimal, Value, lexical};

/// A column of text or bytes.
#[derive(Clone, Copy)]
pub(crate) enum Texts<'a> {
    Text(&'a StringArray),
    LargeText(&'a LargeStringArray),
    TextView(&'a StringViewArray),
    Bytes(&'a BinaryArray),
    LargeBytes(&'a LargeBinaryArray),
    BytesView(&'a BinaryViewArray),
}

impl<'a> Texts<'a> {
    /// Whether a column of this type is one.
    pub(crate) fn are(data_type: &ArrowType) -> bool {
        Self::is_text(data_type)
            || matches!(data_type, ArrowType::Binary | ArrowType::LargeBinary | ArrowType::BinaryView)
    }

    /// Whether a column of this type is text.
    pub(crate) fn is_text(data_type: &ArrowType) -> bool {
        matches!(data_type, ArrowType::Utf8 | ArrowType::LargeUtf8 | ArrowType::Utf8View)
    }

    /// The column, if it is one.
    pub(crate) fn of(array: &'a dyn Array) -> Option<Self> {
        Some(match array.data_type() {
            ArrowType::Utf8 => Self::Text(array.as_string()),
            ArrowType::LargeUtf8 => Self::LargeText(array.as_string()),
            ArrowType::Utf8View => Self::TextView(array.as_string_view()),
            ArrowType::Binary => Self::Bytes(array.as_binary()),
            ArrowType::LargeBinary => Self::LargeBytes(array.as_binary()),
            ArrowType::BinaryView => Self::BytesView(array.as_binary_view()),
            _ => return None,
        })
    }

    fn array(self) -> &'a dyn Array {
        match self {
            Self::Text(array) => array,
            Self::LargeText(array) => array,
            Self::TextView(array) => array,
            Self::Bytes(array) => array,
            Self::LargeBytes(array) => array,
            Self::BytesView(array) => array,
        }
    }

    /// The cell of this row; `None` is null.
    pub(crate) fn get(self, row: usize) -> Option<Content<'a>> {
        if self.array().is_null(row) {
            return None;
        }
        Some(match self {
            Self::Text(array) => Content::Text(array.value(row)),
            Self::LargeText(array) => Content::Text(array.value(row)),
            Self::TextView(array) => Content::Text(array.value(row)),
            Self::Bytes(array) => Content::Bytes(array.value(row)),
            Self::LargeBytes(array) => Content::Bytes(array.value(row)),
            Self::BytesView(array) => Content::Bytes(array.value(row)),
        })
    }
}

/// A column beside the documents, read as text: `source.columns`, `source.version`.
pub(crate) enum Beside<'a> {
    Texts(Texts<'a>),
    Cells(CellReader<'a>),
}

impl<'a> Beside<'a> {
    /// Whether a column of this type can be read so.
    pub(crate) fn can_read(data_type: &ArrowType) -> bool {
        Texts::is_text(data_type) || cell_type(data_type).is_some()
    }

    /// The column, if it can be read so.
    pub(crate) fn of(array: &'a dyn Array) -> Option<Self> {
        match cell_type(array.data_type()) {
            Some(data_type) => Some(Self::Cells(CellReader::new(array, data_type))),
            None => Texts::of(array).map(Self::Texts),
        }
    }

    /// The text of this row; `None` is null.
    pub(crate) fn get(&self, row: usize) -> Option<String> {
        match self {
            Self::Texts(texts) => texts.get(row).and_then(|content| match content {
                Content::Text(text) => Some(text.to_owned()),
                Content::Bytes(_) => None,
            }),
            Self::Cells(cells) => match cells.value(row) {
                Value::Null => None,
                value => {
                    let mut text = String::new();
                    lexical::format(&value, &mut text);
                    Some(text)
                }
            },
        }
    }
}

/// The type whose cells are read from columns of this type.
fn cell_type(data_type: &ArrowType) -> Option<DataType> {
    Some(match data_type {
        ArrowType::Boolean => DataType::Bool,
        ArrowType::Int16 => DataType::SmallInt,
        ArrowType::Int32 => DataType::Int,
        ArrowType::Int64 => DataType::BigInt,
        ArrowType::Float64 => DataType::Double,
        ArrowType::Decimal128(precision, scale @ 0..) if *precision <= Decimal::MAX_PRECISION => {
            DataType::Decimal { precision: *precision, scale: scale.unsigned_abs() }
        }
        ArrowType::Date32 => DataType::Date,
        ArrowType::Time64(TimeUnit::Microsecond) => DataType::Time,
        ArrowType::Timestamp(TimeUnit::Microsecond, None) => DataType::Timestamp,
        ArrowType::Timestamp(TimeUnit::Microsecond, Some(_)) => DataType::TimestampTz,
        ArrowType::FixedSizeBinary(16) => DataType::Uuid,
        _ => return None,
    })
}
