//! Documents of Python, taken in portions: from an Arrow table, array or stream of any library, or from an iterable of `str` and `bytes`.

use std::sync::Arc;

use arrow_array::ffi_stream::RecordBatchStreamReader;
use arrow_array::{Array, ArrayRef, RecordBatch, make_array};
use arrow_data::ArrayData;
use arrow_pyarrow::FromPyArrow;
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};
use pyo3::exceptions::{PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyByteArray, PyBytes, PyIterator, PyList, PyString};
use xmlshred_engine::arrived::Arrived;
use xmlshred_engine::batching::GivenKey;
use xmlshred_mapping::Content;
use xmlshred_mapping::contract::SourceSpec;

use crate::keys::{Keys, key_type_of_column};
use crate::texts::{Beside, Texts};

/// The first portion has this many documents; the next are larger, so that few documents keep all threads busy and many make few batches.
const FIRST_PORTION: usize = 16;
/// No portion has more documents.
const MAX_PORTION: usize = 1024;
/// A portion ends with the document that reaches this many bytes.
const MAX_PORTION_BYTES: usize = 4 << 20;

/// What is done with an input besides reading its documents.
pub(crate) struct Columns {
    /// The column of documents; in an array that is no table, all of it.
    documents: usize,
    keys: Option<usize>,
    /// One for each of `source.columns`; `None` where the table has no such column: null.
    beside: Vec<Option<usize>>,
    version: Option<usize>,
}

/// Documents, with their keys.
pub(crate) struct Documents {
    source: Source,
    keys: Keys,
    count: u64,
    portion: usize,
}

enum Source {
    Arrow {
        batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>,
        columns: Columns,
        /// What is left of a batch.
        rest: Option<RecordBatch>,
    },
    Python(Py<PyIterator>),
}

/// Some documents, in order.
pub(crate) struct Portion {
    pub(crate) keys: Vec<GivenKey>,
    pub(crate) documents: PortionDocuments,
}

/// The documents of a portion, where Python or Arrow keeps them.
pub(crate) enum PortionDocuments {
    Arrow { documents: ArrayRef, beside: Vec<Option<ArrayRef>>, version: Option<ArrayRef> },
    Python(Vec<Item>),
}

impl PortionDocuments {
    /// The documents as they arrived.
    pub(crate) fn arrived(&self) -> Vec<Arrived<'_>> {
        match self {
            Self::Python(items) => items.iter().map(Item::arrived).collect(),
            Self::Arrow { documents, .. } => {
                let texts = Texts::of(documents).expect("the type was looked at");
                (0..documents.len())
                    .map(|row| texts.get(row).map_or(Arrived::Null, Arrived::Document))
                    .collect()
            }
        }
    }
}

/// An object of Python that is a document.
pub(crate) enum Item {
    Text(PyBackedStr),
    Bytes(PyBackedBytes),
    None,
}

impl Item {
    /// `None`: it is none.
    fn of(object: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        Ok(Some(if let Ok(text) = object.cast::<PyString>() {
            // Half a surrogate pair is no text; Python keeps it all the same.
            Self::Text(PyBackedStr::try_from(text.clone())?)
        } else if let Ok(bytes) = object.cast::<PyBytes>() {
            Self::Bytes(bytes.clone().into())
        } else if let Ok(bytes) = object.cast::<PyByteArray>() {
            Self::Bytes(bytes.clone().into())
        } else if object.is_none() {
            Self::None
        } else {
            return Ok(None);
        }))
    }

    fn arrived(&self) -> Arrived<'_> {
        match self {
            Self::Text(text) => Arrived::Document(Content::Text(text)),
            Self::Bytes(bytes) => Arrived::Document(Content::Bytes(bytes)),
            Self::None => Arrived::Null,
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::None => 0,
        }
    }
}

/// What the caller says about an input.
pub(crate) struct Asked<'a, 'py> {
    /// Name of the column of keys, or keys; without, the contract's column where there is one.
    pub(crate) keys: Option<&'a Bound<'py, PyAny>>,
    /// Name of the column of documents; without, the contract's.
    pub(crate) xml: Option<&'a str>,
    /// Whether the contract reads keys in documents.
    pub(crate) reads_keys: bool,
}

impl Documents {
    /// Opens an object of Python that has documents.
    ///
    /// # Errors
    /// When it has none, or not the columns that are asked for.
    pub(crate) fn open(input: &Bound<'_, PyAny>, asked: &Asked<'_, '_>, spec: &SourceSpec) -> PyResult<Self> {
        let counted = Keys::Counted { are_in_documents: asked.reads_keys };
        let with = |source, keys| Self { source, keys, count: 0, portion: FIRST_PORTION };
        if let Some((schema, batches)) = table(input)? {
            let (columns, keys) = columns(&schema, asked, spec)?;
            let keys = match keys {
                Some(keys) => keys,
                None => beside(asked)?.unwrap_or(counted),
            };
            return Ok(with(Source::Arrow { batches, columns, rest: None }, keys));
        }
        let keys = beside(asked)?.unwrap_or(counted);
        if let Some(array) = array(input)? {
            let field = Field::new("documents", array.data_type().clone(), true);
            let schema = Arc::new(Schema::new(vec![field]));
            let batch = RecordBatch::try_new(schema, vec![array]);
            let columns = Columns { documents: 0, keys: None, beside: vec![], version: None };
            let batches = Box::new(std::iter::once(batch));
            return Ok(with(Source::Arrow { batches, columns, rest: None }, keys));
        }
        // One document is meant, and not its characters.
        let iterator = match Item::of(input)? {
            Some(_) => PyList::new(input.py(), [input])?.try_iter()?,
            None => input.try_iter().map_err(|_| not_documents(input))?,
        };
        Ok(with(Source::Python(iterator.unbind()), keys))
    }

    /// The keys, as far as they are known.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The next documents; `None` behind the last. To be called without the interpreter's lock: an Arrow stream may want it, or not.
    ///
    /// # Errors
    /// What the producer of the documents raises; and when something is no document or no key.
    pub(crate) fn next(&mut self) -> PyResult<Option<Portion>> {
        let found = match &mut self.source {
            Source::Arrow { batches, columns, rest } => {
                next_rows(&mut **batches, columns, rest, self.portion)?.map(|rows| rows.portion(columns))
            }
            Source::Python(iterator) => next_items(iterator, self.count, self.portion)?
                .map(|items| (items.len(), None, PortionDocuments::Python(items))),
        };
        let Some((count, keys, documents)) = found else {
            self.keys.finish(self.count)?;
            return Ok(None);
        };
        let keys = self.keys.next(self.count, count, keys.as_deref())?;
        self.count += count as u64;
        self.portion = (self.portion * 2).min(MAX_PORTION);
        Ok(Some(Portion { keys, documents }))
    }
}

/// Rows of a table of documents.
struct Rows(RecordBatch);

impl Rows {
    fn portion(&self, columns: &Columns) -> (usize, Option<ArrayRef>, PortionDocuments) {
        let column = |at: usize| Arc::clone(self.0.column(at));
        let documents = PortionDocuments::Arrow {
            documents: column(columns.documents),
            beside: columns.beside.iter().map(|at| at.map(column)).collect(),
            version: columns.version.map(column),
        };
        (self.0.num_rows(), columns.keys.map(column), documents)
    }
}

fn next_rows(
    batches: &mut dyn Iterator<Item = Result<RecordBatch, ArrowError>>,
    columns: &Columns,
    rest: &mut Option<RecordBatch>,
    max_count: usize,
) -> PyResult<Option<Rows>> {
    let batch = loop {
        match rest.take() {
            Some(batch) if batch.num_rows() > 0 => break batch,
            _ => match batches.next() {
                None => return Ok(None),
                Some(batch) => *rest = Some(batch.map_err(|error| PyValueError::new_err(error.to_string()))?),
            },
        }
    };
    let texts = Texts::of(batch.column(columns.documents)).expect("the type was looked at");
    let (mut count, mut byte_count) = (0, 0);
    while count < batch.num_rows().min(max_count) && byte_count < MAX_PORTION_BYTES {
        byte_count += match texts.get(count) {
            Some(Content::Text(text)) => text.len(),
            Some(Content::Bytes(bytes)) => bytes.len(),
            None => 0,
        };
        count += 1;
    }
    *rest = Some(batch.slice(count, batch.num_rows() - count));
    Ok(Some(Rows(batch.slice(0, count))))
}

fn next_items(iterator: &Py<PyIterator>, before: u64, max_count: usize) -> PyResult<Option<Vec<Item>>> {
    Python::attach(|py| {
        let mut iterator = iterator.bind(py).clone();
        let (mut items, mut byte_count) = (Vec::new(), 0);
        while items.len() < max_count && byte_count < MAX_PORTION_BYTES {
            let Some(object) = iterator.next().transpose()? else { break };
            let object = match object.getattr_opt("as_py")? {
                Some(as_py) => as_py.call0()?,
                None => object,
            };
            let Some(item) = Item::of(&object)? else {
                let number = before + items.len() as u64 + 1;
                let found = object.get_type().name()?;
                let message = format!("document {number} is a {found}; documents are str, bytes or None");
                return Err(PyTypeError::new_err(message));
            };
            byte_count += item.len();
            items.push(item);
        }
        Ok((!items.is_empty()).then_some(items))
    })
}

type Table = (SchemaRef, Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>);

/// The object as a table, if it is one that speaks Arrow. A column by itself (a series) becomes a table where it knows how.
fn table(input: &Bound<'_, PyAny>) -> PyResult<Option<Table>> {
    if !input.hasattr("__arrow_c_stream__")? {
        return Ok(None);
    }
    let is_column = !input.hasattr("columns")? && !input.hasattr("schema")?;
    match RecordBatchStreamReader::from_pyarrow_bound(input) {
        Ok(reader) => {
            let schema = arrow_array::RecordBatchReader::schema(&reader);
            Ok(Some((schema, Box::new(reader))))
        }
        // Of what is no table, the next ways can make something.
        Err(_) if is_column => Ok(None),
        Err(error) => Err(error),
    }
}

/// The object as an array of documents, if it is one.
fn array(input: &Bound<'_, PyAny>) -> PyResult<Option<ArrayRef>> {
    if !input.hasattr("__arrow_c_array__")? {
        return Ok(None);
    }
    let array = make_array(ArrayData::from_pyarrow_bound(input)?);
    match Texts::are(array.data_type()) {
        true => Ok(Some(array)),
        false => Err(PyTypeError::new_err(format!(
            "an array of {} has no documents: they are text or bytes",
            array.data_type()
        ))),
    }
}

/// Keys that stand beside the documents.
fn beside(asked: &Asked<'_, '_>) -> PyResult<Option<Keys>> {
    let Some(keys) = asked.keys else { return Ok(None) };
    if keys.is_instance_of::<PyString>() {
        let message = format!("`keys` names the column {keys}, and the documents are no table");
        return Err(PyValueError::new_err(message));
    }
    let keys = keys.try_iter()?.unbind();
    Ok(Some(Keys::Beside { keys, key_type: None }))
}

/// Where the table has what; keys, where a column has them.
fn columns(schema: &Schema, asked: &Asked<'_, '_>, source: &SourceSpec) -> PyResult<(Columns, Option<Keys>)> {
    let find = |name: &str| {
        let same = |field: &Arc<Field>| field.name() == name;
        let similar = |field: &Arc<Field>| field.name().eq_ignore_ascii_case(name);
        let fields = schema.fields();
        fields.iter().position(same).or_else(|| fields.iter().position(similar))
    };
    let names = || schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>().join(", ");
    let missing = |what: &str, name: &str| {
        PyKeyError::new_err(format!("the table has no column `{name}` of {what}; it has {}", names()))
    };
    let xml = asked.xml.unwrap_or(&source.xml);
    let documents = find(xml).ok_or_else(|| missing("documents (`xml=` names another)", xml))?;
    let data_type = schema.field(documents).data_type();
    if !Texts::are(data_type) {
        return Err(wrong_type(xml, "documents are text or bytes", data_type));
    }
    let named: Option<String> = match asked.keys {
        Some(keys) if keys.is_instance_of::<PyString>() => Some(keys.extract()?),
        _ => None,
    };
    let keys = match (&named, asked.keys) {
        (Some(name), _) => Some(find(name).ok_or_else(|| missing("keys", name))?),
        (None, Some(_)) => None,
        (None, None) => find(&source.key),
    };
    let key_type = |at: usize| {
        let field = schema.field(at);
        key_type_of_column(field.data_type()).ok_or_else(|| {
            wrong_type(
                field.name(),
                "keys are integers, text, decimals without fraction or 16 bytes",
                field.data_type(),
            )
        })
    };
    let key_type = keys.map(key_type).transpose()?;
    let readable = |name: &str| match find(name) {
        None => Ok(None),
        Some(at) if Beside::can_read(schema.field(at).data_type()) => Ok(Some(at)),
        Some(at) => {
            Err(wrong_type(name, "make it text as your database would", schema.field(at).data_type()))
        }
    };
    let beside = source.columns.iter().map(|name| readable(name)).collect::<PyResult<_>>()?;
    let version = source.version.as_deref().map(readable).transpose()?.flatten();
    Ok((Columns { documents, keys, beside, version }, key_type.map(Keys::Column)))
}

fn wrong_type(name: &str, instead: &str, found: &arrow_schema::DataType) -> PyErr {
    PyTypeError::new_err(format!("column `{name}` is of type {found}: {instead}"))
}

fn not_documents(input: &Bound<'_, PyAny>) -> PyErr {
    let found = input.get_type().name().map_or_else(|_| "?".to_owned(), |name| name.to_string());
    PyTypeError::new_err(format!(
        "a {found} has no documents: give a table (Arrow, Polars, DuckDB, pandas), or an iterable of str or bytes"
    ))
}
