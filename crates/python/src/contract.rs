//! A contract that was found to be good, and what can be done with it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyMappingProxy};
use xmlshred_databases::ddl::{self, Existing};
use xmlshred_databases::{Dialect, POSTGRES, SQL_SERVER, SQLITE, name_diagnostics};
use xmlshred_engine::arrived::Arrived;
use xmlshred_engine::batching::GivenKey;
use xmlshred_mapping::contract::{self, Diagnostic, Loaded, Places};
use xmlshred_mapping::{Content, Plan};
use xmlshred_model::{Batch, DocumentKey, KeyType, TargetSchema};

use crate::documents::{Asked, Documents, Portion};
use crate::log::Log;
use crate::problems::{contract_error, diagnostics};
use crate::result::{self, ShredResult};
use crate::schema;
use crate::shredding::shred;
use crate::types::Types;

/// The module of Python that asks the program.
const PROGRAM: &str = "xmlshred._program";
/// What a contract is called in messages that came as text.
const NO_FILE: &str = "contract";

/// A checked contract.
#[pyclass(module = "xmlshred", frozen)]
pub(crate) struct Contract {
    plan: Arc<Plan>,
    file: String,
    text: String,
    warnings: Vec<Diagnostic>,
}

impl Contract {
    /// Reads and checks the text of a contract.
    pub(crate) fn of_text(py: Python<'_>, text: String, file: String) -> PyResult<Self> {
        let Loaded { contract, diagnostics } = py.detach(|| contract::load(&text));
        let Some(contract) = contract else { return Err(contract_error(py, &diagnostics, &file, &text)) };
        let plan = Arc::new(py.detach(|| Plan::new(contract)));
        Ok(Self { plan, file, text, warnings: diagnostics })
    }
}

/// A contract that was pickled.
#[pyfunction]
#[pyo3(name = "_loaded")]
pub(crate) fn loaded(py: Python<'_>, text: String, file: String) -> PyResult<Contract> {
    Contract::of_text(py, text, file)
}

/// Text has lines; or is JSON.
fn is_text(source: &str) -> bool {
    source.contains('\n') || source.trim_start().starts_with('{')
}

#[pymethods]
impl Contract {
    #[staticmethod]
    fn load(py: Python<'_>, source: &Bound<'_, PyAny>) -> PyResult<Self> {
        match source.extract::<String>() {
            Ok(text) if is_text(&text) => Self::of_text(py, text, NO_FILE.to_owned()),
            _ => {
                let path: PathBuf = source.extract()?;
                let file = path.display().to_string();
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| std::io::Error::new(error.kind(), format!("{file}: {error}")))?;
                Self::of_text(py, text, file)
            }
        }
    }

    #[getter]
    fn name(&self) -> &str {
        &self.plan.contract().name
    }

    #[getter]
    fn hash(&self) -> &str {
        &self.plan.contract().hash
    }

    #[getter]
    fn text(&self) -> &str {
        &self.text
    }

    #[getter]
    fn key_column(&self) -> &str {
        &self.plan.contract().source.key
    }

    #[getter]
    fn xml_column(&self) -> &str {
        &self.plan.contract().source.xml
    }

    #[getter]
    fn source_columns(&self) -> Vec<String> {
        self.plan.contract().source.columns.clone()
    }

    #[getter]
    fn version_column(&self) -> Option<&str> {
        self.plan.contract().source.version.as_deref()
    }

    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        diagnostics(py, &self.warnings, &self.text)
    }

    #[getter]
    fn tables<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyMappingProxy>> {
        let tables = PyDict::new(py);
        for table in &self.plan.schema().tables {
            tables.set_item(&table.name, schema::TableSchema::new(table))?;
        }
        Ok(PyMappingProxy::new(py, tables.as_mapping()))
    }

    #[pyo3(signature = (documents, keys=None, *, xml=None, threads=None, session="python", nested=false, plain=false))]
    #[expect(clippy::too_many_arguments, reason = "Python names them")]
    fn shred(
        &self,
        py: Python<'_>,
        documents: &Bound<'_, PyAny>,
        keys: Option<&Bound<'_, PyAny>>,
        xml: Option<&str>,
        threads: Option<NonZeroUsize>,
        session: &str,
        nested: bool,
        plain: bool,
    ) -> PyResult<Py<PyAny>> {
        let threads = match threads {
            Some(threads) => threads,
            None => std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        };
        let plan = &self.plan;
        let reads_keys = plan.contract().document.key.is_some();
        let asked = Asked { keys, xml, reads_keys };
        let mut documents = Documents::open(documents, &asked, &plan.contract().source)?;
        let batches = py.detach(|| shred(plan, &mut documents, session, threads))?;
        let key_type = documents.keys().key_type().unwrap_or_else(|| common_type(&batches));
        let target = plan.schema();
        let types = if plain { Types::Plain } else { Types::Exact };
        let log = Log::new(target, key_type, session, &plan.contract().hash, types);
        if nested {
            let table = py.detach(|| result::nested(target, &log, &batches));
            return Ok(Py::new(py, table)?.into_any());
        }
        Ok(Py::new(py, ShredResult::new(py, target, &log, &batches)?)?.into_any())
    }

    #[pyo3(signature = (dialect, *, key_type="integer", if_not_exists=false))]
    fn ddl(&self, py: Python<'_>, dialect: &str, key_type: &str, if_not_exists: bool) -> PyResult<String> {
        let dialect = dialect_of(dialect)?;
        let schema = TargetSchema { key_type: key_type_of(key_type)?, ..(**self.plan.schema()).clone() };
        let places = Places::of(&self.text);
        let problems = name_diagnostics(dialect, &schema, self.plan.contract(), &places);
        if !problems.is_empty() {
            return Err(contract_error(py, &problems, &self.file, &self.text));
        }
        let existing = if if_not_exists { Existing::Keep } else { Existing::Fail };
        Ok(ddl::script(dialect, &schema, existing))
    }

    #[pyo3(signature = (document, wanted, *, key=None, row=None, max_rows=None, show_sensitive=false))]
    fn explain<'py>(
        slf: Bound<'py, Self>,
        document: &Bound<'py, PyAny>,
        wanted: &str,
        key: Option<i64>,
        row: Option<usize>,
        max_rows: Option<usize>,
        show_sensitive: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let options = PyDict::new(py);
        options.set_item("key", key)?;
        options.set_item("row", row)?;
        options.set_item("max_rows", max_rows)?;
        options.set_item("show_sensitive", show_sensitive)?;
        py.import(PROGRAM)?.call_method("explain", (slf, document, wanted), Some(&options))
    }

    #[pyo3(signature = (documents, keys=None, *, xml=None, all=false))]
    fn coverage<'py>(
        slf: Bound<'py, Self>,
        documents: &Bound<'py, PyAny>,
        keys: Option<&Bound<'py, PyAny>>,
        xml: Option<&str>,
        all: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let options = PyDict::new(py);
        options.set_item("keys", keys)?;
        options.set_item("xml", xml)?;
        options.set_item("all", all)?;
        py.import(PROGRAM)?.call_method("coverage", (slf, documents), Some(&options))
    }

    /// Writes documents into files of a folder, for the program: named after their keys where these are integers, else by number, and a key that
    /// stands again with a number behind it. Answers the names.
    #[pyo3(name = "_write")]
    fn write(
        &self,
        py: Python<'_>,
        documents: &Bound<'_, PyAny>,
        keys: Option<&Bound<'_, PyAny>>,
        xml: Option<&str>,
        folder: &str,
    ) -> PyResult<Vec<String>> {
        let spec = &self.plan.contract().source;
        let mut documents = Documents::open(documents, &Asked { keys, xml, reads_keys: false }, spec)?;
        py.detach(|| write(&mut documents, Path::new(folder)))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (&str, &str))> {
        let loaded = py.import("xmlshred._native")?.getattr("_loaded")?;
        Ok((loaded, (&self.text, &self.file)))
    }

    fn __repr__(&self) -> String {
        let names: Vec<_> = self.plan.schema().tables.iter().map(|table| table.name.as_str()).collect();
        format!("<contract {}: {}>", self.name(), names.join(", "))
    }

    fn _repr_html_(&self) -> String {
        let tables = self.plan.schema().tables.iter().map(|table| schema::TableSchema::new(table).html());
        tables.collect()
    }
}

fn write(documents: &mut Documents, folder: &Path) -> PyResult<Vec<String>> {
    let mut names = Vec::new();
    let mut times: HashMap<String, usize> = HashMap::new();
    while let Some(Portion { keys, documents }) = documents.next()? {
        for (key, arrived) in keys.into_iter().zip(documents.arrived()) {
            let bytes = match arrived {
                // What text says of its encoding means nothing: the mark has the last word.
                Arrived::Document(Content::Text(text)) => {
                    Cow::Owned(["\u{feff}", text.trim_start_matches('\u{feff}')].concat().into_bytes())
                }
                Arrived::Document(Content::Bytes(bytes)) => Cow::Borrowed(bytes),
                Arrived::Null | Arrived::TooLarge(_) => Cow::default(),
            };
            let (GivenKey::OfRow(key) | GivenKey::InDocument(key)) = key;
            let stem = match key {
                DocumentKey::Int(number) => number.to_string(),
                _ => (names.len() + 1).to_string(),
            };
            let time = times.entry(stem.clone()).and_modify(|time| *time += 1).or_insert(1);
            // No stem has a `-` but in front.
            let name = if *time == 1 { format!("{stem}.xml") } else { format!("{stem}-{time}.xml") };
            std::fs::write(folder.join(&name), bytes)?;
            names.push(name);
        }
    }
    Ok(names)
}

/// The type of all keys, when nobody has said it: integers, unless documents have others in them.
fn common_type(batches: &[Batch]) -> KeyType {
    let mut keys = batches.iter().flat_map(Batch::documents).map(|record| &record.key);
    if keys.all(|key| matches!(key, DocumentKey::Int(_))) { KeyType::Integer } else { KeyType::Text }
}

fn dialect_of(name: &str) -> PyResult<&'static Dialect> {
    Ok(match name {
        "sqlite" => &SQLITE,
        "postgres" | "postgresql" => &POSTGRES,
        "sqlserver" | "mssql" => &SQL_SERVER,
        _ => {
            let message = format!("no dialect `{name}`: there are sqlite, postgres and sqlserver");
            return Err(PyValueError::new_err(message));
        }
    })
}

fn key_type_of(name: &str) -> PyResult<KeyType> {
    Ok(match name {
        "integer" => KeyType::Integer,
        "decimal" => KeyType::Decimal,
        "uuid" => KeyType::Uuid,
        "text" => KeyType::Text,
        _ => {
            let message = format!("no type of keys `{name}`: there are integer, decimal, uuid and text");
            return Err(PyValueError::new_err(message));
        }
    })
}
