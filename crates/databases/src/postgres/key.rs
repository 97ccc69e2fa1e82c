//! Keys of documents in PostgreSQL: what a column of them is, and keys as parameters and in answers. Integers travel as such, others as their
//! canonical text, which the server reads as what the column is.

use postgres::Row;
use postgres::types::{ToSql, Type};
use xmlshred_engine::ports::PortError;
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DataType, DocumentKey, KeyError, KeyType};

use crate::sql::paging::{no_key, no_key_type};

use super::catalog::Column;

/// How a column of keys is compared and read.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeySql {
    pub(super) key_type: KeyType,
    /// The type to compare with: an index of the column must serve it, and its padding count as in the column.
    compared_as: &'static str,
}

impl KeySql {
    /// Of the log.
    pub(super) fn of_log(key_type: KeyType) -> Self {
        let compared_as = match key_type {
            KeyType::Integer => "bigint",
            KeyType::Decimal => "numeric",
            KeyType::Uuid => "uuid",
            KeyType::Text => "text",
        };
        Self { key_type, compared_as }
    }

    /// Of the source.
    ///
    /// # Errors
    /// When the column is of a type that keys do not have.
    pub(super) fn of_source(spec: &SourceSpec, column: &Column) -> Result<Self, PortError> {
        let is = |known: &[Type]| known.iter().any(|known| known.oid() == column.base_type);
        let of_log = |key_type| Ok(Self::of_log(key_type));
        if is(&[Type::INT2, Type::INT4, Type::INT8]) {
            of_log(KeyType::Integer)
        } else if is(&[Type::UUID]) {
            of_log(KeyType::Uuid)
        } else if is(&[Type::TEXT, Type::VARCHAR]) {
            of_log(KeyType::Text)
        } else if is(&[Type::BPCHAR]) {
            Ok(Self { key_type: KeyType::Text, compared_as: "bpchar" })
        } else if is(&[Type::NUMERIC]) && scale(column.type_modifier).is_none_or(|scale| scale == 0) {
            of_log(KeyType::Decimal)
        } else {
            Err(no_key_type(spec, &column.type_name))
        }
    }

    fn is_integer(self) -> bool {
        self.key_type == KeyType::Integer
    }

    /// The column, read.
    pub(super) fn read(self, column: &str) -> String {
        format!("{column}::{}", if self.is_integer() { "bigint" } else { "text" })
    }

    /// One key, in the parameter with this number.
    pub(super) fn one(self, number: usize) -> String {
        match self.is_integer() {
            true => format!("${number}"),
            false => format!("${number}::text::{}", self.compared_as),
        }
    }

    /// Its type.
    pub(super) fn one_type(self) -> Type {
        if self.is_integer() { Type::INT8 } else { Type::TEXT }
    }

    /// Many keys, in the parameter with this number.
    pub(super) fn many(self, number: usize) -> String {
        match self.is_integer() {
            true => format!("${number}::bigint[]"),
            false => format!("${number}::text[]::{}[]", self.compared_as),
        }
    }

    /// Their type.
    pub(super) fn many_type(self) -> Type {
        if self.is_integer() { Type::INT8_ARRAY } else { Type::TEXT_ARRAY }
    }

    /// That a column of the target of this type holds one of the keys of the first parameter.
    pub(super) fn is_one_of(self, column: &str, data_type: DataType) -> String {
        match (self.key_type, data_type) {
            (KeyType::Integer, DataType::Decimal { .. }) => {
                format!("{column} = ANY ($1::bigint[]::numeric[])")
            }
            (KeyType::Integer, DataType::Char(_) | DataType::VarChar(_) | DataType::Text) => {
                format!("{column} = ANY ($1::bigint[]::text[])")
            }
            (KeyType::Integer, _) => format!("{column} = ANY ($1::bigint[])"),
            (KeyType::Uuid, DataType::Uuid) | (KeyType::Decimal, DataType::Decimal { .. }) => {
                format!("{column} = ANY ({})", self.many(1))
            }
            _ => format!("{column}::text = ANY ($1::text[])"),
        }
    }

    /// That a column of the target of this type holds the same key as another column, one of the log.
    pub(super) fn is_same(self, column: &str, data_type: DataType, logged: &str) -> String {
        match (self.key_type, data_type) {
            (KeyType::Integer, data_type) if !data_type.is_text() => format!("{column} = {logged}"),
            (KeyType::Uuid, DataType::Uuid) | (KeyType::Decimal, DataType::Decimal { .. }) => {
                format!("{column} = {logged}")
            }
            _ => format!("{column}::text = {logged}::text COLLATE \"C\""),
        }
    }

    /// Keys for such a parameter.
    pub(super) fn list<'k>(self, keys: impl IntoIterator<Item = &'k DocumentKey>) -> KeyList {
        let mut list =
            if self.is_integer() { KeyList::Integers(Vec::new()) } else { KeyList::Texts(Vec::new()) };
        for key in keys {
            match (&mut list, key) {
                (KeyList::Integers(numbers), DocumentKey::Int(number)) => numbers.push(*number),
                // No other keys come from a source of integers.
                (KeyList::Integers(_), _) => {}
                (KeyList::Texts(texts), key) => texts.push(key.spelled()),
            }
        }
        list
    }

    /// A key of an answer.
    ///
    /// # Errors
    /// When it is none, or none that every database can keep.
    pub(super) fn key(self, row: &Row, at: usize) -> Result<DocumentKey, KeyError> {
        match self.is_integer() {
            true => Ok(DocumentKey::Int(row.get(at))),
            false => self.key_type.parse(row.get(at)),
        }
    }

    /// A key of the log, where others may have written what is none.
    pub(super) fn logged(self, row: &Row, at: usize) -> DocumentKey {
        self.key(row, at).unwrap_or_else(|_| DocumentKey::Text(row.get::<_, &str>(at).into()))
    }

    /// Keys of the source, the first of each row.
    pub(super) fn keys(self, spec: &SourceSpec, rows: &[Row]) -> Result<Vec<DocumentKey>, PortError> {
        rows.iter().map(|row| self.key(row, 0).map_err(|error| no_key(spec, error))).collect()
    }
}

/// Keys as one parameter.
#[derive(Clone, Debug)]
pub(super) enum KeyList {
    Integers(Vec<i64>),
    Texts(Vec<String>),
}

impl KeyList {
    pub(super) fn as_sql(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Integers(numbers) => numbers,
            Self::Texts(texts) => texts,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Integers(numbers) => numbers.is_empty(),
            Self::Texts(texts) => texts.is_empty(),
        }
    }
}

/// The scale of a `numeric`, as the server packs it; none where each number has its own.
fn scale(type_modifier: i32) -> Option<i32> {
    const HEADER: i32 = 4;
    (type_modifier >= HEADER).then(|| (type_modifier - HEADER) & 0x7ff)
}
