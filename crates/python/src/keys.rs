//! Keys of documents: a column of their table, Python objects beside them, or numbers.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal128Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, FixedSizeBinaryArray};
use arrow_schema::DataType as ArrowType;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyIterator, PyString};
use xmlshred_engine::batching::GivenKey;
use xmlshred_mapping::Content;
use xmlshred_model::{DocumentKey, KeyType};

use crate::texts::Texts;

/// Where keys come from.
pub(crate) enum Keys {
    /// Nobody has given any: documents are counted from 1, unless the contract reads keys in them.
    Counted { are_in_documents: bool },
    /// A column of the table that has the documents.
    Column(KeyType),
    /// Python objects beside the documents, one for each; of the type of the first.
    Beside { keys: Py<PyIterator>, key_type: Option<KeyType> },
}

impl Keys {
    /// The type of all keys, as far as it is known.
    pub(crate) fn key_type(&self) -> Option<KeyType> {
        match self {
            Self::Counted { .. } => None,
            Self::Column(key_type) => Some(*key_type),
            Self::Beside { key_type, .. } => *key_type,
        }
    }

    /// The keys of the next documents, of which `before` came before; `column` has the keys where a column has them.
    ///
    /// # Errors
    /// When something is no key, or there are fewer than documents.
    pub(crate) fn next(
        &mut self,
        before: u64,
        count: usize,
        column: Option<&dyn Array>,
    ) -> PyResult<Vec<GivenKey>> {
        let numbers = (before..).take(count);
        match self {
            Self::Counted { are_in_documents } => Ok(numbers
                .map(|at| {
                    let number = DocumentKey::Int(i64::try_from(at).unwrap_or(i64::MAX).saturating_add(1));
                    if *are_in_documents { GivenKey::InDocument(number) } else { GivenKey::OfRow(number) }
                })
                .collect()),
            Self::Column(key_type) => {
                let column = column.expect("a table of documents has its column of keys");
                let key = |row| key_in_column(column, row, *key_type).map(GivenKey::OfRow);
                numbers
                    .zip(0..count)
                    .map(|(at, row)| key(row).map_err(|problem| bad_key(at, &problem)))
                    .collect()
            }
            Self::Beside { keys, key_type } => Python::attach(|py| {
                let mut keys = keys.bind(py).clone();
                numbers
                    .map(|at| {
                        let given = keys.next().ok_or_else(|| {
                            PyValueError::new_err(format!("there are {at} keys, and more documents"))
                        })??;
                        key_of(&given, key_type)?
                            .map(GivenKey::OfRow)
                            .map_err(|problem| bad_key(at, &problem))
                    })
                    .collect()
            }),
        }
    }

    /// That there are no more keys than documents.
    ///
    /// # Errors
    /// When there are.
    pub(crate) fn finish(&mut self, document_count: u64) -> PyResult<()> {
        let Self::Beside { keys, .. } = self else { return Ok(()) };
        let more = Python::attach(|py| keys.bind(py).clone().next().transpose().map(|key| key.is_some()))?;
        match more {
            false => Ok(()),
            true => {
                Err(PyValueError::new_err(format!("there are {document_count} documents, and more keys")))
            }
        }
    }
}

/// The type of the keys in a column of this type.
pub(crate) fn key_type_of_column(data_type: &ArrowType) -> Option<KeyType> {
    Some(match data_type {
        _ if data_type.is_integer() => KeyType::Integer,
        _ if Texts::is_text(data_type) => KeyType::Text,
        ArrowType::Decimal128(_, 0) => KeyType::Decimal,
        ArrowType::FixedSizeBinary(16) => KeyType::Uuid,
        _ => return None,
    })
}

fn bad_key(at: u64, problem: &str) -> PyErr {
    PyValueError::new_err(format!("the key of document {} is {problem}", at + 1))
}

fn key_in_column(column: &dyn Array, row: usize, key_type: KeyType) -> Result<DocumentKey, String> {
    fn integer<T: ArrowPrimitiveType<Native: TryInto<i64>>>(
        column: &dyn Array,
        row: usize,
    ) -> Option<DocumentKey> {
        column.as_primitive::<T>().value(row).try_into().ok().map(DocumentKey::Int)
    }
    if column.is_null(row) {
        return Err("null".to_owned());
    }
    let key = match column.data_type() {
        ArrowType::Int8 => integer::<Int8Type>(column, row),
        ArrowType::Int16 => integer::<Int16Type>(column, row),
        ArrowType::Int32 => integer::<Int32Type>(column, row),
        ArrowType::Int64 => integer::<Int64Type>(column, row),
        ArrowType::UInt8 => integer::<UInt8Type>(column, row),
        ArrowType::UInt16 => integer::<UInt16Type>(column, row),
        ArrowType::UInt32 => integer::<UInt32Type>(column, row),
        ArrowType::UInt64 => integer::<UInt64Type>(column, row),
        ArrowType::Decimal128(..) => {
            Some(DocumentKey::Decimal(column.as_primitive::<Decimal128Type>().value(row)))
        }
        ArrowType::FixedSizeBinary(_) => {
            let bytes: &FixedSizeBinaryArray = column.as_fixed_size_binary();
            bytes.value(row).try_into().ok().map(DocumentKey::Uuid)
        }
        _ => match Texts::of(column).and_then(|texts| texts.get(row)) {
            Some(Content::Text(text)) => return KeyType::Text.parse(text).map_err(|error| error.to_string()),
            _ => None,
        },
    };
    key.ok_or_else(|| format!("not {key_type}"))
}

/// A key of Python: `int`, `str`, `decimal.Decimal`, `uuid.UUID`, or a scalar of a library (`as_py`, `item`).
fn key_of(given: &Bound<'_, PyAny>, expected: &mut Option<KeyType>) -> PyResult<Result<DocumentKey, String>> {
    for unwrap in ["as_py", "item"] {
        if let Some(method) = given.getattr_opt(unwrap)? {
            return key_of(&method.call0()?, expected);
        }
    }
    let given_type = given.get_type();
    let key_type = if given.is_instance_of::<PyInt>() {
        // Numbers beyond 64 bits are keys too.
        if given.extract::<i64>().is_ok() && *expected != Some(KeyType::Decimal) {
            KeyType::Integer
        } else {
            KeyType::Decimal
        }
    } else if given.is_instance_of::<PyString>() {
        KeyType::Text
    } else {
        match &*given_type.name()?.to_string_lossy() {
            "Decimal" => KeyType::Decimal,
            "UUID" => KeyType::Uuid,
            name => {
                return Ok(Err(format!("a {name}; keys are int, str, Decimal or UUID")));
            }
        }
    };
    let expected = *expected.get_or_insert(key_type);
    if expected != key_type {
        return Ok(Err(format!("not {expected}, as that of the first document is")));
    }
    let text = given.str()?;
    Ok(key_type.parse(&text.to_string_lossy()).map_err(|error| error.to_string()))
}
