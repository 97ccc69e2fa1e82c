//! A first contract from sample documents.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use xmlshred_engine::arrived::Arrived;
use xmlshred_engine::batching::GivenKey;
use xmlshred_mapping::Limits;
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_mapping::infer::{self as mapping, InferOptions, Profile, ProfileLimits, Values};
use xmlshred_model::{DocumentKey, KeyType};

use crate::contract::Contract;
use crate::documents::{Asked, Documents, Portion};
use crate::html;
use crate::shredding::heed_signals;

/// A contract that was drafted.
#[pyclass(module = "xmlshred", frozen)]
pub(crate) struct Inferred {
    text: String,
    notes: Vec<String>,
    document_count: u64,
    left_out: Vec<String>,
}

#[pymethods]
impl Inferred {
    #[getter]
    fn text(&self) -> &str {
        &self.text
    }

    #[getter]
    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    #[getter]
    fn document_count(&self) -> u64 {
        self.document_count
    }

    /// Why documents were left out, in their order.
    #[getter]
    fn left_out(&self) -> Vec<String> {
        self.left_out.clone()
    }

    #[getter]
    fn contract(&self, py: Python<'_>) -> PyResult<Contract> {
        Contract::of_text(py, self.text.clone(), "inferred contract".to_owned())
    }

    fn __repr__(&self) -> String {
        format!("<inferred from {} documents, {} notes>", self.document_count, self.notes.len())
    }

    fn _repr_html_(&self) -> String {
        let notes: String =
            self.notes.iter().map(|note| format!("<li>{}</li>", html::escaped(note))).collect();
        format!("<pre>{}</pre><ul>{notes}</ul>", html::escaped(&self.text))
    }
}

/// Drafts a contract.
#[pyfunction]
#[pyo3(signature = (documents, keys=None, *, xml=None, name=None, root=None, key_path=None, source_table="app_xml", source_key="app_id", source_xml="xml", show_values=false))]
#[expect(clippy::too_many_arguments, reason = "Python names them")]
pub(crate) fn infer(
    py: Python<'_>,
    documents: &Bound<'_, PyAny>,
    keys: Option<&Bound<'_, PyAny>>,
    xml: Option<&str>,
    name: Option<String>,
    root: Option<String>,
    key_path: Option<String>,
    source_table: &str,
    source_key: &str,
    source_xml: &str,
    show_values: bool,
) -> PyResult<Inferred> {
    let options = InferOptions {
        name,
        root,
        key_path,
        source_table: source_table.to_owned(),
        source_key: source_key.to_owned(),
        // What they are is known when they were read.
        source_key_type: KeyType::default(),
        source_xml: source_xml.to_owned(),
        values: if show_values { Values::Shown } else { Values::Hidden },
    };
    let spec = SourceSpec {
        schema: None,
        table: source_table.to_owned(),
        key: source_key.to_owned(),
        key_type: None,
        xml: source_xml.to_owned(),
        min_bytes: 0,
        where_sql: None,
        columns: Vec::new(),
        version: None,
    };
    // A key that was only counted is none.
    let mut documents = Documents::open(documents, &Asked { keys, xml, reads_keys: true }, &spec)?;
    py.detach(|| inferred(&mut documents, &options))
}

fn inferred(documents: &mut Documents, options: &InferOptions) -> PyResult<Inferred> {
    let roots: Vec<_> = options.root.iter().cloned().collect();
    let mut profile = Profile::of_roots(ProfileLimits::default(), &roots);
    let mut left_out = Vec::new();
    let mut number = 0_u64;
    while let Some(Portion { keys, documents }) = documents.next()? {
        heed_signals()?;
        for (key, arrived) in keys.into_iter().zip(documents.arrived()) {
            number += 1;
            let key = match key {
                GivenKey::OfRow(key) => Some(key),
                GivenKey::InDocument(_) => None,
            };
            if let Err(problem) = observe(&mut profile, arrived, key) {
                left_out.push(format!("document {number}: {problem}"));
            }
        }
    }
    let source_key_type = documents.keys().key_type().unwrap_or_default();
    let options = &InferOptions { source_key_type, ..options.clone() };
    let inferred =
        mapping::infer(&profile, None, options).map_err(|error| PyValueError::new_err(error.to_string()))?;
    let mapping::Inferred { text, document_count, table_count: _, column_count: _, notes } = inferred;
    Ok(Inferred { text, notes, document_count, left_out })
}

fn observe(profile: &mut Profile, arrived: Arrived<'_>, key: Option<DocumentKey>) -> Result<(), String> {
    let content = arrived.content(0, &Limits::default()).map_err(|failure| failure.message)?;
    profile.observe(content, key).map(drop).map_err(|error| error.to_string())
}
